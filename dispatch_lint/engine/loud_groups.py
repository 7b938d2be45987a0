"""Which groups the rules may have something to say about, as several processes find out.

Beside a large store, most groups are in order. Other processes ask the rules about all of them, and
only name those that are not silent. About these the run asks again, by itself and in the usual
order, so that the number of processes never shows in a report.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from dispatch_lint.index.index import PARTITIONS
from dispatch_lint.model.errors import StoreError
from dispatch_lint.processes import NotStarted, Workers, processes_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dispatch_lint.engine.corpus_check import CorpusCheck
    from dispatch_lint.index.groups import Members
    from dispatch_lint.index.index import Index
    from dispatch_lint.store.entity_store import EntityStore

FEW_ROW_BYTES = 10_000_000
"""Fewer packed rows are asked about by one process."""
SHARES = 8
"""How many shares of the groups each process gets, one after the other."""
_AT_ONCE = 2_000
"""Groups that are looked up in the index at once."""


class SomeGroups:
    """Groups of which only some are to be checked; see `Groups`."""

    def __init__(self, index: Index, names: Sequence[str]) -> None:
        self._index, self._names = index, names

    def groups(self) -> Iterator[tuple[str, Members]]:
        """Those to check, in their order."""
        names = iter(self._names)
        while some := list(islice(names, _AT_ONCE)):
            found = self._index.some(some)
            yield from ((name, found[name]) for name in some)

    def some(self, groups: Iterable[str]) -> Mapping[str, Members]:
        """The rows of the named groups."""
        return self._index.some(groups)

    def stored_keys(self) -> Iterator[str]:
        """The keys of the entities in the stored form."""
        return self._index.stored_keys()

    def names(self, kinds: Collection[str], limit: int) -> dict[str, set[str]]:
        """The names of the entities and foreign keys of some kinds."""
        return self._index.names(kinds, limit)


def leave_out_silent(check: CorpusCheck, index: Index, jobs: int) -> None:
    """Leave groups out of a check about which no rule has a finding, fails, or wants to know more.

    Nothing changes where the store cannot be shared, or fails, where there are few groups, and where
    so many have findings that it would not pay.

    Args:
        jobs: the number of processes; 0 for one on each processor, where there are many groups.
    """
    processes = processes_for(jobs, index.packed_bytes, FEW_ROW_BYTES)
    open_store = check.share_store() if processes > 1 else None
    if open_store is None:
        return
    index.pack()  # the processes share its file, so none may write to it
    step = max(1, PARTITIONS // (processes * SHARES))
    shares = [range(at, min(at + step, PARTITIONS)) for at in range(0, PARTITIONS, step)]
    loud: list[str] = []
    asked = 0
    try:
        with Workers(_Search(check, index, open_store), shares, processes) as workers:
            for _, (names, count) in workers.in_order():
                loud += names
                asked += count
                if 2 * len(loud) > asked:
                    return
    except (NotStarted, StoreError):  # a server may have no further connection
        return
    check.confine(SomeGroups(index, loud))


class _Search:
    """What another process does: it reads the store by a connection of its own."""

    def __init__(
        self, check: CorpusCheck, index: Index, open_store: Callable[[], EntityStore]
    ) -> None:
        self._check, self._index, self._open_store = check, index, open_store
        self._opened = False

    def __call__(self, partitions: Iterable[int]) -> tuple[list[str], int]:
        """The names of the groups of some partitions that are not silent, and how many there are."""
        if not self._opened:
            self._check.read_store(self._open_store())
            self._opened = True
        loud, count = [], 0
        for name, is_silent in self._check.silence(self._index.groups(partitions)):
            count += 1
            if not is_silent:
                loud.append(name)
        return loud, count
