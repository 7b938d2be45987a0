"""Dispatch's own Postgres database, strictly read-only (FACTS, Stores)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.source import BadRow, Source
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.store.entity_store import Filter, LedgerEntry, is_storable
from dispatch_lint.store.importing import stored_entity
from dispatch_lint.store.sql import is_lost, store_error
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, RowMapping

    from dispatch_lint.documents.classify import Classifier

_Explain = Callable[[BaseException], str]
_TEXTS = ("key", "id", "name", "type", "organization_id", "status", "delete")
_TIMES = ("created_time", "modified_time")
_NUMBERS = ("revision", "version")
_JSON = ("spec", "reason", "tags", "value")
_TABLE = sa.table(
    "entity", *(sa.column(name) for name in (*_TEXTS, *_TIMES, *_NUMBERS, *_JSON))
)  # fmt: skip
_STREAM = 500
"""Rows that the server sends at once."""
_CHUNK = 5_000


def has_entities(engine: Engine, shown: str, explain: _Explain) -> bool:
    """Whether the database has a table of entities as Dispatch lays it out.

    Raises:
        StoreError: it cannot be reached.
    """
    try:
        with engine.connect() as connection:
            return {"key", "value"} <= _columns(connection)
    except SQLAlchemyError as error:
        raise store_error(error, shown, explain) from None


def _columns(connection: Connection) -> set[str]:
    inspector = sa.inspect(connection)
    if not inspector.has_table("entity"):
        return set()
    return {column["name"] for column in inspector.get_columns("entity")}


class DispatchRows:
    """The rows of Dispatch's table, as a dump has them; read-only, some at a time."""

    def __init__(self, engine: Engine, shown: str, explain: _Explain) -> None:
        # Of the server's own making: a transaction that refuses every write.
        self._engine = engine.execution_options(postgresql_readonly=True)
        self.shown, self._explain = shown, explain
        self._connection: Connection | None = None
        self._known: list[str] = []

    def rows(
        self, keys: Sequence[str] | None = None
    ) -> Iterator[tuple[str, dict[str, Any] | BadRow]]:
        if keys is None:
            yield from self.select()
            return
        for start in range(0, len(keys), _CHUNK):
            yield from self.select(_TABLE.c.key.in_(keys[start : start + _CHUNK]))

    def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(_TABLE)
        try:
            return int(self._connect().execute(query).scalar_one())
        except SQLAlchemyError as error:
            raise store_error(error, self.shown, self._explain) from None

    def select(
        self, where: sa.ColumnElement[bool] | None = None
    ) -> Iterator[tuple[str, dict[str, Any] | BadRow]]:
        """The rows that fit, in the order of keys.

        Where the connection is lost, the rest is read over a new one.

        Raises:
            StoreError: the database cannot be read.
        """
        last: str | None = None
        lost_at: str | None = "-"
        while True:
            try:
                for key, row in self._stream(where, last):
                    last = key
                    yield key, row
                return
            except SQLAlchemyError as error:
                if not is_lost(error):
                    raise store_error(error, self.shown, self._explain) from None
                self._drop()
                if lost_at == last:  # twice at one place
                    raise store_error(error, self.shown, self._explain, lost=True) from None
                lost_at = last

    def _stream(
        self, where: sa.ColumnElement[bool] | None, last: str | None
    ) -> Iterator[tuple[str, dict[str, Any] | BadRow]]:
        connection = self._connect()
        key = sa.collate(_TABLE.c.key, "C")
        query = sa.select(*(self._column(name) for name in self._known)).order_by(key)
        if where is not None:
            query = query.where(where)
        if last is not None:
            query = query.where(key > last)
        options = {"stream_results": True, "yield_per": _STREAM}
        rows = connection.execution_options(**options).execute(query)
        while several := list(islice(rows.mappings(), _STREAM)):
            for row in several:
                yield row["key"], self._row(row)

    def _row(self, row: RowMapping) -> dict[str, Any] | BadRow:
        if not isinstance(row["value"], dict):
            return BadRow("the value of the row is no JSON object")
        return dict(row)

    def _column(self, name: str) -> sa.ColumnElement[Any]:
        column = _TABLE.c[name]
        if name in _TIMES:
            # As the database prints it: without a zone, to the last digit.
            return sa.cast(column, sa.Text).label(name)
        return column

    def _connect(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect()
            found = _columns(connection)
            self._known = [column.name for column in _TABLE.c if column.name in found]
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """End the transaction."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class DispatchDatabase:
    """Dispatch's database as a store to look things up in. It has no ledger.

    Its only index is that of keys; by name and ID the server reads the table, once for each
    question of many names.
    """

    def __init__(
        self, engine: Engine, shown: str, explain: _Explain, classifier: Classifier
    ) -> None:
        self.shown = shown
        self._rows = DispatchRows(engine, shown, explain)
        self._classifier = classifier
        self._source = Source(shown, "rows", rows=self._rows)

    def _entities(self, where: sa.ColumnElement[bool] | None) -> Iterator[StoredEntity]:
        for key, row in self._rows.select(where):
            document = self._classifier.read(row_part(0, row), self._source, 0)
            if isinstance(document, Document) and document.key is not None:
                yield stored_entity(replace(document, row_key=key))

    def _where(self, column: str, values: Sequence[str]) -> Iterator[StoredEntity]:
        usable = [one for one in dict.fromkeys(values) if is_storable(one)]
        for start in range(0, len(usable), _CHUNK):
            yield from self._entities(_TABLE.c[column].in_(usable[start : start + _CHUNK]))

    def get(self, key: str) -> StoredEntity | None:
        return next(iter(self.find([key])), None)

    def find(self, keys: Sequence[str]) -> list[StoredEntity]:
        wanted = set(keys)
        rows = [row for key in wanted for row in self._layouts(key)]
        return [one for one in self._where("key", rows) if one.key in wanted]

    def _layouts(self, key: str) -> Iterator[str]:
        """The keys of rows that a key may stand for: both orders, and every name of the kind."""
        parts = key.split("/", 2)
        if len(parts) != 3:
            return
        organization, kind, name = parts
        known = self._classifier.catalogue.resolve(kind)
        for one in (kind, *(known.aliases if known else ())):
            yield f"{organization}/{one}/{name}"
            yield f"{one}/{organization}/{name}"

    def with_ids(self, identities: Sequence[str]) -> list[StoredEntity]:
        return list(self._where("id", identities))

    def named(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        wanted = set(names)
        containers = self._classifier.catalogue.containers
        found = [
            one for one in self._where("name", [name for _, name in names])
            if (one.kind, one.name) in wanted
        ]  # fmt: skip
        holding = {containers[kind] for kind, _ in names if kind in containers}
        if holding:
            found += [
                one for one in self._of_kinds(holding)
                if any((kind, name) in wanted for _, kind, name in one.contained)
            ]  # fmt: skip
        return found

    def referring(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        wanted = set(names)
        return [
            one for one in self.entities(Filter())
            if any((use.reference.kind, use.value) in wanted for use in one.uses)
        ]  # fmt: skip

    def names(self, kind: str, limit: int) -> list[str]:
        containers = self._classifier.catalogue.containers
        if kind in containers:
            found = {
                name
                for one in self._of_kinds({containers[kind]})
                for _, inner, name in one.contained if inner == kind
            }  # fmt: skip
        else:
            found = {one.name for one in islice(self._of_kinds({kind}), limit)}
        return sorted(found)[:limit]

    def _of_kinds(self, kinds: set[str]) -> Iterator[StoredEntity]:
        types = [
            name
            for kind in kinds
            for known in [self._classifier.catalogue.resolve(kind)]
            for name in (kind, *(known.aliases if known else ()))
        ]
        return self._where("type", types)

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        every = self._entities(None) if which.kind is None else self._of_kinds({which.kind})
        return (one for one in every if which.fits(one))

    def count(self) -> int:
        return self._rows.count()

    def ledger(self, identities: Sequence[str]) -> list[LedgerEntry]:
        return []

    def ledger_entries(self) -> Iterator[LedgerEntry]:
        return iter(())

    def close(self) -> None:
        self._rows.close()
