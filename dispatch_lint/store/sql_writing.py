"""Writing to a reference store in a SQL database, for `store import`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dispatch_lint.documents.stored_entity import DELETED, StoredEntity
from dispatch_lint.store import tables
from dispatch_lint.store.entity_store import ConnectionLost, Counts, LedgerEntry
from dispatch_lint.store.sql import SqlStore, is_lost
from dispatch_lint.store.tables import COLUMNS, contained, digest_of, entity, ledger, reference

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, RowMapping

_SEEN = sa.Table(
    "dispatch_lint_seen", sa.MetaData(), sa.Column("key", sa.Text), prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)  # fmt: skip


class SqlWriter(SqlStore):
    """A reference store for imports; its tables are created if they do not exist.

    Args:
        lock: called at the start of a transaction, so that only one import runs at a time.
    """

    def __init__(
        self, engine: Engine, shown: str, explain: Callable[[BaseException], str],
        lock: Callable[[Connection], None] = lambda _: None,
    ) -> None:  # fmt: skip
        super().__init__(engine, shown, explain)
        self._lock = lock
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

    def _execute(self, statement: Any, rows: Any = None) -> Any:
        assert self._connection is not None
        return self._connection.execute(statement, rows)

    def put(self, entities: Sequence[StoredEntity], seen: str) -> Counts:
        counts = self._put(entities)
        self._record([stored for stored in entities if stored.identity], seen)
        if self._pruning and entities:
            self._execute(sa.insert(_SEEN), [{"key": stored.key} for stored in entities])
        return counts

    def restore(self, entities: Sequence[StoredEntity], entries: Sequence[LedgerEntry]) -> Counts:
        counts = self._put(entities)
        if entries:
            names = [column.name for column in ledger.c]
            rows = [dict(zip(names, entry, strict=False)) for entry in entries]
            self._execute(self._upsert_all(), rows)
        return counts

    def _put(self, entities: Sequence[StoredEntity]) -> Counts:
        counts = Counts()
        before = self._existing([*dict.fromkeys(stored.key for stored in entities)])
        # An entity is compared with the one before it that has its key; only the last is written.
        last: dict[str, tuple[StoredEntity, dict[str, Any]]] = {}
        for stored in entities:
            row = _row(stored)
            old = last[stored.key][1] if stored.key in last else before.get(stored.key)
            if old is None:
                counts.added += 1
            elif stored.status == DELETED and old["id"] != stored.identity and _is_live(old):
                counts.unchanged += 1  # the key is in use by another entity; see the ledger
                continue
            elif _differs(old, row):
                counts.changed += 1
            else:
                counts.unchanged += 1
            last[stored.key] = (stored, row)
        changed, moved = [], []
        for key, (stored, row) in last.items():
            if key not in before or _differs(before[key], row):
                changed.append((stored, row))
            elif before[key]["place"] != row["place"]:
                moved.append({"b_key": key, "place": row["place"]})
        self._replace(changed, [stored.key for stored, _ in changed if stored.key in before])
        if moved:
            self._execute(sa.update(entity).where(entity.c.key == sa.bindparam("b_key")), moved)
        return counts

    def _existing(self, keys: list[str]) -> dict[str, RowMapping]:
        columns = [entity.c[name] for name in ("key", "digest", "id", "status", "deleted", "place")]
        existing: dict[str, RowMapping] = {}
        for chunk in self._chunks(keys):
            rows = self._execute(sa.select(*columns).where(entity.c.key.in_(chunk))).mappings()
            existing |= {row["key"]: row for row in rows}
        return existing

    def _replace(
        self, changed: list[tuple[StoredEntity, dict[str, Any]]], old_keys: list[str]
    ) -> None:
        """Insert entities, after the rows of some keys are removed."""
        for chunk in self._chunks(old_keys):
            for table in (entity, reference, contained):
                self._execute(sa.delete(table).where(table.c.key.in_(chunk)))
        if not changed:
            return
        self._execute(sa.insert(entity), [row for _, row in changed])
        references = [
            {"kind": foreign_key.reference.kind, "name": foreign_key.value, "key": stored.key}
            for stored, _ in changed
            for foreign_key in stored.uses
        ]
        if references:
            self._execute(sa.insert(reference), references)
        inside = [
            {"kind": kind, "name": name, "key": stored.key}
            for stored, _ in changed
            for _, kind, name in stored.contained
        ]
        if inside:
            self._execute(sa.insert(contained), inside)

    def _record(self, entities: list[StoredEntity], seen: str) -> None:
        """Record IDs in the ledger. A recorded deletion is kept."""
        if not entities:
            return
        rows = [
            {
                "id": stored.identity,
                "key": stored.key,
                "first_seen": seen,
                "last_seen": seen,
                "deleted": seen if stored.status == DELETED else "",
            }
            for stored in entities
        ]
        self._execute(self._upsert(), rows)

    def _insert(self) -> Any:
        if self._postgres:
            from sqlalchemy.dialects.postgresql import insert as postgres_insert

            statement: Any = postgres_insert(ledger)
        else:
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            statement = sqlite_insert(ledger)
        return statement

    def _upsert_all(self) -> Any:
        """A statement that merges entries with what is known of their IDs."""
        statement, old = self._insert(), ledger.c
        new = statement.excluded
        deleted = sa.case(
            (old.deleted == "", new.deleted), (new.deleted == "", old.deleted),
            (old.deleted < new.deleted, old.deleted), else_=new.deleted,
        )  # fmt: skip
        first = sa.case((old.first_seen < new.first_seen, old.first_seen), else_=new.first_seen)
        last = sa.case((old.last_seen > new.last_seen, old.last_seen), else_=new.last_seen)
        return statement.on_conflict_do_update(
            index_elements=[old.id, old.key],
            set_={"first_seen": first, "last_seen": last, "deleted": deleted},
        )

    def _upsert(self) -> Any:
        statement = self._insert()
        new = statement.excluded
        kept = sa.case((ledger.c.deleted != "", ledger.c.deleted), else_=new.deleted)
        return statement.on_conflict_do_update(
            index_elements=[ledger.c.id, ledger.c.key],
            set_={"last_seen": new.last_seen, "deleted": kept},
        )

    def delete(self, keys: Sequence[str], when: str) -> Counts:
        counts = Counts()
        for chunk in self._chunks(keys):
            counts += self._mark(entity.c.key.in_(chunk), when)
        return counts

    def begin_prune(self) -> None:
        _SEEN.create(self._connection, checkfirst=False)  # type: ignore[arg-type]
        self._pruning = True

    def prune(self, when: str) -> Counts:
        return self._mark(entity.c.key.not_in(sa.select(_SEEN.c.key)), when)

    def _mark(self, where: sa.ColumnElement[bool], when: str) -> Counts:
        gone = sa.and_(where, entity.c.deleted == "")
        pairs = sa.select(entity.c.id, entity.c.key).where(gone, entity.c.id != "")
        self._execute(
            sa.update(ledger)
            .where(sa.tuple_(ledger.c.id, ledger.c.key).in_(pairs), ledger.c.deleted == "")
            .values(deleted=when)
        )
        changed = self._execute(sa.update(entity).where(gone).values(deleted=when))
        return Counts(deleted=changed.rowcount)


def _differs(old: Mapping[Any, Any], row: dict[str, Any]) -> bool:
    """Whether an entity has changed, or was marked as deleted; its location does not count."""
    return bool(old["digest"] != row["digest"] or old["deleted"] != row["deleted"])


def _is_live(row: Mapping[Any, Any]) -> bool:
    return not row["deleted"] and row["status"] != DELETED


def _row(stored: StoredEntity) -> dict[str, Any]:
    return dict(zip(COLUMNS, stored, strict=True)) | {"digest": digest_of(stored)}
