"""What schemas from Go accept and refuse, for code that is odd but ordinary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.reading import Definitions, GoSource, read_sources
from dispatch_lint.schema.generate import entity_schema
from tests.conftest import Lint
from tests.test_cli import run

HEAD = 'package shop\n\nimport (\n\t"encoding/json"\n\t"time"\n)\n\n'
WIDGET = "// +dispatch:form=stored\ntype Widget struct {{\n{}\n}}\n"


def read(files: dict[str, str]) -> Definitions:
    sources = [GoSource(name, text.encode) for name, text in files.items()]
    return read_sources(sources, [], Conventions(foreign=True))


def kinds(files: dict[str, str]) -> list[str]:
    return sorted(type_.kind for type_ in read(files).types)


def schema_of(fields: str, more: str = "") -> dict[str, Any]:
    types = read({"shop/shop.go": HEAD + WIDGET.format(fields) + more}).types
    return entity_schema(next(type_ for type_ in types if type_.name == "Widget"))


TEXT = """
type TextV int
func (t TextV) MarshalText() ([]byte, error) { return nil, nil }
type TextP struct{ A int }
func (t *TextP) MarshalText() ([]byte, error) { return nil, nil }
type JsonP struct{ A int `json:"a"` }
func (j *JsonP) MarshalJSON() ([]byte, error) { return nil, nil }
type Embeds struct {
	JsonP
	B int
}
type MyByte byte
type Owner struct {
	Name string `json:"name"`
}
type OwnerAlias = Owner
type OwnerDefined Owner
type Moment time.Time
"""
ENUMS = """
const prefix = "dark-"
type Color string
const Red, Blue Color = "red", "blue"
const Green Color = prefix + "green"
type Mode string
const (
	A = Mode("a")
	B Mode = "b"
	C = "c"
)
type Level int
const (
	Low Level = iota
	High
)
type Wild string
const (
	First Wild = "first"
	Second = Wild(compute())
)
type Flag int
const (
	One Flag = 1 << iota
	Two
)
"""


@pytest.mark.parametrize(
    ("field", "valid", "invalid"),
    [
        # null
        ('It *Owner `json:"it"`', [None, {"name": ""}], [{}, 1, {"name": "", "x": 1}]),
        ('It *time.Time `json:"it"`', [None, "2024-01-02T03:04:05.6Z"], ["2024-01-02", 1]),
        ('It *string `json:"it"`', [None, ""], [1]),
        ('It []byte `json:"it"`', [None, "", "QUI="], ["?", "QUI", [1]]),
        ('It map[string][]string `json:"it"`', [None, {"a": None}, {"a": ["b"]}], [{"a": [1]}]),
        ('It [][]string `json:"it"`', [None, [None, ["a"]]], [[["a"], "b"]]),
        ('It map[string]map[string]int `json:"it"`', [{"a": None}], [{"a": {"b": None}}]),
        # shapes
        ('It [4]byte `json:"it"`', [[1, 2, 3, 255]], ["QUI=", [256], None]),
        ('It []MyByte `json:"it"`', ["QUI=", None], [[1]]),
        ('It []TextV `json:"it"`', [["a"], None], [[1], "a"]),
        ('It bool `json:"it,string"`', ["true"], [True, "yes", None]),
        ('It int8 `json:"it,string"`', ["-12"], [12, "x"]),
        ('It float64 `json:"it,string"`', ["1.5e3"], [1.5, "x"]),
        ('It string `json:"it,string"`', ['"a"'], ["a"]),
        ('It *bool `json:"it,string"`', ["true", None], [True]),
        ('It int8 `json:"it"`', [127, -128], [128, "1", None]),
        ('It uint16 `json:"it"`', [65535], [-1, 65536]),
        ('It json.RawMessage `json:"it"`', [None, 1, "a", []], []),
        ('It json.Number `json:"it"`', [1.5], ["a"]),
        ('It error `json:"it"`', [None, {}], []),
        ('It map[int]string `json:"it"`', [{"-1": "a"}], [{"a": "a"}]),
        ('It map[string]int `json:"it"`', [{"a": 1}, None], [{"a": "b"}]),
        ('It Moment `json:"it"`', [{}], ["2024-01-02T03:04:05Z", {"a": 1}]),
        ('It OwnerDefined `json:"it"`', [{"name": "a"}], [{"Name": "a"}]),
        # types that say themselves what they are
        ('It TextV `json:"it"`', ["a"], [1, None]),
        ('It TextP `json:"it"`', ["a"], [1, None]),
        ('It JsonP `json:"it"`', [None, 1, "a", {}], []),
        ('It Embeds `json:"it"`', [None, 1, "a", {}], []),
        # enumerations
        ('It Color `json:"it"`', ["red", "blue", "dark-green", ""], ["green", None]),
        ('It Color `json:"it,omitempty"`', ["red"], ["green", ""]),
        ('It Mode `json:"it"`', ["a", "b", "c", ""], ["d"]),
        ('It Level `json:"it"`', [0, 1], [2, "a"]),
        ('It Wild `json:"it"`', ["first", "anything"], [1]),
        ('It Flag `json:"it"`', [0, 3], ["a"]),
        ('It []Color `json:"it"`', [["red", ""]], [["x"]]),
        # generics, and types of their own
        ('It struct{ Owner } `json:"it"`', [{"name": "a"}], [{}]),
        ('It interface{ Area() int } `json:"it"`', [None, {"a": 1}], []),
    ],
)
def test_values_of_a_field(field: str, valid: list[Any], invalid: list[Any]) -> None:
    validator = jsonschema_rs.Draft7Validator(schema_of(f"\t{field}", TEXT + ENUMS))
    assert [value for value in valid if not validator.is_valid({"it": value})] == []
    assert [value for value in invalid if validator.is_valid({"it": value})] == []


@pytest.mark.parametrize(
    ("lines", "valid", "invalid"),
    [
        ("\tOwner", [{"name": "a"}], [{}, {"name": "a", "x": 1}]),
        ("\t*Owner", [{}, {"name": "a"}], [{"name": 1}]),
        ("\tOwnerAlias", [{"name": "a"}], [{}]),
        ("\tOwnerDefined", [{"name": "a"}], [{"OwnerDefined": {}}]),
        ("\tgorm.Model", [{}, {"ID": 1}], []),
        ('\tOwner `json:"owner"`', [{"owner": {"name": "a"}}], [{"name": "a"}]),
        ('\tIt int `json:"it,omitzero"`', [{}, {"it": 1}], [{"it": "a"}]),
        ("\tJsonP\n\tC int", [{}, {"C": "x"}], []),
        ("\tOwner\n\tName string `json:\"name\"`", [{"name": "a"}], [{}]),
        ("\tsync.Mutex", [{}], [{"Mutex": 1}]),
    ],
)  # fmt: skip
def test_embedded_types(lines: str, valid: list[Any], invalid: list[Any]) -> None:
    validator = jsonschema_rs.Draft7Validator(schema_of(lines, TEXT))
    assert [value for value in valid if not validator.is_valid(value)] == []
    assert [value for value in invalid if validator.is_valid(value)] == []


def test_an_open_schema_says_why() -> None:
    assert schema_of("\tgorm.Model")["$comment"] == "open: the embedded gorm.Model was not read"
    found = read({"shop/shop.go": HEAD + WIDGET.format("\tgorm.Model")})
    assert [(str(note.location), note.message) for note in found.notes] == [
        ("shop/shop.go:10", "open to further fields: the embedded gorm.Model was not read")
    ]


BASE = "\tBaseEntity\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # A kind stays one although another type embeds it.
        (f"type Image struct {{\n{BASE}}}\ntype ImageView struct {{\n\tImage\n\tPulls int\n}}\n",
         ["Image", "ImageView"]),
        (f"type simple struct {{\n{BASE}}}\ntype Twice simple\n", ["Twice", "simple"]),
        (f"type GenEnt[T any] struct {{\n{BASE}\tValue T\n}}\ntype IntEnt = GenEnt[int]\n", ["IntEnt"]),
        (f"type EntityBase struct {{\n{BASE}}}\ntype Widget struct {{\n\tEntityBase\n}}\n", ["Widget"]),
        # API models: a base of their own is none, and references and messages are none.
        ('type Meta struct {\n\tKind string `json:"kind"`\n\tName string `json:"name"`\n}\n'
         "// swagger:model\ntype Widget struct {\n\tMeta\n}\n", ["Widget"]),
        ('type WidgetReference struct {\n\tKind string `json:"kind"`\n\tName string `json:"name"`\n}\n', []),
        ('type event struct {\n\tKind string `json:"kind"`\n\tName string `json:"name"`\n}\n', []),
        ('type Thing struct {\n\tKind string `json:"kind"`\n\tName string `json:"name"`\n'
         '\tAPIVersion string `json:"apiVersion"`\n}\n', []),
        ('type Thing struct {\n\tKind string `json:"kind"`\n\tName string `json:"name"`\n}\n', ["Thing"]),
    ],
)  # fmt: skip
def test_what_is_a_kind(code: str, expected: list[str]) -> None:
    assert kinds({"shop/shop.go": f"package shop\n\n{code}"}) == expected


def test_a_kind_whose_base_is_embedded_in_another_package() -> None:
    files = {
        "go.mod": "module example.com/shop\n",
        "base/base.go": f"package base\n\ntype Owned struct {{\n{BASE}}}\n",
        "shop/shop.go": 'package shop\n\nimport "example.com/shop/base"\n\n'
        "type Widget struct {\n\tbase.Owned\n}\n",
    }
    assert "Widget" in kinds({name: text for name, text in files.items() if name != "go.mod"})


@pytest.mark.parametrize(
    ("name", "head", "declares"),
    [
        ("shop.go", "//go:build ignore\n\n", False),
        ("shop.go", "// +build ignore\n\n", False),
        ("shop.go", "//go:build linux && !ignore\n\n", True),
        ("shop.go", "//go:build !linux || ignore\n\n", True),
        ("shop.go", "//go:build (ignore)\n\n", False),
        ("shop_windows.go", "", True),
    ],
)
def test_build_constraints(name: str, head: str, declares: bool) -> None:
    text = f"{head}package shop\n\ntype Widget struct {{\n{BASE}}}\n"
    assert kinds({name: text}) == (["Widget"] if declares else [])


def test_variants_of_a_type_make_one_schema(tmp_path: Path) -> None:
    for system, type_ in (("linux", "int"), ("windows", "string")):
        (tmp_path / f"shop_{system}.go").write_text(
            f'package shop\n\ntype Widget struct {{\n{BASE}\tDisk Disk `json:"disk"`\n'
            f'\tOnly{system.title()} int `json:"{system}"`\n}}\n\ntype Disk {type_}\n'
        )
    result = run(tmp_path, "schema", "generate", "--definitions", ".")
    assert result.returncode == 0, result.stderr
    said = result.stderr.decode()
    assert "the build chooses the type Widget, also declared at shop_linux.go:3" in said
    assert run(tmp_path, "check", ".", "--select", "definition-agreement").returncode == 0
    schema = json.loads((tmp_path / "schemas/stored/Widget.schema.json").read_text())
    assert {"linux", "windows", "disk"} <= schema["properties"].keys()
    assert not {"linux", "windows"} & set(schema["required"])
    validator = jsonschema_rs.Draft7Validator(schema["properties"]["disk"])
    assert validator.is_valid(1) and validator.is_valid("a")


NEWER = "package shop\n\nvar P = new(int32(8888))\n\ntype Widget struct {\n\tBaseEntity\n}\n\n" \
        "func f() {\n\tvar Q = new(int32(8888))\n}\n"  # fmt: skip


@pytest.mark.parametrize("command", [["schema", "generate", "--definitions"], ["graph", "--definitions"]])  # fmt: skip
def test_code_that_is_newer_than_the_grammar(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "shop.go").write_text(NEWER)
    (tmp_path / "other.go").write_text("package shop\n\nvar P = new(int32(8888))\n")
    result = run(tmp_path, *command, ".")
    assert result.returncode == 0, result.stderr
    assert b"not valid Go" not in result.stderr
    assert run(tmp_path, "check", ".", "--select", "syntax-error").returncode == 0
    assert run(tmp_path, "schema", "diff", "shop.go", "shop.go").returncode == 0


def test_a_kind_that_does_not_parse_is_a_violation_at_its_place(lint: Lint, tmp_path: Path) -> None:
    broken = "package shop\n\ntype Gone struct {\n\tBaseEntity\n\tA [3 string\n}\n\n" \
             "type Widget struct {\n\tBaseEntity\n}\n\ntype Other struct {\n\tA [3 string\n}\n"  # fmt: skip
    found = lint({"pkg/shop.go": broken}, {"select": ["syntax-error"]}, ["pkg"])
    assert [(one.rule, one.range.line) for one in found] == [("syntax-error", 5)]
    result = run(tmp_path, "schema", "generate", "--definitions", "pkg")
    assert result.returncode == 1
    assert result.stderr.decode().startswith("pkg/shop.go:5: this is not valid Go")
    assert (tmp_path / "schemas/stored/Widget.schema.json").is_file()


def test_two_packages_that_declare_one_kind(tmp_path: Path, lint: Lint) -> None:
    code = "package {0}\n\ntype Image struct {{\n\tBaseEntity\n}}\n"
    files = {f"{name}/x.go": code.format(name) for name in ("one", "two")}
    found = lint(files, {"select": ["definition-agreement"]}, ["."])
    assert [(str(one.file), one.message) for one in found] == [
        ("two/x.go", "the kind Image (stored) is already declared at one/x.go:3, which is the one that counts")
    ]  # fmt: skip
    assert [place.file for place in found[0].related] == ["one/x.go"]
    result = run(tmp_path, "schema", "generate", "--definitions", ".")
    assert b"two/x.go:3: the kind Image (stored) is already declared" in result.stderr


def test_an_alias_of_a_user_wins_over_a_built_in_kind(tmp_path: Path) -> None:
    (tmp_path / "shop.go").write_text(
        "package shop\n\n// Pump moves things.\n// +dispatch:alias=Driver\n// +dispatch:form=manifest\n"
        'type Pump struct {\n\tName *string `json:"name"`\n\tSpeed int `json:"speed"`\n}\n'
    )
    (tmp_path / "dispatch-lint.toml").write_text('definitions = ["shop.go"]\n')
    (tmp_path / "a.yaml").write_text("kind: Driver\nname: a\nspeed: 3\n")
    result = run(tmp_path, "check", "a.yaml", "--exit-zero")
    assert b"0 errors" in result.stdout or b"No deviations" in result.stdout or b"1 document" in result.stdout  # fmt: skip
    assert b"speed" not in result.stdout
    assert run(tmp_path, "schema", "show", "Driver").stdout.startswith(b"{")
    assert b'"Pump"' in run(tmp_path, "schema", "show", "Driver").stdout


def test_vendored_code_is_read_for_its_types_and_declares_no_kinds(tmp_path: Path) -> None:
    (tmp_path / "vendor/example.org/parts").mkdir(parents=True)
    (tmp_path / "vendor/example.org/parts/parts.go").write_text(
        'package parts\n\ntype Part struct {\n\tSize int `json:"size"`\n}\n\n'
        "type Copied struct {\n\tBaseEntity\n}\n"
    )
    (tmp_path / "shop.go").write_text(
        'package shop\n\nimport "example.org/parts"\n\ntype Widget struct {\n\tBaseEntity\n'
        '\tPart parts.Part `json:"part"`\n}\n'
    )
    assert run(tmp_path, "schema", "generate", "--definitions", ".").returncode == 0
    schema = json.loads((tmp_path / "schemas/stored/Widget.schema.json").read_text())
    assert schema["properties"]["part"]["properties"]["size"]["type"] == "integer"
    assert not (tmp_path / "schemas/stored/Copied.schema.json").exists()


def test_embedded_aliases_and_marshalers_are_not_judged_for_tags(lint: Lint) -> None:
    code = HEAD + f"type Widget struct {{\n{BASE}\tOwnerAlias\n\tOwnerDefined\n" \
        '\tIt JsonP `json:"it"`\n\tText TextP `json:"text"`\n}\n' + TEXT.replace("A int `json:\"a\"`", "A int")  # fmt: skip
    assert lint({"shop.go": code}, {"select": ["json-tag-missing"]}) == []


def test_lists_of_statuses_are_read(lint: Lint) -> None:
    code = """package shop

type Status string

const (
	StatusINITIALIZED, StatusCREATING Status = "INITIALIZED", "CREATING"
	StatusREADY                              = Status("READY")
	StatusUPDATING, StatusDELETING    Status = "UPDATING", prefix + "ING"
	StatusDELETED                     Status = "DELETED"
	StatusERROR                       Status = "ERROR"
	prefix                                   = "DELET"
	StatusMISSING%s Status = "MISSING"%s
)

type BaseEntity struct {
	Status Status `json:"status"`
}
"""
    chosen = {"select": ["status-value"]}
    assert lint({"shop.go": code % ("", "")}, chosen) == []
    found = lint({"shop.go": code % (", StatusODD", ', "ODD"')}, chosen)
    assert [one.message for one in found] == [
        'the type Status has the status "ODD", which the guide has not'
    ]
    assert lint({"shop.go": code.replace('"MISSING"%s', "compute()") % ""}, chosen) == []


def test_messages_say_what_a_pattern_stands_for(lint: Lint) -> None:
    code = HEAD + WIDGET.format(
        '\tAt time.Time `json:"at"`\n\tData []byte `json:"data"`\n\tSize int `json:"size,string"`'
    )
    entity = {"organizationId": "acme", "at": "2024-02-30T00:00:00Z", "data": "?", "size": "x"}
    settings = {"definitions": ["shop.go"], "kinds": {"*.json": "Widget"}, "select": ["schema"]}
    found = lint({"shop.go": code, "a.json": json.dumps(entity)}, settings, ["a.json"])
    assert [one.message for one in found] == [
        '"2024-02-30T00:00:00Z" is not an RFC 3339 time, like 2026-01-31T12:00:00Z',
        '"?" is not base64',
        '"x" is not the text of an integer',
    ]
