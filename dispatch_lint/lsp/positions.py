"""Which field of which document a position of a text is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.documents.reading import ReadPart
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.tree import Node

On = Literal["key", "value", "nothing"]


class FieldPosition(NamedTuple):
    """What is at a position of a text.

    Attributes:
        document: its number in the text.
        path: of the field; of the mapping or list around the position where it is in no field.
        on: whether the position is in a field name, in a value, or in neither.
    """

    document: int
    path: Path
    on: On


def field_at(parts: Sequence[ReadPart], line: int, column: int) -> FieldPosition | None:
    """The field at a position; None outside all documents.

    Args:
        parts: all documents of the text; or the one that begins before the position.
        line, column: counted from 1.
    """
    for index, (number, part, _, _) in enumerate(parts):
        next_start = parts[index + 1].part.start if index + 1 < len(parts) else None
        offset = part.lines.offset(line, column)
        first, count = part.lines.first_line, len(part.lines)
        if count == 1 and len(parts) > 1:  # a line of JSONL: its offsets are those of the line
            is_inside = line == first
        else:
            is_inside = part.start <= offset and (next_start is None or offset < next_start)
        if is_inside and part.node is not None:
            path, on = _at(part.node, offset, ())
            if on == "nothing" and (alias := part.alias_at(offset)) is not None:
                path, on = alias, "value"  # the node of an alias is where its anchor is
            return FieldPosition(number, path, on)
    return None


def _at(node: Node, offset: int, path: Path) -> tuple[Path, On]:
    for key, (start, end) in node.keys.items():
        if start <= offset <= end:
            return (*path, key), "key"
    for step, child in node.children.items():
        if child.start <= offset <= child.end:
            if child.children or child.keys:
                return _at(child, offset, (*path, step))
            return (*path, step), "value"
    return path, "nothing"
