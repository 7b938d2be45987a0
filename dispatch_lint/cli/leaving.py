"""The way out of a process: the right exit code, whatever ends it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # see `looks`
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

EXIT_FAILURE = 2


def leave_after(work: Callable[[], int]) -> NoReturn:
    """End the process with the exit code of what it does; of an error it is 2, of a signal 130.

    Past taking apart what the process has in memory, which takes longer than to end.
    """
    _open_closed()
    try:
        code = work()
    except KeyboardInterrupt:
        print("dispatch-lint: interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        _close_output()  # the reader has seen enough
        code = EXIT_FAILURE
    except OSError as error:
        print(f"dispatch-lint: {error}", file=sys.stderr)
        _close_output()  # it may be what is full
        code = EXIT_FAILURE
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # which says why
    os._exit(code)


def _open_closed() -> None:
    """Have standard streams that lead nowhere, where the process was started without (`>&-`)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _close_output() -> None:
    """Write nothing more, not even what is left on the way out."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        os.close(sys.stdout.fileno())  # too many files are open
