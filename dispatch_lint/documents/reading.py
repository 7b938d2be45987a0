"""Reads the documents of a source, whatever its format."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import starmap
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.formats import FORMATS
from dispatch_lint.documents.source import BadRow, NotText, decode
from dispatch_lint.model.errors import InputError
from dispatch_lint.text.json_reader import read_json_line
from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import Part, Problem, row_part

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.source import Source


class ReadPart(NamedTuple):
    """One document of a source, parsed and not yet classified.

    Attributes:
        number: counts the documents of the source from 0.
        row_key: the key of its row, where the source is a store; empty for a text.
        error: why the document could not be read; then the part has no value, or a `BadRow`.
    """

    number: int
    part: Part
    row_key: str = ""
    error: str = ""


class Reading(NamedTuple):
    """The bytes that were read of a source, to detect a change when it is read again.

    Attributes:
        digest: a hash of the bytes.
        lines: the lines of a JSONL source that were read; None for a whole source.
    """

    digest: int
    lines: LineRange | None


class SourceText(NamedTuple):
    """A source that was read.

    Attributes:
        parts: its documents.
        text: the whole text; empty for JSONL and for rows.
        digest: a hash of the bytes, see `Reading`; None for rows.
    """

    parts: Iterable[ReadPart]
    text: str = ""
    digest: int | None = None


def read_source(
    source: Source, limits: Limits, *, lines: LineRange | None = None,
    wanted: Collection[int] | None = None,
) -> SourceText:  # fmt: skip
    """Read a source, or some of its lines.

    Args:
        lines: the lines of a JSONL source to read; None for all.
        wanted: the numbers of the documents that are needed, none of which the source lacks; None
            for all.

    Raises:
        InputError: it cannot be read, is too large, is no text, or changed since `lines` were cut. What is wrong with a single
            line of JSONL, or with a row, is the `error` of its part instead.
    """
    if source.rows is not None:
        return SourceText(_rows(source))
    if source.format == "jsonl":
        data = _bytes_of(source, lines) if lines else source.data(limits)
        if lines and lines.digest not in (None, hash(data)):
            raise changed_error(source.name)
        parts = _lines(source.name, data, limits, lines, wanted)
        return SourceText(parts, digest=hash(data))
    data = source.data(limits)
    text = decode(data, source.name)
    reader = FORMATS[source.format].read
    parsed = reader(text, limits, wanted) if reader is not None else ()
    return SourceText(starmap(ReadPart, parsed), text, hash(data))


def changed_error(name: str) -> InputError:
    """The error for a file that changed since it was checked."""
    return InputError(f"{name}: the file changed during the check; run it again")


def has_changed(source: Source, limits: Limits, readings: Iterable[Reading]) -> bool:
    """Whether a file changed since it was read, or cannot be read any more."""
    try:
        return any(
            hash(_bytes_of(source, lines) if lines else source.data(limits)) != digest
            for digest, lines in readings
        )
    except InputError:
        return True


def _bytes_of(source: Source, lines: LineRange) -> bytes:
    try:
        with source.open() as stream:
            stream.seek(lines.start)
            return stream.read(lines.end - lines.start)
    except OSError as error:
        raise InputError(f"{source.name}: {error.strerror or error}") from error


def _lines(
    name: str, data: bytes, limits: Limits, lines: LineRange | None,
    wanted: Collection[int] | None,
) -> Iterator[ReadPart]:  # fmt: skip
    from dispatch_lint.documents.line_ranges import is_blank

    number = lines.line if lines else 0
    index = lines.document if lines else 0
    for line in data.split(b"\n"):
        number += 1
        if is_blank(line):
            continue
        if wanted is None or index in wanted:
            yield read_line(name, line, number, index, limits)
        index += 1


def read_line(name: str, line: bytes, number: int, index: int, limits: Limits) -> ReadPart:
    """Read a line of JSONL as a document.

    Args:
        name: the name of the source.
        number: the number of the line, from 1.
        index: counts the documents of the source from 0.
    """
    try:
        text = decode(line, f"{name}:{number}", number)
    except NotText as error:
        return unreadable_part(error, index, number)
    return ReadPart(index, read_json_line(text, number, limits))


def unreadable_part(error: NotText, index: int = 0, number: int = 1) -> ReadPart:
    """The part that stands for a source, or a line, that is no text.

    Args:
        index: counts the documents of the source from 0.
        number: the number of its first line, from 1.
    """
    lines = Lines(error.before, number)
    end = len(error.before)
    problem = Problem(error.reason, lines.range(end, end), is_text=False)
    part = Part(None, lines, problem=problem, stop=end)
    return ReadPart(index, part, error=str(error))


def _rows(source: Source) -> Iterator[ReadPart]:
    assert source.rows is not None
    for index, (key, value) in enumerate(source.rows.rows()):
        error = f"{source.name}: {key}: {value.message}" if isinstance(value, BadRow) else ""
        yield ReadPart(index, row_part(index, value), key, error)


def read_documents(classifier: Classifier, source: Source, limits: Limits) -> Iterator[Document]:
    """The entity documents of a source, without what does not parse and what is no entity.

    Raises:
        InputError: the source cannot be read.
    """
    for index, part, row_key, error in read_source(source, limits).parts:
        if error or part.problem is not None:
            continue
        document = classifier.read(part, source, index)
        if not isinstance(document, Skipped):
            yield document._replace(row_key=row_key) if row_key else document
