"""Renames, suppression comments and issues: what helps with an old repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.test_changed_files import PLUGIN
from tests.test_cli import ROOT, check, run

IMAGES = "kind: Image\nname: nodejs  # the first\nbaseImageName: base\n---\nkind: Image\nname: python\nbaseImageName: base\n"
FUNCTIONS = (
    "kind: Function\nname: f\nimage: 'nodejs'\n---\nkind: Function\nname: nodejs\nimage: acme/Image/nodejs\n"
    "---\nkind: Function\nname: g\nimage: python\n"
)


def test_an_entity_gets_another_name_everywhere(tmp_path: Path) -> None:
    (tmp_path / "images.yaml").write_text(IMAGES)
    (tmp_path / "functions.yaml").write_text(FUNCTIONS)
    row = {"key": "Image/acme/nodejs", "value": {"id": "1", "name": "nodejs", "organizationId": "acme",
                                                 "status": "READY"}}  # fmt: skip
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    diff = run(tmp_path, "rename", "-/Image/nodejs", "node18", "--diff").stdout.decode()
    assert diff.count("\n+") - diff.count("\n+++") == 4
    result = run(tmp_path, "rename", "Image/nodejs", "node18")
    assert result.stdout == b"renamed 2 entities and 2 references in 3 files\n"
    assert (tmp_path / "images.yaml").read_text() == IMAGES.replace("nodejs  #", "node18  #")
    assert (tmp_path / "functions.yaml").read_text() == FUNCTIONS.replace(
        "'nodejs'", "'node18'"
    ).replace("acme/Image/nodejs", "acme/Image/node18")
    renamed = json.loads((tmp_path / "rows.jsonl").read_text())
    assert (renamed["key"], renamed["value"]["name"]) == ("Image/acme/node18", "node18")


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("-/Image/nodjs", "x", "there is no -/Image/nodjs in these documents"),
        ("-/Image/nodejs", "python", "there is already -/Image/python"),
        ("nodejs", "x", "is not a key"),
        ("-/Image/nodejs", "nodejs", '"nodejs" is its name already'),
    ],
)
def test_renames_that_cannot_be(key: str, name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "images.yaml").write_text(IMAGES)
    result = run(tmp_path, "rename", key, name)
    assert result.returncode == 2 and said in result.stderr.decode()
    assert (tmp_path / "images.yaml").read_text() == IMAGES


@pytest.mark.parametrize(
    "words",
    [
        ("rename", "Image/nodejs", "x"), ("graph", "images.yaml"),
        ("store", "import", "images.yaml", "--store", "new.db"), ("check",),
    ],
)  # fmt: skip
def test_no_command_takes_an_organization_that_cannot_be_one(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "images.yaml").write_text(IMAGES)
    result = run(tmp_path, *words, "--organization", "a/b c")
    assert result.returncode == 2
    assert result.stderr.decode().strip() == (
        'dispatch-lint: "--organization" must be a name of letters, digits, "_" and "-", not "a/b c"'
    )
    assert [file.name for file in tmp_path.iterdir()] == ["images.yaml"]
    assert (tmp_path / "images.yaml").read_text() == IMAGES


def test_suppression_comments_are_written(tmp_path: Path) -> None:
    old = (
        "kind: Secrt  # why\nname: a b\n---\nkind: Function\nname: f\nimage: i\ntags:\n"
        "  - key: k\n    value: on\n    valu: x\n"
    )
    (tmp_path / "a.yaml").write_text(old)
    (tmp_path / "w.go").write_text(
        'package w\ntype W struct {\n\tBaseEntity\n\tXy int `json:"x_y"`\n}\n'
    )
    code, out, error = check(tmp_path, ".", "--add-ignore=as it was")
    assert (code, out) == (0, "")
    assert "violations in 2 files" in error
    assert check(tmp_path, ".", "-q")[0] == 0
    text = (tmp_path / "a.yaml").read_text()
    assert text.startswith("kind: Secrt  # why  # dispatch-lint: ignore[unknown-kind] as it was\n")
    assert "    # dispatch-lint: ignore[ambiguous-scalar] as it was\n    value: on\n" in text
    assert (
        "\t// dispatch-lint: ignore[camel-case-fields] as it was\n"
        in (tmp_path / "w.go").read_text()
    )
    (tmp_path / "b.json").write_text('{"kind": "Secrt", "name": "a"}')
    code, _, error = check(tmp_path, "b.json", "--add-ignore")
    assert code == 1 and "json has no comments" in error


def test_issues_are_the_same_each_time(tmp_path: Path) -> None:
    image = "kind: Image\nname: {}\nbaseImageName: b\n"
    (tmp_path / "a.yaml").write_text(
        f"{image.format('x')}---\n{image.format('z')}---\nkind: Secret\nname: a b\n"
    )
    out = check(tmp_path, "a.yaml", "-f", "issues")[1]
    assert out.count("\n## Where\n") == 2
    assert "# Image.baseImageName: the foreign key" in out
    assert 'Section "Additional Properties" of the guide' in out
    assert check(tmp_path, "a.yaml", "-f", "issues", "-o", "found")[1] == ""
    names = sorted(path.name for path in (tmp_path / "found").iterdir())
    assert len(names) == 3 and "index.md" in names
    index = (tmp_path / "found" / "index.md").read_text()
    assert "2 places" in index and all(name in index for name in names if name != "index.md")
    (tmp_path / "a.yaml").write_text("\n\n" + (tmp_path / "a.yaml").read_text())
    check(tmp_path, "a.yaml", "-f", "issues", "-o", "again")
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == names


def test_the_problem_matcher_reads_concise(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    said = json.loads((ROOT / "dispatch_lint/initializing/problem-matcher.json").read_text())
    pattern = said["problemMatcher"][0]["pattern"][0]
    match = re.match(
        pattern["regexp"], check(tmp_path, "a.yaml", "-f", "concise")[1].splitlines()[0]
    )
    assert match is not None
    found = {name: match[index] for name, index in pattern.items() if name != "regexp"}
    assert (found["file"], found["line"], found["column"]) == ("a.yaml", "2", "7")
    assert (found["severity"], found["code"]) == ("error", "name-format")
    of_ones_own = re.match(pattern["regexp"], "a.yaml:2:7: error[no-sha1-2026] no")
    assert of_ones_own is not None and of_ones_own[pattern["code"]] == "no-sha1-2026"


IGNORED = "# dispatch-lint: ignore"


@pytest.mark.parametrize(("old", "new"), [
    (f"name: a  {IGNORED}[schema]\n", "name: a\n"),
    (f"name: a b  # why  {IGNORED}[schema, name-format] old\n", f"name: a b  # why  {IGNORED}[name-format] old\n"),
    (f"{IGNORED}[schema]\nname: a\n", "name: a\n"), (f"name: a {IGNORED}\n", "name: a\n"),
    (f"  \n{IGNORED}[nmae-format]\nname: a b\n", f"  \n{IGNORED}[name-format]\nname: a b\n"),
    (f"name: a {IGNORED}[schema] {IGNORED}[status-value]\n", "name: a\n"),
    (f"name: >-  {IGNORED}[schema]\n  a\n", "name: >-\n  a\n"),
    ("name: a b\nx: |\n  y\n", f"{IGNORED}[name-format]\nname: a b\n{IGNORED}[unknown-field]\nx: |\n  y\n"),
    ("name: a b\r\nx: y\r\n", f"{IGNORED}[name-format]\r\nname: a b\r\n{IGNORED}[unknown-field]\r\nx: y\r\n"),
    ("name: a b\rx: y", f"{IGNORED}[name-format]\rname: a b\r{IGNORED}[unknown-field]\rx: y"),
])  # fmt: skip
def test_ignoring_settles_after_one_run(old: str, new: str, tmp_path: Path) -> None:
    head = "kind: Secret\r" if "\r" in old and "\n" not in old else "kind: Secret\n"
    file = tmp_path / "a.yaml"
    file.write_text(head + old, newline="")
    for _ in range(2):
        code, _, error = check(tmp_path, "a.yaml", "--add-ignore")
        assert code == 0, error
        assert file.read_bytes().decode() == head + new
    assert check(tmp_path, "a.yaml")[0] == 0


def test_an_unused_comment_of_go_is_removed(tmp_path: Path) -> None:
    text = 'package a\n\ntype A struct {\n\tBaseEntity\n\tX int `json:"x"`\n}\n'
    comment = "` // dispatch-lint: ignore[camel-case-fields]\n}"
    (tmp_path / "a.go").write_text(text.replace("`\n}", comment))
    assert check(tmp_path, "a.go", "--add-ignore")[0] == 0
    assert (tmp_path / "a.go").read_text() == text


def test_what_follows_is_a_path_and_no_reason(tmp_path: Path) -> None:
    for folder in ("sub", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text("kind: Secret\nname: a b\n")
    assert check(tmp_path, "--add-ignore", "sub")[0] == 0
    assert "ignore[name-format]\n" in (tmp_path / "sub" / "a.yaml").read_text()
    assert "ignore" not in (tmp_path / "other" / "a.yaml").read_text()
    assert check(tmp_path, "other", "--add-ignore=the old system")[0] == 0
    assert "ignore[name-format] the old system\n" in (tmp_path / "other" / "a.yaml").read_text()


def test_a_reason_may_begin_with_a_dash_and_a_value_may_be_the_name_of_the_option(
    tmp_path: Path,
) -> None:
    """Behind a `=` click took `--fix` for that option; as a value, the option got a `=` at its end."""
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\nstatus: ready\n")
    (tmp_path / "sub" / "--add-ignore").mkdir(parents=True)
    (tmp_path / "sub" / "--add-ignore" / "b.yaml").write_text("kind: Secret\nname: c d\n")
    out = check(tmp_path, ".", "--exclude", "--add-ignore", "-f", "concise")[1]
    assert "a.yaml:2:7" in out and "b.yaml" not in out
    out = check(tmp_path / "sub", "-f", "concise", "--", "--add-ignore")[1]
    assert "--add-ignore/b.yaml:2:7" in out
    assert check(tmp_path, "--exclude", "--", "--add-ignore=--fix", "a.yaml")[0] == 0
    text = (tmp_path / "a.yaml").read_text()
    assert "ignore[name-format] --fix\n" in text and "status: ready" in text


@pytest.mark.parametrize(
    "reason", ["x\nfunc init() {}", "x\ry", "x\x1b[31m", "x\u2028y", "x\udcff"]
)
def test_a_reason_is_one_line_of_text(reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package p\n\ntype W struct {\n\tBaseEntity\n\tA_b string\n}\n")
    (tmp_path / "b.yaml").write_text("kind: Secret\nname: a b\n")
    before = [file.read_text() for file in sorted(tmp_path.iterdir())]
    code, _, error = check(tmp_path, ".", f"--add-ignore={reason}")
    assert (code, "the reason must be one line of text" in error) == (2, True)
    assert [file.read_text() for file in sorted(tmp_path.iterdir())] == before


def test_nothing_is_ignored_in_a_file_that_changed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "appending.py").write_text(PLUGIN)
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine']\n")
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    code, _, error = check(tmp_path, "a.yaml", "--add-ignore")
    assert code == 2
    assert "a.yaml: the file changed during the check" in error
    assert (tmp_path / "a.yaml").read_text() == "kind: Secret\nname: a b\n# more\n"


# Renames


def renamed(folder: Path, *arguments: str) -> tuple[int, str]:
    result = run(folder, "rename", *arguments)
    return result.returncode, (result.stdout + result.stderr).decode()


@pytest.mark.parametrize(("key", "name", "said"), [
    ("Image/nodejs", "a b", "cannot be part of a key"), ("Image/nodejs", "a/b", "cannot be part of a key"),
    ("Image/nodejs", "", "cannot be part of a key"), ("Image/nodejs", "é", "cannot be part of a key"),
    ("Driver/t", "Big", "does not match the pattern of Driver names"),
])  # fmt: skip
def test_a_new_name_has_to_be_one(key: str, name: str, said: str, tmp_path: Path) -> None:
    text = f"{IMAGES}---\nkind: Driver\nname: t\ntype: t\n"
    (tmp_path / "a.yaml").write_text(text)
    code, out = renamed(tmp_path, key, name)
    assert code == 2 and said in out
    assert (tmp_path / "a.yaml").read_text() == text


def row(organization: str, name: str, status: str = "READY", kind: str = "Secret") -> str:
    return json.dumps({"kind": kind, "id": organization + name + status, "name": name,
                       "organizationId": organization, "status": status}) + "\n"  # fmt: skip


def test_an_entity_of_two_organizations_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(row("acme", "s") + row("other", "s"))
    code, out = renamed(tmp_path, "Secret/s", "t")
    assert code == 2
    assert "the name is ambiguous: acme/Secret/s (a.jsonl:1:" in out and "other/Secret/s" in out
    assert renamed(tmp_path, "acme/Secret/s", "t")[0] == 0
    assert file.read_text() == row("acme", "s").replace('"s"', '"t"') + row("other", "s")


@pytest.mark.parametrize(("rows", "code", "expected"), [
    (row("a", "s") + row("a", "t", "DELETED"), 0, row("a", "t", "DELETED")),
    (row("a", "s") + row("a", "t", "DELETING"), 2, row("a", "s")),
    (row("a", "s", "DELETED"), 2, row("a", "s", "DELETED")),
    (row("a", "s", "DELETED") + row("a", "s"), 0, row("a", "s", "DELETED")),
])  # fmt: skip
def test_a_deleted_entity_holds_no_name(
    rows: str, code: int, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_text(rows)
    assert renamed(tmp_path, "Secret/s", "t")[0] == code
    assert expected in (tmp_path / "a.jsonl").read_text()


BROKEN = {
    "a.yaml": "kind: Function\nname: f\nimage: nodejs\nsecrets: [\n",
    "a.json": '{"kind": "Function", "name": "f", "image": "nodejs",}',
    "b.json": '{"kind": "Function", "name": "f", "image": "node\\u006as",}',
    "a.jsonl": '{"kind": "Function", "image": "nodejs"\n{"kind": "Secret", "name": "s"}\n',
    "b.jsonl": '{"kind": "Function", "name": "\udced", "image": "nodejs"}\n'
               '{"kind": "Function", "name": "f", "image": "nodejs"}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_document_that_does_not_parse_may_refer_to_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "images.yaml").write_text(IMAGES)
    broken = BROKEN[name].encode("utf-8", "surrogateescape")
    (tmp_path / name).write_bytes(broken)
    code, out = renamed(tmp_path, "Image/nodejs", "node18")
    assert (
        code == 2 and f"{name}:" in out and "may refer to Image/nodejs" in out and "--force" in out
    )
    assert (tmp_path / "images.yaml").read_text() == IMAGES
    code, out = renamed(tmp_path, "Image/nodejs", "node18", "--force")
    assert code == 0 and ": skipped" in out
    assert "node18" in (tmp_path / "images.yaml").read_text()
    lines = (tmp_path / name).read_bytes().splitlines()
    assert lines[0] == broken.splitlines()[0]
    assert name != "b.jsonl" or lines[1].endswith(b'"image": "node18"}')


def test_a_file_that_cannot_be_read_refuses_a_rename(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    (tmp_path / "large.yaml").write_text("kind: Secret\nname: b\n" + "# much\n" * 200_000)
    (tmp_path / "dispatch-lint.toml").write_text("[limits]\ndocument-size = 1\n")
    result = run(tmp_path, "rename", "-/Secret/a", "c")
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"large.yaml: " in result.stderr and b"it may refer to Secret/a" in result.stderr
    assert (tmp_path / "a.yaml").read_text() == "kind: Secret\nname: a\n"
    result = run(tmp_path, "rename", "-/Secret/a", "c", "--force")
    assert result.returncode == 0 and b"large.yaml: " in result.stderr


def test_what_is_none_of_ours_blocks_no_rename(tmp_path: Path) -> None:
    (tmp_path / "images.yaml").write_text(IMAGES)
    (tmp_path / "chart.yaml").write_text("apiVersion: v1\nkind: Secret\nname: {{ nodejs }}\n")
    (tmp_path / "binary.yaml").write_bytes(b"\x7fELF nodejs \0")
    (tmp_path / "latin.yml").write_bytes(b"title: nodejs \xe9\n")
    (tmp_path / "other.yaml").write_text("kind: Function\nname: f\nimage: python\nsecrets: [\n")
    assert renamed(tmp_path, "Image/nodejs", "node18") == (
        0, "renamed 1 entity and 0 references in 1 file\n",
    )  # fmt: skip
