"""Nodes of a Go syntax tree: their text, and their location in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_lint.model.location import Location, Range

if TYPE_CHECKING:
    from tree_sitter import Node


def text_of(node: Node | None) -> str:
    """The text of a node; empty for None."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


@dataclass(slots=True, eq=False)
class GoText:
    """The source of a Go file, from which the locations of its nodes are computed.

    Attributes:
        name: the name of the file, as locations show it.
    """

    name: str
    source: bytes
    _counted: tuple[int, int, int] = (0, 0, 0)
    """The begin of a line, a place in it, and how many code points are between: a line may be all there is,
    and is not counted from its begin for each node."""

    def location(self, node: Node) -> Location:
        """The location of a node; of its first line, if it has several."""
        row, column = node.start_point
        line, at, count = self._counted
        if line != node.start_byte - column or at > node.start_byte:
            line = at = node.start_byte - column
            count = 0
        # tree-sitter counts bytes, a `Range` counts code points.
        count += len(self.source[at : node.start_byte].decode("utf-8", "replace"))
        self._counted = line, node.start_byte, count
        start = count + 1
        width = len(text_of(node).split("\n", 1)[0])
        return Location(self.name, Range(row + 1, start, row + 1, start + max(1, width)))
