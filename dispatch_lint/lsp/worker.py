"""The queue of the work that an editor asks for, and the thread that does it.

The thread of the protocol only takes messages and texts, so that it always knows the newest state.
All else is done here, one after the other: requests first, then what is due, then what can wait.
Work that is out of date is dropped, also where it has begun.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

Answer = TypeVar("Answer")
MOST_INSIDE = 10
"""Requests that are answered inside of one another, at most: each pauses too."""
LONGEST_DELAY = 10
"""How many times its delay a task waits, at most, while newer ones take its place."""


class Superseded(BaseException):
    """The work has become needless. It is no `Exception`, so that no rule handles it."""


@dataclass
class _Task:
    """Work that waits for its time; a newer task of the same name takes its place."""

    due: float
    latest: float
    run: Callable[[], object]


class Worker:
    """Does the work of a server in a thread of its own.

    Args:
        report: is called with an exception that work ended with.
    """

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self._report = report
        self._changed = threading.Condition()
        self._requests: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._tasks: dict[str, _Task] = {}
        self._background: dict[str, Iterator[None]] = {}
        self._running = ""
        """The name of the task that is being done."""
        self._depth = 0
        """How many pauses are inside of one another."""
        self._is_stopped = False
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done now."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()

    # What is asked for; from any thread

    def request(self, function: Callable[[], Answer]) -> Future[Answer]:
        """Let a request be answered next."""
        future: Future[Answer] = Future()
        with self._changed:
            self._requests.append((future, function))
            self._changed.notify()
        return future

    def later(self, name: str, delay: float, function: Callable[[], object]) -> None:
        """Let a task be done after some time, instead of one of the same name.

        Args:
            delay: seconds. Newer tasks of the name put it off, but not for ever.
        """
        now = time.monotonic()
        with self._changed:
            old = self._tasks.get(name)
            latest = old.latest if old else now + LONGEST_DELAY * delay
            self._tasks[name] = _Task(min(now + delay, latest), latest, function)
            self._changed.notify()

    def forget(self, name: str) -> None:
        """Do not do a task, or what is left of background work."""
        with self._changed:
            self._tasks.pop(name, None)
            self._background.pop(name, None)

    def in_background(self, name: str, steps: Iterator[None]) -> None:
        """Let steps be done while nothing else is to do, instead of those of the same name."""
        with self._changed:
            self._background[name] = steps
            self._changed.notify()

    # Inside of work

    def pause(self) -> None:
        """Answer the requests that came meanwhile. Long work calls this between its parts.

        Raises:
            Superseded: the running task waits again, because of a newer state.
        """
        if self._running and self._running in self._tasks:
            raise Superseded
        if self._depth == MOST_INSIDE:
            return
        running, self._running = self._running, ""
        self._depth += 1
        try:
            while self._requests:
                with self._changed:
                    future, function = self._requests.popleft()
                _answer(future, function)
        finally:
            self._depth -= 1
            self._running = running

    # The thread

    def _work(self) -> None:
        while True:
            with self._changed:
                job = self._next()
                while job is None and not self._is_stopped:
                    self._changed.wait(self._until_next())
                    job = self._next()
                if self._is_stopped:
                    return
            assert job is not None
            try:
                job()
            except Superseded:
                pass
            except Exception as error:
                self._report(error)
            finally:
                self._running = ""

    def _until_next(self) -> float | None:
        """Seconds until a task is due; None where none waits."""
        due = min((task.due for task in self._tasks.values()), default=None)
        return None if due is None else max(due - time.monotonic(), 0)

    def _next(self) -> Callable[[], object] | None:
        """What is to be done next, taken from the queue; None where nothing is."""
        if self._requests:
            future, function = self._requests.popleft()
            return lambda: _answer(future, function)
        now = time.monotonic()
        name = min(self._tasks, key=lambda name: self._tasks[name].due, default=None)
        if name is not None and self._tasks[name].due <= now:
            self._running = name
            return self._tasks.pop(name).run
        if self._background:
            name = next(iter(self._background))
            return lambda: self._step(name)
        return None

    def _step(self, name: str) -> None:
        steps = self._background.get(name)
        if steps is None:
            return
        try:
            next(steps)
        except BaseException as error:
            with self._changed:
                if self._background.get(name) is steps:
                    del self._background[name]
            if not isinstance(error, StopIteration):
                raise


def _answer(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function())
    except BaseException as error:
        future.set_exception(error)
