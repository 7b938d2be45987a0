"""Work in other processes, which have all that this one has, because they are forked."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dispatch_lint.model.errors import InputError
from dispatch_lint.signals import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
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


class Workers(Generic[Item, Done]):
    """Processes that do a function of each of some items, and send what it returns.

    They start at once, and end with the context. Only a few results wait to be taken, because each
    may be large.

    Args:
        function: what the processes have of it is a copy; items and results are sent.
        processes: how many; fewer where there are fewer items.

    Raises:
        NotStarted: the system has no `fork`, or the limit of processes is reached.
    """

    def __init__(
        self, function: Callable[[Item], Done], items: Iterable[Item], processes: int
    ) -> None:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        if not hasattr(os, "fork"):
            raise NotStarted
        self._items = iter(items)
        first = [*islice(self._items, processes + 1)]
        self._executor = ProcessPoolExecutor(
            min(processes, len(first)) or 1,
            multiprocessing.get_context("fork"),  # modules and schemas are not loaded again
            _Worker.start,
            (function,),
        )
        self._others = {*multiprocessing.active_children()}
        self._running: deque[tuple[Item, Future[Done]]] = deque()
        try:
            for item in first:
                self._submit(item)
        except BaseException as error:
            self._kill()  # those that did start would wait for ever
            # Of what a signal cut short, nothing can be waited for.
            self._executor.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, OSError):
                raise NotStarted from None
            raise

    def __enter__(self) -> Workers[Item, Done]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if kind is not None:
            self._kill()  # nobody waits for what they do
        self._executor.shutdown(wait=True, cancel_futures=True)

    def in_order(self) -> Iterator[tuple[Item, Done]]:
        """Each item with its result, in the order of the items.

        Raises:
            InputError: a process was killed.
            Exception: what the function raised.
        """
        while self._running:
            yield self._take(0)

    def as_done(self) -> Iterator[tuple[Item, Done]]:
        """Each item with its result, whichever is done first; it raises as `in_order`."""
        from concurrent.futures import FIRST_COMPLETED, wait

        while self._running:
            wait([future for _, future in self._running], return_when=FIRST_COMPLETED)
            done = (n for n, (_, future) in enumerate(self._running) if future.done())
            yield self._take(next(done))

    def _take(self, index: int) -> tuple[Item, Done]:
        """Wait for an item, and let another begin. Nothing here keeps the result, which is large."""
        from concurrent.futures.process import BrokenProcessPool

        item, future = self._running[index]
        del self._running[index]
        try:
            result = future.result()
            for another in islice(self._items, 1):
                self._submit(another)
        except BrokenProcessPool:
            raise InputError("a worker process was killed (out of memory?)") from None
        return item, result

    def _submit(self, item: Item) -> None:
        self._running.append((item, self._executor.submit(_Worker.work, item)))

    def _kill(self) -> None:
        import multiprocessing

        for process in {*multiprocessing.active_children()} - self._others:
            process.kill()


class _Worker:
    """The state of a worker process, which inherits the function by `fork`."""

    _function: Callable[[Any], Any]

    @classmethod
    def start(cls, function: Callable[[Any], Any]) -> None:
        """Initialize a worker process."""
        for number in ENDING:  # the parent handles what a terminal sends, and ends the workers
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        cls._function = staticmethod(function)
        threading.Thread(target=_end_with_parent, daemon=True).start()

    @classmethod
    def work(cls, item: Any) -> Any:
        """Do the function of an item."""
        return cls._function(item)


def _end_with_parent() -> None:
    """Wait for the end of the parent process, which may be killed, and then end this process."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
