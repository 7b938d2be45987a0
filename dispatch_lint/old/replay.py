"""What a run printed, printed again where nothing has changed that it hung on.

Hooks, editors and people check the same files again and again. To import the command line, to read
settings and to walk through folders takes longer then than to see that nothing has changed. An entry
holds the words of a run, and how all looked that it looked at: the files, the folders that it walked
through, settings and patterns, there or not, and the code itself. What the cache of results does not
answer for (see `cache`) is not here either.
"""

from __future__ import annotations

import os
import sys
import time

from dispatch_lint.old.looks import cache_folder, digest_of, look_at
from dispatch_lint.version import __version__

TYPE_CHECKING = False  # see `looks`
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.old.looks import Look

ENTRIES = 20
"""Entries that are kept; the oldest go first."""
MOST = 1_000_000
"""Letters that are remembered of what a run prints."""
_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS")
"""What the environment says of the report."""
_ENDING = ".said"


class Watch:
    """What the search for the files of a run hung on.

    Attributes:
        files: files and folders, there or not, that have to look as they did.
        markers: names that have to be there, or not to be, whatever they look like.
        sure: whether nothing else counted.
    """

    def __init__(self) -> None:
        self.files: list[str] = []
        self.markers: list[str] = []
        self.sure = True


class Printed:
    """Prints, and remembers what was printed, as long as it is little."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.err: list[str] = []
        self._room = MOST

    @property
    def whole(self) -> bool:
        """Whether all is remembered."""
        return self._room >= 0

    def write(self, text: str, *, error: bool = False) -> None:
        """Print to standard output or error.

        Raises:
            OSError: it cannot be printed.
        """
        (sys.stderr if error else sys.stdout).write(text)
        if self.whole:
            self._room -= len(text)
            (self.err if error else self.out).append(text)


class Replay:
    """The entry of one command line, in this folder, with this terminal.

    Args:
        arguments: of the command line.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._started = time.time_ns()
        self._file = os.path.join(cache_folder(), _key(arguments) + _ENDING)  # noqa: PTH118

    def run(self) -> int | None:
        """Print what was printed, and return the exit code; None where a run has to be made.

        Raises:
            OSError: it cannot be printed.
        """
        entry = self._read()
        if entry is None:
            return None
        code, out, err = entry
        for stream, text in ((sys.stdout, out), (sys.stderr, err)):
            stream.write(text)
            stream.flush()
        return code

    def _read(self) -> tuple[int, str, str] | None:
        try:
            with open(self._file, "rb") as stream:  # noqa: PTH123 (a hot path)
                digest, entry = stream.read().split(b"\n", 1)
            if digest.decode() != digest_of(entry).hexdigest():
                return None
            head, rest = entry.split(b"\n", 1)
            code, *lengths = map(int, head.split())
            parts = []
            for length in lengths:
                parts.append(rest[:length].decode("utf-8", "surrogatepass"))
                rest = rest[length:]
            looks, sources, files, markers, out, err = parts
        except (OSError, ValueError):
            return None  # there is none, or it is damaged
        now = _looks(look_at(_names(sources)), look_at(_names(files)), _names(markers))
        return (code, out, err) if looks == now else None

    def keep(
        self, printed: Printed, code: int, sources: Iterable[str], look: Look, watch: Watch
    ) -> None:
        """Remember what a run printed, unless something has changed since it began.

        Args:
            code: its exit code.
            sources: the names of the files that it read.
            look: of these, before they were read.
            watch: what else it hung on.
        """
        from pathlib import Path

        from dispatch_lint.text.files import write_entry

        files, markers = [*dict.fromkeys(watch.files)], [*dict.fromkeys(watch.markers)]
        other = look_at(files)
        if not (
            watch.sure
            and printed.whole
            and look.lasts(self._started)
            and other.lasts(self._started)
        ):
            return
        lists = ("\0".join(one) for one in (sources, files, markers))
        texts = (_looks(look, other, markers), *lists, "".join(printed.out), "".join(printed.err))
        parts = [one.encode("utf-8", "surrogatepass") for one in texts]
        head = " ".join(map(str, [code, *map(len, parts)])).encode()
        entry = b"".join((head, b"\n", *parts))
        data = digest_of(entry).hexdigest().encode() + b"\n" + entry
        write_entry(Path(self._file), data, ENTRIES)


def _names(joined: str) -> list[str]:
    return joined.split("\0") if joined else []


def _looks(sources: Look, others: Look, markers: Iterable[str]) -> str:
    there = "".join("1" if os.path.exists(one) else "0" for one in markers)  # noqa: PTH110
    return f"{sources.digest} {others.digest} {there}"


def _key(arguments: Sequence[str]) -> str:
    """A name for all that says what is to be done, but for what lies in files."""
    try:
        here = os.getcwd()  # noqa: PTH109
    except OSError:
        here = ""  # it is gone, and with it all that could be checked
    said = [__version__, sys.version, here, *sys.path, *arguments]
    said += [os.environ.get(one, "") for one in _VARIABLES]
    said += [f"{one.isatty()} {one.encoding} {one.errors}" for one in (sys.stdout, sys.stderr)]
    return digest_of("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()
