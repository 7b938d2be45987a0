"""Sources: files, standard input and stores, and how their bytes and text are read."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

from dispatch_lint.config.globs import names_below
from dispatch_lint.config.named_files import open_regular, read_regular
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_lint.config.limits import Limits

STDIN_NAME = "<stdin>"


class BadRow(NamedTuple):
    """A row of a store that is not an entity, and why.

    Attributes:
        kind, name, organization, identity: what its columns say beside; empty where there are none.
    """

    message: str
    kind: str = ""
    name: str = ""
    organization: str = ""
    identity: str = ""


class RowReader(Protocol):
    """Reads the rows of a store, which is a database or a key/value file."""

    def rows(self, keys: Sequence[str] | None = None) -> Iterator[tuple[str, Any]]:
        """Each row with its key, in the order of keys.

        A row is a mapping as in a dump of the store, a `StoredEntity`, or a `BadRow`.

        Args:
            keys: the keys of the rows to read; None for all.

        Raises:
            InputError: the store cannot be read.
        """

    def count(self) -> int:
        """The number of rows."""

    def close(self) -> None:
        """End the connection; what is read later has a new one."""


class Source(NamedTuple):
    """One file, standard input, or a store.

    Attributes:
        name: as reports show it, relative to the working directory, with `/`; a store's URL
            without its password.
        format: one of `formats.FORMATS`, or `formats.ROWS`.
        named: whether the user named the file itself, not only a folder above it.
        reported: False where it is read for keys and references only (`--index`).
        opener: opens what is not a file of that name; None for a file.
        rows: the reader of a store; None for a text.
    """

    name: str
    format: str
    named: bool = True
    reported: bool = True
    opener: Callable[[], BinaryIO] | None = None
    rows: RowReader | None = None

    @property
    def path(self) -> str | None:
        """The absolute path, which globs of the settings match; None where there is no file."""
        if self.name == STDIN_NAME or self.rows is not None:
            return None
        return os.path.abspath(self.name)  # noqa: PTH100 (links are not followed)

    def open(self) -> BinaryIO:
        """Open it for reading.

        Raises:
            InputError: there is no such file, it may not be read, or is no regular file.
        """
        try:
            return self.opener() if self.opener else open_regular(self.name)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror or error}") from error

    def data(self, limits: Limits) -> bytes:
        """All bytes of a text.

        Raises:
            InputError: it cannot be read, or is too large.
        """
        try:
            if self.opener is None:
                return read_regular(self.name, limits.bytes)
            with self.opener() as stream:
                data = stream.read(limits.bytes + 1)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise self._too_large(limits) from error
            raise InputError(f"{self.name}: {error.strerror or error}") from error
        if len(data) > limits.bytes:
            raise self._too_large(limits)
        return data

    def _too_large(self, limits: Limits) -> InputError:
        return InputError(
            f"{self.name}: the file is larger than {limits.document_size} MiB; split it, "
            "write one entity a line (.jsonl), or raise limits.document-size"
        )

    def text(self, limits: Limits) -> str:
        """The whole text, without a byte order mark.

        Raises:
            InputError: it cannot be read, is too large, or is not UTF-8.
        """
        return decode(self.data(limits), self.name)

    def size(self) -> int:
        """The size of a file in bytes; 0 where it is not a file, or cannot be read."""
        if self.rows or self.opener:
            return 0
        try:
            return os.stat(self.name).st_size  # noqa: PTH116 (a hot path)
        except OSError:
            return 0


class NotText(InputError):
    """Bytes that are no text in UTF-8.

    Attributes:
        reason: why not.
        before: the text before the byte that is to blame.
    """

    def __init__(self, name: str, reason: str, before: bytes = b"") -> None:
        super().__init__(f"{name}: {reason}")
        self.reason = reason
        self.before = before.decode("utf-8", "replace").removeprefix("\ufeff")


def decode(data: bytes, name: str, first_line: int = 1) -> str:
    """UTF-8 bytes as text, without a byte order mark.

    Args:
        first_line: the number of their first line.

    Raises:
        NotText: the encoding is another, or the bytes are no text.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _not_text(data, name, error.start, first_line) from error
    if "\0" in text:
        raise _not_text(data, name, data.index(0), first_line)
    return text.removeprefix("\ufeff")


def _not_text(data: bytes, name: str, at: int, first_line: int) -> NotText:
    """Why bytes cannot be read as text.

    Args:
        at: the offset of the byte that cannot be decoded.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return NotText(name, "the file is UTF-16; save it as UTF-8, which dispatch reads")
    if (nul := data.find(0)) >= 0:
        reason = f"not a text file: NUL byte at offset {nul}"
        return NotText(name, reason, data[:nul])
    line = data.count(b"\n", 0, at) + first_line
    reason = f"line {line} is not UTF-8: byte 0x{data[at]:02x} at offset {at}"
    return NotText(name, reason, data[:at])


def is_url(text: str) -> bool:
    """Whether a text is a URL, and so names a store and not a path."""
    return "://" in text and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) is not None


def relative_name(source: Source, root: Path) -> str:
    """A source's path relative to the folder of the settings, which their globs match; with `/`."""
    path = source.path
    return source.name if path is None else names_below(path, root)[0]
