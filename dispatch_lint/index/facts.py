"""Facts for the corpus rules: the names of their groups, and tables of groups.

A group is named by what its facts have in common, a key, an ID or a name, so that a store can
look up the entities that belong to it (guide, Key; Name and IDs).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dispatch_lint.rule import Fact, Read

USE = "use"
"""The last item of the data of a fact about a foreign key."""
Payload = tuple[Any, ...]
"""The path, data, row key and place of a `Fact`: all but its document."""
FactRow = tuple[str, int, Payload]
"""A group, the number of the document, and the payload."""


def by_key(key: str) -> str:
    """The group of the entities that have, or had, a key."""
    return f"key\0{key}"


def by_id(identity: str) -> str:
    """The group of the entities that have, or had, an ID, and of the foreign keys to it."""
    return f"id\0{identity}"


def by_name(kind: str, name: str) -> str:
    """The group of the entities of a kind and name in all organizations, and of their referrers."""
    return f"name\0{kind}\0{name}"


def read_group(group: str) -> tuple[str, tuple[str, ...]]:
    """The parts of a group's name, such as `("name", ("Image", "nodejs"))`."""
    by, _, rest = group.partition("\0")
    return by, tuple(rest.split("\0", 1)) if by == "name" else (rest,)


def is_use(payload: Payload) -> bool:
    """Whether a fact is about a foreign key."""
    data = payload[1]
    return bool(data) and data[-1] == USE


class GroupMemo:
    """A memo of what rules compute from the group of facts that is checked: see `World.read`."""

    def __init__(self) -> None:
        self._memo_of: Sequence[Fact] | None = None
        self._memo: dict[Callable[[str, Sequence[Fact]], Any], Any] = {}

    def read(
        self, reader: Callable[[str, Sequence[Fact]], Read], group: str, facts: Sequence[Fact]
    ) -> Read:
        """The result of a function of a group, computed once for all rules that check the group."""
        if self._memo_of is not facts:
            self._memo_of, self._memo = facts, {}
        if reader not in self._memo:
            self._memo[reader] = reader(group, facts)
        result: Read = self._memo[reader]
        return result


class Groups(ABC):
    """A table of facts in groups. Some or all of the groups are to be checked."""

    @abstractmethod
    def groups(self, least: int = 1, *, used: bool = False) -> Iterator[tuple[str, list[Fact]]]:
        """The groups to check, in the order of their names.

        Args:
            least: groups with fewer facts are left out.
            used: groups without a fact about a foreign key are left out.
        """

    @abstractmethod
    def names(self, prefix: str) -> Iterator[str]:
        """The names of all groups that begin with a prefix."""

    @abstractmethod
    def some(self, groups: Iterable[str]) -> dict[str, list[Fact]]:
        """The facts of the named groups; those without facts are left out."""

    def batches(
        self, groups: int, facts: int, least: int = 1, *, used: bool = False
    ) -> Iterator[list[tuple[str, list[Fact]]]]:
        """The groups to check, several at a time.

        Args:
            groups, facts: a batch ends when it has this many of either.
            least, used: as for `groups`.
        """
        batch: list[tuple[str, list[Fact]]] = []
        held = 0
        for group in self.groups(least, used=used):
            batch.append(group)
            held += len(group[1])
            if len(batch) >= groups or held >= facts:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch


class Tables(Protocol):
    """Tables of facts by name."""

    def table(self, name: str) -> Groups:
        """A table by its name; an empty one where it has no facts."""
