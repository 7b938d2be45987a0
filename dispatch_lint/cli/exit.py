"""Exit handling: ends the process with the right exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dispatch_lint.cli.output import tell, tell_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

EXIT_FAILURE = 2
EXIT_INTERRUPTED = 130


def run_and_exit(work: Callable[[], int]) -> NoReturn:
    """Call `work`, and end the process with its exit code; 2 for an error, 130 for Ctrl-C.

    The process ends without freeing its memory, which can take longer than the run itself.
    """
    _open_closed_streams()
    try:
        code = work()
    except KeyboardInterrupt:
        tell("interrupted")
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        _discard_output()  # the reader of the pipe is gone
        code = EXIT_FAILURE
    except OSError as error:
        tell_error(error)
        _discard_output()  # standard output itself may be the file that is full
        code = EXIT_FAILURE
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # Python reports why
    os._exit(code)


def _open_closed_streams() -> None:
    """Open the null device for standard streams that the process was started without (`>&-`)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _discard_output() -> None:
    """Discard all further output, what is still buffered included."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        os.close(sys.stdout.fileno())  # too many files are open
