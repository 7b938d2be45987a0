"""What is under the cursor: the document, and the way to the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.tree import Node, Part


class Under(NamedTuple):
    """What a place of a text is part of.

    Attributes:
        document: its number in the text.
        on: whether the place is in a field name, in a value, or in neither: then `path` is that
            of the mapping or list around it.
    """

    document: int
    part: Part
    path: Path
    on: Literal["key", "value", "nothing"]


def under(parts: list[Part], line: int, column: int) -> Under | None:
    """What stands at a place; lines and columns count from 1."""
    for index, part in enumerate(parts):
        if part.node is None:
            continue
        offset = part.lines.offset(line, column)
        first, last = part.lines.first_line, part.lines.first_line + len(part.lines) - 1
        following = parts[index + 1].start if index + 1 < len(parts) else None
        one_line = last - first < 1 and len(parts) > 1
        if one_line and line != first:
            continue
        if not one_line and (
            offset < part.start or (following is not None and offset >= following)
        ):
            continue
        path, on = _at(part.node, offset, ())
        return Under(index, part, path, on)
    return None


def _at(node: Node, offset: int, path: Path) -> tuple[Path, Literal["key", "value", "nothing"]]:
    for key, (start, end) in node.keys.items():
        if start <= offset <= end:
            return (*path, key), "key"
    for step, child in node.children.items():
        if child.start <= offset <= child.end:
            if child.children or child.keys:
                return _at(child, offset, (*path, step))
            return (*path, step), "value"
    return path, "nothing"
