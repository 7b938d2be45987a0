"""The kinds that definitions declare, as a list: what they are, where, and why they are kinds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.documents.schema_files import are_built_in, read_kinds
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.definitions.reading import Definitions


def kinds_in(paths: Sequence[Path], settings: Settings) -> tuple[list[EntityType], Definitions]:
    """The kinds that some paths declare, and all that was read; none is no error.

    Raises:
        DefinitionError: a path does not exist, or a marker cannot be used.
    """
    return read_kinds(paths, settings, may_be_empty=True)


def as_text(
    kinds: Sequence[EntityType], found: Definitions, paths: Sequence[Path], *, skipped: bool
) -> str:
    """One line for each kind, or for each type that is nearly one.

    Args:
        paths: those that were read. Built-in definitions are files that the user does not have: they
            are not named by their paths.
    """
    built_in = "the built-in definition" if are_built_in(paths) else None
    rows: list[tuple[str, ...]]
    if skipped:
        rows = [("type", "declared at", "why it is no kind")]
        rows += [
            (entry.name, built_in or str(entry.location), entry.why) for entry in found.skipped
        ]
    else:
        rows = [("kind", "form", "declared at", "why")]
        rows += [(kind.kind, kind.form, built_in or str(kind.location), kind.why) for kind in kinds]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(harmless("  ".join(cells).rstrip()))
    return "".join(f"{line}\n" for line in lines)


def as_json(kinds: Sequence[EntityType], found: Definitions, *, skipped: bool) -> str:
    """The kinds and the types that are nearly ones, as JSON."""
    listed: dict[str, object] = {"version": 1}
    if skipped:
        listed["skipped"] = [
            {"name": entry.name, "source": str(entry.location), "why": entry.why}
            for entry in found.skipped
        ]
    else:
        listed["kinds"] = [
            {"kind": kind.kind, "type": kind.name, "form": kind.form, "aliases": list(kind.aliases),
             "source": str(kind.location), "why": kind.why}
            for kind in kinds
        ]  # fmt: skip
    return json.dumps(listed, indent=1) + "\n"
