"""Whole estates: `audit` on Spark beside `check`, in time and memory."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import write_entities
from benchmarks.measuring import BIN, measure
from tests import postgres

MASTER = "local-cluster[2,1,1024]"


@dataclass(frozen=True)
class Taken:
    """Seconds, and the peaks in MiB of the driver and of all executors together."""

    seconds: float
    driver: float
    executors: float


def estates_report(work: Path, largest: int) -> str:
    """Measure `audit` on a tenth and on the whole, and `check` on the tenth, as Markdown."""
    folder = work / "estates"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = (largest // 10, largest)
    lines = [
        "", "## Estates", "",
        f"Stored entities with two references each, as JSONL. `audit` on `{MASTER}`: two executors of "
        "a core each, beside the driver on the same two processors; memory is that of JVMs and of "
        "Python workers, the largest sum. Start-up included; one run each.", "",
        "| entities | job | seconds | memory, MiB |", "|---:|---|---:|---:|",
    ]  # fmt: skip
    seconds = []
    for size in sizes:
        source = folder / f"{size}.jsonl"
        if not source.exists():
            write_entities(source, size)
        taken = _audit(folder, source.name)
        seconds.append(taken.seconds)
        memory = f"driver {taken.driver:.0f}, executors {taken.executors:.0f}"
        lines.append(f"| {size:,} | audit | {taken.seconds:.0f} | {memory} |")
    small = f"{sizes[0]}.jsonl"
    alone = measure(_check("-q", small), folder, 0)
    lines.append(f"| {sizes[0]:,} | check | {alone.seconds:.0f} | {alone.memory:.0f} |")
    for job, one, memory_ in _with_postgresql(folder, small):
        lines.append(f"| {sizes[0]:,} | {job} | {one:.0f} | {memory_:.0f} |")
    lines += ["", f"From {sizes[0]:,} to {sizes[1]:,} entities `audit` takes "
              f"{seconds[1] / seconds[0]:.1f} times as long."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _check(*arguments: str) -> list[str]:
    return [str(BIN / "dispatch-lint"), "check", "--isolated", *arguments]


def _with_postgresql(folder: Path, source: str) -> Iterator[tuple[str, float, float]]:
    found = postgres.binaries()
    if found is None:
        return
    with postgres.running(found) as server:
        url = server.url("postgres")
        job = [str(BIN / "dispatch-lint"), "store", "import", source, "--store", url]
        taken = measure(job, folder, 0)
        yield "store import, PostgreSQL", taken.seconds, taken.memory
        taken = measure(_check("-q", source, "--store", url), folder, 0)
        yield "check with that store", taken.seconds, taken.memory


def _audit(folder: Path, source: str) -> Taken:
    command = [str(BIN / "dispatch-lint"), "audit", source, "--output", f"{source}.found", "--isolated",
               "--master", MASTER, "--conf", "spark.ui.enabled=false"]  # fmt: skip
    start = time.perf_counter()
    audit = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
    )  # fmt: skip
    peaks = [0.0, 0.0]

    def watch() -> None:
        while audit.poll() is None:
            driver, executors = _resident(audit.pid)
            peaks[:] = max(peaks[0], driver), max(peaks[1], executors)
            time.sleep(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = audit.wait()
    seconds = time.perf_counter() - start
    watcher.join()
    if code not in (0, 1):
        raise SystemExit(f"audit failed with {code}")
    return Taken(seconds, *peaks)


def _resident(root: int) -> tuple[float, float]:
    """MiB of the driver (its JVM and Python), and of executors and their workers."""
    parents: dict[int, int] = {}
    memory: dict[int, float] = {}
    executor: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            pages = int((entry / "statm").read_text().split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        number = int(entry.name)
        parents[number] = int(status[1])
        memory[number] = pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
        if b"CoarseGrainedExecutorBackend" in command:
            executor.add(number)
    sums = [0.0, 0.0]
    for number, one in memory.items():
        line = [number]
        while line[-1] in parents and line[-1] != root:
            line.append(parents[line[-1]])
        if line[-1] == root:
            sums[bool(executor & set(line))] += one
    return sums[0], sums[1]
