"""Signals that have to wait for a moment."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that end a run. SIGHUP is that of a terminal that is closed."""


class Signalled(SystemExit):
    """A signal ends the run: no plug-in that it interrupts is to blame."""


@contextmanager
def held() -> Iterator[None]:
    """A context in which the signals that end a run wait: they are delivered at its end."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
