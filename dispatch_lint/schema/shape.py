"""A schema as a tree to walk beside a document: which fields are declared, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.model.location import Path

Schema = dict[str, Any]


@dataclass(slots=True, eq=False, repr=False)  # to make what nobody calls would delay each start
class Shape:
    """What a schema says of one value.

    A shape without properties and items is user data: no naming rule reaches into it.
    """

    types: frozenset[str] = frozenset()
    """JSON types that are allowed; empty means every one."""
    properties: dict[str, Shape] = field(default_factory=dict)
    closed: bool = False
    """Whether a field that is not among the properties is an error."""
    items: Shape | None = None
    values: Shape | None = None
    """Of a map."""
    reference: Reference | None = None
    kind: str = ""
    """The kind, where the value is an entity held inside another."""
    standard: str = ""
    source: str = ""
    description: str = ""
    pattern: str = ""

    @property
    def wants_string(self) -> bool:
        """Whether text belongs here, so that dispatch makes text of what stands here."""
        return "string" in self.types

    @property
    def many(self) -> bool:
        return "array" in self.types

    def tells(self, name: str) -> bool:
        """Whether a field is seen to be an error: it is none of those of a closed object."""
        return bool(self.closed and self.properties) and name not in self.properties

    def at(self, path: Path) -> Shape | None:
        """The shape at a path, or None where the schema says nothing of it."""
        shape: Shape | None = self
        for step in path:
            if shape is None:
                return None
            if isinstance(step, int):
                shape = shape.items
            else:
                shape = shape.properties.get(step, shape.values)
        return shape


def compile_shape(schema: Schema, fields: dict[int, Shape] | None = None) -> Shape:
    """Build the tree of a self-contained schema; local `$ref` and `allOf` are followed.

    Args:
        fields: where it is given, the shapes of the fields at the top, by the identity of their
            schemas: those that schemas have in common have one shape.
    """
    return _compile(schema, schema, (), fields)


def _compile(
    schema: Schema, root: Schema, open_refs: tuple[str, ...], known: dict[int, Shape] | None = None
) -> Shape:
    ref = schema.get("$ref")
    if isinstance(ref, str):
        if ref in open_refs or not ref.startswith("#/"):
            return Shape()
        target: Any = root
        for step in ref[2:].split("/"):
            target = target.get(step.replace("~1", "/").replace("~0", "~"), {})
        schema, open_refs = target, (*open_refs, ref)
    shape = Shape(
        types=_types(schema),
        reference=read_reference(schema.get("x-dispatch-reference")),
        kind=schema.get("x-dispatch-kind", ""),
        standard=schema.get("x-dispatch-standard", ""),
        source=schema.get("x-dispatch-source", ""),
        description=schema.get("description", ""),
        pattern=schema.get("pattern", ""),
    )
    for name, one in schema.get("properties", {}).items():
        if isinstance(one, dict):
            found = None if known is None else known.get(id(one))
            shape.properties[name] = found or _compile(one, root, open_refs)
            if known is not None:
                known[id(one)] = shape.properties[name]
    further = schema.get("additionalProperties", True)
    shape.closed = further is False
    if isinstance(further, dict):
        shape.values = _compile(further, root, open_refs)
    if isinstance(schema.get("items"), dict):
        shape.items = _compile(schema["items"], root, open_refs)
    for part in schema.get("allOf", ()):
        inner = _compile(part, root, open_refs)
        shape.properties = inner.properties | shape.properties
        shape.types = shape.types or inner.types
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


def read_reference(said: object) -> Reference | None:
    """`x-dispatch-reference` as a `Reference`."""
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str):
        return None
    return Reference(said["kind"], "id" if said.get("by") == "id" else "name",
                     said.get("prefix", ""), said.get("key", ""))  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The way from an entity to a declared field; `*` stands for each item of a list."""

    steps: tuple[str, ...]
    shape: Shape
    parent: Shape

    @property
    def name(self) -> str:
        return self.steps[-1]

    def __str__(self) -> str:
        return ".".join(self.steps)

    def walk(self, value: object) -> Iterator[tuple[Path, Any]]:
        """Every place of a document that the route leads to, with its value."""
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
    """Every declared field, those inside objects and lists of objects included."""
    for name, one in shape.properties.items():
        yield Route((*steps, name), one, shape)
        yield from routes(one, (*steps, name))
    if shape.items is not None:
        yield from routes(shape.items, (*steps, "*"))
