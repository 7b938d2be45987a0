"""`python -m dispatch_lint`, and the command `dispatch-lint`."""

from __future__ import annotations

import gc
import signal
import threading
from typing import TYPE_CHECKING

_is_alone = threading.current_thread() is threading.main_thread()
if _is_alone and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # While modules are imported, Ctrl-C just ends the process: nothing has been done yet.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# Modules are many objects, and no garbage: nothing is collected before a command was imported.
gc.disable()

from dispatch_lint.cli import run  # noqa: E402 (after the lines above)
from dispatch_lint.cli.exit import run_and_exit  # noqa: E402

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    if _is_alone and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_and_exit(run)


if __name__ == "__main__":
    main()
