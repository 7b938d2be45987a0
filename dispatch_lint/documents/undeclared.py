"""Finds fields that no schema declares, and the declared fields that they probably stand for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.documents.document import Document, Undeclared
from dispatch_lint.model.reference import ReferenceTarget
from dispatch_lint.naming import lower_camel, only_nearest, read_foreign_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.shape import Shape


def find_undeclared(
    value: Any, shape: Shape, kinds: tuple[str, ...], explains: Callable[[Undeclared], bool]
) -> list[Undeclared]:
    """The fields of a value that its schema does not declare, in nested objects too.

    Args:
        kinds: the names of all kinds, to recognize the names of foreign keys.
        explains: whether a misspelled field is reported: then what is in it is that of the field
            that was meant.
    """
    finder = _Finder(kinds, explains)
    finder.look(value, shape, ())
    return finder.found


MAX_GUESSES = 100
"""The number of names in a document that are compared with all declared names."""
MAX_LETTERS = 64
"""A longer name is not compared with the declared names."""


def repaired(document: Document, reported: Iterable[Undeclared]) -> Document:
    """A document with misspelled fields under the names that were meant.

    One cause, one violation: where a field is reported as misspelled, other rules check it as the
    field that was meant.

    Args:
        reported: the undeclared fields that a rule reports.
    """
    slips = [field for field in reported if field.meant]
    if not slips:
        return document
    renamed: dict[Path, str] = {}
    entity = _renamed(document.value, _slip_tree(slips), (), renamed)
    return document._replace(entity=entity, renamed=renamed)


class _Slips:
    """The misspelled fields of a value, and those of the values in it.

    Attributes:
        names: a misspelled field → the name that was meant.
        inside: a field or index → the misspelled fields of the value there.
    """

    __slots__ = ("inside", "names")

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.inside: dict[str | int, _Slips] = {}


def _slip_tree(slips: Iterable[Undeclared]) -> _Slips:
    root = _Slips()
    for slip in slips:
        parent = root
        for step in slip.path[:-1]:
            parent = parent.inside.setdefault(step, _Slips())
        if slip.meant:
            parent.names[slip.name] = slip.meant
    return root


def _renamed(value: Any, slips: _Slips | None, path: Path, renamed: dict[Path, str]) -> Any:
    """A value with its misspelled fields under the names that were meant.

    Args:
        path: the path of the value, in the new names.
        renamed: is filled with the new paths → the name in the text.
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
    # Of several fields that stand for one, the last is taken: the others leave no path behind.
    last = {slips.names.get(name) or name: name for name in value}
    result: dict[str, Any] = {}
    for new, name in last.items():
        inner = value[name]
        if new != name:
            renamed[(*path, new)] = name
        result[new] = _renamed(inner, slips.inside.get(name), (*path, new), renamed)
    return result


class _Meaning(NamedTuple):
    """The declared field that an undeclared name stands for.

    Attributes:
        meant: the name of the field; None where none was found.
        case_only: it differs from `meant` in case only.
    """

    meant: str | None
    case_only: bool


class _Finder:
    """Finds the undeclared fields of one document.

    Args:
        kinds: the names of all kinds.
        explains: whether a misspelled field is reported.
    """

    def __init__(self, kinds: tuple[str, ...], explains: Callable[[Undeclared], bool]) -> None:
        self.found: list[Undeclared] = []
        self._kinds, self._explains = kinds, explains
        self._guesses = 0

    def look(self, value: Any, shape: Shape, path: Path) -> None:
        """Find the undeclared fields of a value, and of the values in it."""
        if isinstance(value, dict) and shape.properties:
            self._look_at_fields(value, shape, path)
        elif isinstance(value, list) and shape.items is not None:
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    self.look(item, shape.items, (*path, index))

    def _look_at_fields(self, value: dict[str, Any], shape: Shape, path: Path) -> None:
        free: tuple[str, ...] | None = None
        taken: set[str] = set()
        groups: dict[str, tuple[str, ...]] = {}
        first = len(self.found)
        for name, inner in value.items():
            declared = shape.properties.get(name)
            if declared is not None:
                self._look_inside(inner, declared, (*path, name))
            elif shape.values is None:
                if free is None:
                    free = tuple(field for field in shape.properties if field not in value)
                    taken = {field.lower() for field in value}
                    groups = _read_as_one(value, shape)
                group = groups.get(name.lower(), ())
                if group and (group[0] != name or not _are_free(group, shape)):
                    twins, (meant, case_only) = group, _Meaning(None, case_only=True)
                else:
                    twins, (meant, case_only) = (), self._meant(name, free, taken, shape)
                field = Undeclared(
                    (*path, name), name, inner, meant, case_only, shape.closed, shape, twins
                )
                self.found.append(field)
                if meant and isinstance(inner, dict | list) and self._explains(field):
                    self._look_inside(inner, shape.properties[meant], field.path)
        if len(self.found) > first and shape.required:
            self._take_place(value, shape, path, first)

    def _look_inside(self, value: Any, shape: Shape, path: Path) -> None:
        if isinstance(value, dict | list) and (shape.properties or shape.items):
            self.look(value, shape, path)

    def _take_place(self, value: dict[str, Any], shape: Shape, path: Path, first: int) -> None:
        """Let the only unknown field of an object stand for the only required one that is missing.

        One cause, one violation: `imageUrl` is `dockerUrl`, where the names have a word in common.

        Args:
            first: the position of the first undeclared field of the object, or of one inside it.
        """
        own = [
            number
            for number in range(first, len(self.found))
            if self.found[number].path[:-1] == path
        ]
        unknown = [
            number
            for number in own
            if self.found[number].meant is None and not self.found[number].twins
        ]
        taken = {self.found[number].meant for number in own}
        missing = [
            name for name in sorted(shape.required) if name not in value and name not in taken
        ]
        if len(unknown) != 1 or len(missing) != 1 or missing[0] not in shape.properties:
            return
        field = self.found[unknown[0]]
        fits = isinstance(field.value, str) and shape.properties[missing[0]].wants_string
        if fits and not _words(field.name).isdisjoint(_words(missing[0])):
            self.found[unknown[0]] = field._replace(meant=missing[0])

    def _meant(
        self, name: str, free: tuple[str, ...], taken: Collection[str], shape: Shape
    ) -> _Meaning:
        """The declared field that a name stands for.

        Args:
            free: the declared fields that are absent. One that is present was not misspelled.
            taken: the fields that are present, in lower case.
            shape: of the object that declares them.
        """
        if len(name) > MAX_LETTERS:
            return _by_spelling.__wrapped__(name, free, self._kinds)
        meaning = _by_spelling(name, free, self._kinds)
        if meaning.meant is None and lower_camel(name) in shape.properties:
            return meaning  # `source_path` beside `sourcePath`: no other field is meant
        if meaning.meant is None:
            meaning = _Meaning(_by_reference(name, free, shape, self._kinds), case_only=False)
        if meaning.meant is None and self._guesses < MAX_GUESSES:
            self._guesses += 1
            # Where the nearest field is there already, in any case, no farther one is meant.
            field = _nearest(name, tuple(shape.properties))
            is_free = field in free and str(field).lower() not in taken
            return _Meaning(field if is_free else None, case_only=False)
        return meaning


def _read_as_one(value: dict[str, Any], shape: Shape) -> dict[str, tuple[str, ...]]:
    """The fields of an object that dispatch reads as one declared field, in the order of the text.

    Returns:
        The name in lower case → the names; without those that nothing else is read as.
    """
    groups: dict[str, list[str]] = {field.lower(): [] for field in shape.properties}
    for name in value:
        names = groups.get(name.lower())
        if names is not None:
            names.append(name)
    return {lowered: tuple(names) for lowered, names in groups.items() if len(names) > 1}


def _are_free(names: Iterable[str], shape: Shape) -> bool:
    """Whether no schema declares any of these names: then the first stands for the declared field."""
    return shape.properties.keys().isdisjoint(names)


# Many documents have the same mistakes, and results depend on names only: they are memoized.


@lru_cache(maxsize=1_000)
def _by_spelling(name: str, free: tuple[str, ...], kinds: tuple[str, ...]) -> _Meaning:
    """The declared field that differs in case, style, or the suffix of a foreign key."""
    lowered = {field.lower(): field for field in free}
    if (field := lowered.get(name.lower())) is not None:
        return _Meaning(field, case_only=True)
    camel, stems = lower_camel(name), {_stem(field, kinds): field for field in free}
    foreign = read_foreign_key(name, kinds)
    proper = [camel, foreign.proper if foreign else "", foreign.stem if foreign else ""]
    # `imageName` for `image`, but also `image` for `imageName`, as the schema has it.
    proper += [stems[spelling] for spelling in (camel, *proper) if spelling and spelling in stems]
    meant = next((spelling for spelling in proper if spelling in free), None)
    return _Meaning(meant, case_only=False)


def _by_reference(
    name: str, free: tuple[str, ...], shape: Shape, kinds: tuple[str, ...]
) -> str | None:
    """The only foreign key to the kind that a name names: `type` of a Driver for `driverType`."""
    foreign = read_foreign_key(name, kinds)
    if foreign is None:
        return None
    wanted = ReferenceTarget(foreign.kind, "id" if foreign.by_id else "name")
    found = [field for field in free if shape.properties[field].reference == wanted]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1_000)
def _nearest(name: str, fields: tuple[str, ...]) -> str | None:
    return only_nearest(name, fields, cutoff=0.7 if len(name) > 4 else 0.6)


def _words(name: str) -> set[str]:
    """The words of a name, in lower case: `image` and `url` of `imageUrl`."""
    if len(name) > MAX_LETTERS:
        return set()
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


@lru_cache(maxsize=1_000)
def _stem(name: str, kinds: tuple[str, ...]) -> str:
    """A name without the suffix of a foreign key; empty where it has none."""
    foreign = read_foreign_key(name, kinds)
    return foreign.stem if foreign and foreign.suffix else ""
