"""Lines of files, for excerpts: violations come in the order of lines, so no file is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class Excerpts:
    """Lines of files by their numbers, read forward: only who asks for one before begins anew."""

    def __init__(self) -> None:
        self._file = ""
        self._stream: TextIO | None = None
        self._number = 0
        self._line = ""

    def line(self, file: str, number: int) -> str:
        """A line, counted from 1, without its end; nothing where there is none, or it is no text."""
        try:
            if file != self._file or number < self._number or self._stream is None:
                self.close()
                # A carriage return alone ends no line: editors count so.
                self._stream = open(file, encoding="utf-8-sig", newline="\n")  # noqa: SIM115, PTH123
                self._file, self._number = file, 0
            while self._number < number:
                self._line = next(self._stream)
                self._number += 1
        except (OSError, UnicodeDecodeError, StopIteration):
            self.close()
            return ""
        return self._line.rstrip("\r\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
