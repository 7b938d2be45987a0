"""`EntityType` → JSON Schema, draft-07, in the subset that all editors support.

The subset: self-contained files, local pointers only, no anchors, no embedded `$id`, no
`unevaluatedProperties`. The schemas allow whatever Dispatch's parser allows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_library import COLUMN_TIME
from dispatch_lint.definitions.kind_names import can_be_kind
from dispatch_lint.definitions.model import DefinitionError, EntityType, Field, Type, is_json
from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.reference import Form
from dispatch_lint.schema.editor_schema import editor_schema
from dispatch_lint.schema.folder import EDITOR_FILE
from dispatch_lint.schema.patterns import is_pattern
from dispatch_lint.schema.shape import DRAFT, Schema
from dispatch_lint.text.harmless import as_unicode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.definitions.model import EnumValue

ENUM_DESCRIPTIONS = "enumDescriptions"
"""A description for each value of `enum`, which editors show and validators ignore."""
_JSON_TYPES = {"string": ["string"], "time": ["string"], "integer": ["integer"],
               "unsigned": ["integer"], "number": ["number"], "boolean": ["boolean"],
               "enum": ["string"], "list": ["array"], "map": ["object"],
               "object": ["object"]}  # fmt: skip
ENUM_NAMES = "x-enum-varnames"
"""The name of the constant of each value of `enum`, where the values are numbers."""
_ZEROS: dict[str, str | int] = {"enum": "", "integer": 0, "unsigned": 0}
"""What Go writes for an enumeration that is not set."""
# dispatch converts a number or boolean to a string if the model wants one.
_LENIENT = ["string", "number", "boolean"]


def generate(entities: Iterable[EntityType]) -> dict[str, Schema]:
    """All schema files for some definitions.

    Raises:
        DefinitionError: the name of a kind cannot be that of a file.

    Returns:
        The schemas by the path of their file in the schema folder: `stored/<Kind>.schema.json`,
        `manifest/<Kind>.schema.json`, and `dispatch.schema.json` for editors.
    """
    files = {}
    for entity in entities:
        if not can_be_kind(entity.kind):
            raise DefinitionError(
                f'{entity.location}: "{entity.kind}" cannot be the name of a kind'
            )
        schema = entity_schema(entity)
        if "\\ud" in json.dumps(schema):  # validators refuse the whole for half a character in it
            schema = as_unicode(schema)
        files[f"{entity.form}/{entity.kind}.schema.json"] = schema
    manifests = {
        schema["x-dispatch-kind"]: schema
        for schema in files.values()
        if schema["x-dispatch-form"] == "manifest" and schema["x-dispatch-kind"] != BASE
        and not schema.get("x-dispatch-nested")
    }  # fmt: skip
    if manifests:
        files[EDITOR_FILE] = editor_schema(manifests)
    return dict(sorted(files.items()))


def dump(schema: Schema) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


FieldSchemas = dict[tuple[int, Form, bool], Schema]
"""Schemas by the `id()` of the field, the form, and whether the entity is nested."""


def entity_schema(entity: EntityType, shared: FieldSchemas | None = None) -> Schema:
    """The schema of one kind in one form.

    Args:
        shared: a cache of the schemas of fields, for kinds that share fields. Schemas that are
            made with it must not be changed.
    """
    cache = {} if shared is None else shared
    fields = {field.name: field for field in entity.fields}
    properties = {
        name: _field_schema(field, entity.form, cache, nested=entity.nested)
        for name, field in fields.items()
    }
    required = [
        name for name, field in fields.items()
        if _required(field, entity.form) and not (entity.nested and field.base)
    ]  # fmt: skip
    if entity.kind != BASE:
        properties["kind"] = _kind_schema(entity, fields.get("kind"))
    if entity.form == "manifest" and not entity.nested:
        # An entity always has a name, even if its model does not declare one.
        properties.setdefault("name", {"description": "Name of the entity.", "type": _LENIENT})
        required = ["kind", *(name for name in required if name != "kind")]
    schema: Schema = {
        "$schema": DRAFT,
        "title": f"{entity.kind} ({entity.form})",
        # Go comments begin with the name of the Go type: schemas have the kind instead.
        "description": entity.kind + entity.description.removeprefix(entity.name)
        if entity.description.startswith(entity.name) else entity.description,
        "x-dispatch-kind": entity.kind,
        "x-dispatch-form": entity.form,
        "x-dispatch-source": str(entity.location),
    }  # fmt: skip
    if entity.aliases:
        schema["x-dispatch-aliases"] = list(entity.aliases)
    if entity.nested:
        schema["x-dispatch-nested"] = True
    if entity.ignored:
        schema["x-dispatch-ignored"] = True
    return schema | {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": _further(
            entity.further, entity.kind == BASE or bool(entity.open), entity.form, cache
        ),
        **_comment(entity.open),
        **_definitions(entity, cache),
    }


def _further(
    type_: Type | None, open_: bool, form: Form, cache: FieldSchemas
) -> Schema | bool:  # fmt: skip
    """What fields that are not declared may be; false if there may be none."""
    return open_ if type_ is None else _type_schema(type_, form, cache, nullable=type_.nullable)


def _definitions(entity: EntityType, cache: FieldSchemas) -> Schema:
    """The types that contain themselves."""
    schemas = {
        name: _type_schema(type_, entity.form, cache, nullable=type_.nullable)
        for name, type_ in entity.recursive
    }
    return {"definitions": schemas} if schemas else {}


def _comment(reason: str) -> Schema:
    """Why a schema is open, where it is."""
    return {"$comment": f"open: {reason}"} if reason else {}


def _kind_schema(entity: EntityType, field: Field | None) -> Schema:
    description = field.description if field else "The entity type."
    if entity.form == "manifest":
        return {"description": description, "const": entity.kind}
    return {"description": description, "enum": [entity.kind, *entity.aliases]}


def _required(field: Field, form: Form) -> bool:
    if field.omitempty:
        return False
    is_object = field.type.wire_type == "object" or field.type.same_as
    return form == "stored" or (field.type.pointer and not is_object)


def _field_schema(field: Field, form: Form, cache: FieldSchemas, *, nested: bool) -> Schema:
    key = (id(field), form, nested)
    if key not in cache:
        cache[key] = _new_field_schema(field, form, cache, nested=nested)
    return cache[key]


def _new_field_schema(field: Field, form: Form, cache: FieldSchemas, *, nested: bool) -> Schema:
    type_ = field.type
    schema: Schema = {"description": field.description or f"{field.source_name}."}
    schema |= _type_schema(_as_written(field), form, cache, nullable=_nullable(field, form))
    if nested and field.base and "enum" in schema:
        schema["enum"] = [*schema["enum"], ""]  # an entity inside another may have no status
        if ENUM_DESCRIPTIONS in schema:
            schema[ENUM_DESCRIPTIONS] = [*schema[ENUM_DESCRIPTIONS], "No status."]
    if field.pattern:
        schema["pattern"] = field.pattern
    schema = _with_valid_pattern(schema)
    if field.readonly:
        schema["readOnly"] = True
    if examples := [*filter(is_json, field.examples)]:
        schema["examples"] = examples
    if field.default is not None and is_json(field.default):
        schema["default"] = field.default
    elif type_.wire_type == "boolean" and not type_.pointer:
        schema["default"] = False  # Go reads a missing boolean as false
    if field.reference:
        reference = field.reference
        keyword = {"kind": reference.kind, "by": reference.by}
        keyword |= {"prefix": reference.prefix} if reference.prefix else {}
        keyword |= {"key": reference.key} if reference.key else {}
        schema["x-dispatch-reference"] = keyword
    if field.standard:
        schema["x-dispatch-standard"] = field.standard
    schema["x-dispatch-source"] = str(field.location)
    return schema


def _with_valid_pattern(schema: Schema) -> Schema:
    """A schema without its pattern, if that is not valid: one field does not cost the others."""
    pattern = schema.get("pattern")
    if pattern is None or is_pattern(pattern):
        return schema
    rest = {key: value for key, value in schema.items() if key != "pattern"}
    return rest | _comment(f"the pattern {pattern} is not valid")


def _as_written(field: Field) -> Type:
    """The type of a field, as far as the schema of an entity says it."""
    type_ = field.type
    if field.base and type_.wire_type == "time":
        # The columns of a store have times without a zone; time-order knows where that is right.
        return type_.limited(pattern=COLUMN_TIME)
    # The status of an entity is one of the guide's eight, and what Go leaves out is never empty.
    is_status = field.base and field.name == "status"
    omitted = field.omitempty and not type_.pointer
    return type_._replace(zero=type_.zero and not (is_status or omitted))


def _nullable(field: Field, form: Form) -> bool:
    """Whether null is among the values of a field: Go takes it for all that may be missing."""
    required = _required(field, form)
    if form == "stored":
        return field.omitempty or field.type.nullable
    # A pointer without omitempty is how an API model declares a required field.
    return field.omitempty or not required or (field.type.nullable and not field.type.pointer)


def _type_schema(type_: Type, form: Form, cache: FieldSchemas, *, nullable: bool) -> Schema:
    if type_.same_as:
        again = {"$ref": f"#/definitions/{type_.same_as}"}
        # Behind `$ref` alone, the description of a field would count for nothing.
        return {"anyOf": [again, {"type": "null"}]} if nullable else {"allOf": [again]}
    if type_.wire_type == "any":
        limits = _with_valid_pattern(dict(type_.limits))
        return {"enum": [*limits["enum"], None]} if nullable and "enum" in limits else limits
    if type_.wire_type == "union":
        parts = [_type_schema(part, form, cache, nullable=False) for part in type_.alternatives]
        limits = _with_valid_pattern(dict(type_.limits))
        return limits | {"anyOf": [*parts, {"type": "null"}] if nullable else parts}
    types = list(_JSON_TYPES[type_.wire_type])
    if form == "manifest" and types == ["string"] and type_.wire_type != "enum":
        types = list(_LENIENT)
    if type_.text and "string" not in types:
        types.append("string")
    if nullable:
        types.append("null")
    schema: Schema = {"type": types[0] if len(types) == 1 else types}
    if not type_.text:
        schema |= _with_valid_pattern(dict(type_.limits))
        schema |= _enumeration(type_, nullable=nullable)
    if type_.wire_type in ("list", "map"):
        item = type_.item or Type("any")
        key = "items" if type_.wire_type == "list" else "additionalProperties"
        schema[key] = _type_schema(item, form, cache, nullable=item.nullable)
    elif type_.wire_type == "object":
        schema |= _object_schema(type_, form, cache)
    if type_.unread:
        schema = {key: value for key, value in schema.items() if key != "type"}
    return schema


def _enumeration(type_: Type, *, nullable: bool) -> Schema:
    """The keywords for a type that has certain values only."""
    if not type_.values and type_.wire_type != "enum":
        return {}
    described = {value.value: _enum_description(value) for value in type_.values}
    if type_.zero:
        described.setdefault(_ZEROS[type_.wire_type], "Not set.")
    values: list[str | float | None] = list(described)
    descriptions = list(described.values())
    if nullable:
        values, descriptions = [*values, None], [*descriptions, "Not set."]
    has_descriptions = any(_enum_description(value) for value in type_.values)
    schema: Schema = {"enum": values}
    if has_descriptions:
        schema[ENUM_DESCRIPTIONS] = descriptions
    names = {value.value: value.name for value in type_.values if value.name}
    if names:
        schema[ENUM_NAMES] = [names.get(value, "") for value in described] + [""] * nullable
    return schema


def _enum_description(value: EnumValue) -> str:
    # `StatusREADY: ready to be used.` and `StatusREADY is …` become the part behind the name.
    first, _, rest = value.description.partition(" ")
    if rest and first.rstrip(":").endswith(str(value.value)):
        rest = rest.removeprefix("is ")
        return rest[:1].upper() + rest[1:]
    return value.description


def _object_schema(type_: Type, form: Form, cache: FieldSchemas) -> Schema:
    nested = bool(type_.kind)
    schema: Schema = {}
    if type_.kind:
        schema["x-dispatch-kind"] = type_.kind
    if type_.standard:
        schema["x-dispatch-standard"] = type_.standard
    return schema | {
        "properties": {
            field.name: _field_schema(field, form, cache, nested=nested) for field in type_.fields
        },
        "required": [
            field.name for field in type_.fields
            if _required(field, form) and not (nested and field.base) and not type_.unread
        ],
        "additionalProperties": _further(type_.item, bool(type_.open), form, cache),
        **_comment(type_.open),
    }  # fmt: skip
