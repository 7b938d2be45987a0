"""Which entities a foreign key may mean (guide, Name and IDs)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from dispatch_lint.model.relations import GLOBAL

if TYPE_CHECKING:
    from dispatch_lint.model.relations import EntityRow, ReferenceRow

Item = TypeVar("Item")
MAX_MEANT = 5
"""Arrows of a graph to entities that one foreign key may mean: more tell nothing further."""
_ANY = object()
"""A key for all organizations, or for all containers."""
_FEW = 8
"""So many entities are compared one by one, without an index."""


class Targets(Generic[Item]):
    """The entities of a group, which may be in many organizations, indexed by visibility.

    Args:
        targets: each with what identifies it to the caller, such as its position or key.
    """

    def __init__(self, targets: Iterable[tuple[Item, EntityRow]]) -> None:
        self._targets = list(targets)
        self._positions: dict[tuple[object, object], list[int]] = {}
        """The positions of targets by organization and container."""

    def visible(self, reference: ReferenceRow) -> Iterator[tuple[Item, EntityRow]]:
        """The entities that fit a foreign key and are visible to it, in their order."""
        organizations: set[object] = {reference.organization, GLOBAL, None}
        for position in self._candidates(
            reference, organizations if reference.organization is not None else {_ANY}
        ):
            if reference.sees(self._targets[position][1]):
                yield self._targets[position]

    def fitting(self, reference: ReferenceRow) -> Iterator[tuple[Item, EntityRow]]:
        """The entities that fit a foreign key, visible or not, in their order."""
        for position in self._candidates(reference, {_ANY}):
            if reference.fits(self._targets[position][1]):
                yield self._targets[position]

    def _candidates(
        self, reference: ReferenceRow, organizations: Iterable[object]
    ) -> Iterable[int]:
        """The positions of the entities that can fit a foreign key, in some organizations."""
        if len(self._targets) <= _FEW:
            return range(len(self._targets))
        if not self._positions:
            for position, (_, target) in enumerate(self._targets):
                for organization in (target.organization, _ANY):
                    for container in (target.container, _ANY):
                        key = (organization, container)
                        self._positions.setdefault(key, []).append(position)
        from heapq import merge

        owner = reference.owner
        containers: set[object] = {owner, None} if owner is not None else {_ANY}
        return merge(
            *(
                self._positions.get((organization, container), ())
                for organization in organizations
                for container in containers
            )
        )


def newest(
    entities: Iterable[tuple[int, EntityRow]], is_replaced: Callable[[str], bool]
) -> list[tuple[int, EntityRow]]:
    """The entities of a group, without those of the store that a document of the run replaces.

    Args:
        is_replaced: whether a document in the stored form, which is the newer state, has a key.
    """
    return [
        (position, row) for position, row in entities if position >= 0 or not is_replaced(row.row)
    ]
