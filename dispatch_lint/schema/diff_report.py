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
    compatible = [one for one in changes if one not in broken]
    if format_ == "json":
        return _json(changes, broken)
    if format_ == "markdown":
        return _markdown(breaking, compatible)
    lines = [f"breaking[{RULE}] {_line(one)}" for one in breaking]
    lines += [f"compatible {_line(one)}" for one in compatible]
    lines.append(f"{len(breaking)} breaking, {len(compatible)} compatible changes.")
    return harmless_lines(lines)


def harmless_lines(lines: Sequence[str]) -> str:
    return "".join(f"{harmless(line)}\n" for line in lines)


def _line(one: SchemaChange) -> str:
    place = one.new or one.old
    return f"{one.name}: {one.message}{f' [{place}]' if place else ''}"


def _json(changes: Sequence[SchemaChange], broken: set[SchemaChange]) -> str:
    said = [
        {
            "kind": one.kind, "form": one.form, "path": one.path, "change": one.what,
            "breaking": one in broken, "message": one.message, "old": one.old or None,
            "new": one.new or None,
        }
        for one in changes
    ]  # fmt: skip
    summary = {"breaking": len(broken), "compatible": len(changes) - len(broken)}
    return json.dumps({"version": 1, "summary": summary, "changes": said}, indent=1) + "\n"


def _markdown(breaking: Sequence[SchemaChange], compatible: Sequence[SchemaChange]) -> str:
    lines = []
    for title, several in (("Breaking changes", breaking), ("Compatible changes", compatible)):
        lines += [f"## {title}", ""]
        if not several:
            lines += ["None.", ""]
            continue
        lines += ["| kind | form | field | change | declared at |", "|---|---|---|---|---|"]
        for one in several:
            cells = (one.kind, one.form, one.path, one.message, one.new or one.old)
            lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
        lines.append("")
    return harmless_lines(lines[:-1])


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
