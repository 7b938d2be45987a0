"""The bytes that come from an editor, as far as they can be messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_BYTES = 1 << 28
"""Bytes of a message: more than any text that is checked, less than what exhausts memory."""
_MAX_LINE = 1 << 16
"""Bytes of a line of a header; what is behind them is read as another line."""
_LENGTH = re.compile(rb"Content-Length: *0*(\d+)\s*")


class Messages:
    """The input of a server, which pygls reads: a header by lines, then a message."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """The next line of a header.

        Raises:
            InputError: it announces a message that is too large; where the next one begins is not
                known then.
        """
        line = self._stream.readline(_MAX_LINE)
        announced = _LENGTH.fullmatch(line)
        if announced and (len(announced[1]) > len(str(MAX_BYTES)) or int(announced[1]) > MAX_BYTES):
            raise InputError(
                f"the editor announces a message of {announced[1][:20].decode()} bytes; "
                f"the limit is {MAX_BYTES:,}"
            )
        return line

    def read(self, size: int) -> bytes:
        """A message, or what comes of it before the end of the input."""
        return self._stream.read(size)
