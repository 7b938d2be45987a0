"""Lines of files, for excerpts in reports.

Violations are sorted by line, so files are read forward and not held in memory.
"""

from __future__ import annotations

from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING

from dispatch_lint.documents.source import Source
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TextIO


class Excerpts:
    """Lines of files by their numbers. Going back in a file reads it again from its beginning.

    Args:
        sources: the sources that were checked, to read those that are not files on disk.
        changed: files that changed since they were checked, of which there are no excerpts.
    """

    def __init__(self, sources: Iterable[Source] = (), changed: Collection[str] = ()) -> None:
        self._changed = changed
        self._sources = {source.name: source for source in sources}
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
        except (OSError, InputError, UnicodeDecodeError, StopIteration):
            self.close()
            return ""
        # Kept for further violations in the same line.
        self._line = self._line.rstrip("\r\n")
        return self._line

    def _open(self, file: str) -> TextIO:
        source = self._sources.get(file) or Source(file, "")
        # A carriage return alone ends a line of YAML and JSON, see `Lines`.
        newline = "" if source.format in ("yaml", "json") else "\n"
        return TextIOWrapper(source.open(), encoding="utf-8-sig", newline=newline)

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
