"""Limits of what a run reads, so that no input takes unbounded time or memory."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DEPTH = 500
"""The highest `depth` that the settings can ask for: deeper recursion would overflow the stack."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits that the settings can raise (`[limits]`).

    Attributes:
        document_size: the size of a YAML or JSON file, or of a line of JSONL, in MiB.
        depth: the levels of nested values; Dispatch's deepest entity has 6.
        aliases: the number of values that the aliases of one document expand to.
        violations_per_file: the violations of one file that are shown; the rest is counted.
        fields: the number of fields in all definitions of a run, those of nested types included;
            Dispatch's own have 1,100.
    """

    document_size: int = 64
    depth: int = 100
    aliases: int = 100_000
    violations_per_file: int = 1_000
    fields: int = 50_000

    @property
    def bytes(self) -> int:
        """`document_size` in bytes."""
        return self.document_size * 1024 * 1024
