"""Small files, read by another process while this one imports what judges them.

To open ten thousand files takes a quarter of the time of a run, and until its rules are there, a
run keeps one processor busy only.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dispatch_lint.documents.source import SMALL
from dispatch_lint.old.processes import end_process, start_process, wanted_processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.source import Source

MANY = 2_000
"""Of fewer files all are read before another process is there."""
_ROOM = 16 * 1024 * 1024
"""Bytes that are read ahead, at most. What nobody writes to takes no memory."""
_AT_ONCE = 32
"""Files of which it is said at once that they were read."""


class ReadingAhead:
    """Reads files in their order, until somebody wants them.

    Args:
        sources: of which those that are no small files are passed over.

    Raises:
        OSError: the system gives no more memory, or processes.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        from array import array
        from mmap import mmap

        self._sources = sources
        self._bytes = mmap(-1, _ROOM)  # of this process and all that it starts
        # Where the bytes of each file end; those of one that was passed over are none.
        self._ends = array("I")
        self._reader: int | None
        self._reader, self._pipe = start_process(self._read)

    def stop(self) -> None:
        """Read no further. What was read is there from now on, also for processes started later."""
        if self._reader is None:
            return
        reader, self._reader = self._reader, None  # a signal may come, and this be called again
        end_process(reader)
        with os.fdopen(self._pipe, "rb") as stream:
            self._ends.frombytes(stream.read())

    def data(self, number: int, source: Source, most: int) -> bytes | None:
        """All bytes of a small file, as `Source.small` has them; None where they were not read.

        Args:
            number: of the source among those that are read.
            most: bytes.
        """
        if number >= len(self._ends) or self._sources[number] is not source:
            return None
        end = self._ends[number]
        start = self._ends[number - 1] if number else 0
        return self._bytes[start:end] if start < end <= start + most else None

    def _read(self, pipe: int) -> None:
        """What the other process does."""
        end = 0
        said = self._ends
        for source in self._sources:
            data = source.small(SMALL) or b""
            start, end = end, end + len(data)
            if end > _ROOM:
                break
            self._bytes[start:end] = data
            said.append(end)
            if len(said) == _AT_ONCE:
                os.write(pipe, said.tobytes())
                del said[:]
        os.write(pipe, said.tobytes())


@contextmanager
def read_ahead(sources: Sequence[Source], jobs: int) -> Iterator[ReadingAhead | None]:
    """Begin to read the texts among some sources, where that helps; at the end nobody reads on.

    Args:
        jobs: as the user says; 0 for as many as help.
    """
    ahead = None
    if len(sources) >= MANY and wanted_processes(jobs) > 1:
        with suppress(OSError):
            ahead = ReadingAhead([source for source in sources if source.format != "go"])
    try:
        yield ahead
    finally:
        if ahead is not None:
            ahead.stop()
