"""What settings say about definitions: which types are kinds, and what their base entity is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.config.settings import SettingsError, parse
from tests.conftest import Lint
from tests.test_cli import run

MODEL = 'type {} struct {{\n\tKind string `json:"kind"`\n\tName string `json:"name"`\n}}\n'
CODE = "package api\n\n" + "".join(map(MODEL.format, ["Thing", "Other", "ThingReference"]))


def listed(folder: Path, *arguments: str) -> dict[str, str]:
    """The types of a listing, each with the reason."""
    result = run(folder, "schema", "list", *arguments, "-f", "json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    if "--skipped" in arguments:
        return {entry["name"]: entry["why"] for entry in found["skipped"]}
    return {kind["kind"]: kind["why"] for kind in found["kinds"]}


@pytest.mark.parametrize(
    ("entry", "kinds"),
    [
        ('"pkg"', ["Other", "Thing"]),
        ('{ path = "pkg", exclude = ["Other"] }', ["Thing"]),
        ('{ path = "pkg", exclude = ["api.O*"] }', ["Thing"]),
        ('{ path = "pkg", exclude = ["elsewhere.*"] }', ["Other", "Thing"]),
        ('{ path = "pkg", include = ["api.*"] }', ["Other", "Thing"]),
        ('{ path = "pkg", include = ["ThingReference"] }', ["ThingReference"]),
        ('{ path = "pkg", include = ["pkg/api.Thing"] }', ["Thing"]),
    ],
)
def test_kinds_are_chosen(entry: str, kinds: list[str], tmp_path: Path) -> None:
    (tmp_path / "pkg/api").mkdir(parents=True)
    (tmp_path / "pkg/api/api.go").write_text(CODE)
    (tmp_path / "dispatch-lint.toml").write_text(f"definitions = [{entry}]\n")
    assert sorted(listed(tmp_path)) == kinds
    result = run(tmp_path, "check", ".", "--list-files", "-f", "concise")
    shown = [line.rpartition(" ")[2] for line in result.stdout.decode().splitlines()]
    assert sorted(name for name in shown if name[0].isupper()) == kinds


def test_names_that_no_type_has_are_said(tmp_path: Path) -> None:
    (tmp_path / "pkg/api").mkdir(parents=True)
    (tmp_path / "pkg/api/api.go").write_text(CODE)
    (tmp_path / "other.go").write_text(CODE)
    (tmp_path / "dispatch-lint.toml").write_text(
        'definitions = [{ path = "pkg", exclude = ["Othre", "api.Other", "Other", "*.T*"] }]\n'
        '[base-entity]\ntype = "store.Gone"\n'
    )
    said = run(tmp_path, "schema", "list", "other.go").stderr.decode()
    assert said == 'base-entity.type: there is no type "store.Gone"\n'
    said = run(tmp_path, "schema", "list", "pkg").stderr.decode()
    assert said.splitlines()[-1] == 'definitions: "Othre" fits no type that could be a kind'


def test_check_says_once_that_no_type_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "pkg/api").mkdir(parents=True)
    (tmp_path / "pkg/api/api.go").write_text(CODE)
    (tmp_path / "other.yaml").write_text("kind: Thing\nname: a\n")
    (tmp_path / "dispatch-lint.toml").write_text(
        'definitions = [{ path = "pkg", include = ["Thing", "Thnig"], exclude = ["api.O*", "x.*"] }]\n'
        '[base-entity]\ntype = "store.Gone"\n'
    )
    expected = [
        f'dispatch-lint: info: definitions: "{name}" fits no type that could be a kind'
        for name in ("Thnig", "x.*")
    ]
    expected.append('dispatch-lint: info: base-entity.type: there is no type "store.Gone"')
    assert run(tmp_path, "check").stderr.decode().splitlines() == expected
    assert run(tmp_path, "check", "other.yaml").stderr.decode() == ""


def test_the_list_says_why(tmp_path: Path) -> None:
    (tmp_path / "api.go").write_text(f"{CODE}\ntype Widget struct {{\n\tBaseEntity\n}}\n")
    assert listed(tmp_path, "api.go") == {
        "Thing": "it has a kind and a name on the wire",
        "Other": "it has a kind and a name on the wire",
        "Widget": "it embeds BaseEntity",
    }
    assert listed(tmp_path, "api.go", "--skipped") == {
        "ThingReference": 'it has a kind and a name, but is called "…Reference"'
    }
    text = run(tmp_path, "schema", "list", "--definitions", "api.go").stdout.decode()
    assert text.splitlines()[0].split() == ["kind", "form", "declared", "at", "why"]
    assert "Widget  stored    api.go:16    it embeds BaseEntity" in text


def test_a_list_without_kinds_says_so(tmp_path: Path) -> None:
    (tmp_path / "api.go").write_text("package api\n" + MODEL.format("ThingReference"))
    said = run(tmp_path, "schema", "list", "api.go").stderr.decode()
    assert said == "No type is a kind; `--skipped` says why.\n"
    assert run(tmp_path, "schema", "list", "api.go", "--skipped").stderr == b""
    (tmp_path / "api.go").write_text("package api\n")
    assert run(tmp_path, "schema", "list", "api.go").stderr == b"No type is a kind.\n"


OWN = """package store

type State string

const (
	New  State = "NEW"
	Done State = "DONE"
)

type Meta struct {
	UID    string `json:"uid"`
	Name   string `json:"name"`
	Status State  `json:"status"`
}

type Widget struct {
	Meta
}

type Wrong struct {
	Meta `json:"meta"`
}
"""
SETTINGS: dict[str, Any] = {
    "type": "store.Meta",
    "fields": {"uid": "string", "name": "string", "status": "string"},
    "statuses": ["NEW", "DONE"],
}


def test_a_base_entity_of_ones_own(lint: Lint) -> None:
    names = {"select": ["base-entity", "status-value"]}
    found = lint({"store/store.go": OWN}, {**names, "base-entity": SETTINGS})
    assert [one.message for one in found] == [
        "Wrong embeds Meta with a json tag, which nests its fields"
    ]
    wanted = SETTINGS | {"fields": {"uid": "integer", "age": "integer"}, "statuses": ["NEW", "OLD"]}
    found = lint({"store/store.go": OWN}, {**names, "base-entity": wanted})
    assert [one.message for one in found] == [
        "the type State does not declare the status OLD",
        'the type State declares status "DONE", which the setting base-entity does not define',
        'Meta has no field "age", which the setting base-entity declares',
        'the field "uid" is a string; the setting base-entity declares an integer',
        "Wrong embeds Meta with a json tag, which nests its fields",
    ]


def test_a_base_entity_of_ones_own_is_no_kind(tmp_path: Path) -> None:
    (tmp_path / "store.go").write_text(OWN)
    (tmp_path / "dispatch-lint.toml").write_text('[base-entity]\ntype = "Meta"\n')
    assert listed(tmp_path, "store.go") == {
        "Widget": "it embeds Meta", "Wrong": "it embeds Meta",
    }  # fmt: skip


def test_documents_have_the_statuses_of_the_settings(lint: Lint) -> None:
    text = "kind: Application\nname: a\nstatus: {}\n"
    settings = {"select": ["status-value"], "base-entity": {"statuses": ["NEW", "DONE"]}}
    assert lint(text.format("NEW"), settings) == []
    found = lint(text.format("READY"), settings)
    assert [one.message for one in found] == ['"READY" is not a status; expected one of NEW, DONE']


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"definitions": [1]}, "must be a list of paths and tables"),
        ({"definitions": [{"path": "a", "exlude": []}]}, 'did you mean "exclude"?'),
        ({"definitions": [{"include": ["a"]}]}, 'a table needs a "path"'),
        ({"base-entity": {"kind": "a"}}, 'unknown key "base-entity.kind"'),
        ({"base-entity": {"fields": {"a": "strng"}}}, 'did you mean "string"?'),
        ({"base-entity": {"type": 1}}, '"base-entity.type" must be text'),
    ],
)
def test_settings_that_cannot_be_used(table: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(table)
    assert message in str(caught.value)


def test_the_same_in_go_and_in_the_description_is_one_violation(lint: Lint) -> None:
    go = "package api\n\n// swagger:model Thing\n" + MODEL.format("Thing").replace(
        "}\n", '\tBad int `json:"bad_name"`\n}\n'
    )
    fields = {
        "kind": {"type": "string"},
        "name": {"type": "string"},
        "bad_name": {"type": "integer"},
    }
    description = {"swagger": "2.0", "definitions": {"Thing": {"properties": fields}}}
    found = lint(
        {"api.go": go, "api.json": json.dumps(description)}, {"select": ["camel-case-fields"]}
    )
    assert [(one.file, [place.file for place in one.related]) for one in found] == [
        ("api.go", ["api.json"])
    ]


def test_a_spelling_is_reported_once_and_with_one_way_out(lint: Lint) -> None:
    code = """package shop

type Widget struct {
	BaseEntity
	FaasID  string `json:"faasID"`
	PlanID  string `json:"planID"`
	OtherID string `json:"otherID"`
}

// +dispatch:kind=Widget
// +dispatch:form=manifest
type Model struct {
	FaasID  string `json:"faasId"`
	PlanID  string `json:"planID"`
	OtherID string `json:"otherID"`
}
"""
    rules = {"select": ["initialism-spelling", "definition-agreement"]}
    found = lint({"shop.go": code}, rules)
    assert [(one.rule, one.range.line) for one in found] == [("initialism-spelling", 13)]
    assert [place.range.line for place in found[0].related] == [5]
    assert found[0].help == 'rename it to "faasID"'


def test_enumerations_and_fields_of_one_side(lint: Lint) -> None:
    go = "package api\n\ntype Mode string\n\nconst (\n\tA Mode = \"a\"\n\tB Mode = \"b\"\n)\n\n" \
        "// swagger:model Thing\n" + MODEL.format("Thing").replace(
            "}\n", '\tMode Mode `json:"mode"`\n\tMore int `json:"more"`\n}\n')  # fmt: skip
    fields = {"kind": {"type": "string"}, "name": {"type": "string"},
              "mode": {"type": "string", "enum": ["a", "c"]}}  # fmt: skip
    description = {"swagger": "2.0", "definitions": {"Thing": {"properties": fields}}}
    found = lint(
        {"api.go": go, "api.json": json.dumps(description)}, {"select": ["definition-agreement"]}
    )
    assert [(one.file, one.severity.name, one.message) for one in found] == [
        ("api.go", "INFO", 'Thing (OpenAPI) of Thing does not declare the field "more"'),
        ("api.json", "WARNING", 'the field "mode" of Thing allows c but not b here, unlike in Thing (manifest)'),
    ]  # fmt: skip
    assert {one.help for one in found} == {
        "the description is generated: change api.go, and generate it again"
    }


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("acme/Trip/x", ""),
        ("Trip/acme/x", "has the layout <kind>/<organization>/<name>"),
        ("acme/Trip/y", 'the name is "x"'),
        ("acme/Functoin/x", 'did you mean "Function"?'),
    ],
)
def test_keys_of_unknown_kinds(key: str, message: str, lint: Lint) -> None:
    entity = {"id": "1", "name": "x", "organizationId": "acme", "revision": 0, "version": 0,
              "state": None, "status": "READY", "reason": None, "tags": None, "delete": False}  # fmt: skip
    row = json.dumps({"key": key, "value": entity})
    found = lint({"rows.jsonl": f"{row}\n"}, {"select": ["key-format"]})
    assert len(found) == bool(message)
    assert all(message in one.message for one in found)


def test_the_graph_without_built_in_kinds(tmp_path: Path) -> None:
    (tmp_path / "shop.go").write_text(
        'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tGadget string `json:"gadget"`\n}\n\n'
        "type Gadget struct {\n\tBaseEntity\n}\n"
    )
    out = run(tmp_path, "graph", "--definitions", "shop.go", "--no-builtin").stdout.decode()
    assert "Widget }o--|| Gadget" in out
    assert "Function" not in out


def test_what_is_external_is_not_broken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Function\nname: a\nimage: vault-1\n")
    assert ":::broken" in run(tmp_path, "graph", "a.yaml").stdout.decode()
    (tmp_path / "dispatch-lint.toml").write_text('external = ["Image/vault-*"]\n')
    assert ":::broken" not in run(tmp_path, "graph", "a.yaml").stdout.decode()


@pytest.mark.parametrize(("folder", "path"), [(".", "."), ("specs", "api.yaml"), ("specs", "..")])
def test_the_kind_of_a_model_does_not_depend_on_the_working_directory(
    folder: str, path: str, tmp_path: Path
) -> None:
    (tmp_path / "specs").mkdir()
    models = {"Plain": {"type": "object", "properties": {"name": {"type": "string"}}}}
    api = {"swagger": "2.0", "info": {}, "paths": {}, "definitions": models}
    (tmp_path / "specs/api.yaml").write_text(json.dumps(api))
    (tmp_path / "dispatch-lint.toml").write_text('kinds = { "specs/api.yaml#Plain" = "Secret" }\n')
    assert listed(tmp_path / folder, path) == {"Secret": "the setting kinds"}
    assert b"matches no file" not in run(tmp_path, "check").stderr
    (tmp_path / "dispatch-lint.toml").write_text('kinds = { "specs/app.yaml#Plain" = "Secret" }\n')
    assert b'kinds: "specs/app.yaml#Plain" matches no file' in run(tmp_path, "check").stderr


@pytest.mark.parametrize("reference", [
    "a%00b.yaml#/x", "a\ud800b.yaml#/x", "a" * 300 + ".yaml#/x", "#/tags/" + "9" * 5_000, "#/tags/\u00b2",
])  # fmt: skip
def test_a_reference_that_no_file_can_have_costs_a_declaration(
    reference: str, tmp_path: Path
) -> None:
    model = {"properties": {"kind": {"type": "string"}, "name": {"type": "string"}}}
    odd = {"properties": {**model["properties"], "x": {"$ref": reference}}}
    api = {"swagger": "2.0", "info": {}, "paths": {}, "tags": [{}], "definitions": {"Thing": model, "Odd": odd}}  # fmt: skip
    (tmp_path / "api.json").write_text(json.dumps(api))
    assert "Thing" in listed(tmp_path, "api.json")
    result = run(tmp_path, "check", "api.json")
    assert result.returncode in (0, 1) and b"Traceback" not in result.stderr


def test_an_array_of_go_may_be_as_long_as_somebody_writes(tmp_path: Path) -> None:
    field = f'\tX [{"9" * 5_000}]int `json:"x"`\n'
    code = MODEL.format("Thing").replace("\tName", f"{field}\tName")
    (tmp_path / "api.go").write_text(f"package api\n\n{code}")
    assert listed(tmp_path, "api.go") == {"Thing": "it has a kind and a name on the wire"}


def test_why_a_description_that_is_named_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text('swagger: "2.0"\ndefinitions:\n  A: {x: [}\n')
    for command in (("graph", "--definitions"), ("schema", "list", "--definitions")):
        result = run(tmp_path, *command, "api.yaml")
        assert result.returncode == 2
        assert result.stderr.startswith(b"dispatch-lint: api.yaml:3:11: did not find expected")
