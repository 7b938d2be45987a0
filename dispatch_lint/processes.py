"""Work in other processes, which have all that this one has, because they are forked.

The executors of the standard library wait for ever for a process that is killed while it sends what
it has done. Here each process has a connection of its own, whose end is noticed.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from dispatch_lint.model.errors import InputError
from dispatch_lint.signals import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess
    from types import TracebackType

Item = TypeVar("Item")
Done = TypeVar("Done")


class NotStarted(Exception):
    """Other processes could not be started, and nothing was done by them."""


def usable_processors() -> int:
    """The number of processors that this process may use; 1 where it cannot be forked."""
    if not hasattr(os, "fork"):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processes_for(jobs: int, work: int, few: int) -> int:
    """How many processes share some work.

    Args:
        jobs: the number that is wanted; 0 for one on each processor, where there is enough to do.
        work: how much there is to do.
        few: less than this is done by one process, because starting others takes longer.
    """
    return jobs or (usable_processors() if work >= few else 1)


class _Process(NamedTuple):
    """Another process, and this end of the connection to it."""

    process: ForkProcess
    connection: Connection


class Workers(Generic[Item, Done]):
    """Processes that do a function of each of some items, and send what it returns.

    They start at once, and are ended with the context. Each does one item at a time, and waits until
    what it has done is taken, because that may be large.

    Args:
        function: what the processes have of it, and of the items, is a copy.
        processes: how many; fewer where there are fewer items.

    Raises:
        NotStarted: the system has no `fork`, or no further process or connection.
    """

    def __init__(
        self, function: Callable[[Item], Done], items: Iterable[Item], processes: int
    ) -> None:
        if not hasattr(os, "fork"):
            raise NotStarted
        self._items = [*items]
        self._begun = 0
        """The number of items that were begun; they are in order."""
        self._idle: list[_Process] = []
        self._busy: dict[Connection, tuple[_Process, int]] = {}
        try:
            for _ in range(min(processes, len(self._items))):
                self._start(function)
        except BaseException as error:
            self._end()
            if isinstance(error, OSError):
                raise NotStarted from None
            raise

    def _start(self, function: Callable[[Item], Done]) -> None:
        import multiprocessing

        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        inherited = [ours, *(other.connection for other in self._idle)]
        process = context.Process(target=_work, args=(function, self._items, theirs, inherited))
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()  # so that its end is noticed
        self._idle.append(_Process(process, ours))

    def __enter__(self) -> Workers[Item, Done]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._end()

    def _end(self) -> None:
        """End all processes; what they still do, nobody waits for."""
        for process, connection in (*self._idle, *(other for other, _ in self._busy.values())):
            process.kill()
            process.join()
            connection.close()
        self._idle, self._busy = [], {}

    def in_order(self) -> Iterator[tuple[Item, Done]]:
        """Each item with its result, in the order of the items.

        Raises:
            InputError: a process was killed.
            Exception: what the function raised.
        """
        ahead = 2 * len(self._idle)
        done: dict[int, Done] = {}
        for index, item in enumerate(self._items):
            while index not in done:
                done |= self._receive(index + ahead)
            yield item, done.pop(index)

    def as_done(self) -> Iterator[tuple[Item, Done]]:
        """Each item with its result, whichever is done first; it raises as `in_order`."""
        left = len(self._items)
        while left:
            for index, result in self._receive(len(self._items)):
                left -= 1
                yield self._items[index], result
                del result

    def _receive(self, limit: int) -> Iterator[tuple[int, Done]]:
        """What has been done, as soon as there is something; items below a limit are begun."""
        from multiprocessing.connection import wait

        self._begin(limit)
        for connection in wait([*self._busy]):
            process, index = self._busy[connection]  # type: ignore[index]
            try:
                is_done, result = process.connection.recv()
            except (EOFError, OSError):
                raise InputError("a worker process was killed (out of memory?)") from None
            del self._busy[process.connection]
            self._idle.append(process)
            self._begin(limit)
            if not is_done:
                raise result
            yield index, result

    def _begin(self, limit: int) -> None:
        """Let idle processes begin items."""
        while self._idle and self._begun < min(limit, len(self._items)):
            process = self._idle.pop()
            self._busy[process.connection] = process, self._begun
            with suppress(OSError):  # it was killed: nothing will come from it
                process.connection.send(self._begun)
            self._begun += 1


def _work(
    function: Callable[[Any], Any], items: Sequence[Any], connection: Connection,
    inherited: Iterable[Connection],
) -> None:  # fmt: skip
    """What a process does, until the other end of its connection is closed."""
    for number in ENDING:  # the parent handles what a terminal sends, and ends the workers
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()
    with suppress(RuntimeError):  # there may be no thread to spare
        threading.Thread(target=_end_with_parent, daemon=True).start()
    this = os.getpid()
    while True:
        try:
            index = connection.recv()
        except (EOFError, OSError):
            return
        sent = _pickled(function, items[index])
        if os.getpid() != this:  # the function forked: what it made would send all again
            os._exit(1)
        try:
            connection.send_bytes(sent)
        except OSError:  # the parent was killed meanwhile
            return


def _pickled(function: Callable[[Any], Any], item: Any) -> bytes:
    """Whether a function was done, and what it returned or raised."""
    import pickle  # most runs have one file, and no other process

    try:
        return pickle.dumps((True, function(item)), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        if not isinstance(error, InputError):
            from traceback import format_exc

            error.add_note(format_exc())
        try:
            sent = pickle.dumps((False, error))
            pickle.loads(sent)
        except Exception:  # an exception of a plug-in may be of any class
            kind = InputError if isinstance(error, InputError) else RuntimeError
            sent = pickle.dumps((False, kind(str(error))))
        return sent


def _end_with_parent() -> None:
    """Wait for the end of the parent process, which may be killed, and then end this process."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
