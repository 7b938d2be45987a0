"""JSONL texts in ranges of lines, each of which can be judged without the lines before it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from dispatch_lint.config.limits import CURRENT
from dispatch_lint.documents.source import Digest, Source, is_blank
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class LineRange(NamedTuple):
    """Some lines of a JSONL file.

    Attributes:
        source: the number of the file among those of its run.
        start, end: bytes of the file, from the begin of a line to the end of one.
        line, document: how many of either are before it.
    """

    source: int
    start: int
    end: int
    line: int = 0
    document: int = 0

    def read(self, stream: BinaryIO) -> list[bytes]:
        """The lines, without their ends."""
        stream.seek(self.start)
        return stream.read(self.end - self.start).split(b"\n")


def line_ranges(
    source: Source, number: int, sizes: Iterator[int], digest: Digest | None
) -> list[LineRange]:
    """The lines of a file in ranges; none where one line keeps those behind it from being read.

    Args:
        number: of the source among those of its run.
        sizes: bytes, about, of one range after the other; there is no end to them.
        digest: is given all bytes.
    """
    with suppress(InputError, OSError, UnicodeDecodeError), source.open() as stream:
        return list(_ranges(stream, number, sizes, digest))
    return []  # whoever reads one line after the other says why


def _ranges(
    stream: BinaryIO, number: int, sizes: Iterator[int], digest: Digest | None
) -> Iterator[LineRange]:
    start = line = document = 0
    while text := stream.read(next(sizes)):
        if not text.endswith(b"\n"):
            text += stream.readline(CURRENT.bytes)
        if not text.isascii():
            text.decode()
        if b"\0" in text or _is_long(text):
            raise InputError
        if digest is not None:
            digest.update(text)
        yield LineRange(number, start, start + len(text), line, document)
        lines = text.count(b"\n") + (not text.endswith(b"\n"))
        blank = 0
        if not text.startswith(b"{") or text.count(b"\n{") != lines - 1:
            blank = sum(map(is_blank, text.removesuffix(b"\n").split(b"\n")))
        start, line, document = start + len(text), line + lines, document + lines - blank


def _is_long(text: bytes) -> bool:
    """Whether a line may be larger than the limit."""
    return len(text) > CURRENT.bytes and any(len(one) > CURRENT.bytes for one in text.split(b"\n"))
