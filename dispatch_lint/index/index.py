"""The index of a run: rows in partitions, in memory while they are few, and else in a file."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from typing import IO, Any
from zlib import crc32

from dispatch_lint.index.groups import (
    IndexRow,
    Members,
    Row,
    is_by_name,
    keys_of,
    names_of_kinds,
    position_of,
)
from dispatch_lint.model.relations import REFERENCE

PARTITIONS = 256
"""Rows of the same group are in the same partition, and one partition at a time is in memory."""
MAX_ROWS = 50_000
"""The number of rows that are held as they came; more are packed."""
MIN_PACKED = 5_000
"""The number of rows from which they are packed before they are sent to another process."""
MAX_IN_MEMORY = 100_000_000
"""The size of packed rows in memory, in bytes; more are moved to a temporary file."""


class Index:
    """The rows of a run.

    A packed block holds the rows of one partition that were packed at the same time.

    Args:
        limit: the size of packed rows in memory, in bytes.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._file: IO[bytes] | None = None
        self._clear()

    def _clear(self) -> None:
        self._rows: list[IndexRow] = []
        self._blocks: dict[int, list[bytes]] = {}
        self._size = 0
        self._in_file: dict[int, list[tuple[int, int]]] = {}
        """The offset and size of each block, by partition."""

    def add(self, source: int, rows: Iterable[tuple[str, int, Row]]) -> None:
        """Add the rows of one source.

        Args:
            source: the position of the source in the run.
            rows: the group, the number of the document, and the row.
        """
        first = position_of(source, 0)
        self._rows += [(group, first | document, row) for group, document, row in rows]
        if len(self._rows) >= MAX_ROWS:
            self.pack()

    def merge(self, other: Index) -> None:
        """Add all rows of another index, which is closed. The order makes no difference."""
        for partition, blocks in other._all_blocks():
            self._add_blocks(partition, blocks)
        if other._rows:
            self._rows += other._rows
            if len(self._rows) >= MAX_ROWS:
                self.pack()
        other.close()

    def pack(self) -> None:
        """Pack the rows, partition by partition; after that, reading the index changes nothing in it."""
        partitions: list[list[IndexRow]] = [[] for _ in range(PARTITIONS)]
        for row in _sharing(self._rows):
            partitions[_partition(row[0])].append(row)
        self._rows = []
        for partition, rows in enumerate(partitions):
            if rows:
                self._add_blocks(partition, [marshal.dumps(rows)])

    def _add_blocks(self, partition: int, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self._blocks.setdefault(partition, []).append(block)
            self._size += len(block)
        if self._size > self._limit:
            self._spill()

    def _spill(self) -> None:
        """Move the packed rows to the temporary file, which the system removes by itself."""
        if self._file is None:
            from tempfile import TemporaryFile  # most runs need none

            self._file = TemporaryFile(prefix="dispatch-lint-")  # noqa: SIM115 (see close)
        offset = self._file.seek(0, 2)
        for partition, blocks in self._blocks.items():
            block_places = self._in_file.setdefault(partition, [])
            for block in blocks:
                self._file.write(block)
                block_places.append((offset, len(block)))
                offset += len(block)
        self._file.flush()
        self._blocks, self._size = {}, 0

    def _all_blocks(self) -> Iterator[tuple[int, list[bytes]]]:
        for partition in sorted(self._blocks.keys() | self._in_file.keys()):
            yield partition, list(self._blocks_of(partition))

    def _blocks_of(self, partition: int) -> Iterator[bytes]:
        for offset, size in self._in_file.get(partition, ()):
            yield self._read_at(offset, size)
        yield from self._blocks.get(partition, ())

    def _read_at(self, offset: int, size: int) -> bytes:
        assert self._file is not None
        if sys.platform != "win32":  # forked processes read it too, and share its position
            return os.pread(self._file.fileno(), size, offset)
        self._file.seek(offset)
        return self._file.read(size)

    def __getstate__(self) -> tuple[Any, ...]:
        if self._in_file:
            raise TypeError("rows that are in a file cannot be sent to another process")
        # The other process only keeps packed blocks: it would have to read and pack each row again.
        if self._rows and (self._blocks or len(self._rows) >= MIN_PACKED):
            self.pack()
        return self._limit, self._size, self._blocks, marshal.dumps([*_sharing(self._rows)])

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        limit, size, blocks, rows = state
        self.__init__(limit)  # type: ignore[misc]
        self._size, self._blocks, self._rows = size, blocks, marshal.loads(rows)

    # Groups

    @property
    def packed_bytes(self) -> int:
        """The size of the packed rows, in memory and in the file; 0 while there are few rows."""
        in_file = (size for places in self._in_file.values() for _, size in places)
        return self._size + sum(in_file)

    def groups(
        self, partitions: Iterable[int] = range(PARTITIONS)
    ) -> Iterator[tuple[str, Members]]:
        """The groups of some partitions, in the order of their names in each."""
        if not self._blocks and not self._in_file:
            by_partition: dict[int, list[IndexRow]] = {}
            for row in self._rows:
                by_partition.setdefault(_partition(row[0]), []).append(row)
            for partition in partitions:
                yield from _grouped(by_partition.get(partition, ()))
            return
        if self._rows:
            self.pack()
        for partition in partitions:
            yield from _grouped(self._rows_of(partition))

    def _rows_of(self, partition: int) -> Iterator[IndexRow]:
        for block in self._blocks_of(partition):
            yield from marshal.loads(block)

    def some(self, groups: Iterable[str]) -> dict[str, Members]:
        """The rows of the named groups; those without rows are left out."""
        wanted: dict[int, set[str]] = {}
        for group in groups:
            wanted.setdefault(_partition(group), set()).add(group)
        found: dict[str, Members] = {}
        for partition, names in wanted.items():
            for group, position, row in self._rows_of(partition):
                if group in names:
                    found.setdefault(group, Members()).add(position, row)
        if wanted:
            every = {group for names in wanted.values() for group in names}
            for group, position, row in self._rows:
                if group in every:
                    found.setdefault(group, Members()).add(position, row)
        for members in found.values():
            members.sort()
        return found

    def names(self, kinds: Collection[str], limit: int) -> dict[str, set[str]]:
        """The names of the entities and foreign keys of some kinds; of each at most `limit`."""
        groups = (row[0] for row in self._all_rows())
        return names_of_kinds(groups, kinds, limit)

    def stored_keys(self) -> Iterator[str]:
        """The keys of the entities in the stored form."""
        # What has a key is in the group of its name; that of its ID has it once more.
        return keys_of(row for group, _, row in self._all_rows() if is_by_name(group))

    def _all_rows(self) -> Iterator[IndexRow]:
        for partition in sorted(self._blocks.keys() | self._in_file.keys()):
            yield from self._rows_of(partition)
        yield from self._rows

    def close(self) -> None:
        """Remove all rows, and the temporary file."""
        self._clear()
        if self._file is not None:
            self._file.close()
            self._file = None


def _sharing(rows: Iterable[IndexRow]) -> Iterator[IndexRow]:
    """Rows of which equal foreign keys are one object, which is packed once."""
    equal: dict[Row, Row] = {}
    for index_row in rows:
        group, position, row = index_row
        # Only foreign keys: of facts, 1 and True are equal and not the same.
        same = equal.setdefault(row, row) if row[0] == REFERENCE else row
        yield index_row if same is row else (group, position, same)


def _grouped(rows: Iterable[IndexRow]) -> Iterator[tuple[str, Members]]:
    groups: dict[str, Members] = {}
    for group, position, row in rows:
        members = groups.get(group)
        if members is None:
            members = groups[group] = Members()
        members.add(position, row)
    for group in sorted(groups):
        members = groups[group]
        members.sort()
        yield group, members


def _partition(group: str) -> int:
    # A name may have half a character, which JSON allows in texts.
    return crc32(group.encode("utf-8", "surrogatepass")) % PARTITIONS
