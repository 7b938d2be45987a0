"""Files checked by several processes: what each finds is taken in the order of the files.

The processes are forks of the run: nothing is loaded twice. What they find comes back over pipes,
facts as `marshal` writes them, which is twice as fast as `pickle`.
"""

from __future__ import annotations

import marshal
import os
import signal
import struct
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from dispatch_lint.documents.source import InputError
from dispatch_lint.file_check import check_files
from dispatch_lint.line_check import LineCheck

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine import Run
    from dispatch_lint.line_check import Tally
    from dispatch_lint.outcome import Share

    Piece = list[int] | LineRange
    """What one process checks at a time: the numbers of files, or lines of one."""

FEW_BYTES = 150_000
"""Less text than this is checked by one process: to start a second takes longer."""
FILE_BYTES = 1_000
"""What it takes to open a file, as bytes of text that are checked in the same time."""
MANY = 2_000
"""So many files are shared out by their number: to ask each for its size takes longer."""
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
_RANGE = 4 * 1024 * 1024
"""Bytes of text whose facts are in memory twice, while they travel."""
_FRAME = struct.Struct("<QQ")
_NUMBER = struct.Struct("<I")
READABLE = 1  # selectors.EVENT_READ: what few runs need is imported by those


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
    wanted = jobs or usable_processors()
    if wanted == 1 or not hasattr(os, "fork") or any(one.rows or one.opener for one in sources):
        wanted = 1
    pieces: list[Piece] = []
    if wanted > 1:
        many = len(sources) >= MANY
        sizes = [0 if many and source.format != "jsonl" else source.size() for source in sources]
        weights = [FILE_BYTES + size for size in sizes]
        if jobs or sum(weights) >= FEW_BYTES:
            pieces = list(_pieces(run, numbers, weights, wanted))
    if len(pieces) < 2:
        check_files(run, numbers)
        return
    # What is learned from the first files need not be learned in every process.
    first_piece, *pieces = pieces
    joining = _Joining(run)
    joining.judge(first_piece)
    with _Workers(run, pieces, min(wanted, len(pieces))) as workers:
        for found in workers.results():
            joining.take(*found)
    joining.end()


def _pieces(run: Run, sources: list[int], weights: list[int], jobs: int) -> Iterator[Piece]:
    """What one process checks at a time: neighbours, or some lines of what is too much for one."""
    total = sum(weights)
    sizes = _sizes(total, jobs)
    size = next(sizes)
    piece: list[int] = []
    held = 0
    for source, weight in zip(sources, weights, strict=True):
        large = weight > total * _LARGE / jobs
        ranges = _line_ranges(run, source, chain((size,), sizes)) if large else []
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


class _Joining:
    """Takes what is found in pieces, in their order, and puts files together."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: LineCheck | None = None
        self.left: list[int] = []

    def judge(self, piece: Piece) -> None:
        """Judge a piece in this process."""
        if isinstance(piece, list):
            check_files(self._run, piece)
        else:
            self._of(piece.source).judge(piece)

    def take(self, share: Share, facts: Any, left: list[int], tally: Tally | None) -> None:
        """Take what another process found."""
        if tally is not None:
            self._of(tally.source).take(tally, share)
        else:
            self._end()
        self._run.take(share, facts)
        self.left += left

    def end(self) -> None:
        """Judge what was left."""
        self._end()
        check_files(self._run, self.left)

    def _of(self, source: int) -> LineCheck:
        if self._lines is None or self._lines.number != source:
            self._end()
            self._lines = LineCheck(self._run, source)
        return self._lines

    def _end(self) -> None:
        if self._lines is not None:
            self._lines.end()
            self._lines = None


class _Worker(NamedTuple):
    pid: int
    pipe: int
    received: bytearray


class _Workers:
    """Forked processes; each takes the next piece when it is done with one."""

    def __init__(self, run: Run, pieces: list[Piece], jobs: int) -> None:
        import gc
        import pickle  # noqa: F401 (before the processes part)
        import selectors

        gc.freeze()  # what is there stays: to look through it would copy it for each process
        self._run, self._pieces, self._jobs = run, pieces, jobs
        self._workers: list[_Worker] = []
        self._lines: LineCheck | None = None
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> _Workers:
        # Whoever reads the next number from this pipe has its piece.
        waiting, numbers = os.pipe()
        os.write(numbers, b"".join(map(_NUMBER.pack, range(len(self._pieces)))))
        os.close(numbers)
        for _ in range(self._jobs):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(reading)
                for other in self._workers:
                    os.close(other.pipe)
                self._work(waiting, writing)
            os.close(writing)
            worker = _Worker(pid, reading, bytearray())
            self._workers.append(worker)
            self._selector.register(reading, READABLE, worker)
        os.close(waiting)
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for worker in self._workers:
            os.close(worker.pipe)
            # One that still writes finds nobody to read; one that still checks is told to end.
            os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)

    def _work(self, waiting: int, pipe: int) -> NoReturn:
        """The life of a process; it never returns into the code of the caller."""
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends, and all with it
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._run.drain()  # what was found before is the parent's
            with os.fdopen(pipe, "wb") as stream:
                while number := os.read(waiting, _NUMBER.size):
                    (piece,) = _NUMBER.unpack(number)
                    for data in self._check(self._pieces[piece]):
                        stream.write(_FRAME.pack(piece, len(data)))
                        stream.write(data)
                    stream.flush()
            code = 0
        except BrokenPipeError:
            pass  # the parent has ended
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def _check(self, piece: Piece) -> tuple[bytes, bytes]:
        import pickle

        run = self._run
        large: list[int] = []
        tally: Tally | None = None
        if isinstance(piece, list):
            # The facts of a large file may not fit into memory: they do not travel.
            large = check_files(run, piece, LARGE)
        else:
            if self._lines is None or self._lines.number != piece.source:
                self._lines = LineCheck(run, piece.source)
            self._lines.judge(piece)
            tally = self._lines.drain()
        found, facts = run.drain()
        return (
            pickle.dumps((found, tally), pickle.HIGHEST_PROTOCOL),
            marshal.dumps((facts, large)),
        )

    def results(self) -> Iterator[tuple[Share, Any, list[int], Tally | None]]:
        """What was found in each piece, in their order: facts, what is left, and of lines a tally."""
        import pickle

        frames: dict[int, list[bytes]] = {}
        for number in range(len(self._pieces)):
            while len(frames.get(number, ())) < 2:
                self._receive(frames)
            found, facts = frames.pop(number)
            share, tally = pickle.loads(found)
            yield (share, *marshal.loads(facts), tally)

    def _receive(self, frames: dict[int, list[bytes]]) -> None:
        """Take what the processes have sent; none has to wait."""
        if not self._selector.get_map():
            raise InputError("a process of this run ended before it was done")
        for key, _ in self._selector.select():
            worker: _Worker = key.data
            data = os.read(worker.pipe, 1 << 20)
            if not data:
                self._selector.unregister(worker.pipe)
            worker.received.extend(data)
            while len(worker.received) >= _FRAME.size:
                piece, size = _FRAME.unpack_from(worker.received)
                end = _FRAME.size + size
                if len(worker.received) < end:
                    break
                frame = bytes(memoryview(worker.received)[_FRAME.size : end])
                frames.setdefault(piece, []).append(frame)
                del worker.received[:end]
