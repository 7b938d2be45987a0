"""The keywords of the schemas that settings name: those of draft-07, and our own, by their types.

They are checked where a schema is read: no code behind that has to ask whether `properties` is a
mapping, or the aliases of a kind are texts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.location import pointer
from dispatch_lint.schema.kind_schema import CatalogueError
from dispatch_lint.schema.native import native_validator
from dispatch_lint.schema.shape import DRAFT

if TYPE_CHECKING:
    from jsonschema_rs import Validator

    from dispatch_lint.schema.shape import Schema

_SELF: Schema = {"$ref": "#/definitions/schema"}
_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_LIST: Schema = {"type": "array"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_SCHEMAS: Schema = {"type": "array", "minItems": 1, "items": _SELF}
_NAMED: Schema = {"type": "object", "additionalProperties": _SELF}
_TYPE: Schema = {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}


def _list_or(items: Schema, other: Schema) -> Schema:
    """A list, or else what another schema says."""
    return {"if": {"type": "array"}, "then": {"items": items}, "else": other}


_REFERENCE: Schema = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": _TEXT, "by": {"enum": ["name", "id"]}, "prefix": _TEXT, "key": _TEXT},
}
_KEYWORDS: Schema = {
    **dict.fromkeys(["$comment", "$ref", "title", "description", "pattern", "format",
                     "contentEncoding", "contentMediaType"], _TEXT),
    "$id": _TEXT,
    # Another version inside of a schema would change what holds beside a reference.
    "$schema": {"enum": [DRAFT, DRAFT.removesuffix("#")]},
    **dict.fromkeys(["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"], _NUMBER),
    "multipleOf": {"type": "number", "exclusiveMinimum": 0},
    **dict.fromkeys(["maxLength", "minLength", "maxItems", "minItems", "maxProperties",
                     "minProperties"], _COUNT),
    **dict.fromkeys(["uniqueItems", "readOnly", "writeOnly"], _FLAG),
    **dict.fromkeys(["enum", "examples"], _LIST),
    "type": _list_or(_TYPE, _TYPE),
    **dict.fromkeys(["required", "enumDescriptions"], _TEXTS),
    **dict.fromkeys(["allOf", "anyOf", "oneOf"], _SCHEMAS),
    **dict.fromkeys(["not", "if", "then", "else", "additionalProperties", "additionalItems",
                     "contains", "propertyNames"], _SELF),
    "items": _list_or(_SELF, _SELF),
    **dict.fromkeys(["properties", "patternProperties", "definitions"], _NAMED),
    "dependencies": {"type": "object", "additionalProperties": _list_or(_TEXT, _SELF)},
    **dict.fromkeys(["x-dispatch-kind", "x-dispatch-standard", "x-dispatch-source"], _TEXT),
    "x-dispatch-form": {"enum": ["stored", "manifest"]},
    "x-dispatch-aliases": _TEXTS,
    **dict.fromkeys(["x-dispatch-nested", "x-dispatch-ignored"], _FLAG),
    "x-dispatch-reference": _REFERENCE,
}  # fmt: skip
_META: Schema = {
    **_SELF,
    "definitions": {"schema": {"type": ["object", "boolean"], "properties": _KEYWORDS}},
}


@lru_cache(maxsize=1)
def _validator() -> Validator:
    return native_validator()(_META, mask="it")


def check_keywords(file: str, schema: Any, where: str = "") -> None:
    """Refuse a schema in which a keyword has a value that it cannot have.

    Args:
        where: what leads to the schema inside of the file.

    Raises:
        CatalogueError: there is one; the message has its place.
    """
    validator = _validator()
    from jsonschema_rs import ValidationError

    try:
        validator.validate(schema)  # `iter_errors` collects all, which may be a million
    except ValidationError as error:
        place = f"{where}{pointer(tuple(error.instance_path))}" or "the schema"
        reason = error.message.removeprefix("it ")
        raise CatalogueError(f"{file}: {place} {reason}") from None
