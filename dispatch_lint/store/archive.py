"""An archive of a store: all that it remembers, as JSONL, for another store of any kind.

The first line is a header; each other line holds an entity, those marked as deleted included, or
an entry of the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import MIB, open_regular
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.relations import key_text
from dispatch_lint.store.entity_store import Counts, Filter, LedgerEntry
from dispatch_lint.store.keys import is_storable, unstorable
from dispatch_lint.store.soundness import is_sound_entity, is_sound_entry
from dispatch_lint.text.harmless import harmless_json

if TYPE_CHECKING:
    from dispatch_lint.store.entity_store import EntityStore, WritableStore

HEADER = '{"dispatch-lint": "archive of a store", "version": 1}\n'
_MAX_LINE = 64 * MIB
_BATCH = 1_000
_ENTRY = LedgerEntry._fields[:-1]
"""The fields of an entry of the ledger that an archive has: the place in a file is none."""


def archive_lines(store: EntityStore) -> Iterator[str]:
    """The lines of an archive of a store."""
    yield HEADER
    for stored in store.entities(Filter()):
        yield harmless_json(json.dumps({"entity": stored._asdict()})) + "\n"
    for entry in store.ledger_entries():
        record = {"ledger": dict(zip(_ENTRY, entry, strict=False))}
        yield harmless_json(json.dumps(record)) + "\n"


def is_header(value: object) -> bool:
    """Whether a value is what the first line of an archive says."""
    return isinstance(value, dict) and value == json.loads(HEADER)


def is_archive(path: str) -> bool:
    """Whether a path is the file of an archive."""
    try:
        with open_regular(path) as stream:  # a pipe is read once
            return stream.read(len(HEADER)) == HEADER.encode()
    except (OSError, ValueError):
        return False


def restore_archive(store: WritableStore, path: str) -> Counts:
    """Bring what an archive holds into a store, inside the caller's transaction.

    Raises:
        StoreError: the archive cannot be read.
    """
    counts = Counts()
    for batch in _batches(_read(path)):
        entities = [found for found in batch if isinstance(found, StoredEntity)]
        entries = [found for found in batch if isinstance(found, LedgerEntry)]
        counts += store.restore(entities, entries)
    return counts


def _batches(
    records: Iterator[StoredEntity | LedgerEntry],
) -> Iterator[list[StoredEntity | LedgerEntry]]:
    while batch := list(islice(records, _BATCH)):
        yield batch


def _read(path: str) -> Iterator[StoredEntity | LedgerEntry]:
    try:
        with open_regular(path) as stream:
            stream.readline()
            for number, line in enumerate(iter(partial(stream.readline, _MAX_LINE), b""), 2):
                try:
                    yield _record(json.loads(line))
                except (ValueError, TypeError, KeyError, RecursionError, StoreError):
                    raise StoreError(f"{path}:{number}: not a line of an archive") from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _record(line: dict[str, Any]) -> StoredEntity | LedgerEntry:
    """An entity, or an entry of the ledger, from a line.

    Raises:
        ValueError, TypeError, KeyError, StoreError: it is neither.
    """
    if "ledger" in line:
        entry = LedgerEntry(**line["ledger"])
        _check_texts(entry[:-1])
        if not is_sound_entry(entry):
            raise ValueError
        return entry
    stored = StoredEntity(**line["entity"])
    _check_texts(
        value for name, value in stored._asdict().items()
        if name != "revision" and not (name == "organization" and value is None)
    )  # fmt: skip
    _ = stored.tags, stored.entity, stored.contained, stored.uses  # each raises where it is damaged
    key = key_text(stored.organization, stored.kind, stored.name)
    if stored.key != key or unstorable(stored) or not is_sound_entity(stored):
        raise ValueError
    return stored


def _check_texts(values: Any) -> None:
    for value in values:
        if not isinstance(value, str) or not is_storable(value):
            raise TypeError
