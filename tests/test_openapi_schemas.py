"""What schemas from OpenAPI accept and refuse: what the description allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.openapi import Description
from dispatch_lint.definitions.reading import Definitions, read_sources
from dispatch_lint.schema.generate import entity_schema
from dispatch_lint.text.json_reader import read_json
from tests.openapi_differential import _schema, is_available, run
from tests.test_cli import run as command

SECONDS = 20
META = {"properties": {"kind": {"type": "string"}, "name": {"type": "string"}}}


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


@pytest.mark.parametrize(("allowed", "value", "message"), [
    ([1, 2.5], "3", "3 is not one of 1, 2.5"),
    ([True], "false", "false is not one of true"),
    (["a", 1], '"b"', '"b" is not one of "a", 1'),
])  # fmt: skip
def test_a_message_shows_values_as_json_has_them(
    allowed: list[object], value: str, message: str, tmp_path: Path
) -> None:
    widget = {"properties": META["properties"] | {"it": {"enum": allowed}}}
    text = json.dumps({"openapi": "3.0.3", "components": {"schemas": {"Widget": widget}}})
    (tmp_path / "api.json").write_text(text)
    (tmp_path / "dispatch-lint.toml").write_text('definitions = ["api.json"]\n')
    (tmp_path / "w.yaml").write_text(f"kind: Widget\nname: a\nit: {value}\n")
    result = command(tmp_path, "check", "w.yaml", "-f", "concise")
    assert f"w.yaml:3:5: error[schema] {message}" in result.stdout.decode()


def one_of(*types: dict[str, Any]) -> dict[str, Any]:
    """An object with a field of one of some types."""
    return {"properties": {"q": {}}, "oneOf": [{"properties": {"c": type_}} for type_ in types]}


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
        # Objects of which nothing more is said
        ({"type": "object"}, [{}, {"a": [1]}], ["x", 1, []]),
        ({"type": "object", "additionalProperties": False}, [{}], [{"a": 1}, "x"]),
        ({"additionalProperties": {"type": "integer"}}, [{"a": 1}], [{"a": "x"}]),
        ({"type": "object", "maxProperties": 1}, [{"a": 1}], [{"a": 1, "b": 2}]),
        ({"type": ["object", "string"], "properties": {"a": {"type": "integer"}}},
         ["x", {"a": 1}], [{"a": "x"}, []]),
        ({"type": "object", "properties": {"a": {}}, "required": ["b"]}, [{"b": 1}], [{"a": 1}]),
        # What all of several schemas allow
        ({"allOf": [{"type": "string"}, {"maxLength": 3}]}, ["abc"], ["abcd"]),
        ({"allOf": [{"type": "integer", "minimum": 1}, {"type": "number", "maximum": 5}]}, [3], [0, 6, 2.5]),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, ["b"], ["a", "c"]),
        ({"type": "integer", "anyOf": [{"minimum": 5}, {"maximum": 3}]}, [1, 9], ["a", []]),
        ({"type": "object", "properties": {"a": {"type": "integer"}},
          "allOf": [{"properties": {"a": {"maximum": 5}}, "required": ["a"]}]}, [{"a": 1}], [{"a": 9}, {}]),
        ({"allOf": [{"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, {"type": "integer"}]}, [1], [True]),
        ({"type": "string", "oneOf": [{"const": "a"}, {"const": "b"}]}, ["a"], ["c"]),
        ({"const": None}, [None], ["a"]),
        ({"maxLength": 3, "anyOf": [{"type": "string"}, {"type": "integer"}]}, ["abc", 1], ["abcd", []]),
        ({"maxLength": 2.0}, ["ab", 1], ["abc"]),
        # Keywords that have a say in what another one holds for
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, [["a", 1], ["a"]], ["x"]),
        ({"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": {"type": "integer"}},
         [{"x-a": "b", "c": 1}], [1]),
        ({"properties": {"a": {"type": "boolean"}}, "patternProperties": {"^x-": {"type": "string"}},
          "additionalProperties": {"type": "integer"}}, [{"a": True, "x-a": "b", "c": 1}], [{"a": 1}]),
        ({"properties": {"a": {"type": "integer"}}, "unevaluatedProperties": {"type": "boolean"}},
         [{"a": 1, "b": True}], [{"a": "x"}, {"b": 1}]),
        ({"properties": {"a": {"type": "integer"}}, "unevaluatedProperties": True}, [{"a": 1, "b": "x"}], [{"a": "x"}]),
        # Fields that only some objects have
        ({"properties": {"a": {"type": "integer"}}, "if": {"properties": {"a": {"const": 1}}},
          "then": {"properties": {"b": {"type": "integer"}}, "required": ["b"]}, "else": {"properties": {"c": {"type": "integer"}}}},
         [{"a": 1, "b": 1}, {"a": 2, "c": 1}, {"a": 2}], [{"b": "x"}, {"d": 1}]),
        ({"properties": {"a": {"type": "integer"}}, "dependentSchemas": {"a": {"properties": {"b": {"type": "integer"}}, "required": ["b"]}}},
         [{"a": 1, "b": 1}, {}], [{"b": "x"}, {"d": 1}]),
        # One field of several alternatives
        (one_of({"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}), [{"c": "a"}, {"c": "b"}], [{"c": []}]),
        (one_of({"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, {"anyOf": [{"type": "integer"}, {"type": "array"}]}),
         [{"c": 1}, {"c": True}, {"c": []}], [{"c": {}}]),
        (one_of({"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}}),
         [{"c": {"a": 1, "b": 1, "d": True}}], [{"c": {"d": 1}}]),
        (one_of({"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}}, {"properties": {"b": {}}, "additionalProperties": True}),
         [{"c": {"a": 1, "d": "x"}}], [{"c": 1}]),
        (one_of({"properties": {"a": {}}, "maxProperties": 1}, {"properties": {"a": {}, "b": {}}}), [{"c": {"a": 1, "b": 1}}], [{"c": 1}]),
        (one_of({"enum": [True, "a"]}, {"enum": [False, "a"]}), [{"c": True}, {"c": False}], []),
        # What the object of a request need not have
        ({"properties": {"id": {"type": "string", "readOnly": True}, "a": {"type": "string"}}, "required": ["id", "a"]},
         [{"a": "x"}, {"a": "x", "id": "y"}], [{"id": "y"}, {"a": "x", "id": []}]),
        ({"properties": {"a": {"type": "string", "writeOnly": True}}, "required": ["a"]}, [{"a": "x"}], [{}]),
        # A pattern that is not valid
        ({"type": "array", "items": {"pattern": "("}}, [["x"]], ["x"]),
    ],
)  # fmt: skip
def test_values_of_a_field(field: dict[str, Any], valid: list[Any], invalid: list[Any]) -> None:
    validator = validator_of(field)
    entity = {"kind": "Widget", "name": "a"}
    assert [value for value in valid if not validator.is_valid(entity | {"it": value})] == []
    assert [value for value in invalid if validator.is_valid(entity | {"it": value})] == []


@pytest.mark.parametrize(
    ("model", "valid", "invalid"),
    [
        ({"type": "object", "properties": {"next": {"$ref": "#/components/schemas/X"}, "v": {"type": "integer"}}},
         [{}, {"next": {"next": {"v": 1}}}], [{"next": {"next": {"v": "a"}}}, {"next": {"w": 1}}]),
        ({"type": "array", "items": {"$ref": "#/components/schemas/X"}}, [[[], [[]]]], [[["a"]], {}]),
        ({"$ref": "#/components/schemas/X"}, [1, "a"], []),
        ({"oneOf": [{"$ref": "#/components/schemas/X"}, {"type": "string"}]}, ["a"], []),
        (one_of({"$ref": "#/components/schemas/X"}, {}), [{"c": {"c": [1]}}], []),
        # So large that it is left open where it is inside itself
        ({"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/X"}}]},
                         **{f"f{number}": {} for number in range(2_100)}}},
         [{"a": [{"a": "x"}]}], [{"a": {}}]),
    ],
)  # fmt: skip
def test_models_that_contain_themselves(
    model: dict[str, Any], valid: list[Any], invalid: list[Any]
) -> None:
    validator = validator_of({"$ref": "#/components/schemas/X"}, X=model)
    entity = {"kind": "Widget", "name": "a"}
    assert [value for value in valid if not validator.is_valid(entity | {"it": value})] == []
    assert [value for value in invalid if validator.is_valid(entity | {"it": value})] == []


@pytest.mark.parametrize(("version", "counts"), [("3.1.0", True), ("3.0.3", False)])
@pytest.mark.parametrize("limit", [{"maxLength": 3}, {"pattern": "^l"}])
def test_what_stands_beside_a_reference(
    version: str, counts: bool, limit: dict[str, object]
) -> None:
    level = {"type": "string"}
    widget = {
        "properties": META["properties"] | {"it": {"$ref": "#/components/schemas/Level"} | limit}
    }
    description = {
        "openapi": version,
        "components": {"schemas": {"Widget": widget, "Level": level}},
    }
    validator = jsonschema_rs.Draft7Validator(_schema(json.dumps(description)))
    assert validator.is_valid({"kind": "Widget", "name": "a", "it": "high"}) is not counts


@pytest.mark.parametrize(("version", "counts"), [("3.1.0", True), ("3.0.3", False)])
@pytest.mark.parametrize("inside", [False, True])
def test_fields_beside_the_reference_to_a_base(version: str, counts: bool, inside: bool) -> None:
    widget: dict[str, Any] = {
        "$ref": "#/components/schemas/Base",
        "properties": {"size": {"type": "integer"}},
    }
    models = {"Widget": {"allOf": [widget]} if inside else widget, "Base": META}
    description = {"openapi": version, "components": {"schemas": models}}
    validator = jsonschema_rs.Draft7Validator(_schema(json.dumps(description)))
    assert validator.is_valid({"kind": "Widget", "name": "a", "size": 1}) is counts
    assert not validator.is_valid({"kind": "Widget", "name": "a", "size": "x"})


def _chain(make: Callable[[dict[str, Any]], dict[str, Any]], count: int) -> dict[str, Any]:
    """Models of which each leads to the next."""
    models = {
        f"M{number}": make({"$ref": f"#/definitions/M{number + 1}"}) for number in range(count)
    }
    return models | {f"M{count}": META}


def _lists(schema: dict[str, Any]) -> dict[str, Any]:
    for _ in range(45):
        schema = {"type": "array", "items": schema}
    return schema


def _nested_alternatives(schema: dict[str, Any]) -> dict[str, Any]:
    for _ in range(45):
        schema = {"oneOf": [schema, {"type": "boolean"}]}
    return schema


@pytest.mark.parametrize(
    "models",
    [
        _chain(lambda schema: schema, 600),
        _chain(lambda schema: {"allOf": [schema, {"properties": {"a": {}}}]}, 450),
        _chain(_lists, 40),
        _chain(_nested_alternatives, 40),
        _chain(lambda schema: {"oneOf": [schema, schema]}, 40),
        _chain(lambda schema: {"allOf": [schema, schema]}, 40),
        _chain(lambda schema: {"anyOf": [schema, {"type": "array", "items": schema}]}, 40),
    ],
    ids=["references", "bases", "lists", "alternatives", "twice one", "twice all", "or a list"],
)  # fmt: skip
@pytest.mark.parametrize("root", [False, True])
def test_models_that_lead_to_many_others(models: dict[str, Any], root: bool) -> None:
    start = {"$ref": "#/definitions/M0"}
    widget: dict[str, Any] = {"oneOf": [start]} if root else {}
    widget |= {"properties": META["properties"] | ({} if root else {"it": start})}
    text = json.dumps({"swagger": "2.0", "definitions": {"Widget": widget, **models}})
    part = next(iter(read_json(text, Limits())))
    found = read_sources([], [Description("api.json", part)], Conventions(foreign=True), 2_000)
    type_ = next(type_ for type_ in found.types if type_.name == "Widget")
    validator = jsonschema_rs.Draft7Validator(entity_schema(type_))
    values: list[dict[str, Any]] = [{}] if root else [{"it": {}}, {"it": []}]
    entity = {"kind": "Widget", "name": "a"}
    assert any(validator.is_valid(entity | value) for value in values)


WIDGET = {"allOf": [{"$ref": "#/definitions/Meta"}, {"properties": {"size": {"type": "integer"}}}]}


def test_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    fields = ("minimum: .inf", "multipleOf: .inf", "enum: [1, .nan]", "const: -.inf",
              "example: .nan", "default: {a: .inf}")  # fmt: skip
    lines = [f"        f{number}: {{{field}}}\n" for number, field in enumerate(fields)]
    text = "openapi: 3.1.0\ncomponents:\n  schemas:\n    Widget:\n      properties:\n"
    names = "        kind: {type: string}\n        name: {type: string}\n"
    (tmp_path / "api.yaml").write_text(text + names + "".join(lines), encoding="utf-8")
    (tmp_path / "dispatch-lint.toml").write_text('definitions = ["api.yaml"]\n', encoding="utf-8")
    (tmp_path / "w.yaml").write_text("kind: Widget\nname: a\nf2: 3\n", encoding="utf-8")
    result = command(tmp_path, "check", "w.yaml")
    assert result.returncode == 0, result.stderr
    shown = command(tmp_path, "schema", "show", "Widget").stdout
    assert b"NaN" not in shown and b"Infinity" not in shown and b"f5" in shown


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ({"Meta": META, "Widget": WIDGET}, ["Widget"]),
        ({"Thing": META, "Widget": {"properties": META["properties"]}}, ["Thing", "Widget"]),
        ({"WidgetReference": META, "Widget": META}, ["Widget"]),
        ({"Widget": {"properties": META["properties"] | {"apiVersion": {}}}, "Thing": META}, ["Thing"]),
        # Names that are no part of a key, nor a file
        ({"../../out": META, "a/b": META, "": META, "Page«W»": META, "v1.Widget": META}, ["v1.Widget"]),
        # The kind is what its field says, unless several say the same.
        ({"GadgetModel": {"properties": META["properties"] | {"kind": {"enum": ["Gadget"]}}}}, ["Gadget"]),
        ({name: {"properties": META["properties"] | {"kind": {"enum": ["Gadget"]}}} for name in ("A", "B")},
         []),
        ({"Base": {"properties": META["properties"] | {"kind": {"enum": ["Base"]}}},
          "Widget": {"allOf": [{"$ref": "#/definitions/Base"}]}}, ["Widget"]),
    ],
)  # fmt: skip
def test_what_is_a_kind(models: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps({"swagger": "2.0", "definitions": models}))
    listed = json.loads(command(tmp_path, "schema", "list", "api.json", "-f", "json").stdout)
    assert sorted(kind["kind"] for kind in listed["kinds"]) == expected


def entity(kind: Any = None, **fields: Any) -> dict[str, Any]:
    return {"properties": {"name": {}, "kind": kind or {"type": "string"}, **fields}}


REFS = [{"$ref": "#/definitions/Pump"}, {"$ref": "#/definitions/Valve"}]


@pytest.mark.parametrize(
    ("models", "kinds", "why"),
    [
        ({"It": entity({"type": "integer"})}, [], "its kind is no text"),
        ({"It": entity({"type": ["integer", "string"]})}, ["It"], ""),
        ({"It": entity({"enum": ["admin", "guest"]})}, [], 'its kind is never its name: "admin", "guest"'),
        ({"It": entity({"enum": ["admin", "It"]})}, ["It"], ""),
        ({"It": entity({"$ref": "#/definitions/K"}), "K": {"enum": ["b", "a"]}}, [], 'its kind is never its name: "a", "b"'),
        ({"Meta": entity({"enum": ["a", "b"]}), "It": {"allOf": [{"$ref": "#/definitions/Meta"}]}},
         [], 'its kind is never its name: "a", "b"'),
        ({"It": entity(status={"enum": ["READY", "ERROR", "failed"]})}, ["It"], ""),
        ({"It": entity(status={"$ref": "#/definitions/S"}), "S": {"enum": ["error", "failed", "done"]}},
         [], "most of its statuses are none of Dispatch"),
        # In each alternative
        ({"It": {"oneOf": [entity({"const": "It"}, x={}), entity({"const": "It"}, y={})]}}, ["It"], ""),
        ({"It": {"oneOf": [entity({"const": "Own"}), entity({"const": "Own"})]}}, ["Own"], ""),
        ({"It": {"anyOf": [entity(), entity()]}}, ["It"], ""),
        ({"It": {"oneOf": [entity(), {"properties": {"name": {}}}]}}, [], None),
        ({"It": {"oneOf": [entity({"const": "a"}), entity({"const": "b"})]}}, [], 'its kind is never its name: "a"'),
        ({"It": {"oneOf": REFS}, "Pump": entity(), "Valve": entity()},
         ["Pump", "Valve"], "only as one of several other models"),
        ({"It": {"oneOf": REFS}, "Pump": entity({"const": "It"}, x={}), "Valve": entity({"const": "It"}, y={})},
         ["It"], ""),
        ({"It": {"oneOf": [{"$ref": "#/definitions/It"}]}, "Pump": entity()}, ["Pump"], None),
    ],
)  # fmt: skip
def test_a_kind_can_be_named(
    models: dict[str, Any], kinds: list[str], why: str | None, tmp_path: Path
) -> None:
    text = json.dumps({"openapi": "3.1.0", "definitions": models})
    (tmp_path / "api.json").write_text(text, encoding="utf-8")
    listed = command(tmp_path, "schema", "list", "api.json", "-f", "json")
    assert sorted(kind["kind"] for kind in json.loads(listed.stdout)["kinds"]) == kinds
    listed = command(tmp_path, "schema", "list", "api.json", "--skipped", "-f", "json")
    skipped = [one for one in json.loads(listed.stdout)["skipped"] if one["name"] == "It"]
    expected = [f"it has a kind and a name, but {why}"] if why else []
    assert [one["why"] for one in skipped] == expected


def including(name: str, **fields: Any) -> dict[str, Any]:
    return {"allOf": [{"$ref": f"#/definitions/{name}"}, {"properties": fields}]}


@pytest.mark.parametrize("discriminator", ["kind", {"propertyName": "kind"}])
@pytest.mark.parametrize(
    ("main", "valid", "invalid"),
    [
        ({"$ref": "#/definitions/Resource"}, [{"kind": "Pump", "rate": 1}], [{"name": []}, 1]),
        ({"allOf": [{"$ref": "#/definitions/Resource"}], "description": "x"}, [{"rate": 1}], [{"name": []}]),
        ({"items": {"$ref": "#/definitions/Resource"}, "type": "array"}, [[{"rate": 1}]], [{"rate": 1}]),
        ({"$ref": "#/definitions/Pump"}, [{"rate": 1, "size": 2}], [{"rate": "x"}]),
        # For what nothing includes, nothing else can stand.
        ({"$ref": "#/definitions/Large"}, [{"rate": 1, "size": 2}], [{"more": 1}]),
        ({"$ref": "#/definitions/Plain"}, [{"part": {"rate": 1}}], [{"more": 1}]),
        ({"$ref": "#/definitions/Either"}, [{"a": 1}], [{"more": 1}]),
    ],
)  # fmt: skip
def test_models_that_stand_for_their_base(
    discriminator: Any, main: dict[str, Any], valid: list[Any], invalid: list[Any]
) -> None:
    models = {
        "Widget": entity(main=main),
        "Resource": entity({"type": "string"}, name={"type": "string"}, of={"$ref": "#/definitions/Resource"})
        | {"discriminator": discriminator},
        "Pump": including("Resource", rate={"type": "number"}),
        "Large": including("Pump", size={"type": "number"}),
        "Plain": {"properties": {"part": {"$ref": "#/definitions/Pump"}}},
        "Either": {"oneOf": [{"properties": {"a": {}}}], "properties": {"b": {}}, "discriminator": discriminator},
    }  # fmt: skip
    description = {"swagger": "2.0", "definitions": models}
    found = read_description(description)
    widget = entity_schema(next(type_ for type_ in found.types if type_.name == "Widget"))
    validator = jsonschema_rs.Draft7Validator(widget)
    document = {"kind": "Widget", "name": "a"}
    assert [value for value in valid if not validator.is_valid(document | {"main": value})] == []
    assert [value for value in invalid if validator.is_valid(document | {"main": value})] == []
    resource = entity_schema(next(type_ for type_ in found.types if type_.name == "Resource"))
    validator = jsonschema_rs.Draft7Validator(resource)
    assert validator.is_valid({"kind": "Resource", "name": "a", "of": {"of": {"rate": 1}}})
    assert not validator.is_valid({"kind": "Resource", "name": "a", "rate": 1})
    assert "open: a model that includes it, by its discriminator, may stand for it" in {
        note.message for note in found.notes
    }


ANIMALS = {
    "Cat": {"type": "object", "properties": {"sort": {"type": "string"}, "lives": {"type": "integer"}}, "required": ["sort"]},
    "Dog": {"type": "object", "properties": {"bark": {"type": "boolean"}}},
}  # fmt: skip
MAPPING = {"kitty": "#/components/schemas/Cat", "puppy": "Dog", "hound": "Dog"}


@pytest.mark.parametrize("key", ["oneOf", "anyOf"])
@pytest.mark.parametrize("beside", [{}, {"properties": {"a": {}}}])
def test_the_mapping_of_a_discriminator_names_alternatives(
    key: str, beside: dict[str, Any]
) -> None:
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in ANIMALS]
    told = {key: refs, "discriminator": {"propertyName": "sort", "mapping": MAPPING}}
    validator = validator_of(told | beside, **ANIMALS)
    document = {"kind": "Widget", "name": "a"}
    for sort in ("kitty", "Cat", "puppy", "hound", "Dog"):
        assert validator.is_valid(document | {"it": {"sort": sort}})
    assert not validator.is_valid(document | {"it": {"sort": "cow"}})
    apart = validator.is_valid(document | {"it": {"sort": "kitty", "bark": True}})
    assert apart is bool(beside)  # else each alternative is an object by itself


@pytest.mark.parametrize(
    ("mapping", "kinds"),
    [
        ({"pump": "#/definitions/Pump", "valve": "Valve"}, ["pump", "valve"]),
        ({"pump": "#/definitions/Pump", "water-pump": "#/definitions/Pump"}, ["Pump", "Valve"]),
        ({"pump": "#/definitions/Gone", "valve": 1, 2: "Pump"}, ["2", "Valve"]),
        ("pump", ["Pump", "Valve"]),
    ],
)  # fmt: skip
def test_the_mapping_of_the_field_kind_names_kinds(mapping: Any, kinds: list[str]) -> None:
    models = {
        "Resource": entity() | {"discriminator": {"propertyName": "kind", "mapping": mapping}},
        "Pump": including("Resource", rate={"type": "number"}),
        "Valve": including("Resource", size={"type": "number"}),
    }
    found = read_description({"openapi": "3.0.3", "definitions": models})
    assert sorted(type_.kind for type_ in found.types) == kinds


@pytest.mark.parametrize(
    ("field", "keywords"),
    [
        ({"properties": {"a": {}}, "if": {"required": ["a"]}, "then": {"required": ["b"]}}, '"if"'),
        ({"type": "string", "not": {"const": "x"}}, '"not"'),
        ({"type": "array", "contains": {"type": "integer"}, "minContains": 2}, '"contains", "minContains"'),
        ({"allOf": [{"properties": {"a": {}}, "dependentRequired": {"a": ["b"]}}]}, '"dependentRequired"'),
        ({"type": "object", "propertyNames": {"pattern": "^a"}}, '"propertyNames"'),
        ({"oneOf": [{"type": "string"}, {"type": "array", "prefixItems": [{}]}]}, '"prefixItems"'),
        ({"type": "string", "if": {}, "maxLength": 3}, None),
        ({"properties": {"not": {"type": "string"}, "if": {}, "then": {}}}, None),
    ],
)  # fmt: skip
def test_what_a_schema_leaves_out_is_said(field: dict[str, Any], keywords: str | None) -> None:
    widget = {"properties": META["properties"] | {"it": field}}
    # No kind is made of the other one.
    other = {"type": "string", "not": {"const": "x"}}
    models = {"Widget": widget, "Other": other}
    found = read_description({"openapi": "3.1.0", "definitions": models})
    messages = [note.message for note in found.notes]
    assert messages == ([f"open: the schema leaves out {keywords}"] if keywords else [])


def read_description(description: dict[str, Any]) -> Definitions:
    text = json.dumps(description)
    part = next(iter(read_json(text, Limits())))
    return read_sources([], [Description("api.json", part)], Conventions(foreign=True))


def test_an_entity_inside_itself() -> None:
    widget = {"properties": META["properties"] | {"parts": {"type": "array", "items": {"$ref": "#/definitions/Widget"}}},
              "required": ["name"]}  # fmt: skip
    description = {"swagger": "2.0", "definitions": {"Widget": widget}}
    validator = jsonschema_rs.Draft7Validator(_schema(json.dumps(description)))
    inner = {"name": "b", "parts": [{"name": "c", "kind": "x"}]}
    assert validator.is_valid({"kind": "Widget", "name": "a", "parts": [inner]})
    assert not validator.is_valid(
        {"kind": "Widget", "name": "a", "parts": [{"name": "b", "parts": [{}]}]}
    )


def test_no_name_leads_out_of_the_folder_of_schemas(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps({"swagger": "2.0", "definitions": {"It": META}}))
    (tmp_path / "dispatch-lint.toml").write_text('kinds = { "api.json#It" = "../../out" }\n')
    result = command(tmp_path, "schema", "generate", "--definitions", "api.json")
    assert result.returncode == 2
    assert b'"../../out" cannot be the name of a kind' in result.stderr
    (tmp_path / "a.go").write_text(
        "package a\n\n// +dispatch:kind=../../out\ntype A struct {\n\tBaseEntity\n}\n"
    )
    result = command(tmp_path, "schema", "generate", "--definitions", "a.go")
    assert b'a.go:3: "../../out" cannot be the name of a kind' in result.stderr
    assert not list(tmp_path.rglob("out*"))


def test_a_kind_that_two_descriptions_declare_is_said(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps({"swagger": "2.0", "definitions": {"It": META}}))
    said = command(tmp_path, "schema", "generate", "--definitions", ".").stderr.decode()
    assert "two.json:1: the kind It (manifest) is already declared at one.json:1" in said


@pytest.mark.parametrize("reference", [
    "a%00b.yaml#/x", "a\0b.yaml#/x", "a\ud800b.yaml#/x", f"{'a' * 300}.yaml#/x", f"{'a/' * 3_000}b.yaml#/x",
    f"#/tags/{'9' * 5_000}", "#/tags/²", "#/tags/٠", "#/tags/-1", "#/tags/1", "#/tags/0/x/y", "#/info/x",
    "http://[x", "file://[/x.yaml", ".", "/", "%", "#%", "#/~", "%ff.yaml", "",
])  # fmt: skip
def test_a_reference_that_leads_nowhere_costs_its_field(reference: str, tmp_path: Path) -> None:
    widget = {"properties": META["properties"] | {"it": {"$ref": reference}}}
    description = {
        "swagger": "2.0",
        "tags": [{"x": 1}],
        "info": 5,
        "definitions": {"Widget": widget},
    }
    (tmp_path / "api.json").write_text(json.dumps(description))
    (tmp_path / "dispatch-lint.toml").write_text('definitions = ["api.json"]\n')
    (tmp_path / "w.yaml").write_text("kind: Widget\nname: a\nit: [b]\n")
    for arguments in (["."], ["w.yaml"], ["api.json"]):
        result = command(tmp_path, "check", *arguments)
        assert result.returncode == 0, result.stderr
    result = command(tmp_path, "schema", "list", "api.json")
    assert result.returncode == 0 and b"Widget" in result.stdout
    assert (b"was not found" in result.stderr) is (reference != "")


HALF = "a\ud800"


@pytest.mark.parametrize("part", [
    {"properties": {HALF: {"type": "string"}}}, {"description": HALF}, {"required": [HALF]},
    {"properties": {"it": {"enum": ["b", HALF]}}}, {"properties": {"it": {"pattern": HALF}}},
    {"properties": {"it": {"default": HALF, "example": {HALF: 1}, "x-go-name": HALF}}},
    {"properties": {"it": {"enum": [1, 10**398]}}}, {"properties": {"it": {"const": 10**398}}},
])  # fmt: skip
def test_half_a_character_costs_no_more_than_its_field(
    part: dict[str, Any], tmp_path: Path
) -> None:
    widget = part | {"properties": META["properties"] | part.get("properties", {})}
    description = {"swagger": "2.0", "definitions": {"Widget": widget}}
    (tmp_path / "api.json").write_text(json.dumps(description))
    (tmp_path / "w.yaml").write_text("kind: Widget\nname: a\nit: b\n")
    (tmp_path / "dispatch-lint.toml").write_text('definitions = ["api.json"]\n')
    result = command(tmp_path, "check", "w.yaml")
    assert result.returncode in (0, 1), result.stderr
    result = command(tmp_path, "schema", "generate", "--definitions", "api.json")
    assert result.returncode == 0, result.stderr
    result = command(tmp_path, "check", "w.yaml", "--schemas", "schemas")
    assert result.returncode in (0, 1), result.stderr


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
