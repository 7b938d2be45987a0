"""The interface of stores: that of the guide's Entity Store ("a fairly basic key/value interface
with some limited querying and filtering"), and a ledger of IDs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dispatch_lint.model.errors import StoreError

if TYPE_CHECKING:
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.index.unread import UnreadRows


class ConnectionLost(StoreError):
    """The connection to a server was lost, also at a second try."""


class LedgerEntry(NamedTuple):
    """An ID, and a key that it was used with.

    Attributes:
        first_seen, last_seen: the times of the imports, RFC 3339.
        deleted: when it was deleted, RFC 3339; empty if it was not.
        location_text: the line of a ledger file, as `Location.text` writes it; else empty.
    """

    identity: str
    key: str
    first_seen: str
    last_seen: str
    deleted: str = ""
    location_text: str = ""


class Filter(NamedTuple):
    """Which entities to list. None matches all."""

    organization: str | None = None
    kind: str | None = None
    status: str | None = None
    tags: Mapping[str, str] = MappingProxyType({})

    def matches(self, entity: StoredEntity) -> bool:
        return (
            self.organization in (None, entity.organization)
            and self.kind in (None, entity.kind)
            and self.status in (None, entity.status)
            and all(entity.tags.get(name) == value for name, value in self.tags.items())
        )


@dataclass
class Counts:
    """How many entities were added, changed and so on.

    Attributes:
        kept: how many of the unchanged ones have an ID, and were not replaced by one without.
        repeated: how many keys have several live entities in one import, with different contents.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    kept: int = 0
    repeated: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.deleted += other.deleted
        self.kept += other.kept
        self.repeated += other.repeated
        return self


class Scope(NamedTuple):
    """Entities that an import may say something about by leaving them out.

    Attributes:
        organization: empty for entities of no organization.
        kind: None for every kind: a database of Dispatch has them all.
    """

    organization: str
    kind: str | None
    form: str


class Ledger(Protocol):
    """Which IDs were ever used (guide, Name and IDs: "globally unique for all time")."""

    def ledger(self, identities: Sequence[str]) -> Sequence[LedgerEntry]:
        """The entries of some IDs: one for each key that an ID was used with."""


class EntityStore(Ledger, Protocol):
    """What every backend offers. Most look-ups take many keys or names at once.

    Raises:
        StoreError: from every method, if the backend fails.
    """

    @property
    def shown(self) -> str:
        """The name of the store in messages; without its password."""

    @property
    def problems(self) -> Iterable[str]:
        """What could not be read of what was asked for: a message for each row."""

    @property
    def unread(self) -> UnreadRows:
        """The rows that were met, and could not be read."""

    def get(self, key: str) -> StoredEntity | None:
        """The entity with a key."""

    def find(self, keys: Sequence[str]) -> Sequence[StoredEntity]:
        """The entities with some keys."""

    def with_ids(self, identities: Sequence[str]) -> Sequence[StoredEntity]:
        """The entities with some IDs."""

    def named(self, names: Sequence[tuple[str, str]]) -> Sequence[StoredEntity]:
        """The entities with some kinds and names, in all organizations.

        For a contained kind, such as ServicePlan, the entities that contain it.
        """

    def referring(self, names: Sequence[tuple[str, str]]) -> Sequence[StoredEntity]:
        """The entities that refer to some kinds and names."""

    def names(self, kind: str, limit: int) -> Sequence[str]:
        """The first names of a kind in sorted order; at most `limit`."""

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        """Entities in the order of their keys; memory is bounded."""

    def count(self) -> int:
        """How many entities there are."""

    def ledger_entries(self) -> Iterator[LedgerEntry]:
        """The whole ledger in the order of IDs and keys; memory is bounded."""

    def share(self) -> Callable[[], EntityStore] | None:
        """What opens the same state of the store in a forked process; None where that cannot be.

        This store has to stay open until the other process has ended.
        """

    def close(self) -> None:
        """Release files and connections."""


class WritableStore(EntityStore, Protocol):
    """A store that `store import` can write."""

    def transaction(self) -> AbstractContextManager[None]:
        """A context whose changes become visible at its end, or, after an error, not at all."""

    def put(self, entities: Sequence[StoredEntity], seen: str) -> Counts:
        """Add or update entities, and record their IDs in the ledger.

        A DELETED entity does not replace a live one with the same key and another ID. One without
        an ID, such as a manifest, does not replace a live one that has one: the ID, the status and
        the revision, which the server has given, would be lost.

        Args:
            entities: of several with the same key, the last is kept.
            seen: the time of the import, RFC 3339.
        """

    def restore(self, entities: Sequence[StoredEntity], entries: Sequence[LedgerEntry]) -> Counts:
        """Add entities and entries of the ledger as another store had them.

        Of what both stores know of an ID, the first sight, the last one and the first deletion
        are kept.
        """

    def begin_prune(self) -> None:
        """From now on, record the keys that are put."""

    def unseen(self, scopes: Collection[Scope]) -> Iterator[str]:
        """The keys of live entities of some scopes that were not put since `begin_prune`, sorted."""

    def prune(self, scopes: Collection[Scope], when: str) -> Counts:
        """Mark the entities that `unseen` gives, and their IDs in the ledger, as deleted.

        Nothing is removed.
        """

    def organizations(self) -> Collection[str]:
        """The organizations of all live entities; empty for those of none."""
