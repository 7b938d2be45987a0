"""Schemas of OpenAPI → `Type`: what a description allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dispatch_lint.definitions.intersections import intersection
from dispatch_lint.definitions.model import Field, Type
from dispatch_lint.definitions.openapi_discriminators import (
    Discriminators,
    narrowed,
    narrowed_fields,
)
from dispatch_lint.definitions.openapi_members import (
    ALTERNATIVES,
    Members,
    additional_of,
    reason_open,
)
from dispatch_lint.definitions.openapi_notes import DERIVED, OpenPlaces
from dispatch_lint.definitions.openapi_objects import MAX_DEPTH, ObjectReader
from dispatch_lint.definitions.openapi_refs import References, Schema
from dispatch_lint.definitions.openapi_values import (
    LIST_LIMITS,
    OBJECT_LIMITS,
    STRING_LIMITS,
    bounds,
    enumeration,
    integer,
    is_null,
    is_nullable,
    string,
    taken,
    types_of,
    values_of,
)
from dispatch_lint.definitions.variants import merged_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_lint.definitions.budget import Budget
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.model.location import Location

MAX_NESTING = 30
Around = tuple[tuple[str, Any], ...]
"""The models around a schema: one that contains itself is not followed again."""


class SchemaReader:
    """Reads the types of schemas, for one entity type after the other.

    Args:
        models: those of the description, by their name.
        kind_of_model: the kind of a model that is an entity; empty for another one.
    """

    def __init__(
        self, references: References, models: dict[str, Schema], conventions: Conventions,
        budget: Budget, kind_of_model: Callable[[Schema], str],
    ) -> None:  # fmt: skip
        self.references, self._conventions, self._budget = references, conventions, budget
        self._kind_of_model = kind_of_model
        self.kind, self.kinds = "", tuple(sorted(conventions.kinds))
        self.definition: Location | None = None
        self.bases: frozenset[tuple[str, Any]] = frozenset()
        """The models that others include."""
        self.recursive: dict[str, Type] = {}
        """The models that contain themselves, of the entity type that is being read."""
        self._again_inside: set[str] = set()
        self.places = OpenPlaces(references)
        self.objects = ObjectReader(references, self.places)
        self.discriminators = Discriminators(references, models)
        self._depth = 0

    def start(self, kind: str, definition: Location) -> None:
        """Begin with another entity type."""
        self.kind, self.definition = kind, definition
        self.recursive, self._again_inside = {}, set()

    def close(self, schema: Schema, type_: Type) -> None:
        """End an entity type: a model that may also be inside itself.

        Args:
            type_: what it is inside itself.
        """
        known = {_unique_name(schema): self._or_derived(schema, type_)} | self.recursive
        self.recursive = {name: known.get(name, Type("any")) for name in sorted(self._again_inside)}

    # Objects

    def fields(
        self, members: Members, standard: str, around: Around, inside: Around = ()
    ) -> tuple[Field, ...]:
        """The fields of an object, those that only some of its alternatives have included.

        Args:
            inside: the alternatives of the same object that these are fields of.
        """
        for part in members.parts:
            self.places.look_at(part)
        fields = tuple(
            self._field(name, schemas, standard, around, required=name in members.required)
            for name, schemas in members.properties.items()
        )
        known = set(members.properties)
        for alternatives in members.alternatives:
            variants = [
                self._alternative(schema, standard, around, inside) for schema in alternatives
            ]
            either = variants[0]
            for variant in variants[1:]:
                either = merged_fields(either, variant)
            if len(variants) < 2:
                fields += tuple(field for field in either if field.name not in known)
                continue
            fields += tuple(field for field in either if field.name not in known)
            known.update(field.name for field in either)
        undeclared = {name: place for name, place in members.required.items() if name not in known}
        return fields + tuple(
            self._field(name, [place._replace(value={})], standard, around, required=True)
            for name, place in undeclared.items()
            if not members.alternatives
        )

    def _alternative(
        self, schema: Schema, standard: str, around: Around, inside: Around
    ) -> tuple[Field, ...]:
        self._budget.spend()
        if schema.identity in inside:
            return ()
        if self._depth + len(inside) > MAX_DEPTH or not self._budget.allows(self.definition):
            self.places.cut[schema.identity] = schema
            return ()
        inside = (*inside, schema.identity)
        fields = self.fields(self.objects.members(schema), standard, around, inside)
        named = self.discriminators.named(schema)
        self._budget.spend(fields=len(named.values) if named is not None else 0)
        return narrowed_fields(fields, named)

    def further(self, members: Members, around: Around) -> Type | None:
        """The type of all fields that are not declared, if they have one."""
        return self.type(members.additional, around) if members.additional is not None else None

    def _field(
        self, name: str, schemas: Sequence[Schema], standard: str, around: Around, *, required: bool
    ) -> Field:
        self._budget.spend()
        schema = schemas[0]
        type_ = intersection([self.type(part, around) for part in schemas])
        # Only what a server writes has to have a field that only a server may write.
        readonly = any(map(self._is_read_only, schemas))
        value = schema.value if isinstance(schema.value, dict) else {}
        return Field(
            name=name,
            source_name=_text(value.get("x-go-name")) or name,
            # A Go model declares a required field as a pointer that is never left out.
            type=type_._replace(pointer=required and not readonly and not type_.nullable),
            description=_text(value.get("description")),
            location=schema.location,
            omitempty=not required or readonly,
            reference=None if standard else self._conventions.reference(
                self.kind, name, type_, self.kinds, top=len(around) == 1
            ),
            readonly=readonly,
            required=required,
            standard=standard,
            examples=(value["example"],) if "example" in value else (),
            default=value.get("default"),
        )  # fmt: skip

    def _is_read_only(self, schema: Schema) -> bool:
        target = self.references.target(schema)
        return schema.get("readOnly") is True or (
            target is not None and target.get("readOnly") is True
        )

    # Types

    def type(self, schema: Schema, around: Around, standard: str = "") -> Type:
        """What the values of a schema are."""
        if len(around) > MAX_NESTING or not isinstance(schema.value, dict):
            return Type("any")
        if self._depth > MAX_DEPTH:
            return Type("any", nullable=True)
        self._depth += 1
        try:
            return self._type(schema, around, standard)
        finally:
            self._depth -= 1

    def _type(self, schema: Schema, around: Around, standard: str) -> Type:
        if "$ref" in schema.value:
            target = self.references.target(schema)
            type_ = self._model(target, around) if target is not None else Type("any")
            if schema.file.has_siblings_of_refs:
                beside = {key: value for key, value in schema.value.items() if key != "$ref"}
                rest = self._written(schema._replace(value=beside), around, standard)
                type_ = intersection([type_, rest])
        else:
            type_ = self._written(schema, around, standard)
        nullable = type_.nullable or is_nullable(schema.value)
        return type_._replace(nullable=nullable)

    def _model(self, schema: Schema, around: Around) -> Type:
        name = schema.name
        if schema.identity in around:
            return self._again(schema)
        if not self._budget.allows(self.definition):
            return Type("any")
        standard = self._conventions.standards.get(name, "")
        type_ = self.type(schema, (*around, schema.identity), standard)
        kind = self._kind_of_model(schema) if type_.wire_type == "object" else ""
        type_ = type_._replace(name=name, kind=kind, standard=standard)
        type_ = self._or_derived(schema, type_)
        if _unique_name(schema) in self._again_inside:
            self.recursive[_unique_name(schema)] = type_
        return type_

    def _or_derived(self, schema: Schema, type_: Type) -> Type:
        """The type of a model, or of those that include it and may stand where it is referred to.

        By a discriminator that a model inherits, others stand for it too.
        """
        if type_.wire_type != "object" or not self.objects.members(schema).discriminated:
            return type_
        if not (schema.get("discriminator") or schema.identity in self.bases):
            return type_
        self.places.polymorphic[schema.identity] = schema
        return type_._replace(kind="", open=type_.open or DERIVED)

    def _again(self, schema: Schema) -> Type:
        """A model inside itself: open, unless something of its own is around itself."""
        inside = any(isinstance(schema.get(key), dict) for key in ("items", "additionalProperties"))
        if not inside and not self.objects.members(schema).properties:
            return Type("any")
        self._again_inside.add(_unique_name(schema))
        return Type("any", same_as=_unique_name(schema))

    def _written(self, schema: Schema, around: Around, standard: str) -> Type:
        if self.definition is not None:  # else it is read to tell what is a kind
            self.places.look_at(schema)
        values = values_of(schema.value)
        if values is not None:
            return enumeration(values)
        names = types_of(schema.value)
        members = self.objects.members(schema)
        if len(names) > 1:
            types = [
                self._object(schema, members, standard, around)
                if name == "object" and members.properties
                else self._plain(schema, name, around)
                for name in names
            ]
            return self._narrowed(
                Type("union", alternatives=tuple(types)), schema, around, standard
            )
        if members.properties:
            return self._object(schema, members, standard, around)
        own = self._plain(schema, names[0] if names else "", around)
        return self._narrowed(own, schema, around, standard)

    def _narrowed(self, own: Type, schema: Schema, around: Around, standard: str) -> Type:
        """A type with the values that `allOf`, `oneOf` and `anyOf` beside it allow too."""
        types = [self._part(part, around, standard) for part in schema.parts("allOf")]
        types += [
            self._union(alternatives, around, standard)
            for key in ALTERNATIVES
            if (alternatives := schema.parts(key))
        ]
        if types and own == Type("any"):
            return intersection(types)
        return intersection([own._replace(nullable=True), *types]) if types else own

    def _part(self, schema: Schema, around: Around, standard: str) -> Type:
        """The type of one of several schemas of a value, which counts as a field does."""
        self._budget.spend()
        if not self._budget.allows(self.definition):
            return Type("any", nullable=True)
        return self.type(schema, around, standard)

    def _object(self, schema: Schema, members: Members, standard: str, around: Around) -> Type:
        fields = self.fields(members, standard, around)
        item = self.further(members, around)
        reason = "" if item is not None else self.objects.why_open(members)
        type_ = Type("object", fields=fields, item=item, open=reason)
        if schema.identity not in around:
            # Not a model, but written where one is referred to, with a description beside it.
            for base in filter(None, map(self.references.target, schema.parts("allOf"))):
                type_ = self._or_derived(base, type_)
        return type_.limited(**taken(schema.value, OBJECT_LIMITS))

    def _union(self, alternatives: Sequence[Schema], around: Around, standard: str) -> Type:
        types = [
            narrowed(self._part(part, around, standard), self.discriminators.named(part))
            for part in alternatives
        ]
        nullable = any(type_.nullable or is_null(schema) for type_, schema in zip(types, alternatives, strict=True))  # fmt: skip
        types = [
            type_ for type_, schema in zip(types, alternatives, strict=True)
            if not is_null(schema)
        ]  # fmt: skip
        types = list({repr(type_): type_ for type_ in types}.values())
        if not types or any(type_.wire_type == "any" and not type_.limits for type_ in types):
            return Type("any", nullable=True)
        if len(types) == 1:
            return types[0]._replace(nullable=nullable)
        return Type("union", alternatives=tuple(types), nullable=nullable)

    def _plain(self, schema: Schema, name: str, around: Around) -> Type:
        """The type of a value of one JSON type."""
        value = schema.value
        if name == "string":
            return string(value)
        if name == "integer":
            return integer(value)
        if name == "number":
            return Type("number").limited(**bounds(value))
        if name == "boolean":
            return Type("boolean")
        if name == "array":
            # Behind `prefixItems`, `items` does not hold for the first ones.
            has_item = isinstance(value.get("items"), dict) and "prefixItems" not in value
            item = self.type(schema.inside("items"), around) if has_item else Type("any")
            return Type("list", item=item).limited(**taken(value, LIST_LIMITS))
        is_map = isinstance(value.get("additionalProperties"), dict)
        if name == "object" or (not name and is_map):
            limits = taken(value, OBJECT_LIMITS)
            if value.get("additionalProperties") is False and not reason_open(schema):
                return Type("object").limited(**limits)
            additional = additional_of(schema)
            item = self.type(additional, around) if additional is not None else Type("any")
            return Type("map", item=item).limited(**limits)
        if name:
            return Type("any")
        names = (*STRING_LIMITS, *LIST_LIMITS, *OBJECT_LIMITS)
        return Type("any").limited(**bounds(value), **taken(value, names))


def _unique_name(schema: Schema) -> str:
    """The name of a model among the definitions of a schema."""
    file, path = schema.identity
    where = path[:-1] if path[:-1] not in (("components", "schemas"), ("definitions",)) else ()
    steps = [file.lstrip("./"), *map(str, where), schema.name]
    return re.sub(r"[^A-Za-z0-9_.-]", "_", ".".join(steps).replace("/", "."))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
