"""Changes of the wire form as text, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.naming import count
from dispatch_lint.text.harmless import harmless, harmless_json

if TYPE_CHECKING:
    from dispatch_lint.schema.schema_change import SchemaChange

Breaking = Mapping["SchemaChange", Sequence[tuple[str, str]]]
"""The changes that rules report, each with the names of the rules and their messages."""


def report(changes: Sequence[SchemaChange], breaking: Breaking, format_: str) -> str:
    """All changes, the breaking ones first.

    Args:
        format_: `text`, `json` or `markdown`.
    """
    compatible = [change for change in changes if change not in breaking]
    if format_ == "json":
        return _json(changes, breaking)
    if format_ == "markdown":
        return _markdown(breaking, compatible)
    lines = [
        f"breaking[{rule}] {_line(change, message)}"
        for change, found in breaking.items()
        for rule, message in found
    ]
    lines += [f"compatible {_line(change, change.message)}" for change in compatible]
    lines.append(
        f"{count(len(breaking), 'breaking change')}, {count(len(compatible), 'compatible change')}."
    )
    return harmless_lines(lines)


def harmless_lines(lines: Sequence[str]) -> str:
    """Lines as one text, without characters that could control a terminal."""
    return "".join(f"{harmless(line)}\n" for line in lines)


def _line(change: SchemaChange, message: str) -> str:
    places = ", ".join(_places(change))
    return f"{change.name}: {message}{f' [{places}]' if places else ''}"


def _message(change: SchemaChange, breaking: Breaking) -> str:
    """What rules say of a change, or else what it is."""
    return (
        "; ".join(dict.fromkeys(message for _, message in breaking.get(change, ())))
        or change.message
    )


def _places(change: SchemaChange) -> list[str]:
    """Where the change is in the old version, and in the new one."""
    return list(dict.fromkeys(place for place in (change.old, change.new) if place))


def _json(changes: Sequence[SchemaChange], breaking: Breaking) -> str:
    entries = [
        {
            "kind": change.kind, "form": change.form, "path": change.path, "change": change.what,
            "breaking": change in breaking, "message": _message(change, breaking),
            "old": change.old or None, "new": change.new or None,
        }
        for change in changes
    ]  # fmt: skip
    summary = {"breaking": len(breaking), "compatible": len(changes) - len(breaking)}
    listed = {"version": 1, "summary": summary, "changes": entries}
    return harmless_json(json.dumps(listed, indent=1)) + "\n"


def _markdown(breaking: Breaking, compatible: Sequence[SchemaChange]) -> str:
    lines = []
    for title, changes in (("Breaking changes", [*breaking]), ("Compatible changes", compatible)):
        lines += [f"## {title}", ""]
        if not changes:
            lines += ["None.", ""]
            continue
        lines += ["| kind | form | field | change | declared at |", "|---|---|---|---|---|"]
        for change in changes:
            places = ", ".join(_places(change))
            message = _message(change, breaking)
            cells = (change.kind, change.form, change.path, message, places)
            lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
        lines.append("")
    return harmless_lines(lines[:-1])


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
