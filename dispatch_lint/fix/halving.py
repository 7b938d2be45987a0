"""Which of several changes can be made together, found by halving."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
MOST_TRIES = 50


def find_holding(
    items: Sequence[Item], holds: Callable[[list[Item]], bool], most: int = MOST_TRIES
) -> tuple[list[Item], list[Item]]:
    """Of changes that do not hold together, those that do, and the others.

    Args:
        holds: tells whether some changes hold together; it is not asked about all of them.
        most: how often it is asked; what is undecided then counts among the others.
    """
    holding: list[Item] = []
    others: list[Item] = []
    waiting, tries = [list(items)], 0
    is_first = True  # all of them: the caller knows that these do not hold
    while waiting:
        group = waiting.pop()
        if not is_first and tries < most:
            tries += 1
            if holds(holding + group):
                holding += group
                continue
        is_first = False
        if len(group) == 1 or tries == most:
            others += group
        else:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return holding, others
