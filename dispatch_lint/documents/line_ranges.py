"""JSONL texts in ranges of lines, each of which can be checked without the lines before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.source import Source


class LineRange(NamedTuple):
    """Some lines of a JSONL file.

    Attributes:
        start, end: bytes of the file, from the beginning of a line to the end of one.
        line, document: how many lines, and how many documents, are before it.
    """

    start: int
    end: int
    line: int = 0
    document: int = 0


def line_ranges(source: Source, size: int, limits: Limits) -> Iterator[LineRange]:
    """Cut a JSONL source into ranges of about `size` bytes, each of whole lines.

    Raises:
        InputError: the source cannot be read, or a line is larger than the limit; what stands
            before that line has been cut by then.
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
            yield LineRange(start, start + len(text), line, document)
            lines = text.count(b"\n") + (not text.endswith(b"\n"))
            start, line, document = start + len(text), line + lines, document + _filled(text, lines)


def _too_long(text: bytes, longest: int) -> int | None:
    """The number of the first line that is longer, from 1."""
    lines = enumerate(text.split(b"\n"), 1)
    return next((number for number, line in lines if len(line) > longest), None)


def _filled(text: bytes, lines: int) -> int:
    """How many of the lines of a text are not blank."""
    if text.startswith(b"{") and text.count(b"\n{") == lines - 1:
        return lines  # nearly always
    return sum(not is_blank(line) for line in text.removesuffix(b"\n").split(b"\n"))


def is_blank(line: bytes) -> bool:
    """Whether there is nothing in a line but white space, of whichever kind."""
    if line and 0x20 < line[0] < 0x7F:  # what nearly every line begins with
        return False
    text = line.decode("utf-8-sig", "replace")
    return not text or text.isspace()
