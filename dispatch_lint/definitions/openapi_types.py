"""Schemas of OpenAPI → `Type`: what a description allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.definitions.model import DefinitionProblem, EnumValue, Field, Type
from dispatch_lint.definitions.openapi_refs import References, Schema
from dispatch_lint.definitions.variants import merged_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_lint.definitions.budget import Budget
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.model.location import Location

MAX_NESTING = 30
_ALTERNATIVES = ("oneOf", "anyOf")
_STRING_LIMITS = ("minLength", "maxLength", "pattern")
_LIST_LIMITS = ("minItems", "maxItems", "uniqueItems")
_FURTHER = "further properties are allowed"
Around = tuple[tuple[str, Any], ...]
"""The models around a schema: one that contains itself is not followed again."""


class Members(NamedTuple):
    """What a schema says of the fields of an object, `$ref` and `allOf` included.

    Attributes:
        properties: each by its name.
        required: the names of those that may not be missing.
        alternatives: lists of schemas, of each of which one holds, or several.
        additional: the schema of all other fields.
        open: why there may be any other field.
    """

    properties: dict[str, Schema]
    required: set[str]
    alternatives: list[list[Schema]]
    additional: Schema | None
    open: str


class SchemaReader:
    """Reads the types of schemas, for one entity type after the other.

    Args:
        kind_of_model: the kind of a model that is an entity; empty for another one.
    """

    def __init__(
        self, references: References, conventions: Conventions, budget: Budget,
        kind_of_model: Callable[[Schema], str],
    ) -> None:  # fmt: skip
        self.references, self._conventions, self._budget = references, conventions, budget
        self._kind_of_model = kind_of_model
        self.kind, self.kinds = "", tuple(sorted(conventions.kinds))
        self.definition: Location | None = None

    def notes(self) -> Iterator[DefinitionProblem]:
        """The references that lead nowhere: the schemas are open there."""
        for location, ref in self.references.missing.items():
            yield DefinitionProblem(f"open: {ref} was not found", location)

    # Objects

    def members(self, schema: Schema, seen: set[Any] | None = None) -> Members:
        """What a schema says of the fields of an object.

        Args:
            seen: the schemas that were followed already.
        """
        seen = set() if seen is None else seen
        found = Members({}, set(), [], None, "")
        if not isinstance(schema.value, dict) or schema.identity in seen:
            return found
        seen.add(schema.identity)
        if "$ref" in schema.value:
            target = self.references.target(schema)
            if target is None:
                return found._replace(open=f"{schema.get('$ref')} was not found")
            return self.members(target, seen)
        properties = schema.get("properties")
        for name in properties if isinstance(properties, dict) else ():
            found.properties[str(name)] = schema.inside("properties", name)
        required = schema.get("required")
        if isinstance(required, list):
            found.required.update(name for name in required if isinstance(name, str))
        found.alternatives.extend(parts for key in _ALTERNATIVES if (parts := schema.parts(key)))
        found = found._replace(additional=_additional(schema), open=_open(schema))
        for part in schema.parts("allOf"):
            found = _joined(found, self.members(part, seen))
        return found

    def fields(self, members: Members, standard: str, around: Around) -> tuple[Field, ...]:
        """The fields of an object, those that only some of its alternatives have included."""
        fields = tuple(
            self._field(name, schema, standard, around, required=name in members.required)
            for name, schema in members.properties.items()
        )
        known = set(members.properties)
        for alternatives in members.alternatives:
            variants = [self._alternative(schema, standard, around) for schema in alternatives]
            either = variants[0]
            for variant in variants[1:]:
                either = merged_fields(either, variant)
            if len(variants) < 2:
                fields += tuple(field for field in either if field.name not in known)
                continue
            fields += tuple(field for field in either if field.name not in known)
            known.update(field.name for field in either)
        return fields

    def _alternative(self, schema: Schema, standard: str, around: Around) -> tuple[Field, ...]:
        if len(around) > MAX_NESTING:
            return ()
        return self.fields(self.members(schema), standard, (*around, schema.identity))

    def why_open(self, members: Members, depth: int = 0) -> str:
        """Why an object may have fields that are not declared; empty if it may not."""
        if members.open or members.additional is not None:
            return members.open or _FURTHER
        for schema in (schema for schemas in members.alternatives for schema in schemas):
            reason = self.why_open(self.members(schema), depth + 1) if depth < MAX_NESTING else ""
            if reason:
                return reason
        return ""

    def _field(
        self, name: str, schema: Schema, standard: str, around: Around, *, required: bool
    ) -> Field:
        self._budget.spend()
        type_ = self.type(schema, around)
        pattern = _text(schema.get("pattern"))
        value = schema.value if isinstance(schema.value, dict) else {}
        return Field(
            name=name,
            source_name=_text(value.get("x-go-name")) or name,
            # A Go model declares a required field as a pointer that is never left out.
            type=type_._replace(pointer=required and not type_.nullable),
            description=_text(value.get("description")),
            location=schema.location,
            omitempty=not required,
            reference=None if standard else self._conventions.reference(
                self.kind, name, type_, self.kinds, top=len(around) == 1
            ),
            pattern=pattern if type_.wire_type in ("string", "time") else "",
            readonly=value.get("readOnly") is True,
            required=required,
            standard=standard,
            examples=(value["example"],) if "example" in value else (),
            default=value.get("default"),
        )  # fmt: skip

    # Types

    def type(self, schema: Schema, around: Around, standard: str = "") -> Type:
        """What the values of a schema are."""
        if len(around) > MAX_NESTING or not isinstance(schema.value, dict):
            return Type("any")
        if "$ref" in schema.value:
            target = self.references.target(schema)
            type_ = self._model(target, around) if target is not None else Type("any")
        else:
            type_ = self._written(schema, around, standard)
        nullable = type_.nullable or _nullable(schema.value)
        return type_._replace(nullable=nullable)

    def _model(self, schema: Schema, around: Around) -> Type:
        if schema.identity in around or not self._budget.allows(self.definition):
            return Type("any")
        name = schema.name
        standard = self._conventions.standards.get(name, "")
        type_ = self.type(schema, (*around, schema.identity), standard)
        kind = self._kind_of_model(schema) if type_.wire_type == "object" else ""
        return type_._replace(name=name, kind=kind, standard=standard)

    def _written(self, schema: Schema, around: Around, standard: str) -> Type:
        values = _values(schema.value)
        if values is not None:
            return _enumeration(values)
        names = _types(schema.value)
        members = self.members(schema)
        if members.properties:
            return self._object(members, standard, around)
        parts = schema.parts("allOf")
        if parts:
            types = [self.type(part, around, standard) for part in parts]
            known = [type_ for type_ in types if type_.wire_type != "any"]
            return known[0] if known else Type("any")
        for key in _ALTERNATIVES:
            if alternatives := schema.parts(key):
                return self._union(alternatives, around, standard)
        if len(names) > 1:
            types = [self._plain(schema, name, around) for name in names]
            return Type("union", alternatives=tuple(types))
        return self._plain(schema, names[0] if names else "", around)

    def _object(self, members: Members, standard: str, around: Around) -> Type:
        fields = self.fields(members, standard, around)
        item = self.type(members.additional, around) if members.additional is not None else None
        reason = "" if item is not None else self.why_open(members)
        return Type("object", fields=fields, item=item, open=reason)

    def _union(self, alternatives: Sequence[Schema], around: Around, standard: str) -> Type:
        types = [self.type(part, around, standard) for part in alternatives]
        nullable = any(type_.nullable or _is_null(schema) for type_, schema in zip(types, alternatives, strict=True))  # fmt: skip
        types = [
            type_ for type_, schema in zip(types, alternatives, strict=True)
            if not _is_null(schema)
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
            return _string(value)
        if name == "integer":
            return _integer(value)
        if name == "number":
            return Type("number").limited(**_bounds(value))
        if name == "boolean":
            return Type("boolean")
        if name == "array":
            items = value.get("items")
            item = self.type(schema.inside("items"), around) if isinstance(items, dict) else Type("any")  # fmt: skip
            return Type("list", item=item).limited(**_taken(value, _LIST_LIMITS))
        additional = value.get("additionalProperties")
        if name == "object" and isinstance(additional, dict):
            return Type("map", item=self.type(schema.inside("additionalProperties"), around))
        return Type("any")


def _joined(left: Members, right: Members) -> Members:
    """What two schemas that both hold say of an object; of one field the first counts."""
    return Members(
        left.properties
        | {key: right.properties[key] for key in right.properties if key not in left.properties},
        left.required | right.required,
        [*left.alternatives, *right.alternatives],
        left.additional or right.additional,
        left.open or right.open,
    )


def _additional(schema: Schema) -> Schema | None:
    """The schema of undeclared fields, if they have one that says anything."""
    value = schema.get("additionalProperties")
    return schema.inside("additionalProperties") if isinstance(value, dict) and value else None


def _open(schema: Schema) -> str:
    value = schema.get("additionalProperties")
    if value is True or value == {} or isinstance(schema.get("patternProperties"), dict):
        return _FURTHER
    return ""


def _types(value: dict[str, Any]) -> list[str]:
    """The JSON types of a schema, null left out."""
    types = value.get("type")
    names = types if isinstance(types, list) else [types]
    return [name for name in names if isinstance(name, str) and name != "null"]


def _nullable(value: dict[str, Any]) -> bool:
    """Whether null is allowed, in any of the ways to say it."""
    types = value.get("type")
    declared = "null" in types if isinstance(types, list) else types == "null"
    values = value.get("enum")
    listed = isinstance(values, list) and None in values
    return bool(
        declared or listed or value.get("nullable") is True or value.get("x-nullable") is True
    )


def _is_null(schema: Schema) -> bool:
    """Whether a schema allows null only."""
    return bool(schema.get("type") == "null" or schema.get("enum") == [None])


def _values(value: dict[str, Any]) -> list[Any] | None:
    """The values that a schema allows, null left out; None if it allows others."""
    values = [value["const"]] if "const" in value else value.get("enum")
    if not isinstance(values, list) or not values:
        return None
    return [allowed for allowed in values if allowed is not None]


def _enumeration(values: list[Any]) -> Type:
    sorts = {type(value) for value in values}
    if sorts == {str}:
        return Type("enum", values=tuple(EnumValue(value) for value in values))
    if sorts and sorts <= {int, float}:
        numbers = tuple(EnumValue(value) for value in values)
        return Type("integer" if sorts == {int} else "number", values=numbers)
    return Type("any").limited(enum=values)


def _string(value: dict[str, Any]) -> Type:
    limits = _taken(value, _STRING_LIMITS)
    if value.get("format") == "date-time":
        return Type("time").limited(**limits)
    encoding = "base64" if value.get("format") == "byte" else None
    return Type("string").limited(contentEncoding=encoding, **limits)


def _integer(value: dict[str, Any]) -> Type:
    limits = _bounds(value)
    unsigned = limits.get("minimum") == 0
    return Type("unsigned" if unsigned else "integer").limited(**limits)


def _bounds(value: dict[str, Any]) -> dict[str, Any]:
    """The limits of a number, as draft-07 has them: in OpenAPI 2 and 3.0 a flag excludes a bound."""
    limits: dict[str, Any] = _taken(value, ("multipleOf",))
    for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        bound, flag = value.get(name), value.get(exclusive)
        if _is_number(flag):
            limits[exclusive] = flag
        if _is_number(bound):
            limits[exclusive if flag is True else name] = bound
    return limits


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _taken(value: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The keywords of a schema that are well-formed enough to be taken over."""
    taken: dict[str, Any] = {}
    for name in names:
        limit = value.get(name)
        if name == "pattern":
            fits = isinstance(limit, str)
        elif name == "uniqueItems":
            fits = isinstance(limit, bool)
        elif name == "multipleOf":
            fits = isinstance(limit, int | float) and limit > 0
        else:
            fits = isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0
        if fits:
            taken[name] = limit
    return taken


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
