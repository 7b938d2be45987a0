"""A reference store as a source of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.store.entity_store import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import EntityStore


class StoredEntities:
    """The entities of a reference store as the rows of a source, without the deleted ones."""

    def __init__(self, store: EntityStore) -> None:
        self._store = store

    def rows(self, keys: Sequence[str] | None = None) -> Iterator[tuple[str, StoredEntity]]:
        entities = self._store.entities(Filter()) if keys is None else self._store.find(keys)
        for entity in entities:
            if not entity.deleted:
                yield entity.key, entity

    def count(self) -> int:
        return self._store.count()

    def close(self) -> None:
        self._store.close()
