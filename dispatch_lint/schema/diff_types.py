"""The types that the values of a schema may have, each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.shape import Schema

NULL: Schema = {"type": "null"}
_TYPING = {"type", "enum", "const", "$ref", "allOf"}
"""The keywords that say which types there are, null among them."""
_LENIENT = {"string", "number", "boolean"}
"""What a manifest may have where a model declares text: dispatch makes text of it."""


def as_object(schema: Any) -> Schema:
    """A schema as an object, which `true` and `false` stand for others of."""
    return schema if isinstance(schema, dict) else {} if schema else {"not": {}}


def as_declared(schema: Schema, form: Form) -> Schema:
    """The schema of a value with the type that its model declares."""
    types = schema.get("type")
    if form != "manifest" or not isinstance(types, list) or {*types} - {"null"} != _LENIENT:
        return schema
    return schema | {"type": ["string", "null"] if "null" in types else "string"}


def alternatives(schema: Schema, form: Form, *, null: bool) -> list[Schema]:
    """The schemas of which one holds for a value, each of one type, as far as it names any.

    Args:
        null: whether to have null among them.
    """
    parts = [
        _of_one_type(as_declared(part, form))
        for part in map(as_object, schema.get("anyOf", [schema]))
    ]
    single = [part for types in parts for part in types if null or part != NULL]
    return [part for number, part in enumerate(single) if part not in single[:number]]


def _of_one_type(schema: Schema) -> list[Schema]:
    types = schema.get("type")
    if not isinstance(types, list):
        return [schema]
    values = schema.get("enum")
    given = {"enum": [one for one in values if one is not None]} if isinstance(values, list) else {}
    return [NULL if type_ == "null" else schema | {"type": type_} | given for type_ in types]


def without_null(schemas: Sequence[Schema]) -> list[Schema]:
    """The schemas that allow more than null."""
    return [schema for schema in schemas if schema != NULL]


def allow_null(schemas: Sequence[Schema]) -> bool:
    """Whether null is among the values of some schemas."""
    return any(schema == NULL or _TYPING.isdisjoint(schema) for schema in schemas)


def are_apart(left: Schema, right: Schema) -> bool:
    """Whether no value has the type of both schemas."""
    types = {left.get("type", ""), right.get("type", "")}
    return "" not in types and len(types) == 2 and types != {"integer", "number"}


def described(schemas: Sequence[Schema]) -> str:
    """The types of some schemas in words."""
    return " or ".join(sorted({str(schema.get("type", "of another type")) for schema in schemas}))
