"""Bounds of schemas that settings name, checked before anything is compiled.

The compiler follows each `$ref` to its target: a few lines can stand for more than fits into
memory, or for a value that is validated without end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.schema.kind_schema import CatalogueError

if TYPE_CHECKING:
    from dispatch_lint.schema.shape import Schema

MAX_PARTS = 50_000
"""Schemas inside a schema, its references resolved."""
MAX_DEPTH = 100
MAX_PATTERN = 2_000
MAX_PATTERNS = 2_000
_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependencies")
"""Keywords whose schemas are about the same value as the schema around them."""
_OF_FIELDS = ("properties", "patternProperties")
"""Keywords that map names to schemas."""
_OF_VALUES = ("additionalProperties", "items", "additionalItems", "contains", "propertyNames")


def check_bounds(file: str, schema: Schema) -> None:
    """Refuse a schema that would take too long, or too much memory, to compile or to use.

    Raises:
        CatalogueError: it is beyond a bound; the message says which.
    """
    _Bounds(file, schema).check()


class _Place:
    """One value of a document, about which several parts of a schema may be.

    Attributes:
        repeated: the references that lead back, here, to a schema around it.
    """

    def __init__(self) -> None:
        self.repeated: set[str] = set()
        self._inner: dict[str, _Place] = {}

    def inner(self, name: str) -> _Place:
        """The place of a field, or of the items (`*`)."""
        return self._inner.setdefault(name, _Place())


class _Bounds:
    def __init__(self, file: str, root: Schema) -> None:
        self._file, self._root = file, root
        self._parts = self._patterns = 0

    def check(self) -> None:
        self._check_depth()
        self._walk(self._root, ("#",), ("#",), _Place(), 0)

    def _error(self, reason: str) -> CatalogueError:
        return CatalogueError(f"{self._file}: {reason}")

    def _check_depth(self) -> None:
        """Refuse values that are nested too deep, without recursion."""
        level: list[Any] = [self._root]
        for _ in range(2 * MAX_DEPTH):
            level = [
                inner for value in level if isinstance(value, (dict, list))
                for inner in (value.values() if isinstance(value, dict) else value)
            ]  # fmt: skip
            if not level:
                return
        raise self._error("the schema is nested too deep")

    def _walk(
        self, schema: Any, followed: tuple[str, ...], in_place: tuple[str, ...], place: _Place,
        depth: int,
    ) -> None:  # fmt: skip
        """Count the schemas inside a schema.

        Args:
            followed: the references on the way here.
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
            if reference in in_place:
                raise self._error(f"{reference} refers to itself for the same value")
            if reference in followed:
                if reference in place.repeated:  # the time doubles with each level of a document
                    raise self._error(f"{reference} refers to itself twice for the same value")
                place.repeated.add(reference)
                return
            target = self._target(reference)
            self._walk(target, (*followed, reference), (*in_place, reference), place, depth + 1)
            return
        for inner, name in _inside(schema):
            if name is None:
                self._walk(inner, followed, in_place, place, depth + 1)
            else:
                self._walk(inner, followed, (), place.inner(name), depth + 1)

    def _target(self, reference: str) -> Any:
        target: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/") if len(reference) > 1 else ():
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and name.isdigit() and int(name) < len(target):
                target = target[int(name)]
            else:
                target = target.get(name) if isinstance(target, dict) else None
        return target

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
