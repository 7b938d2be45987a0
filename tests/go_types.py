"""Random Go types: of all that encoding/json does in a way of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

LIBRARY = """package main

import (
	"encoding/json"
	"time"
)

var _ = json.Marshal
var _ = time.Now

const prefix = "pre-"

type Word string
type Tiny uint8
type Whole int32
type Flag bool
type Ratio float32
type Moments []time.Time
type Bytes []byte
type Tinies []Tiny
type Dict map[string]string

type Mode string

const (
	ModeA Mode = "a"
	ModeB      = "b"
	ModeC      = Mode("c")
)

type SameMode = Mode

const ModeD SameMode = "d" + ModeB

type Color string

const Red, Blue Color = "red", "blue"
const Green Color = prefix + "green"

type Level int

const (
	Low Level = iota
	Mid
	High
)

type Grade uint8

const (
	_ Grade = iota + 1
	Good
	Better
)

type Bits int

const (
	BitA Bits = 1 << iota
	BitB
)

// What becomes text, with either receiver.
type TextV struct{ X int }

func (t TextV) MarshalText() ([]byte, error)     { return []byte("v"), nil }
func (t *TextV) UnmarshalText(text []byte) error { return nil }

type TextP int

func (t *TextP) MarshalText() ([]byte, error)     { return []byte("p"), nil }
func (t *TextP) UnmarshalText(text []byte) error { return nil }

type TextByte byte

func (t TextByte) MarshalText() ([]byte, error)      { return []byte("b"), nil }
func (t *TextByte) UnmarshalText(text []byte) error { return nil }

// What decides everything itself.
type JsonV struct{ X int }

func (t JsonV) MarshalJSON() ([]byte, error)     { return []byte(`[1,{"y":null}]`), nil }
func (t *JsonV) UnmarshalJSON(text []byte) error { return nil }

type JsonP map[string]int

func (t *JsonP) MarshalJSON() ([]byte, error)     { return []byte(`"p"`), nil }
func (t *JsonP) UnmarshalJSON(text []byte) error { return nil }

type JsonByte byte

func (t JsonByte) MarshalJSON() ([]byte, error)     { return []byte(`true`), nil }
func (t *JsonByte) UnmarshalJSON(text []byte) error { return nil }

// EmbedsText has the methods of what it embeds.
type EmbedsText struct {
	TextV
	Y string
}

type EmbedsTime struct {
	time.Time
	Y string
}

type Shape interface{ Area() int }

type Core struct {
	CoreName string `json:"coreName"`
	CoreList []int  `json:"coreList"`
	Plain    bool
	hidden   int
}

type CoreAlias = Core
type CoreDefined Core
type small struct {
	Small string `json:"small"`
}

type Pair[K any, V any] struct {
	Key   K `json:"key"`
	Value V `json:"value,omitempty"`
}

type Box[T any] struct {
	Content T   `json:"content"`
	More    []T `json:"more,omitempty"`
}

type IntBox = Box[int]

type Chain[T any] struct {
	Links []T       `json:"links"`
	Rest  *Chain[T] `json:"rest,omitempty"`
}

type Loop struct {
	Next *Loop  `json:"next"`
	Name string `json:"loopName"`
}
"""

CONSTANTS = {
    "main.Mode": '"a", "b", "c", "db"', "main.Color": '"red", "blue", "pre-green"',
    "main.Level": "0, 1, 2", "main.Grade": "2, 3", "main.Bits": "1, 2, 3",
}  # fmt: skip
_SIMPLE = [
    "string", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32",
    "uint64", "float32", "float64", "rune", "byte", "any", "interface{}", "time.Time",
    "time.Duration", "json.RawMessage", "json.Number", "Word", "Tiny", "Whole", "Flag", "Ratio",
    "Moments", "Bytes", "Tinies", "Dict", "Mode", "Color", "Level", "Grade", "Bits", "TextV",
    "TextP", "JsonV", "JsonP", "EmbedsText", "EmbedsTime", "Core", "CoreAlias", "CoreDefined",
    "Box[Box[int]]", "Box[Box[Box[Mode]]]", "Chain[Core]", "*Chain[Tiny]", "Box[Chain[string]]",
    "Chain[Box[Chain[int]]]", "Pair[Box[bool], Box[string]]", "IntBox", "Box[string]", "Box[Mode]", "Box[[]byte]", "Pair[string, *int]", "Loop", "[]byte",
    "[4]byte", "[]TextByte", "[]JsonByte", "[3]string", 'struct{ A int `json:"a"`; B *string }',
]  # fmt: skip
_KEYS = ["string", "string", "Word", "Mode", "int", "uint8", "Whole"]
_EMBEDDED = ["Core", "*Core", "CoreAlias", "CoreDefined", "*CoreDefined", "small", "Box[int]",
             "*Box[Word]", "Word", "Dict", "*Whole", "Pair[int, Mode]", "Chain[Box[Word]]"]  # fmt: skip
_OPTIONS = ["", "", "", ",omitempty", ",omitempty", ",omitzero", ",string", ",omitempty,string"]
_NAMES = ["name", "size", "owner", "coreName", "Plain", "content", "a-b", "x_y", "kind2", "$v", "é"]


@dataclass
class Types:
    """A Go file, and the names of the types in it that are entities."""

    text: str
    names: list[str] = field(default_factory=list)


def random_types(seed: int, count: int) -> Types:
    """Some random types.

    Args:
        seed: the same seed makes the same types.
    """
    random = Random(seed)
    parts, names = [LIBRARY], []
    for number in range(count):
        name = f"T{number}"
        names.append(name)
        parts.append(f"// +dispatch:form=stored\ntype {name} {_struct(random)}\n")
    return Types("\n".join(parts), names)


def registry(types: Types) -> str:
    """The file that tells the program which types and constants there are."""
    entries = "".join(f'\t"{name}": reflect.TypeOf({name}{{}}),\n' for name in types.names)
    values = "".join(f'\t"{name}": {{{list_}}},\n' for name, list_ in CONSTANTS.items())
    return (
        'package main\n\nimport "reflect"\n\n'
        f"var registry = map[string]reflect.Type{{\n{entries}}}\n\n"
        f"var constants = map[string][]any{{\n{values}}}\n"
    )


def _struct(random: Random) -> str:
    lines = []
    embedded = random.sample(_EMBEDDED, random.choice([0, 0, 1, 1, 2]))
    bare: set[str] = set()
    for type_ in embedded:
        base = type_.lstrip("*").partition("[")[0]
        if base not in bare:
            bare.add(base)
            tag = random.choice(["", "", "", f' `json:"{random.choice(_NAMES)}"`', ' `json:"-"`'])
            lines.append(f"\t{type_}{tag}")
    for number in range(random.randint(1, 6)):
        tag = _tag(random, number)
        lines.append(f"\tF{number} {_type(random, 0)}{tag}")
    return "struct {\n" + "\n".join(lines) + "\n}"


def _tag(random: Random, number: int) -> str:
    if random.random() < 0.1:
        return ""
    if random.random() < 0.03:
        return ' `json:"-"`'
    name = random.choice([*_NAMES, f"f{number}", f"f{number}", f"f{number}", ""])
    return f' `json:"{name}{random.choice(_OPTIONS)}"`'


def _type(random: Random, depth: int) -> str:
    choice = random.random()
    if depth < 3 and choice < 0.12:
        return f"*{_type(random, depth + 1)}"
    if depth < 3 and choice < 0.24:
        return f"[]{_type(random, depth + 1)}"
    if depth < 3 and choice < 0.34:
        return f"map[{random.choice(_KEYS)}]{_type(random, depth + 1)}"
    if depth < 3 and choice < 0.37:
        return f"[{random.randint(0, 3)}]{_type(random, depth + 1)}"
    return random.choice(_SIMPLE)
