"""Opening stores: for look-ups, for imports, and as sources of documents."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.tree import exists, is_file, is_folder, real_path
from dispatch_lint.documents.source import Source
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.engines import (
    explain_reading,
    explain_sqlite,
    postgres_engine,
    refuse_removed,
    remove_empty,
    sqlite_engine,
)
from dispatch_lint.store.stored_entities import StoredEntities
from dispatch_lint.store.urls import (
    POSTGRES,
    bolt_path,
    scheme_of,
    shown,
    sqlite_path,
    timeout_of,
    unknown,
)
from dispatch_lint.text.files import refuse_leading_out

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import RowReader
    from dispatch_lint.store.entity_store import EntityStore, WritableStore
    from dispatch_lint.store.sql import SqlStore
    from dispatch_lint.store.sql_writing import SqlWriter


def open_store(url: str, classifier: Classifier) -> EntityStore:
    """A store for look-ups; nothing is ever written to it.

    Args:
        classifier: reads the rows of Dispatch's own stores.

    Raises:
        StoreError: the store does not exist, or cannot be used.
    """
    scheme = scheme_of(url)
    if scheme == "sqlite":
        return _sqlite(sqlite_path(url), shown(url))
    if scheme in POSTGRES:
        from dispatch_lint.store.dispatch_database import DispatchDatabase
        from dispatch_lint.store.dispatch_rows import has_entities, refuse_hidden_entities

        engine, explain = postgres_engine(url)
        has_own = has_entities(engine, shown(url), explain)
        if not _has_own_schema(engine):
            if has_own:
                return DispatchDatabase(engine, shown(url), explain, classifier)
            refuse_hidden_entities(engine, shown(url), explain)
        return _postgres(url)
    if scheme == "bolt":
        return _of_bolt(url, classifier)
    raise unknown(url)


def open_for_writing(url: str) -> WritableStore:
    """A store for imports; it is created if it does not exist.

    Raises:
        StoreError: it cannot be used, or is read-only.
    """
    scheme = scheme_of(url)
    if scheme == "sqlite":
        return _sqlite_writer(sqlite_path(url), shown(url), timeout_of(url))
    if scheme in POSTGRES:
        return _postgres_writer(url)
    if scheme == "bolt":
        raise StoreError(
            f"{shown(url)}: a Bolt file is read-only; import into a SQLite or PostgreSQL store"
        )
    raise unknown(url)


def open_for_trial(url: str) -> WritableStore:
    """A store as `open_for_writing` opens it, for an import that is undone: no file is created.

    Raises:
        StoreError: it cannot be used, or is read-only.
    """
    if scheme_of(url) == "sqlite" and not exists(sqlite_path(url)):
        from dispatch_lint.store.memory import MemoryStore

        _check_place(sqlite_path(url), shown(url))
        store = MemoryStore()
        store.shown = f"{shown(url)} (new)"
        return store
    return open_for_writing(url)


def keys_beginning(url: str, beginning: str, limit: int) -> list[str]:
    """The first keys of a SQLite store with a beginning, in order, for completion.

    Raises:
        StoreError: it cannot be used.
    """
    store = _sqlite(sqlite_path(url), shown(url), trusts_indexes=True)
    try:
        return store.keys(beginning, limit)
    finally:
        store.close()


def row_source(url: str, *, reported: bool = True) -> Source:
    """A store as a source of documents.

    Raises:
        StoreError: it cannot be used.
    """
    scheme = scheme_of(url)
    if scheme == "bolt":
        from dispatch_lint.store.bolt import BoltFile

        reader: RowReader = BoltFile(bolt_path(url), shown(url))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    if scheme == "sqlite":
        reader = StoredEntities(_sqlite(sqlite_path(url), shown(url)))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    if scheme in POSTGRES:
        from dispatch_lint.store.dispatch_rows import (
            DispatchRows,
            has_entities,
            refuse_hidden_entities,
        )

        engine, explain = postgres_engine(url)
        if has_entities(engine, shown(url), explain):
            reader = DispatchRows(engine, shown(url), explain)
        else:
            if not _has_own_schema(engine):
                refuse_hidden_entities(engine, shown(url), explain)
            reader = StoredEntities(_postgres(url))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    raise unknown(url)


def _sqlite(path: Path, name: str, *, trusts_indexes: bool = False) -> SqlStore:
    from dispatch_lint.store.sql import SqlStore

    if not is_file(path):
        raise StoreError(f"{name}: no such store; create it with "
                         "`dispatch-lint store import`")  # fmt: skip
    engine = sqlite_engine(path, writes=False, trusts_indexes=trusts_indexes)
    return SqlStore(engine, name, explain_reading(path))


def _check_place(path: Path, name: str) -> None:
    """Check that a store may be written here.

    Raises:
        StoreError: there is no such folder, or a link leads out of the tree.
    """
    if not is_folder(path.absolute().parent):
        raise StoreError(f"{name}: there is no folder {shown(str(path.absolute().parent))}")
    try:
        refuse_leading_out(path, path)
    except OSError as error:
        raise StoreError(f"{name}: {error.strerror}") from None


def _sqlite_writer(path: Path, name: str, timeout: float) -> SqlWriter:
    from dispatch_lint.store.sql_writing import SqlWriter

    _check_place(path, name)
    real = real_path(path)
    return SqlWriter(
        sqlite_engine(real, writes=True, timeout=timeout), name, explain_sqlite,
        lock=partial(refuse_removed, real),
        at_end=(lambda: None) if exists(real) else partial(remove_empty, real),
    )  # fmt: skip


def _has_own_schema(engine: Engine) -> bool:
    """Whether the server has a reference store that this account may read."""
    import sqlalchemy as sa

    from dispatch_lint.store.tables import SCHEMA

    with engine.connect() as connection:
        return sa.inspect(connection).has_table("meta", schema=SCHEMA) and bool(
            connection.execute(sa.select(sa.func.has_schema_privilege(SCHEMA, "USAGE"))).scalar()
        )


def _postgres(url: str) -> SqlStore:
    from dispatch_lint.store.sql import SqlStore
    from dispatch_lint.store.tables import SCHEMA

    engine, explain = postgres_engine(url, SCHEMA)
    return SqlStore(engine.execution_options(postgresql_readonly=True), shown(url), explain)


def _postgres_writer(url: str) -> SqlWriter:
    import sqlalchemy as sa

    from dispatch_lint.store.dispatch_rows import refuse_entities
    from dispatch_lint.store.sql_writing import SqlWriter
    from dispatch_lint.store.tables import SCHEMA

    engine, explain = postgres_engine(url, SCHEMA)
    timeout = timeout_of(url)

    def lock(connection: Connection) -> None:
        connection.execute(sa.text(f"SET LOCAL lock_timeout = {int(timeout * 1000)}"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('dispatch_lint'))"))
        if not sa.inspect(connection).has_schema(SCHEMA):
            refuse_entities(connection, shown(url))
            connection.execute(sa.text(f"CREATE SCHEMA {SCHEMA}"))

    # This import has to see what another one wrote while it waited for the lock.
    engine = engine.execution_options(isolation_level="READ COMMITTED")
    return SqlWriter(engine, shown(url), explain, lock)


def _of_bolt(url: str, classifier: Classifier) -> EntityStore:
    """A Bolt file as a store: its entities are imported into a temporary reference store."""
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.sql_writing import SqlWriter

    store = SqlWriter(sqlite_engine(None, writes=True), shown(url), str)
    import_sources(store, [row_source(url)], classifier)
    return store
