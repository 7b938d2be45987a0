"""The Entity Store as the guide has it: "a fairly basic key/value interface with some limited
querying and filtering", and a ledger of IDs that forgets nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dispatch_lint.documents.document import Use
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.reference import Reference

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form

DELETED = "DELETED"


class StoreError(InputError):
    """A store that cannot be used; the message names it, and never its password."""


class ConnectionLost(StoreError):
    """The connection to a server broke, and broke again after a second try."""


class Place(NamedTuple):
    """Where an entity was read from when it was imported."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return ":".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place that a text, as `str` makes it, stands for."""
        file, *numbers = text.rsplit(":", 4)
        return cls(file, *map(int, numbers))


class StoredEntity(NamedTuple):
    """One entity as a store remembers it: it can be asked what a document can be asked.

    What is rarely looked at stays the text that the store keeps.

    Attributes:
        key: in the guide's layout, `-` for an organization that is not known.
        deleted: when it was marked as deleted, RFC 3339; empty for what is there.
        tags_text: its tags as a JSON object of texts.
        value_text: the entity as JSON.
        contained_text: the entities it holds as values, as JSON; empty for none.
        place_text: where it was imported from, as `Place` writes it; empty where nothing says it.
        uses_text: its foreign keys as JSON; empty for none, and where only the entity was asked
            for.
    """

    key: str
    organization: str | None
    kind: str
    name: str
    identity: str
    form: Form
    stored_status: str
    revision: int | None
    revision_of: str
    deleted: str
    tags_text: str
    value_text: str
    contained_text: str = ""
    place_text: str = ""
    uses_text: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, whichever form they were written in."""
        return self._mapping(self.tags_text)

    @property
    def status(self) -> str:
        """Its status; DELETED for what was marked so."""
        return DELETED if self.deleted else self.stored_status

    @property
    def entity(self) -> dict[str, Any]:
        """The entity as plain values."""
        return self._mapping(self.value_text)

    @property
    def contained(self) -> Sequence[tuple[Path, str, str]]:
        """The entities it holds as values: `(path, kind, name)`."""
        if not self.contained_text:
            return ()
        try:
            found = json.loads(self.contained_text)
            return [(tuple(path), kind, name) for path, kind, name in found]
        except (ValueError, TypeError):
            raise self.damage() from None

    @property
    def uses(self) -> Sequence[Use]:
        """Its foreign keys that are set."""
        if not self.uses_text:
            return ()
        try:
            return [
                Use(tuple(path), Reference(kind, by), value, owner)
                for path, kind, by, value, owner in json.loads(self.uses_text)
            ]
        except (ValueError, TypeError):
            raise self.damage() from None

    def _mapping(self, text: str) -> dict[str, Any]:
        """What a text of the store stands for.

        Raises:
            StoreError: it is no mapping, as are those of `contained` and `uses` no lists.
        """
        try:
            found = json.loads(text)
        except (ValueError, TypeError):
            found = None
        if type(found) is not dict:
            raise self.damage()
        return found

    def damage(self) -> StoreError:
        """The error that says so of a row that nobody can have written."""
        return StoreError(f"the store is damaged: what it keeps of {self.key} cannot be read")


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
