"""Several processes: the same report as one, and an end without leftovers."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.api import lint, make_checker, sources_of
from dispatch_lint.config.limits import Limits
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.engine import parallel
from dispatch_lint.engine.checker import Checker
from dispatch_lint.engine.parallel import check_sources
from dispatch_lint.engine.run import finish, run
from dispatch_lint.engine.summary import Result
from dispatch_lint.index.groups import Row
from dispatch_lint.index.index import Index
from dispatch_lint.model.errors import InputError
from dispatch_lint.rule import CatalogueView, EntityView, Finding, NoOptions, Rule
from dispatch_lint.store import import_reading
from dispatch_lint.store.entity_store import Filter
from dispatch_lint.store.importing import ImportRefused, import_sources
from dispatch_lint.store.opening import open_for_writing
from tests.command import WAIT, interruptible
from tests.test_cli import check
from tests.test_merging import JSON_LINES, YAML

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


def test_the_rows_of_a_large_source_go_into_the_index_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store is one piece of work: the report of a million entities would not fit into memory."""
    images = "".join(f"---\nkind: Image\nname: i{n % 90}\nbaseImageName: b\n" for n in range(100))
    (tmp_path / "a.yaml").write_text(images)
    most, add = 0, Index.add

    def noted(index: Index, source: int, rows: list[tuple[str, int, Row]]) -> None:
        nonlocal most
        most = max(most, len(rows))
        add(index, source, rows)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Index, "add", noted)
    whole = [*lint("a.yaml")]
    assert most > 100
    most = 0
    monkeypatch.setattr(parallel, "MANY_ROWS", 20)
    assert [*lint("a.yaml")] == whole and 20 <= most < 40


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


def checker_with(rule: type[Rule]) -> Checker:
    """A checker of all rules and a further one."""
    settings = Settings()
    full = make_checker(settings)
    return Checker(
        settings,
        full.catalogue,
        [*full.rules, rule(NoOptions(), settings, CatalogueView(full.catalogue))],
    )


def without_readings(result: Result) -> Result:
    """A result less what was read: of lines that are read together there is one reading."""
    return result._replace(readings={})


@pytest.mark.parametrize("size", [1, 100, 3_000])
@pytest.mark.parametrize("limit", [3, 1_000])
def test_lines_of_one_file_are_checked_by_several_processes(
    size: int, limit: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    lines = [line for line in JSON_LINES if b"{" in line] * 5
    (project / "many.jsonl").write_bytes(b"\n".join(lines))
    checker = make_checker(Settings(limits=Limits(violations_per_file=limit)))
    sources = sources_of(["."], checker.settings)
    report = check_sources(checker, sources, 3, lines_bytes=size)
    kept = [located for part in report.reports for located in part.violations if part.lines]
    folds = sum(bool(located.fold) for located in kept)
    assert len(kept) - folds <= 2 * limit  # of two files: the others are only counted
    found = finish(checker, sources, sources, report)
    assert without_readings(found) == without_readings(run(checker, sources))


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_line_that_is_too_long_leaves_what_stands_before_it(jobs: int, project: Path) -> None:
    lines = ['{"kind": "Secret", "name": "a b"}'] * 3
    long = json.dumps({"kind": "Secret", "name": "x" * (1 << 20)})
    (project / "long.jsonl").write_text("\n".join([*lines, long, *lines]))
    (project / "dispatch-lint.toml").write_text("[limits]\ndocument-size = 1\n")
    code, out, error = check(project, "long.jsonl", "f000.yaml", "-f", "json", "-j", str(jobs))
    assert code == 2 and "long.jsonl:4: the line is larger than 1 MiB" in error
    report = json.loads(out)
    assert [violation["line"] for violation in report["violations"]] == [1, 2, 2, 3, 3]
    assert (report["summary"]["documents"], report["summary"]["files"]) == (4, 1)


def test_a_rule_that_raises_is_named_alike_by_several_processes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Raising(Rule):
        name, summary = "raising", "raising"

        def check_field(self, field: object) -> Iterator[Finding]:
            raise ValueError("of a field")

    monkeypatch.chdir(project)
    results = [
        run(checker_with(Raising), sources_of(["."], Settings()), jobs=jobs) for jobs in (1, 3)
    ]
    problems = results[0].summary.problems
    [problem] = [one for one in problems if "in the rule raising" in one]
    assert "ValueError: of a field (" in problem and "further documents)" in problem
    assert results[0] == results[1]


@pytest.mark.parametrize("begun", [0, 1])
def test_a_run_does_without_processes_that_cannot_begin(
    begun: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    checker = make_checker(Settings())
    sources = sources_of(["."], Settings())
    expected = run(checker, sources)
    fork: Callable[[], int] = os.fork
    asked = []

    def refuse() -> int:
        asked.append(1)
        if len(asked) > begun:
            raise BlockingIOError("Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", refuse)
    assert run(checker, sources, jobs=4) == expected
    assert len(asked) == begun + 1
    deadline = time.monotonic() + WAIT
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []


@pytest.fixture
def to_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files and lines that can be imported, some of which are no entities."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(import_reading, "_CHUNK_BYTES", 200)
    rows = [
        {"kind": "Secret", "id": f"{n}", "name": f"s{n % 50}", "organizationId": "acme"}
        for n in range(60)
    ]
    lines = [json.dumps(row).encode() for row in rows]
    lines[7:7] = [b"", b'{"kind":"Pod"}', b'{"kind":"Image","name":"i","baseImageName":"b"}']
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(lines))
    for number in range(20):
        text = f"kind: Function\nname: f{number // 2}\nimage: i{number}\n---\nno: entity\n"
        (tmp_path / f"f{number:02}.yaml").write_text(text)
    (tmp_path / "a.go").write_text("package a\n")
    return tmp_path


def imported(jobs: int, **options: Any) -> tuple[Any, list[Any]]:
    """What an import of the working directory says, and what the store then has."""
    Path("store.db").unlink(missing_ok=True)
    store = open_for_writing("sqlite:///store.db")
    with store.transaction():
        pass
    sources = sources_of(["."], Settings())
    try:
        answer: Any = import_sources(
            store,
            sources,
            make_checker(Settings()).classifier,
            jobs=jobs,
            now="2026-01-01T00:00:00Z",
            batch=7,
            **options,
        )
    except (ImportRefused, InputError) as error:
        answer = str(error)
    return answer, [*store.entities(Filter()), *store.ledger_entries()]


def test_an_import_is_the_same_for_every_number_of_processes(to_import: Path) -> None:
    one = imported(1)
    (counts, skipped), rows = one
    assert (counts.added, skipped) == (61, 21) and len(rows) == 121
    assert all(imported(jobs) == one for jobs in (2, 5))
    (to_import / "more.jsonl").write_bytes(b"\n".join(JSON_LINES))
    for expected in ("more.jsonl:13", "y7.yaml: line 1 is not UTF-8"):
        refused = imported(1)
        assert expected in refused[0] and refused[1] == []
        assert all(imported(jobs) == refused for jobs in (2, 5))
        for number, text in enumerate(YAML):
            (to_import / f"y{number}.yaml").write_bytes(text)


def test_an_import_does_without_processes_that_cannot_begin(
    to_import: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    one = imported(1)
    monkeypatch.setattr(os, "fork", refuse)
    assert imported(4) == one


def test_an_import_whose_reader_is_killed_imports_nothing(
    to_import: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    this, read = os.getpid(), read_source

    def killed(source: Source, *options: Any, **more: Any) -> Any:
        if os.getpid() != this and source.name == "f13.yaml":
            os.kill(os.getpid(), signal.SIGKILL)
        return read(source, *options, **more)

    monkeypatch.setattr(import_reading, "read_source", killed)
    answer, rows = imported(3)
    assert "a worker process was killed" in answer and rows == []


def test_a_process_that_is_killed_is_one_error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    this = os.getpid()

    class Killing(Rule):
        name, summary = "killing", "killing"

        def check_entity(self, entity: EntityView) -> Iterator[Finding]:
            if os.getpid() != this and entity.file == "f077.yaml":
                os.kill(os.getpid(), signal.SIGKILL)
            return iter(())

    monkeypatch.chdir(project)
    with pytest.raises(InputError, match="a worker process was killed"):
        run(checker_with(Killing), sources_of(["."], Settings()), jobs=3)


def processes_of(group: int) -> list[str]:
    """The processes of a group that are still there."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True,
                            check=True).stdout.splitlines()  # fmt: skip
    return [
        line
        for line in listed
        if line.split()[0] == str(group) and not line.split()[1].startswith("Z")
    ]


def interrupted(folder: Path, *arguments: str, number: int, processes: int) -> int:
    """Send a signal to a check in two processes, once so many of the program run.

    Returns:
        Its exit code; it leaves no process behind.
    """
    with interruptible():
        run = subprocess.Popen(
            [sys.executable, "-m", "dispatch_lint", "check", ".", "--trust", "-j", "2", *arguments],
            cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    while len(processes_of(run.pid)) < processes and run.poll() is None:
        time.sleep(0.01)
    os.kill(run.pid, number)
    _, error = run.communicate(timeout=WAIT)
    assert b"Traceback" not in error
    deadline = time.monotonic() + WAIT
    while processes_of(run.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(run.pid) == []
    return run.returncode


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
    report = ("-f", "json", "-o", "report.json")
    assert interrupted(tmp_path, *report, number=number, processes=2) == code
    assert (tmp_path / "report.json").read_text() == "as it was"
    assert not list(tmp_path.glob(".report*"))


SLEEPS = """
import time
from dispatch_lint.rule import Rule
class Sleeps(Rule):
    "It sleeps."
    name = "sleeps"
    summary = "sleeps"
    def check_entity(self, entity):
        time.sleep(1800)
        return ()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes as Linux lists them")
def test_an_interrupted_run_does_not_wait_for_what_is_being_checked(tmp_path: Path) -> None:
    (tmp_path / "sleeps.py").write_text(SLEEPS)
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['sleeps.py']\n")
    for index in range(40):
        (tmp_path / f"f{index}.yaml").write_text("kind: Secret\nname: s\n")
    assert interrupted(tmp_path, number=signal.SIGINT, processes=3) == 130


CUT_SHORT = """
import os, signal, weakref
from dispatch_lint.cli.exit import end_on_signals, run_and_exit

class Pool:
    "Something of which a signal finds one half."

def work():
    end_on_signals()
    pool = Pool()
    remains = weakref.ref(pool, lambda _: remains.half)
    os.kill(os.getpid(), signal.SIGTERM)
    return 0

run_and_exit(work)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_what_a_signal_cuts_short_prints_no_traceback() -> None:
    run = subprocess.run([sys.executable, "-c", CUT_SHORT], capture_output=True, timeout=WAIT)
    assert (run.returncode, run.stderr) == (143, b"")


HELD = """
import os, signal, time
from dispatch_lint.cli.exit import end_on_signals, run_and_exit
from dispatch_lint.signals import held

def work():
    end_on_signals()
    with held():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)
        print("held", flush=True)
    print("never")

run_and_exit(work)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_signal_that_is_held_waits_whatever_threads_there_are() -> None:
    run = subprocess.run([sys.executable, "-c", HELD], capture_output=True, timeout=WAIT)
    assert (run.returncode, run.stdout, run.stderr) == (143, b"held\n", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n" * 1)
    command = [sys.executable, "-m", "dispatch_lint", "check", "a.yaml"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        run = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=WAIT
        )
    assert (run.returncode, run.stderr) == (
        2, b"dispatch-lint: standard output: No space left on device\n",
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_an_error_is_said_also_where_nothing_can_be_opened() -> None:
    script = (
        "import resource; from dispatch_lint.cli.exit import run_and_exit\n"
        "def work():\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n"
        "    open('a.yaml')\n"
        "run_and_exit(work)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=WAIT)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"dispatch-lint: a.yaml: Too many open files\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no signal waits there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_the_native_validator_is_imported(number: int, tmp_path: Path) -> None:
    (tmp_path / "jsonschema_rs.py").write_text(
        f"import os\nos.kill(os.getpid(), {number:d})\nclass Draft7Validator: pass\n"
    )
    script = (
        "import signal, sys\n"
        "from dispatch_lint.schema.native import native_validator\n"
        f"signal.signal({number:d}, signal.default_int_handler)\n"
        "try:\n    native_validator()\n"
        "except KeyboardInterrupt:\n    print(sys.modules['jsonschema_rs'].Draft7Validator)\n"
        "print(native_validator())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=WAIT, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (run.stdout, run.stderr) == ("<class 'jsonschema_rs.Draft7Validator'>\n" * 2, "")
