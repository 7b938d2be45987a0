"""The hook under the real pre-commit, on a scratch repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_lint.addresses import REPOSITORY
from dispatch_lint.version import __version__
from tests.docs.running import run_page

ROOT = Path(__file__).parent.parent
REVISION = f"v{__version__}"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hook_repository_in(tmp_path_factory.mktemp("hook"))


def hook_repository_in(folder: Path) -> Path:
    """A repository of this tree as it is, uncommitted changes included."""
    folder.mkdir(exist_ok=True)
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "hook")
    git(folder, "tag", REVISION)
    return folder


def environment(hooks: Path) -> dict[str, str]:
    """Lets pre-commit find our own repository at its address, and keeps what it installs."""
    return {
        "PRE_COMMIT_HOME": f"{hooks}-installed", "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{hooks}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }  # fmt: skip


def run_hook(
    folder: Path, hooks: Path, *arguments: str, hook: str = "dispatch-lint", settings: str = ""
) -> tuple[int, str]:
    """Run one hook as a project does that names it in its configuration.

    Args:
        settings: of the hook, in YAML.
    """
    entry = f"{{id: {hook}, {settings}}}"
    config = f"repos: [{{repo: {REPOSITORY}, rev: {REVISION}, hooks: [{entry}]}}]\n"
    (folder / ".pre-commit-config.yaml").write_text(config)
    git(folder, "add", "-A")
    result = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", hook, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | environment(hooks),
    )  # fmt: skip
    return result.returncode, result.stdout + result.stderr


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A new repository, in which hooks run."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def test_the_hook_judges_a_commit_against_the_whole_project(
    hook_repository: Path, scratch: Path
) -> None:
    (scratch / "image.yaml").write_text("kind: Image\nname: nodejs\nbaseImageName: b\n")
    (scratch / "old.yaml").write_text("kind: Secret\nname: a b\n")
    (scratch / "notes.txt").write_text("nothing\n")
    (scratch / "chart.yaml").write_text("apiVersion: v1\nkind: Secret\nname: {{ x }}\n")
    function = scratch / "function.yaml"
    function.write_text("kind: Function\nname: f\nimage: nodejs\n")
    code, out = run_hook(scratch, hook_repository, "--files", "function.yaml", "chart.yaml")
    assert code == 0, out
    function.write_text("kind: Function\nname: f\nimage: nodjs\n")
    code, out = run_hook(scratch, hook_repository, "--files", "function.yaml", "chart.yaml")
    assert code == 1, out
    assert 'there is no Image "nodjs"; did you mean "nodejs"?' in out
    assert "old.yaml" not in out


def test_the_hook_judges_definitions_too(hook_repository: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    (scratch / "pkg").mkdir(parents=True)
    git(scratch, "init", "-q")
    shared = "package shop\n\ntype Common struct {\n\tBaseEntity\n}\n"
    (scratch / "pkg" / "common.go").write_text(shared)
    widget = 'package shop\n\ntype Widget struct {\n\tCommon\n\tSize int `json:"size_mm"`\n}\n'
    (scratch / "pkg" / "widget.go").write_text(widget)
    (scratch / "pkg" / "widget_test.go").write_text(widget)
    code, out = run_hook(scratch, hook_repository, "--files", "pkg/widget.go",
                         "pkg/widget_test.go")  # fmt: skip
    assert code == 1, out
    assert "pkg/widget.go:5:2" in out and "camel-case-fields" in out
    assert "widget_test.go" not in out


def test_the_hook_takes_what_check_takes(hook_repository: Path, scratch: Path) -> None:
    names = ["a.yaml", "b.YML", "c.json", "d.jsonl", "e.ndjson", "README.md", "Pipfile.lock"]
    for name in names:
        (scratch / name).write_text(f'{{"kind": "Secret", "name": "{name}/"}}\n')
    for replaced in ("", "files: '', ", "exclude: '^$', "):
        code, out = run_hook(scratch, hook_repository, "--all-files", settings=replaced)
        assert code == 1, out
        assert [name for name in names if f" --> {name}:1" in out] == names[:5], replaced


def test_what_a_commit_breaks_elsewhere(hook_repository: Path, scratch: Path) -> None:
    """By the settings of docs/how-to/pre-commit.md."""
    (scratch / "image.yaml").write_text("kind: Image\nname: a\nbaseImageName: b\n")
    (scratch / "other.yaml").write_text("kind: Image\nname: c\nbaseImageName: b\n")
    (scratch / "function.yaml").write_text("kind: Function\nname: f\nimage: a\n")
    git(scratch, "add", "-A")
    git(scratch, "commit", "-qm", "x")
    (scratch / "image.yaml").unlink()
    assert run_hook(scratch, hook_repository)[0] == 0
    settings = "pass_filenames: false, always_run: true"
    code, out = run_hook(scratch, hook_repository, settings=settings)
    assert code == 1 and "function.yaml:3:8" in out, out


def test_the_hook_that_fixes(hook_repository: Path, scratch: Path) -> None:
    file = scratch / "function.yaml"
    file.write_text("kind: Function  # ours\nname:   f\nimage: nodejs\nstatus: ready\n")
    arguments = ("--files", "function.yaml")
    code, out = run_hook(scratch, hook_repository, *arguments, hook="dispatch-lint-fix")
    assert code == 1 and "files were modified by this hook" in out, out
    assert file.read_text() == "kind: Function  # ours\nname:   f\nimage: nodejs\nstatus: READY\n"
    code, out = run_hook(scratch, hook_repository, *arguments, hook="dispatch-lint-fix")
    assert code == 0, out


def test_the_tutorial_runs_as_printed(hook_repository: Path, tmp_path: Path) -> None:
    """Of docs/tutorial.md, whose commits run the hook."""
    page = ROOT / "docs" / "tutorial.md"
    run = run_page(page, tmp_path, environment(hook_repository))
    assert run.text == page.read_text(encoding="utf-8"), "run: make docs-update"
    assert run.commands > 25
