"""`dispatch-lint init`: looks, asks, adds, and never overwrites."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from dispatch_lint.config import settings as settings_module

IMAGE = "kind: Image\nname: nodejs\nbaseImageName: base\n"


def init(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dispatch_lint", "init", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


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
    settings_module.load(project / "dispatch-lint.toml")
    editor = json.loads((project / ".vscode/settings.json").read_text())
    schema = "./.vscode/dispatch.schema.json"
    assert editor["yaml.schemas"] == {schema: ["entities/*.yaml", "mixed/image.yaml"]}
    assert editor["json.schemas"] == [{"fileMatch": ["/mixed/*.json"], "url": schema}]
    validator = jsonschema.Draft7Validator(json.loads((project / schema).read_text()))
    assert validator.is_valid({"kind": "Image", "name": "a", "baseImageName": "b"})
    assert not validator.is_valid({"kind": "Image", "name": "a", "baseImage": "b"})
    hooks = YAML(typ="safe").load(project / ".pre-commit-config.yaml")
    assert hooks["repos"][0]["hooks"] == [{"id": "dispatch-lint"}]


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


@pytest.mark.parametrize(
    "text", ["// mine\n{}\n", "[1]", '{"yaml.schemas": [], }', '{"json.schemas": [1]}'],
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


def test_settings_that_exist_stay(project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text('[tool.dispatch-lint]\norganization = "acme"\n')
    result = init(project, "--yes")
    assert "pyproject.toml: it is there already" in result.stdout
    assert not (project / "dispatch-lint.toml").exists()


def test_definitions_and_a_store_are_found(project: Path) -> None:
    (project / "pkg").mkdir()
    (project / "pkg/base.go").write_text(
        'package pkg\n\ntype BaseEntity struct {\n\tName string `json:"name"`\n'
        '\tOrganizationID string `json:"organizationId"`\n}\n\n'
        'type Widget struct {\n\tBaseEntity\n\tSize int `json:"size"`\n}\n'
    )
    subprocess.run(
        [sys.executable, "-m", "dispatch_lint", "store", "import", "--store", "refs.db",
         "--organization", "acme", "entities"],
        cwd=project, check=True, capture_output=True,
    )  # fmt: skip
    (project / "other.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    result = init(project, "--yes")
    assert "definitions in ./pkg; the store sqlite:///refs.db" in result.stdout, result.stdout
    said = settings_module.load(project / "dispatch-lint.toml")
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
