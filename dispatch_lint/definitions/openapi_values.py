"""Keywords of OpenAPI about one value → `Type`: which types, values and limits it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.definitions.model import EnumValue, Type, is_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.definitions.openapi_refs import Schema

STRING_LIMITS = ("minLength", "maxLength", "pattern")
LIST_LIMITS = ("minItems", "maxItems", "uniqueItems")
OBJECT_LIMITS = ("minProperties", "maxProperties")


def types_of(value: dict[str, Any]) -> list[str]:
    """The JSON types of a schema, null left out."""
    types = value.get("type")
    names = types if isinstance(types, list) else [types]
    return [name for name in names if isinstance(name, str) and name != "null"]


def is_nullable(value: dict[str, Any]) -> bool:
    """Whether null is allowed, in any of the ways to say it."""
    types = value.get("type")
    declared = "null" in types if isinstance(types, list) else types == "null"
    values = value.get("enum")
    listed = isinstance(values, list) and None in values
    constant = "const" in value and value["const"] is None
    flagged = value.get("nullable") is True or value.get("x-nullable") is True
    return declared or listed or constant or flagged


def is_null(schema: Schema) -> bool:
    """Whether a schema allows null only."""
    constant = isinstance(schema.value, dict) and "const" in schema.value
    return bool(
        schema.get("type") == "null"
        or schema.get("enum") == [None]
        or (constant and schema.get("const") is None)
    )


def values_of(value: dict[str, Any]) -> list[Any] | None:
    """The values that a schema allows, null left out; None if it allows others."""
    values = [value["const"]] if "const" in value else value.get("enum")
    if not isinstance(values, list) or not values or not is_json(values):
        return None
    return [allowed for allowed in values if allowed is not None]


def enumeration(values: list[Any]) -> Type:
    """The type of listed values."""
    sorts = {type(value) for value in values}
    if sorts == {str}:
        return Type("enum", values=tuple(EnumValue(value) for value in values))
    if sorts and sorts <= {int, float}:
        numbers = tuple(EnumValue(value) for value in values)
        return Type("integer" if sorts == {int} else "number", values=numbers)
    return Type("any").limited(enum=values)


def string(value: dict[str, Any]) -> Type:
    """The type of a text."""
    limits = taken(value, STRING_LIMITS)
    if value.get("format") == "date-time":
        return Type("time").limited(**limits)
    encoding = "base64" if value.get("format") == "byte" else None
    return Type("string").limited(contentEncoding=encoding, **limits)


def integer(value: dict[str, Any]) -> Type:
    """The type of an integer."""
    limits = bounds(value)
    unsigned = limits.get("minimum") == 0
    return Type("unsigned" if unsigned else "integer").limited(**limits)


def bounds(value: dict[str, Any]) -> dict[str, Any]:
    """The limits of a number, as draft-07 has them: in OpenAPI 2 and 3.0 a flag excludes a bound."""
    limits: dict[str, Any] = taken(value, ("multipleOf",))
    for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        bound, flag = value.get(name), value.get(exclusive)
        if _is_number(flag):
            limits[exclusive] = flag
        if _is_number(bound):
            limits[exclusive if flag is True else name] = bound
    return limits


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and is_json(value)


def taken(value: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The keywords of a schema that are well-formed enough to be taken over."""
    taken: dict[str, Any] = {}
    for name in names:
        limit = value.get(name)
        if isinstance(limit, float) and limit.is_integer() and name != "multipleOf":
            limit = int(limit)  # as YAML and JSON may write a length
        if name == "pattern":
            fits = isinstance(limit, str)
        elif name == "uniqueItems":
            fits = isinstance(limit, bool)
        elif name == "multipleOf":
            fits = isinstance(limit, int | float) and _is_number(limit) and limit > 0
        else:
            fits = isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0
        if fits:
            taken[name] = limit
    return taken
