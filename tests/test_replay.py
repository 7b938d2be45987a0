"""What a check printed is printed again, and only where nothing has changed that it hung on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch_lint import cli
from dispatch_lint.__main__ import _work
from dispatch_lint.old import cache, looks, replay

BAD = "kind: Function\nname: a b\nimage: i\nstatus: ready\n"
Said = tuple[int, str, str]


class Runs:
    """Checks in a folder, and how often the command line was run for them."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._capsys, self._patch = capsys, patch
        run = cli.run

        def counted(one: replay.Replay | None = None) -> int:
            self.count += 1
            return run(one)

        patch.setattr(cli, "run", counted)

    def check(self, *arguments: str) -> Said:
        self._patch.setattr(sys, "argv", ["dispatch-lint", "check", *arguments])
        code = _work()
        return code, *self._capsys.readouterr()


@pytest.fixture
def runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Runs:
    """The project is `project` in `tmp_path`; no file of it is too young."""
    monkeypatch.setattr(looks, "_RACY", -(10**18))
    monkeypatch.setenv(looks.VARIABLE, str(tmp_path / "cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git/info").mkdir(parents=True)
    project = tmp_path / "project"
    (project / "deep/er").mkdir(parents=True)
    (project / "a.yaml").write_text(BAD)
    (project / "deep/er/b.yaml").write_text("kind: Secret\nname: s\n")
    monkeypatch.chdir(project)
    return Runs(capsys, monkeypatch)


def entries(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").glob("*.said"))


FORMATS = ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_is_printed_without_a_run(format_: str, runs: Runs) -> None:
    first = runs.check("-f", format_, "--statistics")
    assert first[0] == 1
    assert runs.check("-f", format_, "--statistics") == first
    assert runs.count == 1


@pytest.mark.parametrize("arguments", [
    (".", "-q"), ("a.yaml",), ("deep",), ("--list-files",), ("--exit-zero", "a.yaml", "deep"),
    ("--isolated", "--color", "always"), ("deep", "--index", "a.yaml", "--require-documents"),
])  # fmt: skip
def test_options_that_only_print_are_remembered(arguments: tuple[str, ...], runs: Runs) -> None:
    first = runs.check(*arguments)
    assert runs.check(*arguments) == first
    assert runs.count == 1


def test_where_there_is_nothing_to_check_that_is_said_again(runs: Runs) -> None:
    Path("empty").mkdir()
    first = runs.check("empty", "--require-documents")
    assert first[0] == 2
    assert "there is no entity document" in first[2]
    assert runs.check("empty", "--require-documents") == first
    assert runs.count == 1


CHANGES: dict[str, Callable[[], object]] = {
    "content": lambda: Path("a.yaml").write_text(BAD.replace("a b", "a c")),
    "a file more": lambda: Path("deep/c.yaml").write_text(BAD),
    "a file less": lambda: Path("deep/er/b.yaml").unlink(),
    "a file of another name": lambda: Path("a.yaml").rename("c.yaml"),
    "a folder more": lambda: Path("deep/new").mkdir(),
    "settings": lambda: Path("dispatch-lint.toml").write_text("ignore = ['schema']\n"),
    "settings of a project": lambda: Path("pyproject.toml").write_text(
        "[tool.dispatch-lint]\nignore = ['schema']\n"
    ),
    "settings above": lambda: Path("../dispatch-lint.toml").write_text("ignore = ['schema']\n"),
    "patterns": lambda: Path("deep/er/.gitignore").write_text("b.yaml\n"),
    "patterns above": lambda: Path("../.gitignore").write_text("deep\n"),
    "patterns of the repository": lambda: Path("../.git/info/exclude").write_text("deep\n"),
    "a repository": lambda: Path(".git").mkdir(),
    "no repository": lambda: Path("../.git").rename("../git"),
    "a module": lambda: Path("go.mod").write_text("module example.com/shop\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_judged_again(change: str, runs: Runs) -> None:
    Path("types.go").write_text("package p\n\ntype Wheel struct {\n\tBaseEntity\n}\n")
    runs.check()
    CHANGES[change]()
    found = runs.check()
    assert runs.count == 2
    assert runs.check("--no-cache") == found


def test_patterns_and_settings_that_change_count(runs: Runs) -> None:
    Path("dispatch-lint.toml").write_text("ignore = ['status-value']\n")
    Path(".gitignore").write_text("*.txt\n")
    first = runs.check()
    Path(".gitignore").write_text("deep/\n")
    second = runs.check()
    Path("dispatch-lint.toml").write_text("ignore = ['name-format']\n")
    third = runs.check()
    assert len({first, second, third}) == 3
    assert runs.count == 3


def test_a_settings_file_that_is_named_counts(runs: Runs) -> None:
    Path("other.toml").write_text("ignore = ['status-value']\n")
    first = runs.check("--config", "other.toml")
    assert runs.check("--config", "other.toml") == first
    Path("other.toml").write_text("ignore = ['name-format']\n")
    assert runs.check("--config", "other.toml") != first
    assert runs.count == 2


def test_a_baseline_counts(runs: Runs) -> None:
    runs.check("--baseline", "known.json", "--write-baseline")
    first = runs.check("--baseline", "known.json")
    assert first[0] == 0
    assert runs.check("--baseline", "known.json") == first
    assert runs.count == 2
    Path("known.json").unlink()
    assert runs.check("--baseline", "known.json")[0] == 2
    assert runs.count == 3


def test_the_code_counts(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tmp_path / "rule.py"
    code.write_text("# one\n")
    monkeypatch.setattr(cache, "code_files", lambda: [str(code)])
    runs.check()
    code.write_text("# other\n")
    runs.check()
    assert runs.count == 2
    monkeypatch.setattr(replay, "__version__", "0")
    runs.check()
    assert runs.count == 3


def test_all_code_and_where_packages_are_installed_is_watched() -> None:
    watched = {Path(one).resolve() for one in cache.code_files()}
    root = Path(cache.__file__).parent
    assert {root / "engine.py", root / "cli/check.py"} <= watched
    assert any(one.name == "unique_id.py" for one in watched)
    assert any(one.name == "base.go" for one in watched)
    assert {Path(one or ".").resolve() for one in sys.path} <= watched


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"])
def test_the_environment_counts(name: str, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runs.check("a.yaml")
    monkeypatch.setenv(name, "true")
    second = runs.check("a.yaml")
    assert runs.count == 2
    assert (first == second) == (name == "NO_COLOR")


def test_each_folder_and_command_line_has_its_own(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.check("b.yaml")
    runs.check("a.yaml")
    runs.check("a.yaml", "-q")
    monkeypatch.chdir("deep/er")
    assert runs.check("a.yaml")[0] == 2
    assert runs.check("b.yaml")[0] == 0
    assert runs.count == 5


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "nothing in it": lambda _: b"",
    "cut off": lambda entry: entry[:-9],
    "other words": lambda entry: entry.replace(b"status", b"sratus"),
    "no numbers": lambda _: looks.digest_of(b"a b\n").hexdigest().encode() + b"\na b\n",
    "too few parts": lambda _: looks.digest_of(b"0 1\n_").hexdigest().encode() + b"\n0 1\n_",
    "no text": lambda _: looks.digest_of(b"0 1\n\xff").hexdigest().encode() + b"\n0 1\n\xff",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_replaced_in_silence(damage: str, runs: Runs, tmp_path: Path) -> None:
    first = runs.check()
    [entry] = entries(tmp_path)
    whole = entry.read_bytes()
    entry.write_bytes(DAMAGES[damage](whole))
    assert entry.read_bytes() != whole
    assert runs.check() == first
    assert runs.count == 2
    assert entry.read_bytes() == whole


@pytest.mark.parametrize("arguments", [
    ("--no-cache",), ("--diff",), ("-f", "json", "-o", "out.json"), ("missing.yaml",),
    ("--add-ignore", "later"), ("--schemas", "schemas"), ("--definitions", "types.go"), ("deep", "-f", "local"),
])  # fmt: skip
def test_a_run_that_does_more_than_print_is_not_remembered(
    arguments: tuple[str, ...], runs: Runs, tmp_path: Path
) -> None:
    Path("types.go").write_text("package p\n\ntype Wheel struct {\n\tBaseEntity\n}\n")
    Path("schemas/stored").mkdir(parents=True)
    Path("schemas/stored/Wheel.schema.json").write_text('{"type": "object"}')
    try:
        runs.check("a.yaml", *arguments)
    except Exception as error:
        assert "local" in str(error)
    assert not entries(tmp_path)


def test_a_plugin_of_the_project_is_not_remembered(runs: Runs, tmp_path: Path) -> None:
    Path("rules").mkdir()
    Path("rules/local.py").write_text("# nothing\n")
    Path("dispatch-lint.toml").write_text("plugins = ['rules']\n")
    runs.check()
    assert not entries(tmp_path)


def test_what_cannot_be_read_is_not_remembered(runs: Runs, tmp_path: Path) -> None:
    Path("c.yaml").write_bytes(b"\xff\xfe\xff")
    assert runs.check()[0] == 2
    assert not entries(tmp_path)


def test_a_tree_with_links_is_not_remembered(runs: Runs, tmp_path: Path) -> None:
    Path("link.yaml").symlink_to("deep/er/b.yaml")
    runs.check()
    assert not entries(tmp_path)


def test_more_than_a_little_is_not_remembered(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "MOST", 100)
    first = runs.check()
    assert len(first[1]) > 100
    assert not entries(tmp_path)


def test_what_is_too_young_is_not_remembered(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may change again within one tick of the clock of the files."""
    monkeypatch.setattr(looks, "_RACY", 10**12)
    runs.check("--isolated", "a.yaml")
    assert not entries(tmp_path)
    monkeypatch.setattr(cache, "code_files", list)
    old = 1_000_000_000
    monkeypatch.setattr(looks, "_RACY", 0)
    os.utime("a.yaml", (old, old))  # the inode has changed now all the same
    runs.check("--isolated", "a.yaml")
    assert len(entries(tmp_path)) == 1
    Path("deep/c.yaml").write_text(BAD)
    looked = replay.Replay(["check", "deep"])
    watch = replay.Watch()
    look = looks.look_at(["deep/c.yaml"])
    time.sleep(0.05)  # more than a tick of the clock of files
    Path("deep/d.yaml").write_text(BAD)
    watch.files.append("deep")  # it changed after the run began
    looked.keep(replay.Printed(), 0, ["deep/c.yaml"], look, watch)
    assert len(entries(tmp_path)) == 1


def test_the_oldest_go_first(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "ENTRIES", 3)
    for number in range(5):
        runs.check("a.yaml", "--organization", f"o{number}")
    assert len(entries(tmp_path)) == 3


def test_names_that_are_no_text_are_remembered(runs: Runs) -> None:
    Path(os.fsdecode(b"c\xff.yaml")).write_text(BAD)
    first = runs.check("-f", "concise")
    assert runs.check("-f", "concise") == first
    assert runs.count == 1


def test_nothing_is_imported_that_a_replay_can_do_without() -> None:
    code = "import sys; before = set(sys.modules); import dispatch_lint.__main__; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    ours = {one for one in done.stdout.split() if one.startswith("dispatch_lint")}
    assert ours == {
        "dispatch_lint", "dispatch_lint.__main__", "dispatch_lint.leaving", "dispatch_lint.looks",
        "dispatch_lint.replay", "dispatch_lint.version",
    }  # fmt: skip
    assert not {"click", "json", "typing", "pathlib"} & set(done.stdout.split())


def test_only_the_user_can_read_what_was_said(runs: Runs, tmp_path: Path) -> None:
    runs.check()
    kept = list((tmp_path / "cache").iterdir())
    assert len(kept) == 2
    assert {one.stat().st_mode & 0o777 for one in kept} == {0o600}
