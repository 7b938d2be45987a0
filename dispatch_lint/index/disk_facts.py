"""Facts on disk, in a temporary SQLite file."""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from dispatch_lint.index.facts import USE
from dispatch_lint.rule import Fact

_document = itemgetter(0, 1)


class DiskFacts:
    """The facts of a table, by group.

    A group may have several rows, one for each call of `add`: they are joined when it is read.
    """

    def __init__(self) -> None:
        # The empty name is a temporary file that SQLite removes by itself. It is not needed after
        # a crash, so nothing is synchronized.
        self._database = sqlite3.connect("")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE fact (grp BLOB, count INTEGER, packed BLOB)")

    def add(self, groups: Iterable[tuple[str, list[Fact]]]) -> None:
        """Add facts to groups."""
        self._database.executemany(
            "INSERT INTO fact VALUES (?, ?, ?)",
            (
                (_encoded(group), len(facts), marshal.dumps([tuple(fact) for fact in facts]))
                for group, facts in groups
            ),
        )

    def create_index(self) -> None:
        """Index the groups, which makes reading them fast, and adding to them slow."""
        self._database.execute("CREATE INDEX IF NOT EXISTS fact_grp ON fact (grp)")

    def unordered(self) -> Iterator[tuple[str, Fact]]:
        """All facts with their groups, in the order in which they were added."""
        for group, packed in self._database.execute("SELECT grp, packed FROM fact ORDER BY rowid"):
            for fact in _decoded(packed):
                yield group.decode("utf-8", "surrogatepass"), fact

    def groups(self, least: int, *, used: bool) -> Iterator[tuple[str, list[Fact]]]:
        """See `Groups.groups`."""
        # Nearly all groups of some tables have one fact: SQLite leaves them out.
        large = " WHERE grp IN (SELECT grp FROM fact GROUP BY grp HAVING sum(count) >= ?)"
        rows = self._database.execute(
            f"SELECT grp, packed FROM fact{large if least > 1 else ''} ORDER BY grp, rowid",
            (least,) if least > 1 else (),
        )
        for group, rows_of_group in groupby(rows, key=itemgetter(0)):
            facts = [fact for _, packed in rows_of_group for fact in _decoded(packed)]
            if not used or any(fact.data and fact.data[-1] == USE for fact in facts):
                yield group.decode("utf-8", "surrogatepass"), sorted(facts, key=_document)

    def names(self, prefix: str) -> Iterator[str]:
        """See `Groups.names`."""
        start = _encoded(prefix)
        for (group,) in self._database.execute(
            "SELECT DISTINCT grp FROM fact WHERE grp >= ? AND grp < ?", (start, start + b"\xff")
        ):
            yield group.decode("utf-8", "surrogatepass")

    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """See `Groups.some`."""
        found: dict[str, list[Fact]] = {}
        for group in dict.fromkeys(groups):
            for (packed,) in self._database.execute(
                "SELECT packed FROM fact WHERE grp = ? ORDER BY rowid", (_encoded(group),)
            ):
                found.setdefault(group, []).extend(_decoded(packed))
        return {group: sorted(facts, key=_document) for group, facts in found.items()}

    def close(self) -> None:
        """Remove the temporary file."""
        self._database.close()


def _decoded(packed: bytes) -> list[Fact]:
    return [Fact(*fact) for fact in marshal.loads(packed)]


def _encoded(group: str) -> bytes:
    # A name may have lone surrogates, which JSON allows in texts and SQLite does not.
    return group.encode("utf-8", "surrogatepass")
