"""Output of commands: reports go to standard output, all other messages to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import islice

import click

from dispatch_lint.text.harmless import harmless

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


def write_diff(lines: Iterable[str]) -> None:
    """Write a diff to standard output: the bytes of the files, whatever the terminal's encoding."""
    sys.stdout.flush()
    for line in lines:
        sys.stdout.buffer.write(line.encode("utf-8"))
    sys.stdout.buffer.flush()


def tell(message: str) -> None:
    """Write a message to standard error, with control characters escaped."""
    click.echo(f"dispatch-lint: {harmless(message)}", err=True)


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
