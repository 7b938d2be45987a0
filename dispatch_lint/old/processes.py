"""Further processes: forks of this one, that do some work and end."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def wanted_processes(jobs: int) -> int:
    """How many processes there are to be, with this one; one where the system has no `fork`.

    Args:
        jobs: as the user says; 0 for as many as help.
    """
    return (jobs or usable_processors()) if hasattr(os, "fork") else 1


def start_process(work: Callable[[int], None]) -> tuple[int, int]:
    """Start a process.

    Args:
        work: is given the pipe that it may write to. It ends with the process that reads from it.

    Returns:
        The number of the process, and the pipe that it is read from.

    Raises:
        OSError: the system gives no more.
    """
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if pid == 0:
        _live(work, reading, writing)
    os.close(writing)
    return pid, reading


def end_process(pid: int) -> None:
    """End a process, done or not, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _live(work: Callable[[int], None], reading: int, writing: int) -> NoReturn:
    """The life of a process; it never returns into the code of the caller."""
    code = 1
    try:
        os.close(reading)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends, and all with it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work(writing)
        code = 0
    except BrokenPipeError:
        pass  # the parent has ended
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)
