"""What dispatch takes for a JSON Schema: draft 4, as the Go type `spec.Schema` decodes it.

The schemas of a Function are decoded into that type when it is created: a field of another type is
an error then, and a type that does not exist makes every call fail.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
PATHS = {"Function": (("schema", "in"), ("schema", "out"))}
"""The fields of each kind that hold a JSON Schema."""
_SELF = {"$ref": "#/definitions/schema"}


def _optional(*types: str) -> Schema:
    return {"type": [*types, "null"]}


def _list(items: Schema) -> Schema:
    return {"type": ["array", "null"], "items": items}


def _map(values: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": values}


def _either(kind: str, other: Schema) -> Schema:
    """A value of one type, or else of the form of another schema."""
    return {"if": {"type": sorted({kind, "null"})}, "else": other}


_TYPE = {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}
_PROPERTIES: Schema = {
    **dict.fromkeys(["id", "$ref", "$schema", "description", "title", "format", "pattern"],
                    _optional("string")),
    **dict.fromkeys(["maximum", "minimum", "multipleOf"], _optional("number")),
    **dict.fromkeys(["exclusiveMaximum", "exclusiveMinimum", "uniqueItems"], _optional("boolean")),
    **dict.fromkeys(["maxLength", "minLength", "maxItems", "minItems", "maxProperties",
                     "minProperties"], _optional("integer")),
    "enum": _optional("array"),
    "type": {"if": {"type": "array"}, "then": {"items": _TYPE},
             "else": {"if": {"type": "null"}, "else": _TYPE}},
    "required": _list({"type": "string"}),
    **dict.fromkeys(["allOf", "anyOf", "oneOf"], _list(_SELF)),
    "not": _either("null", _SELF),
    "items": {"if": {"type": "array"}, "then": {"items": _SELF}, "else": _either("null", _SELF)},
    **dict.fromkeys(["properties", "patternProperties", "definitions"], _map(_SELF)),
    **dict.fromkeys(["additionalProperties", "additionalItems"], _either("boolean", _SELF)),
    "dependencies": _map({"if": {"type": "array"}, "then": {"items": {"type": "string"}}, "else": _SELF}),
}  # fmt: skip
META: Schema = {
    "$ref": "#/definitions/schema",
    "definitions": {"schema": {"type": "object", "properties": _PROPERTIES}},
}
