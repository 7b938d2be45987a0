"""What the rows of a store can be: what reads one refuses others, and so does what writes one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.model.location import Location

if TYPE_CHECKING:
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import LedgerEntry

_TIME = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)Z\Z",
    re.ASCII,
)


@lru_cache(maxsize=1_000)  # an import has one time for all that it writes
def is_time(value: object) -> bool:
    """Whether a value is a time as imports record it."""
    return isinstance(value, str) and _TIME.match(value) is not None


def unsound_value(stored: StoredEntity) -> str:
    """The first field of an entity that cannot be right, whatever its digest says; else an empty text.

    Digests are no signatures, and those of version 1 cover neither `deleted` nor `location_text`:
    in such a store, another location or time is not noticed.
    """
    revision = stored.revision
    if revision is not None and type(revision) is not int:  # SQLite also stores text
        return "revision"
    if stored.form not in ("stored", "manifest"):
        return "form"
    if stored.deleted and not is_time(stored.deleted):
        return "deleted"
    if stored.location_text and not Location.is_text(stored.location_text):
        return "location_text"
    return ""


def unsound_part(entry: LedgerEntry) -> str:
    """The first field of an entry of a ledger that cannot be right; an empty text where all can.

    That an ID was last seen before it was first seen is no damage: imports may come from machines
    whose clocks differ.
    """
    identity, key, first, last, deleted, _ = entry
    if type(identity) is not str:
        return "identity"
    if type(key) is not str:
        return "key"
    if not is_time(first):
        return "first_seen"
    if not is_time(last):
        return "last_seen"
    return "" if deleted == "" or is_time(deleted) else "deleted"
