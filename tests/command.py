"""Runs of the command in processes of their own, which begin with all modules imported.

Starting Python and importing the product takes longer than what most tests ask of it. So one process
for each worker of the tests imports everything once, and forks for each run, which gets its working
directory, environment, arguments and standard streams, and then does what `python -m dispatch_lint`
does. Runs that change what Python itself reads when it starts are started as usual, and so is Spark.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parent.parent
WAIT = 600
"""Seconds after which something hangs: a machine may be slow."""
_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_")
_NOT_IMPORTED = ("dispatch_lint.audit", "dispatch_lint.lsp", "dispatch_lint.__main__")
_LARGEST = 1 << 20
_ENVIRONMENT = dict(os.environ)
"""What the process that forks is started with, whatever the first test changes."""


def run(
    folder: Path, *arguments: str, stdin: bytes = b"", seconds: int = 0, **env: str
) -> subprocess.CompletedProcess[bytes]:
    """Run `dispatch-lint` in a folder, as `subprocess.run` does.

    Args:
        seconds: of processor time, after which the run is killed; 0 is no limit.
        env: changes of this process's environment.

    Raises:
        subprocess.TimeoutExpired: it takes too long.
    """
    environment = {key: value for key, value in os.environ.items() if "COLOR" not in key}
    environment |= {"DISPATCH_LINT_TRUST": "1"} | env  # the plug-ins of a test are its own
    command = [sys.executable, "-m", "dispatch_lint", *arguments]
    if "audit" in arguments[:1] or _of_start(environment) != _of_start(_ENVIRONMENT):
        return subprocess.run(
            command, cwd=folder, input=stdin, capture_output=True, check=False, env=environment,
            timeout=WAIT, preexec_fn=lambda: _limit(seconds),
        )  # fmt: skip
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        reader, writer = os.pipe()
        feeding = Thread(target=_feed, args=(writer, stdin), daemon=True)
        feeding.start()
        streams = (reader, out.fileno(), error.fileno())
        code = _run_forked(command, folder, environment, seconds, streams)
        feeding.join()
        for stream in (out, error):
            stream.seek(0)
        return subprocess.CompletedProcess(command, code, out.read(), error.read())


def run_text(
    folder: Path, *arguments: str, stdin: bytes = b"", seconds: int = 0, **env: str
) -> subprocess.CompletedProcess[str]:
    """`run`, with the output as text."""
    result = run(folder, *arguments, stdin=stdin, seconds=seconds, **env)
    return subprocess.CompletedProcess(
        result.args, result.returncode, result.stdout.decode(), result.stderr.decode()
    )


@contextmanager
def interruptible() -> Iterator[None]:
    """Processes that are started meanwhile obey SIGINT and SIGHUP.

    What a shell runs in the background ignores the first, what `nohup` runs the second, and so does
    all that it starts.
    """
    interrupted = signal.signal(signal.SIGINT, signal.default_int_handler)
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, interrupted)
        signal.signal(signal.SIGHUP, hung_up)


def processor_seconds(process: int) -> float:
    """The processor time that a process has used so far; 0 where Linux does not tell, or it has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    user, system = status.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _limit(seconds: int) -> None:
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _of_start(env: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in env.items() if value and key.startswith(_READ_AT_START)}


def _feed(writer: int, data: bytes) -> None:
    with suppress(BrokenPipeError), open(writer, "wb") as stream:
        stream.write(data)


def _run_forked(
    command: list[str], folder: Path, env: dict[str, str], seconds: int,
    streams: tuple[int, int, int],
) -> int:  # fmt: skip
    """Run the command, and return its exit code, negative for a signal; closes standard input."""
    ours, theirs = socket.socketpair()
    request = json.dumps([command[3:], str(folder.absolute()), env, seconds]).encode()
    with ours:
        with theirs:
            socket.send_fds(_forking_process(), [request], [*streams, theirs.fileno()])
        os.close(streams[0])
        ours.settimeout(WAIT)
        answers = ours.makefile("r", encoding="ascii")
        process = int(answers.readline())
        try:
            return int(answers.readline())
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(command, WAIT) from None


@cache
def _forking_process() -> socket.socket:
    """The connection to the process of this worker that forks."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.command"], cwd=ROOT, env=_ENVIRONMENT,
            stdin=theirs.fileno(), stdout=subprocess.PIPE,
        )  # fmt: skip

    @atexit.register
    def stop() -> None:
        ours.close()
        process.wait()

    return ours


# What follows runs in the process that forks, and in those that it forks.


def _serve(requests: socket.socket) -> None:
    """Fork for each request, until the worker has ended."""
    _import_everything()
    gc.freeze()  # the memory of what is imported stays shared
    ended, wakeup = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    while True:
        select.select([requests.fileno(), ended], [], [])
        with suppress(BlockingIOError):
            os.read(ended, 4096)
        while running and (one := os.waitpid(-1, os.WNOHANG))[0]:
            with running.pop(one[0]) as caller, suppress(BrokenPipeError):
                caller.sendall(b"%d\n" % os.waitstatus_to_exitcode(one[1]))
        if not select.select([requests.fileno()], [], [], 0)[0]:
            continue
        request, streams, _, _ = socket.recv_fds(requests, _LARGEST, 4)
        if not request:
            return
        process = os.fork()
        if not process:
            arguments, folder, env, seconds = json.loads(request)
            _run(arguments, folder, env, seconds, streams[:3])
        for stream in streams[:3]:
            os.close(stream)
        running[process] = socket.socket(fileno=streams[3])
        running[process].sendall(b"%d\n" % process)


def _import_everything() -> None:
    """Import what commands import, but for Spark, the language server, and what acts when imported."""
    names = ["psycopg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite"]
    for package in ("dispatch_lint", "dispatch_lint_rules"):
        path = import_module(package).__path__
        names += [module.name for module in pkgutil.walk_packages(path, f"{package}.")]
    for name in names:
        if not name.startswith(_NOT_IMPORTED):
            with suppress(ImportError):
                import_module(name)


def _run(
    arguments: list[str], folder: str, env: dict[str, str], seconds: int, streams: list[int]
) -> None:
    """Become the process of a run; it ends here."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, 256)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        _limit(seconds)
        sys.path[0] = folder
        sys.argv = ["dispatch_lint", *arguments]
        runpy.run_module("dispatch_lint", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=os.dup(0)))
