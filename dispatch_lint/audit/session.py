"""The Spark session of an audit: the one that is there, or one made as the options say."""

from __future__ import annotations

import logging
import os
import signal
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dispatch_lint.audit.java_log import harmless_log
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspark.sql import SparkSession

_SILENCED, _ENDED = 0.7, 0.6
"""Seconds that Java has to stop its log, and to end: a run ends soon after a signal."""
_TOLD = (
    "org.apache.spark.api.python",
    "org.apache.spark.executor.Executor",
    "org.apache.spark.scheduler.TaskSetManager",
    "org.apache.spark.sql.execution.datasources.FileFormatWriter",
    "org.apache.spark.sql.execution.python",
    "org.apache.spark.util.Utils",
)
"""Loggers of Spark that write the stacks of a task that has failed: the audit ends with its reason.

A lost executor, or too little memory, is told of by others.
"""


def session(
    master: str | None, remote: str | None, conf: Mapping[str, str] | None = None,
    *, progress: bool = False,
) -> SparkSession:  # fmt: skip
    """A session: over Spark Connect, on a master, or the one that `spark-submit` has made ready.

    Args:
        conf: settings of Spark.
        progress: let Spark draw its progress bar on stderr, also where that is no terminal.

    Raises:
        InputError: PySpark is not installed, or Spark does not answer.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError("audit needs PySpark: pip install 'dispatch-lint[spark]'") from error
    # Executors on this machine run the interpreter that runs this.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # They start in this working directory: a module of a checked repository is none of theirs.
    os.environ["PYTHONSAFEPATH"] = "1"
    if sys.pycache_prefix:  # nor is a compiled file there: `trust.require`
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    builder = SparkSession.builder.appName("dispatch-lint audit")
    if remote:
        builder = builder.remote(remote)
    elif master:
        builder = builder.master(master)
    elif "SPARK_ENV_LOADED" not in os.environ and not os.environ.get("SPARK_REMOTE"):
        builder = builder.master("local[*]")  # nobody said where
        for name in ("spark.driver.bindAddress", "spark.driver.host"):
            builder = builder.config(name, "127.0.0.1")  # nobody elsewhere has to reach it
    if not (remote or os.environ.get("SPARK_REMOTE")):  # a server's progress is its own
        builder = builder.config("spark.ui.showConsoleProgress", str(progress).lower())
        # Its page, for everybody who reaches this machine, shows the rows that are read.
        builder = builder.config("spark.ui.enabled", "false")
    for name, value in (conf or {}).items():
        builder = builder.config(name, value)
    try:
        with _own_signals(), harmless_log():
            made: SparkSession = builder.getOrCreate()
        made.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "5000")
        made.conf.set("spark.sql.session.timeZone", "UTC")
        _write_no_stacks()
    except (PySparkException, RuntimeError, OSError) as error:
        raise InputError(f"Spark does not answer: {str(error).splitlines()[0]}") from error
    except (KeyboardInterrupt, SystemExit):
        end_java()
        raise
    return made


def _write_no_stacks() -> None:
    """Stop the loggers that tell at length, and several times, why a task has failed."""
    with suppress(Exception):  # Spark Connect, where a server has the log; or another logger
        from pyspark import SparkContext

        java: Any = SparkContext._jvm
        log4j = java.org.apache.logging.log4j
        for name in _TOLD:
            log4j.core.config.Configurator.setLevel(name, log4j.Level.OFF)


def end_java() -> None:
    """End Java in the middle of its work, which it would report at length; then it writes no more files."""
    from pyspark import SparkContext

    _stop_log()
    # That of Spark's accumulators would report that its connection has ended.
    socketserver.BaseServer.handle_error = _ignore  # type: ignore[assignment, method-assign]
    java = getattr(SparkContext._gateway, "proc", None)
    if java is not None:  # it has started
        java.terminate()
        with suppress(subprocess.TimeoutExpired):
            java.wait(_ENDED)


def _ignore(*_: object) -> None:
    """Do nothing."""


def _stop_log() -> None:
    from pyspark import SparkContext

    # The connection of this thread waits for an answer; another thread has one of its own.
    def stop_log() -> None:
        with suppress(Exception):  # Java has not started, or has ended
            java: Any = SparkContext._jvm
            java.org.apache.spark.util.Utils.setLogLevel(java.org.apache.logging.log4j.Level.OFF)

    asking = threading.Thread(target=stop_log, daemon=True)
    asking.start()
    asking.join(_SILENCED)


@contextmanager
def _own_signals() -> Iterator[None]:
    """A context after which Ctrl-C ends the run as before, and leaves no traceback of py4j.

    PySpark's own handler asks Java to cancel all jobs, in the middle of another question to it.
    """
    logging.getLogger().addFilter(_is_not_of_py4j)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    """Whether a record is of other code: py4j logs with a traceback what it raises anyway."""
    return "py4j" not in record.pathname
