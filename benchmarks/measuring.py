"""Commands, measured as whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Measured:
    """What a command took, in one run or in several.

    Attributes:
        seconds: of wall clock; the median of several runs.
        memory: the peak in MiB.
        processor: seconds, user and system, of the process and its children; the median of several runs.
        code: the exit code.
        spread: the seconds of the slowest run without those of the fastest.
    """

    seconds: float
    memory: float
    processor: float = 0
    code: int = 0
    spread: float = 0


class Command(NamedTuple):
    """What is run, and in which folder.

    Attributes:
        code: its exit code; a tool that refuses what is clean measures nothing. None for 0 or 1.
        tells: whether it prints the seconds that count: less than the process takes.
        first: whether it begins with a cache of its own, in which there is nothing.
    """

    words: list[str]
    folder: Path
    code: int | None = 0
    tells: bool = False
    first: bool = False


def measure(words: list[str], folder: Path, runs: int) -> Measured:
    """Run a command several times as a whole process, after one run that does not count.

    Args:
        runs: 0 stands for a single run, which counts.
    """
    return in_turns({"": Command(words, folder, None)}, runs)[""]


def in_turns(commands: Mapping[str, Command], runs: int) -> dict[str, Measured]:
    """Measure some commands as `measure` does, in turns: a machine is not equally fast all the time."""
    taken = runs_in_turns(commands, runs)
    for name, command in commands.items():
        for run in taken[name]:
            if run.code not in ((0, 1) if command.code is None else (command.code,)):
                raise SystemExit(f"{command.words[0]} ended with {run.code} in {command.folder}")
    return {name: _median(some) for name, some in taken.items()}


def _median(runs: list[Measured]) -> Measured:
    seconds = [run.seconds for run in runs]
    return Measured(
        statistics.median(seconds),
        max(run.memory for run in runs),
        statistics.median(run.processor for run in runs),
        spread=max(seconds) - min(seconds),
    )


def runs_in_turns(commands: Mapping[str, Command], runs: int) -> dict[str, list[Measured]]:
    """Each run that counts of each command, whatever it ended with."""
    taken: dict[str, list[Measured]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            run = _run(command)
            if number or runs == 0:
                taken[name].append(run)
    return taken


def _run(command: Command) -> Measured:
    # As on a machine of a user: what was compiled once stays compiled, for every tool alike.
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command.words]
    if command.tells:
        words = command.words
        environment["PYTHONPATH"] = str(ROOT)
    with TemporaryDirectory() as empty:
        if command.first:
            environment["DISPATCH_LINT_CACHE_DIR"] = empty
        said = subprocess.run(
            words, cwd=command.folder, env=environment, stdout=subprocess.PIPE, check=True
        ).stdout.split()
    if command.tells:
        return Measured(float(said[0]), 0)
    code = os.waitstatus_to_exitcode(int(said[1]))
    return Measured(float(said[0]), _mebibytes(int(said[2])), float(said[3]), code)


# What a process took at most begins with what the one took that started it: ours has held corpora.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
nothing = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, status, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""


def _mebibytes(most: int) -> float:
    return most / (1024 if sys.platform != "darwin" else 1024 * 1024)
