"""Edits of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.text.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.model.fix import TextEdit

BYTE_ORDER_MARK = "\ufeff"


def offsets_of(edit: TextEdit, lines: Lines) -> tuple[int, int]:
    """Start and end of what an edit replaces."""
    line, column, end_line, end_column = edit.range
    return lines.offset(line, column), lines.offset(end_line, end_column)


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text after edits that do not overlap.

    Args:
        text: with its byte order mark, if it has one. Ranges do not count it, and it is kept.
    """
    body = text.removeprefix(BYTE_ORDER_MARK)
    lines = Lines(body, returns=True)
    pieces, done = [text[: len(text) - len(body)]], 0
    for edit in sorted(edits, key=lambda edit: offsets_of(edit, lines)):
        start, end = offsets_of(edit, lines)
        pieces += [body[done:start], edit.text]
        done = end
    return "".join([*pieces, body[done:]])
