"""Values with their places in the text: what both slow parsers, YAML and JSON, return."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.model.location import Range

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path


class Node:
    """The place of one value, and of what is inside it. Offsets count code points."""

    __slots__ = ("children", "end", "keys", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.keys: dict[str, tuple[int, int]] = {}
        """Of a mapping: where each key stands."""
        self.children: dict[str | int, Node] = {}

    def at(self, path: Path) -> Node | None:
        """The node at a path, or None."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            node = node.children.get(step)
        return node


class Problem(NamedTuple):
    """Why a part of a text does not parse."""

    message: str
    range: Range


class Duplicate(NamedTuple):
    """The same field twice in one mapping."""

    path: Path
    range: Range
    first: Range


class Cut(NamedTuple):
    """A `---` at which dispatch cuts the file although the document goes on."""

    path: Path
    range: Range
    within: Literal["value", "key", "comment"]


@dataclass(slots=True)
class Part:
    """One document of a text, with what only the text tells.

    Attributes:
        value: plain values: dict, list, str, int, float, bool, None.
        scalars: plain scalars by path, as they are written (YAML).
        text: of a part that does not parse.
    """

    value: Any
    lines: Lines
    node: Node | None = None
    problem: Problem | None = None
    duplicates: list[Duplicate] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    scalars: dict[Path, str] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    text: str = ""

    def range(self, path: Path, on: Literal["key", "value"]) -> Range:
        """The place of a key or value; of the nearest that exists where the path does not."""
        node = self.node
        if node is None:
            return self.lines.range(self.start, self.start)
        if on == "key" and path and isinstance(path[-1], str):
            parent = node.at(path[:-1])
            if parent is not None and path[-1] in parent.keys:
                return self.lines.range(*parent.keys[path[-1]])
        found = node.at(path)
        if found is not None:
            return self._show(node, path, found)
        return self.range(path[:-1], "value" if len(path) > 1 else on)

    def _show(self, root: Node, path: Path, found: Node) -> Range:
        # A whole mapping is pointed at by its first key, or by its own key: a caret under
        # twenty lines helps nobody.
        if found.children and found.keys:
            first = next(iter(found.keys.values()))
            parent = root.at(path[:-1]) if path else None
            if parent is not None and isinstance(path[-1], str) and path[-1] in parent.keys:
                return self.lines.range(*parent.keys[path[-1]])
            return self.lines.range(*first)
        span = self.lines.range(found.start, found.end)
        if (span.line, span.column) == (span.end_line, span.end_column) and path:
            # Nothing is written there (`name:`): the key stands for it.
            parent = root.at(path[:-1])
            if parent is not None and isinstance(path[-1], str) and path[-1] in parent.keys:
                return self.lines.range(*parent.keys[path[-1]])
        return span

    @property
    def extent(self) -> Range:
        """From the first to the last character of the part."""
        return self.lines.range(self.start, self.end)


class Lines:
    """Offsets of a text as lines and columns, as an editor counts them."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self.text = text
        self.first_line = first_line
        self.second_looks = 0
        """Letters that a slower parser was asked about."""
        self._asked = 0

    def range(self, start: int, end: int) -> Range:
        """Both offsets as lines and columns from 1."""
        line, column = self._position(start)
        end_line, end_column = self._position(max(start, end))
        return Range(line, column, end_line, end_column)

    @cached_property
    def _starts(self) -> list[int]:
        lengths = map(len, self.text.split("\n"))
        return [0, *accumulate(map((1).__add__, lengths))][:-1]

    def _position(self, offset: int) -> tuple[int, int]:
        if self._asked < _FEW:
            # To count line breaks is faster than to find all of them.
            self._asked += 1
            start = self.text.rfind("\n", 0, offset) + 1
            return self.text.count("\n", 0, start) + self.first_line, offset - start + 1
        line = bisect_right(self._starts, offset) - 1
        return line + self.first_line, offset - self._starts[line] + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        index = number - self.first_line
        if not 0 <= index < len(self._starts):
            return ""
        start = self._starts[index]
        end = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a place."""
        index = min(max(line - self.first_line, 0), len(self._starts) - 1)
        return min(self._starts[index] + column - 1, len(self.text))

    def __len__(self) -> int:
        return len(self._starts)


_FEW = 16
"""Places for which it is not worth while to find all lines of a text."""


def row_part(index: int) -> Part:
    """The part of a row that has no text: every path is in "line" `index + 1`."""
    return Part(None, Lines("", index + 1))
