"""The reference store in a SQL database: a SQLite file, or a schema of a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dispatch_lint.documents.stored_entity import WHEN_DAMAGED, StoredEntity
from dispatch_lint.index.unread import NONE_UNREAD
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.relations import DELETED
from dispatch_lint.store import tables
from dispatch_lint.store.entity_store import ConnectionLost, Filter, LedgerEntry
from dispatch_lint.store.keys import is_storable
from dispatch_lint.store.soundness import unsound_part, unsound_value
from dispatch_lint.store.tables import (
    COLUMNS,
    contained,
    content_digest,
    entity,
    entry_checksum,
    ledger,
    reference,
    row_digest,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, RowMapping
    from sqlalchemy.sql.expression import Select

_CHUNK = 5_000
"""Values in one list of a query: well below the limits of both databases."""
_STREAM = 1_000
"""Rows that are fetched at once when all are read."""
_Result = TypeVar("_Result")


class SqlStore:
    """A reference store for look-ups. It keeps one connection, and so sees one state.

    Args:
        engine: its connections read one consistent state until they are closed.
        shown: the name of the store in messages.
        explain: returns a message for an error of the database, without a password.

    Raises:
        StoreError: the database cannot be used, or is of a newer version.
    """

    problems: Sequence[str] = ()
    unread = NONE_UNREAD
    _version_1 = False
    """Whether the tables are of version 1, whose digests cover less, and whose ledger has none."""

    def __init__(self, engine: Engine, shown: str, explain: Callable[[BaseException], str]) -> None:
        self._engine, self._explain = engine, explain
        self.shown = shown
        self._connection: Connection | None = None
        self._postgres = engine.dialect.name == "postgresql"
        try:
            self._open()
        except StoreError:
            self.close()  # releases locks
            raise

    def _open(self) -> None:
        version = self._read(self._version)
        self._check_version(version)
        if version == 0 and not self._postgres and not self._read(tables.has_any):
            # What SQLite leaves of a new file where it takes back what was not finished.
            raise StoreError(f"{self.shown}: the file is empty: its first import was interrupted, or none was "
                             "made yet; run `dispatch-lint store import` (again)")  # fmt: skip
        if version == 0:
            raise StoreError(f"{self.shown}: not a reference store; create one with "
                             "`dispatch-lint store import`")  # fmt: skip
        self._version_1 = version == 1

    def _version(self, connection: Connection) -> int:
        try:
            return tables.version(connection)
        except tables.ForeignTables:
            raise StoreError(f"{self.shown}: not a reference store, or its table `meta` is "
                             f"damaged: name another file, or {WHEN_DAMAGED}") from None  # fmt: skip

    def _check_version(self, version: int) -> None:
        supported = len(tables.MIGRATIONS)
        if version > supported:
            raise StoreError(
                f"{self.shown}: the store is of version {version}, this dispatch-lint "
                f"supports version {supported}; use a newer dispatch-lint"
            )

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _read(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a query; a second time on a new connection if the old one was lost."""
        try:
            return query(self._connect())
        except SQLAlchemyError as error:
            if not is_lost(error):
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    self._drop()
                raise self._error(error) from None
        self._drop()
        try:
            return query(self._connect())
        except SQLAlchemyError as error:
            raise self._error(error, lost=is_lost(error)) from None

    def _error(self, error: SQLAlchemyError, *, lost: bool = False) -> StoreError:
        return store_error(error, self.shown, self._explain, lost=lost)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _rows(self, select: Select[Any]) -> list[RowMapping]:
        return self._read(lambda connection: list(connection.execute(select).mappings()))

    def _entities(self, select: Select[Any]) -> list[StoredEntity]:
        """The selected entities; `select` has all columns, the digest last.

        Raises:
            StoreError: one is not what was written.
        """
        rows = self._read(lambda connection: connection.execute(select).fetchall())
        entities = [StoredEntity._make(row[:-1]) for row in rows]
        for stored, row in zip(entities, rows, strict=True):
            if self._digest_of(stored) != row[-1] or unsound_value(stored):
                raise self._damage()
        return entities

    def _digest_of(self, stored: StoredEntity) -> str:
        content = content_digest(stored)
        if self._version_1:
            return content
        return row_digest(content, stored.location_text, stored.deleted)

    def _damage(self) -> StoreError:
        return StoreError(
            f"{self.shown}: the store is damaged (a row is not what was written); {WHEN_DAMAGED}"
        )

    def _chunks(self, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        usable = [value for value in dict.fromkeys(values) if is_storable(value)]
        for start in range(0, len(usable), _CHUNK):
            yield usable[start : start + _CHUNK]

    def get(self, key: str) -> StoredEntity | None:
        found = self._entities(_WHOLE.where(entity.c.key == key)) if is_storable(key) else []
        return found[0] if found else None

    def find(self, keys: Sequence[str]) -> list[StoredEntity]:
        return [
            stored
            for chunk in self._chunks(keys)
            for stored in self._entities(_WHOLE.where(entity.c.key.in_(chunk)))
        ]

    def with_ids(self, identities: Sequence[str]) -> list[StoredEntity]:
        return [
            stored
            for chunk in self._chunks(identities)
            for stored in self._entities(_WHOLE.where(entity.c.id.in_(chunk)))
        ]

    def named(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        found = []
        for kind, names_of_kind in _by_kind(names).items():
            is_contained = self._is_contained(kind)
            for chunk in self._chunks(names_of_kind):
                where = sa.and_(entity.c.kind == kind, entity.c.name.in_(chunk))
                found += self._entities(_WHOLE.where(where))
                if is_contained:
                    inside = sa.select(contained.c.key).where(
                        contained.c.kind == kind, contained.c.name.in_(chunk)
                    )
                    found += self._entities(_WHOLE.where(entity.c.key.in_(inside)))
        return found

    def _is_contained(self, kind: str) -> bool:
        """Whether an entity contains one of a kind."""
        return bool(self._rows(sa.select(contained.c.key).where(contained.c.kind == kind).limit(1)))

    def referring(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        found = []
        for kind, names_of_kind in _by_kind(names).items():
            for chunk in self._chunks(names_of_kind):
                keys = sa.select(reference.c.key).where(
                    reference.c.kind == kind, reference.c.name.in_(chunk)
                )
                found += self._entities(_WHOLE.where(entity.c.key.in_(keys)).order_by(entity.c.key))
        return found

    def keys(self, beginning: str, limit: int) -> list[str]:
        """The first keys with a beginning, in order; at most `limit`."""
        if not is_storable(beginning):
            return []
        select = sa.select(entity.c.key).where(entity.c.key.startswith(beginning, autoescape=True))
        return [row["key"] for row in self._rows(select.order_by(entity.c.key).limit(limit))]

    def names(self, kind: str, limit: int) -> list[str]:
        names = []
        for table in (entity, contained):
            select = (
                sa.select(table.c.name).where(table.c.kind == kind).distinct()
                .order_by(table.c.name).limit(limit)
            )  # fmt: skip
            names += [row["name"] for row in self._rows(select)]
        return sorted(names)[:limit]

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        select = _WHOLE.order_by(entity.c.key)
        if which.organization is not None:
            select = select.where(entity.c.organization == which.organization)
        if which.kind is not None:
            select = select.where(entity.c.kind == which.kind)
        if which.status is not None:
            gone = entity.c.deleted != ""
            if which.status == DELETED:
                select = select.where(sa.or_(gone, entity.c.status == DELETED))
            else:
                select = select.where(~gone, entity.c.status == which.status)
        for name, value in which.tags.items():
            select = select.where(self._has_tag(name, value))
        return self._stream(select)

    def _has_tag(self, name: str, value: str) -> sa.ColumnElement[bool]:
        tags = entity.c.tags
        if self._postgres:
            found: sa.ColumnElement[bool] = sa.cast(tags, sa.JSON)[name].as_string() == value
            return found
        # A path of SQLite cannot quote every name.
        pair = sa.func.json_each(tags).table_valued("key", "value")
        return sa.exists().where(pair.c.key == name, pair.c.value == value)

    def _stream(self, select: Select[Any]) -> Iterator[StoredEntity]:
        """The selected entities in the order of keys, one page at a time.

        A page begins behind the last key of the page before, also on a new connection.
        """
        page = select.limit(_STREAM)
        found = self._entities(page)
        while found:
            yield from found
            if len(found) < _STREAM:
                return
            found = self._entities(page.where(entity.c.key > found[-1].key))

    def count(self) -> int:
        return int(self._rows(sa.select(sa.func.count().label("n")).select_from(entity))[0]["n"])

    def ledger(self, identities: Sequence[str]) -> list[LedgerEntry]:
        return [
            entry
            for chunk in self._chunks(identities)
            for entry in self._ledger_entries(_LEDGER.where(ledger.c.id.in_(chunk)))
        ]

    def _ledger_entries(self, select: Select[Any]) -> list[LedgerEntry]:
        """The selected entries; `select` has all columns, the checksum last.

        Raises:
            StoreError: one is not what was written.
        """
        if self._version_1:
            select = select.with_only_columns(*_ENTRY)
        rows = self._read(lambda connection: connection.execute(select).fetchall())
        entries = [LedgerEntry(*row[:5]) for row in rows]
        if any(map(unsound_part, entries)) or not (
            self._version_1 or all(entry_checksum(*row[:-1]) == row[-1] for row in rows)
        ):
            raise self._damage()
        return entries

    def ledger_entries(self) -> Iterator[LedgerEntry]:
        page = _LEDGER.limit(_STREAM)
        found = self._ledger_entries(page)
        while found:
            yield from found
            if len(found) < _STREAM:
                return
            last = sa.tuple_(ledger.c.id, ledger.c.key) > found[-1][:2]
            found = self._ledger_entries(page.where(last))

    def share(self) -> Callable[[], SqlStore] | None:
        snapshot = ""
        if self._postgres:
            exported = sa.select(sa.func.pg_export_snapshot().label("snapshot"))
            try:
                snapshot = str(self._rows(exported)[0]["snapshot"])
            except StoreError:  # some servers cannot, and the transaction is lost
                self._drop()
                return None

        def open_again() -> SqlStore:
            store = copy(self)
            store._connection = (
                None  # `self` keeps the inherited one, which is not to be closed here
            )
            if snapshot:
                statement = f"SET TRANSACTION SNAPSHOT '{snapshot}'"
                store._read(lambda connection: connection.exec_driver_sql(statement))
            return store

        return open_again

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()


_WHOLE = sa.select(*(entity.c[name] for name in (*COLUMNS, "digest")))
_ENTRY = [ledger.c[name] for name in ("id", "key", "first_seen", "last_seen", "deleted")]
_LEDGER = sa.select(*_ENTRY, ledger.c.checksum).order_by(ledger.c.id, ledger.c.key)


def is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection to the server was lost, or the SQLite file was removed meanwhile.

    A server that gives no answer is not asked again.
    """
    if not isinstance(error, DBAPIError) or getattr(error.orig, "is_final", False):
        return False
    removed = getattr(error.orig, "sqlite_errorname", "") == "SQLITE_IOERR_FSTAT"
    return removed or error.connection_invalidated


def store_error(
    error: SQLAlchemyError, shown: str, explain: Callable[[BaseException], str], *,
    lost: bool = False,
) -> StoreError:  # fmt: skip
    """An error of the database as an error with a readable message.

    Args:
        lost: whether the connection was lost for the second time.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    message = f"{shown}: {explain(cause)}"
    if lost:
        return ConnectionLost(f"{message} (the connection was lost, and a second try failed)")
    return StoreError(message)


def _by_kind(names: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for kind, name in names:
        if is_storable(kind):
            kinds.setdefault(kind, []).append(name)
    return kinds
