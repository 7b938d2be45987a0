"""`python -m tests.faults [SECONDS]`: what is left when a command is killed, or the disk is full.

Root tries small and read-only file systems where it may mount them; else files are limited, and
folders are made read-only.

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
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from dispatch_lint.signals import ENDING
from tests.hostile_inputs import rows

FILES = 60
COMMANDS: Mapping[str, list[str]] = {
    "import": ["store", "import", "rows.jsonl", "--store", "refs.db"],
    "new": ["store", "import", "rows.jsonl", "--store", "new.db"],
    "archive": ["store", "export", "--all", "-o", "all.jsonl", "--store", "refs.db"],
    "fix": ["check", "--fix", "--unsafe-fixes", "."],
    "rename": ["rename", "-/Image/shared", "other"],
    "baseline": ["check", "--write-baseline", "--baseline", "known.json", "."],
    "report": ["check", "-f", "json", "-o", "report.json", "."],
    "issues": ["check", "-f", "issues", "-o", "issues/all", "."],
    "init": ["init", "--yes"],
    "check": ["check", ".", "--store", "refs.db", "-j", "2"],
    "audit": ["audit", "few.jsonl", "--output", "audited", "-f", "jsonl", "--master", "local[1]",
              "--conf", "spark.sql.shuffle.partitions=2", "--conf", "spark.ui.enabled=false"],
}  # fmt: skip
_AUDIT_SECONDS = 20.0
_AUDIT_EVERY = 20
"""Java takes so long to start that an audit is only killed, once in so many seeds."""
_HAS_JAVA = shutil.which("java") is not None and find_spec("pyspark") is not None
TEMPORARY = "tmp"
"""The folder for temporary files, which is empty afterwards."""
_RESULTS = {TEMPORARY, "audited"}
"""Folders that are not compared: Spark names its files at random."""
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
    (folder / "few.jsonl").write_text(rows(20))
    (folder / TEMPORARY).mkdir()
    (folder / "rows.jsonl").write_text(rows(300))
    run(folder, ["store", "import", "rows.jsonl", "--store", "refs.db"])
    (folder / "rows.jsonl").write_text(rows(9_000))  # several processes read so many


def run(
    folder: Path, arguments: list[str], limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dispatch_lint", *arguments], cwd=folder, capture_output=True,
        check=False, preexec_fn=limit, timeout=120, env=environment(folder),
    )  # fmt: skip


def start(folder: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", *arguments], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True, env=environment(folder),
    )  # fmt: skip


def environment(folder: Path) -> dict[str, str]:
    """The environment of a command, with its own folder for temporary files."""
    temporary = str(folder / TEMPORARY)
    java = f"-Djava.io.tmpdir={temporary} -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    return {**os.environ, "TMPDIR": temporary, "SQLITE_TMPDIR": temporary,
            "SPARK_LOCAL_IP": "127.0.0.1", "JDK_JAVA_OPTIONS": java}  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file; of a store what it holds, which its pages need not show."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if name.parts[0] in _RESULTS or file.suffix == ".db" or file.name.endswith("-journal"):
            continue
        if file.is_file():
            found[str(name)] = file.read_bytes()
        elif file.is_dir():
            found[f"{name}/"] = b""
    for store in folder.glob("*.db"):
        export = run(folder, ["store", "export", "--store", store.name])
        if store.stat().st_size:  # else nothing was written into a new one
            found[store.name] = export.stdout if export.returncode == 0 else export.stderr
    return found


# Faults: each runs a command, and returns its exit code and standard error


def killed(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    process = start(folder, command)
    time.sleep(seconds * chance.uniform(0.2, 1.0))
    number = chance.choice([*ENDING, signal.SIGKILL])
    process.send_signal(number)
    sent = time.monotonic()
    _, error = process.communicate(timeout=60)
    # Two seconds are promised; on a busy machine everything takes longer, the command itself too.
    patience = max(3, 3 * seconds)
    if time.monotonic() - sent > patience:
        return 999, b"it ended more than two seconds after the signal"
    while _is_left(process.pid):
        if time.monotonic() - sent > patience:
            return 998, b"a process is left"
        time.sleep(0.1)
    return process.returncode, error


def _is_left(session: int) -> bool:
    """Whether a process of a session is left: the workers of Spark have groups of their own."""
    found = subprocess.run(["pgrep", "-s", str(session)], capture_output=True, check=False)
    return found.returncode == 0


def full(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    """The disk has no room, or little."""
    spare = chance.choice([0, 4_096, 50_000, 200_000, 1_000_000])
    aside = folder.with_suffix(".aside")
    folder.rename(aside)
    folder.mkdir()
    on_disk = mount("-t", "tmpfs", "tmpfs", str(folder))
    shutil.copytree(aside, folder, dirs_exist_ok=True)
    shutil.rmtree(aside)
    if not on_disk:
        return limited(folder, command, chance, seconds)
    mount("-o", f"remount,size={shutil.disk_usage(folder).used + spare}", str(folder))
    result = run(folder, command)
    mount("-o", "remount,size=64m", str(folder))  # for what looks at it
    return result.returncode, result.stderr


def mount(*arguments: str) -> bool:
    """Mount a file system; false where that is not allowed."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return not subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode


def _is_mounted(folder: Path) -> bool:
    """Whether a file system is mounted here; `Path.is_mount` does not tell of a folder's own."""
    mounts = Path("/proc/mounts")
    return mounts.exists() and f" {folder} " in mounts.read_text()


def readonly(
    folder: Path, command: list[str], chance: random.Random, seconds: float
) -> tuple[int, bytes]:
    """Nothing can be written."""
    if not (
        mount("--bind", str(folder), str(folder))
        and mount("-o", "remount,bind,ro", str(folder))
    ):  # fmt: skip
        for entry in (folder, *folder.rglob("*")):
            entry.chmod(entry.stat().st_mode & ~0o222)
    result = run(folder, command)
    return result.returncode, result.stderr


def remove(folder: Path) -> None:
    """Remove a project, mounted or read-only as it may be."""
    while os.geteuid() == 0 and _is_mounted(folder):
        subprocess.run(["umount", "-l", str(folder)], check=True)
    for entry in (folder, *folder.rglob("*")):
        if not entry.is_symlink():
            entry.chmod(entry.stat().st_mode | 0o200)
    shutil.rmtree(folder)


def limited(
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
    process = start(folder, command)
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


FAULTS = {
    "killed": killed, "full": full, "limited": limited, "readonly": readonly, "changing": changing,
    "damaged": damaged,
}  # fmt: skip
_NOT_COMPARED = {"changing", "damaged"}
"""Faults that change files themselves."""


def _temporary_files(folder: Path) -> list[str]:
    hidden = [entry for entry in folder.rglob(".*") if entry.name not in _HIDDEN]
    spark = folder.glob("audited/_work")
    empty = [store for store in folder.glob("*.db") if not store.stat().st_size]
    return [
        str(entry.relative_to(folder))
        for entry in (*hidden, *empty, *(folder / TEMPORARY).iterdir(), *spark)
        if entry.suffix != ".crc"  # of Spark's results
    ]


class Normal(NamedTuple):
    """What a command does when nothing goes wrong: its exit code, how long it takes, and the files after it."""

    code: int | None
    seconds: float
    after: dict[str, bytes]


class Trial:
    """A project, and what each command makes of it when nothing goes wrong."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.project = room / "project"
        self.project.mkdir()
        fill(self.project)
        self.before = contents(self.project)
        self._normal = {"audit": Normal(None, _AUDIT_SECONDS, self.before)}

    def normal(self, name: str) -> Normal:
        if name not in self._normal:
            folder = self.copy(name)
            begun = time.monotonic()
            code = run(folder, COMMANDS[name]).returncode
            seconds = time.monotonic() - begun
            self._normal[name] = Normal(code, seconds, contents(folder))
            remove(folder)
        return self._normal[name]

    def copy(self, name: str) -> Path:
        folder = self.room / name
        shutil.copytree(self.project, folder)
        return folder

    def problem_of(self, seed: int) -> tuple[str, str]:
        """The fault of a seed, and what is wrong after it; nothing where all is right."""
        chance = random.Random(seed)
        name = chance.choice([name for name in COMMANDS if name != "audit"])
        fault = [*FAULTS][seed % len(FAULTS)]  # a short run tries all of them
        if _HAS_JAVA and seed % _AUDIT_EVERY == len(FAULTS):
            name, fault = "audit", "killed"
        normal = self.normal(name)
        folder = self.copy(f"{name}-{seed}")
        try:
            code, error = FAULTS[fault](folder, COMMANDS[name], chance, normal.seconds)
            return f"{fault} {name}", self._wrong(folder, normal, fault, code, error)
        finally:
            remove(folder)

    def _wrong(self, folder: Path, normal: Normal, fault: str, code: int, error: bytes) -> str:
        text = error.decode("utf-8", "replace")
        if code not in _EXITS:
            return f"exit code {code}: {text}"
        if "Traceback" in text or "internal error: please" in text:
            return text
        if code != -signal.SIGKILL and (left := _temporary_files(folder)):
            return f"temporary files are left: {left}"
        if fault in _NOT_COMPARED:
            return ""
        found = contents(folder)
        for file in found.keys() | self.before.keys() | normal.after.keys():
            states = {normal.after.get(file)}
            if code != normal.code:  # else it says that all is done
                states.add(self.before.get(file))
            is_temporary = Path(file).name.startswith(".") and Path(file).name not in _HIDDEN
            if found.get(file) not in states and not is_temporary:
                return f"{file} is neither old nor new: {found.get(file, b'')[-200:]!r}"
        return ""


_HIDDEN = {".vscode", ".pre-commit-config.yaml"}


def main(seconds: float, first: int) -> int:
    """Try faults until the time is over; the exit code is 1 where one leaves something wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what is mounted is unmounted
    counts: collections.Counter[str] = collections.Counter()
    failed = 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-faults-") as room:
        trial = Trial(Path(room))
        seed = first
        while time.monotonic() - begun < seconds:
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
