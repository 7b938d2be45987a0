"""A schema as a tree that is walked beside a document: which fields are declared, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.model.location import follow
from dispatch_lint.model.reference import ReferenceTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.model.location import Path

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
"""The version of JSON Schema that generated schemas are written in."""


@dataclass(slots=True, eq=False, repr=False)  # generating unused methods delays the start
class Shape:
    """What a schema declares about one value.

    A shape without properties and items is user data: no naming rule applies inside it.

    Attributes:
        types: the allowed JSON types; empty for all.
        closed: fields that are not among the properties are errors.
        required: the fields that must be there.
        values: the shape of every value of a map.
        alternatives: the shapes that a value of a union may have, but for those that it is inside.
        has_patterns: fields whose names match a pattern are declared otherwise.
        reference: of a foreign key.
        kind: of an entity inside another.
        standard: the standard other than the guide that the names follow.
        source: the `file:line` of the definition.
    """

    types: frozenset[str] = frozenset()
    properties: dict[str, Shape] = field(default_factory=dict)
    closed: bool = False
    required: frozenset[str] = frozenset()
    items: Shape | None = None
    values: Shape | None = None
    alternatives: tuple[Shape, ...] = ()
    has_patterns: bool = False
    reference: ReferenceTarget | None = None
    kind: str = ""
    standard: str = ""
    source: str = ""
    description: str = ""
    pattern: str = ""
    _names: frozenset[str] | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of the properties, as one set for all who ask."""
        if self._names is None:
            self._names = frozenset(self.properties)
        return self._names

    @property
    def wants_string(self) -> bool:
        """Whether a string is allowed, so that dispatch converts other scalars to one."""
        return "string" in self.types

    @property
    def many(self) -> bool:
        """Whether a list is allowed."""
        return "array" in self.types

    def refuses(self, name: str) -> bool:
        """Whether a field is an error because the object is closed and does not declare it."""
        return bool(self.closed and self.properties) and name not in self.properties

    def inner(self, name: str) -> Shape | None:
        """The shape of a field, or None if the schema does not declare it, or only by a pattern."""
        return self.properties.get(name) or (None if self.has_patterns else self.values)

    def at(self, path: Path) -> Shape | None:
        """The shape at a path, or None if the schema does not declare it."""
        shape: Shape | None = self
        for step in path:
            if shape is None:
                return None
            shape = shape.items if isinstance(step, int) else shape.inner(step)
        return shape


def pointed(root: Any, pointer: str) -> Any:
    """The value that a JSON pointer, as `#/definitions/a`, leads to; None where there is none."""
    found = follow(root, pointer.split("/")[1:])
    return found[1] if found is not None else None


def schema_of_field(schema: Schema, name: str) -> Schema:
    """The schema of a field; empty where there is none, or it is `true` or `false`."""
    found = schema.get("properties", {}).get(name)
    return found if isinstance(found, dict) else {}


def compile_shape(schema: Schema, fields: dict[int, Shape] | None = None) -> Shape:
    """The tree of a self-contained schema; local `$ref` and `allOf` are followed.

    Args:
        fields: a cache of the shapes of fields, by the `id()` of their schemas, for schemas that
            share them.
    """
    return _compile(schema, schema, (), fields)


def _compile(
    schema: Schema, root: Schema, open_refs: tuple[str, ...], fields: dict[int, Shape] | None = None
) -> Shape:
    while isinstance(ref := schema.get("$ref"), str):  # what stands beside it does not count
        if ref in open_refs or not ref.startswith("#/"):
            return Shape()
        target = pointed(root, ref)
        if not isinstance(target, dict):
            return Shape()
        schema, open_refs = target, (*open_refs, ref)
        fields = None  # what follows ends where it repeats itself, which is not so elsewhere
    shape = Shape(
        types=_types(schema),
        reference=read_reference(schema.get("x-dispatch-reference")),
        kind=schema.get("x-dispatch-kind", ""),
        standard=schema.get("x-dispatch-standard", ""),
        source=schema.get("x-dispatch-source", ""),
        description=schema.get("description", ""),
        pattern=schema.get("pattern", ""),
    )
    for name, field_schema in schema.get("properties", {}).items():
        if isinstance(field_schema, dict):
            cached = None if fields is None else fields.get(id(field_schema))
            shape.properties[name] = cached or _compile(field_schema, root, open_refs, fields)
            if fields is not None:
                fields[id(field_schema)] = shape.properties[name]
    additional = schema.get("additionalProperties", True)
    shape.closed = additional is False
    shape.has_patterns = "patternProperties" in schema
    if isinstance(required := schema.get("required"), list):
        shape.required = frozenset(name for name in required if isinstance(name, str))
    if isinstance(additional, dict):
        shape.values = _compile(additional, root, open_refs, fields)
    if isinstance(schema.get("items"), dict):
        shape.items = _compile(schema["items"], root, open_refs, fields)
    shape.alternatives = tuple(
        _compile(part, root, open_refs, fields)
        if isinstance(part, dict) and part.keys().isdisjoint(("$ref", "allOf")) else Shape()
        for part in schema.get("anyOf", ())
    )  # fmt: skip
    for part in schema.get("allOf", ()):
        if not isinstance(part, dict):
            continue  # true or false: they declare nothing
        inner = _compile(part, root, open_refs, fields)
        shape.properties = inner.properties | shape.properties
        shape.types = shape.types or inner.types
        shape.required |= inner.required
        shape.items, shape.values = shape.items or inner.items, shape.values or inner.values
        shape.reference = shape.reference or inner.reference
    return shape


def _types(schema: Schema) -> frozenset[str]:
    types = schema.get("type")
    if isinstance(types, str):
        return frozenset([types])
    if isinstance(types, list):
        return frozenset(types)
    if isinstance(schema.get("const"), str) or "pattern" in schema:
        return frozenset(["string"])
    return frozenset()


def read_reference(value: object) -> ReferenceTarget | None:
    """The value of `x-dispatch-reference`; None where it is none."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return None
    return ReferenceTarget(value["kind"], "id" if value.get("by") == "id" else "name",
                     value.get("prefix", ""), value.get("key", ""))  # fmt: skip


class Route(NamedTuple):
    """A declared field, and the steps to it from the root of an entity.

    Attributes:
        steps: names of fields; `*` stands for each item of a list.
        parent: the shape of the object that has the field.
    """

    steps: tuple[str, ...]
    shape: Shape
    parent: Shape

    @property
    def name(self) -> str:
        return self.steps[-1]

    def __str__(self) -> str:
        return ".".join(self.steps)

    def walk(self, value: object) -> Iterator[tuple[Path, Any]]:
        """The path and value of every place in an entity that the route leads to."""
        steps = self.steps
        if len(steps) == 1:  # nearly always
            if isinstance(value, dict) and steps[0] in value:
                yield steps, value[steps[0]]
            return
        yield from _follow(value, steps, ())


def _follow(value: object, steps: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any]]:
    if not steps:
        yield path, value
    elif steps[0] == "*":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _follow(item, steps[1:], (*path, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from _follow(value[steps[0]], steps[1:], (*path, steps[0]))


def routes(shape: Shape, steps: tuple[str, ...] = ()) -> Iterator[Route]:
    """Every declared field, including those inside objects and lists of objects."""
    for name, field_shape in shape.properties.items():
        yield Route((*steps, name), field_shape, shape)
        yield from routes(field_shape, (*steps, name))
    if shape.items is not None:
        yield from routes(shape.items, (*steps, "*"))
