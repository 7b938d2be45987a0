"""Lines of files, for excerpts in reports.

Violations are sorted by line, so files are read forward and not held in memory.
"""

from __future__ import annotations

from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TextIO

    from dispatch_lint.documents.source import Source


class Excerpts:
    """Lines of files by their numbers. Going back in a file reads it again from its beginning.

    Args:
        sources: the sources that were checked, to read those that are not files on disk.
        changed: files that changed since they were checked, of which there are no excerpts.
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
        """A line by its number, from 1, without its line break; empty where it cannot be read."""
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
        # Kept for further violations in the same line.
        self._line = self._line.rstrip("\r\n")
        return self._line

    def _open(self, file: str) -> TextIO:
        opener = self._openers.get(file)
        # A carriage return alone does not end a line, as in editors.
        if opener is None:
            return open(file, encoding="utf-8-sig", newline="\n")  # noqa: PTH123
        return TextIOWrapper(opener(), encoding="utf-8-sig", newline="\n")

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
