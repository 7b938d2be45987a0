"""How files look from outside: what tells, without reading them, that they are what they were.

A run that finds all as it was has to import little more than this.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False  # to import `typing` takes as long as to look at a thousand files
if TYPE_CHECKING:
    from collections.abc import Iterable
    from hashlib import blake2b

VARIABLE = "DISPATCH_LINT_CACHE_DIR"
_RACY = 2_000_000_000
"""Nanoseconds: a file so young may change again without another time of its own."""


class Look:
    """How some files look.

    Attributes:
        digest: of their size, times and inode, in their order; one that is not there counts too.
        youngest: when the last of them changed, in nanoseconds since 1970.
    """

    __slots__ = ("digest", "youngest")

    def __init__(self, digest: str, youngest: int) -> None:
        self.digest, self.youngest = digest, youngest

    def lasts(self, since: int) -> bool:
        """Whether whatever changes after a time, in nanoseconds since 1970, looks different then."""
        return self.youngest <= since - _RACY


def look_at(names: Iterable[str]) -> Look:
    """How files look now; a folder looks different where an entry comes, goes or gets a name."""
    numbers: list[int] = []  # one list: a call for each file takes as long again as to ask for it
    stat = os.stat
    for name in names:
        try:
            seen = stat(name)
        except OSError:
            numbers += (0, 0, 0, -1)
        else:
            numbers += (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)
    youngest = max(numbers[::4] + numbers[1::4], default=0)
    return Look(digest_of(marshal.dumps(numbers, 2)).hexdigest(), youngest)


def digest_of(data: bytes = b"") -> blake2b:
    """The hash by which caches know bytes."""
    try:
        from _blake2 import blake2b  # without OpenSSL, as `random` of Python has it
    except ImportError:
        from hashlib import blake2b

    return blake2b(data, digest_size=16)


def cache_folder() -> str:
    """Where caches lie: `$DISPATCH_LINT_CACHE_DIR`, or the user's folder for caches."""
    if said := os.environ.get(VARIABLE):
        return said
    if sys.platform == "win32":
        above = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        above = "~/Library/Caches"
    else:
        above = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    above = os.path.expanduser(above)  # noqa: PTH111
    if above.startswith("~"):
        above = os.devnull  # a user without a home: nothing can be kept there
    return os.path.join(above, "dispatch-lint")  # noqa: PTH118
