"""Bolt files, read-only: the default backend of Dispatch.

There is no maintained reader of the format for Python. The format is small, and frozen at version
2: a file of pages, which form B+ trees. Numbers are in the byte order of the machine that wrote
the file, which is little-endian wherever Dispatch runs.

- page: `id u64, flags u16, count u16, overflow u32`, then `count` elements of 16 bytes
- leaf element: `flags u32, pos u32, ksize u32, vsize u32`; `pos` counts from the element
- branch element: `pos u32, ksize u32, page u64`
- bucket, the value of a leaf element whose flag is 1: `root u64, sequence u64`; if root is 0,
  the only page of the bucket follows inside the value
- meta, after the headers of pages 0 and 1: `magic u32, version u32, page size u32, flags u32,
  root u64, sequence u64, freelist u64, pages u64, transaction u64, checksum u64`

Every number is checked against the size of the file before it is used, so that a damaged file is
reported as an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from dispatch_lint.config.named_files import open_regular
from dispatch_lint.documents.source import BadRow
from dispatch_lint.model.errors import StoreError
from dispatch_lint.text.json_reader import read_value

_PAGE = struct.Struct("<QHHI")
_LEAF = struct.Struct("<IIII")
_BRANCH = struct.Struct("<IIQ")
_BUCKET = struct.Struct("<QQ")
_META = struct.Struct("<IIIIQQQQQQ")
_MAGIC = 0xED0CDAED
_VERSION = 2
_IS_BRANCH, _IS_LEAF = 1, 2
_IS_BUCKET = 1
_INDEX_BYTES = 8
"""Before the JSON, the key/value library stores the index of the last write."""
_PAGE_SIZES = [1 << bits for bits in range(9, 17)]


class _Damaged(Exception):
    """The file cannot be read as a Bolt file; the message says why."""


class _Meta(NamedTuple):
    page_size: int
    root: int
    pages: int
    transaction: int


class BoltFile:
    """The entities of a Bolt file as rows.

    Args:
        shown: the name of the file in messages.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self._path, self.shown = path, shown

    def rows(self, keys: Sequence[str] | None = None) -> Iterator[tuple[str, Any]]:
        wanted = None if keys is None else set(keys)
        for bucket, key, value in self.pairs():
            name = key.decode("utf-8", "backslashreplace").lstrip("/")
            if wanted is None or name in wanted:
                yield name, _row(bucket, name, value)

    def count(self) -> int:
        return sum(1 for _ in self.pairs())

    def close(self) -> None:
        """Do nothing: the file is open only while it is read."""

    def pairs(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Every bucket name, key and value, in the order of buckets and keys.

        Raises:
            StoreError: the file cannot be read, is in use, is not a Bolt file, or is damaged.
        """
        try:
            with self._open() as stream:
                yield from _Pages(stream).pairs()
        except OSError as error:
            raise StoreError(f"{self.shown}: {error.strerror or error}") from error
        except _Damaged as error:
            raise StoreError(f"{self.shown}: {error}") from None

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        with open_regular(self._path) as stream:
            _share(stream, self.shown)
            yield stream


def _share(stream: IO[bytes], shown: str) -> None:
    """Take the shared lock of Bolt's readers; a running Dispatch holds the exclusive one."""
    try:
        import fcntl
    except ImportError:
        return  # Windows has no such locks, and Dispatch does not run there
    try:
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"{shown}: the file is in use by a running Dispatch: stop it, or check a "
                         "copy of the file") from None  # fmt: skip


def _row(bucket: str, key: str, value: bytes) -> dict[str, Any] | BadRow:
    if len(value) < _INDEX_BYTES:
        return BadRow(f"the value has {len(value)} bytes: too long for an entity")
    try:
        entity = read_value(value[_INDEX_BYTES:])
    except ValueError as error:
        return BadRow(f"the value cannot be read: {error}")
    if not isinstance(entity, dict):
        return BadRow("the value is not a JSON object")
    index = int.from_bytes(value[:_INDEX_BYTES], "little")
    return {"bucket": bucket, "key": key, "lastIndex": index, "value": entity}


class _Pages:
    """The pages of an open file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._size = stream.seek(0, 2)
        self._visited: set[int] = set()
        self._meta = self._read_meta()

    def pairs(self) -> Iterator[tuple[str, bytes, bytes]]:
        for name, value, flags in self._tree(self._meta.root):
            if not flags & _IS_BUCKET:
                raise _Damaged("the file is damaged: there is a value outside of all buckets")
            for key, inner, inner_flags in self._bucket(value):
                if not inner_flags & _IS_BUCKET:  # the key/value library makes no inner buckets
                    yield name.decode("utf-8", "backslashreplace"), key, inner

    def _read_meta(self) -> _Meta:
        """The newer of the two meta pages that are intact: a write may have been interrupted."""
        metas = [meta for offset in (0, *_PAGE_SIZES) if (meta := self._meta_at(offset))]
        if not metas:
            if self._size == 0:
                raise _Damaged("the file is empty")
            raise _Damaged("not a Bolt file, or both of its meta pages are damaged")
        return max(metas, key=lambda meta: meta.transaction)

    def _meta_at(self, offset: int) -> _Meta | None:
        start = offset + _PAGE.size
        if start + _META.size > self._size:
            return None
        data = self._read(start, _META.size)
        magic, version, page_size, _, root, _, _, pages, transaction, checksum = _META.unpack(data)
        if magic != _MAGIC or version != _VERSION or page_size not in _PAGE_SIZES:
            return None
        if checksum != _fnv64a(data[:-8]) or offset not in (0, page_size):
            return None
        return _Meta(page_size, root, pages, transaction)

    def _bucket(self, value: bytes) -> Iterator[tuple[bytes, bytes, int]]:
        if len(value) < _BUCKET.size:
            raise _Damaged("the file is damaged: a bucket without a root")
        root, _ = _BUCKET.unpack_from(value)
        if root:
            yield from self._tree(root)
        else:
            yield from _leaf(value[_BUCKET.size :], "a bucket held as a value")

    def _tree(self, root: int) -> Iterator[tuple[bytes, bytes, int]]:
        """The key, value and flags of each element in the leaves below a page, in key order."""
        pending = [root]
        while pending:
            number = pending.pop()
            if number in self._visited:  # also by another bucket
                raise _Damaged(f"the file is damaged: page {number} is reached twice")
            self._visited.add(number)
            page = self._page(number)
            flags = _PAGE.unpack_from(page)[1]
            if flags & _IS_LEAF:
                yield from _leaf(page, f"page {number}")
            elif flags & _IS_BRANCH:
                pending += reversed(_branch(page, f"page {number}"))
            else:
                raise _Damaged(f"the file is damaged: page {number} is not a page of a tree")

    def _page(self, number: int) -> bytes:
        size = self._meta.page_size
        if not 2 <= number < self._meta.pages:
            raise _Damaged(f"the file is damaged: there is no page {number}")
        if (number + 1) * size > self._size:
            raise _Damaged(f"the file is cut off before page {number}")
        identity, _, _, overflow = _PAGE.unpack(self._read(number * size, _PAGE.size))
        if identity != number:
            raise _Damaged(f"the file is damaged: page {number} says that it is page {identity}")
        if (number + 1 + overflow) * size > self._size:
            raise _Damaged(f"the file is cut off inside page {number}")
        return self._read(number * size, (1 + overflow) * size)

    def _read(self, offset: int, size: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(size)


def _leaf(page: bytes, where: str) -> Iterator[tuple[bytes, bytes, int]]:
    left = len(page)
    for start in _elements(page, where):
        flags, position, key_size, value_size = _LEAF.unpack_from(page, start)
        left -= key_size + value_size
        if left < 0:
            raise _Damaged(f"the file is damaged: the elements of {where} overlap")
        begin = start + position
        middle, end = begin + key_size, begin + key_size + value_size
        if end > len(page):
            raise _Damaged(f"the file is damaged: an element of {where} is longer than the page")
        yield page[begin:middle], page[middle:end], flags


def _branch(page: bytes, where: str) -> list[int]:
    return [_BRANCH.unpack_from(page, start)[2] for start in _elements(page, where)]


def _elements(page: bytes, where: str) -> range:
    if len(page) < _PAGE.size:
        raise _Damaged(f"the file is damaged: {where} is too short")
    count = _PAGE.unpack_from(page)[2]
    end = _PAGE.size + count * _LEAF.size
    if end > len(page):
        raise _Damaged(f"the file is damaged: {where} has no room for its {count} elements")
    return range(_PAGE.size, end, _LEAF.size)


def _fnv64a(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value
