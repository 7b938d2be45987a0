"""Commands, measured as whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """Seconds of wall clock (the median of the runs), and the peak memory in MiB."""

    seconds: float
    memory: float


def measure(command: list[str], folder: Path, runs: int) -> Measured:
    """Run a command several times as a whole process, after one run that does not count."""
    seconds, memory = [], 0.0
    # As on a machine of a user: what was compiled once stays compiled, for every tool alike.
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for number in range(runs + 1):
        said = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.split()
        code = os.waitstatus_to_exitcode(int(said[1]))
        if code not in (0, 1):
            raise SystemExit(f"{command[0]} failed with {code}")
        if number or runs == 0:
            seconds.append(float(said[0]))
            memory = max(memory, _mebibytes(int(said[2])))
    return Measured(statistics.median(seconds), memory)


# What a process took at most begins with what the one took that started it: ours has held corpora.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
nothing = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, status, usage.ru_maxrss)
"""


def _mebibytes(most: int) -> float:
    return most / (1024 if sys.platform != "darwin" else 1024 * 1024)
