"""Output of commands: reports go to standard output, all other messages to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import islice

from dispatch_lint.model.errors import UserError
from dispatch_lint.store.urls import without_passwords
from dispatch_lint.text.harmless import harmless, without_commands

_BATCH = 500
"""The number of lines that are written with one call."""


def echo(lines: Iterable[str], *, error: bool = False) -> None:
    """Write lines to standard output, or to standard error."""
    target = sys.stderr if error else sys.stdout
    if isinstance(encoding := target.encoding, str) and encoding.lower() not in ("utf-8", "utf8"):
        lines = (line.encode(encoding, "backslashreplace").decode(encoding) for line in lines)
    rest = iter(lines)
    while batch := list(islice(rest, _BATCH)):
        target.write(writable("\n".join(batch)) + "\n")
    target.flush()


def say(*lines: str) -> None:
    """Write lines to standard output; nothing in them is obeyed by a terminal, or a CI system."""
    echo(map(harmless, lines))


def tell(message: str) -> None:
    """Write a message of one line to standard error, as `say` does, and without passwords."""
    echo([harmless(f"dispatch-lint: {without_passwords(message)}")], error=True)


def remark(text: str) -> None:
    """Write a line about what was done to standard error, as `say` does."""
    echo([harmless(text)], error=True)


def tell_error(error: BaseException) -> None:
    """Write the message of an error to standard error."""
    if isinstance(error, UserError):
        for line in error.lines:
            tell(line)
    else:
        tell(str(error))


def tell_traceback() -> None:
    """Write the traceback of the exception that is handled."""
    import traceback

    echo(map(harmless, traceback.format_exc().splitlines()), error=True)


def write_patch(lines: Iterable[str]) -> None:
    """Write the lines of a patch, each with its end, to standard output.

    They are harmless where a terminal shows them, and exact where a program reads them. In CI nobody
    knows which of the two it is: only lines that a CI system would obey are not exact.
    """
    parts: Iterable[str] = (part for line in lines for part in line.removesuffix("\n").split("\n"))
    if sys.stdout.isatty():
        echo(map(harmless, parts))
        return
    if os.environ.get("CI") or os.environ.get("GITHUB_ACTIONS"):
        parts = map(without_commands, parts)
    sys.stdout.flush()
    for part in parts:  # the bytes of the files, whatever the encoding of standard output
        sys.stdout.buffer.write(f"{part}\n".encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def writable(text: str) -> str:
    """A text in which lone surrogates, which cannot be encoded, are replaced by escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def use_color(choice: str) -> bool:
    """Whether a report on standard output has colours.

    Args:
        choice: `auto`, `always` or `never`; with `auto` NO_COLOR and FORCE_COLOR count.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
