"""`python tests/fuzz.py SECONDS [TARGET…]`: what users write, mutated, for as long as there is time.

Every input has to end within a time and some memory, without a traceback. atheris, where it is installed, keeps those that reach new code in `.fuzz`, and goes on
from there the next time; without it, mistakes are made upon mistakes at random. What is found is
written to a file that can be given to `check`, and belongs into the tests.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

FOUND = Path(".fuzz")
MAX_SECONDS = 10
MAX_MEGABYTES = 2048
MAX_BYTES = 60_000


def guided(name: str, seconds: int, seed: int) -> None:
    """Fuzz one target by coverage; the process ends with it, by 0 if nothing was found."""
    import atheris

    with atheris.instrument_imports(include=["dispatch_lint", "dispatch_lint_rules"]):
        targets: Any = import_module("tests.fuzz_targets")
    expected: type[Exception] = import_module("dispatch_lint.model.errors").InputError
    target, seeds = targets.TARGETS[name]

    def one(data: bytes) -> None:
        with suppress(expected):
            target(data)

    def mutator(data: bytes, size: int, number: int) -> bytes:
        chance = random.Random(number)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, size))
        return bytes(targets.mutated(chance, data, seeds)[:size])

    corpus = FOUND / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    options = {
        "max_total_time": seconds, "timeout": MAX_SECONDS, "rss_limit_mb": MAX_MEGABYTES, "seed": seed,
        "max_len": max(MAX_BYTES, *map(len, seeds)), "artifact_prefix": f"{FOUND}/{name}-",
        "print_final_stats": 1, "verbosity": 0,
    }  # fmt: skip
    arguments = [f"-{key}={value}" for key, value in options.items()]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], one, custom_mutator=mutator)
    atheris.Fuzz()


def unguided(name: str, seconds: float, seed: int) -> int:
    """Fuzz one target at random.

    Returns:
        How many inputs failed.
    """
    targets: Any = import_module("tests.fuzz_targets")
    expected: type[Exception] = import_module("dispatch_lint.model.errors").InputError
    target: Callable[[bytes], None] = targets.TARGETS[name][0]
    seeds: list[bytes] = targets.TARGETS[name][1]
    signal.signal(signal.SIGALRM, _too_long)
    chance = random.Random(seed)
    end, tried, failed, slowest = time.monotonic() + seconds, 0, 0, 0.0
    pool = list(seeds)
    while time.monotonic() < end and failed < 20:
        data = targets.mutated(chance, chance.choice(pool), pool)
        tried += 1
        if chance.random() < 0.05:  # mistakes upon mistakes
            pool[chance.randrange(len(pool)) if len(pool) > 200 else len(pool) :] = [data]
        start = time.monotonic()
        signal.alarm(MAX_SECONDS)
        try:
            target(data)
        except expected:
            pass
        except BaseException:
            failed += 1
            FOUND.mkdir(exist_ok=True)
            file = FOUND / f"{name}-{seed}-{tried}"
            file.write_bytes(data)
            print(f"{name}: {file}\n{traceback.format_exc(limit=-6)}", flush=True)
        finally:
            signal.alarm(0)
        slowest = max(slowest, time.monotonic() - start)
        if len(pool) > 400:
            pool = list(seeds)
    print(
        f"{name}: {tried:,} inputs, {failed} failed, the slowest took {slowest:.1f} s", flush=True
    )
    return failed


def _too_long(*_: object) -> None:
    raise TimeoutError(f"it takes more than {MAX_SECONDS} s")


NAMES = ("documents", "suppressions", "dumps", "go", "openapi", "settings", "bolt")


def main() -> None:
    """Run targets one after the other; the exit code says whether all went well."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(os.environ.get("FUZZ_SEED", time.time()))
    if os.environ.get("FUZZ_GUIDED"):
        guided(sys.argv[2], seconds, seed)
        return
    print(f"FUZZ_SEED={seed}", flush=True)
    failed = 0
    for name in sys.argv[2:] or NAMES:
        if find_spec("atheris"):
            environment = {**os.environ, "FUZZ_GUIDED": "1", "FUZZ_SEED": str(seed)}
            command = [sys.executable, __file__, str(seconds), name]
            result = subprocess.run(command, env=environment, stderr=subprocess.PIPE, check=False)
            failed += result.returncode != 0
            print(
                f"{name}: {_told(result.stderr.decode(errors='replace'), result.returncode)}",
                flush=True,
            )
        else:
            failed += unguided(name, seconds, seed)
    sys.exit(failed > 0)


def _told(text: str, code: int) -> str:
    """What a user has to know of what the fuzzer prints: figures, or all of it where something failed."""
    stats = dict(
        line.removeprefix("stat::").split(":", 1)
        for line in text.splitlines()
        if line.startswith("stat::")
    )
    told = (
        f"{int(stats.get('number_of_executed_units', 0)):,} inputs, "
        f"{stats.get('new_units_added', '0').strip()} of them new to the code, "
        f"{stats.get('peak_rss_mb', '?').strip()} MiB"
    )
    if code == 0:
        return told
    lines = [
        line for line in text.splitlines() if not line.startswith(("INFO:", "WARNING:", "stat::"))
    ]
    return "\n".join([f"failed ({code})", *lines])


if __name__ == "__main__":
    main()
