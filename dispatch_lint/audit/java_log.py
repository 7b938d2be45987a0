"""What Java logs: Spark writes names and values of rows, as they are, to standard error."""

from __future__ import annotations

import os
import re
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dispatch_lint.signals import held
from dispatch_lint.store.urls import without_passwords
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1 << 16
"""Bytes of a line from which on it is written in pieces."""


@contextmanager
def harmless_log() -> Iterator[None]:
    """A context in which processes are started: what they log is harmless to terminals and CI systems."""
    sys.stderr.flush()
    target = os.dup(2)
    reader, writer = os.pipe()
    with held():  # signals are for the main thread, which waits for Java
        threading.Thread(target=_copy, args=(reader, target), daemon=True).start()
    os.dup2(writer, 2)
    os.close(writer)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(target, 2)


def _copy(reader: int, target: int) -> None:
    """Copy lines, until all processes that can write any have ended."""
    rest = b""
    while data := os.read(reader, _LONGEST):
        # Behind a carriage return, Spark draws its progress bar again.
        *lines, rest = re.split(rb"(?<=[\r\n])", rest + data)
        if len(rest) > _LONGEST:
            lines, rest = [*lines, rest], b""
        for line in lines:
            os.write(target, _shown(line))
    os.write(target, _shown(rest))


def _shown(line: bytes) -> bytes:
    text = line.rstrip(b"\r\n")
    # Java logs inputs as they were given.
    message = harmless(without_passwords(text.decode("utf-8", "replace")).replace("\t", "    "))
    return message.encode() + line[len(text) :]
