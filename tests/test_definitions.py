"""Definitions: Go and OpenAPI, read as their own tools read them, and judged at their place."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_syntax import read_go
from dispatch_lint.definitions.go_tags import read_tag
from dispatch_lint.definitions.model import EntityType
from dispatch_lint.definitions.reading import Definitions, GoSource, read_sources
from dispatch_lint.engine.summary import Result
from tests.conftest import Lint
from tests.test_cli import check, run

FOREIGN = Conventions(aliases={"WidgetEntity": "Widget"}, kinds=frozenset({"Image", "Secret"}),
                      foreign=True, statuses=frozenset({"READY", "ERROR"}))  # fmt: skip


def read(files: dict[str, str] | str, *named: str) -> Definitions:
    texts = {"shop/shop.go": files} if isinstance(files, str) else files
    sources = [
        GoSource(name, lambda text=text: text.encode(), named=name in named)  # type: ignore[misc]
        for name, text in texts.items()
    ]
    return read_sources(sources, [], FOREIGN)


def only(files: dict[str, str] | str, name: str = "Widget") -> EntityType:
    return next(one for one in read(files).types if one.name == name)


def own(one: EntityType) -> list[str]:
    """The fields that are not BaseEntity's, as `name shape`."""
    return [f"{field.name} {field.type.wire_type}" for field in one.fields if not field.base]


def test_shapes_of_fields() -> None:
    one = only(
        """package shop
import "time"
type Level string
const (
    // High is high.
    High Level = "HIGH"
    Low  Level = `LOW`
)
type Names []string
type Inner struct { X int `json:"x"` }
type Widget struct {
    BaseEntity
    A string `json:"a"`
    B *int64 `json:"b,omitempty"`
    C []string `json:"c"`
    D map[string]bool `json:"d"`
    E time.Time `json:"e"`
    F []byte `json:"f"`
    G interface{} `json:"g"`
    H any `json:"h"`
    I Level `json:"i"`
    J Names `json:"j"`
    K Inner `json:"k"`
    L []*Inner `json:"l"`
    M struct{ Y uint8 `json:"y"` } `json:"m"`
    N other.Thing `json:"n"`
    O [3]float32 `json:"o"`
    P, Q string
    R func() `json:"-"`
    s string
    T int `json:"t,string"`
    U Box[int] `json:"u"`
    V (*Inner) `json:"v"`
}
type Box[T any] struct { Content T `json:"content"` }
"""
    )
    assert own(one) == [
        "a string", "b integer", "c list", "d map", "e time", "f string", "g any", "h any",
        "i enum", "j list", "k object", "l list", "m object", "n any", "o list", "P string",
        "Q string", "t string", "u object", "v object",
    ]  # fmt: skip
    fields = {field.name: field for field in one.fields}
    assert fields["b"].type.pointer and fields["b"].omitempty
    assert [value.value for value in fields["i"].type.values] == ["HIGH", "LOW"]
    assert [inner.name for inner in fields["u"].type.fields] == ["content"]
    assert fields["u"].type.fields[0].type.wire_type == "integer"
    assert str(fields["a"].location) == "shop/shop.go:13"
    assert fields["a"].location.range[1::2] == (5, 6)
    assert len([field for field in one.fields if field.base]) == 12


@pytest.mark.parametrize(
    ("inside", "fields", "base"),
    [
        ("BaseEntity", [], "flat"),
        ("*BaseEntity", [], "flat"),
        ("entitystore.BaseEntity", [], "flat"),
        ('BaseEntity `json:"base"`', ["base any"], "tagged"),
        ('BaseEntity `json:"-"`', [], "tagged"),
        ("Base BaseEntity", ["Base any"], "named"),
        ("Common", ["shared string"], "flat"),
        ("*Deeper", ["shared string", "deep integer"], "flat"),
        ('BaseEntity\n\tStatus int `json:"status"`', ["status integer"], "flat"),
        # of two fields at one depth neither is on the wire, unless one alone is tagged
        ("BaseEntity\n\tLeft\n\tRight", ["left string", "right string"], "flat"),
        ("BaseEntity\n\tMore", ["More string"], "flat"),
    ],
)
def test_embedded_structs_are_flattened_as_go_does(
    inside: str, fields: list[str], base: str
) -> None:
    text = f"""package shop
type Common struct {{
	BaseEntity
	Shared string `json:"shared"`
}}
type Deeper struct {{
	Common
	Deep int `json:"deep"`
}}
type Left struct {{
	Both string `json:"both"`
	Left string `json:"left"`
}}
type Right struct {{
	Both string `json:"both"`
	Right string `json:"right"`
}}
type More string
type Widget struct {{
	{inside}
}}
"""
    one = only(text)
    assert (sorted(own(one)), one.base) == (sorted(fields), base)


def test_a_base_field_that_is_declared_again_is_hidden() -> None:
    one = only('package s\ntype Widget struct {\n\tBaseEntity\n\tState int `json:"status"`\n}\n')
    assert [field.name for field in one.hidden] == ["status"]
    assert next(field for field in one.fields if field.name == "status").type.wire_type == "integer"


STORE = """package entitystore
type Status string
const StatusREADY Status = "READY"
type BaseEntity struct {
	ID string `json:"id"`
	Name string `json:"name"`
	Status Status `json:"status"`
}
"""


@pytest.mark.parametrize(
    "imported", ['es "example.com/shop/pkg/entity-store"', '"example.com/shop/pkg/entity-store"']
)
@pytest.mark.parametrize("module", [True, False])
def test_packages_find_each_other(
    imported: str, module: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if module:
        (tmp_path / "go.mod").write_text("module example.com/shop\n")
    alias = "es" if imported.startswith("es") else "entitystore"
    files = {
        "pkg/entity-store/store.go": STORE,
        "pkg/widgets/widget.go": f"""package widgets
import (
	{imported}
	"example.com/shop/pkg/parts"
)
type Widget struct {{
	{alias}.BaseEntity
	Part parts.Part `json:"part"`
	Mode {alias}.Status `json:"mode"`
}}
""",
        "pkg/parts/part.go": 'package parts\ntype Part struct { Size int `json:"size"` }\n',
    }
    one = only(files)
    assert own(one) == ["part object", "mode enum"]
    assert [field.name for field in one.fields if field.base] == ["id", "name", "status"]
    part = next(field for field in one.fields if field.name == "part")
    assert [str(field.location) for field in part.type.fields] == ["pkg/parts/part.go:2"]


def test_what_is_a_definition_and_what_is_not() -> None:
    found = read(
        """package shop
type Plain struct { Name string `json:"name"` }
type Model struct {
	Kind string `json:"kind"`
	Name *string `json:"name"`
}
// Tag is a part of others.
// swagger:model Tag
type Tag struct { Key string `json:"key"` }
type WidgetEntity struct { BaseEntity }
type Alias = WidgetEntity
type Loop struct {
	BaseEntity
	Next *Loop `json:"next"`
	Loop
}
"""
    )
    assert [(one.kind, one.name, one.form, one.value) for one in found.types] == [
        ("Model", "Model", "manifest", False), ("Tag", "Tag", "manifest", True),
        ("Widget", "WidgetEntity", "stored", False), ("Loop", "Loop", "stored", False),
    ]  # fmt: skip


NAMED = """package shop
type Kind string
const (Admin Kind = "admin"; Widget Kind = "Thing")
type Number int
type Texts int
func (Texts) MarshalText() ([]byte, error) { return nil, nil }
type Meta struct { Kind Number `json:"kind"` }
{}
type Thing struct {
	Name string `json:"name"`
	{}
}
"""


@pytest.mark.parametrize(
    ("above", "kind", "kinds", "why"),
    [
        ("", 'Kind uint `json:"kind"`', [], "its kind is no text"),
        ("", 'Kind []string `json:"kind"`', [], "its kind is no text"),
        ("", 'Kind Number `json:"kind"`', [], "its kind is no text"),
        ("", "Meta", [], "its kind is no text"),
        ("", 'Meta\n\tKind string `json:"kind"`', ["Thing"], ""),
        ("", 'Kind *Kind `json:"kind"`', ["Thing"], ""),
        ("", 'Kind Texts `json:"kind"`', ["Thing"], ""),
        ("", 'Kind any `json:"kind"`', ["Thing"], ""),
        ("", '// +dispatch:enum=a,b\n\tKind string `json:"kind"`', [],
         'its kind is never its name: "a", "b"'),
        ("// +dispatch:alias=a", '// +dispatch:enum=a,b\n\tKind string `json:"kind"`', ["Thing"], ""),
        ("// +dispatch:kind=Other", 'Kind uint `json:"kind"`', ["Other"], ""),
        ("// swagger:model", 'Kind uint `json:"kind"`', [], "its kind is no text"),
    ],
)  # fmt: skip
def test_a_kind_can_be_named(above: str, kind: str, kinds: list[str], why: str) -> None:
    found = read(NAMED.replace("{}", above, 1).replace("{}", kind))
    assert [one.kind for one in found.types if not one.value] == kinds
    reasons = [f"it has a kind and a name, but {why}"] if why else []
    assert [skipped.why for skipped in found.skipped if skipped.name == "Thing"] == reasons


STATUSES = """package shop
type Status string
const ({})
type Thing struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Status Status `json:"status"`
}
"""


@pytest.mark.parametrize(
    ("constants", "kinds"),
    [
        ('A Status = "READY"; B Status = "Error"; C Status = "failed"', ["Thing"]),
        ('A Status = "pending"; B Status = "error"; C Status = "failed"', []),
    ],
)
def test_a_model_with_statuses_of_its_own_is_no_kind(constants: str, kinds: list[str]) -> None:
    found = read(STATUSES.replace("{}", constants))
    assert [one.kind for one in found.types] == kinds
    why = "it has a kind and a name, but most of its statuses are none of Dispatch"
    assert [one.why for one in found.skipped] == ([] if kinds else [why])


@pytest.mark.parametrize(
    "comment",
    ["Code generated by go-swagger; DO NOT EDIT.", "This file was generated by the swagger tool."],
)
def test_what_a_program_wrote_declares_no_kind(comment: str) -> None:
    text = STATUSES.replace("{}", 'A Status = "READY"')
    assert read(text).types
    assert not read(text.replace("shop", f"shop\n\n// {comment}", 1)).types


@pytest.mark.parametrize(
    "name", ["TriggerConfiguration", "ResId", "StatusDetails", "ThingOverride"]
)
def test_names_that_are_no_kinds(name: str) -> None:
    found = read(STATUSES.replace("{}", 'A Status = "READY"').replace("Thing", name))
    assert not found.types


@pytest.mark.parametrize(
    "type_",
    [
        'gadget struct { Kind string `json:"kind"`; Name string `json:"name"` }',
        'Gizmo struct { X int `json:"x"` }',
        'GizmoRef struct { X int `json:"x"` }',
    ],
)
def test_a_marker_makes_a_kind_of_any_struct(type_: str) -> None:
    found = read(f"package shop\n\n// +dispatch:kind=Gadget\ntype {type_}\n")
    assert [(one.kind, one.form, one.why) for one in found.types] == [
        ("Gadget", "manifest", "the marker +dispatch:kind=Gadget")
    ]
    assert not found.skipped


def test_a_marker_above_what_is_no_struct_is_reported() -> None:
    found = read("package shop\n\n// +dispatch:kind=Gadget\ntype Mode string\n")
    assert [(skipped.name, skipped.why) for skipped in found.skipped] == [
        ("Mode", "it is no struct")
    ]
    assert [f"{problem.location}: {problem.message}" for problem in found.problems] == [
        "shop/shop.go:4: +dispatch:kind=Gadget has no effect: Mode is no struct"
    ]


@pytest.mark.parametrize(
    ("literal", "name", "problem"),
    [
        ('`json:"a"`', "a", ""),
        ('`json:"a,omitempty" db:"b"`', "a", ""),
        ('`db:"b"`', "", ""),
        ('"json:\\"a\\""', "a", ""),
        ('`josn:"a"`', "", 'did you mean "json"?'),
        ('`JSON:"a"`', "", 'did you mean "json"?'),
        ('`json: "a"`', "", "is malformed"),
        ("`json:a`", "", "is malformed"),
        ('`json:"a, omitempty"`', "a", 'did you mean "omitempty"?'),
        ('`json:"a,omitemtpy"`', "a", 'did you mean "omitempty"?'),
        ('`json:"a" db:b`', "a", "after its json part"),
        ('`json:"a b"`', "a b", "contains a space"),
        ('`json:"-"`', "", ""),
        ('`json:"-,"`', "-", ""),
        ('`json:",omitempty"`', "", ""),
        # Go 1.27 takes every letter but backslashes and quotes, older ones letters and digits.
        ('`json:"größe"`', "größe", ""),
        ('`json:"٣"`', "٣", ""),
        ('`json:"x²"`', "x²", "before Go 1.27"),
        ('`json:"Ⅷ"`', "Ⅷ", "before Go 1.27"),
        ('"json:\\"e\\u0301\\""', "e\u0301", "before Go 1.27"),
        ('"json:\\"a\\xe4b\\""', "a\ufffdb", "before Go 1.27"),
        ("""`json:"a'b"`""", "a", "does not accept the JSON name"),
        ("""`json:"'a'"`""", "", "does not accept the JSON name"),
        (r'`json:"a\\b"`', "a", "does not accept the JSON name"),
        (r'`json:"a\-b"`', "", "is malformed"),
        ('`json:"a,case:ignore"`', "a", ""),
        ('`json:",embed"`', "", ""),
        ('`json:"a,format:RFC3339"`', "a", "unknown option"),
    ],
)
def test_tags(literal: str, name: str, problem: str) -> None:
    tag = read_tag(literal)
    assert tag.name == name
    assert problem in tag.problem if problem else not tag.problem
    assert tag.skipped == (literal == '`json:"-"`')


@pytest.mark.parametrize(
    ("literal", "options"),
    [
        ('`json:"a,omitempty,string"`', {"omitempty", "string"}),
        ('`json:"a,omitempty ,string"`', {"omitempty", "string"}),
        ('`json:"a, omitempty"`', set()),
        ("""`json:"a,'omitempty'"`""", set()),
        ("""`json:"a'b,omitempty"`""", {"omitempty"}),
        ('`json:"-,omitzero"`', {"omitzero"}),
    ],
)
def test_options_of_tags(literal: str, options: set[str]) -> None:
    assert set(read_tag(literal).options) - {""} == options


GO = """package shop

import "fmt"

// Widget is a thing.
type Widget struct {
	BaseEntity
	ImageName string `json:"imageName"`
	Color string
	old_name string
	SizeMm int `json:"size_mm"` // dispatch-lint: ignore[camel-case-fields] the scale writes it
	// dispatch-lint: ignore[json-tag-mismatch]
	Weight int `json:"mass"`
}

func key(kind, org, name string) string {
	return fmt.Sprintf("%s/%s/%s", kind, org, name)
}
"""


def test_a_go_file_is_judged_at_its_places(lint: Lint, results: list[Result]) -> None:
    found = lint({"pkg/shop.go": GO}, paths=["."])
    assert [(f"{one.range.line}:{one.range.column}", one.rule, one.kind, one.pointer) for one in found] == [
        ("8:2", "foreign-key-naming", "Widget", "/fields/imageName"),
        ("9:2", "json-tag-missing", "Widget", "/fields/Color"),
        ("17:9", "key-layout", None, ""),
    ]  # fmt: skip
    assert (results[-1].summary.definitions, results[-1].summary.suppressed) == (1, 2)
    assert len({one.fingerprint for one in found}) == 3
    assert (
        found[0].fingerprint == lint({"pkg/shop.go": f"// more\n{GO}"}, paths=["."])[0].fingerprint
    )


def test_fields_in_a_file_that_a_description_refers_to(tmp_path: Path) -> None:
    reference = {"$ref": "parts/pump.json"}
    api = {"openapi": "3.0.3", "components": {"schemas": {"Pump": reference}}}
    (tmp_path / "api.json").write_text(json.dumps(api))
    (tmp_path / "parts").mkdir()
    pump = '{"properties": {"kind": {}, "name": {},\n"made_by": {"type": "string"}}}'
    (tmp_path / "parts/pump.json").write_text(pump)
    found = [
        'parts/pump.json:2:1: error[camel-case-fields] the field "made_by" is not lower camel case; '
        'rename it to "madeBy"'
    ]
    assert check(tmp_path, ".", "-f", "concise")[1].splitlines()[:-1] == found
    assert check(tmp_path, "api.json", "-f", "concise")[1].splitlines()[:-1] == []


def test_fields_of_alternatives(tmp_path: Path) -> None:
    def made(name: str) -> dict[str, Any]:
        return {"properties": {name: {"type": "string"}}}

    schemas = {
        "Pump": {"properties": {
            "kind": {}, "name": {},
            "source": {"nullable": True, "oneOf": [{"$ref": "#/components/schemas/Git"}, made("b_c")]},
            "parts": {"type": "array", "items": {"anyOf": [{"type": "string"}, made("d_e")]}},
            "tree": {"$ref": "#/components/schemas/Tree"},
        }},
        "Git": made("a_b"),
        "Tree": {"oneOf": [
            {"properties": {"f_g": {"$ref": "#/components/schemas/Tree"}}}, {"type": "string"},
        ]},
    }  # fmt: skip
    text = json.dumps({"openapi": "3.0.3", "components": {"schemas": schemas}})
    (tmp_path / "api.json").write_text(text)
    out = check(tmp_path, ".", "-f", "jsonl")[1]
    found = [json.loads(line) for line in out.splitlines()]
    fields = {text[one["column"] - 1 : one["endColumn"] - 1] for one in found if "rule" in one}
    assert fields == {'"a_b"', '"b_c"', '"d_e"', '"f_g"'}


def test_documents_and_definitions_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "shop.go").write_text(GO)
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    (tmp_path / "api.json").write_text(json.dumps(OPENAPI))
    for folder in ("vendor/x", "gen"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "shop.go").write_text(GO)
    (tmp_path / "shop_test.go").write_text(GO)
    (tmp_path / "made.go").write_text(f"// Code generated by x. DO NOT EDIT.\n\n{GO}")
    (tmp_path / "unused.go").write_text("package other\n")
    code, out, _ = check(tmp_path, ".", "-f", "concise", "--select",
                         "name-format,json-tag-missing,camel-case-fields")  # fmt: skip
    assert code == 1
    assert out.splitlines() == [
        'a.yaml:2:7: error[name-format] "a b" cannot be part of a key: it contains white space',
        f"api.json:1:{json.dumps(OPENAPI).index(chr(34) + 'created_at') + 1}: "
        'error[camel-case-fields] the field "created_at" is not lower camel case; rename it to "createdAt"',
        'shop.go:9:2: error[json-tag-missing] the field "Color" has no json tag, so its JSON name is '
        '"Color"',
        "2 errors. 1 document in 2 files, 2 definitions in 3 files checked, 0 skipped, 1 suppressed, "
        "open world.".replace("2 errors", "3 errors"),
    ]
    listed = check(tmp_path, "shop.go", "--list-files")[1]
    assert listed == "shop.go: document 6: stored definition of Widget\n"


OPENAPI: dict[str, Any] = {
    "swagger": "2.0",
    "definitions": {
        "Widget": {
            "type": "object", "required": ["name", "image"],
            "allOf": [{"$ref": "#/definitions/Base"}],
            "properties": {
                "kind": {"type": "string"}, "image": {"type": "string", "x-go-name": "Image"},
                "created_at": {"type": "string", "format": "date-time"},
                "level": {"$ref": "#/definitions/Level"},
                "parts": {"type": "array", "items": {"$ref": "#/definitions/Part"}},
                "other": {"$ref": "./models.json#/definitions/X"},
                "more": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        },
        "Base": {"properties": {"name": {"type": "string", "pattern": "^a+$"},
                                "count": {"type": "integer", "minimum": 0}}},
        "Level": {"type": "string", "enum": ["HIGH", "LOW"]},
        "Part": {"type": "object", "properties": {"size": {"type": "number"},
                                                  "inner": {"$ref": "#/definitions/Part"}}},
    },
}  # fmt: skip


@pytest.mark.parametrize("version", ["2.0", "3.0.1", "3.1.0"])
@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_openapi_models(version: str, ending: str, tmp_path: Path) -> None:
    text = json.dumps(OPENAPI, indent=1)
    if version != "2.0":
        moved = {"openapi": version, "components": {"schemas": OPENAPI["definitions"]}}
        text = json.dumps(moved, indent=1).replace("#/definitions/", "#/components/schemas/")
    (tmp_path / f"api.{ending}").write_text(text)
    result = run(tmp_path, "schema", "generate", "--definitions", f"api.{ending}")
    assert result.returncode == 0, result.stderr
    schema = json.loads((tmp_path / "schemas/manifest/Widget.schema.json").read_text())
    fields = schema["properties"]
    assert schema["required"] == ["kind", "image", "name"]
    assert fields["name"]["pattern"] == "^a+$"
    assert fields["count"]["minimum"] == 0
    assert fields["level"]["enum"] == ["HIGH", "LOW", None]
    assert fields["parts"]["items"]["properties"]["size"]["type"] == ["number", "null"]
    assert fields["image"]["x-dispatch-reference"] == {"kind": "Image", "by": "name"}
    assert "type" not in fields["other"]
    line = text.split("\n").index('    "image": {' if version == "2.0" else '     "image": {') + 1
    assert fields["image"]["x-dispatch-source"] == f"api.{ending}:{line}"


def test_models_become_entities_by_settings(lint: Lint) -> None:
    api = {"openapi": "3.0.0", "components": {"schemas": {
        "Gadget": {"properties": {"bad_name": {"type": "string"}}}}}}  # fmt: skip
    assert not lint({"api.json": json.dumps(api)})
    (found,) = lint({"api.json": json.dumps(api)}, {"kinds": {"api.json#Gadget": "Secret"}})
    assert (found.rule, found.kind) == ("camel-case-fields", "Gadget")


def test_definitions_of_one_kind_are_compared(lint: Lint) -> None:
    go = """package shop
type Widget struct {
	BaseEntity
	PlanID string `json:"planID"`
	Config map[string]string `json:"config"`
	Same string `json:"same"`
	When time.Time `json:"when"`
}
"""
    model = """package v1
type Widget struct {
	Kind string `json:"kind"`
	Name *string `json:"name"`
	PlanID string `json:"planId"`
	Config []string `json:"config"`
	Same string `json:"same"`
	When int64 `json:"when"`
}
"""
    found = lint({"a/shop.go": go, "v1/widget.go": model}, {"select": ["definition-agreement"]},
                 paths=["."])  # fmt: skip
    assert [(f"{one.file}:{one.range.line}", one.message) for one in found] == [
        ("v1/widget.go:5", 'Widget names the field "planId" here but "planID" in Widget (stored)'),
        ("v1/widget.go:6", 'the field "config" of Widget is a list here but a mapping in Widget '
         "(stored)"),
    ]  # fmt: skip
    assert [(one.file, one.range.line) for one in found[0].related] == [("a/shop.go", 4)]


def test_the_type_of_a_status_has_the_eight(lint: Lint) -> None:
    values = ["INITIALIZED", "CREATING", "READY", "UPDATING", "DELETING", "DELETED", "ERROR"]
    constants = "".join(f'\tStatus{one} Status = "{one}"\n' for one in [*values, "UNKNOWN"])
    text = f"{STORE.replace('const StatusREADY Status = ', 'var _ = ')}const (\n{constants})\n"
    other = 'package other\nimport "x/store"\nconst Some store.Status = "ODD"\ntype W struct {\n\tstore.BaseEntity\n}\n'
    found = lint(
        {"store/s.go": text, "other/o.go": other}, {"select": ["status-value"]}, paths=["."]
    )
    assert [(one.range.line, one.message) for one in found] == [
        (2, "the type Status does not declare the status MISSING"),
        (17, 'the type Status declares status "UNKNOWN", which the guide does not define'),
    ]
    fewer = {"store/s.go": text.replace('"ERROR"', '"READY"')}
    found = lint(fewer, {"select": ["status-value"]}, paths=["store"])
    assert found[0].message == "the type Status does not declare the statuses ERROR, MISSING"


def test_a_file_that_does_not_parse_leaves_the_rest(lint: Lint) -> None:
    broken = 'package shop\n\ntype Broken struct {\n\tBaseEntity\n\tX string `json:"x_y"`\n'
    good = 'package shop\n\ntype Good struct {\n\tBaseEntity\n\tYZ int `json:"y_z"`\n}\n'
    found = lint({"pkg/broken.go": broken, "pkg/good.go": good}, paths=["."])
    assert [(one.file, one.rule) for one in found if one.rule != "camel-case-fields"] == [
        ("pkg/broken.go", "syntax-error")
    ]
    assert ("pkg/good.go", "camel-case-fields") in [(one.file, one.rule) for one in found]


def test_unknown_markers_say_where(lint: Lint) -> None:
    text = "package s\n// +dispatch:knd=A\ntype T struct {\n\tBaseEntity\n}\n"
    (found,) = lint({"s.go": text})
    assert (found.range.line, found.rule) == (2, "syntax-error")
    assert 'unknown marker "+dispatch:knd"; did you mean "kind"?' in found.message


def test_generated_schemas_hold_documents(tmp_path: Path) -> None:
    (tmp_path / "shop.go").write_text(
        "package shop\n// Widget is a thing.\n// +dispatch:form=manifest\ntype Widget struct {\n"
        '\tKind string `json:"kind,omitempty"`\n\tName *string `json:"name"`\n'
        '\t// Pattern: ^[\\w\\d]+$\n\tImage *string `json:"image"`\n}\n'
    )
    assert (
        run(
            tmp_path, "schema", "generate", "--definitions", "shop.go", "--output", "out"
        ).returncode
        == 0
    )
    (tmp_path / "a.yaml").write_text("kind: Widget\nname: a\nimage: x y\nsize: 1\n")
    code, out, _ = check(tmp_path, "a.yaml", "--schemas", "out", "-f", "concise", "--isolated")
    assert code == 1
    assert "a.yaml:3:8: error[schema]" in out and "a.yaml:4:1: error[unknown-field]" in out
    assert (
        run(tmp_path, "schema", "check", "--definitions", "shop.go", "--output", "out").returncode
        == 0
    )
    text = (tmp_path / "shop.go").read_text().replace('"image"', '"picture"')
    (tmp_path / "shop.go").write_text(text)
    result = run(tmp_path, "schema", "check", "--definitions", "shop.go", "--output", "out")
    assert result.returncode == 1
    assert b"image: the definition does not have it" in result.stdout
    (tmp_path / "none.go").write_text("package x\n")
    result = run(tmp_path, "schema", "generate", "--definitions", "none.go")
    assert result.returncode == 2 and b"no kind is declared in none.go" in result.stderr


def test_nothing_in_a_go_file_is_a_traceback() -> None:
    """Every cut of a file, and many changes of it: problems, but never an error of ours."""
    chance = random.Random(5)
    letters = '{}()[]`"/*\n\t ,.:;=abcTypestruct\0é'
    for end in range(0, len(GO), 7):
        read({"s.go": GO[:end]}, "s.go")
    for _ in range(300):
        text = list(GO)
        for _ in range(chance.randrange(1, 12)):
            text[chance.randrange(len(text))] = chance.choice(letters)
        read({"s.go": "".join(text)}, "s.go")
    assert read_go(b"\xff\xfe\0", "x.go").problems
    nested = "package s\ntype W struct {\n\tBaseEntity\n\tX " + "[]" * 3000 + "int\n}\n"
    read({"s.go": nested}, "s.go")
    deep = (
        "package s\ntype W struct {\n\tBaseEntity\n\tX "
        + "struct{ X " * 800
        + "int"
        + "}" * 800
        + "\n}\n"
    )
    read({"s.go": deep}, "s.go")


def test_an_import_may_name_what_no_folder_is_called(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.org/shop\n")
    imports = "".join(
        f'import m{number} "example.org/shop/gen/{path}"\n'
        for number, path in enumerate(["a" * 300, "a\\x00b", "..", "\x7f"])
    )
    (tmp_path / "nul.go").write_text('package a\nimport "example.org/shop/gen/a\0b"\n')
    code = "type Widget struct {\n\tBaseEntity\n\t// +dispatch:example=" + "[" * 50_000 + "\n"
    code += '\tX []m0.X `json:"x"`\n}\n'
    (tmp_path / "a.go").write_text(f"package a\n{imports}{code}")
    for command in (["schema", "list", "."], ["graph", "--definitions", "."]):
        result = run(tmp_path, *command)
        assert result.returncode == 0 and b"Widget" in result.stdout, result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text there")
def test_the_file_of_a_definition_may_have_a_name_that_is_no_text(tmp_path: Path) -> None:
    code = b"package a\n\n// Widget is one.\ntype Widget struct {\n\tBaseEntity\n}\n"
    (tmp_path / os.fsdecode(b"a\xff.go")).write_bytes(code)
    (tmp_path / "dispatch-lint.toml").write_text('definitions = ["."]\n')
    (tmp_path / "w.yaml").write_text("kind: Widget\nname: a\norganizationId: b\nid: c\n")
    assert check(tmp_path, "w.yaml")[0] == 1
    result = run(tmp_path, "schema", "generate", "--definitions", ".")
    assert result.returncode == 0, result.stderr
    for command in (
        ["check", "w.yaml", "--schemas", "schemas"],
        ["schema", "diff", "schemas", "."],
    ):
        assert run(tmp_path, *command).returncode in (0, 1), command


def test_nothing_in_an_openapi_file_is_a_traceback(lint: Lint) -> None:
    text = json.dumps(OPENAPI)
    chance = random.Random(6)
    for end in range(0, len(text), 19):
        lint({"api.yaml": text[:end]})
    odd: list[Any] = [None, 1, "x", [], {}, True, ["name"], {"$ref": "#/definitions/Widget"}]
    for _ in range(120):
        value = json.loads(text)
        location = value["definitions"][chance.choice(["Widget", "Base", "Part"])]
        for _ in range(chance.randrange(4)):
            inner = chance.choice(
                [one for one in location if isinstance(location[one], dict)] or [""]
            )
            location = location[inner] if inner else location
        if isinstance(location, dict) and location:
            location[chance.choice(list(location))] = chance.choice(odd)
        lint({"api.json": json.dumps(value)})
