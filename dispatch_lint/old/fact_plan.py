"""How documents that are alike come to their facts: from the words of a few fields.

What rules collect of them differs in nothing but the names of the groups. So rules are asked once
for the patterns, and every document fills them in. The words wait until there are many of them:
tables take a thousand facts that say the same in a third of the time of a thousand calls.
"""

from __future__ import annotations

from itertools import compress, count
from typing import TYPE_CHECKING, Any, TypeAlias

from dispatch_lint.index.facts import FactTable, Said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dispatch_lint.rule import FactPattern

_Words: TypeAlias = "str | list[str]"
"""What stands in a field: a word, or a list of words."""
_MANY = 2_000
"""Documents whose words wait."""
_MOST_ITEMS = 100
"""Items of a list that are told from each other by columns of their own."""


class FactPlans:
    """The plans of a run, and how many documents wait in them."""

    def __init__(self) -> None:
        self._plans: list[FactPlan] = []
        self.waiting = 0

    def make(
        self, patterns: Iterable[tuple[FactTable, FactPattern]], fields: Collection[str],
        asked: Sequence[Any] = (),
    ) -> FactPlan | None:  # fmt: skip
        """The plan of documents with some fields; None where none of them can follow it.

        Args:
            patterns: of facts, each with the table that keeps them.
            asked: see `FactPlan`.
        """
        there = []
        names: dict[str, bool] = {}
        for table, one in patterns:
            if one.field in fields:
                there.append((table, one))
                if not one.other and names.setdefault(one.field, one.names) != one.names:
                    return None
            elif one.needed:
                return None
        plan = FactPlan(self, there, asked)
        self._plans.append(plan)
        return plan

    def settle(self) -> None:
        """Give the tables what waits for them."""
        if self.waiting:
            self.waiting = 0
            for plan in self._plans:
                plan.settle()


class FactPlan:
    """The patterns of the facts of documents that have the same fields.

    Args:
        plans: those that this one is among.
        patterns: each with the table that keeps its facts.
        asked: whoever has to be asked for other facts of each document.
    """

    def __init__(
        self, plans: FactPlans, patterns: Iterable[tuple[FactTable, FactPattern]],
        asked: Sequence[Any],
    ) -> None:  # fmt: skip
        self._plans, self.asked = plans, asked
        self._empty: list[tuple[str, str]] = []
        """The fields in which nothing may be, or no tag of a key."""
        columns: dict[str, _Column] = {}
        for table, one in patterns:
            if one.other:
                self._empty.append((one.field, one.key))
            else:
                columns.setdefault(one.field, _Column()).add(table, one)
        self._columns = list(columns.values())
        # Plain tuples of what is asked of every document.
        self._asked = [(name, one.needed, one.names) for name, one in columns.items()]
        self._rows: list[list[_Words]] = []
        self._places: list[int] = []

    def keep(self, value: dict[str, Any], place: int) -> bool:
        """Keep the facts of a document; False, and nothing kept, where it has others.

        Args:
            value: has the fields that the plan was made for.
            place: the numbers of source and document, 32 bits each.
        """
        for field, key in self._empty:
            inside = value[field]
            if inside and (not key or _has_tag(inside, key)):
                return False
        row: list[_Words] = []
        for field, needed, names in self._asked:
            said = value[field]
            if type(said) is str:
                if (names and "/" in said) or (needed and not said):
                    return False
                row.append(said)
            elif names and type(said) is list:
                if len(said) > _MOST_ITEMS:
                    return False
                for item in said:
                    if type(item) is not str or "/" in item:
                        return False
                row.append(said)
            elif needed or said:
                return False
            else:
                row.append("")
        self._rows.append(row)
        self._places.append(place)
        plans = self._plans
        plans.waiting += 1
        if plans.waiting >= _MANY:
            plans.settle()
        return True

    def settle(self) -> None:
        """Give the tables what waits for them."""
        if not self._rows:
            return
        for column, several in zip(self._columns, zip(*self._rows, strict=True), strict=True):
            column.settle(several, self._places)
        self._rows.clear()
        self._places.clear()


class _Column:
    """One field of documents that are alike: what facts its words make, and the items of lists.

    Attributes:
        needed, names: as of its patterns.
    """

    def __init__(self) -> None:
        self.needed = self.names = False
        # The prefix of groups, their table, and what is said; None where it is seldom wanted.
        self._kept: list[tuple[str, FactTable, Said | None]] = []
        self._items: list[_Column] = []
        """Of the first items of lists, of the second ones, …"""

    def add(self, table: FactTable, pattern: FactPattern) -> None:
        """Make a fact of each word."""
        self.needed |= pattern.needed
        self.names = pattern.names
        said = None if pattern.seldom else Said((pattern.path, pattern.data, "", ""))
        self._kept.append((pattern.prefix, table, said))

    def _numbered(self, index: int) -> _Column:
        column = _Column()
        for prefix, table, said in self._kept:
            if said is not None:
                path, *rest = said.what
                column._kept.append((prefix, table, Said(((*path, index), *rest))))
        return column

    def settle(self, several: Sequence[_Words], places: Sequence[int]) -> None:
        """Give the tables the facts of what stands in the field.

        Args:
            places: of the documents, one for each; that of an empty word counts for nothing.
        """
        words = [one for one in several if type(one) is str and one]
        if len(words) < len(several):
            lists = [one for one in several if type(one) is list]
            self._settle_items(lists, compress(places, [type(one) is list for one in several]))
            places = list(compress(places, [type(one) is str and one for one in several]))
        for prefix, table, said in self._kept:
            groups = [prefix + word for word in words]
            if said is not None:
                table.keep_all(groups, places, said)
            elif table.note_all is not None:
                table.note_all(groups, places)

    def _settle_items(self, lists: Sequence[Sequence[str]], places: Iterable[int]) -> None:
        """The same of the items of lists: those of one number have a column of their own."""
        places = list(places)
        for index in count():
            are_longer = [len(items) > index for items in lists]
            lists, places = list(compress(lists, are_longer)), list(compress(places, are_longer))
            if not lists:
                break
            if index == len(self._items):
                self._items.append(self._numbered(index))
            self._items[index].settle([items[index] for items in lists], places)


def _has_tag(value: Any, key: str) -> bool:
    """Whether a tag of a key may be among some, a mapping or a list of key and value."""
    if type(value) is not list:
        return type(value) is not dict or key in value
    for one in value:  # noqa: SIM110 (`any` takes twice as long)
        if type(one) is not dict or one.get("key") == key:
            return True
    return False
