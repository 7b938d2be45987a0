"""The cache: the same answer, sooner, and never an old one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch_lint.old import cache, looks
from tests.test_cli import check

BAD = "kind: Function\nname: a b\nimage: i\nstatus: ready\n---\nkind: Image\nname: j\nbaseImageName: b\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache; the project is `tmp_path`."""
    folder = tmp_path.parent / f"{tmp_path.name}-cache"
    monkeypatch.setenv(looks.VARIABLE, str(folder))
    (tmp_path / "a.yaml").write_text(BAD)
    (tmp_path / "b.yaml").write_text("kind: Secret\nname: [\n")
    return folder


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def forge(folder: Path) -> None:
    """Let every entry say something that no run would."""
    for file in entries(folder):
        entry = json.loads(file.read_text())
        entry["result"]["summary"]["documents"] = 77
        file.write_text(json.dumps(entry))


FORMATS = ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "issues"]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_kept_result_is_reported_alike(format_: str, tmp_path: Path, folder: Path) -> None:
    first = check(tmp_path, ".", "-f", format_)
    assert len(entries(folder)) == 1
    assert check(tmp_path, ".", "-f", format_) == first
    assert check(tmp_path, ".", "-f", format_, "--no-cache") == first
    forge(folder)
    second = check(tmp_path, ".", "-f", format_)
    counts = format_ in ("full", "concise", "json", "github", "markdown")
    assert ("77" in second[1]) == counts


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda root: (root / "a.yaml").write_text(BAD.replace("a b", "a c")),
    "a file more": lambda root: (root / "c.yaml").write_text(BAD),
    "a file less": lambda root: (root / "b.yaml").unlink(),
    "settings": lambda root: (root / "dispatch-lint.toml").write_text("ignore = ['syntax-error']\n"),
    "a plugin": lambda root: (root / "rules/local.py").write_text("# nothing any more\n"),
    "a module": lambda root: (root / "go.mod").write_text("module example.com/shop\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_judged_again(change: str, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/local.py").write_text("# nothing\n")
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['rules']\n")
    (tmp_path / "types.go").write_text("package p\n\ntype Wheel struct {\n\tBaseEntity\n}\n")
    check(tmp_path, ".", "-f", "json")
    forge(folder)
    assert '"documents": 77' in check(tmp_path, ".", "-f", "json")[1]
    CHANGES[change](tmp_path)
    assert '"documents": 77' not in check(tmp_path, ".", "-f", "json")[1]


def test_a_fresh_checkout_is_told_by_its_content(tmp_path: Path, folder: Path) -> None:
    check(tmp_path, ".", "-f", "json")
    forge(folder)
    for file in ("a.yaml", "b.yaml"):
        os.utime(tmp_path / file, (1_700_000_000, 1_700_000_000))
    assert '"documents": 77' in check(tmp_path, ".", "-f", "json")[1]


def test_a_change_in_the_same_moment_is_seen(tmp_path: Path, folder: Path) -> None:
    """Same size, same times: only the content tells."""
    before = (tmp_path / "a.yaml").stat()
    first = check(tmp_path, ".", "-f", "json")[1]
    (tmp_path / "a.yaml").write_text(BAD.replace("a b", "abc"))
    os.utime(tmp_path / "a.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(tmp_path, ".", "-f", "json")[1] != first


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"look": 1}', "\0", '{"result": {}}'])
def test_a_damaged_entry_is_made_anew_in_silence(damage: str, tmp_path: Path, folder: Path) -> None:
    first = check(tmp_path, ".", "-f", "json")
    (file,) = entries(folder)
    whole = file.read_text()
    file.write_text(damage)
    assert check(tmp_path, ".", "-f", "json") == first
    assert json.loads(file.read_text())["result"] == json.loads(whole)["result"]


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path, folder: Path) -> None:
    folder.write_text("this is no folder")
    assert check(tmp_path, ".")[0] == 1


def test_nothing_is_kept_of_a_run_with_problems_or_outside(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(b"kind: Secret\nname: \xe9\n")
    assert check(tmp_path, ".")[0] == 2
    assert check(tmp_path, "-", stdin=BAD.encode())[0] == 1
    (tmp_path / "c.yaml").write_text(
        "# yaml-language-server: $schema=x.json\nkind: Secret\nname: a\n"
    )
    assert check(tmp_path, ".")[0] == 1
    assert entries(folder) == []


def test_a_baseline_is_held_against_what_is_kept(tmp_path: Path, folder: Path) -> None:
    arguments = (".", "--baseline", "known.json", "-f", "json")
    check(tmp_path, *arguments, "--write-baseline")
    first = check(tmp_path, *arguments)
    assert first[0] == 0 and check(tmp_path, *arguments) == first
    (tmp_path / "known.json").write_text('{"version": 1, "violations": {}}')
    assert check(tmp_path, *arguments)[0] == 1


def test_two_runs_at_once(tmp_path: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "dispatch_lint", "check", ".", "-f", "json"]
    runs = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) for _ in range(4)]
    outputs = {run.communicate(timeout=60)[0] for run in runs}
    assert len(outputs) == 1
    assert len(entries(folder)) == len(list(folder.iterdir())) == 1


def test_old_entries_go(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    for number in range(cache.ENTRIES + 5):
        file = folder / f"{number}.json"
        file.write_text("{}")
        os.utime(file, (number, number))
    check(tmp_path, ".")
    assert len(entries(folder)) == cache.ENTRIES
    assert not (folder / "5.json").exists() and (folder / "6.json").exists()


def test_a_project_with_rules_of_its_own_is_kept_too(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python compiles of a rule in the first run is no change of the project."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "odd.py").write_text(
        "from dispatch_lint.rule import Rule\n\n\n"
        "class Odd(Rule):\n    name = 'odd'\n    summary = 'odd'\n\n"
        "    def check(self, document):\n        return iter(())\n"
    )
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["mine"]\n')
    check(tmp_path, ".", "-f", "json")
    assert (tmp_path / "mine" / "__pycache__").is_dir()
    forge(folder)
    assert '"documents": 77' in check(tmp_path, ".", "-f", "json")[1]
