"""Exit handling: ends the process with the right exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.cli.output import tell, tell_error
from dispatch_lint.signals import ENDING, Interrupted, Signalled, held

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

    from _typeshed import ReadableBuffer

EXIT_FAILURE = 2
EXIT_INTERRUPTED = 130
GRACE = 1.5
"""Seconds that a run has, from a signal on, to remove half-written files and end its processes."""


def run_and_exit(work: Callable[[], int]) -> NoReturn:
    """Call `work`, and end the process with its exit code; 2 for an error, 130 for Ctrl-C.

    The process ends without freeing its memory, which can take longer than the run itself.
    """
    _prepare_streams()
    sys.unraisablehook = _report_unraisable
    exhausted = False
    try:
        code = work()
    except KeyboardInterrupt as error:
        rule = error.rule if isinstance(error, Interrupted) else ""
        tell(f"interrupted in the rule {rule}" if rule else "interrupted")
        _end_children()
        code = EXIT_INTERRUPTED
    except SystemExit as exit_:  # a signal
        if isinstance(exit_, Signalled) and exit_.rule:
            tell(f"ended in the rule {exit_.rule}")
        _end_children()
        code = exit_.code if isinstance(exit_.code, int) else EXIT_FAILURE if exit_.code else 0
    except BrokenPipeError:
        _discard_output()  # the reader of the pipe is gone
        code = EXIT_FAILURE
    except MemoryError:
        exhausted, code = True, EXIT_FAILURE
    except OSError as error:
        with suppress(OSError):  # standard error may be what is full
            tell_error(error)
        _discard_output()  # standard output itself may be the file that is full
        code = EXIT_FAILURE
    if exhausted:  # only now the values of the run are free: the exception kept them
        tell("out of memory")
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # Python reports why
    os._exit(code)


def _report_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """Report an exception that nothing can handle; one message says that memory is exhausted."""
    if not issubclass(unraisable.exc_type, MemoryError):
        sys.__unraisablehook__(unraisable)


def end_on_signals() -> None:
    """End the run by an exception at a signal of `ENDING`, and in any case after `GRACE`.

    The exception lets half-written files be removed. It waits for code that is not Python, which
    may be slow: the thread that watches does not.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in ENDING:
        # SIGINT is ignored by what a shell runs with `&`, and SIGHUP by what `nohup` runs.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_once)
    if sys.platform == "win32":
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    with held():  # the thread inherits it: a signal goes to any thread that does not hold it
        threading.Thread(target=_watch, args=(reader,), daemon=True).start()


def _raise_once(number: int, frame: FrameType | None) -> NoReturn:
    """Raise the exception for a signal; another one does not interrupt the end."""
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    # What the exception cuts short (a pool that starts its processes) is not cleaned up by itself,
    # and Python would print a traceback for it.
    sys.unraisablehook = lambda _: None
    rule = _running_rule(frame)
    if number == signal.SIGINT:
        raise Interrupted(rule)
    raise Signalled(128 + number, rule)


def _running_rule(frame: FrameType | None) -> str:
    """See `running_rule`; empty while the program starts, when nothing can be imported."""
    module = sys.modules.get("dispatch_lint.engine.rule_failures")
    find: Callable[[FrameType | None], str] | None = getattr(module, "running_rule", None)
    return find(frame) if find else ""


def _watch(reader: int) -> None:
    """End the process some time after a signal that ends it."""
    while signals := os.read(reader, 1):
        number = signals[0]
        if number in ENDING:
            time.sleep(GRACE)
            _end_children()
            os._exit(128 + number)


def _end_children() -> None:
    """End the processes that this one started; the Java of an audit removes its temporary files."""
    for children in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        try:
            for child in children.read_text().split():
                os.kill(int(child), signal.SIGTERM)
        except (OSError, ValueError):
            continue  # it has ended by itself


class _StandardOutput(FileIO):
    """Standard output, whose errors have its name."""

    def write(self, data: ReadableBuffer) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from None

    def seekable(self) -> bool:
        return False


def _prepare_streams() -> None:
    """Open the null device for standard streams that are closed (`>&-`), and name standard output in errors.

    A closed standard output is opened for reading, and a closed standard input for writing: to use
    them stays an error.
    """
    for name, mode, flags in (("stdin", "r", os.O_WRONLY), ("stdout", "w", os.O_RDONLY),
                              ("stderr", "w", os.O_WRONLY)):  # fmt: skip
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, flags)
            setattr(sys, name, open(handle, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    old = sys.stdout
    if isinstance(old, TextIOWrapper) and not old.isatty():
        sys.stdout = TextIOWrapper(
            BufferedWriter(_StandardOutput(old.fileno(), "w", closefd=False)),
            encoding=old.encoding, errors=old.errors, line_buffering=old.line_buffering,
            write_through=old.write_through,
        )  # fmt: skip


def _discard_output() -> None:
    """Discard all further output, what is still buffered included."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        os.close(sys.stdout.fileno())  # too many files are open
