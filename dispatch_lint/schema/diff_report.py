"""Changes of the wire form as text, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.schema.diff import SchemaChange

RULE = "breaking-change"


def report(changes: Sequence[SchemaChange], breaking: Sequence[SchemaChange], format_: str) -> str:
    """All changes, the breaking ones first.

    Args:
        format_: `text`, `json` or `markdown`.
    """
    broken = set(breaking)
    compatible = [change for change in changes if change not in broken]
    if format_ == "json":
        return _json(changes, broken)
    if format_ == "markdown":
        return _markdown(breaking, compatible)
    lines = [f"breaking[{RULE}] {_line(change)}" for change in breaking]
    lines += [f"compatible {_line(change)}" for change in compatible]
    lines.append(f"{len(breaking)} breaking, {len(compatible)} compatible changes.")
    return harmless_lines(lines)


def harmless_lines(lines: Sequence[str]) -> str:
    """Lines as one text, without characters that could control a terminal."""
    return "".join(f"{harmless(line)}\n" for line in lines)


def _line(change: SchemaChange) -> str:
    places = ", ".join(_places(change))
    return f"{change.name}: {change.message}{f' [{places}]' if places else ''}"


def _places(change: SchemaChange) -> list[str]:
    """Where the change is in the old version, and in the new one."""
    return list(dict.fromkeys(place for place in (change.old, change.new) if place))


def _json(changes: Sequence[SchemaChange], broken: set[SchemaChange]) -> str:
    entries = [
        {
            "kind": change.kind, "form": change.form, "path": change.path, "change": change.what,
            "breaking": change in broken, "message": change.message, "old": change.old or None,
            "new": change.new or None,
        }
        for change in changes
    ]  # fmt: skip
    summary = {"breaking": len(broken), "compatible": len(changes) - len(broken)}
    return json.dumps({"version": 1, "summary": summary, "changes": entries}, indent=1) + "\n"


def _markdown(breaking: Sequence[SchemaChange], compatible: Sequence[SchemaChange]) -> str:
    lines = []
    for title, changes in (("Breaking changes", breaking), ("Compatible changes", compatible)):
        lines += [f"## {title}", ""]
        if not changes:
            lines += ["None.", ""]
            continue
        lines += ["| kind | form | field | change | declared at |", "|---|---|---|---|---|"]
        for change in changes:
            places = ", ".join(_places(change))
            cells = (change.kind, change.form, change.path, change.message, places)
            lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
        lines.append("")
    return harmless_lines(lines[:-1])


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
