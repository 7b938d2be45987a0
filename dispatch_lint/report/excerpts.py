"""Lines of files, for excerpts. No file is kept: violations come in the order of lines."""

from __future__ import annotations

from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TextIO

    from dispatch_lint.documents.source import Source


class Excerpts:
    """Lines of files by their numbers. A file is read forward; for a line before, from its beginning.

    Args:
        sources: those that are no files on disk are opened as they say.
        changed: files that are not what was checked: there is no excerpt of them.
    """

    def __init__(self, sources: Iterable[Source] = (), changed: Collection[str] = ()) -> None:
        self._changed = changed
        self._openers = {
            source.name: source.opener for source in sources if source.opener is not None
        }
        self._file = ""
        self._stream: TextIO | None = None
        self._number = 0
        self._line = ""

    def line(self, file: str, number: int) -> str:
        """A line, counted from 1, without its end; nothing where there is none, or it is no text."""
        if file in self._changed:
            return ""
        try:
            if file != self._file or number < self._number or self._stream is None:
                self.close()
                self._stream = self._open(file)
                self._file, self._number = file, 0
            if self._number < number:
                self._line = next(islice(self._stream, number - self._number - 1, None))
                self._number = number
        except (OSError, UnicodeDecodeError, StopIteration):
            self.close()
            return ""
        # Kept: many violations may stand in one long line.
        self._line = self._line.rstrip("\r\n")
        return self._line

    def _open(self, file: str) -> TextIO:
        opener = self._openers.get(file)
        # A carriage return alone ends no line: editors count so.
        if opener is None:
            return open(file, encoding="utf-8-sig", newline="\n")  # noqa: PTH123
        return TextIOWrapper(opener(), encoding="utf-8-sig", newline="\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
