"""An index for editors, in which the facts of a source can be replaced when it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.index.facts import USE, Groups
from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    from dispatch_lint.index.facts import FactRow


class ChangingIndex:
    """The facts of sources in memory, by table and group."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, list[Fact]]] = {}
        self._groups_of: dict[int, dict[str, set[str]]] = {}
        """The groups that a source has facts in, by table."""

    def replace(self, source: int, facts: Mapping[str, Collection[FactRow]]) -> None:
        """Replace the facts of one source.

        Args:
            facts: the new facts by the name of the table.
        """
        self.remove(source)
        groups_of = self._groups_of[source] = {}
        for name, rows in facts.items():
            table = self._tables.setdefault(name, {})
            for group, document, payload in rows:
                table.setdefault(group, []).append(Fact(source, document, *payload))
            groups_of[name] = {group for group, _, _ in rows}

    def remove(self, source: int) -> None:
        """Remove the facts of one source."""
        for name, groups in self._groups_of.pop(source, {}).items():
            table = self._tables[name]
            for group in groups:
                facts = [fact for fact in table.pop(group) if fact.source != source]
                if facts:
                    table[group] = facts

    def focused_on(self, source: int) -> FocusedTables:
        """All facts, in tables that only check the groups in which one source has facts."""
        return FocusedTables(self._tables, source, self._groups_of.get(source, {}))


class FocusedTables(NamedTuple):
    """The facts of all sources, in tables that only check the groups of one source.

    Attributes:
        facts: the facts of all sources by table and group.
        source: the source. Its facts come last in each group, so that a duplicate is reported
            there, and not in a file that did not change.
        groups: the groups to check, by table.
    """

    facts: Mapping[str, Mapping[str, list[Fact]]]
    source: int
    groups: Mapping[str, Collection[str]]

    def table(self, name: str) -> Groups:
        """A table by its name; an empty one where it has no facts."""
        return _Table(self.facts.get(name, {}), self.source, self.groups.get(name, ()))


class _Table(Groups):
    def __init__(
        self, facts: Mapping[str, list[Fact]], source: int, groups: Collection[str]
    ) -> None:
        self._facts, self._source, self._groups = facts, source, groups

    def groups(self, least: int = 1, *, used: bool = False) -> Iterator[tuple[str, list[Fact]]]:
        for group in sorted(self._groups):
            facts = self._facts[group]
            if len(facts) < least:
                continue
            if used and not any(fact.data and fact.data[-1] == USE for fact in facts):
                continue
            yield group, self._ordered(facts)

    def names(self, prefix: str) -> Iterator[str]:
        return (group for group in self._facts if group.startswith(prefix))

    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        return {
            group: self._ordered(self._facts[group]) for group in groups if group in self._facts
        }

    def _ordered(self, facts: list[Fact]) -> list[Fact]:
        if len(facts) == 1:
            return facts
        return sorted(
            facts, key=lambda fact: (fact.source == self._source, fact.source, fact.document)
        )
