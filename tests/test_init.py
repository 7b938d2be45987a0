"""`dispatch-lint init`: looks, asks, adds, and never overwrites."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from dispatch_lint.config.settings_file import load
from dispatch_lint.version import __version__
from tests.command import WAIT, run, run_text

IMAGE = "kind: Image\nname: nodejs\nbaseImageName: base\n"


def init(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_text(folder, "init", *arguments, DISPATCH_LINT_TRUST="")


def content(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "entities").mkdir()
    (tmp_path / "entities/image.yaml").write_text(IMAGE)
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed/image.yaml").write_text(IMAGE.replace("nodejs", "other"))
    (tmp_path / "mixed/chart.yaml").write_text("apiVersion: v1\nkind: Secret\n")
    (tmp_path / "mixed/both.yaml").write_text(f"{IMAGE}---\nsome: thing\n")
    (tmp_path / "mixed/one.json").write_text('{"kind": "Image", "name": "a", "baseImageName": "b"}')
    return tmp_path


def test_a_new_project(project: Path) -> None:
    result = init(project, "--yes")
    assert result.returncode == 0, result.stderr
    assert "4 Image" in result.stdout
    load(project / "dispatch-lint.toml")
    editor = json.loads((project / ".vscode/settings.json").read_text())
    schema = "./.vscode/dispatch.schema.json"
    assert editor["yaml.schemas"] == {schema: ["entities/*.yaml", "mixed/image.yaml"]}
    assert editor["json.schemas"] == [{"fileMatch": ["/mixed/*.json"], "url": schema}]
    validator = jsonschema.Draft7Validator(json.loads((project / schema).read_text()))
    assert validator.is_valid({"kind": "Image", "name": "a", "baseImageName": "b"})
    assert not validator.is_valid({"kind": "Image", "name": "a", "baseImage": "b"})
    hooks = YAML(typ="safe").load(project / ".pre-commit-config.yaml")
    assert hooks["repos"][0]["hooks"] == [{"id": "dispatch-lint"}]


def test_a_folder_of_a_repository(project: Path) -> None:
    """Its root has the hook; pre-commit reads no other file."""
    result = init(project / "entities", "--yes")
    assert result.returncode == 0, result.stderr
    assert ".pre-commit-config.yaml: it belongs to the root of the repository" in result.stdout
    assert not (project / "entities" / ".pre-commit-config.yaml").exists()
    load(project / "entities" / "dispatch-lint.toml")


def test_a_second_time_changes_nothing(project: Path) -> None:
    init(project, "--yes")
    before = content(project)
    result = init(project, "--yes")
    assert result.returncode == 0 and "Wrote" not in result.stdout
    assert content(project) == before


def test_what_exists_is_added_to(project: Path) -> None:
    hooks, editor = project / ".pre-commit-config.yaml", project / ".vscode/settings.json"
    hooks.write_text("# ours\nrepos:\n# why\n- repo: local\n  hooks: []\nci: {}\n")
    editor.parent.mkdir()
    editor.write_text('{\n\t"a": "ä",\n\t"yaml.schemas": {"x.json": "y.yaml"}\n}\n')
    init(project, "--yes")
    lines = hooks.read_text().splitlines()
    assert lines[:3] == [
        "# ours",
        "repos:",
        "- repo: https://github.com/dispatch-lint/dispatch-lint",
    ]
    assert lines[6:] == ["# why", "- repo: local", "  hooks: []", "ci: {}"]
    assert len(YAML(typ="safe").load(hooks)["repos"]) == 2
    text = editor.read_text()
    assert text.startswith('{\n\t"a": "ä",\n')
    assert json.loads(text)["yaml.schemas"]["x.json"] == "y.yaml"
    assert len(json.loads(text)["yaml.schemas"]) == 2


def test_the_problem_matcher_is_copied_where_github_reads_it(project: Path) -> None:
    init(project, "--yes")
    matcher = project / ".github/dispatch-lint-matcher.json"
    assert not matcher.exists()
    matcher.parent.mkdir()
    assert f"Wrote {matcher.relative_to(project)}" in init(project, "--yes").stdout
    assert json.loads(matcher.read_text())["problemMatcher"][0]["owner"] == "dispatch-lint"
    matcher.write_text("{}")
    assert "stays as it is" in init(project, "--yes").stdout
    assert matcher.read_text() == "{}"


@pytest.mark.parametrize(
    "text", ["// mine\n{}{}\n", "[1]", '{"yaml.schemas": [], }', '{"json.schemas": [1]}'],
)  # fmt: skip
def test_what_cannot_be_added_to_stays(project: Path, text: str) -> None:
    editor, hooks = project / ".vscode/settings.json", project / ".pre-commit-config.yaml"
    editor.parent.mkdir()
    editor.write_text(text)
    hooks.write_text("repos: []\n")
    result = init(project, "--yes")
    assert result.returncode == 0, result.stderr
    assert editor.read_text() == text
    assert '"yaml.schemas"' in result.stdout
    assert hooks.read_text() == "repos: []\n"
    assert "- id: dispatch-lint" in result.stdout


@pytest.mark.parametrize(("written", "is_added"), [
    ("repos:\n  - repo: x\n    rev: 2001-99-99\n", True),
    (f"repos:\n- repo: x\n  rev: {'9' * 5_000}\n", True),
    ("repos:\n- repo: x\n  rev: !!float a\n", True),
    ("\ufeffrepos:\r\n - repo: x\r\n", True),
    ("repos:\n-\n  repo: x\n", False), ("repos: [{repo: x}]\n", False), ("[" * 5_000, False),
    ("repos: &a\n- *a\n", False), ("a: 1\n---\nrepos:\n- repo: x\n", False), ("repos:\n", False),
])  # fmt: skip
def test_hooks_that_anybody_may_have_written(written: str, is_added: bool, project: Path) -> None:
    hooks = project / ".pre-commit-config.yaml"
    hooks.write_bytes(written.encode())
    assert init(project, "--yes").returncode == 0
    text = hooks.read_bytes().decode()
    assert (text != written) is is_added
    above, found, below = text.partition("id: dispatch-lint")
    assert bool(found) is is_added
    assert above + below != written and "repo: x" in below if is_added else text == written


def test_settings_that_exist_stay(project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text('[tool.dispatch-lint]\norganization = "acme"\n')
    result = init(project, "--yes")
    assert "pyproject.toml: exists already" in result.stdout
    assert not (project / "dispatch-lint.toml").exists()


def test_definitions_and_a_store_are_found(project: Path) -> None:
    (project / "pkg").mkdir()
    (project / "pkg/base.go").write_text(
        'package pkg\n\ntype BaseEntity struct {\n\tName string `json:"name"`\n'
        '\tOrganizationID string `json:"organizationId"`\n}\n\n'
        'type Widget struct {\n\tBaseEntity\n\tSize int `json:"size"`\n}\n'
    )
    options = ("--store", "refs.db", "--organization", "acme")
    run(project, "store", "import", *options, "entities").check_returncode()
    (project / "other.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    result = init(project, "--yes")
    assert "definitions in ./pkg; the store sqlite:///refs.db" in result.stdout, result.stdout
    said = load(project / "dispatch-lint.toml")
    assert said.definitions == ("./pkg",) and said.store == "sqlite:///refs.db"


def test_nobody_to_ask(project: Path) -> None:
    before = content(project)
    result = init(project)
    assert result.returncode == 2 and "--yes" in result.stderr
    assert content(project) == before


def test_an_empty_folder(tmp_path: Path) -> None:
    result = init(tmp_path, "--yes")
    assert "no entity documents" in result.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["dispatch-lint.toml"]


def test_modelines(project: Path) -> None:
    line = "# yaml-language-server: $schema=../.vscode/dispatch.schema.json"
    file = project / "entities/image.yaml"
    text = f"\ufeff# head\r\n---\r\n{IMAGE}---\n# why\n{IMAGE}--- {{kind: Image, name: c}}\n"
    file.write_bytes(text.encode())
    named = project / "mixed/image.yaml"
    named.write_text(f"{line}\n{IMAGE}")
    result = init(project, "--yes", "--modelines")
    assert "Wrote entities/image.yaml: a modeline in 2 documents." in result.stdout
    assert file.read_bytes().decode() == (
        f"\ufeff# head\r\n---\r\n{line}\r\n{IMAGE}---\n# why\n{line}\r\n{IMAGE}"
        "--- {kind: Image, name: c}\n"
    )
    assert named.read_text() == f"{line}\n{IMAGE}"
    before = content(project)
    init(project, "--yes", "--modelines")
    assert content(project) == before


def test_names_that_no_glob_can_have(tmp_path: Path) -> None:
    odd = os.fsdecode(b"d\xff")
    (tmp_path / odd).mkdir()
    for name in (f"{odd}/a.yaml", "b[1].yaml", f"{odd}.yaml"):
        (tmp_path / name).write_text(IMAGE)
    (tmp_path / odd / "x.go").write_text("package x\n\ntype Foo struct {\n\tBaseEntity\n}\n")
    shutil.copy(tmp_path / "b[1].yaml", tmp_path / f"{odd}.db")
    result = init(tmp_path, "--yes", "--modelines")
    assert result.returncode == 0, result.stderr
    settings = json.loads((tmp_path / ".vscode/settings.json").read_text())
    globs = settings["yaml.schemas"]["./.vscode/dispatch.schema.json"]
    assert globs == ["b?1?.yaml", "d?.yaml", "d?/*.yaml"]
    assert "definitions" not in (tmp_path / "dispatch-lint.toml").read_text()
    assert (tmp_path / f"{odd}.yaml").read_text().startswith("# yaml-language-server")


SCHEMA = ".vscode/dispatch.schema.json"


def test_update_renews_the_schema_and_nothing_else(project: Path) -> None:
    init(project, "--yes")
    fresh = content(project)
    assert init(project, "--update").stdout == f"{SCHEMA}: it is up to date.\n"
    text = (project / SCHEMA).read_text()
    assert json.loads(text)["$comment"].startswith(f"Written by dispatch-lint {__version__}.")
    old = text.replace(f"dispatch-lint {__version__}.", "dispatch-lint 0.0.9.").replace(
        "Image", "I"
    )
    (project / SCHEMA).write_text(old)
    (project / ".pre-commit-config.yaml").unlink()
    result = init(project, "--update")
    assert result.returncode == 0, result.stderr
    assert f"Wrote {SCHEMA}" in result.stdout and f"from 0.0.9 to {__version__}" in result.stdout
    assert content(project) == {
        name: kept for name, kept in fresh.items() if not name.endswith(".pre-commit-config.yaml")
    }


def test_update_takes_the_kinds_of_the_settings(project: Path) -> None:
    init(project, "--yes")
    (project / "kinds.go").write_text(
        "package kinds\n\n// +dispatch:form=manifest\ntype Widget struct {\n"
        '\tKind string `json:"kind"`\n\tName *string `json:"name"`\n}\n'
    )
    (project / "dispatch-lint.toml").write_text("definitions = ['./kinds.go']\n")
    assert "Wrote" in init(project, "--update").stdout
    schema = json.loads((project / SCHEMA).read_text())
    assert "Widget" in schema["properties"]["kind"]["enum"]


def test_a_schema_of_a_newer_version_stays(project: Path) -> None:
    init(project, "--yes")
    file = project / SCHEMA
    file.write_text(
        file.read_text().replace(f"dispatch-lint {__version__}.", "dispatch-lint 99.1.")
    )
    before = content(project)
    for arguments in (["--update"], ["--yes"]):
        assert "dispatch-lint 99.1 wrote it, which is newer" in init(project, *arguments).stdout
    assert content(project) == before
    file.write_text(f'{{\n  "$comment": "Written by dispatch-lint {"9" * 5_000}. "\n}}\n')
    assert "Wrote" in init(project, "--update").stdout


@pytest.mark.parametrize(("arguments", "message"), [
    (["--update"], f"no {SCHEMA} to renew; write it with `dispatch-lint init`"),
    (["--update", "--modelines"], "leave out --modelines"),
])  # fmt: skip
def test_update_has_nothing_to_renew(project: Path, arguments: list[str], message: str) -> None:
    before = content(project)
    result = init(project, *arguments)
    assert result.returncode == 2 and message in result.stderr and not result.stdout
    assert content(project) == before


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo terminals")
def test_without_the_schema_nothing_points_to_it(project: Path) -> None:
    import pty

    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", "init", "--modelines"], cwd=project, stdin=child,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.write(parent, b"y\nn\n" + b"y\n" * 9)  # yes to the settings, no to the schema
    output, errors = process.communicate(timeout=WAIT)
    os.close(parent)
    os.close(child)
    assert process.returncode == 0, errors
    assert b"it would name .vscode/dispatch.schema.json, which is not there" in output
    assert not (project / ".vscode").exists()
    assert not [file for file in project.rglob("*.yaml") if "$schema" in file.read_text()]


def test_settings_with_comments_are_added_to(project: Path) -> None:
    editor = project / ".vscode/settings.json"
    editor.parent.mkdir()
    before = (
        '// ours\n{\n    "a": 1, // one\n    "yaml.schemas": { "x.json": "y.yaml" }, // more\n'
        "    /* last */\n}\n"
    )
    editor.write_text(before)
    assert init(project, "--yes").returncode == 0
    after = editor.read_text()
    assert after.count("yaml.schemas") == 1
    rest = iter(after)
    assert all(letter in rest for letter in before)  # nothing is gone
    assert init(project, "--yes").returncode == 0
    assert editor.read_text() == after
