"""`schema diff` and `graph`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.test_cli import RAISES, run
from tests.test_hooks import git

OLD = """package shop
type Level string
const (
	High Level = "HIGH"
	Low  Level = "LOW"
)
type Widget struct {
	BaseEntity
	ImageName string `json:"imageName"`
	Colour string `json:"colour"`
	Size int `json:"size,omitempty"`
	Level Level `json:"level"`
	Note string `json:"note"`
}
type Gone struct { BaseEntity }
"""
NEW = """package shop
type Level string
const High Level = "HIGH"
type Widget struct {
	BaseEntity
	Image string `json:"image"`
	Colour int `json:"colour"`
	Size int `json:"size"`
	Level Level `json:"level"`
	More string `json:"more,omitempty"`
}
type Fresh struct { BaseEntity }
"""
BREAKING = [
    "Gone (stored): the kind Gone was removed",
    'Widget.imageName (stored): the field "imageName" was renamed to "image"',
    'Widget.note (stored): the field "note" was removed',
    "Widget.colour (stored): the type changed from string to integer",
    'Widget.size (stored): the field "size" became required',
    'Widget.level (stored): the value "LOW" was removed',
]


def said(folder: Path, *arguments: str, code: int) -> str:
    result = run(folder, "schema", "diff", *arguments)
    assert result.returncode == code, result
    return result.stdout.decode()


def test_changes_of_definitions(tmp_path: Path) -> None:
    (tmp_path / "old.go").write_text(OLD)
    (tmp_path / "new.go").write_text(NEW)
    out = said(tmp_path, "old.go", "new.go", code=1)
    lines = out.splitlines()
    breaking = [
        line.split("] ", 1)[1].rpartition(" [")[0] for line in lines if line.startswith("breaking")
    ]
    assert sorted(breaking) == sorted(BREAKING)
    assert "compatible Fresh (stored): the kind Fresh was added [new.go:12]" in lines
    assert 'compatible Widget.more (stored): the field "more" was added [new.go:10]' in lines
    assert lines[-1].startswith("6 breaking changes, ")
    report = json.loads(said(tmp_path, "old.go", "new.go", "-f", "json", code=1))
    assert report["summary"]["breaking"] == 6
    renamed = next(one for one in report["changes"] if one["change"] == "field-renamed")
    assert (renamed["old"], renamed["new"]) == ("old.go:9", "new.go:6")
    table = said(tmp_path, "old.go", "new.go", "-f", "markdown", code=1)
    assert '| Widget | stored | note | the field "note" was removed | old.go:13 |' in table
    assert (
        said(tmp_path, "old.go", "old.go", code=0) == "0 breaking changes, 0 compatible changes.\n"
    )
    (tmp_path / "dispatch-lint.toml").write_text("severity = { breaking-change = 'off' }\n")
    said(tmp_path, "old.go", "new.go", code=0)


def test_sides_may_be_schemas_or_revisions(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "shop.go").write_text(OLD)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "old")
    assert run(tmp_path, "schema", "generate", "--definitions", "pkg").returncode == 0
    (tmp_path / "pkg" / "shop.go").write_text(NEW)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "new")
    for old, new in (("HEAD~:pkg", "HEAD:pkg"), ("schemas", "pkg"), ("HEAD:schemas", "pkg/shop.go"),
                     ("HEAD~:pkg/shop.go", "HEAD:"), ("HEAD~:", "pkg")):  # fmt: skip
        out = said(tmp_path, old, new, code=1)
        assert out.splitlines()[-1].startswith("6 breaking changes, "), (old, new)
        assert "dispatch-lint-" not in out  # no path of a temporary folder
    out = said(tmp_path / "pkg", "HEAD~:.", "HEAD:shop.go", code=1)
    assert "6 breaking" in out


def test_an_object_that_a_clone_lacks_is_named(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "shop.go").write_text(OLD)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "old")
    found = git(tmp_path, "rev-parse", "HEAD:shop.go").strip()
    (tmp_path / ".git/objects" / found[:2] / found[2:]).unlink()
    for old in ("HEAD:shop.go", "HEAD:."):
        result = run(tmp_path, "schema", "diff", old, "shop.go")
        assert result.returncode == 2
        assert result.stderr.decode() == f"dispatch-lint: git: the object {found} is missing\n"


def test_a_drawing_has_no_line_of_the_text_that_it_is_made_of(tmp_path: Path) -> None:
    field = '    A []Foo `json:"a\\n::add-mask::x"`'
    (tmp_path / "a.go").write_text(
        f"package a\n\ntype Foo struct {{\n    BaseEntity\n{field}\n}}\n"
    )
    for form in ("mermaid", "dot", "svg"):
        result = run(tmp_path, "graph", "--definitions", "a.go", "--no-builtin", "-f", form)
        assert result.returncode == 0
        drawn = result.stdout.decode()
        assert "add-mask" in drawn
        assert not [line for line in drawn.splitlines() if line.startswith("::")]


def test_a_rule_that_raises_at_a_change(tmp_path: Path) -> None:
    (tmp_path / "old.go").write_text(OLD)
    (tmp_path / "new.go").write_text(NEW)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "raises.py").write_text(RAISES.format(method="check_change", more=""))
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine']\n")
    result = run(tmp_path, "schema", "diff", "old.go", "new.go")
    assert result.returncode == 2
    error = result.stderr.decode()
    assert (
        "internal error in the rule raises (mine/raises.py:8): ZeroDivisionError: on purpose"
        in error
    )
    assert "Traceback" not in error


ANY: dict[str, object] = {}
CHANGES = [
    ({"type": "string", "pattern": "a"}, {"type": "string", "pattern": "b"},
     True, "the pattern changed from a to b"),
    (ANY, {"pattern": "b"}, True, "the pattern b was added"),
    ({"pattern": "a"}, ANY, False, "the pattern a was removed"),
    (ANY, {"enum": ["a", "b"]}, True, "the values became limited to a, b"),
    ({"enum": ["a"]}, ANY, False, "every value became allowed"),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, False, 'the value "b" was added'),
    ({"enum": [1]}, {"enum": [1, 2.5]}, False, "the value 2.5 was added"),
    ({"enum": [1, True]}, {"enum": [1]}, True, "the value true was removed"),
    ({"type": "integer"}, {"type": ["integer", "string"]}, False,
     "the type changed from integer to integer or string"),
    ({"type": "integer"}, ANY, False, "the type changed from integer to any"),
    (ANY, {"type": "integer"}, True, "the type changed from any to integer"),
    ({"x-dispatch-reference": {"kind": "A"}}, ANY, False,
     "the reference changed from A by name to nothing"),
    ({"items": {"type": "string"}}, {"items": {"type": "integer"}}, True,
     "the type changed from string to integer"),
    ({"additionalProperties": {"type": "string"}}, {"additionalProperties": {"type": "integer"}},
     True, "the type changed from string to integer"),
    ({"properties": {"a": {}}}, {"properties": {"a": {}}, "additionalProperties": False},
     True, "further fields are no longer allowed"),
    ({"properties": {"a": {}}, "required": ["a"]}, {"properties": {"a": {}}}, False,
     'the field "a" became optional'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "breaks", "message"), CHANGES)
def test_changes_of_a_schema(
    old: dict[str, object], new: dict[str, object], breaks: bool, message: str, tmp_path: Path
) -> None:
    for name, field in (("old", old), ("new", new)):
        file = tmp_path / name / "stored" / "Widget.schema.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"type": "object", "properties": {"it": field}}))
    lines = said(tmp_path, "old", "new", code=int(breaks)).splitlines()
    assert len(lines) == 2, lines
    ending = {"items": "[]", "additionalProperties": "{}"}.get("".join(old), "")
    path = "it.a" if '"a" became' in message else f"it{ending}"
    kind = "breaking[breaking-change]" if breaks else "compatible"
    assert lines[0].startswith(f"{kind} Widget.{path} (stored): {message}"), lines[0]
    assert said(tmp_path, "old", "old", code=0) == "0 breaking changes, 0 compatible changes.\n"


@pytest.mark.parametrize(
    ("old", "words"),
    [("nowhere", "not a REVISION:PATH"), ("nothing:pkg", "git: fatal"),
     ("HEAD:nowhere", "there are no definitions")],
)  # fmt: skip
def test_sides_that_cannot_be_read(old: str, words: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.go").write_text(OLD)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "a")
    result = run(tmp_path, "schema", "diff", old, "a.go")
    assert result.returncode == 2
    assert words in result.stderr.decode()
    assert b"Traceback" not in result.stderr


DOCUMENTS = """\
kind: Function
name: hello
image: nodejs
secrets: [gone]
---
kind: Image
name: nodejs
baseImageName: nodejs-base
---
kind: BaseImage
name: "nodejs-base"
dockerUrl: x
language: y
"""


def test_the_kinds_as_a_picture(tmp_path: Path) -> None:
    text = run(tmp_path, "graph").stdout.decode()
    assert text.startswith("erDiagram\n")
    assert '    Function }o--|| Image : "image"' in text
    assert '    ServiceInstance }o--|| ServicePlan : "servicePlan"' in text
    dot = run(tmp_path, "graph", "-f", "dot").stdout.decode()
    assert '"Driver" -> "DriverType" [label="type"];' in dot
    assert run(tmp_path, "graph", "-o", "kinds.svg").returncode == 0
    svg = ElementTree.fromstring((tmp_path / "kinds.svg").read_text())
    words = [one.text for one in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Function", "ServiceClass", "Organization"} <= set(words)


def test_no_box_lies_upon_another(tmp_path: Path) -> None:
    run(tmp_path, "graph", "-o", "kinds.svg")
    svg = ElementTree.fromstring((tmp_path / "kinds.svg").read_text())
    boxes = [
        tuple(float(one.get(name) or 0) for name in ("x", "y", "width", "height"))
        for one in svg.iter("{http://www.w3.org/2000/svg}rect")
        if one.get("class") == "box"
    ]
    assert len(boxes) >= 20
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[index + 1 :]:
            assert (
                x + width <= other_x or other_x + other_width <= x
                or y + height <= other_y or other_y + other_height <= y
            )  # fmt: skip


def test_entities_as_a_picture_with_what_is_broken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(DOCUMENTS)
    text = run(tmp_path, "graph", "a.yaml").stdout.decode()
    assert text.startswith("flowchart LR\n")
    assert '["Secret<br/>gone"]:::broken' in text
    assert text.count("-.->") == 1 and text.count("-->") == 2
    dot = run(tmp_path, "graph", "a.yaml", "-f", "dot").stdout.decode()
    assert '"-/Secret/gone" [label="Secret\\ngone", color="#cc0000"' in dot
    svg = run(tmp_path, "graph", "a.yaml", "-f", "svg").stdout.decode()
    assert svg.count('class="broken"') == 1
    (tmp_path / "b.yaml").write_text('kind: Secret\nname: "</text><script>&"\n')
    svg = run(tmp_path, "graph", "b.yaml", "-f", "svg").stdout.decode()
    assert "<script>" not in svg
    ElementTree.fromstring(svg)
    assert run(tmp_path, "graph", "nowhere.yaml").returncode == 2
