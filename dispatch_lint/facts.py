"""Facts of corpus rules, grouped: in memory, and on disk where they outgrow it."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

MAX_IN_MEMORY = 100_000
"""Facts of one rule; each takes some 500 bytes with its group."""


class FactTable:
    """The facts of one rule, by group.

    Past `limit` facts they move to a temporary SQLite file, which goes with the table.
    """

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._count = 0
        self._groups: dict[str, list[Fact]] = {}
        self._database: sqlite3.Connection | None = None

    def add(
        self, group: str, source: int, document: int, path: tuple[str | int, ...],
        data: tuple[Any, ...],
    ) -> None:  # fmt: skip
        """Keep a fact."""
        fact = Fact(source, document, path, data)
        known = self._groups.get(group)
        if known is None:
            self._groups[group] = [fact]
        else:
            known.append(fact)
        self._count += 1
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
            self._database.execute("CREATE TABLE fact (grp TEXT, packed BLOB)")
        self._database.executemany(
            "INSERT INTO fact VALUES (?, ?)",
            (
                # Lone surrogates are text in JSON, and none in SQLite.
                (group.encode("utf-8", "surrogatepass"), marshal.dumps(tuple(fact)))
                for group, facts in self._groups.items()
                for fact in facts
            ),
        )
        self._groups.clear()
        self._count = 0

    def groups(self, prefix: str = "") -> Iterator[tuple[str, list[Fact]]]:
        """Every group whose key begins with a text, with its facts in the order they came."""
        if self._database is None:
            for group, facts in self._groups.items():
                if group.startswith(prefix):
                    yield group, facts
            return
        if self._groups:
            self._spill()
        yield from self._stored_groups(prefix)

    def _stored_groups(self, prefix: str) -> Iterator[tuple[str, list[Fact]]]:
        assert self._database is not None
        self._database.execute("CREATE INDEX IF NOT EXISTS fact_grp ON fact (grp)")
        start = prefix.encode("utf-8", "surrogatepass")
        rows = self._database.execute(
            "SELECT grp, packed FROM fact WHERE grp >= ? AND grp < ? ORDER BY grp, rowid",
            (start, start + b"\xff"),
        )
        current: bytes | None = None
        facts: list[Fact] = []
        for group, packed in rows:
            if group != current:
                if current is not None:
                    yield current.decode("utf-8", "surrogatepass"), facts
                current, facts = group, []
            facts.append(Fact(*marshal.loads(packed)))
        if current is not None:
            yield current.decode("utf-8", "surrogatepass"), facts

    def group(self, key: str) -> list[Fact]:
        """The facts of one group."""
        if self._database is None:
            return self._groups.get(key, [])
        return next((facts for group, facts in self.groups(key) if group == key), [])

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._database is not None:
            self._database.close()
