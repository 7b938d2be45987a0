"""What definitions declare, in one form for Go and OpenAPI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import orjson

from dispatch_lint.model.errors import UserError
from dispatch_lint.model.location import Location
from dispatch_lint.model.reference import Form, ReferenceTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

WireType = Literal[
    "string", "integer", "unsigned", "number", "boolean", "time", "any",
    "list", "map", "object", "enum", "union",
]  # fmt: skip
"""What a value is on the wire."""


def is_json(value: object) -> bool:
    """Whether every reader of JSON takes a value.

    None takes infinity and NaN, which YAML has; strict ones take no number that is larger than any
    float, and no half character.
    """
    try:
        orjson.loads(json.dumps(value, allow_nan=False))
    except (ValueError, RecursionError):
        return False
    return True


class DefinitionError(UserError):
    """A definition that cannot be read. The message begins with `file:line:`."""


class DefinitionProblem(NamedTuple):
    """A part of a definition that could not be read, and its location.

    Attributes:
        passed_over: the part is code that is not understood: what is around it was read.
    """

    message: str
    location: Location
    passed_over: bool = False


class EnumValue(NamedTuple):
    """One value of an enumeration: text, or a number.

    Attributes:
        name: of the constant of a number, which tells what the number means; else empty.
    """

    value: str | int | float
    description: str = ""
    name: str = ""


class Type(NamedTuple):
    """The type of a field.

    Attributes:
        pointer: in Go, a pointer to the type.
        nullable: null is among its values: in Go, that of a nil pointer, slice or map.
        item: of a list or a map.
        fields: of an object.
        values: of an enumeration, or of numbers that are one.
        alternatives: of a union: the types that a value may have.
        name: in the source; empty for a type without a name.
        kind: of an object that is an entity inside another.
        standard: the standard other than the guide that its field names follow.
        open: why values may have more than is declared here; empty if they may not.
        unread: what was not read may have a method that makes anything of its values.
        text: any text is among its values too, because of a method MarshalText.
        zero: a field that is not set has the zero value, which no constant declares.
        limits: further keywords of JSON Schema that hold for its values.
        same_as: the name of a type around it, which it is again: see `EntityType.recursive`.
    """

    wire_type: WireType
    pointer: bool = False
    nullable: bool = False
    item: Type | None = None
    fields: tuple[Field, ...] = ()
    values: tuple[EnumValue, ...] = ()
    alternatives: tuple[Type, ...] = ()
    name: str = ""
    kind: str = ""
    standard: str = ""
    open: str = ""
    unread: bool = False
    text: bool = False
    zero: bool = False
    limits: tuple[tuple[str, Any], ...] = ()
    same_as: str = ""

    def limited(self, **limits: Any) -> Type:
        """The type with further keywords of JSON Schema; None leaves one out."""
        known = dict(self.limits) | limits
        return self._replace(
            limits=tuple((key, value) for key, value in known.items() if value is not None)
        )


class Field(NamedTuple):
    """One field of a struct or model.

    Attributes:
        name: on the wire.
        source_name: in the source: the Go name.
        tagged: whether the name on the wire comes from a tag.
        tag_problem: a message about what is wrong with the tag.
        base: whether it is a field of BaseEntity.
        required: whether the source declares it so, as by `required` in OpenAPI.
        standard: the standard other than the guide that the name follows.
        examples: JSON values.
        default: the JSON value that a missing field stands for, if the source declares one.
    """

    name: str
    source_name: str
    type: Type
    description: str
    location: Location
    omitempty: bool = False
    tagged: bool = True
    tag_problem: str = ""
    base: bool = False
    reference: ReferenceTarget | None = None
    pattern: str = ""
    readonly: bool = False
    required: bool = False
    standard: str = ""
    examples: tuple[Any, ...] = ()
    default: Any = None


Base = Literal["flat", "tagged", "named", "none"]
"""How BaseEntity is part of a type: embedded, embedded under a tag, as a named field, not at all."""


class Enumeration(NamedTuple):
    """A named type, its constants with the location of each, and its own location.

    Attributes:
        open: there are constants whose values are not known.
    """

    name: str
    values: tuple[tuple[str, Location], ...]
    location: Location
    open: bool = False

    @property
    def texts(self) -> list[str]:
        """The values."""
        return [text for text, _ in self.values]


class EntityType(NamedTuple):
    """One definition of one kind.

    Attributes:
        name: the name of the type in the source.
        nested: it exists only as a value inside other entities.
        ignored: `dispatch create -f` skips it.
        base_location: the location of the field that brings BaseEntity in.
        hidden: the fields of the type that hide a base field of the same name.
        statuses: the type of the field `status`, if the source declares its values.
        value: it is not an entity: a model that has the name of a kind, but no kind or name.
        why: why it is a kind.
        open: why documents may have more than is declared; empty if they may not.
        further: the type of all fields that are not declared, if they have one.
        opaque: methods of its own decide what it is on the wire.
        annotated: descriptions are generated from it: it has the comment `swagger:model`.
        generated: a program wrote its file.
        is_base: it is the base entity itself.
        recursive: the types that contain themselves, by a name that is unique in the definition.
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
    base: Base = "flat"
    base_location: Location | None = None
    hidden: tuple[Field, ...] = ()
    statuses: Enumeration | None = None
    value: bool = False
    language: Literal["Go", "OpenAPI"] = "Go"
    why: str = ""
    open: str = ""
    further: Type | None = None
    opaque: bool = False
    annotated: bool = False
    generated: bool = False
    is_base: bool = False
    recursive: tuple[tuple[str, Type], ...] = ()


class Skipped(NamedTuple):
    """A type or model that is nearly a kind, and why it is none."""

    name: str
    why: str
    location: Location


_VERSION = (str, int, float)


def is_openapi(value: object) -> bool:
    """Whether a document is an OpenAPI description with models, by `swagger` or `openapi`."""
    if not isinstance(value, dict):
        return False
    has_version = isinstance(value.get("swagger"), _VERSION) or isinstance(
        value.get("openapi"), _VERSION
    )
    return has_version and bool(models_of(value)[0])


def models_of(value: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The models of an OpenAPI description by name, and the path to them."""
    components = value.get("components")
    models: Any = components.get("schemas") if isinstance(components, dict) else None
    path: tuple[str, ...] = ("components", "schemas")
    if not isinstance(models, dict):
        models, path = value.get("definitions"), ("definitions",)
    if not isinstance(models, dict):
        return {}, ()
    return {str(name): model for name, model in models.items() if isinstance(model, dict)}, path
