"""What `store import` does to a reference store in a SQL database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dispatch_lint.documents.stored_entity import DELETED, StoredEntity
from dispatch_lint.store import tables
from dispatch_lint.store.entity_store import ConnectionLost, Counts
from dispatch_lint.store.sql import COLUMNS, SqlStore, is_lost
from dispatch_lint.store.tables import contained, entity, ledger, reference

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, RowMapping

_SEEN = sa.Table(
    "dispatch_lint_seen", sa.MetaData(), sa.Column("key", sa.Text), prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)  # fmt: skip


class SqlWriter(SqlStore):
    """A reference store that can be written; it is made where there is none.

    Args:
        lock: what an import does first, so that two do not run at once.
    """

    def __init__(
        self, engine: Engine, shown: str, explain: Callable[[BaseException], str],
        lock: Callable[[Connection], None] = lambda _: None,
    ) -> None:  # fmt: skip
        super().__init__(engine, shown, explain)
        self._lock = lock
        self._pruning = False

    def _open(self) -> None:
        return  # `transaction` makes and renews the tables

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._connection is not None:  # what was read before must not block what is written
            self._connection.close()
        try:
            with self._engine.begin() as connection:
                self._connection = connection
                self._lock(connection)
                self._check_version(tables.version(connection))
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
        """Make the indexes of an empty store when everything is in it: that takes half the time."""
        empty = connection.execute(sa.select(entity.c.key).limit(1)).first() is None
        indexes = [one for table in (entity, contained, reference) for one in table.indexes]
        if empty:
            for one in indexes:
                one.drop(connection)
        yield
        if empty:
            for one in indexes:
                one.create(connection)

    def _execute(self, statement: Any, rows: Any = None) -> Any:
        assert self._connection is not None
        return self._connection.execute(statement, rows)

    def put(self, entities: Sequence[StoredEntity], seen: str) -> Counts:
        counts = Counts()
        before = self._known([*dict.fromkeys(one.key for one in entities)])
        # A key that comes again is held against what came before; only the last is written.
        last: dict[str, tuple[StoredEntity, dict[str, Any]]] = {}
        for one in entities:
            row = _row(one)
            old = last[one.key][1] if one.key in last else before.get(one.key)
            if old is None:
                counts.added += 1
            elif one.status == DELETED and old["id"] != one.identity and _is_live(old):
                counts.unchanged += 1  # another entity holds the key now; the ledger knows this one
                continue
            elif _differs(old, row):
                counts.changed += 1
            else:
                counts.unchanged += 1
            last[one.key] = (one, row)
        renewed, moved = [], []
        for key, (one, row) in last.items():
            if key not in before or _differs(before[key], row):
                renewed.append((one, row))
            elif before[key]["place"] != row["place"]:
                moved.append({"b_key": key, "place": row["place"]})
        self._renew(renewed, [one.key for one, _ in renewed if one.key in before])
        if moved:
            self._execute(sa.update(entity).where(entity.c.key == sa.bindparam("b_key")), moved)
        self._note([one for one in entities if one.identity], seen)
        if self._pruning:
            self._execute(sa.insert(_SEEN), [{"key": one.key} for one in entities])
        return counts

    def _known(self, keys: list[str]) -> dict[str, RowMapping]:
        columns = [entity.c[name] for name in ("key", "digest", "id", "status", "deleted", "place")]
        found: dict[str, RowMapping] = {}
        for chunk in self._chunks(keys):
            rows = self._execute(sa.select(*columns).where(entity.c.key.in_(chunk))).mappings()
            found |= {row["key"]: row for row in rows}
        return found

    def _renew(
        self, renewed: list[tuple[StoredEntity, dict[str, Any]]], displaced: list[str]
    ) -> None:
        for chunk in self._chunks(displaced):
            for table in (entity, reference, contained):
                self._execute(sa.delete(table).where(table.c.key.in_(chunk)))
        if not renewed:
            return
        self._execute(sa.insert(entity), [row for _, row in renewed])
        uses = [
            {"kind": use.reference.kind, "name": use.value, "key": one.key}
            for one, _ in renewed
            for use in one.uses
        ]
        if uses:
            self._execute(sa.insert(reference), uses)
        inside = [
            {"kind": kind, "name": name, "key": one.key}
            for one, _ in renewed
            for _, kind, name in one.contained
        ]
        if inside:
            self._execute(sa.insert(contained), inside)

    def _note(self, entities: list[StoredEntity], seen: str) -> None:
        """Keep IDs in the ledger. A deletion that it knows of is never taken back."""
        if not entities:
            return
        rows = [
            {
                "id": one.identity,
                "key": one.key,
                "first_seen": seen,
                "last_seen": seen,
                "deleted": seen if one.status == DELETED else "",
            }
            for one in entities
        ]
        statement: Any = self._upsert()
        self._execute(statement, rows)

    def _upsert(self) -> Any:
        if self._postgres:
            from sqlalchemy.dialects.postgresql import insert as postgres_insert

            statement: Any = postgres_insert(ledger)
        else:
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            statement = sqlite_insert(ledger)
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
    """Whether an entity is not as it was, wherever it stands."""
    return bool(old["digest"] != row["digest"] or old["deleted"])


def _is_live(row: Mapping[Any, Any]) -> bool:
    return not row["deleted"] and row["status"] != DELETED


def _row(one: StoredEntity) -> dict[str, Any]:
    row = dict(zip(COLUMNS, one, strict=True))
    said = "\0".join(str(value) for name, value in row.items() if name != "place")
    return row | {"digest": blake2b(said.encode(), digest_size=16).hexdigest()}
