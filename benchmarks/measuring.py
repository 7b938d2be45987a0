"""Commands, measured as whole processes."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
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
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            raise SystemExit(f"{command[0]} failed with {child.returncode}")
        if number or runs == 0:
            seconds.append(time.perf_counter() - start)
            memory = max(memory, _mebibytes(usage))
    return Measured(statistics.median(seconds), memory)


def _mebibytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
