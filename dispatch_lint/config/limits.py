"""Limits of what a run reads, so that no input makes it slow, or large, without bounds."""

from __future__ import annotations

from typing import NamedTuple

MAX_DEPTH = 500
"""The largest `limits.depth`, because of Python's own stack."""


class Limits(NamedTuple):
    """Limits that the settings can raise (`[limits]`).

    Attributes:
        document_size: MiB of a YAML or JSON file, or of a line of JSONL.
        depth: levels of nested values; the deepest entity of Dispatch has 6.
        aliases: values that all aliases of one document stand for.
        values: of one document, the names of fields included, each of which can take 700 bytes;
            and documents of a YAML or JSON text.
        violations_per_file: violations of one file that are shown; the others are counted.
        fields: fields that the definitions of a run lead to, types inside types included; those
            of Dispatch lead to 1,100. One inside more than 8 types of Go counts more than once, and
            a kind counts as 20.
    """

    document_size: int = 64
    depth: int = 100
    aliases: int = 100_000
    values: int = 1_000_000
    violations_per_file: int = 1_000
    fields: int = 50_000

    @property
    def bytes(self) -> int:
        """`document_size` in bytes."""
        return self.document_size * 1024 * 1024

    @property
    def too_many_values(self) -> str:
        """What is said of a document that has more values, or a text that has more documents."""
        return f"there are more than {self.values:,} values, which is what limits.values permits"


WITHOUT_TRUST = Limits(
    document_size=64, depth=MAX_DEPTH, aliases=1_000_000, values=1_000_000,
    violations_per_file=100_000, fields=200_000,
)  # fmt: skip
"""How far settings that are found in a checked tree can raise each limit by themselves."""
MAX = 2**31 - 1
"""The largest number that any limit can be: more is none, and overflows where bytes are read."""


def key_of(limit: str) -> str:
    """The key of a limit in the settings."""
    return limit.replace("_", "-")
