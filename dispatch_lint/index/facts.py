"""Facts of rules about several documents, grouped: in memory while they are few, else on disk.

A group is named by what meets in it, so that a store can be asked for the entities that belong
to it (guide, Key; Name and IDs).
"""

from __future__ import annotations

import marshal
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    import sqlite3

    from dispatch_lint.rule import Read

MAX_IN_MEMORY = 120_000_000
"""Bytes, about, that the facts of one table may take."""
_GROUP, _FACT, _PAYLOAD = 200, 16, 400
"""Bytes of the name of a group, of a fact in it, and of a payload."""

USE = "use"
"""The last of the data of a fact about a foreign key."""
Payload = tuple[Any, ...]
"""Path, data, row key and place of a `Fact`: what it says, without where it is from."""
FactRow = tuple[str, int, Payload]
"""A group, the number of the document, and the payload."""


def by_key(key: str) -> str:
    """The group of the entities that have, or had, one key."""
    return f"key\0{key}"


def by_id(identity: str) -> str:
    """The group of the entities that have, or had, one ID, and of what refers to it."""
    return f"id\0{identity}"


def by_name(kind: str, name: str) -> str:
    """The group of the entities of one kind and name, in all organizations, and their referrers."""
    return f"name\0{kind}\0{name}"


def read_group(group: str) -> tuple[str, tuple[str, ...]]:
    """What a group is by, and what follows: `("name", ("Image", "nodejs"))`."""
    by, _, rest = group.partition("\0")
    return by, tuple(rest.split("\0", 1)) if by == "name" else (rest,)


class GroupMemo:
    """What readers make of one group of facts after the other: see `World.read`."""

    def __init__(self) -> None:
        self._of: Sequence[Fact] | None = None
        self._read: dict[Callable[[str, Sequence[Fact]], Any], Any] = {}

    def read(
        self, reader: Callable[[str, Sequence[Fact]], Read], group: str, facts: Sequence[Fact]
    ) -> Read:
        """What a reader makes of a group; made once for all rules that judge the same list."""
        if self._of is not facts:
            self._of, self._read = facts, {}
        if reader not in self._read:
            self._read[reader] = reader(group, facts)
        found: Read = self._read[reader]
        return found


class Groups(ABC):
    """A table of facts: the groups to be checked, and all groups for rules to ask for."""

    @abstractmethod
    def groups(self, least: int = 1, *, used: bool = False) -> Iterator[tuple[str, list[Fact]]]:
        """The groups to check in the order of the names.

        Args:
            least: groups of fewer facts are left out.
            used: only groups with a foreign key are wanted.
        """

    @abstractmethod
    def names(self, prefix: str) -> Iterator[str]:
        """The names of all groups that begin with a text."""

    @abstractmethod
    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """The facts of some groups; those without a fact are left out."""

    def batches(
        self, groups: int, facts: int, least: int = 1, *, used: bool = False
    ) -> Iterator[list[tuple[str, list[Fact]]]]:
        """The groups to check, several at a time.

        Args:
            groups, facts: a batch ends when it has so many of either.
            least, used: as `groups` takes them.
        """
        batch: list[tuple[str, list[Fact]]] = []
        held = 0
        for group in self.groups(least, used=used):
            batch.append(group)
            held += len(group[1])
            if len(batch) >= groups or held >= facts:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch


class Tables(Protocol):
    """Groups of facts by table."""

    def table(self, name: str) -> Groups:
        """The table of a name; an empty one where no fact was added to it."""


class Index:
    """The tables of facts of a run, by name.

    Args:
        limit: bytes, about, that each table may take in memory.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._tables: dict[str, FactTable] = {}

    def table(self, name: str) -> FactTable:
        """The table of a name; an empty one where no fact was added to it."""
        if name not in self._tables:
            self._tables[name] = FactTable(self._limit)
        return self._tables[name]

    def add(self, source: int, facts: Mapping[str, Iterable[FactRow]]) -> None:
        """Add the facts of one source, by the name of the table.

        Args:
            source: its position among those of the run.
        """
        first = source << 32
        for name, rows in facts.items():
            table = self.table(name)
            for group, document, payload in rows:
                table.add(group, first | document, payload)

    def merge(self, other: Index) -> None:
        """Add all facts of another index, in whatever order they were found."""
        for name, table in other._tables.items():
            self.table(name).merge(table)

    def close(self) -> None:
        """Remove temporary files."""
        for table in self._tables.values():
            table.close()


class FactTable(Groups):
    """The facts of one rule, or of several that share them, by group.

    A payload is kept once for all facts that have it, as nearly all foreign keys to a popular
    entity do. Past `limit` bytes the facts move to a temporary SQLite file, which goes with the
    table.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._database: sqlite3.Connection | None = None
        self._clear()

    def _clear(self) -> None:
        # Most groups have one fact: its number. Others have an array of numbers.
        self._groups: dict[str, int | array[int]] = {}
        self._places: array[int] = array("q")
        self._codes: array[int] = array("I")
        """Of each fact, the number of its payload."""
        self._payloads: list[Payload] = []
        self._code_of: dict[Payload, int] = {}
        self._size = 0
        """Bytes, about."""

    def add(self, group: str, place: int, payload: Payload) -> None:
        """Add a fact.

        Args:
            place: the position of the source, and the number of the document in the lower 32 bits.
        """
        code = self._code_of.get(payload)
        if code is None:
            code = self._code_of[payload] = len(self._payloads)
            self._payloads.append(payload)
            self._size += _PAYLOAD
        number = len(self._places)
        first = self._groups.setdefault(group, number)
        if first is number:
            self._size += _GROUP
        elif isinstance(first, int):
            self._groups[group] = array("I", (first, number))
        else:
            first.append(number)
        self._places.append(place)
        self._codes.append(code)
        self._size += _FACT
        if self._size > self._limit:
            self._spill()

    def merge(self, other: FactTable) -> None:
        """Add the facts of another table, in whatever order they were found."""
        if other._database is not None:  # what was found first
            rows = other._database.execute("SELECT grp, packed FROM fact ORDER BY rowid")
            for group, packed in rows:
                for source, document, *payload in marshal.loads(packed):
                    self.add(_unpacked(group), source << 32 | document, tuple(payload))
        for group, numbers in other._groups.items():
            for number in other._numbers(numbers):
                self.add(group, other._places[number], other._payloads[other._codes[number]])
        other.close()

    def __getstate__(self) -> tuple[Any, ...]:
        if self._database is not None:
            raise TypeError("facts that are on disk cannot be sent to another process")
        groups = {
            group: numbers if isinstance(numbers, int) else numbers.tobytes()
            for group, numbers in self._groups.items()
        }
        return (
            self._limit, self._size,
            marshal.dumps((groups, self._places.tobytes(), self._codes.tobytes(), self._payloads)),
        )  # fmt: skip

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.__init__(state[0])  # type: ignore[misc]
        groups, places, codes, payloads = marshal.loads(state[2])
        self._groups = {
            group: numbers if isinstance(numbers, int) else array("I", numbers)
            for group, numbers in groups.items()
        }
        self._places.frombytes(places)
        self._codes.frombytes(codes)
        self._payloads = payloads
        self._code_of = {payload: code for code, payload in enumerate(payloads)}
        self._size = state[1]

    @staticmethod
    def _numbers(numbers: int | array[int]) -> Sequence[int]:
        return (numbers,) if isinstance(numbers, int) else numbers

    def _facts(self, numbers: int | array[int]) -> list[Fact]:
        """Facts in the order of the documents."""
        places, codes, payloads = self._places, self._codes, self._payloads
        order = sorted((places[number], number) for number in self._numbers(numbers))
        return [
            Fact(place >> 32, place & _DOCUMENT, *payloads[codes[number]])
            for place, number in order
        ]

    # On disk

    def _spill(self) -> None:
        """Move the facts from memory to disk."""
        if self._database is None:
            import sqlite3

            # The empty name is a file that SQLite removes by itself. Nothing in it outlives the
            # run, so nothing needs to be safe against a crash.
            self._database = sqlite3.connect("")
            self._database.execute("PRAGMA journal_mode = OFF")
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute("CREATE TABLE fact (grp BLOB, count INTEGER, packed BLOB)")
        self._database.executemany(
            "INSERT INTO fact VALUES (?, ?, ?)",
            (
                (_packed(group), len(facts), marshal.dumps([tuple(fact) for fact in facts]))
                for group, numbers in self._groups.items()
                for facts in [self._facts(numbers)]
            ),
        )
        self._clear()

    def _on_disk(self) -> sqlite3.Connection | None:
        """The database with all facts in it, where some are on disk; None where none is."""
        if self._database is not None:
            if self._groups:
                self._spill()
            self._database.execute("CREATE INDEX IF NOT EXISTS fact_grp ON fact (grp)")
        return self._database

    # Groups

    def groups(self, least: int = 1, *, used: bool = False) -> Iterator[tuple[str, list[Fact]]]:
        """Every group in the order of the names, its facts in the order of the documents.

        Args:
            least: groups of fewer facts are left out.
            used: only groups with a foreign key are wanted.
        """
        database = self._on_disk()
        if database is not None:
            yield from self._stored_groups(database, least, used=used)
            return
        uses = {code for code, payload in enumerate(self._payloads) if is_use(payload)}
        # The same order for any number of processes, as on disk: only for the first names that
        # are missing are near ones looked for.
        for group in sorted(self._groups):
            numbers = self._groups[group]
            if least > 1 and (isinstance(numbers, int) or len(numbers) < least):
                continue
            if used and not any(self._codes[number] in uses for number in self._numbers(numbers)):
                continue
            yield group, self._facts(numbers)

    def _stored_groups(
        self, database: sqlite3.Connection, least: int, *, used: bool
    ) -> Iterator[tuple[str, list[Fact]]]:
        # Nearly all groups of some tables are of one fact: they stay on disk.
        only = " WHERE grp IN (SELECT grp FROM fact GROUP BY grp HAVING sum(count) >= ?)"
        rows = database.execute(
            f"SELECT grp, packed FROM fact{only if least > 1 else ''} ORDER BY grp, rowid",
            (least,) if least > 1 else (),
        )
        for group, packed in groupby(rows, key=itemgetter(0)):
            facts = [fact for _, pieces in packed for fact in _load(pieces)]
            if not used or any(fact.data and fact.data[-1] == USE for fact in facts):
                yield _unpacked(group), sorted(facts, key=_document)

    def names(self, prefix: str) -> Iterator[str]:
        """The names of the groups that begin with a text."""
        database = self._on_disk()
        if database is None:
            yield from (group for group in self._groups if group.startswith(prefix))
            return
        start = _packed(prefix)
        for (group,) in database.execute(
            "SELECT DISTINCT grp FROM fact WHERE grp >= ? AND grp < ?", (start, start + b"\xff")
        ):
            yield _unpacked(group)

    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """The facts of some groups; those without a fact are left out."""
        database = self._on_disk()
        if database is None:
            return {
                group: self._facts(self._groups[group]) for group in groups if group in self._groups
            }
        found: dict[str, list[Fact]] = {}
        for group in dict.fromkeys(groups):
            for (packed,) in database.execute(
                "SELECT packed FROM fact WHERE grp = ? ORDER BY rowid", (_packed(group),)
            ):
                found.setdefault(group, []).extend(_load(packed))
        return {group: sorted(facts, key=_document) for group, facts in found.items()}

    def close(self) -> None:
        """Remove the temporary file."""
        if self._database is not None:
            self._database.close()
            self._database = None


_document = itemgetter(0, 1)
_DOCUMENT = 0xFFFFFFFF


def is_use(payload: Payload) -> bool:
    """Whether a fact is about a foreign key."""
    data = payload[1]
    return bool(data) and data[-1] == USE


def _load(packed: bytes) -> list[Fact]:
    return [Fact(*fact) for fact in marshal.loads(packed)]


def _packed(group: str) -> bytes:
    # Lone surrogates are text in JSON, and none in SQLite.
    return group.encode("utf-8", "surrogatepass")


def _unpacked(group: bytes) -> str:
    return group.decode("utf-8", "surrogatepass")
