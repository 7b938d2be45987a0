"""Files checked by several processes: what each finds is taken in the order of the files.

The processes are forks of the run: nothing is loaded twice. This one checks files like the others,
and takes in between what they have found. That comes over pipes, facts as `marshal` writes them,
which is twice as fast as `pickle`.
"""

from __future__ import annotations

import marshal
import os
import struct
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError
from dispatch_lint.old.file_check import check_files
from dispatch_lint.old.line_check import LineCheck
from dispatch_lint.old.processes import end_process, start_process, wanted_processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.source import Source
    from dispatch_lint.old.engine import Facts, Run
    from dispatch_lint.old.line_check import Tally
    from dispatch_lint.old.outcome import Share

    Piece = list[int] | LineRange
    """What one process checks at a time: the numbers of files, or lines of one."""

FEW_BYTES = 200_000
"""Less text than this is checked by one process: to start a second takes longer."""
FILE_BYTES = 100
"""What it takes to open a file, as bytes of text that are checked in the same time."""
MANY = 2_000
"""So many files are shared out by their number: to ask each for its size takes longer."""
USUAL_BYTES = 500
"""The size of a file that is not asked for it."""
LARGE = 16 * 1024 * 1024
"""Bytes of a file that is checked by the first process, when all others are done."""
_SHARE = 1 / 2
"""Of what is left, for each process: how much of it is a piece. Fewer pieces take less time."""
_LEAST = 1 / 32
"""Of all, for each process: the last pieces, so small that none waits long for another."""
_FIRST = 1 / 4
"""Of such a small one: the first piece, while whose files are checked the others wait."""
_LARGE = 1 / 8
"""Of all, for each process: a larger file is shared out by its lines."""
_MOST_PIECES = 4_096
"""Their numbers fit into a pipe, also where some have become more."""
_RANGE = 2 * 1024 * 1024
"""Bytes of text whose facts are in memory twice, while they travel; they fit into a pipe."""
_PIPE = 1024 * 1024
"""Bytes that a pipe holds where it may: nobody has to wait for the process that takes them."""
_HEAD = struct.Struct("<QQQ")
_NUMBER = struct.Struct("<I")
READABLE = 1  # selectors.EVENT_READ: what few runs need is imported by those


def check_sources(run: Run, sources: Sequence[Source], jobs: int) -> None:
    """Judge the documents of sources, and keep their facts, as `check_files` does.

    Args:
        jobs: processes; 0 for as many as help.

    Raises:
        InputError: a process ended before it was done.
    """
    first = len(run.sources)
    run.sources.extend(sources)
    numbers = list(range(first, first + len(sources)))
    wanted = wanted_processes(jobs)
    pieces: list[Piece] = []
    if wanted > 1 and not any(one.rows or one.opener for one in sources):
        many = len(sources) >= MANY
        weights = [
            FILE_BYTES + (USUAL_BYTES if many and one.format != "jsonl" else one.size())
            for one in sources
        ]
        if jobs or sum(weights) >= FEW_BYTES:
            pieces = list(_pieces(run, numbers, weights, wanted))
    if len(pieces) < 2:
        run.stop_reading()
        check_files(run, numbers)
        return
    before = run.drain()
    found = _check_pieces(run, pieces, wanted)
    run.take(before)
    joining = _Joining(run)
    for one in found:
        joining.take(one)
    joining.end()


def _check_pieces(run: Run, pieces: list[Piece], jobs: int) -> list[_Found]:
    """What is found in each piece, in their order; all facts are kept by the run."""
    checker = _Checker(run)
    # What is learned from the first files need not be learned in every process.
    found = {0: checker.check(pieces[0])}
    run.stop_reading()  # before other processes want what was read

    def take(arrived: Iterator[tuple[int, _Found, Facts]]) -> None:
        for number, one, facts in arrived:
            run.take_facts(facts)
            found[number] = one

    with _Workers(run, checker, pieces, min(jobs, len(pieces) - 1) - 1) as workers:
        while (number := workers.next_piece()) is not None:
            take(workers.arrived(wait=False))
            found[number] = checker.check(pieces[number])
        while len(found) < len(pieces):
            take(workers.arrived(wait=True))
    return [found[number] for number in range(len(pieces))]


def _pieces(run: Run, sources: list[int], weights: list[int], jobs: int) -> Iterator[Piece]:
    """What one process checks at a time: neighbours, or some lines of what is too much for one."""
    total = sum(weights)
    most = total * _LARGE / jobs
    sizes = _sizes(total, jobs)
    size = next(sizes)
    piece: list[int] = []
    held = 0
    for source, weight in zip(sources, weights, strict=True):
        ranges = _line_ranges(run, source, chain((size,), sizes)) if weight > most else []
        if not ranges:
            piece.append(source)
            held += weight
            if held < size:
                continue
        if piece:
            yield piece
        yield from ranges
        piece, held, size = [], 0, next(sizes)
    if piece:
        yield piece


def _sizes(total: float, jobs: int) -> Iterator[int]:
    """How large one piece after the other is, in bytes, until nothing is left, and on."""
    least = max(min(total * _LEAST / jobs, _RANGE), total / _MOST_PIECES)
    size = least * _FIRST
    while True:
        yield int(size) or 1
        total -= size
        size = max(least, min(total * _SHARE / jobs, _RANGE))


def _line_ranges(run: Run, source: int, sizes: Iterator[int]) -> list[LineRange]:
    """Lines of a file that are judged by themselves; none where it is judged as a whole."""
    if run.sources[source].format != "jsonl":
        return []
    from dispatch_lint.documents.line_ranges import line_ranges

    digest = run.new_digest()
    found = line_ranges(run.sources[source], source, sizes, digest)
    if found:
        run.note_digest(source, digest)
    return found


class _Found(NamedTuple):
    """What is found in a piece, besides facts.

    Attributes:
        left: the numbers of files that are judged when all else is done.
        tally: of some lines of a file.
    """

    share: Share
    left: list[int]
    tally: Tally | None


class _Checker:
    """Checks pieces, each by itself: which process checks which makes no difference."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: LineCheck | None = None

    def check(self, piece: Piece) -> _Found:
        """What is found in a piece; its facts are kept by the run."""
        run = self._run
        left: list[int] = []
        tally: Tally | None = None
        if isinstance(piece, list):
            # The facts of a large file may not fit into memory: they do not travel.
            left = check_files(run, piece, LARGE)
        else:
            if self._lines is None or self._lines.number != piece.source:
                self._lines = LineCheck(run, piece.source)
            self._lines.judge(piece)
            tally = self._lines.drain()
        return _Found(run.drain(), left, tally)


class _Joining:
    """Takes what is found in pieces, in their order, and puts files together."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: LineCheck | None = None
        self._left: list[int] = []

    def take(self, found: _Found) -> None:
        """Take what is found in the next piece."""
        if found.tally is not None:
            self._of(found.tally.source).take(found.tally, found.share)
        else:
            self._end()
        self._run.take(found.share)
        self._left += found.left

    def end(self) -> None:
        """Judge what was left."""
        self._end()
        check_files(self._run, self._left)

    def _of(self, source: int) -> LineCheck:
        if self._lines is None or self._lines.number != source:
            self._end()
            self._lines = LineCheck(self._run, source)
        return self._lines

    def _end(self) -> None:
        if self._lines is not None:
            self._lines.end()
            self._lines = None


class _Outbox:
    """What a process sends. It waits for the one that takes it only when it has nothing else to do."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._waiting = bytearray()
        os.set_blocking(pipe, False)

    def send(self, *parts: bytes) -> None:
        """Send as much as there is room for, and the rest later."""
        for part in parts:
            self._waiting += part
        with suppress(BlockingIOError):
            self._write()

    def close(self) -> None:
        """Send the rest."""
        os.set_blocking(self._pipe, True)
        self._write()
        os.close(self._pipe)

    def _write(self) -> None:
        while self._waiting:
            del self._waiting[: os.write(self._pipe, self._waiting)]


class _Worker(NamedTuple):
    pid: int
    pipe: int
    received: bytearray


class _Workers:
    """Forked processes; each takes the next piece when it is done with one.

    Args:
        pieces: of which the first has been checked.
        count: of processes besides this one.
    """

    def __init__(self, run: Run, checker: _Checker, pieces: list[Piece], count: int) -> None:
        import gc
        import pickle  # noqa: F401 (before the processes part)
        import selectors

        gc.freeze()  # what is there stays: to look through it would copy it for each process
        self._run, self._checker, self._pieces, self._count = run, checker, pieces, count
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        # Whoever reads the next number from this pipe has its piece.
        self._numbers, writing = os.pipe()
        os.write(writing, b"".join(map(_NUMBER.pack, range(1, len(pieces)))))
        os.close(writing)

    def next_piece(self) -> int | None:
        """The number of a piece that is now of the process that asks; None where all are taken."""
        number = os.read(self._numbers, _NUMBER.size)
        return _NUMBER.unpack(number)[0] if number else None

    def __enter__(self) -> _Workers:
        with suppress(OSError):  # the system gives no more: those that there are do it all
            while len(self._workers) < self._count:
                pid, pipe = start_process(self._work)
                _widen(pipe)
                worker = _Worker(pid, pipe, bytearray())
                self._workers.append(worker)
                self._selector.register(pipe, READABLE, worker)
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        os.close(self._numbers)
        for worker in self._workers:
            os.close(worker.pipe)
            end_process(worker.pid)

    def _work(self, pipe: int) -> None:
        """What each process does."""
        import pickle

        for worker in self._workers:
            os.close(worker.pipe)  # of the others
        self._run.drain_facts()  # what was collected before is the parent's
        outbox = _Outbox(pipe)
        while (number := self.next_piece()) is not None:
            one = self._checker.check(self._pieces[number])
            self._run.described.clear()  # whoever checks definitions reads them again
            found = pickle.dumps(one, pickle.HIGHEST_PROTOCOL)
            facts = marshal.dumps(self._run.drain_facts())
            outbox.send(_HEAD.pack(number, len(found), len(facts)), found, facts)
        outbox.close()

    def arrived(self, *, wait: bool) -> Iterator[tuple[int, _Found, Facts]]:
        """What has come: the number of each piece, and what was found and collected in it.

        Args:
            wait: whether to wait until something comes; a piece may come in several parts.

        Raises:
            InputError: nothing will come.
        """
        if wait and not self._selector.get_map():
            raise InputError("a process of this run ended before it was done")
        for key, _ in self._selector.select(None if wait else 0):
            worker: _Worker = key.data
            data = os.read(worker.pipe, _PIPE)
            if not data:
                self._selector.unregister(worker.pipe)
            worker.received.extend(data)
            yield from _unpack(worker.received)


def _unpack(received: bytearray) -> Iterator[tuple[int, _Found, Facts]]:
    """Take from what was received all that has come as a whole."""
    import pickle

    while len(received) >= _HEAD.size:
        number, found, facts = _HEAD.unpack_from(received)
        middle = _HEAD.size + found
        end = middle + facts
        if len(received) < end:
            break
        with memoryview(received) as view:
            one = number, pickle.loads(view[_HEAD.size : middle]), marshal.loads(view[middle:end])
        del received[:end]
        yield one


def _widen(pipe: int) -> None:
    """Have a pipe hold more than it does by itself, where that can be had."""
    import fcntl

    with suppress(AttributeError, OSError):  # only Linux has it, and for each user only so much
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
