"""Fields that no schema declares, and what they were probably meant to be."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.documents.document import Document, Undeclared
from dispatch_lint.naming import lower_camel, nearest, read_foreign_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.shape import Shape


def find_undeclared(document: Document, kinds: tuple[str, ...]) -> list[Undeclared]:
    """Every undeclared field of a document, those inside declared objects included."""
    finder = _Finder(kinds)
    finder.look(document.value, document.schema.shape, ())
    return finder.found


MAX_GUESSES = 100
"""Names in a document for which the nearest declared one is looked for."""
MAX_REMEMBERED = 1_000
"""Names of which it is remembered what they stand for, where the same fields are missing."""
MAX_LETTERS = 64
"""Of a name that is remembered, or taken for another one that is written wrong."""


def repair(document: Document, reported: set[Path]) -> None:
    """Put misspelled fields under the names that they stand for, in a copy.

    One cause, one violation: what is reported as a slip is then judged as what was meant.
    """
    slips = [one for one in document.undeclared if one.meant and one.path in reported]
    if not slips:
        return
    document._uses = None
    renamed: dict[Path, str] = {}
    document.entity = _renamed(document.value, _by_place(slips), (), renamed)
    document.renamed = renamed


class _Slips:
    """The slips in a value: among its own fields, and inside of what it holds."""

    __slots__ = ("inside", "names")

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        """A field → what it was meant to be."""
        self.inside: dict[str | int, _Slips] = {}


def _by_place(slips: Iterable[Undeclared]) -> _Slips:
    root = _Slips()
    for slip in slips:
        at = root
        for step in slip.path[:-1]:
            at = at.inside.setdefault(step, _Slips())
        if slip.meant:
            at.names[slip.name] = slip.meant
    return root


def _renamed(value: Any, slips: _Slips | None, path: Path, renamed: dict[Path, str]) -> Any:
    """A value with its fields under the names that they stand for.

    Args:
        path: of the value, in new names.
        renamed: takes the new paths, each with the name that is written.
    """
    if slips is None:
        return value
    if isinstance(value, list):
        return [
            _renamed(item, slips.inside.get(index), (*path, index), renamed)
            for index, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for name, inner in value.items():
        new = slips.names.get(name) or name
        if new != name:
            renamed[(*path, new)] = name
        result[new] = _renamed(inner, slips.inside.get(name), (*path, new), renamed)
    return result


class Meaning(NamedTuple):
    """What an undeclared name stands for.

    Attributes:
        meant: the declared field; None where that is to be guessed.
    """

    meant: str | None
    case_only: bool


class _Missing:
    """The declared fields that a mapping lacks: one that is there is not what another stands for.

    Args:
        kinds: the names of all kinds.
    """

    def __init__(self, shape: Shape, value: dict[str, Any], kinds: tuple[str, ...]) -> None:
        self.shape, self._kinds = shape, kinds
        self.names = tuple(one for one in shape.properties if one not in value)

    @cached_property
    def lowered(self) -> dict[str, str]:
        """The fields by what differs from them in case only."""
        return {one.lower(): one for one in self.names}

    @cached_property
    def stems(self) -> dict[str, str]:
        """The fields by their names less the suffix of a foreign key."""
        if self.shape.stems is None:
            self.shape.stems = {one: _stem(one, self._kinds) for one in self.shape.properties}
        return {self.shape.stems[one]: one for one in self.names}


class _Finder:
    """Finds the undeclared fields of one document.

    Args:
        kinds: the names of all kinds.
    """

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.found: list[Undeclared] = []
        self._kinds = kinds
        self._guesses: dict[tuple[str, tuple[str, ...]], str | None] = {}

    def look(self, value: Any, shape: Shape, path: Path) -> None:
        """Look at a value, and at all that is inside it."""
        if isinstance(value, dict) and shape.properties:
            missing: _Missing | None = None
            for name, inner in value.items():
                known = shape.properties.get(name)
                if known is None:
                    if shape.values is None:
                        if missing is None:
                            missing = _Missing(shape, value, self._kinds)
                        meant, case_only = self._meant(name, missing)
                        self.found.append(
                            Undeclared(
                                (*path, name), name, inner, meant, case_only, shape.closed, shape
                            )
                        )
                elif isinstance(inner, dict | list) and (known.properties or known.items):
                    self.look(inner, known, (*path, name))
        elif isinstance(value, list) and shape.items is not None:
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    self.look(item, shape.items, (*path, index))

    def _meant(self, name: str, missing: _Missing) -> tuple[str | None, bool]:
        """The declared field that a name stands for, and whether they differ in case only."""
        # The same mistake is made in many documents.
        meanings, asked = missing.shape.meanings, (name, missing.names)
        known = meanings.get(asked)
        if known is None:
            known = self._meaning(name, missing)
            if len(meanings) < MAX_REMEMBERED and len(name) <= MAX_LETTERS:
                meanings[asked] = known
        return known.meant or self._guess(name, missing.names), known.case_only

    def _meaning(self, name: str, missing: _Missing) -> Meaning:
        if (meant := missing.lowered.get(name.lower())) is not None:
            return Meaning(meant, case_only=True)
        camel, stems = lower_camel(name), missing.stems
        foreign = read_foreign_key(name, self._kinds)
        proper = [camel, foreign.proper if foreign else "", foreign.stem if foreign else ""]
        # `imageName` for `image`, but also `image` for `imageName`, as the schema has it.
        proper += [stems[one] for one in (camel, *proper) if one and one in stems]
        return Meaning(next((one for one in proper if one in missing.names), None), case_only=False)

    def _guess(self, name: str, free: tuple[str, ...]) -> str | None:
        """The declared field that is nearest to a name; none where too many were looked for."""
        asked = (name, free)
        if asked not in self._guesses:
            if len(name) > MAX_LETTERS or len(self._guesses) >= MAX_GUESSES:
                return None
            self._guesses[asked] = nearest(name, free, cutoff=0.7 if len(name) > 4 else 0.6)
        return self._guesses[asked]


def _stem(name: str, kinds: tuple[str, ...]) -> str:
    foreign = read_foreign_key(name, kinds)
    return foreign.stem if foreign and foreign.suffix else ""
