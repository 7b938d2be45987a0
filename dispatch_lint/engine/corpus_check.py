"""The corpus check: rules about several documents check groups of facts, a store's included."""

from __future__ import annotations

import re
from collections import defaultdict
from fnmatch import translate
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from dispatch_lint.engine.rule_results import FAILURES, checked_judgement
from dispatch_lint.index.facts import GroupMemo, by_name, read_group
from dispatch_lint.model.errors import InputError
from dispatch_lint.naming import nearest_few, one_edit_away
from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.index.facts import Groups, Tables
    from dispatch_lint.rule import Fail, Judgement, Rule
    from dispatch_lint.store.facts import StoreFacts

GROUPS, FACTS = 2_000, 20_000
"""The limits of a batch: groups that are looked up in a store at once, and facts in memory."""
FEW_NAMES = 2_000
"""A missing name is compared with all names of its kind, where there are no more than this."""
MAX_COMPARED = 20_000
"""The number of such comparisons in a run, which take about a second.

Past either limit, a hint is only found where it differs from the missing name in one letter.
"""
MANY_NAMES = 200_000
"""The names of a kind are held in memory, where there are no more than this."""
EXTERNAL = ("Broker/*",)
"""Entities that always exist elsewhere: Dispatch never stores a Broker (FACTS)."""
MAX_HINTS = 1_000
"""The number of different missing names in a run for which a hint is searched."""
MAX_ASKED = 100
"""The number of times that one group can search a hint."""


class ComparisonBudget:
    """The number of names that missing names may still be compared with."""

    def __init__(self, left: int = MAX_COMPARED) -> None:
        self._left = left

    def allows(self, names: int) -> bool:
        """Whether a missing name may be compared with so many names, which are then used up."""
        if names > min(FEW_NAMES, self._left):
            return False
        self._left -= names
        return True


class CorpusCheck(GroupMemo):
    """The check of one table of facts. It is the `World` of the rules that share the table.

    Args:
        table: the facts of the run.
        rules: the rules that share the table.
        closed: whether references to entities that are not there are dangling.
        kinds: the kinds that the run has documents of.
        store: the facts of a reference store, if there is one.
    """

    def __init__(
        self, table: Groups, rules: Sequence[Rule], settings: Settings, *,
        closed: bool, kinds: set[str], store: StoreFacts | None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._table, self._rules, self._settings = table, rules, settings
        self._store = store
        self.closed, self.kinds = closed, kinds
        self.not_judged = 0
        self._fetched: dict[str, list[Fact]] = {}
        """The facts of groups that the rules asked for, beside those of the current batch."""
        self._candidates: dict[tuple[str, str], list[str]] = {}
        """Names that are similar to a missing one, by kind and missing name."""
        self._names: dict[str, set[str]] = {}
        """The names of a kind, see `_read_names`."""
        self._budget = ComparisonBudget()
        # The candidates for the last missing name: uses of the same name follow each other.
        self._last_name = ("", "")
        self._last_candidates: dict[str, list[Fact]] = {}
        self._searches = 0
        """How often the current group searched a hint."""

    @property
    def stored(self) -> bool:
        return self._store is not None and self._store.store is not None

    def run(self, fail: Fail) -> Iterator[tuple[Rule, Judgement]]:
        """What the rules find in all groups, about documents of the run."""
        need_several = all(rule.judges_several for rule in self._rules)
        used = all(rule.judges_uses for rule in self._rules)
        # With a store, a group with one fact of the run can have further facts of the store.
        least = 2 if need_several and not used and self._store is None else 1
        for batch in self._table.batches(GROUPS, FACTS, least, used=used):
            groups = self._with_store(batch)
            self._prefetch(groups, fail)
            for group, facts in groups:
                self._searches = 0
                for rule in self._rules:
                    yield from self._check_group(rule, group, facts, fail)

    def _check_group(
        self, rule: Rule, group: str, facts: list[Fact], fail: Fail
    ) -> Iterator[tuple[Rule, Judgement]]:
        try:
            for judgement in map(checked_judgement, rule.judge(group, facts, self)):
                if not judgement.fact.stored:
                    yield rule, judgement
        except InputError:
            raise  # the store cannot be read: this is not the fault of the rule
        except FAILURES as error:
            fail(rule, facts[0], error)

    def _with_store(self, batch: list[tuple[str, list[Fact]]]) -> list[tuple[str, list[Fact]]]:
        """The groups of a batch, with the facts of the store added."""
        if self._store is None:
            return batch
        more = self._store.of([group for group, _ in batch])
        return [(group, facts + more[group] if group in more else facts) for group, facts in batch]

    def _prefetch(self, groups: list[tuple[str, list[Fact]]], fail: Fail) -> None:
        """Fetch the further groups that the rules need (`Rule.asks`), all in one query."""
        wanted: dict[str, None] = {}
        for rule in self._rules:
            for group, facts in groups if rule.has("asks") else ():
                try:
                    wanted |= dict.fromkeys(rule.asks(group, facts))
                except FAILURES as error:
                    fail(rule, facts[0], error)
        found = self._facts(list(wanted))
        self._fetched = {group: found.get(group, []) for group in wanted}

    def _facts(self, groups: list[str]) -> dict[str, list[Fact]]:
        """The facts of groups, of the run and of the store; groups without facts are left out."""
        found = self._table.some(groups)
        if self._store is not None and groups:
            for group, facts in self._store.of(groups).items():
                found[group] = found.get(group, []) + facts
        return found

    def group(self, name: str) -> Sequence[Fact]:
        if name not in self._fetched:
            self._fetched[name] = self._facts([name]).get(name, [])
        return self._fetched[name]

    def external(self, kind: str, name: str) -> bool:
        return is_external(self._settings, kind, name)

    def near(self, kind: str, name: str, fits: Callable[[Fact], bool]) -> list[str]:
        if (kind, name) not in self._candidates:
            if len(self._candidates) >= MAX_HINTS:
                return []
            self._candidates[kind, name] = self._similar_names(kind, name)
        candidates = self._candidates[kind, name]
        if self._last_name != (kind, name):
            self._last_name = (kind, name)
            self._last_candidates = self._facts([by_name(kind, near) for near in candidates])
        self._searches += 1
        if self._searches > MAX_ASKED:
            return []
        facts = self._last_candidates
        return [
            near for near in candidates if any(map(fits, facts.get(by_name(kind, near), ())))
        ][:3]  # fmt: skip

    def _similar_names(self, kind: str, name: str) -> list[str]:
        """Names of a kind that are similar to a missing one, best first."""
        names = self._names.get(kind)
        if names is None:
            names = self._names[kind] = self._read_names(kind)
        if self._budget.allows(len(names)):
            return nearest_few(name, sorted(names), 10, cutoff=0.6)
        similar = one_edit_away(name)
        if len(names) <= MANY_NAMES:
            return sorted(similar & names)
        found = self._facts([by_name(kind, near) for near in similar])
        return sorted(read_group(group)[1][1] for group in found)

    def _read_names(self, kind: str) -> set[str]:
        """The names of a kind; where there are more than `MANY_NAMES`, only some of them."""
        groups = islice(self._table.names(by_name(kind, "")), MANY_NAMES + 1)
        names = {read_group(group)[1][1] for group in groups}
        if self._store is not None and len(names) <= MANY_NAMES:
            names.update(self._store.names(kind, MANY_NAMES + 1))
        return names


def is_external(settings: Settings, kind: str, name: str) -> bool:
    """Whether an entity exists elsewhere: Dispatch never stores it, or the settings declare it."""
    return _any_of((*EXTERNAL, *settings.external)).match(f"{kind}/{name}") is not None


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that matches any of some globs (`fnmatch`)."""
    return re.compile("|".join(map(translate, globs)))


def check_corpus(
    tables: Tables, rules: Mapping[str, Sequence[Rule]], settings: Settings, *,
    closed: bool, kinds: set[str], store: StoreFacts | None, fail: Fail,
) -> tuple[dict[int, list[tuple[Rule, Judgement]]], int]:  # fmt: skip
    """Check the groups of every table of facts.

    Args:
        rules: the rules that share a table, by the name of the table.
        closed, kinds, store: as for `CorpusCheck`.

    Returns:
        The findings by the position of the source, and the number of references that the rules
        could not judge.
    """
    found: dict[int, list[tuple[Rule, Judgement]]] = defaultdict(list)
    not_judged = 0
    for name, sharing in rules.items():
        if store is not None:
            store.prepare(name, sharing, fail)
        check = CorpusCheck(
            tables.table(name), sharing, settings, closed=closed, kinds=kinds, store=store
        )
        for rule, judgement in check.run(fail):
            found[judgement.fact.source].append((rule, judgement))
        not_judged += check.not_judged
    return found, not_judged
