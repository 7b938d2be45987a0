"""Checks sources in several processes. The result does not depend on their number."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.engine.report import RunReport, SourceReport
from dispatch_lint.engine.settle import trim
from dispatch_lint.engine.source_check import check_source, check_steps, new_report
from dispatch_lint.index.index import Index
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.progress import Progress, tell_nobody
from dispatch_lint.signals import ENDING

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker

FEW_BYTES = 400_000
"""Less text is checked by one process, because starting others takes longer."""
FILE_BYTES = 500
"""The cost of opening a file, as the bytes of text that are checked in the same time."""
LINES_BYTES = 1024 * 1024
"""The size of a range of lines."""
CHUNKS = 8
"""The number of chunks for each process: several, so that all end at about the same time."""
CHUNK_BYTES = 4 * 1024 * 1024
"""The largest chunk: a process holds the report of a whole chunk in memory."""
MANY_ROWS = 10_000
"""The number of rows of a source that are kept before they go into the index, which may be on disk."""


class Piece(NamedTuple):
    """A source, or a range of its lines: the unit of work.

    Attributes:
        position: the position of the source in the run.
        weight: the cost of checking it, in bytes of text.
        lines: the range of a JSONL source; None for a whole source.
    """

    position: int
    weight: int
    lines: LineRange | None = None


def usable_processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_sources(
    checker: Checker, sources: Sequence[Source], jobs: int = 1, *, lines_bytes: int = LINES_BYTES,
    progress: Progress = tell_nobody,
) -> RunReport:  # fmt: skip
    """Check each source by itself, in one process or several.

    Args:
        sources: texts and stores. Reports have the position of a source in this sequence.
        jobs: the number of processes; 0 for one on each processor, where there is enough to check.
            Where the system has no `fork`, there is one process.
        lines_bytes: the size of a range of lines.
    """
    report = RunReport()
    pieces = list(_pieces(sources, checker.settings.limits, report, lines_bytes))
    processes = (jobs or usable_processors()) if hasattr(os, "fork") else 1
    total = sum(piece.weight for piece in pieces)
    # Buffered streams and connections to stores cannot be shared with other processes.
    shareable = not any(source.rows or source.opener for source in sources)
    if processes > 1 and len(pieces) > 1 and shareable and (jobs or total >= FEW_BYTES):
        chunks = list(_chunks(pieces, min(total / (processes * CHUNKS), CHUNK_BYTES)))
        if _check_chunks(checker, sources, chunks, processes, report, progress):
            return report
    for piece in pieces:
        source = sources[piece.position]
        part = new_report(source, piece.position, piece.lines)
        for _ in check_steps(checker, source, part):
            if len(part.rows) >= MANY_ROWS:  # a store is one piece, however large it is
                report.index.add(piece.position, part.rows)
                part.rows = []
        report.add(part)
        progress(piece.weight, total)
        if piece.lines and piece.lines.start:
            _trim(report, {piece.position}, checker.settings.limits)
    return report


def _trim(report: RunReport, positions: Collection[int], limits: Limits) -> None:
    """Keep no more violations of a file of many parts than are shown."""
    parts = (part for part in report.reports if part.position in positions)
    trim(parts, limits.violations_per_file)


def _pieces(
    sources: Iterable[Source], limits: Limits, report: RunReport, lines_bytes: int
) -> Iterator[Piece]:
    """The pieces of all sources; a source that cannot be read is added to the report instead."""
    for position, source in enumerate(sources):
        if source.format != "jsonl":
            yield Piece(position, FILE_BYTES + source.size())
            continue
        from dispatch_lint.documents.line_ranges import line_ranges

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
    """Group pieces into chunks of about `size` bytes, each of which one process checks."""
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
    report: RunReport, progress: Progress,
) -> bool:  # fmt: skip
    """Check chunks in other processes; False where they cannot be started."""
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    executor = ProcessPoolExecutor(
        min(processes, len(chunks)),
        multiprocessing.get_context("fork"),  # modules and schemas are not loaded again
        _Worker.start,
        (checker, sources),
    )
    running = {*multiprocessing.active_children()}

    def kill() -> None:
        for process in {*multiprocessing.active_children()} - running:
            process.kill()

    # Few reports at a time, because each holds all facts of its chunk.
    waiting = iter(chunks)
    try:
        weights = {
            executor.submit(_Worker.check, chunk): _weight(chunk)
            for chunk in islice(waiting, processes + 1)
        }
    except OSError:  # the limit of processes is reached: those that did start would wait for ever
        kill()
        return False
    total = sum(map(_weight, chunks))
    try:
        while weights:
            done, _ = wait(weights, return_when=FIRST_COMPLETED)
            weights |= {
                executor.submit(_Worker.check, chunk): _weight(chunk)
                for chunk in islice(waiting, len(done))
            }
            while done:
                future = done.pop()
                progress(weights.pop(future), total)
                checked = future.result()
                del future  # with its result, which is large
                positions = {part.position for part in checked.reports if part.lines}
                report.merge(checked)
                _trim(report, positions, checker.settings.limits)
    except BrokenProcessPool:
        raise InputError("a worker process was killed (out of memory?)") from None
    except BaseException:
        kill()  # nobody waits for the chunks that they check
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
    return True


def _weight(chunk: Iterable[Piece]) -> int:
    return sum(piece.weight for piece in chunk)


class _Worker:
    """The state of a worker process, which inherits the checker and the sources by `fork`."""

    _checker: Checker
    _sources: Sequence[Source]

    @classmethod
    def start(cls, checker: Checker, sources: Sequence[Source]) -> None:
        """Initialize a worker process."""
        for number in ENDING:  # the parent handles what a terminal sends, and ends the workers
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        cls._checker, cls._sources = checker, sources
        threading.Thread(target=_end_with_parent, daemon=True).start()

    @classmethod
    def check(cls, chunk: Sequence[Piece]) -> RunReport:
        """Check the pieces of a chunk."""
        report = RunReport(index=Index(sys.maxsize))  # in memory: it is sent to the parent
        for piece in chunk:
            source = cls._sources[piece.position]
            report.add(check_source(cls._checker, source, piece.position, piece.lines))
        return report


def _end_with_parent() -> None:
    """Wait for the end of the parent process, which may be killed, and then end this process."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
