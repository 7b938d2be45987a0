"""What the rows of a store can be: what reads one refuses others, and so does what writes one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.model.location import Location

if TYPE_CHECKING:
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import LedgerEntry

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)


@lru_cache(maxsize=1_000)  # an import has one time for all that it writes
def is_time(value: object) -> bool:
    """Whether a value is a time as imports record it."""
    return isinstance(value, str) and _TIME.match(value) is not None


def is_sound_entity(stored: StoredEntity) -> bool:
    """Whether the values that are not digested, or not of a fixed type, can be right."""
    revision = stored.revision
    if revision is not None and type(revision) is not int:  # SQLite also stores text
        return False
    if stored.form not in ("stored", "manifest"):
        return False
    if stored.deleted and not is_time(stored.deleted):
        return False
    return not stored.location_text or Location.is_text(stored.location_text)


def is_sound_entry(entry: LedgerEntry) -> bool:
    """Whether the values of an entry of a ledger can be right."""
    identity, key, first, last, deleted, _ = entry
    return type(identity) is type(key) is str and (
        is_time(first) and is_time(last) and (deleted == "" or is_time(deleted))
    )
