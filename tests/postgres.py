"""A real PostgreSQL server of the tests' own, where its binaries are there."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A running server: anyone may connect, but `guest` needs a password."""

    port: int
    folder: Path
    binaries: Path

    def url(self, database: str, account: str = "owner") -> str:
        return f"postgresql://{account}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o",
                      f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off")  # fmt: skip

    def _control(self, *arguments: str) -> None:
        command = [str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), *arguments]
        as_server(command)


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, or None."""
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("pg_ctl")
    folders += [Path(found).resolve().parent] if found else []
    return next((one for one in folders if (one / "initdb").exists()), None)


def as_server(command: list[str]) -> None:
    """Run a command; as the account of the server where we are root, which it refuses."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    # The server inherits what it gets here, so no pipe may be among it.
    subprocess.run(
        command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _started(folder: Path, found: Path) -> Server:
    """Start a server at a port that nobody else has, also not for a connection of their own."""
    for _ in range(20):
        server = Server(random.randrange(10_000, 30_000), folder, found)
        with suppress(OSError, subprocess.CalledProcessError):
            with socket.socket() as free:
                free.bind(("127.0.0.1", server.port))
            server.start()
            return server
    raise RuntimeError((folder / "log").read_text())


@contextmanager
def running(found: Path) -> Iterator[Server]:
    """A new server, for as long as it is wanted."""
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-", dir="/tmp") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        as_server([str(found / "initdb"), "-D", str(folder / "data"), "-U", "owner", "-A", "trust",
                   "-E", "UTF8", "--no-sync"])  # fmt: skip
        access = folder / "data" / "pg_hba.conf"
        access.write_text(f"host all guest all scram-sha-256\n{access.read_text()}")
        server = _started(folder, found)
        try:
            yield server
        finally:
            server.stop()
