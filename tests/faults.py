"""`python -m tests.faults [SECONDS]`: what is left when a command is killed, or the disk is full.

After each fault: the exit code is documented, there is no traceback, no temporary file and no
process is left, and every file is in its old state or in its new one. A failure names its seed.
"""

from __future__ import annotations

import collections
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from dispatch_lint.signals import ENDING
from tests.hostile_inputs import rows

FILES = 60
COMMANDS: Mapping[str, list[str]] = {
    "import": ["store", "import", "rows.jsonl", "--store", "refs.db"],
    "archive": ["store", "export", "--all", "-o", "all.jsonl", "--store", "refs.db"],
    "fix": ["check", "--fix", "--unsafe-fixes", "."],
    "rename": ["rename", "-/Image/shared", "other"],
    "baseline": ["check", "--write-baseline", "--baseline", "known.json", "."],
    "report": ["check", "-f", "json", "-o", "report.json", "."],
    "init": ["init", "--yes"],
    "check": ["check", ".", "--store", "refs.db", "-j", "2"],
}
# A signal before the modules are imported ends a process as it ends any other.
_EXITS = {
    0, 1, 2, -signal.SIGKILL, *(128 + number for number in ENDING), *(-number for number in ENDING)
}  # fmt: skip


def fill(folder: Path) -> None:
    """Write the project that the commands are about."""
    for number in range(FILES):
        (folder / f"f{number}.yaml").write_text(
            f"kind: Function\nnaem: f{number}\nimage: shared\n---\nkind: Secret\nname: s{number}\n"
        )
    (folder / "image.yaml").write_text("kind: Image\nname: shared\nbaseImageName: b\n")
    (folder / "rows.jsonl").write_text(rows(300))
    run(folder, ["store", "import", "rows.jsonl", "--store", "refs.db"])
    (folder / "rows.jsonl").write_text(rows(9_000))  # several processes read so many


def run(
    folder: Path, arguments: list[str], limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dispatch_lint", *arguments], cwd=folder, capture_output=True,
        check=False, preexec_fn=limit, timeout=120,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file; of a store what it holds, which its pages need not show."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".db" and not file.name.endswith("-journal"):
            found[str(file.relative_to(folder))] = file.read_bytes()
    if (folder / "refs.db").exists():
        export = run(folder, ["store", "export", "--store", "refs.db"])
        found["refs.db"] = export.stdout if export.returncode == 0 else export.stderr
    return found


# Faults: each runs a command, and returns its exit code and standard error


def killed(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", *command], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    time.sleep(seconds * chance.uniform(0.2, 1.0))
    number = chance.choice([*ENDING, signal.SIGKILL])
    process.send_signal(number)
    start = time.monotonic()
    _, error = process.communicate(timeout=60)
    # Two seconds are promised; on a busy machine everything takes longer, the command itself too.
    patience = max(3, 3 * seconds)
    if time.monotonic() - start > patience:
        return 999, b"it ended more than two seconds after the signal"
    with suppress(ProcessLookupError):
        while time.monotonic() - start < patience:
            time.sleep(0.1)
            os.killpg(process.pid, 0)
        return 998, b"a process is left"
    return process.returncode, error


def full(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    """No file can become larger than a limit."""
    size = chance.choice([0, 100, 4_096, 50_000, 200_000])

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    result = run(folder, command, limit)
    return result.returncode, result.stderr


def changing(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    """Files are written while they are read; in the end they are as they were."""
    before = {file: file.read_bytes() for file in folder.glob("f*.yaml")}
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", *command], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    while process.poll() is None:
        file = chance.choice(list(before))
        file.write_bytes(before[file] + b"# more\n")
        time.sleep(0.005)
    assert process.stderr is not None
    error = process.stderr.read()
    return process.returncode, error


def damaged(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    """Bytes of the store are others."""
    data = bytearray((folder / "refs.db").read_bytes())
    for _ in range(chance.choice([1, 3, 50])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (folder / "refs.db").write_bytes(data)
    result = run(folder, command)
    return result.returncode, result.stderr


FAULTS = {"killed": killed, "full": full, "changing": changing, "damaged": damaged}
_NOT_COMPARED = {"changing", "damaged"}
"""Faults that change files themselves."""


class Trial:
    """A project, and what each command makes of it when nothing goes wrong."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.project = room / "project"
        self.project.mkdir()
        fill(self.project)
        self.before = contents(self.project)
        self.after: dict[str, dict[str, bytes]] = {}
        self.seconds: dict[str, float] = {}
        for name, command in COMMANDS.items():
            folder = self.copy(name)
            start = time.monotonic()
            run(folder, command)
            self.seconds[name] = time.monotonic() - start
            self.after[name] = contents(folder)
            shutil.rmtree(folder)

    def copy(self, name: str) -> Path:
        folder = self.room / name
        shutil.copytree(self.project, folder)
        return folder

    def problem_of(self, seed: int) -> tuple[str, str]:
        """The fault of a seed, and what is wrong after it; nothing where all is right."""
        chance = random.Random(seed)
        name = chance.choice(list(COMMANDS))
        fault = chance.choice(list(FAULTS))
        folder = self.copy(f"{name}-{seed}")
        try:
            code, error = FAULTS[fault](folder, COMMANDS[name], chance, self.seconds[name])
            return f"{fault} {name}", self._wrong(folder, name, fault, code, error)
        finally:
            shutil.rmtree(folder)

    def _wrong(self, folder: Path, name: str, fault: str, code: int, error: bytes) -> str:
        text = error.decode("utf-8", "replace")
        if code not in _EXITS:
            return f"exit code {code}: {text}"
        if "Traceback" in text or "internal error: please" in text:
            return text
        if code != -signal.SIGKILL:
            left = [entry.name for entry in folder.rglob(".*") if entry.name not in _HIDDEN]
            if left:
                return f"temporary files are left: {left}"
        if fault in _NOT_COMPARED:
            return ""
        found = contents(folder)
        for file in found.keys() | self.before.keys():
            states = (self.before.get(file), self.after[name].get(file))
            is_temporary = Path(file).name.startswith(".") and Path(file).name not in _HIDDEN
            if found.get(file) not in states and not is_temporary:
                return f"{file} is neither old nor new: {found.get(file, b'')[-200:]!r}"
        return ""


_HIDDEN = {".vscode", ".pre-commit-config.yaml"}


def main(seconds: float, first: int) -> int:
    """Try faults until the time is over; the exit code is 1 where one leaves something wrong."""
    counts: collections.Counter[str] = collections.Counter()
    failed = 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-faults-") as room:
        trial = Trial(Path(room))
        seed = first
        while time.monotonic() - start < seconds:
            fault, problem = trial.problem_of(seed)
            counts[fault] += 1
            if problem:
                failed += 1
                print(f"seed {seed}, {fault}: {problem}", flush=True)
            seed += 1
    for fault, count in sorted(counts.items()):
        print(f"{fault:<18} {count:>5}")
    print(f"{sum(counts.values())} faults, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    numbers = [float(text) for text in sys.argv[1:]]
    sys.exit(main(numbers[0] if numbers else 60, int(numbers[1]) if numbers[1:] else 0))
