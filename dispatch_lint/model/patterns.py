"""Regular expressions that are compiled when they are first used: a run needs few of them."""

from __future__ import annotations

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled pattern. Flags are in it, as in `(?m)`."""
    return re.compile(pattern)
