"""`schema diff` judges by values: what old code wrote, and new code refuses or reads otherwise."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.definitions.model import DefinitionError
from dispatch_lint.documents import schema_revisions
from dispatch_lint.documents.schema_revisions import read_side
from dispatch_lint.schema.pattern_inclusion import includes
from tests.test_cli import run
from tests.test_hooks import git

GO = """package shop

import "time"

var _ time.Time

type In struct {{
	A int `json:"a"`
}}

type Colour string

const (
	Red Colour = "red"
{constants})

type Widget struct {{
	BaseEntity
{field}
}}
"""


def write(folder: Path, name: str, field: str, constants: str = "") -> None:
    (folder / name).write_text(GO.format(field=f"\t{field}", constants=constants))


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ("int64", "int8", True),
        ("int64", "uint64", True),
        ("uint64", "int64", True),
        ("uint8", "int64", False),
        ("int8", "int64", False),
        ("uint16", "uint32", False),
        ("int", "float64", False),
        ("int32", "float32", False),
        ("float64", "int", True),
        ("float64", "float32", True),
        ("float32", "float64", False),
        ("string", "time.Time", True),
        ("time.Time", "string", False),
        ("string", "[]byte", True),
        ("[]byte", "string", True),
        ("[]byte", "[4]byte", True),
        ("string", "int", True),
        ("string", "any", False),
        ("any", "string", True),
        ("any", "In", True),
        ("bool", "string", True),
        ("map[string]int", "In", True),
        ("In", "map[string]int", True),
        ("map[string]interface{}", "In", True),
        ("map[string]int", "map[string]int64", False),
        ("map[string]int", "map[string]string", True),
        ("map[string]int", "map[string]any", False),
        ("map[string]any", "map[string]int", True),
        ("map[int]string", "map[string]string", False),
        ("map[string]string", "map[int]string", True),
        ("[]In", "[]map[string]int", True),
        ("[]string", "[]any", False),
        ("[]int64", "[]int8", True),
        ("[3]int", "[2]int", True),
        ("[2]int", "[3]int", False),
        ("[2]int", "[]int", False),
        ("string", "*string", False),
        ("Colour", "string", False),
        ("string", "Colour", True),
    ],
)
def test_changes_of_types(old: str, new: str, breaks: bool, tmp_path: Path) -> None:
    for name, type_ in (("old.go", old), ("new.go", new)):
        write(tmp_path, name, f'It {type_} `json:"it"`')
    result = run(tmp_path, "schema", "diff", "old.go", "new.go")
    assert result.returncode == int(breaks), (result.stdout, result.stderr)
    changed = "0 breaking changes, 0 compatible" not in result.stdout.decode()
    assert run(tmp_path, "schema", "diff", "old.go", "new.go", "--fail-on", "any").returncode == int(changed)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ('It bool `json:"it"`', 'It bool `json:"it,string"`', True),
        ('It int `json:"it,string"`', 'It int `json:"it"`', True),
        ('It string `json:"it,string"`', 'It string `json:"it"`', True),
        ('It string `json:"it"`', 'It string `json:"it,string"`', True),
        ('It string `json:"it"`', 'It string `json:"it,omitempty"`', False),
        # +dispatch:pattern
        ('// +dispatch:pattern=^[a-z]+$\n\tIt string `json:"it"`',
         '// +dispatch:pattern=^[a-z0-9]+$\n\tIt string `json:"it"`', False),
        ('// +dispatch:pattern=^[a-z0-9]+$\n\tIt string `json:"it"`',
         '// +dispatch:pattern=^[a-z]+$\n\tIt string `json:"it"`', True),
        # +dispatch:reference
        ('// +dispatch:reference=Secret\n\tIt string `json:"it"`',
         '// +dispatch:reference=Image\n\tIt string `json:"it"`', True),
        ('// +dispatch:reference=Secret\n\tIt string `json:"it"`',
         '// +dispatch:reference=Secret,by=id\n\tIt string `json:"it"`', True),
        ('// +dispatch:reference=Secret\n\tIt string `json:"it"`',
         '// +dispatch:reference=none\n\tIt string `json:"it"`', False),
    ],
)  # fmt: skip
def test_changes_of_tags_and_markers(old: str, new: str, breaks: bool, tmp_path: Path) -> None:
    write(tmp_path, "old.go", old)
    write(tmp_path, "new.go", new)
    result = run(tmp_path, "schema", "diff", "old.go", "new.go")
    assert result.returncode == int(breaks), result.stdout


@pytest.mark.parametrize("wider", [True, False])
def test_changes_of_constants(wider: bool, tmp_path: Path) -> None:
    blue = '\tBlue Colour = "blue"\n'
    write(tmp_path, "old.go", 'It Colour `json:"it"`', "" if wider else blue)
    write(tmp_path, "new.go", 'It Colour `json:"it"`', blue if wider else "")
    result = run(tmp_path, "schema", "diff", "old.go", "new.go")
    assert result.returncode == int(not wider), result.stdout
    # The place of the change in both versions.
    places = b"[old.go:19, new.go:20]" if wider else b"[old.go:20, new.go:19]"
    assert places in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("A, B, C", "A, X, B, C", ["the value 1 was B, and is X now", "the value 2 was C, and is B now"]),
        ("A, B", "A, B, C", []),
        ("A, B", "A, Better", []),  # another name
        ("A, B", "B, A", ["the value 0 was A, and is B now", "the value 1 was B, and is A now"]),
        ("A, B, C", "A, C", ["the value 2 was removed", "the value 1 was B, and is C now"]),
    ],
)  # fmt: skip
def test_what_a_counted_constant_means(
    old: str, new: str, changed: list[str], tmp_path: Path
) -> None:
    for name, constants in (("old.go", old), ("new.go", new)):
        first, *others = constants.split(", ")
        counted = "".join(f"\t{other}\n" for other in others)
        (tmp_path / name).write_text(
            f"package shop\n\ntype Level int\n\nconst (\n\t{first} Level = iota\n{counted})\n\n"
            'type Widget struct {\n\tBaseEntity\n\tIt *Level `json:"it"`\n}\n'
        )
    result = run(tmp_path, "schema", "diff", "old.go", "new.go", "-f", "json")
    changes = json.loads(result.stdout)["changes"]
    assert [one["message"] for one in changes if one["breaking"] and one["form"] == "stored"] == (
        changed
    )
    assert result.returncode == bool(changed)


def test_a_kind_that_is_renamed_with_an_alias(tmp_path: Path) -> None:
    (tmp_path / "old.go").write_text("package s\n\ntype Widget struct {\n\tBaseEntity\n}\n")
    new = "package s\n\n// Gadget is a thing.\n{}type Gadget struct {{\n\tBaseEntity\n}}\n"
    (tmp_path / "new.go").write_text(new.format("// +dispatch:alias=Widget\n"))
    result = run(tmp_path, "schema", "diff", "old.go", "new.go", "-f", "json")
    assert result.returncode == 0, result.stdout
    changes = json.loads(result.stdout)["changes"]
    assert [(change["change"], change["old"], change["new"]) for change in changes] == [
        ("kind-renamed", "old.go:3", "new.go:5")
    ]
    (tmp_path / "new.go").write_text(new.format(""))
    assert run(tmp_path, "schema", "diff", "old.go", "new.go").returncode == 1


def test_revisions_of_a_bare_repository(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "pkg").mkdir(parents=True)
    git(work, "init", "-q")
    for type_ in ("int64", "int8"):
        write(work / "pkg", "shop.go", f'It {type_} `json:"it"`')
        git(work, "add", "-A")
        git(work, "commit", "-qm", type_)
    git(tmp_path, "clone", "-q", "--bare", "work", "bare.git")
    result = run(tmp_path / "bare.git", "schema", "diff", "HEAD~:pkg", "HEAD:pkg")
    assert result.returncode == 1, result.stderr
    assert b"1 breaking" in result.stdout or b"2 breaking" in result.stdout


def test_a_revision_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compressed, zeros of any length are a small repository."""
    git(tmp_path, "init", "-q")
    write(tmp_path, "shop.go", f'It string `json:"it"` // {"0" * 2_000}')
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "a")
    monkeypatch.chdir(tmp_path)
    assert read_side("HEAD:shop.go")
    monkeypatch.setattr(schema_revisions, "_MAX_BYTES", 2_000)
    with pytest.raises(DefinitionError, match=r"HEAD:shop\.go: more than 0 MiB of definitions"):
        read_side("HEAD:shop.go")


def test_a_revision_of_billions_of_files_is_refused(tmp_path: Path) -> None:
    """Each tree has the next one ten times: a few objects."""
    git(tmp_path, "init", "-q")
    (tmp_path / "a").touch()
    git(tmp_path, "add", "a")
    tree = git(tmp_path, "write-tree").strip()
    for _ in range(10):
        entries = "".join(f"040000 tree {tree}\ta{number}\n" for number in range(10))
        tree = subprocess.run(["git", "mktree"], cwd=tmp_path, input=entries, text=True, check=True,
                              capture_output=True).stdout.strip()  # fmt: skip
    result = run(tmp_path, "schema", "diff", f"{tree}:.", ".", seconds=20)
    assert result.stderr == b"dispatch-lint: git ls-tree: more than 64 MiB of output\n"
    assert result.returncode == 2


def test_an_import_without_an_end_takes_no_long_time(tmp_path: Path) -> None:
    """Each dot of it could be the one of a host."""
    (tmp_path / "a.go").write_text('package a\n\nimport "' + "a." * 50_000 + "\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a")
    result = run(tmp_path, "schema", "diff", "HEAD:.", ".", seconds=10)
    assert result.returncode == 2 and b"no kind is declared" in result.stderr


def test_revisions_have_what_they_need_elsewhere(tmp_path: Path) -> None:
    files = {
        "go.mod": "module example.com/shop\n",
        "pkg/shop.go": 'package shop\n\nimport (\n\t"example.org/parts"\n\t"example.com/shop/gen/tags"\n)\n\n'
        'type Widget struct {\n\tBaseEntity\n\tPart parts.Part `json:"part"`\n\tTag tags.Tag `json:"tag"`\n}\n',
        "gen/tags/tags.go": "package tags\n\ntype Tag int64\n",
        "vendor/example.org/parts/parts.go": 'package parts\n\nimport "example.org/size"\n\n'
        'type Part struct {\n\tSize size.Size `json:"size"`\n}\n',
        "vendor/example.org/size/size.go": "package size\n\ntype Size int64\n",
        "api/shop.json": '{"swagger": "2.0", "definitions": {"Gadget": {"properties": {"kind": {"type": "string"}, '
        '"name": {"type": "string"}, "size": {"$ref": "../common/size.json#/Size"}}}}}',
        "common/size.json": '{"Size": {"type": "integer"}}',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    for path in ("pkg", "api"):
        same = run(tmp_path, "schema", "diff", f"HEAD:{path}", path, "--fail-on", "any")
        assert (same.returncode, same.stderr) == (0, b""), same.stdout
    # What is vendored, and what is referred to, is that of the revision, and not of the working tree.
    (tmp_path / "vendor/example.org/size/size.go").write_text("package size\n\ntype Size int8\n")
    (tmp_path / "common/size.json").write_text('{"Size": {"type": "boolean"}}')
    for path in ("pkg", "api"):
        assert run(tmp_path, "schema", "diff", f"HEAD:{path}", path).returncode == 1
        assert run(tmp_path, "schema", "diff", f"HEAD:{path}", f"HEAD:{path}").returncode == 0


RECURSIVE = """package shop

type Node struct {
	Next *Node `json:"next"`
	Size int   `json:"size"`
}

type Other struct {
	Next *Other `json:"next"`
	Size string `json:"size"`
}

type Tree map[string]Tree

type Widget struct {
	BaseEntity
	It %s `json:"it"`
}
"""


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ("Node", "Node", None),
        ("*Node", "Node", True),
        ("Node", "Other", True),
        ("Tree", "map[string]any", False),
        ("map[string]any", "Tree", True),
        ("map[string]any", "map[string]Node", True),
    ],
)
def test_types_that_contain_themselves(
    old: str, new: str, breaks: bool | None, tmp_path: Path
) -> None:
    for folder, type_ in (("old", old), ("new", new)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "shop.go").write_text(RECURSIVE % type_)
    result = run(tmp_path, "schema", "diff", "old", "new")
    assert result.returncode == bool(breaks), result.stdout
    assert (b"0 breaking changes, 0 compatible" in result.stdout) == (breaks is None)


STRING: dict[str, Any] = {"type": "string"}
OTHERS: list[dict[str, Any]] = [{"type": "integer"}, {"type": "array", "items": STRING},
                                {"type": "object", "properties": {"a": STRING}}]  # fmt: skip


def _api(folder: Path, name: str, field: dict[str, Any]) -> None:
    properties = {"kind": STRING, "name": STRING, "it": field}
    models = {"Widget": {"properties": properties}}
    text = json.dumps({"openapi": "3.1.0", "components": {"schemas": models}}, indent=1)
    (folder / name).write_text(text)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("key", ["oneOf", "anyOf", "type"])
def test_alternatives_that_are_gone_or_new(key: str, other: dict[str, Any], tmp_path: Path) -> None:
    several = {key: [STRING, other]}
    if key == "type":
        several = other | {"type": ["string", other["type"]]}
    for single in (STRING, other):
        _api(tmp_path, "one.json", {"type": "array", "items": single})
        _api(tmp_path, "two.json", {"type": "array", "items": several})
        result = run(tmp_path, "schema", "diff", "one.json", "two.json")
        assert result.stdout.decode().splitlines()[1:] == [
            "0 breaking changes, 1 compatible change."
        ]
        assert b"Widget.it[] (manifest): values of more types became allowed" in result.stdout
        result = run(tmp_path, "schema", "diff", "two.json", "one.json")
        gone = other["type"] if single is STRING else "string"
        assert f"values that were {gone} are no longer allowed" in result.stdout.decode()
        assert result.returncode == 1


@pytest.mark.parametrize(("old", "new"), [("integer", "string"), ("string", "boolean")])
def test_text_of_manifests_is_another_type_than_numbers(old: str, new: str, tmp_path: Path) -> None:
    _api(tmp_path, "old.json", {"type": old})
    _api(tmp_path, "new.json", {"type": new})
    result = run(tmp_path, "schema", "diff", "old.json", "new.json")
    assert f"changed from {old} or null to {new} or null" in result.stdout.decode().replace(
        "null or string", "string or null"
    )
    assert result.returncode == 1


@pytest.mark.parametrize("new", ["int", "Colour", "[3]int", "time.Time", "*In"])
def test_a_type_instead_of_any_is_one_change(new: str, tmp_path: Path) -> None:
    for name, type_ in (("old.go", "any"), ("new.go", new)):
        write(tmp_path, name, f'It {type_} `json:"it"`')
    result = run(tmp_path, "schema", "diff", "old.go", "new.go").stdout.decode()
    assert result.splitlines()[1:] == ["1 breaking change, 0 compatible changes."]


def test_what_is_inside_a_type_that_may_be_null(tmp_path: Path) -> None:
    text = "package shop\n\ntype Node struct {\n\tNext *Node `json:\"next\"`\n\tV %s `json:\"v\"`\n}\n\n" \
        "type Widget struct {\n\tBaseEntity\n\tIt *Node `json:\"it\"`\n}\n"  # fmt: skip
    for name, type_ in (("old.go", "int"), ("new.go", "string")):
        (tmp_path / name).write_text(text % type_)
    lines = run(tmp_path, "schema", "diff", "old.go", "new.go").stdout.decode().splitlines()
    assert [line.partition(" (")[0].rpartition(" ")[2] for line in lines[:-1]] == [
        "Widget.it.next.v", "Widget.it.v",
    ]  # fmt: skip


def test_aliases_that_are_gone_or_new(tmp_path: Path) -> None:
    text = "package s\n\n// Widget is a thing.\n{}type Widget struct {{\n\tBaseEntity\n}}\n"
    (tmp_path / "old.go").write_text(text.format("// +dispatch:alias=Gadget\n"))
    (tmp_path / "new.go").write_text(text.format("// +dispatch:alias=Thing\n"))
    result = run(tmp_path, "schema", "diff", "old.go", "new.go")
    assert result.returncode == 1
    assert (
        b'breaking[breaking-change] Widget.kind (stored): the alias "Gadget" is gone'
        in result.stdout
    )
    assert b'compatible Widget.kind (stored): the alias "Thing" is new' in result.stdout


def test_rules_of_others_name_themselves(tmp_path: Path) -> None:
    """With what they say of a change, which need not be one that breaks."""
    text = "package s\n\ntype Widget struct {\n\tBaseEntity\n%s}\n"
    (tmp_path / "old.go").write_text(text % "")
    (tmp_path / "new.go").write_text(text % '\tMore int `json:"more,omitempty"`\n')
    (tmp_path / "frozen.py").write_text(
        "from dispatch_lint.rule import *\nclass Frozen(Rule):\n    'It is frozen.'\n"
        "    name, summary = 'frozen', 'a change'\n"
        "    def check_change(self, change): yield Finding((), f'{change.what}: ask first')\n"
    )
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['frozen.py']\n")
    said = "field-added: ask first"
    for format_, shown in {
        "text": f"breaking[frozen] Widget.more (stored): {said} [new.go:5]\n",
        "json": f'"message": "{said}"', "markdown": f"| more | {said} |",
    }.items():  # fmt: skip
        result = run(tmp_path, "schema", "diff", "old.go", "new.go", "--trust", "-f", format_)
        assert result.returncode == 1
        assert shown in result.stdout.decode()


@pytest.mark.parametrize(
    ("narrow", "wide", "included"),
    [
        ("^[a-z]{1,63}$", "^[a-z0-9]{1,253}$", True),
        ("^[a-z]{1,253}$", "^[a-z0-9]{1,63}$", False),
        (r"^\w+$", r"^[\w\d-]+$", True),
        ("^a$", "a", True),
        ("a", "^a$", False),
        ("^(a|b)c?$", "^[ab]c*$", True),
        (r"^\S+$", "^[^ ]+$", True),
        ("^(?=a)b", "b", None),
        (r"^\p{L}$", ".", None),
        ("^(a+)+$", "^a*$", True),
    ],
)
def test_inclusion_of_patterns(narrow: str, wide: str, included: bool | None) -> None:
    assert includes(wide, narrow) is included
