"""Comparisons of random things, as many as there is time for, and their command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

_Difference = TypeVar("_Difference")


def compare(
    differences: Callable[[int, int], Iterable[_Difference]], total: int, seed: int,
    seconds: float, batch: int,
) -> tuple[int, list[_Difference]]:  # fmt: skip
    """Compare until there is a difference, or the time is over.

    Args:
        differences: those of a seed, over a number of things.
        batch: how many things are compared at a time.

    Returns:
        How many things were compared, and the differences.
    """
    start, done = time.monotonic(), 0
    found: list[_Difference] = []
    while done < total and time.monotonic() - start < seconds and not found:
        count = min(batch, total - done)
        found += differences(seed + done, count)
        done += count
    return done, found


def command(
    arguments: Sequence[str], run: Callable[[int, int], tuple[int, list[_Difference]]], what: str,
    missing: str,
) -> int:  # fmt: skip
    """Compare thousands of things, and print the differences.

    Args:
        arguments: how many, and the seed; a new one by default.
        missing: what has to be installed first; empty if nothing is missing.

    Returns:
        The exit code.
    """
    if missing:
        print(f"missing here: pip install {missing}")
        return 2
    total = int(arguments[0]) if arguments else 10_000
    seed = int(arguments[1]) if len(arguments) > 1 else Random().randrange(10**9)
    done, found = run(total, seed)
    for difference in found[:20]:
        print(difference)
    print(f"{done} {what} from seed {seed}: {len(found)} differences")
    return 1 if found else 0
