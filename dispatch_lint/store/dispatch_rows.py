"""The rows of Dispatch's own Postgres database, strictly read-only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dispatch_lint.documents.source import BadRow
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.sql import is_lost, store_error
from dispatch_lint.store.tables import SCHEMA
from dispatch_lint.text.json_reader import read_value

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, RowMapping


Explain = Callable[[BaseException], str]
_TEXTS = ("key", "id", "name", "type", "organization_id", "status", "delete")
_TIMES = ("created_time", "modified_time")
_NUMBERS = ("revision", "version")
_JSON = ("spec", "reason", "tags", "value")
TABLE = sa.table(
    "entity", *(sa.column(name) for name in (*_TEXTS, *_TIMES, *_NUMBERS, *_JSON))
)  # fmt: skip
_IDENTITY = ("type", "name", "organization_id", "id")
"""The columns that say which entity it is, in the order of `BadRow`."""
_STREAM = 500
"""Rows that are fetched at once."""
CHUNK = 5_000
"""Values in one list of a query."""


def has_entities(engine: Engine, shown: str, explain: Explain) -> bool:
    """Whether the database has Dispatch's table of entities.

    Raises:
        StoreError: the database cannot be reached.
    """
    try:
        with engine.connect() as connection:
            return {"key", "value"} <= _columns(connection)
    except SQLAlchemyError as error:
        raise store_error(error, shown, explain) from None


# What an account may not read, only the catalog tells.
_TABLES = sa.text("""
    SELECT n.nspname, has_schema_privilege(n.oid, 'USAGE') AND (
        has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'entity' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND c.relpersistence <> 't' AND n.nspname <> :ours AND 2 = (
            SELECT count(*) FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname IN ('key', 'value'))
    ORDER BY n.nspname
""").bindparams(ours=SCHEMA)


def refuse_hidden_entities(engine: Engine, shown: str, explain: Explain) -> None:
    """Refuse a database that has Dispatch's table where the account does not look for it.

    Else the advice would be to make a reference store in it.

    Raises:
        StoreError: it has one, or cannot be reached.
    """
    try:
        with engine.connect() as connection:
            tables = connection.execute(_TABLES).all()
    except SQLAlchemyError as error:
        raise store_error(error, shown, explain) from None
    for schema, may_read in tables:
        if may_read:
            raise StoreError(f"{shown}: Dispatch's table is in the schema {schema}, which is not in the "
                             f"search_path: add ?options={_search_path(schema)} to the URL")  # fmt: skip
        raise StoreError(f"{shown}: Dispatch's table is in the schema {schema}, and this account may not "
                         f"read it: it needs USAGE on the schema, and SELECT on the table")  # fmt: skip


def refuse_entities(connection: Connection, shown: str) -> None:
    """Refuse to write into Dispatch's own database.

    Raises:
        StoreError: it is one.
    """
    for schema, _ in connection.execute(_TABLES):
        raise StoreError(f"{shown}: this is Dispatch's own database (its table is in the schema {schema}), "
                         "which is only read: import into another database, or a file")  # fmt: skip


def _search_path(schema: str) -> str:
    """The option that names a schema, for a URL."""
    from urllib.parse import quote

    if not re.fullmatch("[a-z_][a-z0-9_]*", schema):
        schema = '"' + schema.replace('"', '""') + '"'
    # The server divides options at spaces.
    return quote("-csearch_path=" + re.sub(r"([\s\\])", r"\\\1", schema), safe="")


def _columns(connection: Connection) -> set[str]:
    inspector = sa.inspect(connection)
    if not inspector.has_table("entity"):
        return set()
    return {column["name"] for column in inspector.get_columns("entity")}


def _bad(row: RowMapping, message: str) -> BadRow:
    """A row that cannot be read, with what its other columns say of it."""
    return BadRow(message, *(row.get(name) or "" for name in _IDENTITY))


class DispatchRows:
    """The rows of Dispatch's table as values of a source, streamed from the server."""

    def __init__(self, engine: Engine, shown: str, explain: Explain) -> None:
        # The server itself refuses every write in such a transaction.
        self._engine = engine.execution_options(postgresql_readonly=True)
        self.shown, self._explain = shown, explain
        self._connection: Connection | None = None
        self._columns: list[str] = []

    def rows(
        self, keys: Sequence[str] | None = None
    ) -> Iterator[tuple[str, dict[str, Any] | BadRow]]:
        if keys is None:
            yield from self.select()
            return
        for start in range(0, len(keys), CHUNK):
            yield from self.select(TABLE.c.key.in_(keys[start : start + CHUNK]))

    def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(TABLE)
        try:
            return int(self._connect().execute(query).scalar_one())
        except SQLAlchemyError as error:
            raise store_error(error, self.shown, self._explain) from None

    def select(
        self, where: sa.ColumnElement[bool] | None = None
    ) -> Iterator[tuple[str, dict[str, Any] | BadRow]]:
        """The rows that match, in the order of keys.

        If the connection is lost, the other rows are read over a new one.

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
                    self._drop()
                    raise store_error(error, self.shown, self._explain) from None
                self._drop()
                if lost_at == last:  # a second time, without a row in between
                    raise store_error(error, self.shown, self._explain, lost=True) from None
                lost_at = last

    def _stream(
        self, where: sa.ColumnElement[bool] | None, last: str | None
    ) -> Iterator[tuple[str, dict[str, Any] | BadRow]]:
        connection = self._connect()
        key = sa.collate(TABLE.c.key, "C")
        query = sa.select(*(self._column(name) for name in self._columns)).order_by(key)
        if where is not None:
            query = query.where(where)
        if last is not None:
            query = query.where(key > last)
        options = {"stream_results": True, "yield_per": _STREAM}
        rows = connection.execution_options(**options).execute(query)
        while batch := list(islice(rows.mappings(), _STREAM)):
            for row in batch:
                yield row["key"], self._row(row)

    def _row(self, row: RowMapping) -> dict[str, Any] | BadRow:
        values = dict(row)
        for name in _JSON:
            if isinstance(text := values.get(name), str):
                try:
                    values[name] = read_value(text)
                except ValueError as error:
                    return _bad(row, f"the column {name} cannot be read: {error}")
        if not isinstance(values["value"], dict):
            return _bad(row, "the value of the row is not a JSON object")
        return values

    def _column(self, name: str) -> sa.ColumnElement[Any]:
        column = TABLE.c[name]
        if name in (*_TIMES, *_JSON):
            # The text of a time has no time zone, and all digits; that of JSON is read by us, since
            # one value that cannot be read is to end no run.
            return sa.cast(column, sa.Text).label(name)
        return column

    def _connect(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect()
            existing = _columns(connection)
            self._columns = [column.name for column in TABLE.c if column.name in existing]
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
