"""What a store adds to the groups of a run: the same facts, of the entities it remembers."""

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
    """Asks a store, and ledgers, for the facts of groups; always for many at once.

    Args:
        store: None where there are only ledgers.
        ledgers: the store's own, and those that lie beside it.
    """

    def __init__(self, store: EntityStore | None, ledgers: Sequence[Ledger]) -> None:
        self.store, self._ledgers = store, ledgers
        self._rule: Rule | None = None
        self._identity = False
        self._referrers = False
        self._scanned: FactTable | None = None
        self._fail: Fail | None = None

    def prepare(self, table: str, rules: Sequence[Rule], fail: Fail) -> None:
        """Turn to the table of facts that some rules share.

        Args:
            fail: told of a rule that raises.
        """
        self._rule, self._fail = rules[0], fail
        self._identity = table == IDENTITY
        self._referrers = any(rule.asks_referrers for rule in rules)
        self.close()

    def of(self, groups: Sequence[str]) -> dict[str, list[Fact]]:
        """The facts of some groups; those without any are left out."""
        wanted = set(groups)
        found: dict[str, list[Fact]] = {}
        for group, fact in self._facts(groups):
            if group in wanted:
                found.setdefault(group, []).append(fact)
        return found

    def names(self, kind: str, limit: int) -> Sequence[str]:
        """Names of a kind that the store remembers."""
        return self.store.names(kind, limit) if self.store else ()

    def _facts(self, groups: Sequence[str]) -> Iterator[tuple[str, Fact]]:
        keys, identities, names, others = [], [], [], []
        for group in groups:
            by, rest = read_group(group)
            if by == "key":
                keys.append(rest[0])
            elif by == "id":
                identities.append(rest[0])
            elif by == "name":
                names.append((rest[0], rest[1]))
            else:
                others.append(group)
        if self.store is not None:
            found = {one.key: one for one in self.store.find(keys)} if keys else {}
            if identities:
                found |= {one.key: one for one in self.store.with_ids(identities)}
            if names:
                found |= {one.key: one for one in self.store.named(names)}
                if self._referrers:
                    found |= {one.key: one for one in self.store.referring(names)}
            yield from self._of_entities(found.values())
            if others:
                yield from self._scan(others)
        if self._identity and identities:
            yield from self._of_ledgers(identities)

    def _of_entities(self, entities: Iterable[StoredEntity]) -> Iterator[tuple[str, Fact]]:
        assert self._rule is not None and self._fail is not None
        for entity in entities:
            try:
                facts = list(self._rule.collect(entity))
            except InputError:
                raise  # of the store: no rule is to blame
            except Exception as error:
                self._fail(self._rule, Fact(STORE, 0, (), ()), error)
                continue
            for group, path, data in facts:
                yield group, Fact(STORE, 0, path, tuple(data), "", entity.place_text)

    def _of_ledgers(self, identities: list[str]) -> Iterator[tuple[str, Fact]]:
        for ledger in self._ledgers:
            for entry in ledger.ledger(identities):
                past = Past(entry.key, entry.identity, entry.first_seen, entry.deleted)
                yield by_id(entry.identity), Fact(STORE, 0, ("id",), past, "", entry.place_text)

    def _scan(self, groups: list[str]) -> Iterator[tuple[str, Fact]]:
        """Facts of groups that no look-up leads to: the whole store is read, once."""
        assert self.store is not None
        if self._scanned is None:
            self._scanned = FactTable()
            for group, fact in self._of_entities(self.store.entities(Filter())):
                self._scanned.add(group, STORE << 32, tuple(fact[2:]))
        for group, facts in self._scanned.some(groups).items():
            for fact in facts:
                yield group, fact

    def close(self) -> None:
        """Let go of what was read of the store as a whole."""
        if self._scanned is not None:
            self._scanned.close()
            self._scanned = None
