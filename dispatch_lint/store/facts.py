"""The facts that stored entities add to the groups of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.index.fact_table import FactTable
from dispatch_lint.index.facts import by_id, read_group
from dispatch_lint.index.identity import IDENTITY, Past
from dispatch_lint.model.errors import InputError
from dispatch_lint.rule import STORE, Fact
from dispatch_lint.store.entity_store import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.rule import Fail, Rule
    from dispatch_lint.store.entity_store import EntityStore, Ledger


class StoreFacts:
    """Looks facts up in a store and in ledgers, for many groups at once.

    Args:
        store: None if there are only ledgers.
        ledgers: that of the store, and ledger files.
    """

    def __init__(self, store: EntityStore | None, ledgers: Sequence[Ledger]) -> None:
        self.store, self._ledgers = store, ledgers
        self._rule: Rule | None = None
        self._identity = False
        self._referrers = False
        self._scanned: FactTable | None = None
        self._fail: Fail | None = None

    def prepare(self, table: str, rules: Sequence[Rule], fail: Fail) -> None:
        """Look up the facts of another table from now on.

        Args:
            table: the name of the table.
            rules: the rules that share it.
            fail: called if a rule raises an exception.
        """
        self._rule, self._fail = rules[0], fail
        self._identity = table == IDENTITY
        self._referrers = any(rule.asks_referrers for rule in rules)
        self.close()

    def of(self, groups: Sequence[str]) -> dict[str, list[Fact]]:
        """The facts of some groups; groups without facts are left out."""
        wanted = set(groups)
        facts: dict[str, list[Fact]] = {}
        for group, fact in self._facts(groups):
            if group in wanted:
                facts.setdefault(group, []).append(fact)
        return facts

    def names(self, kind: str, limit: int) -> Sequence[str]:
        """The first names of a kind in the store; at most `limit`."""
        return self.store.names(kind, limit) if self.store else ()

    def _facts(self, groups: Sequence[str]) -> Iterator[tuple[str, Fact]]:
        """The facts of all entities that may have one in some groups; also of other groups."""
        keys, identities, names, other_groups = [], [], [], []
        for group in groups:
            by, rest = read_group(group)
            if by == "key":
                keys.append(rest[0])
            elif by == "id":
                identities.append(rest[0])
            elif by == "name":
                names.append((rest[0], rest[1]))
            else:
                other_groups.append(group)
        if self.store is not None:
            entities = list(self.store.find(keys)) if keys else []
            if identities:
                entities += self.store.with_ids(identities)
            if names:
                entities += self.store.named(names)
                if self._referrers:
                    entities += self.store.referring(names)
            # Where an entity was found more than once, the last one has its foreign keys.
            yield from self._of_entities({entity.key: entity for entity in entities}.values())
            if other_groups:
                yield from self._scan(other_groups)
        if self._identity and identities:
            yield from self._of_ledgers(identities)

    def _of_entities(self, entities: Iterable[StoredEntity]) -> Iterator[tuple[str, Fact]]:
        assert self._rule is not None and self._fail is not None
        for entity in entities:
            try:
                facts = list(self._rule.collect(entity))
            except InputError:
                raise  # an error of the store, not of the rule
            except Exception as error:
                self._fail(self._rule, Fact(STORE, 0, (), ()), error)
                continue
            for group, path, data in facts:
                yield group, Fact(STORE, 0, path, tuple(data), "", entity.location_text)

    def _of_ledgers(self, identities: list[str]) -> Iterator[tuple[str, Fact]]:
        for ledger in self._ledgers:
            for entry in ledger.ledger(identities):
                past = Past(entry.key, entry.identity, entry.first_seen, entry.deleted)
                yield by_id(entry.identity), Fact(STORE, 0, ("id",), past, "", entry.location_text)

    def _scan(self, groups: list[str]) -> Iterator[tuple[str, Fact]]:
        """Facts of groups that cannot be looked up: the whole store is read, once."""
        assert self.store is not None
        if self._scanned is None:
            self._scanned = FactTable()
            for group, fact in self._of_entities(self.store.entities(Filter())):
                self._scanned.add(group, STORE << 32, tuple(fact[2:]))
        for group, facts in self._scanned.some(groups).items():
            for fact in facts:
                yield group, fact

    def close(self) -> None:
        """Release the facts that were read from the whole store."""
        if self._scanned is not None:
            self._scanned.close()
            self._scanned = None
