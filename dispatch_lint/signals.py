"""Signals that have to wait for a moment."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that end a run. SIGHUP is that of a terminal that is closed."""


class Interrupted(KeyboardInterrupt):
    """Somebody interrupts the run; what else raises KeyboardInterrupt is a plug-in.

    Attributes:
        rule: the rule of others that was interrupted, see `running_rule`.
    """

    def __init__(self, rule: str = "") -> None:
        super().__init__()
        self.rule = rule


class Signalled(SystemExit):
    """A signal ends the run: no plug-in that it interrupts is to blame.

    Attributes:
        rule: the rule of others that was interrupted, see `running_rule`.
    """

    def __init__(self, code: int, rule: str = "") -> None:
        super().__init__(code)
        self.rule = rule


def ends_run(error: BaseException) -> bool:
    """Whether an exception comes from a signal, and not from the code that it went through."""
    if isinstance(error, KeyboardInterrupt) and not isinstance(error, Interrupted):
        # Without our handler of the signal it is Python's that raises, in the main thread.
        is_main = threading.current_thread() is threading.main_thread()
        return is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return isinstance(error, Interrupted | Signalled)


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
