"""`python -m tests.bounded [INPUTS] [SECONDS]`: whether every run is bounded.

Each hostile input is read with 1 GB of address space and 60 seconds, and has to end with an exit
code that is documented, without a traceback. A failure names its seed.
"""

from __future__ import annotations

import collections
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile_inputs import make

MEMORY = 1 << 30
SECONDS = 60


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))


def problem_of(seed: int) -> tuple[str, str, float]:
    """The kind of the input of a seed, what is wrong with its run (or nothing), and its seconds."""
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-bounded-") as name:
        kind, arguments = make(Path(name), seed)
        start = time.monotonic()
        try:
            run = subprocess.run(
                [sys.executable, "-m", "dispatch_lint", *arguments], cwd=name, capture_output=True,
                check=False, timeout=SECONDS, preexec_fn=_limit,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return kind, f"{' '.join(arguments)}: more than {SECONDS} s", SECONDS
        taken = time.monotonic() - start
        if run.returncode not in (0, 1, 2):
            return kind, f"{' '.join(arguments)}: exit code {run.returncode}", taken
        if b"Traceback" in run.stderr or b"internal error: please" in run.stderr:
            last = run.stderr.decode("utf-8", "replace").strip().splitlines()[-2:]
            return kind, f"{' '.join(arguments)}: {' '.join(last)}", taken
        return kind, "", taken


def main(inputs: int, seconds: float) -> int:
    """Try inputs until all are tried, or the time is over; the exit code is 1 for a failure."""
    counts: collections.Counter[str] = collections.Counter()
    slowest: dict[str, float] = {}
    failed = 0
    start = time.monotonic()
    for seed in range(inputs):
        if time.monotonic() - start > seconds:
            break
        kind, problem, taken = problem_of(seed)
        counts[kind] += 1
        slowest[kind] = max(slowest.get(kind, 0), taken)
        if problem:
            failed += 1
            print(f"seed {seed}, {kind}: {problem}", flush=True)
    for kind, count in sorted(counts.items()):
        print(f"{kind:<10} {count:>5} inputs, the slowest {slowest[kind]:.1f} s")
    print(f"{sum(counts.values())} inputs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    numbers = [float(text) for text in sys.argv[1:]]
    sys.exit(main(int(numbers[0]) if numbers else 2_000, numbers[1] if numbers[1:] else 1e9))
