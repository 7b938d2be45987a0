"""The one intermediate form of definitions: Go and OpenAPI both become it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal[
    "string", "integer", "unsigned", "number", "boolean", "time", "any",
    "list", "map", "object", "enum",
]  # fmt: skip
Form = Literal["stored", "manifest"]

BASE = "BaseEntity"


class DefinitionError(Exception):
    """A definition that cannot be read. The message begins with `file:line:`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: the field names another entity (guide, Name and IDs)."""

    kind: str
    by: Literal["name", "id"] = "name"
    prefix: str = ""
    """What stands before the name: `es://` of Function.sourceURL."""
    key: str = ""
    """Where only one entry of a map, or of a list of key and value, refers."""


@dataclass(frozen=True, slots=True)
class EnumValue:
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a field, on the wire."""

    shape: Shape
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


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct or model."""

    name: str
    """On the wire."""
    source_name: str
    """In the source: the Go name."""
    type: Type
    description: str
    file: str
    line: int
    omitempty: bool = False
    tagged: bool = True
    base: bool = False
    """Whether BaseEntity brings it along."""
    reference: Reference | None = None
    pattern: str = ""
    readonly: bool = False
    standard: str = ""
    """The other standard that the name follows."""


@dataclass(frozen=True, slots=True)
class EntityType:
    """One definition of one kind."""

    kind: str
    name: str
    """Of the type in the source."""
    form: Form
    description: str
    fields: tuple[Field, ...]
    file: str
    line: int
    aliases: tuple[str, ...] = ()
    nested: bool = False
    ignored: bool = False
    """`dispatch create -f` skips it."""
