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

HEAD = 'package shop\n\nimport (\n\t"encoding/json"\n\t"net/netip"\n\t"time"\n)\n\n'
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
type Place netip.Addr
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
type Huge uint64
const (
	H0 Huge = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
	H1 Huge = 1<<120<<120<<120<<120<<120
	H2 Huge = 3
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
        ('It [0x2]int `json:"it"`', [[1, 2]], [[1, 2, 3]]),
        ('It [01_0]int `json:"it"`', [[0] * 8], [[0] * 9]),
        (f'It [{"9" * 5_000}]int `json:"it"`', [[1, 2]], ["a"]),
        (f'It [0x{"f" * 5_000}]int `json:"it"`', [[1, 2]], ["a"]),
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
        ('It Place `json:"it"`', [{}], ["127.0.0.1", {"a": 1}]),
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
        ('It Huge `json:"it"`', [0, 3], ["a"]),
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
        # The option `embed` of Go 1.27
        ('\tIn Owner `json:",embed"`', [{"name": "a"}], [{"In": {"name": "a"}}, {}]),
        ('\tIn *struct{ A int } `json:",embed"`', [{"A": 1}, {}], [{"In": {}}]),
        ('\tIn map[string]int `json:",embed"`', [{"a": 1}, {}], []),
        ('\tIn []Owner `json:",embed"`', [{"In": []}], [{"name": "a"}, {}]),
        ('\tIn Owner `json:"it,embed"`', [{"it": {"name": "a"}}], [{"name": "a"}]),
        # What was not read may have methods; types of Go's own library are known.
        ('\tIt struct{ decimal.Decimal } `json:"it"`', [{"it": "1.5"}, {"it": None}, {"it": {"a": 1}}], [{}]),
        ('\tIt struct{ A int `json:"a"`; x.Y } `json:"it"`', [{"it": 1}, {"it": {"b": 1}}], [{"it": {"a": "b"}}]),
        ('\tIt struct{ time.Location } `json:"it"`', [{"it": {}}], [{"it": "a"}]),
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
        ("shop/shop.go:11", "open to further fields: the embedded gorm.Model was not read")
    ]


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (["decimal.Decimal"], ["decimal.Decimal was not read"]),
        (["*url.URL", "[]url.URL", "map[string]url.URL"], ["url.URL was not read (2 further places)"]),
        (["Gone", "Missing[int]"], ["Gone was not read", "Missing was not read"]),
        (["JsonP", "[]JsonP", "Embeds"], ["JsonP has a method MarshalJSON", "Embeds has a method MarshalJSON"]),
        (["struct{ JsonP }"], ["the struct has a method MarshalJSON"]),
        # What may be anything, or never is anything, and what is known
        (["any", "error", "interface{ Area() int }", "json.RawMessage", "func()", "chan int", "complex128"], []),
        (["time.Time", "json.Number", "netip.Addr", "TextV", "Owner", "rune"], []),
    ],
)  # fmt: skip
def test_a_value_that_is_open_is_said(types: list[str], said: list[str]) -> None:
    fields = "\n".join(
        f'\tF{number} {type_} `json:"f{number}"`' for number, type_ in enumerate(types)
    )
    notes = read({"shop/shop.go": HEAD + WIDGET.format(fields) + TEXT}).notes
    assert [note.message for note in notes] == [f"open: {message}" for message in said]


MARKED = '// +dispatch:{}\nIt {} `json:"it"`'


@pytest.mark.parametrize(
    ("marker", "type_", "valid", "invalid"),
    [
        ("enum=a, b", "string", ["a", "b"], [" b", "c", None]),
        ("enum=a,b", "[]string", [None, [], ["a", "b"]], ["a", ["c"], [None]]),
        ("enum=a,b", "[2]string", [["a", "b"]], ["a", ["c"]]),
        ("enum=a,b", "[]*string", [["a", None]], [["c"]]),
        ("enum=a,b", "map[string][]string", [{"x": ["a"], "y": None}], ["a", {"x": "a"}, {"x": ["c"]}]),
        ("enum=1,2", "float64", [1, 2.0], [3, "1"]),
        ("enum=-1,2", "*int", [-1, 2, None], [3, "2"]),
        ("enum=true", "bool", [True], [False, "true", 1]),
        ("enum=a,1", "any", ["a", 1, "1", None], ["b", 2]),
        ("enum=a,b", "TextV", ["a"], ["c"]),
        ("enum=a,b", "[]TextV", [["a"]], [["c"], [1]]),
        # What cannot hold has no effect.
        ("enum=1,x", "int", [5], ["x"]),
        ("enum=-1", "uint", [5], [-1]),
        ("enum=1e999", "float64", [5], ["x"]),
        ("enum=[,{", "[]int", [[5]], ["x"]),
        ("enum=a,b", "Owner", [{"name": "c"}], ["a"]),
        ("enum=a,b", "[]Owner", [[{"name": "c"}]], [["a"]]),
        ("enum=1,2", 'int `json:"it,string"` //', ["5"], [1]),
        ("pattern=^a", "string", ["ab"], ["b"]),
        ("pattern=^a", "[]string", [["ab"], None], [["b"], "ab"]),
        ("pattern=^a", "map[string][]TextV", [{"b": ["a"]}], [{"a": ["b"]}]),
        ("pattern=^a", "int", [5], ["a"]),
        ("pattern=^a", "[]int", [[5]], [["a"]]),
    ],
)  # fmt: skip
def test_markers_hold_for_values_and_elements(
    marker: str, type_: str, valid: list[Any], invalid: list[Any]
) -> None:
    validator = jsonschema_rs.Draft7Validator(schema_of(MARKED.format(marker, type_), TEXT))
    assert [value for value in valid if not validator.is_valid({"it": value})] == []
    assert [value for value in invalid if validator.is_valid({"it": value})] == []


@pytest.mark.parametrize(
    ("marker", "type_", "why"),
    [
        ("enum=1,x", "[]int", '+dispatch:enum has no effect: "x" is not an integer'),
        ("enum=a", "Owner", "+dispatch:enum has no effect: Owner is neither a text, a number nor a boolean"),
        ("pattern=^a", "map[string]int", "+dispatch:pattern has no effect: the type integer is no text"),
        ("pattern=^a", "[]string", ""),
    ],
)  # fmt: skip
def test_markers_without_effect_are_said(marker: str, type_: str, why: str) -> None:
    fields = MARKED.format(marker, type_)
    notes = read({"shop/shop.go": HEAD + WIDGET.format(fields) + TEXT}).notes
    assert [note.message for note in notes] == ([f"open: {why}"] if why else [])


CONSTANTS = {
    "kinds/kinds.go": """package kinds

type Color string

const Red Color = "red"

type Level int

const (
	Low Level = iota
	High
)

type Name string
type Phase string
""",
    "more/more.go": """package more

import k "example.com/shop/kinds"

const Green k.Color = "green"
const Blue = k.Color("blue")
const Indigo = Blue + "-ish"
const DefaultName k.Name = "a"
const (
	Higher k.Level = iota + 2
	Highest
)
const (
	Begun k.Phase = "begun"
	Done  k.Phase = "done"
)
""",
    "shop/shop.go": """package shop

import "example.com/shop/kinds"

type Alias = kinds.Color

const Violet Alias = "violet"

type Mixed string
type Same = Mixed

const One Mixed = "1"
const Two Same = "2"
const Three = Same('a' - 'a' + "3")

// +dispatch:form=stored
type Widget struct {
	It    {} `json:"it"`
}
""",
}


@pytest.mark.parametrize(
    ("type_", "values", "closed"),
    [
        ("kinds.Color", ["red", "green", "blue", "blue-ish", "violet", ""], True),
        ("Alias", ["red", "violet", ""], True),
        ("kinds.Level", [0, 1, 2, 3], True),
        ("kinds.Phase", ["begun", "done", ""], True),
        # One value that only another package has is a default: others can be written too.
        ("kinds.Name", ["a", "b"], False),
        # A value that cannot be computed is one of the type that an alias names.
        ("Mixed", ["1", "2", "x"], False),
    ],
)
def test_constants_of_other_packages_and_of_aliases(
    type_: str, values: list[Any], closed: bool
) -> None:
    files = {name: text.replace("{}", type_) for name, text in CONSTANTS.items()}
    widget = next(found for found in read(files).types if found.name == "Widget")
    validator = jsonschema_rs.Draft7Validator(entity_schema(widget))
    assert [value for value in values if not validator.is_valid({"it": value})] == []
    other = "none of them" if isinstance(values[0], str) else 9
    assert validator.is_valid({"it": other}) is not closed


@pytest.mark.parametrize("code", [
    'type Mode string\nconst (A Mode = "a"; B = Mode("b)") /* ) */) // )\n',
    'type Mode string\nconst ( A, B Mode = "a", "b)" )',
    'type Mode string; const (A Mode = `a`\nB = "b)"); type Other struct { C int; D string }\n',
    'type ( Mode string; Other struct { C int } )\nconst (A Mode = "a"; B Mode = "b)";)\nvar (x = 1; y = 2)\n',
])  # fmt: skip
def test_declarations_in_one_line(code: str) -> None:
    widget = WIDGET.format('\tMode Mode `json:"mode"`')
    found = read({"shop/shop.go": f"package shop\n\n{widget}\n{code}"})
    assert not found.problems
    assert [value.value for value in found.types[0].fields[0].type.values] == ["a", "b)"]


@pytest.mark.parametrize(
    ("type_", "first"), [("int", "1"), ("string", '"a"')], ids=["numbers", "texts"]
)
def test_constants_that_are_twice_another(type_: str, first: str) -> None:
    sums = "".join(f"\tC{number} = C{number + 1} + C{number + 1}\n" for number in range(100))
    code = f"type Size {type_}\nconst (\n{sums}\tC100 Size = {first}\n)\n"
    size = schema_of('\tSize Size `json:"size"`', code)["properties"]["size"]
    assert "enum" not in size  # more than are followed, and so not all is known


def test_variants_of_an_embedded_type() -> None:
    text = 'package shop\n\ntype Disk struct {{\n\tSize {0} `json:"size"`\n\tOnly{0} int\n}}\n'
    types = read({
        "shop/shop.go": HEAD + WIDGET.format("\tDisk"),
        "shop/disk_linux.go": text.format("int"), "shop/disk_windows.go": text.format("string"),
    }).types  # fmt: skip
    validator = jsonschema_rs.Draft7Validator(entity_schema(types[0]))
    for valid in ({"size": 1, "Onlyint": 1}, {"size": "a", "Onlystring": 1}):
        assert validator.is_valid(valid)
    assert not validator.is_valid({"Onlyint": 1})


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("\tother.Unread", ["Widget, open: the embedded other.Unread was not read"]),
        ("\tBaseEntity", ["Job", "Widget"]),
        ('\tKind string `json:"kind"`\n\tName string `json:"name"`', ["Job", "Widget"]),
    ],
)
def test_each_variant_of_an_embedded_type_counts(lines: str, expected: list[str]) -> None:
    head = 'package shop\n\nimport "example.com/other"\n\n'
    types = read({
        "shop/shop.go": HEAD + WIDGET.format("\tDiskMeta") + "type Job struct {\n\tDiskMeta\n}\n",
        "shop/disk_linux.go": head + 'type DiskMeta struct {\n\tA int `json:"a"`\n}\n',
        "shop/disk_windows.go": f"{head}type DiskMeta struct {{\n{lines}\n}}\n",
    }).types  # fmt: skip
    found = [type_.kind + (f", open: {type_.open}" if type_.open else "") for type_ in types]
    assert sorted(found) == expected


def nested(count: int, line: str) -> str:
    """Structs each of which embeds the next one."""
    lines = [f"\tL{number + 1}\n\tF{number} int" for number in range(count)]
    structs = [f"type L{number} struct {{\n{text}\n}}" for number, text in enumerate(lines)]
    return "\n".join([*structs, f"type L{count} struct {{\n{line}\n}}\n"])


def twice(count: int, parameter: str = "", argument: str = "") -> str:
    """Structs each pair of which embeds the next pair."""
    lines = [f"\tL{number + 1}{argument}\n\tR{number + 1}{argument}" for number in range(count)]
    return "".join(
        f"type {side}{number}{parameter} struct {{\n{text}\n}}\n"
        for number, text in enumerate([*lines, "\tA int"])
        for side in "LR"
    )


@pytest.mark.parametrize(
    ("type_", "code"),
    [
        ("L0", nested(40, "\tA int")),
        ("L0", nested(300, "\tA int")),
        ("L0[int]", twice(25, "[T any]", "[T]")),
    ],
    ids=["levels", "more-levels", "generic-pairs"],
)
def test_more_embedded_types_than_are_read_leave_a_schema_open(type_: str, code: str) -> None:
    embedding = entity_schema(
        read({"shop/shop.go": HEAD + WIDGET.format(f"\t{type_}") + code}).types[0]
    )
    assert embedding["$comment"] == "open: it embeds too many types"
    field = schema_of(f'\tIn {type_} `json:"in"`', code)
    assert jsonschema_rs.Draft7Validator(field).is_valid({"in": {"A": 1, "B": 2}})


def test_what_is_embedded_by_a_struct_that_is_embedded_twice() -> None:
    code = """
type Two struct {
	Left
	Right
}
type Left struct{ Shared }
type Right struct{ Shared }
type Shared struct {
	Deep
	A int
}
type Deep struct{ B int }
"""
    # encoding/json writes {"B":0}: A is there twice, and Shared embeds Deep once.
    two = schema_of('\tTwo Two `json:"two"`', code)["properties"]["two"]
    assert list(two["properties"]) == two["required"] == ["B"]
    pairs = schema_of("\tL0", twice(25))
    assert list(pairs["properties"]) == ["kind"] and "$comment" not in pairs


def test_type_arguments_of_type_arguments_do_not_end_a_run() -> None:
    levels = "".join(
        f"type L{level}x{number}[T any] L{level}x{number + 1}[T]\n"
        for level in range(14) for number in range(28)
    )  # fmt: skip
    structs = "".join(
        f"type L{level}x28[T any] struct {{\n\tL{level + 1}x0[T]\n\tT\n}}\n" for level in range(14)
    )
    code = f"{levels}{structs}type L14x0[T any] struct {{\n\tT\n}}\n"
    assert "in" in schema_of('\tIn L0x0[int] `json:"in"`', code)["properties"]


GENERIC = """
type Box[T any] struct {
	Of T `json:"of"`
}
type Chain[T any] struct {
	Item T         `json:"item"`
	Next *Chain[T] `json:"next"`
}
type Odd[T any] struct {
	Item T           `json:"item"`
	Next *Odd[Box[T]] `json:"next"`
}
type Tree[T any] map[string]Tree[T]
"""


@pytest.mark.parametrize(
    ("type_", "valid", "invalid"),
    [
        ("Box[Box[int]]", [{"of": {"of": 1}}], [{"of": {"of": "a"}}, {"of": {}}, {"of": 1}]),
        ("Box[Box[Box[[]string]]]", [{"of": {"of": {"of": ["a"]}}}], [{"of": {"of": {"of": [1]}}}]),
        ("Chain[int]", [{"item": 1, "next": {"item": 2, "next": None}}],
         [{"item": 1, "next": {"item": "a", "next": None}}, {"item": 1, "next": {"item": 1}}]),
        ("Chain[Chain[int]]", [{"item": {"item": 1, "next": None}, "next": {"item": {"item": 1, "next": None}, "next": None}}],
         [{"item": {"item": 1, "next": None}, "next": {"item": 1, "next": None}}]),
        ("Tree[int]", [{"a": {"b": None}}], [{"a": {"b": 1}}]),
        # One that makes ever more types is open somewhere inside.
        ("Odd[int]", [{"item": 1, "next": {"item": {"of": 1}, "next": None}}], [{"item": 1, "next": {"item": 1, "next": None}}]),
    ],
)  # fmt: skip
def test_generic_types_inside_themselves(type_: str, valid: list[Any], invalid: list[Any]) -> None:
    validator = jsonschema_rs.Draft7Validator(schema_of(f'\tIt {type_} `json:"it"`', GENERIC))
    assert [value for value in valid if not validator.is_valid({"it": value})] == []
    assert [value for value in invalid if validator.is_valid({"it": value})] == []


@pytest.mark.parametrize(
    "line", ["Chain[int]", "*Chain[int]", "Loop", 'It struct{ Loop } `json:"it"`']
)
def test_types_that_contain_themselves_are_embedded(line: str) -> None:
    loop = '\ntype Loop struct {\n\tItem int   `json:"item"`\n\tNext *Loop `json:"next"`\n}\n'
    validator = jsonschema_rs.Draft7Validator(schema_of(f"\t{line}", GENERIC + loop))
    value: dict[str, Any] = {"item": 1, "next": {"item": 2, "next": None}}
    assert validator.is_valid({"it": value} if line.startswith("It") else value)
    value["next"]["item"] = "a"
    assert not validator.is_valid({"it": value} if line.startswith("It") else value)


def test_generic_types_that_make_ever_more_are_said() -> None:
    code = HEAD + WIDGET.format('\tIt Odd[int] `json:"it"`') + GENERIC
    messages = [note.message for note in read({"shop/shop.go": code}).notes]
    assert messages == ["open: Odd contains itself"]


def test_beyond_the_limit_of_fields_kinds_keep_those_that_they_embed() -> None:
    code = "type Base struct {\n\tA int\n}\ntype Inner struct {\n\tB int\n}\n"
    source = HEAD + WIDGET.format("\tC, D, E int\n\tInner Inner\n\tBase") + code
    definitions = read_sources(
        [GoSource("shop/shop.go", source.encode)], [], Conventions(foreign=True), 3
    )
    (problem,) = definitions.problems
    assert "more than 3 fields" in problem.message and problem.location.range.line == 10
    assert [field.name for field in definitions.types[0].fields] == ["C", "D", "E", "Inner", "A"]


@pytest.mark.parametrize(
    "method",
    [
        "func (t T) MarshalJSON () ([]byte, error) { return nil, nil }",
        "func (/* it */ T) MarshalJSON() ([]byte, error) { return nil, nil }",
        "func (\n\tt *T,\n) MarshalJSON(\n) (text []byte, err error) { return nil, nil }",
        "func (t *T) MarshalJSONTo(encoder *jsontext.Encoder) error { return nil }",
    ],
)
def test_methods_however_they_are_written(method: str) -> None:
    schema = schema_of('\tIt T `json:"it"`', f"\ntype T struct{{ A int }}\n\n{method}\n")
    assert jsonschema_rs.Draft7Validator(schema).is_valid({"it": [1]})


MARSHALS = "func (%s) MarshalJSON() ([]byte, error) { return nil, nil }\n"


@pytest.mark.parametrize(("types", "any_"), [
    # Two at one level hide what is deeper, also where each is inside another struct.
    ("type T struct { X; Y }\ntype X struct { A; B }\ntype Y struct { Z }\ntype Z struct { C }\n", False),
    ("type T struct { X; Y }\ntype X struct { A }\ntype Y struct { Z }\ntype Z struct { C }\n", True),
    # What two embed at one level is there twice.
    ("type T struct { X; Y }\ntype X struct { A }\ntype Y struct { A }\n", False),
    ("type T struct { X; MarshalJSON int }\ntype X struct { A }\n", False),
    ("type T struct { *X }\ntype X struct { *T; A }\n", True),
    ("type Al = A\ntype T struct { Al }\n", True),
    ("type Def A\ntype T struct { Def }\n", False),
    ("type T struct { G[A] }\ntype G[E any] struct { In E }\n", False),
])  # fmt: skip
def test_methods_are_selected_level_by_level(types: str, any_: bool) -> None:
    """As the specification of Go says it, which was held against the compiler."""
    own = "".join(f"type {name} struct {{ F{name} int }}\n{MARSHALS % name}" for name in "ABC")
    schema = schema_of('\tIt T `json:"it"`', f"\n{types}{own}")
    assert jsonschema_rs.Draft7Validator(schema).is_valid({"it": [1]}) == any_


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


@pytest.mark.parametrize("item", ["int", "string"])
def test_variants_with_types_that_contain_themselves(item: str, tmp_path: Path) -> None:
    node = 'type %s struct {\n\tNext *%s `json:"next"`\n\tItem %s `json:"item"`\n}\n'
    widget = "package shop\n\ntype Widget struct {\n\tBaseEntity\n\t%s\n}\n\n"
    files = {
        "w_linux.go": widget % 'It Node `json:"it"`' + node % ("Node", "Node", "int"),
        "w_windows.go": widget % 'It Node `json:"it"`\n\tOf *Tree `json:"of"`'
        + node % ("Node", "Node", item) + node % ("Tree", "Tree", "bool"),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert run(tmp_path, "schema", "generate", "--definitions", ".").returncode == 0
    schema = json.loads((tmp_path / "schemas/stored/Widget.schema.json").read_text())
    validator = jsonschema_rs.Draft7Validator({**schema, "required": []})
    assert validator.is_valid({"it": {"item": 1, "next": {"item": 1, "next": None}}})
    assert validator.is_valid({"of": {"item": True, "next": {"item": True, "next": None}}})
    assert not validator.is_valid({"of": {"item": True, "next": {"item": 1, "next": None}}})


def test_variants_of_a_type_make_one_schema(tmp_path: Path) -> None:
    for system, type_ in (("linux", "int"), ("windows", "string")):
        (tmp_path / f"shop_{system}.go").write_text(
            f'package shop\n\ntype Widget struct {{\n{BASE}\tDisk Disk `json:"disk"`\n'
            f'\tOnly{system.title()} int `json:"{system}"`\n}}\n\ntype Disk {type_}\n'
        )
    result = run(tmp_path, "schema", "generate", "--definitions", ".")
    assert result.returncode == 0, result.stderr
    said = result.stderr.decode()
    assert "the build tags choose the type Widget, also declared at shop_linux.go:3" in said
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
        ("two/x.go", "the kind Image (stored) is already declared at one/x.go:3, which takes precedence")
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


OUTSIDE = """package parts

type Resource struct {
	BaseEntity
	Zone string `json:"zone"`
}

type Meta struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

type Part struct {
	Size int `json:"size"`
}
"""


@pytest.mark.parametrize("module", ["module example.org/shop\n", None])
@pytest.mark.parametrize(
    ("folder", "path"),
    [("vendor/example.com/parts", "example.com/parts"), ("pkg/gen/parts", "example.org/shop/pkg/gen/parts")],
)  # fmt: skip
def test_types_of_packages_that_are_passed_over_make_kinds(
    folder: str, path: str, module: str | None, tmp_path: Path
) -> None:
    code = f'package shop\n\nimport (\n\t"{path}"\n\t"example.org/shop/pkg/sizes"\n)\n\nvar _ sizes.Size\n\n'
    files = {
        f"{folder}/parts.go": OUTSIDE,
        "pkg/sizes/sizes.go": "package sizes\n\ntype Size int\n",
        "pkg/shop/shop.go": code + "type Widget struct {\n\tparts.Resource\n\tPart parts.Part `json:\"part\"`\n}\n\n"
        "type Gadget struct {\n\tparts.Meta\n}\n\ntype gadget struct {\n\tparts.Meta\n}\n",
    }  # fmt: skip
    for name, text in (files | ({"go.mod": module} if module else {})).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    listed = json.loads(run(tmp_path, "schema", "list", ".", "-f", "json").stdout)
    assert [(kind["kind"], kind["form"]) for kind in listed["kinds"]] == [
        ("Widget", "stored"), ("Gadget", "manifest"),
    ]  # fmt: skip
    skipped = json.loads(run(tmp_path, "schema", "list", ".", "--skipped", "-f", "json").stdout)
    assert [one["name"] for one in skipped["skipped"]] == ["gadget"]
    assert run(tmp_path, "schema", "generate", "--definitions", ".").returncode == 0
    schema = json.loads((tmp_path / "schemas/stored/Widget.schema.json").read_text())
    assert schema["properties"]["part"]["properties"]["size"]["type"] == "integer"


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
        'the type Status declares status "ODD", which the guide does not define'
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
