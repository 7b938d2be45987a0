"""Database engines for SQLite files and PostgreSQL servers, and messages for their errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.urls import URL, parse_server, secrets_of, shown, timeout_of

MAX_CHECKED = 32 * 1024 * 1024
"""Bytes of a SQLite file that is compared with its indexes on opening: less than half a second."""

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine


def sqlite_engine(path: Path | None, *, writes: bool, timeout: float = 0) -> Engine:
    """An engine for a SQLite file; without a path, for a temporary one.

    Args:
        timeout: seconds to wait for the lock of another program.
    """
    import sqlite3
    from urllib.parse import quote

    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool, StaticPool

    def connect() -> sqlite3.Connection:
        if path is None:
            # The empty name is a temporary file, which SQLite removes with the connection.
            return sqlite3.connect("", isolation_level=None, check_same_thread=False)
        # What a killed import left half-written, SQLite rolls back when it may write.
        interrupted = _journal_of(path).exists() and os.access(path, os.W_OK)
        mode = "rwc" if writes else "rw" if interrupted else "ro"
        uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
        if not writes:
            connection.execute("PRAGMA query_only = 1")
            _check_all(connection, path)
        connection.execute(f"PRAGMA cache_size = {-200_000 if writes else -65_536}")  # KiB
        return connection

    pool = StaticPool if path is None else NullPool
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=pool)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # An import takes the lock at once: else two could read, and then wait for each other.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _journal_of(path: Path) -> Path:
    """The file by which SQLite takes back what a killed program had begun to write."""
    return path.with_name(f"{path.name}-journal")


def _check_all(connection: sqlite3.Connection, path: Path) -> None:
    """Compare the tables of a small store with their indexes, by which all is looked up.

    Raises:
        DatabaseError: they differ.
    """
    import sqlite3

    if path.stat().st_size > MAX_CHECKED:
        return
    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")


def explain_reading(path: Path) -> Callable[[BaseException], str]:
    """A function that returns a message for an error of reading a SQLite file."""

    def explain(error: BaseException) -> str:
        message = str(error)
        if _journal_of(path).exists() and ("readonly" in message or "unable to open" in message):
            return ("an import was killed while it wrote, and here nothing may be written: run "
                    "`dispatch-lint store list` once where the file may be written, which rolls it "
                    "back")  # fmt: skip
        return explain_sqlite(error)

    return explain


def explain_sqlite(error: BaseException) -> str:
    """A message for an error of SQLite."""
    message = str(error)
    if "locked" in message:
        return "the store is locked by another program; try again later"
    if "not a database" in message:
        return "this is no SQLite database"
    if "malformed" in message:
        return "the store is damaged (database disk image is malformed); import it anew"
    if "readonly" in message or "unable to open" in message:
        return f"the store cannot be written or opened ({message})"
    return message


def postgres_engine(url: str, search_path: str = "") -> tuple[Engine, Any]:
    """An engine for a server, and a function that returns a message for an error of it.

    Args:
        search_path: the schema of the tables; by default that of the account.

    Raises:
        StoreError: the URL cannot be read, or psycopg is not installed.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.pool import NullPool

    secrets = secrets_of(url)

    def explain(error: BaseException) -> str:
        message = " ".join(str(error).split())
        for secret in secrets:
            message = message.replace(secret, "***")
        if "canceling statement due to lock timeout" in message:
            return "the store is locked by another import; try again later"
        return message

    if parse_server(url) is None:
        raise StoreError(f"{shown(url)}: this is no URL of a server: in a name or a password, write "
                         "%3A for :, %2F for /, %3F for ?, %23 for # and %40 for @")  # fmt: skip
    timeout_of(url)
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
            given = parsed.query.get("options", "")
            options["options"] = f"{given} -csearch_path={search_path}".strip()
        # A run sees one state of the database, whatever is written meanwhile.
        engine = sa.create_engine(
            parsed.difference_update_query(["timeout"]), connect_args=options,
            poolclass=NullPool, isolation_level="REPEATABLE READ",
        )  # fmt: skip
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"{shown(url)}: {explain(error)}") from None
    return engine, explain
