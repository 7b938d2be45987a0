"""What is written, and where: never through a link, and never half."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dispatch_lint.cli.exit import GRACE
from dispatch_lint.signals import ENDING
from tests.command import WAIT, interruptible
from tests.test_cli import run

WRONG = "kind: Secret\nname: a b\n"
FIXABLE = "kind: Secret\nnaem: a\n"
FIXED = "kind: Secret\nname: a\n"
FIX = ("check", "--fix", "--unsafe-fixes")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / ".git").mkdir(parents=True)
    (folder / "a.yaml").write_text(WRONG)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "victim").write_text("precious")
    return folder


def outside(tree: Path) -> dict[str, str]:
    folder = tree.parent / "outside"
    return {file.name: file.read_text() for file in folder.iterdir()}


WRITERS = {
    "check -f json -o {}": "report.json",
    "graph -o {}": "g.mmd",
    "check --write-baseline --baseline {}": "known.json",
    "store export -o {} --store refs.db": "all.jsonl",
    "store export --ledger {} --store refs.db": "ids.ledger",
}


@pytest.mark.parametrize("target", ["../outside/victim", "../outside/nothing", "/dev/zero"])
@pytest.mark.parametrize("command", WRITERS)
def test_a_link_that_leads_out_is_refused(command: str, target: str, tree: Path) -> None:
    assert run(tree, "store", "import", "a.yaml", "--store", "refs.db").returncode == 0
    name = WRITERS[command]
    (tree / name).symlink_to(target)
    result = run(tree, *command.format(name).split())
    assert result.returncode == 2 and b"Traceback" not in result.stderr
    assert name.encode() in result.stderr
    assert (tree / name).is_symlink() and outside(tree) == {"victim": "precious"}


@pytest.mark.parametrize("command", WRITERS)
def test_a_folder_that_is_a_link_that_leads_out(command: str, tree: Path) -> None:
    assert run(tree, "store", "import", "a.yaml", "--store", "refs.db").returncode == 0
    (tree / "linked").symlink_to("../outside")
    result = run(tree, *command.format(f"linked/{WRITERS[command]}").split())
    assert (result.returncode, outside(tree)) == (2, {"victim": "precious"})


def test_issues(tree: Path) -> None:
    (tree / "issues").mkdir()
    (tree / "issues" / "index.md").symlink_to("../../outside/victim")
    result = run(tree, "check", "-f", "issues", "-o", "issues")
    assert result.returncode == 2 and b"leads out of this folder" in result.stderr
    (tree / "linked").symlink_to("../outside")
    for folder in ("linked", "linked/issues"):
        assert run(tree, "check", "-f", "issues", "-o", folder).returncode == 2
    audit = run(tree, "audit", "a.yaml", "--output", "linked/audit")
    assert audit.returncode == 2 and b"leads out of this folder" in audit.stderr
    assert outside(tree) == {"victim": "precious"}


def test_a_report_takes_the_place_of_a_link_inside_the_tree(tree: Path) -> None:
    (tree / "source.txt").write_text("mine")
    (tree / "report.txt").symlink_to("source.txt")
    assert run(tree, "check", "-f", "concise", "-o", "report.txt").returncode == 1
    assert (tree / "source.txt").read_text() == "mine"
    assert not (tree / "report.txt").is_symlink()
    assert "name-format" in (tree / "report.txt").read_text()


@pytest.mark.parametrize("linked", [".vscode/settings.json", ".pre-commit-config.yaml",
                                    "dispatch-lint.toml", ".vscode/dispatch.schema.json"])  # fmt: skip
@pytest.mark.parametrize("target", ["outside/victim", "outside/nothing"])
def test_init_follows_no_link_out_of_the_tree(linked: str, target: str, tree: Path) -> None:
    (tree / "a.yaml").write_text(FIXED)
    (tree / linked).parent.mkdir(exist_ok=True)
    (tree / linked).symlink_to(tree.parent / target)
    result = run(tree, "init", "--yes")
    assert b"Traceback" not in result.stderr
    assert outside(tree) == {"victim": "precious"}


def test_init_follows_no_linked_folder_out_of_the_tree(tree: Path) -> None:
    (tree / "a.yaml").write_text(FIXED)
    (tree / ".vscode").symlink_to("../outside")
    result = run(tree, "init", "--yes")
    assert result.returncode == 2 and outside(tree) == {"victim": "precious"}


def test_schemas_are_not_written_through_links(tree: Path) -> None:
    (tree / "w.go").write_text("package x\n\n// W.\ntype W struct {\n\tBaseEntity\n}\n")
    (tree / "schemas" / "stored").mkdir(parents=True)
    (tree / "schemas" / "stored" / "W.schema.json").symlink_to("../../../outside/victim")
    result = run(tree, "schema", "generate", "--definitions", "w.go")
    assert result.returncode == 2 and outside(tree) == {"victim": "precious"}


def test_a_new_rule_is_not_written_through_a_link(tree: Path) -> None:
    (tree / "lint_rules").symlink_to("../outside")
    assert run(tree, "rules", "new", "my-rule").returncode == 2
    assert outside(tree) == {"victim": "precious"}


# --fix


def test_fix_of_a_link_inside_the_tree_replaces_its_target(tree: Path) -> None:
    (tree / "real.txt").write_text(FIXABLE)
    (tree / "a.yaml").unlink()
    (tree / "a.yaml").symlink_to("real.txt")
    assert run(tree, *FIX, "a.yaml").returncode == 0
    assert (tree / "a.yaml").is_symlink() and (tree / "real.txt").read_text() == FIXED


@pytest.mark.parametrize("command", [[*FIX, "a.yaml"], ["rename", "-/Secret/a", "b", "a.yaml"]])
def test_fix_of_a_link_out_of_the_tree_is_refused(command: list[str], tree: Path) -> None:
    victim = tree.parent / "outside" / "victim"
    victim.write_text(FIXABLE if command[0] == "check" else FIXED)
    before = victim.read_text()
    (tree / "a.yaml").unlink()
    (tree / "a.yaml").symlink_to("../outside/victim")
    result = run(tree, *command)
    assert result.returncode == 2 and b"leads out of this folder" in result.stderr
    assert victim.read_text() == before


def test_mode_and_owner_stay(tree: Path) -> None:
    file = tree / "a.yaml"
    file.write_text(FIXABLE)
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12346)
    before = file.stat()
    assert run(tree, *FIX, "a.yaml").returncode == 0
    after = file.stat()
    assert file.read_text() == FIXED and after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode, before.st_uid, before.st_gid
    )  # fmt: skip
    assert {entry.name for entry in tree.iterdir()} == {".git", "a.yaml"}


# Devices and pipes


@pytest.mark.parametrize("device", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_standard_output_by_name(device: str, into: str, tree: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "dispatch_lint",
        "check",
        "-f",
        "concise",
        "-o",
        device,
        "a.yaml",
    ]
    if into == "pipe":
        result = subprocess.run(command, cwd=tree, capture_output=True, check=False)
        out, error = result.stdout, result.stderr
    else:
        with (tree / "out").open("wb") as stream:
            stream.write(b"before\n")
            stream.flush()
            result = subprocess.run(
                command, cwd=tree, stdout=stream, stderr=subprocess.PIPE, check=False
            )
        out, error = (tree / "out").read_bytes(), result.stderr
        assert out.startswith(b"before\n")
    assert (result.returncode, error) == (1, b"") and b"name-format" in out


def test_standard_error_and_named_pipes(tree: Path) -> None:
    assert (
        b"name-format" in run(tree, "check", "-f", "concise", "-o", "/dev/stderr", "a.yaml").stderr
    )
    os.mkfifo(tree / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], cwd=tree, stdout=subprocess.PIPE)
    assert run(tree, "check", "-f", "concise", "-o", "pipe", "a.yaml").returncode == 1
    assert b"name-format" in reader.communicate(timeout=WAIT)[0]
    assert stat.S_ISFIFO((tree / "pipe").stat().st_mode)
    assert run(tree, "check", "-f", "json", "-o", "/dev/null", "a.yaml").returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_device_is_named(tree: Path) -> None:
    result = run(tree, "check", "-f", "json", "-o", "/dev/full", "a.yaml")
    assert result.returncode == 2
    assert result.stderr == b"dispatch-lint: /dev/full: No space left on device\n"


def limited(folder: Path, size: int, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command that cannot make a file larger than `size` bytes."""
    import resource

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # else the process ends
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [sys.executable, "-B", "-m", "dispatch_lint", *arguments], cwd=folder, capture_output=True,
        check=False, preexec_fn=limit,
    )  # fmt: skip


@pytest.mark.parametrize(("command", "name"), [
    (("check", "-f", "json", "-o", "report.json"), "report.json"),
    (("check", "--write-baseline", "--baseline", "known.json"), "known.json"),
    (FIX, "a.yaml"), (("rename", "-/Secret/s1", "other"), "a.yaml"), (("graph", "-o", "g.svg"), "g.svg"),
])  # fmt: skip
def test_a_full_disk_is_said_with_the_file(command: tuple[str, ...], name: str, tree: Path) -> None:
    text = "---\n".join([f"kind: Secret\nname: s{number}\ntagz: []\n" for number in range(1_000)])
    (tree / "a.yaml").write_text(text)
    result = limited(tree, 4096, *command)
    assert result.returncode == 2 and b"Traceback" not in result.stderr
    assert result.stderr.decode().endswith(f"{name}: File too large\n")
    assert (tree / "a.yaml").read_text() == text
    assert {entry.name for entry in tree.iterdir()} == {".git", "a.yaml"}


@pytest.mark.parametrize("command", [
    ("store", "import", "a.yaml", "--store", "new.db"), ("check", "-f", "issues", "-o", "new/folder"),
    ("schema", "generate", "--output", "new"), ("rules", "new", "a-b", "--directory", "new/folder"),
])  # fmt: skip
def test_on_a_full_disk_nothing_new_is_left(command: tuple[str, ...], tree: Path) -> None:
    before = {entry.name for entry in tree.iterdir()}
    (tree / "a.yaml").write_text("kind: Secret\nname: a\n")
    result = limited(tree, 0, *command)
    assert result.returncode == 2 and result.stderr.count(b"\n") == 1
    assert {entry.name for entry in tree.iterdir()} == before


# git


def test_git_runs_nothing_that_a_repository_names(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    folder = tmp_path / "tree"
    folder.mkdir()

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "w.go").write_text("package x\n\n// W.\ntype W struct {\n\tBaseEntity\n}\n")
    (folder / ".gitattributes").write_text("*.go filter=evil diff=evil\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "x")
    run_it = f"touch {marker}; cat"
    for key in ("core.fsmonitor", "core.pager", "pager.ls-tree", "filter.evil.smudge", "filter.evil.clean",
                "diff.evil.textconv", "core.sshCommand", "core.alternateRefsCommand", "tar.tar.gz.command"):  # fmt: skip
        git("config", key, run_it)
    (folder / ".git" / "hooks" / "post-index-change").write_text(f"#!/bin/sh\n{run_it}\n")
    (folder / ".git" / "hooks" / "post-index-change").chmod(0o755)
    result = run(folder, "schema", "diff", "HEAD:w.go", "w.go")
    assert (result.returncode, result.stderr) == (0, b"")
    assert not marker.exists()
    assert run(folder, "schema", "diff", f"--output={marker}:x", "w.go").returncode == 2
    assert not marker.exists()


# Signals

BLOCKS = """
import os, signal, sys, threading, time
from dispatch_lint.cli.exit import end_on_signals, run_and_exit
def work():
    end_on_signals()
    os.write(1, b"ready")
    {block}
    return 0
run_and_exit(work)
"""
BLOCKING = {
    "python": "while True: pass",
    "asleep": "time.sleep(1800)",
    "caught": "\n    while True:\n        try: time.sleep(1800)\n        except BaseException: pass",
    "native": "import ctypes; ctypes.CDLL(None).sleep(1800)",
    "lock": "threading.Lock().acquire() and threading.Event().wait(1800)",
    "cleanup": "\n    try: time.sleep(1800)\n    finally: time.sleep(1800)",
    "a child": "import subprocess; subprocess.run(['sleep', '1800'])",
}


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("block", BLOCKING)
def test_every_run_ends_soon_after_a_signal(block: str, number: int) -> None:
    with interruptible():
        run = subprocess.Popen(
            [sys.executable, "-c", BLOCKS.format(block=BLOCKING[block])], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
    assert run.stdout is not None and run.stdout.read(5) == b"ready"
    time.sleep(0.2)
    run.send_signal(number)
    _, error = run.communicate(timeout=WAIT)  # also of a child, which has the same pipes
    assert run.returncode == 128 + number and b"Traceback" not in error


def modified(folder: Path) -> list[int]:
    """When the files that are to be fixed were written."""
    return [file.stat().st_mtime_ns for file in sorted(folder.glob("f*.yaml"))]


def test_a_signal_during_a_fix_leaves_no_temporary_file(tree: Path) -> None:
    for number in range(300):
        (tree / f"f{number}.yaml").write_text(f"kind: Secret\nnaem: s{number}\n")
    command = [sys.executable, "-m", "dispatch_lint", *FIX]
    chance = random.Random(5)
    interrupted = 0
    for trial in range(12):
        number = ENDING[trial % len(ENDING)]
        before = modified(tree)
        with interruptible():
            run = subprocess.Popen(
                command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        while run.poll() is None and modified(tree) == before:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.1))
        sent = time.monotonic()
        run.send_signal(number)
        _, error = run.communicate(timeout=WAIT)
        assert b"Traceback" not in error
        interrupted += run.returncode == 128 + number
        left = list(tree.glob(".f*"))
        # What a disk or a busy machine delays for longer is ended as it is.
        assert not left or time.monotonic() - sent > GRACE
        for file in left:
            file.unlink()
        for index in range(300):
            text = (tree / f"f{index}.yaml").read_text()
            assert text in (f"kind: Secret\nnaem: s{index}\n", f"kind: Secret\nname: s{index}\n")
            (tree / f"f{index}.yaml").write_text(f"kind: Secret\nnaem: s{index}\n")
    assert interrupted
