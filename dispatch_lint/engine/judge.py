"""The check of what documents say of each other: groups of facts, a store's beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from fnmatch import translate
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from dispatch_lint.index.facts import Readings, by_name, read_group
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
"""Groups that a store is asked for at once, and facts of them that are held in memory."""
FEW_NAMES = 2_000
"""Up to so many names of a kind are compared one by one, to say which was meant."""
MAX_COMPARED = 20_000
"""So many times: a second. After that, only what differs in a letter is found, as among many."""
MANY_NAMES = 200_000
"""Up to so many are held in memory; of more, those that differ in a letter are looked up."""
EXTERNAL = ("Broker/*",)
"""What exists elsewhere whatever the settings say: Dispatch never stores a Broker (FACTS)."""
MAX_HINTS = 1_000
"""Different names of a run that a nearest one is looked for."""
MAX_ASKED = 100
"""Uses of one name, each of another organization or status, that a nearest one is looked for."""


class Comparing:
    """How many names may still be compared, one by one, with names that are missing."""

    def __init__(self, left: int = MAX_COMPARED) -> None:
        self._left = left

    def allows(self, names: int) -> bool:
        """Whether one more may be compared with so many; if so, it counts."""
        if names > min(FEW_NAMES, self._left):
            return False
        self._left -= names
        return True


class CorpusCheck(Readings):
    """The check of one table of facts: the `World` of the rules that share it.

    Args:
        closed: whether what is not there is missing.
        kinds: the kinds of which the run has documents.
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
        self._asked: dict[str, list[Fact]] = {}
        self._hints: dict[tuple[str, str], list[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._comparing = Comparing()
        # What was near to the last name: uses of one name come one after the other.
        self._near: tuple[tuple[str, str], dict[str, list[Fact]]] = (("", ""), {})
        self._times = 0
        """How often a group of facts asked what is near."""

    @property
    def stored(self) -> bool:
        return self._store is not None and self._store.store is not None

    def run(self, fail: Fail) -> Iterator[tuple[Rule, Judgement]]:
        """What the rules find in all groups, about documents of the run.

        Args:
            fail: is told of a rule that raises.
        """
        several = all(rule.judges_several for rule in self._rules)
        used = all(rule.judges_uses for rule in self._rules)
        # With a store, a single fact of the run meets those of the store only in its group.
        least = 2 if several and not used and self._store is None else 1
        for batch in self._table.batches(GROUPS, FACTS, least, used=used):
            groups = self._with_store(batch)
            self._look_up(groups, fail)
            for group, facts in groups:
                self._times = 0
                for rule in self._rules:
                    yield from self._ask(rule, group, facts, fail)

    def _ask(
        self, rule: Rule, group: str, facts: list[Fact], fail: Fail
    ) -> Iterator[tuple[Rule, Judgement]]:
        try:
            for judgement in rule.judge(group, facts, self):
                if not judgement.fact.stored:
                    yield rule, judgement
        except InputError:
            raise  # of the store: no rule is to blame
        except Exception as error:
            fail(rule, facts[0], error)

    def _with_store(self, batch: list[tuple[str, list[Fact]]]) -> list[tuple[str, list[Fact]]]:
        if self._store is None:
            return batch
        more = self._store.of([group for group, _ in batch])
        return [(group, facts + more[group] if group in more else facts) for group, facts in batch]

    def _look_up(self, groups: list[tuple[str, list[Fact]]], fail: Fail) -> None:
        """Have at hand what the rules will ask for, all of it by one look-up."""
        wanted: dict[str, None] = {}
        for rule in self._rules:
            for group, facts in groups if rule.has("asks") else ():
                try:
                    wanted |= dict.fromkeys(rule.asks(group, facts))
                except Exception as error:
                    fail(rule, facts[0], error)
        found = self._facts(list(wanted))
        self._asked = {asked: found.get(asked, []) for asked in wanted}

    def _facts(self, groups: list[str]) -> dict[str, list[Fact]]:
        found = self._table.some(groups)
        if self._store is not None and groups:
            for group, facts in self._store.of(groups).items():
                found[group] = found.get(group, []) + facts
        return found

    def group(self, name: str) -> Sequence[Fact]:
        if name not in self._asked:
            self._asked[name] = self._facts([name]).get(name, [])
        return self._asked[name]

    def external(self, kind: str, name: str) -> bool:
        return is_external(self._settings, kind, name)

    def near(self, kind: str, name: str, fits: Callable[[Fact], bool]) -> list[str]:
        if (kind, name) not in self._hints:
            if len(self._hints) >= MAX_HINTS:
                return []
            self._hints[kind, name] = self._candidates(kind, name)
        candidates = self._hints[kind, name]
        if self._near[0] != (kind, name):
            known = self._facts([by_name(kind, one) for one in candidates])
            self._near = ((kind, name), known)
        self._times += 1
        if self._times > MAX_ASKED:
            return []
        known = self._near[1]
        return [
            one for one in candidates if any(map(fits, known.get(by_name(kind, one), ())))
        ][:3]  # fmt: skip

    def _candidates(self, kind: str, name: str) -> list[str]:
        names = self._names.get(kind)
        if names is None:
            names = self._names[kind] = self._read_names(kind)
        if self._comparing.allows(len(names)):
            return nearest_few(name, sorted(names), 10, cutoff=0.6)
        # Of very many names only those are found that differ in one letter.
        near = one_edit_away(name)
        if len(names) <= MANY_NAMES:
            return sorted(near & names)
        found = self._facts([by_name(kind, one) for one in near])
        return sorted(read_group(group)[1][1] for group in found)

    def _read_names(self, kind: str) -> set[str]:
        """All names of a kind, or more than `MANY_NAMES` of them."""
        groups = islice(self._table.names(by_name(kind, "")), MANY_NAMES + 1)
        names = {read_group(group)[1][1] for group in groups}
        if self._store is not None and len(names) <= MANY_NAMES:
            names.update(self._store.names(kind, MANY_NAMES + 1))
        return names


def is_external(settings: Settings, kind: str, name: str) -> bool:
    """Whether an entity exists elsewhere: Dispatch never stores it, or the settings say so."""
    return _one_of((*EXTERNAL, *settings.external)).match(f"{kind}/{name}") is not None


@cache
def _one_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What matches any of some patterns, as `fnmatch` has them."""
    return re.compile("|".join(map(translate, patterns)))


def check_corpus(
    tables: Tables, rules: Mapping[str, Sequence[Rule]], settings: Settings, *,
    closed: bool, kinds: set[str], store: StoreFacts | None, fail: Fail,
) -> tuple[dict[int, list[tuple[Rule, Judgement]]], int]:  # fmt: skip
    """Check the groups of every table of facts.

    Args:
        rules: those that share each table, by its name.
        fail: is told of a rule that raises.

    Returns:
        What was found, by the position of the source; how many references could not be judged.
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
