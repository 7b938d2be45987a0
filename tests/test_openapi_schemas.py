"""What schemas from OpenAPI accept and refuse: what the description allows."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from tests.openapi_differential import _schema, is_available, run
from tests.test_cli import run as command

SECONDS = 20


@pytest.mark.skipif(
    not is_available(),
    reason="there is no independent reader: pip install openapi-schema-validator",
)
def test_schemas_agree_with_an_independent_reader() -> None:
    seed = Random().randrange(10**9)
    done, found = run(100_000, seed, SECONDS)
    assert not found, "\n".join(map(str, found[:10]))
    assert done >= 50, f"seed {seed}"


def validator_of(field: dict[str, Any], **models: Any) -> Any:
    widget = {"properties": {"kind": {"type": "string"}, "name": {"type": "string"}, "it": field},
              "required": ["it"]}  # fmt: skip
    description = {"openapi": "3.1.0", "components": {"schemas": {"Widget": widget, **models}}}
    return jsonschema_rs.Draft7Validator(_schema(json.dumps(description)))


@pytest.mark.parametrize(
    ("field", "valid", "invalid"),
    [
        ({"type": "integer", "nullable": True}, [1, None], ["a"]),
        ({"type": "integer", "x-nullable": True}, [1, None], ["a"]),
        ({"type": ["integer", "null"]}, [1, None], ["a"]),
        ({"type": ["boolean", "integer"]}, [1, True], [None, [], "a"]),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, [1, None], [[]]),
        ({"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, [1, True], [[], "a"]),
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": True},
         [{"a": 1, "b": "x"}], [{"a": "x"}]),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": {"type": "integer"}},
         [{"a": True, "b": 1}], [{"b": True}]),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, [{"a": 1}], [{"b": 1}]),
        ({"type": "object", "properties": {"a": {"type": "integer"}},
          "oneOf": [{"properties": {"b": {"type": "integer"}}}, {"properties": {"c": {"type": "integer"}}}]},
         [{"a": 1, "b": 2}, {"c": 1}], [{"d": 1}]),
        ({"type": "object", "allOf": [{"properties": {"b": {"type": "integer"}}}], "properties": {"a": {"type": "integer"}}},
         [{"a": 1, "b": 2}], [{"b": "x"}, {"c": 1}]),
        ({"type": "string", "maxLength": 2, "minLength": 1}, ["a"], ["", "abc"]),
        ({"type": "number", "minimum": 1, "maximum": 2}, [1.5], [0, 3]),
        ({"type": "integer", "exclusiveMinimum": 1}, [2], [1]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"enum": [1, 2]}, [1], [3, "1"]),
        ({"type": "number", "enum": [1.5]}, [1.5], [1]),
        ({"const": "a"}, ["a"], ["b"]),
        ({"enum": ["a", 1, True]}, ["a", 1, True], ["b"]),
        ({"type": "string", "enum": ["a", None]}, ["a", None], ["b"]),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 1}, [[1]], [[1, 2], ["a"]]),
        ({"$ref": "nowhere.yaml#/components/schemas/X"}, [1, "a", {}, None], []),
    ],
)  # fmt: skip
def test_values_of_a_field(field: dict[str, Any], valid: list[Any], invalid: list[Any]) -> None:
    validator = validator_of(field)
    entity = {"kind": "Widget", "name": "a"}
    assert [value for value in valid if not validator.is_valid(entity | {"it": value})] == []
    assert [value for value in invalid if validator.is_valid(entity | {"it": value})] == []


META = {"properties": {"kind": {"type": "string"}, "name": {"type": "string"}}}
WIDGET = {"allOf": [{"$ref": "#/definitions/Meta"}, {"properties": {"size": {"type": "integer"}}}]}


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ({"Meta": META, "Widget": WIDGET}, ["Widget"]),
        ({"Thing": META, "Widget": {"properties": META["properties"]}}, ["Thing", "Widget"]),
        ({"WidgetReference": META, "Widget": META}, ["Widget"]),
        ({"Widget": {"properties": META["properties"] | {"apiVersion": {}}}, "Thing": META}, ["Thing"]),
    ],
)  # fmt: skip
def test_what_is_a_kind(models: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps({"swagger": "2.0", "definitions": models}))
    listed = json.loads(command(tmp_path, "schema", "list", "api.json", "-f", "json").stdout)
    assert sorted(kind["kind"] for kind in listed["kinds"]) == expected


def test_models_in_other_files(tmp_path: Path) -> None:
    part = {"properties": {"size": {"$ref": "#/definitions/Size"}}}
    shared = {"definitions": {"Part": part, "Size": {"type": "integer", "maximum": 9}}}
    (tmp_path / "common").mkdir()
    (tmp_path / "common/parts.json").write_text(json.dumps(shared))
    widget = {"properties": META["properties"] | {
        "part": {"$ref": "common/parts.json#/definitions/Part"},
        "gone": {"$ref": "gone.json#/definitions/Part"},
        "out": {"$ref": "https://example.org/x.json#/definitions/Part"},
    }}  # fmt: skip
    description = {"swagger": "2.0", "definitions": {"Widget": widget}}
    (tmp_path / "api.json").write_text(json.dumps(description))
    result = command(tmp_path, "schema", "generate", "--definitions", "api.json")
    assert result.returncode == 0
    fields = json.loads((tmp_path / "schemas/manifest/Widget.schema.json").read_text())[
        "properties"
    ]
    assert fields["part"]["properties"]["size"]["maximum"] == 9
    assert fields["part"]["properties"]["size"]["x-dispatch-source"].startswith(
        "common/parts.json:"
    )
    assert "type" not in fields["gone"] and "type" not in fields["out"]
    said = result.stderr.decode()
    assert "open: gone.json#/definitions/Part was not found" in said
    assert "open: https://example.org/x.json#/definitions/Part was not found" in said
