"""Store URLs: what they name, and how they are shown.

- `sqlite:///refs.db`, or a plain path: a reference store in one file
- `postgresql://…`: a reference store on a server, or Dispatch's own database
- `bolt:///path/dispatch.db`: the file of Dispatch's default backend
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.source import Source
from dispatch_lint.store.entity_store import StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import RowReader
    from dispatch_lint.store.entity_store import EntityStore, WritableStore
    from dispatch_lint.store.sql import SqlStore

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_POSTGRES = ("postgresql", "postgres")
_SECRETS = ("password", "sslpassword", "passfile")
_WAIT = 30
"""Seconds that an import waits for another one; `?timeout=` says otherwise."""


def scheme_of(text: str) -> str:
    """The scheme of a URL in lower case; that of a plain path is `sqlite`."""
    match = _URL.match(text)
    return match["scheme"].lower() if match else "sqlite"


def open_store(url: str, classifier: Classifier) -> EntityStore:
    """A store to look things up in; nothing is ever written.

    Args:
        classifier: reads the rows of Dispatch's own stores.

    Raises:
        StoreError: there is none, or it cannot be used.
    """
    scheme = scheme_of(url)
    if scheme == "sqlite":
        return _sqlite(_sqlite_path(url), shown(url))
    if scheme in _POSTGRES:
        from dispatch_lint.store.dispatch_database import DispatchDatabase, has_entities

        engine, explain = postgres_engine(url)
        if has_entities(engine, shown(url), explain) and not _has_own_schema(engine):
            return DispatchDatabase(engine, shown(url), explain, classifier)
        return _postgres(url)
    if scheme == "bolt":
        return _of_bolt(url, classifier)
    raise _unknown(url)


def open_for_writing(url: str) -> WritableStore:
    """A store that can be imported into; it is made where there is none.

    Raises:
        StoreError: it cannot be used, or is none that is written.
    """
    scheme = scheme_of(url)
    if scheme == "sqlite":
        return _sqlite(_sqlite_path(url), shown(url), writes=True, timeout=_timeout(url))
    if scheme in _POSTGRES:
        return _postgres(url, writes=True)
    if scheme == "bolt":
        raise StoreError(f"{shown(url)}: a Bolt file of Dispatch is only read, never written")
    raise _unknown(url)


def row_source(url: str, *, reported: bool = True) -> Source:
    """A store as a source of documents.

    Raises:
        StoreError: it cannot be used.
    """
    from dispatch_lint.store.entity_store import StoreRows

    scheme = scheme_of(url)
    if scheme == "bolt":
        from dispatch_lint.store.bolt import BoltFile

        reader: RowReader = BoltFile(bolt_path(url), shown(url))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    if scheme == "sqlite":
        reader = StoreRows(_sqlite(_sqlite_path(url), shown(url)))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    if scheme in _POSTGRES:
        from dispatch_lint.store.dispatch_database import DispatchRows, has_entities

        engine, explain = postgres_engine(url)
        if has_entities(engine, shown(url), explain):
            reader = DispatchRows(engine, shown(url), explain)
        else:
            reader = StoreRows(_postgres(url))
        return Source(shown(url), "rows", reported=reported, rows=reader)
    raise _unknown(url)


def _unknown(url: str) -> StoreError:
    return StoreError(f"{shown(url)}: a store is named by sqlite:///…, postgresql://… or bolt:///…")


def rooted(url: str, root: Path) -> str:
    """A store as it was named in a folder, so that it can be opened from anywhere."""
    match = _URL.match(url)
    if match is None:
        return str((root / url).absolute())
    scheme, rest = match["scheme"].lower(), url[match.end() :]
    path, question, options = rest.partition("?")
    if scheme == "sqlite" and path.startswith("/") and path != "/":
        return f"{match[0]}/{(root / path[1:]).absolute()}{question}{options}"
    if scheme == "bolt" and path.strip("/"):
        return f"{match[0]}{(root / path).absolute()}{question}{options}"
    return url


def shown(url: str) -> str:
    """A URL as people may see it: without its password, and without further parameters."""
    match = _URL.match(url)
    if match is None:
        return _from_here(url)
    rest = url[match.end() :].partition("?")[0]
    scheme = match["scheme"].lower()
    if scheme == "sqlite":
        return f"{match[0]}/{_from_here(rest[1:])}"
    if scheme == "bolt":
        return f"{match[0]}{_from_here(rest)}"
    authority, slash, path = rest.partition("/")
    account, at, host = authority.rpartition("@")
    return f"{match[0]}{account.partition(':')[0]}{at}{host}{slash}{path}"


def _from_here(path: str) -> str:
    """A path as short as it can be said, from the working directory."""
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path


def secrets_of(url: str) -> list[str]:
    """The passwords of a URL, as written and as meant: no message may hold one."""
    from urllib.parse import parse_qs, unquote, urlsplit

    try:
        parts = urlsplit(url)
        found = [parts.password] if parts.password else []
    except ValueError:
        found, parts = [], urlsplit("")
    for name, values in parse_qs(parts.query).items():
        if name in _SECRETS:
            found += values
    return [one for word in found for one in {word, unquote(word)} if one]


def _sqlite_path(url: str) -> Path:
    match = _URL.match(url)
    if match is None:
        return Path(url)
    rest = url[match.end() :].partition("?")[0]
    # As SQLAlchemy has it: three slashes for a relative path, four for an absolute one.
    path = rest.removeprefix("/")
    if not path or rest == path:
        raise StoreError(f"{shown(url)}: write sqlite:///path, with three slashes, or with four "
                         "for an absolute path")  # fmt: skip
    return Path(path)


def bolt_path(url: str) -> Path:
    """The file of a `bolt:` URL: `bolt:///absolute/path`, or `bolt://relative/path`.

    Raises:
        StoreError: it names none.
    """
    path = url[len("bolt://") :].partition("?")[0]
    if not path.strip("/"):
        raise StoreError(f"{url}: write bolt:///path/dispatch.db")
    return Path(path)


def _timeout(url: str) -> float:
    from urllib.parse import parse_qs

    said = parse_qs(url.partition("?")[2]).get("timeout", [str(_WAIT)])[0]
    try:
        return float(said)
    except ValueError:
        raise StoreError(f'{shown(url)}: timeout has to be seconds, not "{said}"') from None


def _sqlite(path: Path, name: str, *, writes: bool = False, timeout: float = _WAIT) -> SqlStore:
    from dispatch_lint.store.sql import SqlStore

    if not writes and not path.is_file():
        raise StoreError(f"{name}: there is no such store; make one with "
                         "`dispatch-lint store import`")  # fmt: skip
    if writes and not path.absolute().parent.is_dir():
        raise StoreError(f"{name}: there is no folder {path.absolute().parent}")
    engine = sqlite_engine(path, writes=writes, timeout=timeout)
    return SqlStore(engine, name, _explain_sqlite, writes=writes)


def sqlite_engine(path: Path | None, *, writes: bool, timeout: float = _WAIT) -> Engine:
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
        connection.execute("PRAGMA cache_size = -65536")
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
        parsed: URL = sa.make_url(re.sub(_URL, "postgresql+psycopg://", url, count=1))
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


def _postgres(url: str, *, writes: bool = False) -> SqlStore:
    import sqlalchemy as sa

    from dispatch_lint.store.sql import SqlStore
    from dispatch_lint.store.tables import SCHEMA

    engine, explain = postgres_engine(url, SCHEMA)
    if not writes:
        engine = engine.execution_options(postgresql_readonly=True)
        return SqlStore(engine, shown(url), explain)
    timeout = _timeout(url)

    def lock(connection: Connection) -> None:
        connection.execute(sa.text(f"SET LOCAL lock_timeout = {int(timeout * 1000)}"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('dispatch_lint'))"))
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))

    # What another import wrote while this one waited for the lock has to be seen.
    engine = engine.execution_options(isolation_level="READ COMMITTED")
    return SqlStore(engine, shown(url), explain, writes=True, lock=lock)


def _of_bolt(url: str, classifier: Classifier) -> EntityStore:
    """A Bolt file as a store: its entities go to a temporary reference store."""
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.sql import SqlStore

    store = SqlStore(sqlite_engine(None, writes=True), shown(url), str, writes=True)
    import_sources(store, [row_source(url)], classifier)
    return store
