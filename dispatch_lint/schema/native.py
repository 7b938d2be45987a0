"""The native validator, imported when it is first used."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_rs import Draft7Validator


@cache
def native_validator() -> type[Draft7Validator]:
    """The validator class for JSON Schema draft 7.

    Signals are blocked while it is imported: the library turns an exception that a signal handler
    raises inside that import into a panic, and Ctrl-C would be lost.
    """
    with _signals_blocked():
        from jsonschema_rs import Draft7Validator
    return Draft7Validator


@contextmanager
def _signals_blocked() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
