"""Opening stores: to look things up in, to import into, to read as documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.source import Source
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.entity_store import StoreRows
from dispatch_lint.store.urls import (
    POSTGRES,
    URL,
    bolt_path,
    scheme_of,
    secrets_of,
    shown,
    sqlite_path,
    timeout_of,
    unknown,
)

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import Connection, Engine

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import RowReader
    from dispatch_lint.store.entity_store import EntityStore, WritableStore
    from dispatch_lint.store.sql import SqlStore
    from dispatch_lint.store.sql_writing import SqlWriter


def open_store(url: str, classifier: Classifier) -> EntityStore:
    """A store to look things up in; nothing is ever written.

    Args:
        classifier: reads the rows of Dispatch's own stores.

    Raises:
        StoreError: there is none, or it cannot be used.
    """
    scheme = scheme_of(url)
    if scheme == "sqlite":
        return _sqlite(sqlite_path(url), shown(url))
    if scheme in POSTGRES:
        from dispatch_lint.store.dispatch_database import DispatchDatabase, has_entities

        engine, explain = postgres_engine(url)
        if has_entities(engine, shown(url), explain) and not _has_own_schema(engine):
            return DispatchDatabase(engine, shown(url), explain, classifier)
        return _postgres(url)
    if scheme == "bolt":
        return _of_bolt(url, classifier)
    raise unknown(url)


def open_for_writing(url: str) -> WritableStore:
    """A store that can be imported into; it is made where there is none.

    Raises:
        StoreError: it cannot be used, or is none that is written.
    """
    scheme = scheme_of(url)
    if scheme == "sqlite":
        return _sqlite_writer(sqlite_path(url), shown(url), timeout_of(url))
    if scheme in POSTGRES:
        return _postgres_writer(url)
    if scheme == "bolt":
        raise StoreError(f"{shown(url)}: a Bolt file of Dispatch is only read, never written")
    raise unknown(url)


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
        reader = StoreRows(_sqlite(sqlite_path(url), shown(url)))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    if scheme in POSTGRES:
        from dispatch_lint.store.dispatch_database import DispatchRows, has_entities

        engine, explain = postgres_engine(url)
        if has_entities(engine, shown(url), explain):
            reader = DispatchRows(engine, shown(url), explain)
        else:
            reader = StoreRows(_postgres(url))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    raise unknown(url)


def _sqlite(path: Path, name: str) -> SqlStore:
    from dispatch_lint.store.sql import SqlStore

    if not path.is_file():
        raise StoreError(f"{name}: there is no such store; make one with "
                         "`dispatch-lint store import`")  # fmt: skip
    return SqlStore(sqlite_engine(path, writes=False), name, _explain_sqlite)


def _sqlite_writer(path: Path, name: str, timeout: float) -> SqlWriter:
    from dispatch_lint.store.sql_writing import SqlWriter

    if not path.absolute().parent.is_dir():
        raise StoreError(f"{name}: there is no folder {path.absolute().parent}")
    return SqlWriter(sqlite_engine(path, writes=True, timeout=timeout), name, _explain_sqlite)


def sqlite_engine(path: Path | None, *, writes: bool, timeout: float = 0) -> Engine:
    """An engine for one SQLite file, or for a temporary one that goes with its connection."""
    import sqlite3
    from urllib.parse import quote

    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool, StaticPool

    def connect() -> sqlite3.Connection:
        if path is None:
            # SQLite removes the file of the empty name by itself.
            return sqlite3.connect("", isolation_level=None, check_same_thread=False)
        uri = f"file:{quote(str(path.absolute()))}?mode={'rwc' if writes else 'ro'}"
        connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
        connection.execute(f"PRAGMA cache_size = {-200_000 if writes else -65_536}")  # KiB
        return connection

    pool = StaticPool if path is None else NullPool
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=pool)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # An import takes the lock at once, so that two cannot each wait for the other.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _explain_sqlite(error: BaseException) -> str:
    said = str(error)
    if "locked" in said:
        return "the store is locked by another program; try again later"
    if "not a database" in said:
        return "this is no SQLite database"
    if "malformed" in said:
        return "the store is damaged (database disk image is malformed); import it anew"
    if "readonly" in said or "unable to open" in said:
        return f"the store cannot be written or opened ({said})"
    return said


def postgres_engine(url: str, search_path: str = "") -> tuple[Engine, Any]:
    """An engine for a server, and what turns its errors into words.

    Raises:
        StoreError: the URL cannot be read, or psycopg is not installed.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.pool import NullPool

    secrets = secrets_of(url)

    def explain(error: BaseException) -> str:
        said = " ".join(str(error).split())
        for secret in secrets:
            said = said.replace(secret, "***")
        if "canceling statement due to lock timeout" in said:
            return "the store is locked by another import; try again later"
        return said

    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError(f"{shown(url)}: PostgreSQL needs a further package: "
                         "pip install 'dispatch-lint[postgresql]'") from None  # fmt: skip
    try:
        parsed = sa.make_url(URL.sub("postgresql+psycopg://", url, count=1))
        options: dict[str, Any] = {"connect_timeout": 10, "application_name": "dispatch-lint"}
        options = {name: value for name, value in options.items() if name not in parsed.query}
        if search_path:
            said = parsed.query.get("options", "")
            options["options"] = f"{said} -csearch_path={search_path}".strip()
        # One state of the database for a whole run, whatever is written meanwhile.
        engine = sa.create_engine(
            parsed.difference_update_query(["timeout"]), connect_args=options,
            poolclass=NullPool, isolation_level="REPEATABLE READ",
        )  # fmt: skip
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"{shown(url)}: {explain(error)}") from None
    return engine, explain


def _has_own_schema(engine: Engine) -> bool:
    """Whether there is a reference store that this account may read."""
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

    from dispatch_lint.store.sql_writing import SqlWriter
    from dispatch_lint.store.tables import SCHEMA

    engine, explain = postgres_engine(url, SCHEMA)
    timeout = timeout_of(url)

    def lock(connection: Connection) -> None:
        connection.execute(sa.text(f"SET LOCAL lock_timeout = {int(timeout * 1000)}"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('dispatch_lint'))"))
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))

    # What another import wrote while this one waited for the lock has to be seen.
    engine = engine.execution_options(isolation_level="READ COMMITTED")
    return SqlWriter(engine, shown(url), explain, lock)


def _of_bolt(url: str, classifier: Classifier) -> EntityStore:
    """A Bolt file as a store: its entities go to a temporary reference store."""
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.sql_writing import SqlWriter

    store = SqlWriter(sqlite_engine(None, writes=True), shown(url), str)
    import_sources(store, [row_source(url)], classifier)
    return store
