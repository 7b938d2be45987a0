"""The Entity Store as the guide has it: "a fairly basic key/value interface with some limited
querying and filtering", and a ledger of IDs that forgets nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.model.errors import StoreError

if TYPE_CHECKING:
    pass


class ConnectionLost(StoreError):
    """The connection to a server broke, and broke again after a second try."""


class LedgerEntry(NamedTuple):
    """An ID, and a key that it was seen with.

    Attributes:
        first_seen, last_seen: RFC 3339.
        deleted: when it was deleted, or empty.
        place: where a text of the ledger says so.
    """

    identity: str
    key: str
    first_seen: str
    last_seen: str
    deleted: str = ""
    place_text: str = ""


class Filter(NamedTuple):
    """Which entities to list; what is None does not matter."""

    organization: str | None = None
    kind: str | None = None
    status: str | None = None
    tags: Mapping[str, str] = MappingProxyType({})

    def fits(self, one: StoredEntity) -> bool:
        """Whether an entity is one of them."""
        return (
            self.organization in (None, one.organization)
            and self.kind in (None, one.kind)
            and self.status in (None, one.status)
            and all(one.tags.get(name) == value for name, value in self.tags.items())
        )


@dataclass
class Counts:
    """What putting or deleting entities changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.deleted += other.deleted
        return self


class Ledger(Protocol):
    """Knows which IDs were ever used (guide, Name and IDs: "globally unique for all time")."""

    def ledger(self, identities: Sequence[str]) -> Sequence[LedgerEntry]:
        """What is known of some IDs: an entry for each key that one was seen with."""


class EntityStore(Ledger, Protocol):
    """What every backend can be asked. All look-ups are for many at once.

    Raises:
        StoreError: from every method, where the backend fails.
    """

    @property
    def shown(self) -> str:
        """How the store is named to people; without its password."""

    def get(self, key: str) -> StoredEntity | None:
        """The entity of a key, with its foreign keys."""

    def find(self, keys: Sequence[str]) -> Sequence[StoredEntity]:
        """The entities of some keys."""

    def with_ids(self, identities: Sequence[str]) -> Sequence[StoredEntity]:
        """The entities that have some IDs."""

    def named(self, names: Sequence[tuple[str, str]]) -> Sequence[StoredEntity]:
        """The entities of some kinds and names, of all organizations.

        For a contained kind, such as ServicePlan, the entities that hold it.
        """

    def referring(self, names: Sequence[tuple[str, str]]) -> Sequence[StoredEntity]:
        """The entities with a foreign key to some kinds and names; with their foreign keys."""

    def names(self, kind: str, limit: int) -> Sequence[str]:
        """The first names of a kind, in their order; at most `limit`."""

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        """Entities in the order of their keys, with their foreign keys; memory is bounded."""

    def count(self) -> int:
        """How many entities there are."""

    def ledger_entries(self) -> Iterator[LedgerEntry]:
        """The whole ledger in the order of IDs and keys; memory is bounded."""

    def close(self) -> None:
        """Let go of files and connections."""


class WritableStore(EntityStore, Protocol):
    """A store that `store import` writes."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that is put inside becomes visible at its end, or not at all."""

    def put(self, entities: Sequence[StoredEntity], seen: str) -> Counts:
        """Add or renew entities, and keep their IDs in the ledger.

        An entity that is DELETED does not displace a live one with its key and another ID.

        Args:
            entities: in the order in which they hold; a key may come again.
            seen: when, RFC 3339.
        """

    def delete(self, keys: Sequence[str], when: str) -> Counts:
        """Mark entities, and their IDs in the ledger, as deleted. It forgets nothing."""

    def begin_prune(self) -> None:
        """Note from now on which keys are put."""

    def prune(self, when: str) -> Counts:
        """Mark as deleted what was not put since `begin_prune`."""


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a text can be in a database at all: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def canonical_key(key: str, kind_of: Mapping[str, str]) -> str:
    """A key in the guide's layout, whichever of the two it was written in.

    Args:
        kind_of: canonical names of kinds, by name and alias.
    """
    parts = key.split("/")
    if len(parts) != 3:
        return key
    organization, kind, name = parts
    if kind in kind_of:
        return f"{organization}/{kind_of[kind]}/{name}"
    if organization in kind_of:
        return f"{kind}/{kind_of[organization]}/{name}"
    return key


class StoreRows:
    """The entities of a reference store as the rows of a source; what is deleted is left out."""

    def __init__(self, store: EntityStore) -> None:
        self._store = store

    def rows(self, keys: Sequence[str] | None = None) -> Iterator[tuple[str, StoredEntity]]:
        found = self._store.entities(Filter()) if keys is None else self._store.find(keys)
        for one in found:
            if not one.deleted:
                yield one.key, one

    def count(self) -> int:
        return self._store.count()
