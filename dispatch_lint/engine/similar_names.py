"""Names that a missing name is probably a misspelling of, at a bounded cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.naming import nearest_few, one_edit_away

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from dispatch_lint.index.groups import Groups
    from dispatch_lint.store.rows import StoreRows

FEW_NAMES = 2_000
"""A missing name is compared with all names of its kind, where there are no more than this."""
MAX_COMPARED = 20_000
"""The number of such comparisons in a run, which take about a second.

Past either limit, a similar name is only found where it differs in one letter.
"""
MAX_MISSING = 1_000
"""The number of different missing names in a run for which similar ones are searched."""
CANDIDATES = 10
"""The number of similar names that are found of one."""
_MANY_NAMES = 200_000
"""The names of a kind that a missing name is compared with, at most."""


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


def similar_names(name: str, names: AbstractSet[str], budget: ComparisonBudget) -> list[str]:
    """Names that are similar to a missing one, best first.

    Args:
        names: all names of its kind.
    """
    if budget.allows(len(names)):
        return nearest_few(name, sorted(names), CANDIDATES, cutoff=0.6)
    return sorted(one_edit_away(name) & names)


class SimilarNames:
    """The names that are similar to missing ones, of which a run searches a bounded number."""

    def __init__(self, groups: Groups, store: StoreRows | None) -> None:
        self._groups, self._store = groups, store
        self._budget = ComparisonBudget()
        self._names: dict[str, set[str]] = {}
        """The names of each kind that a name is missing of."""
        self._found: dict[tuple[str, str], list[str]] = {}

    @property
    def searched(self) -> int:
        """The number of missing names that were searched."""
        return len(self._found)

    def of(self, kind: str, name: str) -> Sequence[str] | None:
        """The names that are similar to a missing one, best first; none past the limit.

        None where they have not been searched yet.
        """
        found = self._found.get((kind, name))
        return () if found is None and self.searched >= MAX_MISSING else found

    def search(self, missing: Iterable[tuple[str, str]]) -> None:
        """Search the names that are similar to missing ones."""
        wanted = [name for name in missing if name not in self._found]
        wanted = wanted[: max(0, MAX_MISSING - len(self._found))]
        kinds = {kind for kind, _ in wanted} - self._names.keys()
        if kinds:
            self._names |= self._groups.names(kinds, _MANY_NAMES)
            if self._store is not None:
                for kind in kinds:
                    known = self._names.setdefault(kind, set())
                    known.update(self._store.names(kind, _MANY_NAMES))
        for kind, name in wanted:
            self._found[kind, name] = similar_names(
                name, self._names.get(kind, set()), self._budget
            )
