"""Bounds of schemas that settings name, checked before anything is compiled.

The compiler follows each `$ref` to its target: a few lines can stand for more than fits into
memory, or for a value that is validated without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.schema.keywords import check_keywords
from dispatch_lint.schema.kind_schema import CatalogueError
from dispatch_lint.schema.patterns import fits
from dispatch_lint.schema.shape import DRAFT, pointed

if TYPE_CHECKING:
    from referencing._core import Resolver

    from dispatch_lint.schema.shape import Schema

MAX_PARTS = 50_000
"""Schemas inside a schema, its references resolved."""
MAX_DEPTH = 100
MAX_PATTERN = 2_000
MAX_PATTERNS = 2_000
MAX_COMPARED = 1_000_000
"""Pairs of places that are compared."""
_SHOWN = 200
"""Letters of a reference that a message shows."""
_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependencies")
"""Keywords whose schemas are about the same value as the schema around them."""
_OF_ITEMS = ("items", "additionalItems", "contains")
_NO_SCHEMA = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What is raised where an identifier or a reference is not even a URI."""


def check_bounds(file: str, schema: Schema) -> None:
    """Refuse a schema that would take too long, or too much memory, to compile or to use.

    Raises:
        CatalogueError: it is beyond a bound, a keyword has a value that it cannot have, or a
            reference leads to nothing in the schema; the message says which.
    """
    _Bounds(file, schema).check()


class _Fields(NamedTuple):
    """The fields of a mapping that a keyword is about.

    Attributes:
        pattern: that their names match; empty for all.
        but_not: the names of other fields.
    """

    pattern: str = ""
    but_not: frozenset[str] = frozenset()


_ITEM, _NAME = 0, 1
_Step = str | int | _Fields
"""A field, the fields that a keyword is about, an item of a list (0), or the name of a field (1)."""
_Place = tuple[_Step, ...]
"""The way to one value of a document, or to several."""


class _Bounds:
    def __init__(self, file: str, root: Schema) -> None:
        self._file, self._root = file, root
        self._parts = self._patterns = 0
        self._targets: set[int] = set()
        self._repeated: dict[int, tuple[set[_Place], list[_Place]]] = {}
        """Schemas, by identity, to which a reference leads back from inside, with the places there:
        those of one value, and those of several."""
        self._compared = 0

    def check(self) -> None:
        is_plain = self._check_depth()
        # The whole is read as draft 7 whatever it says it is, and not by its address.
        check_keywords(self._file, self._root | {"$schema": DRAFT, "$id": "#"})
        root = (id(self._root),)
        self._walk(self._root, None if is_plain else self._resolver(), root, root, (), 0)

    def _error(self, reason: str) -> CatalogueError:
        return CatalogueError(f"{self._file}: {reason}")

    def _check_depth(self) -> bool:
        """Refuse values that are nested too deep, without recursion.

        Returns:
            Whether each reference is a JSON pointer into the schema as it is written.
        """
        is_plain = True
        level: list[Any] = [self._root]
        for _ in range(2 * MAX_DEPTH):
            is_plain = is_plain and all(map(_is_plain, level))
            level = [
                inner for value in level if isinstance(value, (dict, list))
                for inner in (value.values() if isinstance(value, dict) else value)
            ]  # fmt: skip
            if not level:
                return is_plain
        raise self._error("the schema is nested too deep")

    def _walk(
        self, schema: Any, at: Resolver[Any] | None, followed: tuple[int, ...],
        in_place: tuple[int, ...], place: _Place, depth: int,
    ) -> None:  # fmt: skip
        """Count the schemas inside a schema.

        Args:
            at: what references mean here; None where each is a pointer.
            followed: the schemas that references led to, on the way here, by identity.
            in_place: those of them since the value of the document was the same.
            place: that value.
        """
        if not isinstance(schema, dict):
            return
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise self._error(f"its references lead to more than {MAX_PARTS:,} schemas")
        if depth > MAX_DEPTH:
            raise self._error(f"its references lead deeper than {MAX_DEPTH} levels")
        self._check_pattern(schema)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target, at = self._target(reference, at)
            if id(target) not in self._targets:
                self._targets.add(id(target))
                if target is not self._root:  # no keyword around it need make it a schema
                    check_keywords(self._file, target, reference[:_SHOWN])
            if id(target) in in_place:
                raise self._error(f"{reference} refers to itself for the same value")
            if id(target) in followed:
                if self._is_repeated(id(target), place):  # the time doubles with each level
                    raise self._error(f"{reference} refers to itself twice for the same value")
                return
            self._walk(
                target, at, (*followed, id(target)), (*in_place, id(target)), place, depth + 1
            )
            return
        if at is not None and "$id" in schema:
            at = self._inside(schema, at)
        for inner, name in _inside(schema):
            if name is None:
                self._walk(inner, at, followed, in_place, place, depth + 1)
            else:
                self._walk(inner, at, followed, (), (*place, name), depth + 1)

    def _is_repeated(self, target: int, place: _Place) -> bool:
        """Whether a reference to a schema around it stands at a place where there is one already."""
        single, several = self._repeated.setdefault(target, (set(), []))
        is_several = any(isinstance(step, _Fields) for step in place)
        others = [*several, *single] if is_several else several
        self._compared += len(others)
        if self._compared > MAX_COMPARED:
            raise self._error("too many of its references lead back to the schemas around them")
        if place in single or any(_may_be_one(place, other) for other in others):
            return True
        if is_several:
            several.append(place)
        else:
            single.add(place)
        return False

    def _target(self, reference: str, at: Resolver[Any] | None) -> tuple[Any, Resolver[Any] | None]:
        """The schema that a reference leads to, and what references mean there."""
        if at is None:
            target = pointed(self._root, reference)
            if target is None:  # the compiler might find something: it also takes `+1` for an index
                raise self._error(f"{reference[:_SHOWN]} cannot be resolved")
            return target, None
        from referencing.exceptions import Unresolvable

        try:
            found = at.lookup(reference)
        except (Unresolvable, *_NO_SCHEMA):
            raise self._error(f"{reference[:_SHOWN]} cannot be resolved") from None
        return found.contents, found.resolver

    def _resolver(self) -> Resolver[Any]:
        """What the references of the schema mean, where it has identifiers, or URIs for pointers."""
        from referencing import Registry
        from referencing.jsonschema import DRAFT7

        try:
            root = DRAFT7.create_resource(self._root)
            registry: Registry[Any] = Registry()
            return registry.resolver_with_root(root)
        except _NO_SCHEMA:
            raise self._error("its identifiers cannot be read") from None

    def _inside(self, schema: Schema, at: Resolver[Any]) -> Resolver[Any]:
        from referencing.jsonschema import DRAFT7

        try:
            return at.in_subresource(DRAFT7.create_resource(schema))
        except _NO_SCHEMA:
            raise self._error("its identifiers cannot be read") from None

    def _check_pattern(self, schema: Schema) -> None:
        named = schema.get("patternProperties")
        patterns = [schema.get("pattern"), *(named if isinstance(named, dict) else ())]
        for pattern in patterns:
            if isinstance(pattern, str):
                self._patterns += 1
                if len(pattern) > MAX_PATTERN:
                    raise self._error(f"a pattern is longer than {MAX_PATTERN} characters")
        if self._patterns > MAX_PATTERNS:
            raise self._error(f"it has more than {MAX_PATTERNS} patterns")


def _is_plain(value: Any) -> bool:
    """Whether a value has no identifier, and no reference but a JSON pointer as it is written."""
    if not isinstance(value, dict):
        return True
    reference = value.get("$ref")
    is_pointer = not isinstance(reference, str) or (
        (reference == "#" or reference.startswith("#/")) and "%" not in reference
    )
    return is_pointer and not isinstance(value.get("$id"), str)


def _may_be_one(place: _Place, other: _Place) -> bool:
    """Whether two places may be the same one in a document."""
    return len(place) == len(other) and all(map(_may_meet, place, other))


def _may_meet(step: _Step, other: _Step) -> bool:
    if isinstance(step, _Fields):
        step, other = other, step
    if not isinstance(other, _Fields):
        return step == other
    if not isinstance(step, str):
        return isinstance(step, _Fields)  # two patterns may have a name in common
    try:
        return step not in other.but_not and (not other.pattern or fits(other.pattern, step))
    except ValueError:  # it is no pattern: the compiler refuses the schema
        return True


def _inside(schema: Schema) -> Iterator[tuple[Any, _Step | None]]:
    """The schemas inside a schema, each with what it is about; None for the same value."""
    for keyword in _IN_PLACE:
        value = schema.get(keyword)
        if isinstance(value, dict) and keyword == "dependencies":
            yield from ((inner, None) for inner in value.values())
        elif isinstance(value, list):
            yield from ((inner, None) for inner in value)
        else:
            yield value, None
    for name, inner in _named(schema, "properties"):
        yield inner, name
    for pattern, inner in _named(schema, "patternProperties"):
        yield inner, _Fields(pattern)
    yield (
        schema.get("additionalProperties"),
        _Fields("", frozenset(name for name, _ in _named(schema, "properties"))),
    )
    yield schema.get("propertyNames"), _NAME
    for keyword in _OF_ITEMS:
        value = schema.get(keyword)
        yield from ((inner, _ITEM) for inner in (value if isinstance(value, list) else [value]))


def _named(schema: Schema, keyword: str) -> Iterable[tuple[str, Any]]:
    value = schema.get(keyword)
    return value.items() if isinstance(value, dict) else ()
