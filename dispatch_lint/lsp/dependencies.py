"""What the result of a file depends on: what its check asked for, of the other files.

A dependency is a group of the index, `names_of` a kind, `STORED_KEYS`, or one of those here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.reading import Reading
from dispatch_lint.documents.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

LOADING = "loading"
"""What results depend on while not all files have been read."""


class Dependents:
    """Which results depend on what. Files are known by the number of their source."""

    def __init__(self) -> None:
        self._of: dict[str, set[int]] = {}

    def replace(self, number: int, old: Collection[str], new: Collection[str]) -> None:
        """Replace what the result of a file depends on."""
        for dependency in set(old) - set(new):
            dependents = self._of[dependency]
            dependents.discard(number)
            if not dependents:
                del self._of[dependency]
        for dependency in set(new) - set(old):
            self._of.setdefault(dependency, set()).add(number)

    def on(self, changed: Iterable[str]) -> set[int]:
        """The files whose results depend on something that changed."""
        return {number for dependency in changed for number in self._of.get(dependency, ())}


def source_of(number: int) -> str:
    """Stands for the text of a source, where a result depends on it."""
    return f"source\0{number}"


def kind_of(kind: str) -> str:
    """Stands for whether there are documents of a kind, where a result depends on it."""
    return f"kind\0{kind}"


class Sources(list[Source]):
    """All sources, of which one is another than it is kept; nothing is copied."""

    def __init__(self, sources: list[Source], number: int, source: Source) -> None:
        super().__init__()
        self._sources, self._number, self._source = sources, number, source

    def __getitem__(self, number: Any) -> Any:
        return self._source if number == self._number else self._sources[number]


class Kinds(Collection[str]):
    """The kinds that there are documents of; what is asked for becomes a dependency."""

    def __init__(self, kinds: Counter[str], dependencies: set[str]) -> None:
        self._kinds, self._dependencies = kinds, dependencies

    def __contains__(self, kind: object) -> bool:
        self._dependencies.add(kind_of(str(kind)))
        return self._kinds[str(kind)] > 0

    def __iter__(self) -> Iterator[str]:
        return (kind for kind in self._kinds if kind in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Readings(Mapping[int, list[Reading]]):
    """What was read of each source; what is asked for becomes a dependency."""

    def __init__(
        self, readings: dict[int, list[Reading]], own: int, dependencies: set[str]
    ) -> None:
        self._readings, self._own, self._dependencies = readings, own, dependencies

    def __getitem__(self, number: int) -> list[Reading]:
        if number != self._own:
            self._dependencies.add(source_of(number))
        return self._readings[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._readings)

    def __len__(self) -> int:
        return len(self._readings)
