"""Facts of corpus rules, grouped: in memory, and on disk where they outgrow it.

A group is named by what meets in it, so that a store can be asked for the entities that belong
to it (guide, Key; Name and IDs).
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    import sqlite3

MAX_IN_MEMORY = 150_000
"""Facts of one table; each takes some 300 bytes with its group."""

MAX_SHARED = 10_000
"""Different parts of facts that are remembered, to be shared."""


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


class FactTable:
    """The facts of one rule, or of several that share them, by group.

    Past `limit` facts they move to a temporary SQLite file, which goes with the table.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._count = 0
        # Plain tuples: most facts are never looked at again.
        self._groups: dict[str, list[tuple[Any, ...]]] = {}
        self._database: sqlite3.Connection | None = None
        self._shared: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def add(self, group: str, fact: tuple[Any, ...]) -> None:
        """Keep a fact, or the parts of one; its data are a plain tuple.

        Equal parts are shared: a popular target has very many equal foreign keys.
        """
        source, document, path, data, row, place = fact
        shared = self._shared
        if len(shared) > MAX_SHARED:
            shared.clear()
        path, data = shared.setdefault(path, path), shared.setdefault(data, data)
        fact = (source, document, path, data, row, place)
        known = self._groups.get(group)
        if known is None:
            self._groups[group] = [fact]
        else:
            known.append(fact)
        self._count += 1
        if self._count >= self._limit:
            self._spill()

    def drain(self) -> dict[str, list[tuple[Any, ...]]]:
        """The facts by group, as plain tuples; the table is empty after it.

        Raises:
            RuntimeError: they are on disk.
        """
        if self._database is not None:
            raise RuntimeError("facts that are on disk cannot be handed on")
        groups, self._groups, self._count = self._groups, {}, 0
        return groups

    def take(self, groups: dict[str, list[tuple[Any, ...]]]) -> None:
        """Keep what another table drained."""
        for group, facts in groups.items():
            known = self._groups.get(group)
            if known is None:
                self._groups[group] = facts
            else:
                known += facts
            self._count += len(facts)
        if self._count >= self._limit:
            self._spill()

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
                (_packed(group), len(facts), marshal.dumps(facts))
                for group, facts in self._groups.items()
            ),
        )
        self._groups.clear()
        self._count = 0

    def groups(self, prefix: str = "", least: int = 1) -> Iterator[tuple[str, list[Fact]]]:
        """Every group whose name begins with a text, its facts in the order of the documents.

        Args:
            least: groups of fewer facts are left out.
        """
        if self._database is None:
            for group, facts in self._groups.items():
                if len(facts) >= least and group.startswith(prefix):
                    yield group, _facts(facts)
            return
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
        for group, several in groupby(rows, key=itemgetter(0)):
            loaded = [fact for _, packed in several for fact in self._load(packed)]
            yield _unpacked(group), sorted(loaded, key=_document)

    def batches(
        self, groups: int, facts: int, least: int = 1
    ) -> Iterator[list[tuple[str, list[Fact]]]]:
        """All groups, several at a time.

        Args:
            groups, facts: a batch ends when it has so many of either.
            least: groups of fewer facts are left out.
        """
        batch: list[tuple[str, list[Fact]]] = []
        held = 0
        for group in self.groups(least=least):
            batch.append(group)
            held += len(group[1])
            if len(batch) >= groups or held >= facts:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    def names(self, prefix: str) -> Iterator[str]:
        """The names of the groups that begin with a text."""
        if self._database is None:
            yield from (group for group in self._groups if group.startswith(prefix))
            return
        self._settle()
        start = _packed(prefix)
        for (group,) in self._database.execute(
            "SELECT DISTINCT grp FROM fact WHERE grp >= ? AND grp < ?", (start, start + b"\xff")
        ):
            yield _unpacked(group)

    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """The facts of some groups; those without a fact are left out."""
        if self._database is None:
            return {group: _facts(self._groups[group]) for group in groups if group in self._groups}
        self._settle()
        found: dict[str, list[Fact]] = {}
        for group in groups:
            rows = self._database.execute(
                "SELECT packed FROM fact WHERE grp = ? ORDER BY rowid", (_packed(group),)
            )
            for (packed,) in rows:
                found.setdefault(group, []).extend(self._load(packed))
        return found

    def _load(self, packed: bytes) -> list[Fact]:
        """Facts from disk. Equal parts are shared: a popular target has very many equal uses."""
        facts = []
        for source, document, path, data, row, place in marshal.loads(packed):
            if len(self._shared) > MAX_SHARED:
                self._shared.clear()
            path = self._shared.setdefault(path, path)
            data = self._shared.setdefault(data, data)
            facts.append(_new(Fact, (source, document, path, data, row, place)))
        return facts

    def _settle(self) -> None:
        """Bring what came last to disk too, and make it findable."""
        assert self._database is not None
        if self._groups:
            self._spill()
        self._database.execute("CREATE INDEX IF NOT EXISTS fact_grp ON fact (grp)")

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._database is not None:
            self._database.close()


def _facts(kept: list[tuple[Any, ...]]) -> list[Fact]:
    if len(kept) > 1:
        kept.sort(key=_document)
    # Past the constructor of the named tuple, which takes twice as long.
    return [_new(Fact, one) for one in kept]


_document = itemgetter(0, 1)
_new = tuple.__new__


def _packed(group: str) -> bytes:
    # Lone surrogates are text in JSON, and none in SQLite.
    return group.encode("utf-8", "surrogatepass")


def _unpacked(group: bytes) -> str:
    return group.decode("utf-8", "surrogatepass")
