"""An index for editors, in which the rows of a source can be replaced when it changes."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.index.groups import (
    Members,
    by_name,
    document_of,
    keys_of,
    position_of,
    read_group,
    source_of,
)
from dispatch_lint.model.relations import ENTITY, FACT

if TYPE_CHECKING:
    from dispatch_lint.index.groups import Row

STORED_KEYS = "stored keys"
"""Stands for the keys of all stored entities, where somebody depends on them."""


def names_of(kind: str) -> str:
    """Stands for the names of a kind, where somebody depends on them."""
    return f"names\0{kind}"


class ChangingIndex:
    """The rows of sources in memory, by group.

    Args:
        order: a sort key for the position of a source, in the order of a run. Rows of a group are
            in that order.
    """

    def __init__(self, order: Callable[[int], Any]) -> None:
        self._order = order
        self._groups: dict[str, dict[int, list[tuple[int, Row]]]] = {}
        """By group and source, rows with their positions."""
        self._of_source: dict[int, dict[str, list[tuple[int, Row]]]] = {}
        self._members: dict[str, Members] = {}
        """Groups that were asked for since they changed."""
        self._names: dict[str, dict[str, None]] = {}
        """The names of each kind that entities have, or foreign keys name."""
        self._stored_keys: Counter[str] = Counter()

    def replace(self, source: int, rows: Iterable[tuple[str, int, Row]]) -> set[str]:
        """Replace the rows of one source.

        Args:
            rows: the group, the number of the document, and the row.

        Returns:
            What changed: groups, `names_of` kinds, and `STORED_KEYS`.
        """
        new: dict[str, list[tuple[int, Row]]] = {}
        for group, document, row in rows:
            new.setdefault(group, []).append((position_of(source, document), row))
        old = self._of_source.pop(source, {})
        if new:
            self._of_source[source] = new
        changed: set[str] = set()
        for group in old.keys() | new.keys():
            before, after = old.get(group, []), new.get(group, [])
            if _differ(before, after):
                self._replace_in(group, source, after, changed)
                self._count_keys(before, after, changed)
        return changed

    def remove(self, source: int) -> set[str]:
        """Remove the rows of one source; see `replace`."""
        return self.replace(source, ())

    def _replace_in(
        self, group: str, source: int, rows: list[tuple[int, Row]], changed: set[str]
    ) -> None:
        changed.add(group)
        self._members.pop(group, None)
        sources = self._groups.setdefault(group, {})
        existed = bool(sources)
        if rows:
            sources[source] = rows
        else:
            sources.pop(source, None)
        if not sources:
            del self._groups[group]
        by, rest = read_group(group)
        if by == "name" and existed != bool(sources):
            kind, name = rest
            changed.add(names_of(kind))
            if sources:
                self._names.setdefault(kind, {})[name] = None
            else:
                self._names[kind].pop(name, None)

    def _count_keys(
        self, before: list[tuple[int, Row]], after: list[tuple[int, Row]], changed: set[str]
    ) -> None:
        gone = Counter(keys_of(row for _, row in before))
        come = Counter(keys_of(row for _, row in after))
        if gone != come:
            changed.add(STORED_KEYS)
            self._stored_keys += come
            self._stored_keys -= gone

    # What is in it

    def groups_of(self, source: int) -> Collection[str]:
        """The groups that a source has rows in."""
        return self._of_source.get(source, {}).keys()

    def rows_of(self, source: int) -> Iterator[tuple[str, int, Row]]:
        """The rows of a source, as `replace` takes them."""
        for group, rows in self._of_source.get(source, {}).items():
            yield from ((group, document_of(position), row) for position, row in rows)

    def names(self, kind: str) -> Collection[str]:
        """The names of a kind that entities have, or foreign keys name."""
        return self._names.get(kind, {}).keys()

    def entities(self, kind: str) -> Iterator[str]:
        """The names of a kind that entities have."""
        for name in self._names.get(kind, ()):
            sources = self._groups[by_name(kind, name)]
            if any(row[0] == ENTITY for rows in sources.values() for _, row in rows):
                yield name

    def kinds(self) -> Collection[str]:
        """The kinds that entities have, or foreign keys name."""
        return self._names.keys()

    def members(self, group: str) -> Members | None:
        """The rows of a group; None where it has none. They must not be changed."""
        members = self._members.get(group)
        if members is None and group in self._groups:
            rows = [row for of_source in self._groups[group].values() for row in of_source]
            if len(self._groups[group]) > 1:
                rows.sort(key=lambda row: (self._order(source_of(row[0])), row[0]))
            members = self._members[group] = Members()
            for position, row in rows:
                members.add(position, row)
        return members

    def stored_keys(self) -> Collection[str]:
        """The keys of the entities in the stored form."""
        return self._stored_keys.keys()

    def focused_on(
        self, source: int, dependencies: set[str], pause: Callable[[], None]
    ) -> FocusedGroups:
        """All rows; only the groups in which one source has rows are to be checked.

        Args:
            dependencies: is filled with what the check asks for; see `replace`.
            pause: is called before each group.
        """
        return FocusedGroups(self, source, dependencies, pause)


class FocusedGroups:
    """The rows of all sources, of which the groups of one source are to be checked."""

    def __init__(
        self, index: ChangingIndex, source: int, dependencies: set[str], pause: Callable[[], None]
    ) -> None:
        self._index, self._source = index, source
        self._dependencies, self._pause = dependencies, pause

    def groups(self) -> Iterator[tuple[str, Members]]:
        """The groups to check, in the order of their names."""
        for group in sorted(self._index.groups_of(self._source)):
            self._pause()
            yield group, self._of(group)

    def some(self, groups: Iterable[str]) -> dict[str, Members]:
        """The rows of the named groups; those without rows are left out."""
        wanted = list(groups)
        self._dependencies.update(wanted)
        return {group: self._of(group) for group in wanted if self._index.members(group)}

    def _of(self, group: str) -> Members:
        """The rows of a group, to which those of a store may be added."""
        self._dependencies.add(group)
        members = self._index.members(group)
        if members is None:
            return Members()
        references = {row: array("q", at) for row, at in members.references.items()}
        return Members([*members.entities], references, [*members.former], [*members.facts])

    def stored_keys(self) -> Iterator[str]:
        """The keys of the entities in the stored form."""
        self._dependencies.add(STORED_KEYS)
        return iter(self._index.stored_keys())

    def names(self, kinds: Collection[str], limit: int) -> dict[str, set[str]]:
        """The names of the entities and foreign keys of some kinds; of each at most `limit`."""
        self._dependencies.update(map(names_of, kinds))
        return {kind: {*list(self._index.names(kind))[:limit]} for kind in kinds}


def _differ(before: list[tuple[int, Row]], after: list[tuple[int, Row]]) -> bool:
    """Whether rows of a group differ."""
    rows = before or after
    if (
        rows and rows[0][1][0] == FACT
    ):  # 1 equals True and is not the same; NaN is, and is not equal
        return repr(before) != repr(after)
    return before != after
