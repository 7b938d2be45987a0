"""Schemas of OpenAPI → what they say of the fields of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.openapi_refs import Schema

if TYPE_CHECKING:
    from collections.abc import Iterator

ALTERNATIVES = ("oneOf", "anyOf")
FURTHER = "further properties are allowed"
_UNSAID = (
    "not", "contains", "minContains", "maxContains", "prefixItems", "unevaluatedItems",
    "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
    "$dynamicRef", "$recursiveRef",
)  # fmt: skip
"""Keywords of JSON Schema whose demands are not taken over, or not all of them."""


class Members(NamedTuple):
    """What a schema says of the fields of an object, `$ref` and `allOf` included.

    Attributes:
        properties: by name, each with the schemas that all hold for it.
        required: the names of those that may not be missing, each with the place that says so.
        alternatives: lists of schemas, of each of which one holds, or several.
        additional: the schema of all other fields.
        open: why there may be any other field.
        discriminated: one of the fields tells which model it is, of those that include it.
        parts: the schemas that it is made of.
    """

    properties: dict[str, list[Schema]]
    required: dict[str, Schema]
    alternatives: list[list[Schema]]
    additional: Schema | None
    open: str
    discriminated: bool = False
    parts: tuple[Schema, ...] = ()


def with_members(found: Members, schema: Schema) -> Members:
    """What is known of the fields of an object, with what one more schema says of them."""
    properties = schema.get("properties")
    for name in properties if isinstance(properties, dict) else ():
        found.properties.setdefault(str(name), []).append(schema.inside("properties", name))
    for place in schema.parts("required"):
        if isinstance(place.value, str):
            found.required.setdefault(place.value, place)
    found.alternatives.extend(parts for key in ALTERNATIVES if (parts := schema.parts(key)))
    found.alternatives.extend(_conditional(schema))
    return found._replace(
        additional=found.additional or additional_of(schema),
        open=found.open or reason_open(schema),
        discriminated=found.discriminated or _has_discriminator(schema),
        parts=(*found.parts, schema),
    )


def _has_discriminator(schema: Schema) -> bool:
    """Whether a schema stands for those that include it; beside alternatives, it stands for these."""
    return isinstance(schema.get("discriminator"), str | dict) and not any(
        schema.parts(key) for key in ALTERNATIVES
    )


def _conditional(schema: Schema) -> Iterator[list[Schema]]:
    """The schemas that hold for some objects only, each with the one that holds for the others."""
    nothing = Schema(schema.file, (*schema.path, "if"), {})
    chosen = [schema.inside(key) for key in ("then", "else") if schema.get(key) is not None]
    if chosen:
        yield [*chosen, nothing]
    dependent = schema.get("dependentSchemas")
    for name in dependent if isinstance(dependent, dict) else ():
        yield [schema.inside("dependentSchemas", name), nothing]


def unsaid_keywords(schema: Schema) -> list[str]:
    """The keywords of a schema whose demands are not taken over."""
    conditional = ["if"] if schema.get("if") is not None and (
        schema.get("then") is not None or schema.get("else") is not None
    ) else []  # fmt: skip
    return conditional + [key for key in _UNSAID if schema.get(key) is not None]


def additional_of(schema: Schema) -> Schema | None:
    """The schema of undeclared fields, if they have one that says anything."""
    if isinstance(schema.get("patternProperties"), dict):
        return None  # it does not hold for names that have one of the patterns
    key = _key_of_additional(schema)
    value = schema.get(key)
    return schema.inside(key) if isinstance(value, dict) and value else None


def reason_open(schema: Schema) -> str:
    """Why a schema by itself allows fields that are not declared; empty if it does not say so."""
    value = schema.get(_key_of_additional(schema))
    if value is True or value == {} or isinstance(schema.get("patternProperties"), dict):
        return FURTHER
    return ""


def _key_of_additional(schema: Schema) -> str:
    has_own = schema.get("additionalProperties") is not None
    return "additionalProperties" if has_own else "unevaluatedProperties"
