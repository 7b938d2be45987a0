"""Facts of corpus rules, grouped: in memory as long as they are few, else on disk.

A group is named by what meets in it, so that a store can be asked for the entities that belong
to it (guide, Key; Name and IDs).
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress, groupby, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.old.hashed_facts import HashedFacts
from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    import sqlite3

    from dispatch_lint.rule import Read

MAX_IN_MEMORY = 300_000_000
"""Bytes, about, that the facts of one table may take."""
_GROUP, _FACT, _WHAT = 200, 16, 400
"""Bytes of the name of a group, of a fact in it, and of what facts say, each different one once."""

USE = "use"
"""The last of the data of a fact about a foreign key."""

Again = Callable[[Iterable[tuple[int, int]]], Iterator[tuple[str, tuple[Any, ...]]]]
"""Collects the facts of some documents once more: places → groups and facts."""


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


class Readings:
    """What readers make of one group of facts after the other: see `World.read`."""

    def __init__(self) -> None:
        self._of: Sequence[Fact] | None = None
        self._read: dict[Callable[[str, Sequence[Fact]], Any], Any] = {}

    def read(
        self, reader: Callable[[str, Sequence[Fact]], Read], group: str, facts: Sequence[Fact]
    ) -> Read:
        """What a reader makes of a group, and has made of it where it is the same list."""
        if self._of is not facts:
            self._of, self._read = facts, {}
        if reader not in self._read:
            self._read[reader] = reader(group, facts)
        found: Read = self._read[reader]
        return found


class Columns(NamedTuple):
    """The facts of a table as another process takes them: plain values that `marshal` writes.

    Attributes:
        groups: the group of each fact.
        places: of the documents, as 64 bits each.
        codes: of each fact, its number in `whats`.
        hashed: see `HashedFacts.drain`.
    """

    groups: list[str]
    places: bytes
    codes: bytes
    whats: list[tuple[Any, ...]]
    hashed: list[tuple[bytes, bytes]]


class Said:
    """What many facts say, with the number by which their table knows it.

    Attributes:
        what: path, data, row and place of a `Fact`.
        epoch: of the table when it gave the number.
    """

    __slots__ = ("code", "epoch", "what")

    def __init__(self, what: tuple[Any, ...]) -> None:
        self.what, self.code, self.epoch = what, 0, -1


class FactTable:
    """The facts of one rule, or of several that share them, by group.

    What a fact says (its path and data) is kept once for all facts that say the same, as nearly
    all foreign keys to a popular entity do. Past `limit` bytes the facts move to a temporary
    SQLite file, which goes with the table.

    Args:
        again: where it is given, the facts that are seldom wanted need not be kept: see
            `Rule.collect_seldom`.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY, *, again: Again | None = None) -> None:
        self._limit = limit
        self._again = again
        self._hashed = HashedFacts()
        # The numbers of the facts of a group; most groups have one fact. The last facts wait to be
        # grouped: who hands them on to another table need not know of groups.
        self._groups: dict[str, int | array[int]] = {}
        self._waiting: list[str] = []
        self._places: array[int] = array("q")
        self._codes: array[int] = array("I")
        self._whats: list[tuple[Any, ...]] = []
        self._code_of: dict[tuple[Any, ...], int] = {}
        self._uses: set[int] = set()
        """The numbers of what foreign keys say."""
        self._used: set[str] = set()
        """The groups with a foreign key."""
        self._epoch = 0
        """How often the table forgot all."""
        self._database: sqlite3.Connection | None = None

    def add(self, group: str, fact: tuple[Any, ...]) -> None:
        """Keep a fact, or the parts of one; its data are a plain tuple."""
        source, document, *what = fact
        self.keep(group, source << 32 | document, tuple(what))

    @property
    def note(self) -> Callable[[Iterable[str], int], None] | None:
        """Keeps only that a document belongs to groups; None where all has to be remembered."""
        return self._hashed.add if self._again is not None else None

    @property
    def note_all(self) -> Callable[[Iterable[str], Iterable[int]], None] | None:
        """As `note`, for many groups, each with a document of its own."""
        return self._hashed.add_all if self._again is not None else None

    def keep(self, group: str, place: int, what: tuple[Any, ...]) -> None:
        """Keep a fact.

        Args:
            place: the numbers of source and document, 32 bits each.
            what: path, data, row and place of a `Fact`.
        """
        code = self._code_of.get(what)
        if code is None:
            code = self._code(what)
        self._enter((group,), (place,), code)

    def keep_all(self, groups: Sequence[str], places: Iterable[int], said: Said) -> None:
        """As `keep`, for many facts that say the same, each with its group and place."""
        if said.epoch != self._epoch:
            said.code, said.epoch = self._code(said.what), self._epoch
        self._enter(groups, places, said.code)

    def _enter(self, groups: Sequence[str], places: Iterable[int], code: int) -> None:
        self._places.extend(places)
        self._codes.extend(repeat(code, len(groups)))
        self._waiting.extend(groups)
        if len(self._waiting) > _MOST_WAITING:
            self._grouped()

    def _grouped(self) -> dict[str, int | array[int]]:
        """The groups of all facts in memory, once none waits."""
        known, waiting = self._groups, self._waiting
        if waiting:
            number = len(self._places) - len(waiting)
            if self._uses:
                are_uses = map(self._uses.__contains__, self._codes[number:])
                self._used.update(compress(waiting, are_uses))
            for group in waiting:
                first = known.setdefault(group, number)
                if first is not number:
                    if isinstance(first, int):
                        known[group] = array("I", (first, number))
                    else:
                        first.append(number)
                number += 1
            waiting.clear()
            self._bound()
        return self._groups

    def _bound(self) -> None:
        """Bring the facts to disk, where they are too many."""
        taken = len(self._groups) * _GROUP + len(self._places) * _FACT + len(self._whats) * _WHAT
        if taken >= self._limit:
            self._spill()

    def _code(self, what: tuple[Any, ...]) -> int:
        """The number of what a fact says."""
        code = self._code_of.setdefault(what, len(self._whats))
        if code == len(self._whats):
            path, data, *rest = what
            self._whats.append((path, tuple(data), *rest))  # rules may name their parts
            if data and data[-1] == USE:
                self._uses.add(code)
        return code

    def drain(self) -> Columns:
        """All facts; the table is empty after it.

        Raises:
            RuntimeError: they are on disk.
        """
        if self._database is not None:
            raise RuntimeError("facts that are on disk cannot be handed on")
        groups = [""] * (len(self._places) - len(self._waiting))
        for group, several in self._groups.items():
            for number in self._numbered(several):
                groups[number] = group
        columns = Columns(
            groups + self._waiting, self._places.tobytes(), self._codes.tobytes(), self._whats,
            self._hashed.drain(),
        )  # fmt: skip
        self._forget()
        return columns

    def take(self, columns: Columns) -> None:
        """Keep what another table drained."""
        codes = [self._code(what) for what in columns.whats]
        self._codes.extend(map(codes.__getitem__, array("I", columns.codes)))
        self._places.frombytes(columns.places)
        self._waiting += columns.groups
        self._grouped()  # rather now, while others check files, than when all is done
        self._hashed.take(columns.hashed)

    def _forget(self) -> None:
        self._groups, self._waiting, self._whats, self._code_of = {}, [], [], {}
        self._used, self._uses = set(), set()
        self._places, self._codes = array("q"), array("I")
        self._epoch += 1

    def _numbered(self, several: int | array[int]) -> Iterable[int]:
        return (several,) if isinstance(several, int) else several

    def _size(self, several: int | array[int]) -> int:
        return 1 if isinstance(several, int) else len(several)

    def _facts(self, numbers: Iterable[int]) -> list[Fact]:
        """Facts in the order of the documents."""
        places, codes, whats = self._places, self._codes, self._whats
        return [
            # Past the constructor of the named tuple, which takes twice as long.
            _new(Fact, (place >> 32, place & _DOCUMENT, *whats[codes[number]]))
            for place, number in sorted((places[number], number) for number in numbers)
        ]

    def _spill(self) -> None:
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
                for group, several in self._groups.items()
                for facts in [self._facts(self._numbered(several))]
            ),
        )
        self._forget()

    def groups(
        self, prefix: str = "", least: int = 1, *, used: bool = False, alike: bool = False
    ) -> Iterator[tuple[str, list[Fact]]]:
        """Every group whose name begins with a text, its facts in the order of the documents.

        Args:
            least: groups of fewer facts are left out.
            used: whether only groups with a foreign key are wanted.
            alike: whether one of several facts that say the same is enough.
        """
        known = self._grouped()
        yield from self._repeated(prefix)
        if self._database is not None:
            for group, facts in self._stored_groups(prefix, least):
                if not used or any(fact.data and fact.data[-1] == USE for fact in facts):
                    yield group, facts
            return
        wanted: Iterable[str] = self._used if used else known
        if least > 1:  # of few groups
            wanted = [group for group in wanted if self._size(known[group]) >= least]
        # In an order that is the same for any number of processes, as it is on disk: only for the
        # first that are missing are names looked for that may have been meant.
        for group in sorted(wanted):
            if not group.startswith(prefix):
                continue
            numbers = known[group]
            if isinstance(numbers, int):
                yield group, self._facts((numbers,))
            elif alike:
                last_first = sorted(numbers, key=self._places.__getitem__, reverse=True)
                first = {self._codes[number]: number for number in last_first}
                yield group, self._facts(first.values())
            else:
                yield group, self._facts(numbers)

    def has_more(self, group: str, facts: int) -> bool:
        """Whether a group that `groups` gave may have more than so many facts."""
        if self._database is not None:
            return True
        # Of those of which hashes are kept it gives all.
        return self._size(self._groups.get(group, 0)) > facts

    def _repeated(self, prefix: str) -> Iterator[tuple[str, list[Fact]]]:
        """Groups of which only hashes are kept, where they have several facts."""
        repeated = self._hashed.repeated()
        if repeated:
            for group, facts in self._collected(repeated).items():
                if len(facts) > 1 and group.startswith(prefix) and group not in self._groups:
                    yield group, facts

    def _collected(self, hashes: set[int]) -> dict[str, list[Fact]]:
        """The facts of groups of which only hashes are kept, collected once more."""
        assert self._again is not None
        found: dict[str, list[Fact]] = {}
        places = sorted(self._hashed.places(hashes))
        for group, fact in self._again((place >> 32, place & _DOCUMENT) for place in places):
            if hash(group) in hashes:
                found.setdefault(group, []).append(Fact(*fact))
        return found

    def _stored_groups(self, prefix: str, least: int) -> Iterator[tuple[str, list[Fact]]]:
        assert self._database is not None
        self._settle()
        start = _packed(prefix)
        between, ends = "grp >= ? AND grp < ?", (start, start + b"\xff")
        if least > 1:  # nearly all groups of some tables are of one fact: they stay where they are
            between += (f" AND grp IN (SELECT grp FROM fact WHERE {between} "
                        "GROUP BY grp HAVING sum(count) >= ?)")  # fmt: skip
        rows = self._database.execute(
            f"SELECT grp, packed FROM fact WHERE {between} ORDER BY grp, rowid",
            (*ends, *ends, least) if least > 1 else ends,
        )
        shared: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for group, several in groupby(rows, key=itemgetter(0)):
            loaded = [fact for _, packed in several for fact in _load(packed, shared)]
            yield _unpacked(group), sorted(loaded, key=_document)

    def batches(
        self, groups: int, facts: int, least: int = 1, *, used: bool = False, alike: bool = False
    ) -> Iterator[list[tuple[str, list[Fact]]]]:
        """All groups, several at a time.

        Args:
            groups, facts: a batch ends when it has so many of either.
            least, used, alike: as `groups` takes them.
        """
        batch: list[tuple[str, list[Fact]]] = []
        held = 0
        for group in self.groups(least=least, used=used, alike=alike):
            batch.append(group)
            held += len(group[1])
            if len(batch) >= groups or held >= facts:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    def names(self, prefix: str) -> Iterator[str]:
        """The names of the groups that begin with a text; of those by key or ID, some."""
        known = self._grouped()
        if self._database is None:
            yield from (group for group in known if group.startswith(prefix))
            return
        self._settle()
        start = _packed(prefix)
        for (group,) in self._database.execute(
            "SELECT DISTINCT grp FROM fact WHERE grp >= ? AND grp < ?", (start, start + b"\xff")
        ):
            yield _unpacked(group)

    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """The facts of some groups; those without a fact are left out."""
        wanted, known = list(groups), self._grouped()
        found = self._some_stored(wanted) if self._database is not None else {
            group: self._facts(self._numbered(known[group]))
            for group in wanted
            if group in known
        }  # fmt: skip
        if self._again is not None and wanted:
            hashes = self._hashed.known({hash(group) for group in wanted})
            for group, facts in self._collected(hashes).items() if hashes else ():
                if group in wanted:
                    found[group] = sorted(found.get(group, []) + facts, key=_document)
        return found

    def _some_stored(self, groups: list[str]) -> dict[str, list[Fact]]:
        assert self._database is not None
        self._settle()
        found: dict[str, list[Fact]] = {}
        shared: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for group in groups:
            rows = self._database.execute(
                "SELECT packed FROM fact WHERE grp = ? ORDER BY rowid", (_packed(group),)
            )
            for (packed,) in rows:
                found.setdefault(group, []).extend(_load(packed, shared))
        return found

    def _settle(self) -> None:
        """Bring what came last to disk too, and make it findable."""
        assert self._database is not None
        if self._grouped():
            self._spill()
        self._database.execute("CREATE INDEX IF NOT EXISTS fact_grp ON fact (grp)")

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._database is not None:
            self._database.close()


_document = itemgetter(0, 1)
_new = tuple.__new__
_DOCUMENT = 0xFFFFFFFF
_MAX_SHARED = 10_000
_MOST_WAITING = 50_000
"""Facts that wait to be grouped."""


def _load(packed: bytes, shared: dict[tuple[Any, ...], tuple[Any, ...]]) -> list[Fact]:
    """Facts from disk. Equal parts are shared: a popular target has very many equal uses."""
    facts = []
    for source, document, path, data, row, place in marshal.loads(packed):
        if len(shared) > _MAX_SHARED:
            shared.clear()
        path, data = shared.setdefault(path, path), shared.setdefault(data, data)
        facts.append(_new(Fact, (source, document, path, data, row, place)))
    return facts


def _packed(group: str) -> bytes:
    # Lone surrogates are text in JSON, and none in SQLite.
    return group.encode("utf-8", "surrogatepass")


def _unpacked(group: bytes) -> str:
    return group.decode("utf-8", "surrogatepass")
