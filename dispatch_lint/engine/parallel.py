"""Sources checked by several processes: the report is the same for any number of them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.line_ranges import LineRange, line_ranges
from dispatch_lint.engine.report import RunReport, SourceReport
from dispatch_lint.engine.source_check import check_source
from dispatch_lint.index.facts import Index
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker

FEW_BYTES = 400_000
"""Less text than this is checked by one process: to start others takes longer."""
FILE_BYTES = 500
"""What it takes to open a file, as bytes of text that are checked in the same time."""
LINES_BYTES = 1024 * 1024
"""Bytes of a range of lines."""
CHUNKS = 8
"""Chunks for each process: the last ones are so small that none waits long for another."""
CHUNK_BYTES = 16 * 1024 * 1024
"""A chunk is no larger: a process holds all that it finds in one in memory."""


class Piece(NamedTuple):
    """A source, or some lines of one, that is checked by itself.

    Attributes:
        position: of the source among those of the run.
        weight: what it takes to check, in bytes of text.
    """

    position: int
    weight: int
    lines: LineRange | None = None


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_sources(
    checker: Checker, sources: Sequence[Source], jobs: int = 1, *, lines_bytes: int = LINES_BYTES
) -> RunReport:
    """Check each source by itself.

    Args:
        sources: texts and stores; a report knows each by its position here.
        jobs: processes; 0 for as many as help. Where the system has no `fork`, there is one.
        lines_bytes: of a range of lines that is checked by itself.
    """
    report = RunReport()
    pieces = list(_pieces(sources, checker.settings.limits, report, lines_bytes))
    processes = (jobs or usable_processors()) if hasattr(os, "fork") else 1
    total = sum(piece.weight for piece in pieces)
    # What can be read only once is read by this process, and a store's connection is its own.
    is_shared = not any(source.rows or source.opener for source in sources)
    if processes > 1 and len(pieces) > 1 and is_shared and (jobs or total >= FEW_BYTES):
        chunks = list(_chunks(pieces, min(total / (processes * CHUNKS), CHUNK_BYTES)))
        if _check_chunks(checker, sources, chunks, processes, report):
            return report
    for piece in pieces:
        source = sources[piece.position]
        report.add(check_source(checker, source, piece.position, piece.lines))
    return report


def _pieces(
    sources: Iterable[Source], limits: Limits, report: RunReport, lines_bytes: int
) -> Iterator[Piece]:
    for position, source in enumerate(sources):
        if source.format != "jsonl":
            yield Piece(position, FILE_BYTES + source.size())
            continue
        try:
            for lines in line_ranges(source, lines_bytes, limits):
                yield Piece(position, lines.end - lines.start, lines)
        except InputError as error:
            problem = SourceReport(
                position, source.name, reported=source.reported, was_read=False
            )  # fmt: skip
            problem.problems.append(str(error))
            report.add(problem)


def _chunks(pieces: Iterable[Piece], size: float) -> Iterator[list[Piece]]:
    """Pieces that one process checks at a time, of about `size` bytes."""
    chunk: list[Piece] = []
    weight = 0
    for piece in pieces:
        chunk.append(piece)
        weight += piece.weight
        if weight >= size:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _check_chunks(
    checker: Checker, sources: Sequence[Source], chunks: Sequence[list[Piece]], processes: int,
    report: RunReport,
) -> bool:  # fmt: skip
    """Check chunks in other processes; False where the system lets none of them begin."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    executor = ProcessPoolExecutor(
        min(processes, len(chunks)),
        multiprocessing.get_context("fork"),  # nothing is loaded twice
        _Worker.start,
        (checker, sources),
    )
    running = {*multiprocessing.active_children()}
    try:
        futures = [executor.submit(_Worker.check, chunk) for chunk in chunks]
    except OSError:  # there may be no more processes: those that have begun wait for ever
        for process in {*multiprocessing.active_children()} - running:
            process.kill()
        return False
    try:
        for future in as_completed(futures):
            report.merge(future.result())
    except BrokenProcessPool:
        raise InputError("a process of this run ended before it was done") from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
    return True


class _Worker:
    """What each process checks with: it inherits the checker instead of being sent it."""

    _checker: Checker
    _sources: Sequence[Source]

    @classmethod
    def start(cls, checker: Checker, sources: Sequence[Source]) -> None:
        """Begin the life of a process."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends, and all with it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        cls._checker, cls._sources = checker, sources
        threading.Thread(target=_end_with_parent, daemon=True).start()

    @classmethod
    def check(cls, chunk: Sequence[Piece]) -> RunReport:
        """What is found in some pieces."""
        report = RunReport(index=Index(sys.maxsize))  # facts on disk cannot be sent
        for piece in chunk:
            source = cls._sources[piece.position]
            report.add(check_source(cls._checker, source, piece.position, piece.lines))
        return report


def _end_with_parent() -> None:
    """End this process where its parent was killed: nobody would tell it."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
