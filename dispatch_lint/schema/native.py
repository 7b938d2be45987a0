"""The native validator, imported by whoever first asks it something."""

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
    """The class of JSON Schema's draft 7.

    A signal waits until it is imported: what a handler raises inside that import is a panic of its
    own to the library, and no Ctrl-C any more.
    """
    with _signals_wait():
        from jsonschema_rs import Draft7Validator
    return Draft7Validator


@contextmanager
def _signals_wait() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
