"""The layout of a graph: boxes in columns, each to the right of the boxes that refer to it.

The method of Sugiyama: break circles, give each box a column, order each column so that few arrows
cross, then set the places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.graph.model import Graph

_ROUNDS = 12
_MAX_BENDS = 50_000
"""With more bends, arrows are straight: thousands of arrows can each pass thousands of columns."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of boxes, from left to right, each from top to bottom.

    Attributes:
        alone: boxes without an arrow.
        ways: the bends of each arrow that passes columns, one in each of them. Bends have places
            in the columns too, so that no box is on the way.
    """

    columns: Sequence[Sequence[str]]
    alone: Sequence[str]
    ways: Mapping[tuple[str, str], Sequence[str]]


def arrange(graph: Graph) -> Layout:
    """A layout that is the same each time."""
    arrows = {(edge.source, edge.target) for edge in graph.edges if edge.source != edge.target}
    linked = {name for arrow in arrows for name in arrow}
    names = [node.name for node in graph.nodes if node.name in linked]
    alone = [node.name for node in graph.nodes if node.name not in linked]
    if not names:
        return Layout((), alone, {})
    forward = _without_circles(names, sorted(arrows))
    depth = _depths(names, forward)
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in names:
        columns[depth[name]].append(name)
    ways = _ways(sorted(arrows), depth)
    steps: set[tuple[str, str]] = set()
    for (source, target), bends in ways.items():
        chain = [source, *bends, target]
        steps |= set(pairwise(chain))
        first = min(depth[source], depth[target])
        for index, bend in enumerate(bends):
            columns[first + 1 + index].append(bend)
    neighbours = _neighbours(steps)
    for turn in range(_ROUNDS):
        order = range(1, len(columns)) if turn % 2 == 0 else range(len(columns) - 2, -1, -1)
        place = _places(columns)
        for index in order:
            columns[index].sort(key=lambda name: (_middle(name, neighbours, place), name))
            place |= _places([columns[index]])
    return Layout(columns, alone, ways)


def _ways(
    arrows: Sequence[tuple[str, str]], depth: Mapping[str, int]
) -> dict[tuple[str, str], list[str]]:
    """The bends of each arrow; no box has a name like theirs."""
    passed = {
        (source, target): max(0, depth[target] - depth[source] - 1) for source, target in arrows
    }
    if sum(passed.values()) > _MAX_BENDS:
        return {arrow: [] for arrow in passed}
    return {
        (source, target): [f"\0{source}\0{target}\0{index}" for index in range(columns)]
        for (source, target), columns in passed.items()
    }


def _without_circles(
    names: Sequence[str], arrows: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The arrows without those that close a circle."""
    targets: dict[str, list[str]] = {}
    for source, target in arrows:
        targets.setdefault(source, []).append(target)
    state: dict[str, int] = {}
    kept = []
    for start in names:
        stack = [(start, iter(targets.get(start, ())))] if start not in state else []
        if stack:
            state[start] = 1
        while stack:
            name, rest = stack[-1]
            target = next(rest, "")
            if not target:
                state[name] = 2
                stack.pop()
            elif state.get(target) != 1:
                kept.append((name, target))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(targets.get(target, ()))))
    return kept


def _depths(names: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The column of each box: to the right of all boxes that refer to it."""
    targets: dict[str, list[str]] = {}
    for source, target in arrows:
        targets.setdefault(source, []).append(target)
    entering = Counter(target for _, target in arrows)
    first = [name for name in names if not entering[name]]
    depth = dict.fromkeys(names, 0)
    ready = list(first)  # all that refer to them have their column
    while ready:
        source = ready.pop()
        for target in targets.get(source, ()):
            depth[target] = max(depth[target], depth[source] + 1)
            entering[target] -= 1
            if not entering[target]:
                ready.append(target)
    # What refers to others goes next to the nearest of them, instead of far to the left.
    for name in first:
        if name in targets:
            depth[name] = min(depth[target] for target in targets[name]) - 1
    return depth


def _neighbours(arrows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, target in sorted(arrows):
        found.setdefault(source, []).append(target)
        found.setdefault(target, []).append(source)
    return found


def _places(columns: Sequence[Sequence[str]]) -> dict[str, float]:
    """How far down each box is, from 0 to 1."""
    return {
        name: (index + 0.5) / len(column) for column in columns for index, name in enumerate(column)
    }


def _middle(name: str, neighbours: Mapping[str, list[str]], place: Mapping[str, float]) -> float:
    near = [place[neighbour] for neighbour in neighbours.get(name, ()) if neighbour in place]
    return sum(near) / len(near) if near else 0.5
