"""An index for editors, in which the rows of a source can be replaced when it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.index.groups import Members, keys_of, names_of_kinds, position_of, source_of

if TYPE_CHECKING:
    from dispatch_lint.index.groups import Row

GroupRows = dict[str, list[tuple[int, "Row"]]]
"""Rows with their positions, by group."""


class ChangingIndex:
    """The rows of sources in memory, by group."""

    def __init__(self) -> None:
        self._groups: GroupRows = {}
        self._groups_of: dict[int, set[str]] = {}
        """The groups that a source has rows in."""

    def replace(self, source: int, rows: Collection[tuple[str, int, Row]]) -> None:
        """Replace the rows of one source.

        Args:
            rows: the group, the number of the document, and the row.
        """
        self.remove(source)
        for group, document, row in rows:
            self._groups.setdefault(group, []).append((position_of(source, document), row))
        self._groups_of[source] = {group for group, _, _ in rows}

    def remove(self, source: int) -> None:
        """Remove the rows of one source."""
        for group in self._groups_of.pop(source, ()):
            rows = [row for row in self._groups.pop(group) if source_of(row[0]) != source]
            if rows:
                self._groups[group] = rows

    def focused_on(self, source: int) -> FocusedGroups:
        """All rows; only the groups in which one source has rows are to be checked."""
        return FocusedGroups(self._groups, source, self._groups_of.get(source, ()))


class FocusedGroups(NamedTuple):
    """The rows of all sources, of which the groups of one source are to be checked.

    Attributes:
        rows: of all sources.
        source: its rows come last in each group, so that a duplicate is reported there, and not in
            a file that did not change.
        checked: the groups to check.
    """

    rows: Mapping[str, list[tuple[int, Row]]]
    source: int
    checked: Collection[str]

    def groups(self) -> Iterator[tuple[str, Members]]:
        """The groups to check, in the order of their names."""
        for group in sorted(self.checked):
            yield group, self._members(group)

    def some(self, groups: Iterable[str]) -> dict[str, Members]:
        """The rows of the named groups; those without rows are left out."""
        return {group: self._members(group) for group in groups if group in self.rows}

    def stored_keys(self) -> Iterator[str]:
        """The keys of the entities in the stored form."""
        return keys_of(row for rows in self.rows.values() for _, row in rows)

    def names(self, kinds: Collection[str], limit: int) -> dict[str, set[str]]:
        """The names of the entities and foreign keys of some kinds; of each at most `limit`."""
        return names_of_kinds(self.rows, kinds, limit)

    def _members(self, group: str) -> Members:
        members = Members()
        rows = self.rows[group]
        if len(rows) > 1:
            rows = sorted(rows, key=lambda row: (source_of(row[0]) == self.source, row[0]))
        for position, row in rows:
            members.add(position, row)
        return members
