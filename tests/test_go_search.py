"""Only files that matter are parsed, and no kind is lost by that."""

from __future__ import annotations

import pytest

from dispatch_lint.definitions import go_outline
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_syntax import read_go
from dispatch_lint.definitions.reading import Definitions, GoSource, read_sources

IMAGE = "package shop\n\ntype Image struct {\n\tBaseEntity\n\tTags []string\n}\n"
MODEL = 'package shop\n\ntype Typed struct {\n\tKind string `json:"kind"`\n}\n'
IMPORT = 'package other\n\nimport "example.com/shop"\n\n'
NAME = '`json:"name"`'


def read(files: dict[str, str]) -> tuple[Definitions, list[GoSource]]:
    sources = [GoSource(name, text.encode) for name, text in files.items()]
    return read_sources(sources, [], Conventions(foreign=True)), sources


def kinds(files: dict[str, str]) -> list[str]:
    return sorted(type_.kind for type_ in read(files)[0].types)


def test_files_in_which_nothing_is_looked_up_are_not_parsed() -> None:
    _, sources = read({
        "shop/image.go": "package shop\n\ntype Image struct {\n\tBaseEntity\n\tOwner Owner\n}\n",
        "shop/owner.go": "package shop\n\ntype Owner struct{ Level Level }\n",
        "shop/level.go": "package shop\n\ntype Level string\n",
        "shop/levels.go": 'package shop\n\nconst High Level = "high"\n',
        "shop/text.go": "package shop\n\nfunc (m Mode) MarshalText() ([]byte, error) {}\n",
        "shop/rest.go": "package shop\n\ntype Rest struct {\n\tImages []Image\n}\n",
        "shop/use.go": "package shop\n\nfunc use(e *BaseEntity) { take(Image{BaseEntity: *e}) }\n",
        "other/rest.go": "package other\n\ntype Level int\n",
    })  # fmt: skip
    parsed = [source.name.removeprefix("shop/") for source in sources if source.is_parsed]
    assert parsed == ["image.go", "owner.go", "level.go", "levels.go"]


@pytest.mark.parametrize("code", [
    "package shop\n\ntype View struct {\n\tImage\n}\n",
    "package shop\n\ntype View struct {\n\t*Image // (of a user)\n}\n",
    "package shop\n\ntype View struct { Image; Pulls int }\n",
    "package shop\n\ntype View struct { Pulls int; Image }\n",
    "package shop\n\ntype View Image\n",
    "package shop\n\ntype (\n\tOther int\n\tView  Image\n)\n",
    "package shop\n\ntype ( Other int; View Image )\n",
    IMPORT + "type View struct {\n\tshop.Image\n}\n",
    IMPORT + "type View struct {\r\n\tshop.Image\r\n}\r\n",
    IMPORT + "type View struct {\n\t*shop.Image // (of a user)\n}\n",
    IMPORT + 'type View struct {\n\tshop.Image `json:",inline"`\n}\n',
    IMPORT + 'type View struct {\n\tOf shop.Image `json:",embed"`\n}\n',
    IMPORT + "type View struct { shop.Image; Pulls int }\n",
    IMPORT + "type View struct { /* base */ shop.Image }\n",
    IMPORT + "type View shop.Image\n",
    IMPORT + "type (\n\tOther int\n\tView  shop.Image\n)\n",
    IMPORT.replace('"e', '. "e') + "type View struct {\n\tImage\n}\n",
    IMPORT.replace('"e', 's "e') + "type View struct {\n\ts.Image\n}\n",
])  # fmt: skip
def test_kinds_that_are_made_of_others(code: str) -> None:
    folder = "other" if code.startswith(IMPORT[:12]) else "shop"
    assert kinds({"shop/image.go": IMAGE, f"{folder}/view.go": code}) == ["Image", "View"]


def test_type_parameters_do_not_hide_a_kind() -> None:
    generic = IMAGE.replace("Image", "Of[T any]").replace("[]string", "T")
    for line in ("type View struct {\n\tshop.Of[int]\n}", "type View shop.Of[int]",
                 "type View[T any] struct {\n\tshop.Of[T]\n}\ntype IntView = View[int]"):  # fmt: skip
        names = kinds({"shop/of.go": generic, "other/view.go": f"{IMPORT}{line}\n"})
        assert names == ["IntView" if "IntView" in line else "View"]


def test_another_name_of_the_base_in_another_file() -> None:
    base = "package shop\n\ntype Base = BaseEntity\n"
    here = "package shop\n\ntype Image struct {\n\tBase\n}\n"
    there = IMPORT + "type View struct {\n\tshop.Base\n}\n"
    files = {"shop/base.go": base, "shop/image.go": here, "other/view.go": there}
    assert kinds(files) == ["Image", "View"]


@pytest.mark.parametrize("code", [
    f"package shop\n\ntype Widget struct {{\n\tTyped\n\tName string {NAME}\n}}\n",
    f"{IMPORT}type Widget struct {{\n\tshop.Typed\n\tName string {NAME}\n}}\n",
    'package shop\n\ntype Widget struct {\n\tKind string "json:\\"kind\\""\n\tName string "json:\\"name\\""\n}\n',
])  # fmt: skip
def test_kinds_whose_kind_is_embedded(code: str) -> None:
    folder = "other" if code.startswith(IMPORT[:12]) else "shop"
    assert kinds({"shop/typed.go": MODEL, f"{folder}/widget.go": code}) == ["Widget"]


def test_what_is_nearly_a_kind_by_an_embedded_type() -> None:
    code = f"package shop\n\ntype Widget struct {{\n\tmeta.TypeMeta\n\tName string {NAME}\n}}\n"
    definitions, _ = read({"shop/widget.go": code})
    assert [skipped.name for skipped in definitions.skipped] == ["Widget"]


@pytest.mark.parametrize("before", [
    "\t", "/* an image */ ", "func f() {\n\tg()\n}\n\n  ", "func f() {}\n\t", "var x = 1\n ", "func f() {}; ",
    "import (\n\t\"a\"\n)\n\t", "func f() {\n}\n// c\n/* an image */ ",
])  # fmt: skip
def test_types_that_do_not_begin_a_line(before: str) -> None:
    assert kinds(
        {"shop/image.go": f"package shop\n\n{before}type Image struct {{ BaseEntity }}\n"}
    ) == ["Image"]


ODD = [
    "package shop\n\ntype A int\n",
    "// package wrong\n/*\npackage wrong too\n*/\npackage shop; type A int; type B struct{}\n",
    "\ufeffpackage shop\n\ntype (\n\tA int // type\n\tB[T any] struct { C T }\n)\n",
    "package shop\ntype ( A int; B string )\nconst ( C A = 1; D = 2 )\n",
    "package shop\n// a word for every type\ntype A int\n\n// another type\ntype B A\n",
    "package shop\ntype /* of */ A int\ntype\nB int\ntype ( /* of */ C int )\n",
    "package größe\n\ntype Größe int\n\nfunc (g *Größe) MarshalText() ([]byte, error) { return nil, nil }\n",
    "package shop\nfunc f() {\n\ttype inner int\n}\n/* c */ const X = 1\n",
    'package shop\n\nimport (\n\t"a/b" // (c)\n\t. "d/e"\n\t_ `f/g`\n)\n\nimport h "i/j"\nimport ()\n',
    "package shop\nfunc (marshalJSONT) MarshalJSON() ([]byte, error) { return nil, nil }\n"
    "func (t *U[K, V]) UnmarshalJSONFrom(d *D) error { return nil }\n"
    "func (\n\tv V,\n) MarshalText() ([]byte, error) { return nil, nil }\n",
    "package shop\nvar s = `\ntype A int\nconst b = 1\n`\nvar _ = func() { switch x.(type) {} }\n",
    "package shop\n\ntype A struct {\n\tB = 1\n}\n\ntype C struct { D int }\n",
]


@pytest.mark.parametrize("text", ODD)
def test_an_outline_has_all_that_is_declared(text: str) -> None:
    source = text.encode()
    # A line that is not laid out as gofmt does it: nothing is left out before parsing.
    file = read_go(source + b"\n func _() {}\n", "shop.go")
    assert set(file.types) <= go_outline.type_names(source)
    assert set(file.methods) <= go_outline.receivers(source)
    assert {name for broken in file.broken for name in broken.types} <= go_outline.type_names(
        source
    )
    assert go_outline.may_have_constants(source) or not file.constants
    assert set(file.imports.values()) <= go_outline.import_paths(source)
    assert file.package == go_outline.package_name(source)


def test_a_file_that_no_build_contains_has_no_package() -> None:
    assert go_outline.package_name(b"//go:build ignore\n\npackage main\n") == ""


@pytest.mark.parametrize("before", [
    'func f() { g("a/*b") }\n\n/*\nWidget is sold.\n\n  More of it.\n*/',
    "func f() {\n\t/* a\n\tb */\n\tg() /* c */\n}\n\n/* one */ /* two\nthree */",
    "var x = 3 * /* y */\n\t4 /* z */\n\n// d */",
    "func f() {\n} /* behind\n\tcode */\n",
    "func f() {}\n\n/* a /* nested\ntext */",
    "var p = q\n\t* r\n\n/*\n* Widget\n*/",
])  # fmt: skip
def test_comments_of_several_lines_behind_what_is_not_parsed(before: str) -> None:
    code = f"package shop\n\n{before}\ntype Widget struct {{\n\tBaseEntity\n}}\n"
    found, sources = read({"shop/shop.go": code})
    assert [type_.kind for type_ in found.types] == ["Widget"]
    assert (found.problems, sources[0].file.broken) == ([], [])
