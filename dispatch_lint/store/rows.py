"""The rows that a reference store and ledgers add to the groups of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.index.groups import (
    STORE,
    by_id,
    entity_rows,
    fact_row,
    position_of,
    read_group,
    relation_rows,
    stored_referrers,
)
from dispatch_lint.index.index import Index
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.relations import FORMER, REFERENCE, ReferenceRow
from dispatch_lint.rule import EntityView
from dispatch_lint.store.entity_store import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.index.groups import Members, Row
    from dispatch_lint.rule import Fact, Rule
    from dispatch_lint.store.entity_store import EntityStore, Ledger

_POSITION = position_of(STORE, 0)


class StoreRows:
    """Looks rows up in a store and in ledgers, for many groups at once.

    Args:
        store: None if there are only ledgers.
        ledgers: that of the store, and ledger files.
    """

    def __init__(self, store: EntityStore | None, ledgers: Sequence[Ledger]) -> None:
        self.store, self._ledgers = store, ledgers
        self._facts: Index | None = None

    def of_store(self, store: EntityStore) -> StoreRows:
        """The same rows, read by another connection to the store."""
        ledgers = [store if ledger is self.store else ledger for ledger in self._ledgers]
        return StoreRows(store, ledgers)

    def add_to(self, groups: Mapping[str, Members]) -> None:
        """Add the rows that belong to some groups, behind those that each has."""
        for group, row in self._rows(groups):
            members = groups.get(group)
            if members is not None:
                members.add(_POSITION, row)

    def names(self, kind: str, limit: int) -> Sequence[str]:
        """The first names of a kind in the store; at most `limit`."""
        return self.store.names(kind, limit) if self.store else ()

    def contents(self, keys: Sequence[str]) -> dict[str, StoredEntity]:
        """The entities with some keys.

        Raises:
            InputError: one is not there any more.
        """
        entities = self.store.find(keys) if self.store else ()
        found = {entity.key: entity for entity in entities}
        for key in keys:
            if key not in found:
                raise InputError(f"{key} was removed from the store during the check; run it again")
        return found

    def _rows(self, groups: Iterable[str]) -> Iterator[tuple[str, Row]]:
        """The rows of all entities that may have one in some groups; also of other groups."""
        identities: list[str] = []
        names: list[tuple[str, str]] = []
        referred: list[tuple[str, str]] = []
        for group in groups:
            by, rest = read_group(group)
            if by == "id":
                identities.append(rest[0])
            elif by == "name":
                names.append((rest[0], rest[1]))
            elif by == "referrers":
                referred.append((rest[0], rest[1]))
        if self.store is not None:
            entities = [
                *(self.store.with_ids(identities) if identities else ()),
                *(self.store.named(names) if names else ()),
            ]
            for entity in {entity.key: entity for entity in entities}.values():
                yield from entity_rows(entity, entity.key, entity.location_text)
            if referred:
                yield from self._referrers(referred)
        for ledger in self._ledgers if identities else ():
            for entry in ledger.ledger(identities):
                yield by_id(entry.identity), (
                    FORMER, entry.key, entry.identity, entry.first_seen, entry.deleted,
                    entry.location_text,
                )  # fmt: skip

    def _referrers(self, names: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Row]]:
        assert self.store is not None
        entities = {entity.key: entity for entity in self.store.referring(names)}
        for entity in entities.values():
            for group, row in relation_rows(entity, entity.key, entity.location_text):
                if row[0] == REFERENCE:
                    target = ReferenceRow._make(row)
                    yield stored_referrers(target.kind, read_group(group)[1][-1]), row

    def facts(
        self, rules: Sequence[Rule], groups: Iterable[str],
        collect: Callable[[Rule, EntityView], Iterable[Fact]],
        fail: Callable[[Rule, str, BaseException], None],
    ) -> dict[str, Members]:  # fmt: skip
        """What rules collect of the entities of the store: the whole store is read, once.

        Args:
            groups: the groups whose facts are returned.
            collect: the facts of a rule about an entity; it raises what is wrong with them.
            fail: called with a rule that failed, the key of the entity, and its exception.
        """
        if self.store is None:
            return {}
        if self._facts is None:
            self._facts = Index()
            for entity in self.store.entities(Filter()):
                for rule in rules:
                    try:
                        rows = [
                            fact_row(rule.name, fact, entity.key, entity.location_text)
                            for fact in collect(rule, EntityView(entity))
                        ]
                    except BaseException as error:
                        fail(rule, entity.key, error)
                        continue
                    self._facts.add(STORE, [(group, 0, row) for group, row in rows])
        return self._facts.some(groups)

    def close(self) -> None:
        """Release the facts that were read from the whole store."""
        if self._facts is not None:
            self._facts.close()
            self._facts = None
