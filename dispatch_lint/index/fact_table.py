"""The index of a run: tables of facts, which are in memory while they are small, and else on disk."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatch_lint.index.facts import Groups, is_use
from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    from dispatch_lint.index.disk_facts import DiskFacts
    from dispatch_lint.index.facts import FactRow, Payload

MAX_IN_MEMORY = 100_000_000
"""The memory that the facts of one table may take, in estimated bytes."""
_GROUP, _FACT, _PAYLOAD = 200, 16, 400
"""The estimated bytes of a group, of a fact in it, and of a payload."""
_DOCUMENT = 0xFFFFFFFF
"""The bits of a document's number; the position of the source is in the bits above."""


class Index:
    """The tables of facts of a run, by name.

    Args:
        limit: the memory that each table may take, in estimated bytes.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._tables: dict[str, FactTable] = {}

    def table(self, name: str) -> FactTable:
        """A table by its name; an empty one where it has no facts."""
        if name not in self._tables:
            self._tables[name] = FactTable(self._limit)
        return self._tables[name]

    def add(self, source: int, facts: Mapping[str, Iterable[FactRow]]) -> None:
        """Add the facts of one source.

        Args:
            source: the position of the source in the run.
            facts: by the name of the table.
        """
        first = source << 32
        for name, rows in facts.items():
            table = self.table(name)
            for group, document, payload in rows:
                table.add(group, first | document, payload)

    def merge(self, other: Index) -> None:
        """Add all facts of another index. The order of merging makes no difference."""
        for name, table in other._tables.items():
            self.table(name).merge(table)

    def close(self) -> None:
        """Remove all facts, and temporary files."""
        for table in self._tables.values():
            table.close()


class FactTable(Groups):
    """The facts of one corpus rule, or of several that share a table, by group.

    Payloads are interned: nearly all foreign keys to a popular entity have the same one. Past
    `limit` the facts in memory are moved to a temporary file, which is removed with the table.

    Args:
        limit: the memory that the table may take, in estimated bytes.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._disk: DiskFacts | None = None
        self._clear()

    def _clear(self) -> None:
        # The numbers of the facts in each group: most groups have one, others an array of them.
        self._groups: dict[str, int | array[int]] = {}
        # By the number of the fact: its document, and the number of its payload.
        self._documents: array[int] = array("q")
        self._codes: array[int] = array("I")
        self._payloads: list[Payload] = []
        self._code_of: dict[Payload, int] = {}
        self._size = 0

    def add(self, group: str, document: int, payload: Payload) -> None:
        """Add a fact.

        Args:
            document: the position of the source, and the number of the document in the lower 32
                bits.
        """
        code = self._code_of.get(payload)
        if code is None:
            code = self._code_of[payload] = len(self._payloads)
            self._payloads.append(payload)
            self._size += _PAYLOAD
        number = len(self._documents)
        first = self._groups.setdefault(group, number)
        if first is number:
            self._size += _GROUP
        elif isinstance(first, int):
            self._groups[group] = array("I", (first, number))
        else:
            first.append(number)
        self._documents.append(document)
        self._codes.append(code)
        self._size += _FACT
        if self._size > self._limit:
            self._spill()

    def merge(self, other: FactTable) -> None:
        """Add the facts of another table, which is closed. The order makes no difference."""
        if other._disk is not None:
            for group, (source, document, *payload) in other._disk.unordered():
                self.add(group, source << 32 | document, tuple(payload))
        for group, numbers in other._groups.items():
            for number in _sequence(numbers):
                self.add(group, other._documents[number], other._payloads[other._codes[number]])
        other.close()

    def __getstate__(self) -> tuple[Any, ...]:
        if self._disk is not None:
            raise TypeError("facts that are on disk cannot be sent to another process")
        groups = {
            group: numbers if isinstance(numbers, int) else numbers.tobytes()
            for group, numbers in self._groups.items()
        }
        columns = (groups, self._documents.tobytes(), self._codes.tobytes(), self._payloads)
        return self._limit, self._size, marshal.dumps(columns)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        limit, size, columns = state
        self.__init__(limit)  # type: ignore[misc]
        groups, documents, codes, payloads = marshal.loads(columns)
        self._groups = {
            group: numbers if isinstance(numbers, int) else array("I", numbers)
            for group, numbers in groups.items()
        }
        self._documents.frombytes(documents)
        self._codes.frombytes(codes)
        self._payloads = payloads
        self._code_of = {payload: code for code, payload in enumerate(payloads)}
        self._size = size

    def _facts(self, numbers: int | array[int]) -> list[Fact]:
        """Facts by their numbers, in the order of the documents."""
        documents, codes, payloads = self._documents, self._codes, self._payloads
        order = sorted((documents[number], number) for number in _sequence(numbers))
        return [
            Fact(document >> 32, document & _DOCUMENT, *payloads[codes[number]])
            for document, number in order
        ]

    def _spill(self) -> None:
        """Move the facts from memory to disk."""
        from dispatch_lint.index.disk_facts import DiskFacts

        if self._disk is None:
            self._disk = DiskFacts()
        self._disk.add((group, self._facts(numbers)) for group, numbers in self._groups.items())
        self._clear()

    def _all_on_disk(self) -> DiskFacts | None:
        """The facts on disk, with those in memory moved there too; None where none is on disk."""
        if self._disk is not None:
            if self._groups:
                self._spill()
            self._disk.create_index()
        return self._disk

    def groups(self, least: int = 1, *, used: bool = False) -> Iterator[tuple[str, list[Fact]]]:
        """Every group in the order of the names, its facts in the order of the documents."""
        disk = self._all_on_disk()
        if disk is not None:
            yield from disk.groups(least, used=used)
            return
        uses = {code for code, payload in enumerate(self._payloads) if is_use(payload)}
        # The order is the same for any number of processes, and on disk: hints are only searched
        # for the first missing names.
        for group in sorted(self._groups):
            numbers = self._groups[group]
            if least > 1 and (isinstance(numbers, int) or len(numbers) < least):
                continue
            if used and not any(self._codes[number] in uses for number in _sequence(numbers)):
                continue
            yield group, self._facts(numbers)

    def names(self, prefix: str) -> Iterator[str]:
        """The names of all groups that begin with a prefix."""
        disk = self._all_on_disk()
        if disk is not None:
            return disk.names(prefix)
        return (group for group in self._groups if group.startswith(prefix))

    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """The facts of the named groups; those without facts are left out."""
        disk = self._all_on_disk()
        if disk is not None:
            return disk.some(groups)
        return {
            group: self._facts(self._groups[group]) for group in groups if group in self._groups
        }

    def close(self) -> None:
        """Remove the facts, and the temporary file."""
        self._clear()
        if self._disk is not None:
            self._disk.close()
            self._disk = None


def _sequence(numbers: int | array[int]) -> Sequence[int]:
    return (numbers,) if isinstance(numbers, int) else numbers
