"""`EntityType` → JSON Schema, draft-07, in the subset that all editors support.

The subset: self-contained files, local pointers only, no anchors, no embedded `$id`, no
`unevaluatedProperties`. The schemas allow whatever Dispatch's parser allows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import BASE, EntityType, Field, Type
from dispatch_lint.model.reference import Form
from dispatch_lint.schema.folder import EDITOR_FILE
from dispatch_lint.schema.shape import Schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.definitions.model import EnumValue

DRAFT = "http://json-schema.org/draft-07/schema#"
ENUM_DESCRIPTIONS = "enumDescriptions"
"""A description for each value of `enum`, which editors show and validators ignore."""
_JSON_TYPES = {"string": ["string"], "time": ["string"], "integer": ["integer"],
               "unsigned": ["integer"], "number": ["number"], "boolean": ["boolean"],
               "enum": ["string"], "list": ["array"], "map": ["object"],
               "object": ["object"]}  # fmt: skip
_INTEGERS = {"integer": (-(2**63), 2**63 - 1), "unsigned": (0, 2**64 - 1)}
"""The bounds of Go's 64-bit integers."""
# dispatch converts a number or boolean to a string if the model wants one.
_LENIENT = ["string", "number", "boolean"]


def generate(entities: Iterable[EntityType]) -> dict[str, Schema]:
    """All schema files for some definitions.

    Returns:
        The schemas by the path of their file in the schema folder: `stored/<Kind>.schema.json`,
        `manifest/<Kind>.schema.json`, and `dispatch.schema.json` for editors.
    """
    files = {}
    for entity in entities:
        files[f"{entity.form}/{entity.kind}.schema.json"] = entity_schema(entity)
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
    field_schemas = {} if shared is None else shared
    fields = {field.name: field for field in entity.fields}
    properties: dict[str, Schema] = {}
    for name, field in fields.items():
        cache_key = (id(field), entity.form, entity.nested)
        if cache_key not in field_schemas:
            field_schemas[cache_key] = _field_schema(field, entity.form, nested=entity.nested)
        properties[name] = field_schemas[cache_key]
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
        "additionalProperties": entity.kind == BASE,
    }


def editor_schema(manifests: dict[str, Schema]) -> Schema:
    """The schema for editors, which selects the manifest schema by `kind`."""
    kinds = sorted(manifests)
    manifest_ref = {"$ref": "#/definitions/manifest"}
    manifest = {
        "description": "The manifest of one entity.",
        "type": "object",
        "properties": {"kind": {"description": "The entity type.", "enum": kinds}},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/definitions/{kind}"},
            }
            for kind in kinds
        ],
    }
    return {
        "$schema": DRAFT,
        "title": "Dispatch manifest",
        "description": "A document that `dispatch create -f` reads.",
        # A JSON file may be an array of entities.
        "type": ["object", "array"],
        "items": manifest_ref,
        "properties": manifest["properties"],
        "if": {"type": "object"},
        "then": manifest_ref,
        "definitions": {
            "manifest": manifest,
            **{
                kind: {key: value for key, value in manifests[kind].items() if key != "$schema"}
                for kind in kinds
            },
        },
    }


def _kind_schema(entity: EntityType, field: Field | None) -> Schema:
    description = field.description if field else "The entity type."
    if entity.form == "manifest":
        return {"description": description, "const": entity.kind}
    return {"description": description, "enum": [entity.kind, *entity.aliases]}


def _required(field: Field, form: Form) -> bool:
    if field.omitempty:
        return False
    return form == "stored" or (field.type.pointer and field.type.wire_type != "object")


def _field_schema(field: Field, form: Form, *, nested: bool) -> Schema:
    # Go accepts null for lists, maps and pointers, and for every value that may be missing. A
    # pointer without omitempty is how an API model declares a required field.
    pointer = field.type.pointer and not _required(field, form)
    nullable = (
        field.omitempty
        or pointer
        or field.type.wire_type in ("list", "map")
        or (form == "manifest" and not _required(field, form))
    )
    type_ = field.type
    schema: Schema = {"description": field.description or f"{field.source_name}."}
    schema |= _type_schema(type_, form, nullable=nullable)
    if nested and field.base and "enum" in schema:
        schema["enum"] = [*schema["enum"], ""]  # an entity inside another may have no status
        if ENUM_DESCRIPTIONS in schema:
            schema[ENUM_DESCRIPTIONS] = [*schema[ENUM_DESCRIPTIONS], "No status."]
    if field.pattern:
        schema["pattern"] = field.pattern
    if field.readonly:
        schema["readOnly"] = True
    if field.examples:
        schema["examples"] = list(field.examples)
    if field.default is not None:
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


def _type_schema(type_: Type, form: Form, *, nullable: bool) -> Schema:
    if type_.wire_type == "any":
        return {}
    types = list(_JSON_TYPES[type_.wire_type])
    if form == "manifest" and types == ["string"] and type_.wire_type != "enum":
        types = list(_LENIENT)
    if nullable:
        types.append("null")
    schema: Schema = {"type": types[0] if len(types) == 1 else types}
    if type_.wire_type in _INTEGERS:
        schema["minimum"], schema["maximum"] = _INTEGERS[type_.wire_type]
    elif type_.wire_type == "enum":
        values: list[str | None] = [value.value for value in type_.values]
        schema["enum"] = [*values, None] if nullable else values
        descriptions = [_enum_description(value) for value in type_.values]
        if any(descriptions):
            schema[ENUM_DESCRIPTIONS] = [*descriptions, "Not set."] if nullable else descriptions
    elif type_.wire_type in ("list", "map"):
        assert type_.item is not None
        key = "items" if type_.wire_type == "list" else "additionalProperties"
        schema[key] = _type_schema(type_.item, form, nullable=type_.item.pointer)
    elif type_.wire_type == "object":
        schema |= _object_schema(type_, form)
    return schema


def _enum_description(value: EnumValue) -> str:
    # `StatusREADY: ready to be used.` and `StatusREADY is …` become the part behind the name.
    first, _, rest = value.description.partition(" ")
    if rest and first.rstrip(":").endswith(value.value):
        rest = rest.removeprefix("is ")
        return rest[:1].upper() + rest[1:]
    return value.description


def _object_schema(type_: Type, form: Form) -> Schema:
    nested = bool(type_.kind)
    schema: Schema = {}
    if type_.kind:
        schema["x-dispatch-kind"] = type_.kind
    if type_.standard:
        schema["x-dispatch-standard"] = type_.standard
    return schema | {
        "properties": {
            field.name: _field_schema(field, form, nested=nested) for field in type_.fields
        },
        "required": [
            field.name for field in type_.fields
            if _required(field, form) and not (nested and field.base)
        ],
        "additionalProperties": False,
    }  # fmt: skip
