"""The one intermediate form of definitions: Go and OpenAPI both become it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.model.errors import UserError
from dispatch_lint.model.location import Location
from dispatch_lint.model.reference import Form, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

WireType = Literal[
    "string", "integer", "unsigned", "number", "boolean", "time", "any",
    "list", "map", "object", "enum",
]  # fmt: skip

BASE = "BaseEntity"


class DefinitionError(UserError):
    """A definition that cannot be read. The message begins with `file:line:`."""


class EnumValue(NamedTuple):
    value: str
    description: str = ""


class Type(NamedTuple):
    """The type of a field, on the wire."""

    wire_type: WireType
    pointer: bool = False
    item: Type | None = None
    """Of a list or a map."""
    fields: tuple[Field, ...] = ()
    """Of an object."""
    values: tuple[EnumValue, ...] = ()
    """Of an enumeration."""
    name: str = ""
    kind: str = ""
    """The kind, where the object is an entity held as a value."""
    standard: str = ""
    """The other standard its names follow."""


class Field(NamedTuple):
    """One field of a struct or model."""

    name: str
    """On the wire."""
    source_name: str
    """In the source: the Go name."""
    type: Type
    description: str
    location: Location
    omitempty: bool = False
    tagged: bool = True
    """Whether a tag gives the name on the wire, rather than the Go name."""
    tag_problem: str = ""
    base: bool = False
    """Whether BaseEntity brings it along."""
    reference: Reference | None = None
    pattern: str = ""
    readonly: bool = False
    required: bool = False
    """Whether the source says so in words of its own."""
    standard: str = ""
    """The other standard that the name follows."""
    examples: tuple[Any, ...] = ()
    """Values as JSON has them."""
    default: Any = None
    """What holds where the field is missing, if the source says so."""


Base = Literal["flat", "tagged", "named", "none"]


class Enumeration(NamedTuple):
    """A named type with its constants, and where it is declared."""

    name: str
    values: tuple[tuple[str, Location], ...]
    location: Location


class EntityType(NamedTuple):
    """One definition of one kind.

    Attributes:
        name: of the type in the source.
        base: how BaseEntity is part of it: embedded so that its fields are flat, embedded under
            a tag, held as a named field, or not at all.
        base_location: where that is said.
        hidden: base fields that the type declares again, each with its own location.
        statuses: the type of the field `status`, where the source declares its values.
        value: it is a model without a kind of its own: a part of others.
        language: what it was written in.
    """

    kind: str
    name: str
    form: Form
    description: str
    fields: tuple[Field, ...]
    location: Location
    aliases: tuple[str, ...] = ()
    nested: bool = False
    ignored: bool = False
    """`dispatch create -f` skips it."""
    base: Base = "flat"
    base_location: Location | None = None
    hidden: tuple[Field, ...] = ()
    statuses: Enumeration | None = None
    value: bool = False
    language: Literal["Go", "OpenAPI"] = "Go"


def is_openapi(value: object) -> bool:
    """Whether a document describes an API: it says so by `swagger` or `openapi`."""
    if not isinstance(value, dict) or not ("swagger" in value or "openapi" in value):
        return False
    return any(
        isinstance(value.get(one), str | int | float) for one in ("swagger", "openapi")
    ) and (bool(models_of(value)[0]))


def models_of(value: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The models of a description, and the way to them."""
    components = value.get("components")
    found: Any = components.get("schemas") if isinstance(components, dict) else None
    path: tuple[str, ...] = ("components", "schemas")
    if not isinstance(found, dict):
        found, path = value.get("definitions"), ("definitions",)
    if not isinstance(found, dict):
        return {}, ()
    return {str(name): one for name, one in found.items() if isinstance(one, dict)}, path
