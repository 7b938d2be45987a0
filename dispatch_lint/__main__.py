"""`python -m dispatch_lint`, and the command `dispatch-lint`."""

from __future__ import annotations

import sys

from dispatch_lint.cli.leaving import leave_after
from dispatch_lint.old.replay import Replay

TYPE_CHECKING = False  # see `looks`
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Print what the same check printed before, where nothing has changed, or run the command line."""
    leave_after(_work)


def _work() -> int:
    replay = Replay(sys.argv[1:]) if sys.argv[1:2] == ["check"] else None
    code = replay.run() if replay is not None else None
    if code is not None:
        return code
    from dispatch_lint.old.collecting import collect_seldom

    collect_seldom()  # to import the rest makes many objects, too
    from dispatch_lint.cli import run

    return run(replay)


if __name__ == "__main__":
    main()
