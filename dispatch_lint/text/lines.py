"""Lines and columns of a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from dispatch_lint.model.location import Range

_BREAK = "\n"
_FEW = 16
"""Offsets for which it does not pay to find the beginnings of all lines."""


def with_line_feeds(text: str) -> str:
    """A text of the same length in which each carriage return that ends a line is a line feed."""
    return re.sub(r"\r(?!\n)", _BREAK, text) if "\r" in text else text


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its end."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


class Lines:
    """Converts offsets of a text to lines and columns, and back. Nothing is computed before."""

    def __init__(self, text: str, first_line: int = 1, *, returns: bool = False) -> None:
        """Take a text.

        Args:
            first_line: the number of its first line.
            returns: whether a carriage return alone ends a line too, as in YAML and in editors.
        """
        self._returns = returns
        self.text = text
        self.first_line = first_line
        self._looked_up = 0

    def range(self, start: int, end: int) -> Range:
        """The range between two offsets."""
        line, column = self._position(start)
        end_line, end_column = self._position(max(start, end))
        return Range(line, column, end_line, end_column)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a line and column; the nearest one where the text has no such line."""
        index = max(line - self.first_line, 0)
        if index >= len(self._starts):
            return len(self.text)
        return min(self._starts[index] + column - 1, len(self.text))

    def line(self, number: int) -> str:
        """The text of a line, without its end; nothing where there is no such line."""
        index = number - self.first_line
        if not 0 <= index < len(self._starts):
            return ""
        start = self._starts[index]
        end = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def __len__(self) -> int:
        return len(self._starts)

    @cached_property
    def _broken(self) -> str:
        """The text, with the same character at the end of each line."""
        return with_line_feeds(self.text) if self._returns else self.text

    @cached_property
    def _starts(self) -> list[int]:
        lengths = [len(line) + 1 for line in self._broken.split(_BREAK)]
        return [0, *accumulate(lengths)][:-1]

    def _position(self, offset: int) -> tuple[int, int]:
        if self._looked_up < _FEW:
            # To count line breaks is faster than to find all of them.
            self._looked_up += 1
            start = self._broken.rfind(_BREAK, 0, offset) + 1
            return self._broken.count(_BREAK, 0, start) + self.first_line, offset - start + 1
        index = bisect_right(self._starts, offset) - 1
        return index + self.first_line, offset - self._starts[index] + 1
