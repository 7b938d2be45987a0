"""Output of commands: reports go to standard output, all other messages to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from typing import TextIO

from dispatch_lint.model.errors import UserError
from dispatch_lint.store.urls import without_passwords
from dispatch_lint.text.harmless import harmless, harmless_json, without_commands

_BATCH = 500
"""The number of lines that are written with one call."""
_reserved: TextIO | None = None


def standard_output() -> TextIO:
    """Where reports go, also inside of `reserve_output`."""
    return _reserved or sys.stdout


@contextmanager
def reserve_output() -> Iterator[None]:
    """Keep standard output for reports: what rules and formats print goes to standard error."""
    global _reserved
    before = _reserved, sys.stdout
    _reserved, sys.stdout = standard_output(), sys.stderr
    try:
        yield
    finally:
        _reserved, sys.stdout = before


def use_utf8() -> None:
    """Write UTF-8 to standard output, as to files, whatever the encoding of the system is.

    This is for text that programs read. A terminal keeps its encoding.
    """
    output = standard_output()
    if isinstance(output, TextIOWrapper) and not output.isatty():
        output.reconfigure(encoding="utf-8")


def echo(lines: Iterable[str], *, error: bool = False) -> None:
    """Write lines to standard output, or to standard error."""
    target = sys.stderr if error else standard_output()
    if isinstance(encoding := target.encoding, str) and encoding.lower() not in ("utf-8", "utf8"):
        lines = (line.encode(encoding, "backslashreplace").decode(encoding) for line in lines)
    rest = iter(lines)
    while batch := list(islice(rest, _BATCH)):
        target.write(writable("\n".join(batch)) + "\n")
    target.flush()


def say(*lines: str) -> None:
    """Write lines to standard output; nothing in them is obeyed by a terminal, or a CI system."""
    echo(map(harmless, lines))


def say_json(text: str) -> None:
    """Write a text of JSON to standard output, as `say` does; its value stays."""
    echo(harmless_json(text).removesuffix("\n").split("\n"))


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
    elif isinstance(error, OSError) and error.strerror:
        tell(system_message(error))
    else:
        tell(str(error))


def system_message(error: OSError) -> str:
    """What the system says of a file, with its name as in all other messages."""
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    # Only the working directory has no name.
    missing = isinstance(error, FileNotFoundError)
    return "the working directory does not exist" if missing else str(error.strerror)


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
    output = standard_output()
    if output.isatty():
        echo(map(harmless, parts))
        return
    if os.environ.get("CI") or os.environ.get("GITHUB_ACTIONS"):
        parts = map(without_commands, parts)
    output.flush()
    for part in parts:  # the bytes of the files, whatever the encoding of standard output
        output.buffer.write(f"{part}\n".encode("utf-8", "surrogateescape"))
    output.buffer.flush()


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
    if os.environ.get("FORCE_COLOR"):
        return True
    return takes_escapes(standard_output())


def takes_escapes(stream: TextIO) -> bool:
    """Whether a stream is a terminal that knows escape sequences: TERM=dumb, as in editors, is none."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def terminal_columns() -> int | None:
    """The width of the terminal that shows standard output, or COLUMNS; None where none does."""
    if not standard_output().isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns
