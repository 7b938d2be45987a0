"""Bounds of schemas that settings name, checked before anything is compiled.

The compiler follows each `$ref` to its target: a few lines can stand for more than fits into
memory, or for a value that is validated without end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.schema.keywords import check_keywords
from dispatch_lint.schema.kind_schema import CatalogueError
from dispatch_lint.schema.shape import DRAFT, pointed

if TYPE_CHECKING:
    from referencing._core import Resolver

    from dispatch_lint.schema.shape import Schema

MAX_PARTS = 50_000
"""Schemas inside a schema, its references resolved."""
MAX_DEPTH = 100
MAX_PATTERN = 2_000
MAX_PATTERNS = 2_000
_SHOWN = 200
"""Letters of a reference that a message shows."""
_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependencies")
"""Keywords whose schemas are about the same value as the schema around them."""
_OF_FIELDS = ("properties", "patternProperties")
"""Keywords that map names to schemas."""
_OF_VALUES = ("additionalProperties", "items", "additionalItems", "contains", "propertyNames")
_NO_SCHEMA = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What is raised where an identifier or a reference is not even a URI."""


def check_bounds(file: str, schema: Schema) -> None:
    """Refuse a schema that would take too long, or too much memory, to compile or to use.

    Raises:
        CatalogueError: it is beyond a bound; the message says which.
    """
    _Bounds(file, schema).check()


class _Place:
    """One value of a document, about which several parts of a schema may be.

    Attributes:
        repeated: the schemas around it, by identity, to which a reference leads back here.
    """

    def __init__(self) -> None:
        self.repeated: set[int] = set()
        self._inner: dict[str, _Place] = {}

    def inner(self, name: str) -> _Place:
        """The place of a field, or of the items (`*`)."""
        return self._inner.setdefault(name, _Place())


class _Bounds:
    def __init__(self, file: str, root: Schema) -> None:
        self._file, self._root = file, root
        self._parts = self._patterns = 0
        self._targets: set[int] = set()

    def check(self) -> None:
        is_plain = self._check_depth()
        # The whole is read as draft 7 whatever it says it is, and not by its address.
        check_keywords(self._file, self._root | {"$schema": DRAFT, "$id": "#"})
        root = (id(self._root),)
        self._walk(self._root, None if is_plain else self._resolver(), root, root, _Place(), 0)

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
            if target is not None and id(target) not in self._targets:
                self._targets.add(id(target))
                if target is not self._root:  # no keyword around it need make it a schema
                    check_keywords(self._file, target, reference[:_SHOWN])
            if id(target) in in_place:
                raise self._error(f"{reference} refers to itself for the same value")
            if id(target) in followed:
                if id(target) in place.repeated:  # the time doubles with each level of a document
                    raise self._error(f"{reference} refers to itself twice for the same value")
                place.repeated.add(id(target))
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
                self._walk(inner, at, followed, (), place.inner(name), depth + 1)

    def _target(self, reference: str, at: Resolver[Any] | None) -> tuple[Any, Resolver[Any] | None]:
        """The schema that a reference leads to, and what references mean there."""
        if at is None:
            return pointed(self._root, reference), None
        from referencing.exceptions import Unresolvable

        try:
            found = at.lookup(reference)
        except (Unresolvable, *_NO_SCHEMA):
            raise self._error(f"{reference} cannot be resolved") from None
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


def _inside(schema: Schema) -> Iterator[tuple[Any, str | None]]:
    """The schemas inside a schema, each with the field that it is about.

    `*` stands for other fields, and for items; None for the same value.
    """
    for keyword in _IN_PLACE:
        value = schema.get(keyword)
        if isinstance(value, dict) and keyword == "dependencies":
            yield from ((inner, None) for inner in value.values())
        elif isinstance(value, list):
            yield from ((inner, None) for inner in value)
        else:
            yield value, None
    for keyword in _OF_FIELDS:
        value = schema.get(keyword)
        if isinstance(value, dict):
            for name, inner in value.items():
                yield inner, name if keyword == "properties" else "*"
    for keyword in _OF_VALUES:
        value = schema.get(keyword)
        yield from ((inner, "*") for inner in (value if isinstance(value, list) else [value]))
