"""Writing to a reference store in a SQL database, for `store import`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.model.relations import DELETED
from dispatch_lint.store import tables
from dispatch_lint.store.entity_store import ConnectionLost, Counts, LedgerEntry, Scope
from dispatch_lint.store.sql import SqlStore, is_lost
from dispatch_lint.store.tables import (
    CHECKSUM,
    CONTENT,
    contained,
    content_digest,
    entity,
    entry_checksum,
    ledger,
    reference,
    row_digest,
    time_checksum,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect, Engine, Insert, Row

_INSERT_ENTITY, _INSERT_REFERENCE, _INSERT_CONTAINED = map(
    sa.insert, (entity, reference, contained)
)

_SEEN = sa.Table(
    "dispatch_lint_seen", sa.MetaData(), sa.Column("key", sa.Text), prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)  # fmt: skip


_SCOPES = sa.Table(
    "dispatch_lint_scopes", sa.MetaData(), sa.Column("organization", sa.Text),
    sa.Column("kind", sa.Text), sa.Column("form", sa.Text), prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)  # fmt: skip


class SqlWriter(SqlStore):
    """A reference store for imports; its tables are created if they do not exist.

    Args:
        lock: called at the start of a transaction, so that only one import runs at a time.
        at_end: called when the store is closed.
    """

    def __init__(
        self, engine: Engine, shown: str, explain: Callable[[BaseException], str],
        lock: Callable[[Connection], None] = lambda _: None, at_end: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        super().__init__(engine, shown, explain)
        self._lock, self._at_end = lock, at_end
        self._pruning = False

    def _open(self) -> None:
        return  # `transaction` creates and migrates the tables

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._connection is not None:  # it could hold a lock from reading
            self._connection.close()
        try:
            with self._engine.begin() as connection:
                self._connection = connection
                self._lock(connection)
                self._check_version(self._version(connection))
                tables.migrate(connection)
                with self._indexes_last(connection):
                    yield
        except SQLAlchemyError as error:
            if is_lost(error):
                raise ConnectionLost(str(self._error(error))) from None
            raise self._error(error) from None
        finally:
            self._connection = None
            self._pruning = False

    @contextmanager
    def _indexes_last(self, connection: Connection) -> Iterator[None]:
        """Create the indexes of an empty store after it is filled: that takes half the time."""
        empty = connection.execute(sa.select(entity.c.key).limit(1)).first() is None
        indexes = [index for table in (entity, contained, reference) for index in table.indexes]
        if empty:
            for index in indexes:
                index.drop(connection)
        yield
        if empty:
            for index in indexes:
                index.create(connection)

    def close(self) -> None:
        super().close()
        self._at_end()

    def share(self) -> None:
        return None  # it may be a temporary database, which has one connection

    def _execute(self, statement: Any, rows: Any = None) -> Any:
        assert self._connection is not None
        return self._connection.execute(statement, rows)

    def put(self, entities: Sequence[StoredEntity], seen: str) -> Counts:
        counts = self._put(entities)
        self._record([
            (stored.identity, stored.key, seen, seen, seen if stored.status == DELETED else "")
            for stored in entities if stored.identity
        ])  # fmt: skip
        if self._pruning and entities:
            self._execute(sa.insert(_SEEN), [{"key": stored.key} for stored in entities])
        return counts

    def restore(self, entities: Sequence[StoredEntity], entries: Sequence[LedgerEntry]) -> Counts:
        counts = self._put(entities)
        self._record([entry[:5] for entry in entries], restored=True)
        return counts

    def _put(self, entities: Sequence[StoredEntity]) -> Counts:
        counts = Counts()
        before = self._existing([*dict.fromkeys(stored.key for stored in entities)])
        # An entity is compared with the one before it that has its key; only the last is written.
        last: dict[str, _EntityRow] = {}
        for stored in entities:
            row = _EntityRow(stored, content_digest(stored))
            old: _EntityRow | Row[Any] | None = last.get(stored.key) or before.get(stored.key)
            if old is None:
                counts.added += 1
            elif stored.status == DELETED and old.id != stored.identity and _is_live(old):
                counts.unchanged += 1  # the key is in use by another entity; see the ledger
                continue
            elif old.id and not stored.identity and _is_live(old):
                counts += Counts(unchanged=1, kept=1)
                continue
            elif _differs(old, row):
                counts.changed += 1
            else:
                counts.unchanged += 1
            last[stored.key] = row
        changed, moved = [], []
        for key, row in last.items():
            if key not in before or _differs(before[key], row):
                changed.append(row)
            elif before[key].place != row.place:
                moved.append({"b_key": key, "place": row.place, "digest": row.digest})
        self._replace(changed, [row.stored.key for row in changed if row.stored.key in before])
        if moved:
            self._execute(sa.update(entity).where(entity.c.key == sa.bindparam("b_key")), moved)
        return counts

    def _existing(self, keys: list[str]) -> dict[str, Row[Any]]:
        columns = [entity.c[name] for name in ("key", "id", "status", "deleted", "place")]
        content = _part(entity.c.digest, 0, CONTENT).label("content")
        existing: dict[str, Row[Any]] = {}
        for chunk in self._chunks(keys):
            rows = self._execute(sa.select(*columns, content).where(entity.c.key.in_(chunk)))
            existing |= {row.key: row for row in rows}
        return existing

    def _replace(self, changed: list[_EntityRow], old_keys: list[str]) -> None:
        """Insert entities, after the rows of some keys are removed."""
        for chunk in self._chunks(old_keys):
            for table in (entity, reference, contained):
                self._execute(sa.delete(table).where(table.c.key.in_(chunk)))
        entities = [row.stored for row in changed]
        self._write(_INSERT_ENTITY, [(*row.stored, row.digest) for row in changed])
        self._write(_INSERT_REFERENCE, [
            (kind, name, stored.key) for stored in entities for kind, name in stored.targets
        ])  # fmt: skip
        self._write(_INSERT_CONTAINED, [
            (kind, name, stored.key) for stored in entities for _, kind, name in stored.contained
        ])  # fmt: skip

    def _write(self, insert: Insert, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows by the driver itself: for SQLAlchemy each row is a statement to be made."""
        if not rows:
            return
        assert self._connection is not None
        statement = _compiled(insert, self._connection.dialect)
        if not statement.positional:
            names = insert.table.c.keys()
            rows = [dict(zip(names, row, strict=True)) for row in rows]  # type: ignore[misc]
        self._connection.exec_driver_sql(str(statement), rows)

    def _record(
        self, entries: Iterable[tuple[str, str, str, str, str]], *, restored: bool = False
    ) -> None:
        """Record entries in the ledger, merged with what is known of their IDs.

        Args:
            restored: whether they are not of now: the first sight, the last one and the first
                deletion are kept then.
        """
        rows = [(*entry, entry_checksum(*entry)) for entry in entries]
        self._write(_upsert(postgres=self._postgres, restored=restored), rows)

    def begin_prune(self) -> None:
        for table in (_SEEN, _SCOPES):
            table.create(self._connection, checkfirst=False)  # type: ignore[arg-type]
        self._pruning = True

    def unseen(self, scopes: Collection[Scope]) -> Iterator[str]:
        gone = sa.and_(self._unseen(scopes), entity.c.deleted == "")
        yield from self._execute(
            sa.select(entity.c.key).where(gone).order_by(entity.c.key)
        ).scalars()

    def prune(self, scopes: Collection[Scope], when: str) -> Counts:
        return self._mark(self._unseen(scopes), when)

    def _unseen(self, scopes: Collection[Scope]) -> sa.ColumnElement[bool]:
        self._execute(sa.delete(_SCOPES))
        if scopes:
            self._execute(sa.insert(_SCOPES), [scope._asdict() for scope in scopes])
        of_scope = sa.exists().where(
            _SCOPES.c.organization == sa.func.coalesce(entity.c.organization, ""),
            _SCOPES.c.form == entity.c.form,
            sa.or_(_SCOPES.c.kind.is_(None), _SCOPES.c.kind == entity.c.kind),
        )
        return sa.and_(entity.c.key.not_in(sa.select(_SEEN.c.key)), of_scope)

    def organizations(self) -> Collection[str]:
        found = sa.select(entity.c.organization).where(entity.c.deleted == "").distinct()
        return {name or "" for name in self._execute(found).scalars()}

    def _mark(self, where: sa.ColumnElement[bool], when: str) -> Counts:
        gone = sa.and_(where, entity.c.deleted == "")
        pairs = sa.select(entity.c.id, entity.c.key).where(gone, entity.c.id != "")
        known = _part(ledger.c.checksum, 0, 2 * CHECKSUM)
        self._execute(
            sa.update(ledger)
            .where(sa.tuple_(ledger.c.id, ledger.c.key).in_(pairs), ledger.c.deleted == "")
            .values(deleted=when, checksum=known + time_checksum(when))
        )
        known = _part(entity.c.digest, 0, CONTENT + CHECKSUM)
        changed = self._execute(
            sa.update(entity).where(gone).values(deleted=when, digest=known + time_checksum(when))
        )
        return Counts(deleted=changed.rowcount)


class _EntityRow(NamedTuple):
    """An entity that may be written, with the columns by which it is compared with the row before."""

    stored: StoredEntity
    content: str

    @property
    def digest(self) -> str:
        return row_digest(self.content, self.stored.location_text, self.stored.deleted)

    @property
    def id(self) -> str:
        return self.stored.identity

    @property
    def status(self) -> str:
        return self.stored.stored_status

    @property
    def deleted(self) -> str:
        return self.stored.deleted

    @property
    def place(self) -> str:
        return self.stored.location_text


def _differs(old: _EntityRow | Row[Any], row: _EntityRow) -> bool:
    """Whether an entity has changed, or was marked as deleted; its location does not count."""
    return bool(old.content != row.content or old.deleted != row.deleted)


def _is_live(row: _EntityRow | Row[Any]) -> bool:
    return not row.deleted and row.status != DELETED


@lru_cache
def _compiled(insert: Insert, dialect: Dialect) -> Any:
    """A statement that takes all columns of its table, and nothing else."""
    return insert.compile(dialect=dialect, column_keys=insert.table.c.keys())


@lru_cache
def _upsert(*, postgres: bool, restored: bool) -> Any:
    """A statement that merges entries with what the ledger has."""
    if postgres:
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        statement: Any = postgres_insert(ledger)
    else:
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        statement = sqlite_insert(ledger)
    old, new = ledger.c, statement.excluded
    empty: sa.ColumnElement[str] = sa.literal_column("''")
    keeps: list[tuple[str, sa.ColumnElement[bool]]] = [
        ("first_seen", old.first_seen < new.first_seen if restored else sa.true()),
        ("last_seen", old.last_seen > new.last_seen if restored else sa.false()),
        ("deleted", sa.or_(new.deleted == empty, sa.and_(
            old.deleted != empty, old.deleted < new.deleted if restored else sa.true()
        ))),
    ]  # fmt: skip
    values: dict[str, Any] = {"checksum": empty}
    for number, (name, keep) in enumerate(keeps):
        values[name] = sa.case((keep, old[name]), else_=new[name])
        # Each time takes its checksum along: that of a damaged entry stays wrong.
        parts = [_part(of.checksum, number * CHECKSUM, CHECKSUM) for of in (old, new)]
        values["checksum"] += sa.case((keep, parts[0]), else_=parts[1])
    return statement.on_conflict_do_update(index_elements=[old.id, old.key], set_=values)


def _part(column: sa.ColumnElement[str], start: int, length: int) -> sa.ColumnElement[str]:
    """A part of a text, from a letter on; without parameters, which `_write` cannot have."""
    numbers: list[sa.ColumnElement[int]] = [
        sa.literal_column(str(number)) for number in (start + 1, length)
    ]
    return sa.func.substr(column, *numbers, type_=sa.Text)
