"""`python -m dispatch_lint`, and the command `dispatch-lint`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` puts the working directory first: a click.py of a checked repository would be run.
    del sys.path[0]

from dispatch_lint.cli import run
from dispatch_lint.cli.exit import run_and_exit

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    run_and_exit(run)


if __name__ == "__main__":
    main()
