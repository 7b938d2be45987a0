"""Schemas of a checked repository are bounded before they are compiled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.config.definition_settings import BaseEntitySettings
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.schema.bounds import check_bounds
from dispatch_lint.schema.folder import read_folder
from dispatch_lint.schema.kind_schema import CatalogueError
from tests.test_cli import check, run


def doubling(keyword: str, levels: int) -> dict[str, Any]:
    """A schema of a few lines in which each level refers to the next one twice."""
    definitions: dict[str, Any] = {
        f"a{level}": {keyword: [{"$ref": f"#/definitions/a{level + 1}"}] * 2}
        for level in range(levels)
    }
    return {"definitions": definitions | {f"a{levels}": {}}, "$ref": "#/definitions/a0"}


def listed(levels: int) -> dict[str, Any]:
    """The same, in a list, by indexes that the compiler takes, and the specification does not."""
    schemas: list[Any] = [
        {"allOf": [{"$ref": f"#/odd/+{level + 1}"}] * 2} for level in range(levels)
    ]
    return {"odd": [*schemas, {}], "allOf": [{"$ref": "#/odd/+0"}]}


def beside(levels: int) -> dict[str, Any]:
    """A schema in which what stands beside a reference would count in another draft."""
    schema = doubling("allOf", levels)
    other = "https://json-schema.org/draft/2020-12/schema"
    inner = {"$schema": other, "$ref": "#/leaf", "allOf": [{"$ref": schema.pop("$ref")}]}
    return {**schema, "leaf": {}, "properties": {"a": inner}}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"properties": {"a": schema}}
    return schema


def doubling_by(reference: str, identifier: str = "", root: str = "") -> dict[str, Any]:
    """The same, with another way to name a level; `{}` is its number."""
    levels = 40
    definitions: dict[str, Any] = {
        f"a{level}": {"allOf": [{"$ref": reference.format(level + 1)}] * 2}
        for level in range(levels)
    }
    definitions[f"a{levels}"] = {}
    for level in range(levels + 1) if identifier else ():
        definitions[f"a{level}"]["$id"] = identifier.format(level)
    schema = {"definitions": definitions, "allOf": [{"$ref": reference.format(0)}]}
    return schema | ({"$id": root} if root else {})


HOME = "http://schemas.example/odd.json"
ALL = {f"d{one}": {"properties": {f"p{two}": {"$ref": f"#/definitions/d{two}"} for two in range(12)}}
       for one in range(12)}  # fmt: skip
HOSTILE = {
    "allOf": (doubling("allOf", 40), "more than 50,000 schemas"),
    "anyOf": (doubling("anyOf", 40), "more than 50,000 schemas"),
    "oneOf": (doubling("oneOf", 40), "more than 50,000 schemas"),
    "items": (doubling("items", 40), "more than 50,000 schemas"),
    "URI": (doubling_by(f"{HOME}#/definitions/a{{}}", root=HOME), "more than 50,000 schemas"),
    "relative URI": (doubling_by("odd.json#/definitions/a{}", root=HOME), "more than 50,000 schemas"),
    "anchor": (doubling_by("#a{}", "#a{}"), "more than 50,000 schemas"),
    "identifier": (doubling_by("a{}.json", "http://schemas.example/a{}.json", HOME), "more than 50,000 schemas"),
    "relative identifier": (doubling_by("a{}.json", "a{}.json", HOME), "more than 50,000 schemas"),
    "escaped pointer": (doubling_by("#/definitions/%61{}"), "more than 50,000 schemas"),
    "URI of none": (doubling_by("json-schema:///#/definitions/a{}"), "cannot be resolved"),
    "another file": ({"allOf": [{"$ref": "file:///etc/hosts"}]}, "cannot be resolved"),
    "no URI": ({"$id": "http://[", "allOf": [{"$ref": "a"}]}, "cannot be"),
    "all to all": ({"definitions": ALL, "$ref": "#/definitions/d0"}, "more than 50,000 schemas"),
    "index with a sign": (listed(40), "cannot be resolved"),
    "inner draft": (beside(40), "/properties/a/$schema is not one of"),
    "chain": ({"definitions": {f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}]} for n in range(500)},
               "$ref": "#/definitions/a0"}, "deeper than 100 levels"),
    "itself": ({"definitions": {"a": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}, "refers to itself"),
    "itself inside": ({"definitions": {"a": {"not": {"allOf": [{"$ref": "#/definitions/a"}]}}},
                       "$ref": "#/definitions/a"}, "refers to itself"),
    "itself twice": ({"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}, "itself twice"),
    "itself in two branches": ({"anyOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"a": {"$ref": "#"}}}]},
                               "itself twice"),
    "itself by name and pattern": ({"properties": {"a": {"$ref": "#"}}, "patternProperties": {"^a$": {"$ref": "#"}}},
                                   "itself twice"),
    "itself by name and the rest": ({"allOf": [{"properties": {"a": {"$ref": "#"}}}, {"additionalProperties": {"$ref": "#"}}]},
                                    "itself twice"),
    "depth": (nested(300), "nested too deep"),
    "long pattern": ({"pattern": "a" * 5_000}, "longer than 2000 characters"),
    "patterns": ({"properties": {f"p{n}": {"pattern": f"a{n}"} for n in range(3_000)}}, "more than 2000 patterns"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_schema_beyond_a_bound_is_an_error(what: str, tmp_path: Path) -> None:
    schema, said = HOSTILE[what]
    (tmp_path / "own" / "stored").mkdir(parents=True)
    (tmp_path / "own" / "stored" / "Odd.schema.json").write_text(json.dumps(schema))
    (tmp_path / "dispatch-lint.toml").write_text("schemas = ['own']\n")
    (tmp_path / "a.yaml").write_text("kind: Odd\nname: a\n")
    code, out, error = check(tmp_path, seconds=15)
    assert (code, out) == (2, "")
    assert error.startswith("dispatch-lint: ") and "Odd.schema.json" in error and said in error


def test_what_stands_beside_a_reference_does_not_count(tmp_path: Path) -> None:
    schema = doubling("allOf", 40)
    for definition in schema["definitions"].values():
        definition["$ref"] = "#/definitions/name"
    schema["definitions"]["name"] = {"$ref": "#/definitions/named/allOf/1"}
    schema["definitions"]["named"] = {
        "allOf": [{}, {"properties": {"naem": {}}, "additionalProperties": False}]
    }
    (tmp_path / "own" / "manifest").mkdir(parents=True)
    (tmp_path / "own" / "manifest" / "Odd.schema.json").write_text(json.dumps(schema))
    (tmp_path / "dispatch-lint.toml").write_text("schemas = ['own']\n")
    (tmp_path / "a.yaml").write_text("kind: Odd\nnaem: a\nextra: 1\n")
    code, out, _ = check(tmp_path, seconds=15)
    assert code == 1 and "extra" in out and "naem" not in out


def test_large_and_deep_files_are_errors(tmp_path: Path) -> None:
    (tmp_path / "own" / "stored").mkdir(parents=True)
    file = tmp_path / "own" / "stored" / "Odd.schema.json"
    (tmp_path / "dispatch-lint.toml").write_text("schemas = ['own']\n")
    for text, said in (("[" * 100_000, "depth limit"), (" " * (5 << 20), "larger than 4 MiB")):
        file.write_text(text)
        code, _, error = check(tmp_path)
        assert code == 2 and said in error and "Odd.schema.json" in error
    file.unlink()
    file.symlink_to("/dev/zero")
    assert check(tmp_path)[0] == 2


@pytest.mark.parametrize("schema", [
    {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}},
    {"properties": {"a": {"$ref": "#"}}, "additionalProperties": {"$ref": "#"}},
    {"properties": {"a": {"$ref": "#"}}, "patternProperties": {"^x-": {"$ref": "#"}}},
    {"properties": {"a": {"$ref": "#"}}, "items": {"$ref": "#"}},
])  # fmt: skip
def test_several_parts_of_itself_are_fine(schema: dict[str, Any]) -> None:
    check_bounds("a.json", schema)


def test_a_schema_that_contains_itself_is_fine(tmp_path: Path) -> None:
    schema = {
        "x-dispatch-kind": "Tree", "x-dispatch-form": "manifest", "type": "object",
        "properties": {"kind": {"type": "string"}, "name": {"type": "string"},
                       "left": {"$ref": "#"}, "right": {"$ref": "#"}},
    }  # fmt: skip
    (tmp_path / "own" / "manifest").mkdir(parents=True)
    (tmp_path / "own" / "manifest" / "Tree.schema.json").write_text(json.dumps(schema))
    (tmp_path / "a.yaml").write_text("kind: Tree\nname: a\nleft: {name: 7}\n")
    code, out, _ = check(tmp_path, "a.yaml", "--schemas", "own", "-f", "concise")
    assert code == 1 and '"left.name" must be text' in out


@pytest.mark.parametrize("part", [{"allOf": [{"properties": 3}]}, {"allOf": {}}, {"items": 1}])
@pytest.mark.parametrize("command", [["graph"], ["check", "a.yaml"]])
def test_what_is_no_json_schema_is_an_error(
    part: dict[str, Any], command: list[str], tmp_path: Path
) -> None:
    schema = {"x-dispatch-kind": "Odd", "type": "object", "properties": {"a": part}}
    (tmp_path / "own" / "stored").mkdir(parents=True)
    (tmp_path / "own" / "stored" / "Odd.schema.json").write_text(json.dumps(schema))
    (tmp_path / "a.yaml").write_text("kind: Odd\nname: a\norganizationId: acme\na: {b: c}\n")
    (tmp_path / "dispatch-lint.toml").write_text("schemas = ['own']\n")
    result = run(tmp_path, *command)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.count(b"\n") == 1 and b"Odd.schema.json: " in result.stderr


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "aliases": ({"x-dispatch-aliases": 5}, "/x-dispatch-aliases"),
    "alias": ({"x-dispatch-aliases": [[]]}, "/x-dispatch-aliases/0"),
    "kind": ({"x-dispatch-kind": [5]}, "/x-dispatch-kind"),
    "reference": ({"properties": {"image": {"x-dispatch-reference": {"kind": "W", "prefix": 5}}}},
                  "/properties/image/x-dispatch-reference/prefix"),
    "kind of a reference": ({"properties": {"image": {"x-dispatch-reference": {"kind": [1]}}}},
                            "/properties/image/x-dispatch-reference/kind"),
    "properties": ({"properties": 5}, "/properties"),
    "property": ({"properties": {"status": 5}}, "/properties/status"),
    "enum": ({"properties": {"status": {"enum": {}}}}, "/properties/status/enum"),
    "no schema": ({"odd": {"type": 5}, "allOf": [{"$ref": "#/odd"}]}, "#/odd/type"),
    "version": ({"properties": {"a": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}}, "/$schema"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["stored", "manifest"])
@pytest.mark.parametrize("what", ODD)
def test_a_keyword_with_an_odd_value_is_an_error_with_its_place(
    what: str, form: str, tmp_path: Path
) -> None:
    schema, place = ODD[what]
    (tmp_path / "own" / form).mkdir(parents=True)
    (tmp_path / "own" / form / "Odd.schema.json").write_text(json.dumps(schema))
    settings = "schemas = ['own']\n[base-entity]\nstatuses = ['A']\n"
    (tmp_path / "dispatch-lint.toml").write_text(settings)
    (tmp_path / "a.yaml").write_text("kind: Odd\nname: a\nimage: Wb\n")
    code, out, error = check(tmp_path)
    assert (code, out) == (2, "")
    assert "Odd.schema.json" in error and place in error and "Traceback" not in error


@pytest.mark.parametrize("schema", [
    {"properties": {"status": {"enum": [["x"], None]}}}, {"allOf": [{"$ref": "#/allOf/\u00b2"}]},
    {"allOf": [{"$ref": "#/allOf/" + "9" * 5_000}]},
])  # fmt: skip
def test_odd_values_and_references_are_no_traceback(schema: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "own" / "stored").mkdir(parents=True)
    (tmp_path / "own" / "stored" / "Odd.schema.json").write_text(json.dumps(schema))
    settings = "schemas = ['own']\n[base-entity]\nstatuses = ['A']\n"
    (tmp_path / "dispatch-lint.toml").write_text(settings)
    (tmp_path / "a.json").write_text(
        '{"kind": "Odd", "name": "a", "id": "1", "organizationId": "o"}'
    )
    code, _, error = check(tmp_path)
    assert "Traceback" not in error and ("Odd.schema.json" in error) == (code == 2)


NINES = "9" * 5_000
NO_SCHEMAS: list[tuple[dict[str, Any], str]] = [
    ({"properties": 5}, '/properties is not of type "object"'),
    ({"properties": []}, '/properties is not of type "object"'),
    ({"properties": {"status": 5}}, '/properties/status is not of types "boolean", "object"'),
    ({"properties": {"status": {"enum": "A"}}}, '/properties/status/enum is not of type "array"'),
    ({"properties": {"a/b": {"type": {}}}}, "/properties/a~1b/type is not one of"),
    ({"required": [["name"]]}, '/required/0 is not of type "string"'),
    ({"definitions": {"a": {"items": [5]}}}, "/definitions/a/items/0 is not of types"),
    ({"x-dispatch-kind": {}}, '/x-dispatch-kind is not of type "string"'),
    ({"x-dispatch-form": []}, '/x-dispatch-form is not one of "stored" or "manifest"'),
    ({"x-dispatch-form": "Stored"}, '/x-dispatch-form is not one of "stored" or "manifest"'),
    ({"x-dispatch-aliases": 5}, '/x-dispatch-aliases is not of type "array"'),
    ({"x-dispatch-aliases": [["W"]]}, '/x-dispatch-aliases/0 is not of type "string"'),
    ({"x-dispatch-nested": "no"}, '/x-dispatch-nested is not of type "boolean"'),
    ({"x-dispatch-source": {}}, '/x-dispatch-source is not of type "string"'),
    ({"properties": {"a": {"x-dispatch-standard": []}}}, '/x-dispatch-standard is not of type "string"'),
    ({"properties": {"a": {"x-dispatch-reference": "Odd"}}}, '/x-dispatch-reference is not of type "object"'),
    ({"properties": {"a": {"x-dispatch-reference": {}}}}, '"kind" is a required property'),
    ({"properties": {"a": {"x-dispatch-reference": {"kind": "Odd", "prefix": 5}}}}, "/prefix is not of type"),
    ({"properties": {"a": {"x-dispatch-reference": {"kind": "Odd", "by": []}}}}, "/by is not one of"),
    ({"properties": {"a": {"enumDescriptions": 5}}}, '/enumDescriptions is not of type "array"'),
    ({"properties": {"a": {"$ref": "#/more/0"}}, "more": [{"required": 5}]}, "#/more/0/required is not of type"),
    ({"properties": {"a": {"$ref": "#/allOf/²"}}, "allOf": [{}]}, "#/allOf/² cannot be resolved"),
    ({"properties": {"a": {"$ref": f"#/allOf/{NINES}"}}, "allOf": [{}]}, "cannot be resolved"),
    ({"properties": {"a": {"$ref": "#/allOf/+0"}}, "allOf": [{}]}, "#/allOf/+0 cannot be resolved"),
    ({"properties": {"a": {"$ref": "#/allOf/0/"}}, "allOf": [{}]}, "#/allOf/0/ cannot be resolved"),
    ({"properties": {"a": {"description": "\ud800"}}}, "surrogate"),
    ({"properties": {"a": {"maximum": float("inf")}}}, "line 1 column"),
    ({"properties": {"a": {"multipleOf": 10**400}}}, "number is infinity"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "said"), NO_SCHEMAS)
def test_keywords_have_the_values_that_they_can_have(
    part: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """It is found where a schema is read, whatever command it is read for."""
    file = tmp_path / "own" / "stored" / "Odd.schema.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"properties": {"name": {}}} | part))
    statuses = BaseEntitySettings(statuses=("A",))
    for settings in (Settings(), Settings(base_entity=statuses)):
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(replace(settings, root=tmp_path, schemas=("own",)))
        message = str(raised.value)
        assert message.startswith(f"{file}: ") and said in message and len(message) < 500


UNUSUAL: list[dict[str, Any]] = [
    {"properties": {"status": True, "name": False}},
    {"properties": {"status": {"enum": [["x"], {"a": 1}, None, "A"]}}},
    {"properties": {"a": {"$ref": "#/allOf/0"}}, "allOf": [{"properties": {"b": True}}]},
    {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"anyOf": [True, {"type": "null"}]}}},
    {"properties": {"a": {"$ref": "#/definitions/a"}}, "definitions": {"a": False}},
    {"properties": {"a": {"propertyNames": True, "items": [{}, True]}}, "additionalProperties": {}},
    {"properties": {"x-dispatch-reference": {"kind": {}}}},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/odd"},
]  # fmt: skip


@pytest.mark.parametrize("part", UNUSUAL)
def test_what_is_odd_and_a_json_schema_is_used(part: dict[str, Any], tmp_path: Path) -> None:
    for folder, more in (("own", part), ("old", {})):
        file = tmp_path / folder / "stored" / "Odd.schema.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"type": "object", "properties": {"name": {}}} | more))
    (tmp_path / "a.yaml").write_text(
        "name: a\norganizationId: acme\nid: 1\nstatus: B\na: {b: [c]}\n"
    )
    (tmp_path / "a.go").write_text("package a\n\n// W.\ntype W struct {\n\tBaseEntity\n}\n")
    (tmp_path / "dispatch-lint.toml").write_text(
        "schemas = ['own']\ndefinitions = ['a.go']\n[kinds]\n'*.yaml' = 'Odd'\n"
        "[base-entity]\nstatuses = ['A']\n"
    )
    for command in (["check", "a.yaml"], ["graph"], ["schema", "diff", "own", "old"],
                    ["schema", "diff", "old", "own"], ["schema", "show", "Odd"]):  # fmt: skip
        result = run(tmp_path, *command)
        assert result.returncode in (0, 1), (command, result.stderr)


def test_other_json_beside_the_schemas_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own" / "stored").mkdir(parents=True)
    (tmp_path / "own" / "stored" / "Odd.schema.json").write_text("\ufeff{}", encoding="utf-8")
    (tmp_path / "own" / "package.json").write_text('{"dependencies": {"a": "1"}, "required": true}')
    assert [*read_folder(tmp_path / "own")] == [
        str(tmp_path / "own" / "stored" / "Odd.schema.json")
    ]
