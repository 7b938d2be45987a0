"""Runs a case with one of the two versions, and writes down all that it did."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.golden.case import Case, Step

TIMEOUT = 300
"""Seconds that a command may take."""
_TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
# What is written beside a file before it takes its place.
_TEMPORARY = re.compile(r"(/\.[\w.-]+\.)[a-z0-9_]{8}(?=['\"\s])")
_PROGRESS = re.compile(r"\r *(\[Stage[^\r\n]*)?")
_SPARK_NOISE = re.compile(r"\.crc$|/_SUCCESS$|\._SUCCESS")


@dataclass(frozen=True)
class Side:
    """One of the two versions.

    Attributes:
        label: `base` or `head`; the length of both is the same, so that tables look the same.
        command: the program.
        version: as it tells it.
    """

    label: str
    command: Path
    version: str

    @property
    def python(self) -> Path:
        """The Python that the version is installed for."""
        return self.command.parent / "python"


def side_of(label: str, command: Path) -> Side:
    """A version that is installed."""
    result = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    return Side(label, command, result.stdout.split()[-1])


@dataclass(frozen=True)
class Room:
    """The folder in which all cases run.

    Attributes:
        path: the folder: `inputs`, a folder for each version, whole `records`, and `failed`.
        started: when the run began; times from then on are normalised.
    """

    path: Path
    started: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(seconds=2))

    def prepare(self) -> None:
        """Make the folder; a search for settings or repositories does not leave it."""
        for name in ("inputs", "base", "head", "home", ".git"):
            (self.path / name).mkdir(parents=True, exist_ok=True)

    def fill(self, case: Case, folder: Path) -> None:
        """Write the inputs of a case into a new folder."""
        shutil.rmtree(folder, ignore_errors=True)
        if case.folder:
            shutil.copytree(self.path / "inputs" / case.folder, folder, symlinks=True)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in case.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogatepass"))

    def record(self, case: Case, side: Side) -> str:
        """Run a case with a version; returns everything that can be observed, normalised."""
        folder = self.path / side.label / case.folder_name
        self.fill(case, folder)
        before = _snapshot(folder)
        cache = folder.with_name(folder.name + ".cache")
        environment = {**self.environment(), **case.environment,
                       "DISPATCH_LINT_CACHE_DIR": str(cache)}  # fmt: skip
        parts = [_run(step, side, folder, environment, case.spark) for step in case.steps]
        parts += _changes(before, _snapshot(folder))
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cache, ignore_errors=True)
        record = self._normalised("".join(parts), folder, cache, side)
        written = self.path / "records" / case.folder_name / f"{side.label}.txt"
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(record.encode("utf-8", "surrogateescape"))
        return record

    def environment(self) -> dict[str, str]:
        """The variables of each command: nothing of whoever runs this."""
        passed_on = ("PATH", "JAVA_HOME", "LD_LIBRARY_PATH", "TMPDIR")
        return {name: os.environ[name] for name in passed_on if name in os.environ} | {
            "HOME": str(self.path / "home"), "LANG": "C.UTF-8", "COLUMNS": "100", "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1", "DISPATCH_LINT_TRUST": "1", "SPARK_LOCAL_IP": "127.0.0.1",
        }  # fmt: skip

    def repeat(self, case: Case, side: Side) -> str:
        """The commands that repeat a case by hand, in a folder that is written for it."""
        folder = self.path / "failed" / case.folder_name / side.label
        self.fill(case, folder)
        lines = [f"cd {shlex.quote(str(folder))}"]
        shown = {**case.environment,
                 "DISPATCH_LINT_CACHE_DIR": "$(mktemp -d)"}  # fmt: skip
        assignments = " ".join(f"{name}={value}" for name, value in shown.items())
        for number, step in enumerate(case.steps):
            line = f"{assignments} {side.command} {shlex.join(step.arguments)}"
            if step.stdin:
                text = folder.parent / f"stdin-{number}"
                text.write_bytes(step.stdin)
                line += f" < {shlex.quote(str(text))}"
            lines.append(line)
        return "\n    ".join(lines)

    def _normalised(self, record: str, folder: Path, cache: Path, side: Side) -> str:
        venv = side.command.parent.parent
        for path, name in ((cache, "CACHE"), (folder, "HERE"), (self.path, "ROOM"), (venv, "VENV")):
            record = record.replace(str(path), name)
        record = _TEMPORARY.sub(r"\1TEMPORARY", record)
        record = record.replace(side.version, "VERSION")
        ended = datetime.now(UTC)

        def moment(match: re.Match[str]) -> str:
            try:
                time = datetime.fromisoformat(match[0].replace("Z", "+00:00"))
            except ValueError:
                return match[0]
            time = time if time.tzinfo else time.replace(tzinfo=UTC)
            return "NOW" if self.started <= time <= ended else match[0]

        return _TIME.sub(moment, record)


def _run(
    step: Step, side: Side, folder: Path, environment: Mapping[str, str], spark: bool
) -> str:  # fmt: skip
    command = [str(side.command), *step.arguments]
    try:
        result = subprocess.run(
            command, cwd=folder, env=environment, input=step.stdin, capture_output=True,
            timeout=TIMEOUT, check=False,
        )  # fmt: skip
        code, out, error = str(result.returncode), result.stdout, result.stderr
    except subprocess.TimeoutExpired as expired:
        code, out, error = f"none after {TIMEOUT} s", expired.stdout or b"", expired.stderr or b""
    said = _text(error)
    if spark:  # what the virtual machine says is its own affair
        said = _PROGRESS.sub("", said)
        said = "\n".join(line for line in said.split("\n") if "WARN" not in line)
    return (
        f"$ dispatch-lint {shlex.join(step.arguments)}\n--- exit code {code}\n"
        f"--- standard output\n{_text(out)}--- standard error\n{said}"
    )


def _snapshot(folder: Path) -> dict[str, bytes]:
    """The content of all files; of those of git nothing."""
    found: dict[str, bytes] = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            file = Path(parent, name)
            if file.is_symlink():
                found[str(file.relative_to(folder))] = b"link to " + os.fsencode(file.readlink())
            elif file.is_file():
                found[str(file.relative_to(folder))] = file.read_bytes()
    return found


def _changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """What the commands did to files. The parts that Spark writes count as one file, in any order."""
    parts: dict[str, str] = {}
    for name in sorted({*before, *after}):
        data = after.get(name)
        if data == before.get(name) or _SPARK_NOISE.search(name):
            continue
        if data is None:
            parts[name] = "is gone\n"
            continue
        text = _text(data) if b"\0" not in data else "(no text)\n"
        if Path(name).name.startswith("part-"):
            whole = str(Path(name).parent / "part-*")
            lines = sorted((parts.get(whole, "") + text).splitlines(keepends=True))
            parts[whole] = "".join(lines)
        else:
            parts[name] = text
    return [f"=== file {name}\n{text}" for name, text in sorted(parts.items())]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
