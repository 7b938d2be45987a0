"""Database engines for SQLite files and PostgreSQL servers, and messages for their errors."""

from __future__ import annotations

import logging
import os
import re
import socket
import threading
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import open_regular
from dispatch_lint.config.tree import real_path
from dispatch_lint.documents.stored_entity import WHEN_DAMAGED
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.entity_store import ConnectionLost
from dispatch_lint.store.urls import parse_server, secrets_of, shown, timeout_of

MALFORMED = "database disk image is malformed"
"""What SQLite calls a damaged file."""
_NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")
"""How a journal of several databases ends. It has the name of a file, which may be any, and which
SQLite deletes when it rolls back."""
_COMPUTED = re.compile(r"\b(?:AS|CHECK)\b", re.IGNORECASE)
"""What a statement has that creates a table in which something is computed."""
_OF_COLUMNS = re.compile(r"""\(\s*+["\w]++(?:\s*+,\s*+["\w]++)*+\s*+\)\Z""")
"""How a statement ends that creates an index of columns."""
_ANSWER = 300.0
"""Seconds that a server has for an answer, beside those of `?timeout=` that it may wait for another import."""
_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""After a minute, a server that is off is lost."""
MAX_COMPARED = 256 * 1024 * 1024
"""Bytes of a SQLite file that a reader compares with its indexes: more take over a second each time."""

for _name in ("psycopg", "sqlalchemy"):  # else Python writes to standard error what they log
    logging.getLogger(_name).addHandler(logging.NullHandler())

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    import psycopg
    from sqlalchemy import Connection, Engine


def sqlite_engine(
    path: Path | None, *, writes: bool, timeout: float = 0, trusts_indexes: bool = False
) -> Engine:
    """An engine for a SQLite file; without a path, for a temporary one.

    Args:
        timeout: seconds to wait for the lock of another program.
        trusts_indexes: whether tables are not compared with their indexes: rows of a damaged file
            may be missed.
    """
    import sqlite3

    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool, StaticPool

    sound: list[tuple[int, int, int]] = []
    """What was checked last: the same file need not be checked again on a further connection."""

    def connect() -> sqlite3.Connection:
        if path is None:
            # The empty name is a temporary file, which SQLite removes with the connection.
            return sqlite3.connect("", isolation_level=None, check_same_thread=False)
        # What a killed import left half-written, SQLite rolls back when it may write; and when it
        # may, it removes the files that it makes beside one in WAL mode.
        changes = (_has_journal(path) or _is_wal(path)) and _may_write(path)
        mode = "rwc" if writes else "rw" if changes else "ro"
        connection = _connection(path, mode, timeout)
        try:
            connection.execute(f"PRAGMA cache_size = {-200_000 if writes else -65_536}")  # KiB
        except UnicodeDecodeError:  # SQLite names what is damaged in the schema, with its bytes
            raise sqlite3.DatabaseError(MALFORMED) from None
        if not writes:
            connection.execute("PRAGMA query_only = 1")
        _refuse_computed(connection)
        if not trusts_indexes and path.exists():
            status = path.stat()
            state = (status.st_ino, status.st_size, status.st_mtime_ns)
            if sound != [state] and (writes or status.st_size <= MAX_COMPARED):
                _check_indexes(connection)
                sound[:] = [state]
        return connection

    pool = StaticPool if path is None else NullPool
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=pool)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # An import takes the lock at once: else two could read, and then wait for each other.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _connection(path: Path, mode: str, timeout: float) -> sqlite3.Connection:
    import sqlite3
    from urllib.parse import quote

    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)


def _locked(path: Path) -> sqlite3.Connection:
    """A connection to an existing file that nobody else may write.

    Raises:
        OperationalError: another connection holds it, or it does not exist.
    """
    connection = _connection(path, "rw", 0)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except BaseException:
        connection.close()
        raise
    return connection


def remove_empty(path: Path) -> None:
    """Remove the file of a new store into which nothing was written."""
    import sqlite3

    with ExitStack() as stack, suppress(OSError):
        try:
            stack.enter_context(closing(_locked(path)))
        except sqlite3.Error as error:
            if "locked" in str(error):  # another import has it
                return
            # On a full disk not even an empty one can be locked.
        if path.stat().st_size == 0:
            path.unlink()


def refuse_removed(path: Path, connection: Connection) -> None:
    """Refuse to write an empty file that another import has removed: nobody would find it.

    Args:
        connection: it holds the lock.

    Raises:
        ConnectionLost: it has.
    """
    import sqlite3

    if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
        return
    try:
        _locked(path).close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return  # by this connection
    raise ConnectionLost(f"{shown(str(path))}: another import removed the file; try again")


def _journal_of(path: Path) -> Path:
    """The file by which SQLite takes back what a killed program had begun to write."""
    real = real_path(path)  # beside the target of a link
    return real.with_name(f"{real.name}-journal")


def _has_journal(path: Path) -> bool:
    """Whether a killed import left a journal.

    Raises:
        DatabaseError: a journal is there that no import wrote.
    """
    import sqlite3

    try:
        with open_regular(_journal_of(path)) as journal:
            journal.seek(-min(len(_NAMES_ANOTHER), os.fstat(journal.fileno()).st_size), os.SEEK_END)
            is_ours = journal.read() != _NAMES_ANOTHER
    except FileNotFoundError:
        return False
    except OSError:
        is_ours = False
    if not is_ours:
        raise sqlite3.DatabaseError(f"no import wrote {_journal_of(path).name}: remove the file")
    return True


def _is_wal(path: Path) -> bool:
    """Whether a file is in WAL mode, which no import chooses."""
    try:
        with open_regular(path) as file:
            return file.read(20)[18:] == b"\2\2"  # the versions to write it, and to read it
    except OSError:
        return False  # SQLite says why


def _may_write(path: Path) -> bool:
    """Whether SQLite may write a file, and those that it needs beside it."""
    real = real_path(path)
    return os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)


def _refuse_computed(connection: sqlite3.Connection) -> None:
    """Refuse a file in which more is computed than an import asks for, maybe for ever.

    Views, virtual tables and columns are computed when they are read, constraints and indexes of
    expressions when tables are compared with their indexes, triggers when an import writes.

    Raises:
        DatabaseError: it has one of these.
    """
    import sqlite3

    query = "SELECT type, name, rootpage, CAST(sql AS BLOB) FROM sqlite_master"
    for kind, name, page, sql in connection.execute(query):
        statement = "" if sql is None else sql.decode("utf-8", "replace")
        if kind == "table":
            plain = page and _COMPUTED.search(statement) is None
        else:
            plain = kind == "index" and (sql is None or _OF_COLUMNS.search(statement) is not None)
        if not plain:
            raise sqlite3.DatabaseError(
                f'not a reference store: no import wrote the {kind} "{name}"'
            )


def _check_indexes(connection: sqlite3.Connection) -> None:
    """Compare the tables of a store with their indexes, by which all is looked up.

    The digest of a row shows that it is damaged, but not that a damaged index leads past it. It takes
    half a second for 100,000 entities, so readers leave it to imports where there are many more.

    Raises:
        DatabaseError: they differ.
    """
    import sqlite3

    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError(MALFORMED)


def explain_reading(path: Path) -> Callable[[BaseException], str]:
    """A function that returns a message for an error of reading a SQLite file."""

    def explain(error: BaseException) -> str:
        message = str(error)
        if "readonly" in message or "unable to open" in message:
            if _journal_of(path).exists():
                return ("an interrupted import must be rolled back, but the file or its folder is "
                        "read-only here: run `dispatch-lint store list` once where it can be written")  # fmt: skip
            if _is_wal(path):
                return ("a file in WAL mode cannot be read in a read-only folder: run `PRAGMA "
                        "journal_mode = delete` in it once where it can be written")  # fmt: skip
        return explain_sqlite(error)

    return explain


def explain_sqlite(error: BaseException) -> str:
    """A message for an error of SQLite."""
    message = str(error)
    if "locked" in message:
        return "the store is locked by another program; try again later"
    if "not a database" in message:
        return "not a SQLite database"
    if "malformed" in message:
        return f"the store is damaged ({MALFORMED}); {WHEN_DAMAGED}"
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
        raise StoreError(f"{shown(url)}: not the URL of a server; in a name or a password, write "
                         "%3A for :, %2F for /, %3F for ?, %23 for # and %40 for @")  # fmt: skip
    seconds = timeout_of(url) + _ANSWER
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError(f"{shown(url)}: PostgreSQL needs a further package: "
                         "pip install 'dispatch-lint[postgresql]'") from None  # fmt: skip
    try:
        parsed = sa.make_url(f"postgresql+psycopg://{url.partition('://')[2]}")
        options: dict[str, Any] = {
            "connect_timeout": 10, "application_name": "dispatch-lint", **_ALIVE,
        }  # fmt: skip
        options = {name: value for name, value in options.items() if name not in parsed.query}
        given = parsed.query.get("options", ())
        wanted = [given] if isinstance(given, str) else [*given]  # they may come several times
        if search_path:
            wanted.append(f"-csearch_path={search_path}")
        if wanted:
            options["options"] = " ".join(wanted)
        # A run sees one state of the database, whatever is written meanwhile.
        engine = sa.create_engine(
            parsed.difference_update_query(["timeout"]), connect_args=options,
            poolclass=NullPool, isolation_level="REPEATABLE READ",
        )  # fmt: skip
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"{shown(url)}: {explain(error)}") from None

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        return _impatient(seconds).connect(*arguments, **parameters)

    return engine, explain


def _impatient(seconds: float) -> type[psycopg.Connection[Any]]:
    """A class of connections that end where the server takes too long for an answer.

    The server's own limits do not hold where it, or what is between, has stopped.
    """
    import psycopg

    class Impatient(psycopg.Connection[Any]):
        def wait(self, *arguments: Any, **options: Any) -> Any:
            is_late = threading.Event()
            handle = self.pgconn.socket

            def end() -> None:
                is_late.set()
                with suppress(OSError), socket.fromfd(handle, socket.AF_INET, 0) as ours:
                    ours.shutdown(socket.SHUT_RDWR)

            timer = threading.Timer(seconds, end)
            timer.daemon = True
            timer.start()
            try:
                return super().wait(*arguments, **options)
            except psycopg.OperationalError:
                if is_late.is_set():
                    raise NoAnswer(f"the server gave no answer for {seconds:g} seconds; with "
                                   "?timeout=SECONDS it has more time") from None  # fmt: skip
                raise
            finally:
                timer.cancel()

    class NoAnswer(psycopg.OperationalError):
        is_final = True

    return Impatient
