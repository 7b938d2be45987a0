"""Sources: where documents come from, and how their text is read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, Protocol

from dispatch_lint.config.limits import CURRENT
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.old.placed import Part

Format = Literal["yaml", "json", "jsonl", "go", "rows"]
FORMATS: dict[str, Format] = {
    ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".go": "go",
}  # fmt: skip

STDIN_NAME = "<stdin>"


class Digest(Protocol):
    """A hash of bytes."""

    def update(self, data: bytes, /) -> None: ...


class BadRow(NamedTuple):
    """A row of a store that holds no entity, and why."""

    message: str


class RowReader(Protocol):
    """Reads the rows of a store: of a database, or of a key/value file."""

    def rows(self, keys: Sequence[str] | None = None) -> Iterator[tuple[str, Any]]:
        """Each row with its key, in the order of keys.

        A row is a mapping as a dump of the store has it, or a `StoredEntity`.

        Args:
            keys: only these; None for all.

        Raises:
            InputError: the store cannot be read.
        """

    def count(self) -> int:
        """How many rows there are."""


class Source(NamedTuple):
    """One file, standard input, or a store.

    Attributes:
        name: as reports show it, relative to the working directory, with `/`; a store's URL
            without its password.
        named: whether the user named the file itself, not only a folder above it.
        reported: False where it is read for keys and references only (`--index`).
        rows: the reader of a store; None for a text.
        placed: the documents with their places, where somebody has read them already.
    """

    name: str
    format: Format
    named: bool = True
    reported: bool = True
    opener: Callable[[], BinaryIO] | None = None
    rows: RowReader | None = None
    placed: Callable[[], list[Part]] | None = None

    @property
    def path(self) -> str | None:
        """The absolute path, by which settings are matched; None where there is no file."""
        if self.name == STDIN_NAME or self.rows is not None:
            return None
        return os.path.abspath(self.name)  # noqa: PTH100 (links are not followed)

    def open(self) -> BinaryIO:
        """The bytes.

        Raises:
            InputError: there is no such file, or it may not be read.
        """
        try:
            return self.opener() if self.opener else open(self.name, "rb")  # noqa: PTH123
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror or error}") from error

    def text(self) -> str:
        """The whole text, without a byte order mark.

        Raises:
            InputError: it cannot be read, is too large, or is not UTF-8.
        """
        data = self.data()
        assert data is not None
        return decode(data, self.name)

    def size(self) -> int:
        """Bytes of a file; 0 for what is none, or cannot be read: whoever reads it says so."""
        if self.rows or self.opener:
            return 0
        try:
            return os.stat(self.name).st_size  # noqa: PTH116 (a hot path)
        except OSError:
            return 0

    def small(self, most: int) -> bytes | None:
        """All bytes of a small file that is read as a whole; None for others, or past `most`.

        None too for one that cannot be read: `data` says why.
        """
        if self.format == "jsonl" or self.opener is not None or self.rows is not None:
            return None
        try:
            size, data = _read(self.name, most)
        except OSError:
            return None
        return data if size <= most else None

    def data(self, at_most: int | None = None) -> bytes | None:
        """All bytes; None where they are more than `at_most`.

        Raises:
            InputError: it cannot be read, or is too large.
        """
        try:
            if self.opener is not None:
                with self.opener() as stream:
                    data = stream.read()
                size = len(data)
            else:
                size, data = _read(self.name, CURRENT.bytes if at_most is None else at_most)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror or error}") from error
        if at_most is not None and at_most < size <= CURRENT.bytes:
            return None
        if size > CURRENT.bytes:
            raise InputError(
                f"{self.name}: the file is larger than {CURRENT.document_size} MiB; split it, "
                "write one entity a line (.jsonl), or raise limits.document-size"
            )
        return data

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines of a JSONL text that are not empty, with their numbers from 1.

        Raises:
            InputError: as `text`.
        """
        for number, line in self.raw_lines():
            yield number, decode(line, f"{self.name}:{number}")

    def raw_lines(
        self, digest: Digest | None = None, within: LineRange | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """The bytes of the lines of a JSONL text that are not empty, with their numbers from 1.

        Args:
            digest: is given all bytes that are read.
            within: only these lines.

        Raises:
            InputError: as `data`.
        """
        number = within.line if within else 0
        try:
            with self.open() as stream:
                for lines in [within.read(stream)] if within else _split(stream, digest):
                    for line in lines:
                        number += 1
                        if not is_blank(line):
                            yield number, line
        except _TooLong as error:
            raise InputError(
                f"{self.name}:{number + 1}: the line is larger than {CURRENT.document_size} MiB; "
                "limits.document-size raises the limit"
            ) from error
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror or error}") from error


class _TooLong(Exception):
    """A line that is larger than the limit."""


def _split(stream: BinaryIO, digest: Digest | None) -> Iterator[list[bytes]]:
    """The lines of a stream without their ends, many at a time: to ask for each takes longer.

    Raises:
        _TooLong: what comes next is a line that is too large.
    """
    begun: list[bytes] = []  # of the line that is to be continued
    size = 0
    while chunk := stream.read(_CHUNK):
        if digest is not None:
            digest.update(chunk)
        head, end, tail = chunk.rpartition(b"\n")
        if end:
            lines = b"".join([*begun, head]).split(b"\n")
            if len(lines[0]) > CURRENT.bytes:  # no other began before this chunk
                raise _TooLong
            yield lines
            begun, size = [], 0
        begun.append(tail)
        size += len(tail)
        if size > CURRENT.bytes:
            raise _TooLong
    if size:
        yield [b"".join(begun)]


_CHUNK = 1 << 18


def is_blank(line: bytes) -> bool:
    """Whether there is nothing in a line but white space, of whichever kind."""
    if line and 0x20 < line[0] < 0x7F:  # what nearly every line begins with
        return False
    text = line.decode("utf-8-sig", "replace")
    return not text or text.isspace()


def _read(name: str, most: int) -> tuple[int, bytes]:
    """How large a file is, and its bytes where these are not too many.

    Past Python's streams: most files are small, and to make a stream takes longer than to read.

    Raises:
        OSError: as of `open`.
    """
    handle = os.open(name, os.O_RDONLY | _BINARY)
    try:
        data = os.read(handle, SMALL)
        more = os.read(handle, SMALL)  # takes less than to ask for the size
        if not more:
            return len(data), data
        size = os.fstat(handle).st_size
        if size > most:
            return size, b""
        pieces, held = [data, more], len(data) + len(more)
        # A pipe has no size, and a file may grow.
        while more and held <= CURRENT.bytes:
            more = os.read(handle, max(size - held, 0) + SMALL)
            pieces.append(more)
            held += len(more)
        return held, b"".join(pieces)
    finally:
        os.close(handle)


SMALL = 1 << 16
"""Bytes of a file that is read before it is its turn."""
_BINARY = getattr(os, "O_BINARY", 0)  # Windows has two ways to read


def decode(data: bytes, name: str) -> str:
    """UTF-8 bytes as text.

    Raises:
        InputError: it is another encoding, or no text at all.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: {_no_text(data, error)}") from error
    if "\0" in text:
        raise InputError(f"{name}: {_no_text(data)}")
    return text.removeprefix("\ufeff")  # a byte order mark


def _no_text(data: bytes, error: UnicodeDecodeError | None = None) -> str:
    """Why bytes are no text that can be read."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "the text is UTF-16; dispatch reads UTF-8: save it as UTF-8"
    if error is None or b"\0" in data:
        return f"this is not text: there is a NUL byte at offset {data.index(0)}"
    line = data.count(b"\n", 0, error.start) + 1
    byte = data[error.start]
    return f"line {line} is not UTF-8: byte 0x{byte:02x} at offset {error.start}"


def is_url(text: str) -> bool:
    """Whether a text names a store, and not a path."""
    return "://" in text and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) is not None


def format_of(name: str) -> Format | None:
    """The format that a file name stands for, or None."""
    if name.endswith(".yaml") and len(name) > 5 and name[-6] not in "./":  # nearly always
        return "yaml"
    return FORMATS.get(os.path.splitext(name)[1].lower())  # noqa: PTH122 (a hot path)


def guess_format(head: bytes) -> Format:
    """The format of a text without a name, by its first bytes."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith((b"{", b"[")):
        return "yaml"
    if text.startswith(b"["):
        return "json"
    lines = [line for line in text.split(b"\n", 3)[:2] if line.strip()]
    each_an_object = len(lines) == 2 and all(
        line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for line in lines
    )
    return "jsonl" if each_an_object else "json"
