"""A progress bar on a terminal, for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.output import takes_escapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELAY = 1.0
"""Seconds of work before a bar is shown."""


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with the amount of work done since the last call, and that of all work.

    Where standard error is no terminal, or the work is done within `DELAY`, nothing is shown.
    """
    if not takes_escapes(sys.stderr):
        yield lambda _amount, _total: None
        return
    started, done = time.monotonic(), 0
    bar: Any = None

    def update(amount: int, total: int) -> None:
        nonlocal bar, done
        done += amount
        if bar is not None:
            bar.update(amount)
        elif time.monotonic() - started > DELAY:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.__enter__()
            bar.update(done)

    try:
        yield update
    finally:
        if bar is not None:
            _erase()


def show_stage(stage: str) -> None:
    """Show the stage of a long run, such as `2/5 checking`, instead of the one before; none if empty."""
    if takes_escapes(sys.stderr):
        _erase()
        sys.stderr.write(stage)
        sys.stderr.flush()


def _erase() -> None:
    """Remove the bar: what is written next begins in an empty line."""
    sys.stderr.write("\r\x1b[K\x1b[?25h")
    sys.stderr.flush()
