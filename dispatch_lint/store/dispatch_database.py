"""Dispatch's own Postgres database as a store, strictly read-only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.source import BadRow, Source
from dispatch_lint.index.unread import UnreadRow, UnreadRows, unread_row
from dispatch_lint.store.dispatch_rows import CHUNK, TABLE, DispatchRows
from dispatch_lint.store.entity_store import Filter
from dispatch_lint.store.import_reading import stored_entity
from dispatch_lint.store.keys import is_storable
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy import Engine

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.dispatch_rows import Explain
    from dispatch_lint.store.entity_store import LedgerEntry

Matters = Callable[[UnreadRow], bool]


class DispatchDatabase:
    """Dispatch's database as a store for look-ups. It has no ledger.

    Only keys are indexed: for a look-up of names or IDs, the server reads the whole table.
    """

    def __init__(
        self, engine: Engine, shown: str, explain: Explain, classifier: Classifier
    ) -> None:
        self.shown = shown
        self._rows = DispatchRows(engine, shown, explain)
        self._classifier = classifier
        self._source = Source(shown, "rows", rows=self._rows)
        self.unread = UnreadRows(classifier.catalogue.containers)

    @property
    def problems(self) -> Collection[str]:
        """See `EntityStore.problems`."""
        return self.unread.problems

    def _entities(
        self, where: sa.ColumnElement[bool] | None, matters: Matters = lambda _: True
    ) -> Iterator[StoredEntity]:
        """The selected entities.

        Args:
            matters: whether a row that cannot be read is a problem by itself.
        """
        for key, row in self._rows.select(where):
            if isinstance(row, BadRow):
                message = f"{self.shown}: {key}: {row.message}"
                unread = unread_row(key, row, self._classifier.catalogue)
                self.unread.add(unread, message, matters=matters(unread))
                continue
            document = self._classifier.read(row_part(0, row), self._source, 0)
            if isinstance(document, Document) and document.key is not None:
                yield stored_entity(document._replace(row_key=key))

    def _where(
        self, column: str, values: Sequence[str], matters: Matters | None = None
    ) -> Iterator[StoredEntity]:
        """The entities of the rows with some values in a column.

        Args:
            matters: given where rows that have no value there are looked at too, since they may be
                meant and cannot be read; see `_entities`.
        """
        usable = [value for value in dict.fromkeys(values) if is_storable(value)]
        for start in range(0, len(usable), CHUNK):
            where = TABLE.c[column].in_(usable[start : start + CHUNK])
            if matters is None:
                yield from self._entities(where)
            else:
                yield from self._entities(where | TABLE.c[column].is_(None), matters)

    def share(self) -> None:
        return None  # rows that cannot be read are only known here

    def get(self, key: str) -> StoredEntity | None:
        return next(iter(self.find([key])), None)

    def find(self, keys: Sequence[str]) -> list[StoredEntity]:
        wanted = set(keys)
        rows = [row for key in wanted for row in self._layouts(key)]
        return [entity for entity in self._where("key", rows) if entity.key in wanted]

    def _layouts(self, key: str) -> Iterator[str]:
        """The keys that a row with a key may have: in both layouts, with every name of the kind."""
        parts = key.split("/", 2)
        if len(parts) != 3:
            return
        organization, kind, name = parts
        for kind_name in self._names_of(kind):
            yield f"{organization}/{kind_name}/{name}"
            yield f"{kind_name}/{organization}/{name}"

    def _names_of(self, kind: str) -> tuple[str, ...]:
        declared = self._classifier.catalogue.resolve(kind)
        return kind, *(declared.aliases if declared else ())

    def with_ids(self, identities: Sequence[str]) -> list[StoredEntity]:
        # A row that has no ID there, and cannot be read, matters where somebody refers to its kind
        # by ID, which is rare.
        return list(self._where("id", identities, lambda row: row.identity in identities))

    def named(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        wanted = set(names)
        texts = {name for _, name in names}
        containers = self._classifier.catalogue.containers
        entities = [
            entity for entity in self._where("name", [*texts], lambda row: row.name in texts)
            if (entity.kind, entity.name) in wanted
        ]  # fmt: skip
        container_kinds = {containers[kind] for kind, _ in names if kind in containers}
        if container_kinds:
            entities += [
                entity for entity in self._of_kinds(container_kinds)
                if any((kind, name) in wanted for _, kind, name in entity.contained)
            ]  # fmt: skip
        return entities

    def referring(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        wanted = set(names)
        return [
            entity for entity in self.entities(Filter())
            if any((use.reference.kind, use.value) in wanted for use in entity.uses)
        ]  # fmt: skip

    def names(self, kind: str, limit: int) -> list[str]:
        before = dict(self.unread.problems)  # a name that is only suggested need not be read
        try:
            return self._names(kind, limit)
        finally:
            self.unread.problems = before

    def _names(self, kind: str, limit: int) -> list[str]:
        containers = self._classifier.catalogue.containers
        if kind in containers:
            names = {
                name
                for entity in self._of_kinds({containers[kind]})
                for _, inner, name in entity.contained if inner == kind
            }  # fmt: skip
        else:
            names = {entity.name for entity in islice(self._of_kinds({kind}), limit)}
        return sorted(names)[:limit]

    def _of_kinds(self, kinds: set[str]) -> Iterator[StoredEntity]:
        return self._where("type", [name for kind in kinds for name in self._names_of(kind)])

    def entities(self, which: Filter) -> Iterator[StoredEntity]:
        entities = self._entities(None) if which.kind is None else self._of_kinds({which.kind})
        return filter(which.matches, entities)

    def count(self) -> int:
        return self._rows.count()

    def ledger(self, identities: Sequence[str]) -> list[LedgerEntry]:
        return []

    def ledger_entries(self) -> Iterator[LedgerEntry]:
        return iter(())

    def close(self) -> None:
        self._rows.close()
