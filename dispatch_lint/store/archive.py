"""An archive of a store: all that it remembers, as JSONL, for another store of any kind.

The first line is a header; each other line holds an entity, those marked as deleted included, or
an entry of the ledger. The last line says how many these are, so that nothing is lost where a file
was cut.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import MIB, open_regular
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.relations import key_text
from dispatch_lint.store.entity_store import Counts, Filter, LedgerEntry
from dispatch_lint.store.keys import is_storable, unstorable
from dispatch_lint.store.soundness import unsound_part, unsound_value
from dispatch_lint.text.harmless import harmless_json, shown_value
from dispatch_lint.text.json_reader import read_value

if TYPE_CHECKING:
    from dispatch_lint.store.entity_store import EntityStore, WritableStore

HEADER = '{"dispatch-lint": "archive of a store", "version": 1}\n'
_MAX_LINE = 64 * MIB
_BATCH = 1_000
_ENTRY = LedgerEntry._fields[:-1]
"""The fields of an entry of the ledger that an archive has: the place in a file is none."""
_TEXT_OF = {
    "tags": "tags_text", "entity": "value_text", "contained": "contained_text", "uses": "uses_text",
}  # fmt: skip
"""The field that holds what a property of an entity decodes."""


def archive_lines(store: EntityStore) -> Iterator[str]:
    """The lines of an archive of a store."""
    yield HEADER
    number = 0
    for number, record in enumerate(_records(store), 1):  # noqa: B007 (it is used below)
        yield harmless_json(json.dumps(record)) + "\n"
    yield json.dumps({"end": number}) + "\n"


def _records(store: EntityStore) -> Iterator[dict[str, Any]]:
    for stored in store.entities(Filter()):
        yield {"entity": stored._asdict()}
    for entry in store.ledger_entries():
        yield {"ledger": dict(zip(_ENTRY, entry, strict=False))}


def is_header(value: object) -> bool:
    """Whether a value is what the first line of an archive says."""
    return isinstance(value, dict) and value == json.loads(HEADER)


def is_archive(path: str) -> bool:
    """Whether a path is the file of an archive."""
    try:
        with open_regular(path) as stream:  # a pipe is read once
            # git, or an editor, may have written other line ends, or a byte order mark.
            head = stream.readline(2 * len(HEADER)).removeprefix(BOM_UTF8)
            return head.rstrip() == HEADER.rstrip().encode()
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
            end: int | None = None
            for number, line in enumerate(iter(partial(stream.readline, _MAX_LINE), b""), 2):
                try:
                    if end is not None:
                        raise ValueError("it is behind the last line")
                    value = read_value(line.rstrip(b"\r\n"))
                    end = _end_of(value, number - 2)
                    if end is None:
                        yield _record(value)
                except ValueError as error:
                    raise StoreError(
                        f"{path}:{number}: not a line of an archive: {error}"
                    ) from None
            if end is None:
                raise StoreError(f"{path}: the archive has no end: a part of it is missing")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _end_of(value: object, records: int) -> int | None:
    """The number of records that the last line of an archive states; None for another line.

    Raises:
        ValueError: there are more or fewer.
    """
    if not isinstance(value, dict) or value.keys() != {"end"}:
        return None
    if value["end"] != records:
        raise ValueError(f"{value['end']} lines should precede it, and not {records}")
    return records


def _record(line: object) -> StoredEntity | LedgerEntry:
    """An entity, or an entry of the ledger, from a line.

    Raises:
        ValueError: it is neither; the message names the field.
    """
    if isinstance(line, dict) and "ledger" in line:
        fields = _fields_of(line, "ledger", _ENTRY, LedgerEntry._field_defaults)
        _check_texts("ledger", fields)
        entry = LedgerEntry(**fields)
        _check_field("ledger", unsound_part(entry))
        return entry
    if not isinstance(line, dict) or "entity" not in line:
        raise ValueError('it is no object with "entity" or "ledger"')
    names, optional = StoredEntity._fields, StoredEntity._field_defaults
    fields = _fields_of(line, "entity", names, optional)
    _check_texts("entity", {
        name: value for name, value in fields.items()
        if name != "revision" and not (name == "organization" and value is None)
    })  # fmt: skip
    stored = StoredEntity(**fields)
    _check_field("entity", unsound_value(stored) or _undecodable(stored))
    key = key_text(stored.organization, stored.kind, stored.name)
    if stored.key != key:
        raise ValueError('the "key" of "entity" is not that of its organization, kind and name')
    if reason := unstorable(stored):
        raise ValueError(reason)
    return stored


def _fields_of(
    line: dict[str, Any], what: str, names: Collection[str], optional: Collection[str]
) -> dict[str, Any]:
    """The fields of a record.

    Raises:
        ValueError: it is no object, lacks one, or has one that no record has.
    """
    fields = line[what]
    if not isinstance(fields, dict):
        raise ValueError(f'"{what}" is not an object')
    for name in names:
        if name not in fields and name not in optional:
            raise ValueError(f'"{what}" has no "{name}"')
    for name in fields:
        if name not in names:
            raise ValueError(f'"{what}" has the unknown field {shown_value(name)}')
    return fields


def _check_texts(what: str, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if not isinstance(value, str):
            raise ValueError(f'the "{name}" of "{what}" is not a text')
        if not is_storable(value):
            raise ValueError(
                f'the "{name}" of "{what}" contains a character that a store cannot hold'
            )


def _check_field(what: str, name: str) -> None:
    if name:
        raise ValueError(f'the "{name}" of "{what}" cannot be right')


def _undecodable(stored: StoredEntity) -> str:
    """The first field of an entity that is not the JSON that it should be; else an empty text."""
    for name in ("tags", "entity", "contained", "uses"):
        try:
            getattr(stored, name)
        except StoreError:
            return _TEXT_OF[name]
    return ""
