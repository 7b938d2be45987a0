"""Cuts JSONL files into ranges of lines that can be checked independently."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.source import Source


class LineRange(NamedTuple):
    """Consecutive lines of a JSONL file.

    Attributes:
        start, end: offsets in bytes, from the beginning of a line to the end of one.
        line, document: the number of lines, and of documents, before the range.
        digest: a hash of its bytes, to detect a change before they are checked; None to read what
            is there.
    """

    start: int
    end: int
    line: int = 0
    document: int = 0
    digest: int | None = None


def line_ranges(source: Source, size: int, limits: Limits) -> Iterator[LineRange]:
    """Cut a JSONL source into ranges of about `size` bytes, each of whole lines.

    There is one range at least, of an empty file too.

    Raises:
        InputError: the source cannot be read, or a line is larger than the limit; the lines
            before that one have been yielded by then.
    """
    with source.open() as stream:
        start = line = document = 0
        while text := stream.read(size):
            if not text.endswith(b"\n"):
                text += stream.readline(limits.bytes + 1)
            if len(text) > limits.bytes and (number := _too_long(text, limits.bytes)) is not None:
                before = sum(len(line) + 1 for line in text.split(b"\n")[: number - 1])
                if before:
                    yield LineRange(start, start + before, line, document)
                raise InputError(
                    f"{source.name}:{line + number}: the line is larger than "
                    f"{limits.document_size} MiB; limits.document-size raises the limit"
                )
            yield LineRange(start, start + len(text), line, document, hash(text))
            lines = text.count(b"\n") + (not text.endswith(b"\n"))
            start += len(text)
            line += lines
            document += _documents(text, lines)
        if not start:
            yield LineRange(0, 0)


def _too_long(text: bytes, max_length: int) -> int | None:
    """The number, from 1, of the first line that is longer than a maximum."""
    lines = enumerate(text.split(b"\n"), 1)
    return next((number for number, line in lines if len(line) > max_length), None)


def _documents(text: bytes, lines: int) -> int:
    """The number of documents in a text of some lines: one in each line that is not blank."""
    if text.startswith(b"{") and text.count(b"\n{") == lines - 1:
        return lines  # the usual case
    return sum(not is_blank(line) for line in text.removesuffix(b"\n").split(b"\n"))


def is_blank(line: bytes) -> bool:
    """Whether a line has nothing but white space, Unicode's included."""
    if line and 0x20 < line[0] < 0x7F:  # the usual case
        return False
    text = line.decode("utf-8-sig", "replace")
    return not text or text.isspace()
