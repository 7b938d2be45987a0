"""The text of a buffer, and its positions as an editor counts them.

An editor counts lines and characters from 0, characters in units that it chooses. Its lines end at
`\\n`, `\\r\\n` and `\\r`, and nowhere else.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.model.location import Range
from dispatch_lint.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.model.fix import TextEdit

BYTE_ORDER_MARK = "\ufeff"
_OF_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")
"""What UTF-16 needs two units for."""
_OF_SEVERAL_BYTES = re.compile(r"[^\x00-\x7f]")


def _length(line: str) -> int:
    """The number of letters of a line before its end, found without a look at all of them."""
    if line.endswith("\r\n"):
        return len(line) - 2
    return len(line) - _has_end(line)


def _has_end(line: str) -> bool:
    return line.endswith(("\r", "\n"))


class Text:
    """A text, with conversions of its places. It does not change.

    Places of documents do not count a byte order mark; an editor does.

    Args:
        encoding: the units in which the editor counts the characters of a line.
    """

    def __init__(
        self, text: str, encoding: lsp.PositionEncodingKind | str = lsp.PositionEncodingKind.Utf16
    ) -> None:
        self.text, self.encoding = text, encoding
        self._wide_letters: dict[str, tuple[list[int], list[int]]] = {}

    @cached_property
    def text(self) -> str:
        """The whole text, which few of the states of a buffer are asked for."""
        return "".join(self.lines)

    @cached_property
    def _mark(self) -> int:
        return int(self.lines[0].startswith(BYTE_ORDER_MARK))

    @cached_property
    def lines(self) -> list[str]:
        """The lines, each with its end; after the last line end there is one more, empty line."""
        lines = split_lines(self.text)
        if not lines or _has_end(lines[-1]):
            lines.append("")
        return lines

    @cached_property
    def _starts(self) -> list[int]:
        starts, offset = [], 0
        for line in self.lines:
            starts.append(offset)
            offset += len(line)
        return starts

    def _wide(self, line: str) -> tuple[list[int], list[int]]:
        """Where the letters of a line are that fill more than one unit, and what they fill besides.

        A line may be long, and have many places.

        Returns:
            Their indexes; and for each, and for the end, the further units of all before it.
        """
        known = self._wide_letters.get(line)
        if known is None:
            is_utf8 = self.encoding == lsp.PositionEncodingKind.Utf8
            found = [*(_OF_SEVERAL_BYTES if is_utf8 else _OF_TWO_UNITS).finditer(line)]
            further = (
                len(match[0].encode("utf-8", "surrogatepass")) - 1 if is_utf8 else 1
                for match in found
            )  # fmt: skip
            known = [match.start() for match in found], [*accumulate(further, initial=0)]
            self._wide_letters[line] = known
        return known

    def _is_narrow(self, line: str) -> bool:
        return line.isascii() or self.encoding == lsp.PositionEncodingKind.Utf32

    def _units(self, line: str, letters: int) -> int:
        """The length of the first letters of a line, without its end, as the editor counts."""
        letters = min(letters, _length(line))
        if self._is_narrow(line):
            return letters
        places, further = self._wide(line)
        return letters + further[bisect_left(places, letters)]

    def _letters(self, line: str, units: int) -> int:
        """The number of letters at the beginning of a line that fill some units."""
        if self._is_narrow(line):
            return min(units, len(line))
        places, further = self._wide(line)
        count = bisect_left(range(len(places)), units, key=lambda n: places[n] + further[n])
        letters = units - further[count]
        if count:  # a position inside of a letter is behind it
            letters = max(letters, places[count - 1] + 1)
        return min(letters, len(line))

    # Places

    def position(self, line: int, column: int) -> lsp.Position:
        """A line and column that count from 1 as a position of the editor.

        What lies behind the end of a line, or of the text, is moved to that end.
        """
        index = line - 1
        if index >= len(self.lines):
            last = self.lines[-1]
            return lsp.Position(len(self.lines) - 1, self._units(last, len(last)))
        mark = self._mark if index == 0 else 0
        return lsp.Position(index, self._units(self.lines[index], column - 1 + mark))

    def range(self, place: Range) -> lsp.Range:
        """A range as the editor counts."""
        return lsp.Range(
            self.position(place.line, place.column), self.position(place.end_line, place.end_column)
        )

    def line_and_column(self, position: lsp.Position) -> tuple[int, int]:
        """A position of the editor as a line and column that count from 1."""
        if position.line >= len(self.lines):
            return len(self.lines), len(self.lines[-1]) + 1
        line = self.lines[position.line]
        plain = line[: _length(line)]
        mark = self._mark if position.line == 0 else 0
        letters = self._letters(plain, position.character)
        return position.line + 1, max(letters - mark, 0) + 1

    def offset(self, position: lsp.Position) -> int:
        """A position of the editor as an offset in the text."""
        line, letters = self._line_and_letter(position)
        return self._starts[line] + letters

    def _line_and_letter(self, position: lsp.Position) -> tuple[int, int]:
        """A position of the editor as a line and the number of letters before it, from 0."""
        if position.line >= len(self.lines):
            return len(self.lines) - 1, len(self.lines[-1])
        line = self.lines[position.line]
        plain = line[: _length(line)]
        return position.line, self._letters(plain, position.character)

    def place_of(self, start: int, end: int) -> lsp.Range:
        """The range between two offsets of the text, as the editor counts."""
        return lsp.Range(self._position_of(start), self._position_of(end))

    def _position_of(self, offset: int) -> lsp.Position:
        line = bisect_right(self._starts, offset) - 1
        return lsp.Position(line, self._units(self.lines[line], offset - self._starts[line]))

    # Edits

    def edits(self, edits: Iterable[TextEdit]) -> list[lsp.TextEdit]:
        """Edits of the text as the editor counts."""
        return [lsp.TextEdit(self.range(edit.range), edit.text) for edit in edits]

    def edits_to(self, new: str) -> list[lsp.TextEdit]:
        """Edits of lines that make another text of this one.

        Where a line is the same, an editor keeps cursors, marks and folds.
        """
        from dispatch_lint.fix.diff import LineMatcher  # few sessions need it

        old_lines, new_lines = self.lines, Text(new).lines
        starts = [*self._starts, len(self.text)]
        return [
            lsp.TextEdit(self.place_of(starts[start], starts[end]), "".join(new_lines[first:last]))
            for tag, start, end, first, last in LineMatcher(old_lines, new_lines).get_opcodes()
            if tag != "equal"
        ]

    def changed(self, changes: Iterable[lsp.TextDocumentContentChangeEvent]) -> Text:
        """The text after changes that an editor made, one after the other.

        There may be thousands, as of a replacement: each costs as much as the lines that it has.
        """
        text = self
        for change in changes:
            if not isinstance(change, lsp.TextDocumentContentChangePartial):
                text = Text(change.text, self.encoding)
                continue
            if text is self:  # the lines of this one stay
                text = Text("", self.encoding)
                text.lines = [*self.lines]
            text._replace(change.range, change.text)
        return text

    def _replace(self, place: lsp.Range, new: str) -> None:
        """Replace a range in the lines; nothing else is kept up to date."""
        first, start = self._line_and_letter(place.start)
        last, end = max(self._line_and_letter(place.end), (first, start))
        piece = f"{self.lines[first][:start]}{new}{self.lines[last][end:]}"
        if first and self.lines[first - 1].endswith("\r"):  # a line feed may join it
            first -= 1
            piece = f"{self.lines[first]}{piece}"
        if last + 1 < len(self.lines) and not piece.endswith("\n"):
            last += 1
            piece = f"{piece}{self.lines[last]}"
        pieces = split_lines(piece)
        if last + 1 == len(self.lines) and (not pieces or _has_end(pieces[-1])):
            pieces.append("")
        self.lines[first : last + 1] = pieces
        vars(self).pop("text", None)
