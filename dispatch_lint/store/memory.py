"""The reference store in memory, for a single run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy

from dispatch_lint.documents.stored_entity import DELETED, StoredEntity
from dispatch_lint.store.entity_store import Counts, Filter, LedgerEntry


class MemoryStore:
    """Entities by key, and a ledger, in two mappings."""

    shown = "memory"

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
        """Keys by every kind and name that leads to them; made anew after a change."""
        if self._names is None:
            self._names = {}
            for one in self._entities.values():
                inside = [(kind, name) for _, kind, name in one.contained]
                for kind_and_name in dict.fromkeys([(one.kind, one.name), *inside]):
                    self._names.setdefault(kind_and_name, []).append(one.key)
        return self._names

    def _by_use(self) -> dict[tuple[str, str], list[str]]:
        """Keys by every kind and value that they refer to; made anew after a change."""
        if self._referrers is None:
            self._referrers = {}
            for one in self._entities.values():
                for use in dict.fromkeys((two.reference.kind, two.value) for two in one.uses):
                    self._referrers.setdefault(use, []).append(one.key)
        return self._referrers

    def _by_id(self) -> dict[str, list[str]]:
        """Keys by ID; made anew after a change."""
        if self._ids is None:
            self._ids = {}
            for one in self._entities.values():
                self._ids.setdefault(one.identity, []).append(one.key)
        return self._ids

    def get(self, key: str) -> StoredEntity | None:
        return self._entities.get(key)

    def find(self, keys: Sequence[str]) -> list[StoredEntity]:
        return [_summary(self._entities[key]) for key in keys if key in self._entities]

    def with_ids(self, identities: Sequence[str]) -> list[StoredEntity]:
        keys = (key for one in set(identities) for key in self._by_id().get(one, ()))
        return [_summary(self._entities[key]) for key in keys]

    def named(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        keys = (key for one in set(names) for key in self._by_name().get(one, ()))
        return [_summary(self._entities[key]) for key in dict.fromkeys(keys)]

    def referring(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        keys = {key for one in set(names) for key in self._by_use().get(one, ())}
        return [self._entities[key] for key in sorted(keys)]

    def names(self, kind: str, limit: int) -> list[str]:
        found = {one.name for one in self._entities.values() if one.kind == kind}
        found |= {
            name
            for one in self._entities.values()
            for _, inner, name in one.contained
            if inner == kind
        }
        return sorted(found)[:limit]

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        for _, one in sorted(self._entities.items()):
            if which.matches(one):
                yield one

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
        for one in entities:
            old = self._entities.get(one.key)
            if old is None:
                counts.added += 1
            elif one.status == DELETED and old.identity != one.identity and old.status != DELETED:
                counts.unchanged += 1
                self._note(one, seen)
                continue
            elif old._replace(location_text="") == one._replace(location_text=""):
                counts.unchanged += 1
            else:
                counts.changed += 1
            self._entities[one.key] = one
            self._note(one, seen)
            if self._seen is not None:
                self._seen.add(one.key)
        return counts

    def _note(self, one: StoredEntity, seen: str) -> None:
        if not one.identity:
            return
        old = self._ledger.get((one.identity, one.key))
        deleted = old.deleted if old and old.deleted else seen if one.status == DELETED else ""
        first = old.first_seen if old else seen
        self._ledger[one.identity, one.key] = LedgerEntry(
            one.identity, one.key, first, seen, deleted
        )

    def delete(self, keys: Sequence[str], when: str) -> Counts:
        counts = Counts()
        for key in keys:
            one = self._entities.get(key)
            if one is None or one.deleted:
                continue
            counts.deleted += 1
            self._entities[key] = one._replace(deleted=when)
            entry = self._ledger.get((one.identity, key))
            if entry is not None and not entry.deleted:
                self._ledger[one.identity, key] = entry._replace(deleted=when)
        return counts

    def begin_prune(self) -> None:
        self._seen = set()

    def prune(self, when: str) -> Counts:
        assert self._seen is not None
        return self.delete([key for key in self._entities if key not in self._seen], when)


def _summary(one: StoredEntity) -> StoredEntity:
    return one._replace(uses_text="")
