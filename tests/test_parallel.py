"""Several processes: the same report as one, and an end without leftovers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import check

if TYPE_CHECKING:
    from dispatch_lint.old.outcome import Summary

TEXTS = [
    "kind: Secret\nname: s{n}\n",
    "kind: Function\nname: f{n}\nimage: i{m}\nstatus: ready\nsecrets: [s{m}, t]\n",
    "kind: Image\nname: i{m}\nbaseImageName: b\n",
    "kind: Function\nname: a b\nimage: 'acme/Image/x'  # dispatch-lint: ignore[foreign-key-value]\n",
    "kind: Secret\nname: [\n",
    "kind: Widget\nname: w{n}\n---\n{{kind: Pod, apiVersion: v1}}\n---\nkind: Secret\nname: s{m}\n",
    "openapi: 3.0.0\ncomponents: {{schemas: {{}}}}\n",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number in range(140):
        text = TEXTS[number % len(TEXTS)].format(n=number, m=number // 20)
        (tmp_path / f"f{number:03}.yaml").write_text(text)
    (tmp_path / "latin.yaml").write_bytes(b"kind: Secret\nname: \xe9\n")
    rows = [{"kind": "Application", "name": "a", "id": "1", "organizationId": "acme"}] * 3
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def found_here(jobs: int) -> tuple[list[str], Summary]:
    """What a run of this process finds in the working directory."""
    from dispatch_lint.api import make_run
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.discover import discover

    result = make_run(Settings()).check(discover(["."], Settings()), jobs)
    return [f"{one.place} {one.rule} {one.message}" for one in result.violations], result.summary


@pytest.mark.parametrize("arguments", [
    ("-f", "json"), ("-f", "full"), ("--list-files",), ("--statistics", "-q"),
])  # fmt: skip
def test_the_report_is_the_same_for_every_number_of_jobs(
    arguments: tuple[str, ...], project: Path
) -> None:
    one, *others = (check(project, ".", *arguments, "-j", str(jobs)) for jobs in (1, 2, 5, 0))
    assert one[0] == (0 if "--list-files" in arguments else 2) or "latin.yaml" in one[2]
    assert "latin.yaml: line 2 is not UTF-8" in one[2]
    assert all(other == one for other in others)


def test_a_large_file_is_left_to_one_process(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch_lint.old import parallel

    monkeypatch.chdir(project)
    expected = found_here(1)
    monkeypatch.setattr(parallel, "LARGE", 100)
    assert found_here(1) == found_here(3) == expected
    assert len(expected[0]) > 100


def test_facts_that_go_to_disk_are_judged_alike(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = check(project, ".", "-f", "json", "-j", "3")
    monkeypatch.setattr("dispatch_lint.facts.FactTable.__init__.__defaults__", (50,))
    assert check(project, ".", "-f", "json", "-j", "1") == before


def processes_of(group: int) -> list[str]:
    """The processes of a group that are still there."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True,
                            check=True).stdout.splitlines()  # fmt: skip
    return [
        line
        for line in listed
        if line.split()[0] == str(group) and not line.split()[1].startswith("Z")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes as Linux lists them")
@pytest.mark.parametrize(("number", "code"), [
    (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9),
])  # fmt: skip
def test_an_interrupted_run_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    for index in range(300):
        text = "".join(
            f"---\nkind: Function\nname: f{index}-{n}\nimage: &i x\n" for n in range(300)
        )
        (tmp_path / f"f{index}.yaml").write_text(text)
    (tmp_path / "report.json").write_text("as it was")
    # What a shell runs in the background is deaf to SIGINT, and all that it starts.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    run = subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", "check", ".", "-j", "2", "-f", "json", "-o", "report.json"],
        cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    signal.signal(signal.SIGINT, heard)
    deadline = time.monotonic() + 20
    while len(processes_of(run.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(run.pid, number)
    _, error = run.communicate(timeout=30)
    assert run.returncode == code
    assert b"Traceback" not in error
    while processes_of(run.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(run.pid) == []
    assert (tmp_path / "report.json").read_text() == "as it was"
    assert not list(tmp_path.glob(".report*"))


@pytest.mark.parametrize("slow", ["this", "others"])
def test_the_report_is_the_same_whichever_process_checks_what(
    slow: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch_lint.old import parallel

    lines = [{"kind": "Secret", "name": f"n{n % 9} ", "id": f"i{n % 70}"} for n in range(300)]
    (project / "many.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    monkeypatch.chdir(project)
    expected = found_here(1)
    this, check_piece = os.getpid(), parallel._Checker.check
    taken: list[int] = []

    def check_late(checker: parallel._Checker, piece: parallel.Piece) -> parallel._Found:
        taken.append(1)
        if (slow == "this") is (os.getpid() == this) and len(taken) > 1:
            time.sleep(0.3 if slow == "this" else 2)
        return check_piece(checker, piece)

    monkeypatch.setattr(parallel._Checker, "check", check_late)
    assert found_here(3) == expected
    # What this process did itself: the first piece and hardly another, or nearly all.
    assert len(taken) < 6 if slow == "this" else len(taken) > 6


@pytest.mark.parametrize("more", [0, 1])
def test_without_further_processes_those_that_there_are_do_it_all(
    more: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    expected = found_here(1)
    fork, asked = os.fork, []

    def refuse() -> int:
        asked.append(1)
        if len(asked) > more:
            raise BlockingIOError("Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", refuse)
    before = len([*Path("/dev/fd").iterdir()])
    assert found_here(4) == expected
    assert len([*Path("/dev/fd").iterdir()]) == before
    assert len(asked) == more + 1


@pytest.mark.parametrize("room", [4096, 1 << 20])
def test_nobody_waits_for_a_pipe_that_is_full(
    room: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit waits with the process that sends it, and comes whole."""
    from dispatch_lint.old import parallel

    text = "---\n".join(f"kind: Secret\nname: secret-{number}\n" for number in range(3_000))
    for number in range(4):
        (project / f"long{number}.yaml").write_text(text.replace("secret", f"s{number}"))
    monkeypatch.chdir(project)
    expected = found_here(1)
    monkeypatch.setattr(parallel, "_PIPE", room)
    assert found_here(3) == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n" * 1)
    command = [sys.executable, "-m", "dispatch_lint", "check", "a.yaml"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        run = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=30)
    assert (run.returncode, run.stderr) == (
        2, b"dispatch-lint: [Errno 28] No space left on device\n",
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_an_error_is_said_also_where_nothing_can_be_opened() -> None:
    script = (
        "import resource; from dispatch_lint.leaving import leave_after\n"
        "def work():\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n"
        "    open('a.yaml')\n"
        "leave_after(work)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"dispatch-lint: [Errno 24] Too many open files: 'a.yaml'\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no signal waits there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_the_native_validator_is_imported(number: int, tmp_path: Path) -> None:
    (tmp_path / "jsonschema_rs.py").write_text(
        f"import os\nos.kill(os.getpid(), {number:d})\nclass Draft7Validator: pass\n"
    )
    script = (
        "import signal, sys\n"
        "from dispatch_lint.schema.native import native_validator\n"
        "signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "try:\n    native_validator()\n"
        "except KeyboardInterrupt:\n    print(sys.modules['jsonschema_rs'].Draft7Validator)\n"
        "print(native_validator())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=30, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (run.stdout, run.stderr) == ("<class 'jsonschema_rs.Draft7Validator'>\n" * 2, "")


def test_a_process_that_ends_early_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from dispatch_lint.model.errors import InputError
    from dispatch_lint.old import parallel
    from dispatch_lint.old.engine import Run
    from dispatch_lint.old.file_check import check_files

    this = os.getpid()

    def end(run: Run, numbers: Sequence[int], at_most: int | None = None) -> list[int]:
        if os.getpid() != this:
            os._exit(1)
        time.sleep(0.1)  # the others have begun
        return check_files(run, numbers, at_most)

    monkeypatch.chdir(project)
    monkeypatch.setattr(parallel, "check_files", end)
    with pytest.raises(InputError, match="ended before"):
        found_here(3)
