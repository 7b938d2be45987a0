"""Standard input and pipes: what can be read only once is kept for who has to read it again."""

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
"""Bytes of lines that are kept in memory; more go to a file without a name."""


def keep(stream: BinaryIO, format_: str | None, at_most: int) -> tuple[str, Callable[[], BinaryIO]]:
    """All that comes from a stream: its format, and what opens it from its beginning.

    Args:
        format_: None where the first bytes tell.
        at_most: bytes of a text that is read as a whole; one more says that there were too many.
    """
    head = stream.read(_HEAD)
    format_ = format_ or guess_format(head)
    if format_ != "jsonl":
        data = head + stream.read(at_most + 1 - len(head))
        return format_, lambda: io.BytesIO(data)
    from shutil import copyfileobj
    from tempfile import SpooledTemporaryFile

    kept: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    kept.write(head)
    copyfileobj(stream, kept)
    return format_, lambda: io.BufferedReader(_FromStart(kept))


class _FromStart(io.RawIOBase):
    """What is kept, with a position of its own; to close it leaves it to others."""

    def __init__(self, kept: SpooledTemporaryFile[bytes]) -> None:
        self._kept, self._at = kept, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_END:
            self._at = self._kept.seek(offset, io.SEEK_END)
        else:
            self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._kept.seek(self._at)
        count = self._kept.readinto(buffer)
        self._at += count
        return count
