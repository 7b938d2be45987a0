"""The schema for editors, which combines those of all manifests."""

from __future__ import annotations

from typing import Any

from dispatch_lint.model.base_entity import SERVER_OWNED
from dispatch_lint.schema.shape import DRAFT, Schema


def editor_schema(manifests: dict[str, Schema]) -> Schema:
    """The schema for editors, which selects the manifest schema by `kind`."""
    kinds = sorted(manifests)
    manifest_ref = {"$ref": "#/definitions/manifest"}
    manifest = {
        "description": "The manifest of one entity.",
        "type": "object",
        "properties": {"kind": {"description": "The entity type.", "enum": kinds}},
        "required": ["kind"],
        "defaultSnippets": [_snippet(kind, manifests[kind]) for kind in kinds],
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
                kind: _with_hints(_part_of_editor_schema(kind, _own_part(manifests[kind])))
                for kind in kinds
            },
            **{
                f"{kind}.{name}": _part_of_editor_schema(kind, schema)
                for kind in kinds
                for name, schema in manifests[kind].get("definitions", {}).items()
            },
        },
    }


def _snippet(kind: str, schema: Schema) -> Schema:
    """A kind with the fields that it requires, which YAML and JSON editors offer."""
    names = ["name", *schema.get("required", ())]
    required = [name for name in dict.fromkeys(names) if name not in {"kind", *SERVER_OWNED}]
    fields = {name: f"${{{number}}}" for number, name in enumerate(required, 1)}
    return {
        "label": kind,
        "description": schema.get("description", ""),
        "body": {"kind": kind, **fields},
    }


def _with_hints(schema: Schema) -> Schema:
    """The schema of a kind with what some editors show beside a field, and others pass over."""
    properties = {}
    for name, field in schema["properties"].items():
        hints = {}
        reference = field.get("x-dispatch-reference")
        if reference:
            by = "the ID" if reference["by"] == "id" else "the name"
            text = field.get("description", "")
            hints["markdownDescription"] = f"{text}\n\nHolds {by} of: **{reference['kind']}**."
        if name in SERVER_OWNED:
            hints["deprecationMessage"] = f'The server sets "{name}"; in a manifest it is ignored.'
        properties[name] = {**field, **hints}
    return {**schema, "properties": properties}


def _own_part(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("$schema", "definitions")}


def _part_of_editor_schema(kind: str, value: Any) -> Any:
    """A part of the schema of a kind, whose own definitions have the kind before their names."""
    if isinstance(value, list):
        return [_part_of_editor_schema(kind, item) for item in value]
    if not isinstance(value, dict):
        return value
    part = {key: _part_of_editor_schema(kind, inner) for key, inner in value.items()}
    if isinstance(part.get("$ref"), str):
        part["$ref"] = part["$ref"].replace("#/definitions/", f"#/definitions/{kind}.")
    return part
