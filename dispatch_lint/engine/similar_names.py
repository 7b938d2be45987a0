"""Names that a missing name is probably a misspelling of, at a bounded cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.naming import nearest_few, one_edit_away

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FEW_NAMES = 2_000
"""A missing name is compared with all names of its kind, where there are no more than this."""
MAX_COMPARED = 20_000
"""The number of such comparisons in a run, which take about a second.

Past either limit, a similar name is only found where it differs in one letter.
"""
MAX_MISSING = 1_000
"""The number of different missing names in a run for which similar ones are searched."""
CANDIDATES = 10


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
