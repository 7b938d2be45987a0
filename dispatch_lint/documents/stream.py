"""Standard input and pipes can be read only once: they are buffered, to be read again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from dispatch_lint.documents.formats import guess_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from tempfile import SpooledTemporaryFile

    from _typeshed import WriteableBuffer


_HEAD = 4096
_IN_MEMORY = 16 * 1024 * 1024
"""Bytes of JSONL that are buffered in memory; larger streams go to a temporary file."""


def buffer_stream(
    stream: BinaryIO, format_: str | None, max_bytes: int
) -> tuple[str, Callable[[], BinaryIO]]:
    """Read a stream to its end.

    Args:
        format_: the name of its format; None to guess it from the first bytes.
        max_bytes: the limit of a text that is not JSONL. One byte more is buffered, so that the
            reader can detect that it is too large.

    Returns:
        The name of the format, and a function that opens the buffered bytes.
    """
    head = stream.read(_HEAD)
    format_ = format_ or guess_format(head)
    if format_ != "jsonl":
        data = head + stream.read(max_bytes + 1 - len(head))
        return format_, lambda: io.BytesIO(data)
    from shutil import copyfileobj
    from tempfile import SpooledTemporaryFile

    buffered: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    buffered.write(head)
    copyfileobj(stream, buffered)
    return format_, lambda: io.BufferedReader(_View(buffered))


class _View(io.RawIOBase):
    """A view of a shared file with a position of its own. Closing it leaves the file open."""

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_END:
            self._at = self._file.seek(offset, io.SEEK_END)
        else:
            self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._file.seek(self._at)
        count = self._file.readinto(buffer)
        self._at += count
        return count
