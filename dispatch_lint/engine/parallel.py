"""Checks sources in several processes. The result does not depend on their number."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from dispatch_lint.documents.pieces import (
    FEW_BYTES,
    LINES_BYTES,
    Piece,
    are_shareable,
    chunks_of,
    pieces_of,
    weight_of,
)
from dispatch_lint.engine.report import RunReport, SourceReport
from dispatch_lint.engine.settle import trim
from dispatch_lint.engine.source_check import check_source, check_steps, new_report
from dispatch_lint.index.index import Index
from dispatch_lint.model.progress import Progress, tell_nobody
from dispatch_lint.processes import NotStarted, Workers, processes_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.model.errors import InputError

CHUNKS = 8
"""The number of chunks for each process: several, so that all end at about the same time."""
CHUNK_BYTES = 4 * 1024 * 1024
"""The largest chunk: a process holds the report of a whole chunk in memory."""
MANY_ROWS = 10_000
"""The number of rows of a source that are kept before they go into the index, which may be on disk."""


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

    def fail(position: int, error: InputError) -> None:
        source = sources[position]
        problem = SourceReport(position, source.name, reported=source.reported, was_read=False)
        problem.problems.append(str(error))
        report.add(problem)

    pieces = list(pieces_of(sources, checker.settings.limits, fail, lines_bytes))
    total = weight_of(pieces)
    processes = processes_for(jobs, total, FEW_BYTES)
    if processes > 1 and len(pieces) > 1 and are_shareable(sources):
        chunks = chunks_of(pieces, min(total / (processes * CHUNKS), CHUNK_BYTES))
        try:
            _check_chunks(checker, sources, chunks, processes, report,
                          lambda amount: progress(amount, total))  # fmt: skip
            return report
        except NotStarted:
            pass
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


def _check_chunks(
    checker: Checker, sources: Sequence[Source], chunks: Iterable[list[Piece]], processes: int,
    report: RunReport, progress: Callable[[int], None],
) -> None:  # fmt: skip
    """Check chunks in other processes.

    Raises:
        NotStarted: there can be none.
    """
    with Workers(partial(_check_chunk, checker, sources), chunks, processes) as workers:
        for chunk, checked in workers.as_done():
            progress(weight_of(chunk))
            positions = {part.position for part in checked.reports if part.lines}
            report.merge(checked)
            _trim(report, positions, checker.settings.limits)


def _check_chunk(checker: Checker, sources: Sequence[Source], chunk: Sequence[Piece]) -> RunReport:
    """Check the pieces of a chunk."""
    report = RunReport(index=Index(sys.maxsize))  # in memory: it is sent to another process
    for piece in chunk:
        source = sources[piece.position]
        report.add(check_source(checker, source, piece.position, piece.lines))
    return report
