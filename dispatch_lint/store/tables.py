"""The tables of the reference store, and the migrations of older ones.

Version 1: `meta`, `entity`, `contained`, `reference`, `ledger`.
Version 2: `entity.digest` ends with the checksums of `place` and `deleted`; `ledger.checksum`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    MetaData,
    Table,
    Text,
    bindparam,
    insert,
    inspect,
    select,
    tuple_,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dispatch_lint.documents.stored_entity import StoredEntity

SCHEMA = "dispatch_lint"
"""The schema of the tables on a server, beside whatever else is in the database."""

# Keys have the same order on every server, whatever its default collation is.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

meta = Table(
    "meta", metadata,
    Column("name", _TEXT, primary_key=True),
    Column("value", _TEXT, nullable=False),
)  # fmt: skip

# In the order of `StoredEntity`.
entity = Table(
    "entity", metadata,
    Column("key", _TEXT, primary_key=True),
    Column("organization", _TEXT),
    Column("kind", _TEXT, nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("id", _TEXT, nullable=False),
    Column("form", _TEXT, nullable=False),
    Column("status", _TEXT, nullable=False),
    Column("revision", BigInteger),
    Column("revision_of", _TEXT, nullable=False),
    Column("deleted", _TEXT, nullable=False),
    Column("tags", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    Column("contained", _TEXT, nullable=False),
    Column("place", _TEXT, nullable=False),
    Column("uses", _TEXT, nullable=False),
    Column("digest", _TEXT, nullable=False),
    Index("entity_name", "kind", "name"),
    Index("entity_id", "id"),
)  # fmt: skip

# Entities that exist only as values inside another, such as the plans of a service class.
contained = Table(
    "contained", metadata,
    Column("kind", _TEXT, nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("key", _TEXT, nullable=False),
    Index("contained_name", "kind", "name"),
    Index("contained_key", "key"),
)  # fmt: skip

# Foreign keys by what they refer to; their paths are in `entity.uses`.
reference = Table(
    "reference", metadata,
    Column("kind", _TEXT, nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("key", _TEXT, nullable=False),
    Index("reference_name", "kind", "name"),
    Index("reference_key", "key"),
)  # fmt: skip

ledger = Table(
    "ledger", metadata,
    Column("id", _TEXT, primary_key=True),
    Column("key", _TEXT, primary_key=True),
    Column("first_seen", _TEXT, nullable=False),
    Column("last_seen", _TEXT, nullable=False),
    Column("deleted", _TEXT, nullable=False),
    Column("checksum", _TEXT, nullable=False),
)  # fmt: skip

COLUMNS = [column.name for column in entity.c if column.name != "digest"]
"""The columns that a `StoredEntity` has, in its order."""

_PAGE = 5_000
"""Rows that a migration reads at once."""


def content_digest(stored: StoredEntity) -> str:
    """The digest of what an entity is, by which an import recognizes a changed one.

    Its location, and the time at which it was marked as deleted, are not part of it. In version 1,
    it is the digest of the row.
    """
    (key, organization, kind, name, identity, form, status, revision, revision_of, _deleted, tags,
     value, contained_, _place, uses) = stored  # fmt: skip
    # One format takes half as long as a list of texts does; the time of deletion is an empty text.
    content = (
        f"{key}\0{organization}\0{kind}\0{name}\0{identity}\0{form}\0{status}\0{revision}\0"
        f"{revision_of}\0\0{tags}\0{value}\0{contained_}\0{uses}"
    )
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


CONTENT, CHECKSUM = 32, 8
"""The lengths of the digest of a content, and of a checksum."""


def row_digest(content: str, place: str, deleted: str) -> str:
    """The digest of the row of an entity: that of its content, then the checksums of the rest."""
    return f"{content}{_checksum(place)}{time_checksum(deleted)}"


def entry_checksum(identity: str, key: str, first: str, last: str, deleted: str) -> str:
    """The checksums of a row of the ledger, one for each time.

    An import merges rows inside the database: each time takes its checksum along.
    """
    own = _checksum(f"{identity}\0{key}\0{first}")
    return f"{own}{time_checksum(last)}{time_checksum(deleted)}"


def _checksum(value: str) -> str:
    """It takes half as long as a digest of so short a text does, and finds each changed letter."""
    text = f"{value}"  # a row of SQLite may have any value
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"


time_checksum = lru_cache(maxsize=1_000)(_checksum)  # an import has one time for all that it writes


class ForeignTables(Exception):
    """The tables of a database are not those of a reference store, or have lost their version."""


Migration = Callable[["Connection"], None]


def _create(connection: Connection) -> None:
    metadata.create_all(connection)


def _add_checksums(connection: Connection) -> None:
    of_entity = [entity.c[name] for name in ("key", "digest", "place", "deleted")]
    statement = entity.update().where(entity.c.key == bindparam("b_key"))
    for page in _pages(connection, of_entity, 1):
        connection.execute(statement, [
            {"b_key": key, "digest": row_digest(content, place, deleted)}
            for key, content, place, deleted in page
        ])  # fmt: skip
    connection.exec_driver_sql("ALTER TABLE ledger ADD COLUMN checksum TEXT NOT NULL DEFAULT ''")
    of_entry = [column for column in ledger.c if column.name != "checksum"]
    statement = ledger.update().where(
        ledger.c.id == bindparam("b_id"), ledger.c.key == bindparam("b_key")
    )
    for page in _pages(connection, of_entry, 2):
        connection.execute(statement, [
            {"b_id": row[0], "b_key": row[1], "checksum": entry_checksum(*row)} for row in page
        ])  # fmt: skip


def _pages(
    connection: Connection, columns: Sequence[Column[Any]], unique: int
) -> Iterator[Sequence[Any]]:
    """The rows of a table, some at a time; the first columns are its primary key."""
    key = columns[:unique]
    first = select(*columns).order_by(*key).limit(_PAGE)
    page = connection.execute(first).fetchall()
    while page:
        yield page
        page = connection.execute(first.where(tuple_(*key) > page[-1][:unique])).fetchall()


MIGRATIONS: list[Migration] = [_create, _add_checksums]
"""Migration N leads from version N to version N + 1; the first one creates the newest."""


def migrate(connection: Connection) -> None:
    """Migrate the tables to the newest version, inside the caller's transaction."""
    before = version(connection)
    if before == 0:
        _create(connection)
        connection.execute(insert(meta).values(name="version", value=str(len(MIGRATIONS))))
    elif before < len(MIGRATIONS):
        for migration in MIGRATIONS[before:]:
            migration(connection)
        connection.execute(meta.update().values(value=str(len(MIGRATIONS))))


def has_any(connection: Connection) -> bool:
    """Whether there are tables, of whatever kind."""
    return bool(inspect(connection).get_table_names())


def version(connection: Connection) -> int:
    """The version of the tables; 0 if there are none.

    Raises:
        ForeignTables: there are tables of these names, and they are not ours.
    """
    tables = set(inspect(connection).get_table_names())
    if "meta" not in tables:
        if tables & {"entity", "ledger", "reference", "contained"}:
            raise ForeignTables
        return 0
    value = (
        connection.execute(select(meta.c.value).where(meta.c.name == "version")).scalar()
        if {"name", "value"} <= _columns(connection, "meta")
        else None
    )
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 9:
        raise ForeignTables
    number = int(value)
    # What is read, or migrated, by a wrong version would seem to be damaged elsewhere.
    is_known = number in (1, 2) and "ledger" in tables
    if is_known and ("checksum" in _columns(connection, "ledger")) != (number == 2):
        raise ForeignTables
    return number


def _columns(connection: Connection, table: str) -> set[str]:
    """The names of the columns that a table of a database has."""
    return {column["name"] for column in inspect(connection).get_columns(table)}
