"""Where schemas from Go are open, or the build chooses what they are, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.naming import count

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_types import Target
    from dispatch_lint.model.location import Location


class Notes:
    """What there is to say about what was read."""

    def __init__(self) -> None:
        self._problems: dict[DefinitionProblem, None] = {}
        self._unread: dict[str, dict[Location, str]] = {}

    def __iter__(self) -> Iterator[DefinitionProblem]:
        """Each of them once; a type that was not read is said at the first place that has it."""
        yield from self._problems
        for places in self._unread.values():
            (first, name), *others = places.items()
            more = f" ({count(len(others), 'further place')})" if others else ""
            yield DefinitionProblem(f"open: {name} was not read{more}", first)

    def add(self, message: str, location: Location) -> None:
        """Note something."""
        self._problems[DefinitionProblem(message, location)] = None

    def unread(self, path: str, name: str, location: Location) -> None:
        """Note that the values of a type are open, because its package was not read.

        Args:
            path: the type with the import path of its package.
            name: as the code has it.
        """
        self._unread.setdefault(path, {})[location] = name

    def variants(self, found: Sequence[Target]) -> None:
        """Note that build constraints choose between several types of one name."""
        places = ", ".join(str(target.declared.location) for target in found[1:])
        declared = found[0].declared
        self.add(f"the build tags choose the type {declared.name}, also declared at {places}: "
                 "the schema accepts each", declared.location)  # fmt: skip

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Forget what is noted inside of the block."""
        problems = self._problems.copy()
        unread = {path: places.copy() for path, places in self._unread.items()}
        yield
        self._problems, self._unread = problems, unread
