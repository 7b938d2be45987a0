"""A reference store in memory, for a single run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy

from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.index.unread import NONE_UNREAD
from dispatch_lint.model.relations import DELETED
from dispatch_lint.store.entity_store import Counts, Filter, LedgerEntry, Scope


class MemoryStore:
    """Entities by key, and a ledger, in two mappings."""

    shown = "memory"
    problems: Sequence[str] = ()
    unread = NONE_UNREAD

    def __init__(self) -> None:
        self._entities: dict[str, StoredEntity] = {}
        self._ledger: dict[tuple[str, str], LedgerEntry] = {}
        self._seen: set[str] | None = None
        self._names: dict[tuple[str, str], list[str]] | None = None
        self._referrers: dict[tuple[str, str], list[str]] | None = None
        self._ids: dict[str, list[str]] | None = None

    def _changed(self) -> None:
        self._names = self._referrers = self._ids = None

    def _by_name(self) -> dict[tuple[str, str], list[str]]:
        """Keys of entities by kind and name, contained entities included; rebuilt after a change."""
        if self._names is None:
            self._names = {}
            for entity in self._entities.values():
                inside = [(kind, name) for _, kind, name in entity.contained]
                for kind_and_name in dict.fromkeys([(entity.kind, entity.name), *inside]):
                    self._names.setdefault(kind_and_name, []).append(entity.key)
        return self._names

    def _by_target(self) -> dict[tuple[str, str], list[str]]:
        """Keys of entities by the kind and value that they refer to; rebuilt after a change."""
        if self._referrers is None:
            self._referrers = {}
            for entity in self._entities.values():
                for target in dict.fromkeys((key.reference.kind, key.value) for key in entity.uses):
                    self._referrers.setdefault(target, []).append(entity.key)
        return self._referrers

    def _by_id(self) -> dict[str, list[str]]:
        """Keys of entities by ID; rebuilt after a change."""
        if self._ids is None:
            self._ids = {}
            for entity in self._entities.values():
                self._ids.setdefault(entity.identity, []).append(entity.key)
        return self._ids

    def share(self) -> None:
        return None  # it is small: other processes would not pay

    def get(self, key: str) -> StoredEntity | None:
        return self._entities.get(key)

    def find(self, keys: Sequence[str]) -> list[StoredEntity]:
        return [self._entities[key] for key in keys if key in self._entities]

    def with_ids(self, identities: Sequence[str]) -> list[StoredEntity]:
        keys = (key for identity in set(identities) for key in self._by_id().get(identity, ()))
        return [self._entities[key] for key in keys]

    def named(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        keys = (key for name in set(names) for key in self._by_name().get(name, ()))
        return [self._entities[key] for key in dict.fromkeys(keys)]

    def referring(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        keys = {key for name in set(names) for key in self._by_target().get(name, ())}
        return [self._entities[key] for key in sorted(keys)]

    def names(self, kind: str, limit: int) -> list[str]:
        names = {entity.name for entity in self._entities.values() if entity.kind == kind}
        names |= {
            name
            for entity in self._entities.values()
            for _, inner, name in entity.contained
            if inner == kind
        }
        return sorted(names)[:limit]

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        for _, entity in sorted(self._entities.items()):
            if which.matches(entity):
                yield entity

    def count(self) -> int:
        return len(self._entities)

    def ledger(self, identities: Sequence[str]) -> list[LedgerEntry]:
        wanted = set(identities)
        return [
            entry for (identity, _), entry in sorted(self._ledger.items()) if identity in wanted
        ]

    def ledger_entries(self) -> Iterator[LedgerEntry]:
        return (entry for _, entry in sorted(self._ledger.items()))

    def close(self) -> None:
        return

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before = copy(self._entities), copy(self._ledger)
        try:
            yield
        except BaseException:
            self._entities, self._ledger = before
            raise
        finally:
            self._seen = None
            self._changed()

    def put(self, entities: Sequence[StoredEntity], seen: str) -> Counts:
        counts = Counts()
        self._changed()
        for entity in entities:
            old = self._entities.get(entity.key)
            if self._seen is not None:
                self._seen.add(entity.key)
            if old is None:
                counts.added += 1
            elif (
                entity.status == DELETED
                and old.identity != entity.identity
                and old.status != DELETED
            ):
                counts.unchanged += 1
                self._record(entity, seen)
                continue
            elif old.identity and not entity.identity and old.status != DELETED:
                counts += Counts(unchanged=1, kept=1)
                continue
            elif old._replace(location_text="") == entity._replace(location_text=""):
                counts.unchanged += 1
            else:
                counts.changed += 1
            self._entities[entity.key] = entity
            self._record(entity, seen)
        return counts

    def restore(self, entities: Sequence[StoredEntity], entries: Sequence[LedgerEntry]) -> Counts:
        ledger = self._ledger
        self._ledger = {}  # `put` records what is seen now
        counts = self.put(entities, "")
        self._ledger = ledger
        for entry in entries:
            place = entry.identity, entry.key
            old = ledger.get(place, entry)
            ledger[place] = LedgerEntry(
                *place, min(old.first_seen, entry.first_seen), max(old.last_seen, entry.last_seen),
                min(filter(None, (old.deleted, entry.deleted)), default=""),
            )  # fmt: skip
        return counts

    def _record(self, entity: StoredEntity, seen: str) -> None:
        if not entity.identity:
            return
        old = self._ledger.get((entity.identity, entity.key))
        deleted = old.deleted if old and old.deleted else seen if entity.status == DELETED else ""
        first = old.first_seen if old else seen
        self._ledger[entity.identity, entity.key] = LedgerEntry(
            entity.identity, entity.key, first, seen, deleted
        )

    def begin_prune(self) -> None:
        self._seen = set()

    def unseen(self, scopes: Collection[Scope]) -> Iterator[str]:
        assert self._seen is not None
        for key, entity in sorted(self._entities.items()):
            organization, form = entity.organization or "", entity.form
            if (
                key not in self._seen
                and not entity.deleted
                and any(Scope(organization, kind, form) in scopes for kind in (entity.kind, None))
            ):
                yield key

    def prune(self, scopes: Collection[Scope], when: str) -> Counts:
        counts = Counts()
        for key in [*self.unseen(scopes)]:
            counts.deleted += 1
            entity = self._entities[key] = self._entities[key]._replace(deleted=when)
            entry = self._ledger.get((entity.identity, key))
            if entry is not None and not entry.deleted:
                self._ledger[entity.identity, key] = entry._replace(deleted=when)
        return counts

    def organizations(self) -> Collection[str]:
        return {
            entity.organization or "" for entity in self._entities.values() if not entity.deleted
        }
