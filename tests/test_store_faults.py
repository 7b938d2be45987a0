"""Stores under faults: killed, crowded, locked, full, damaged, cut off."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dispatch_lint.audit import inputs
from dispatch_lint.cli import cli
from dispatch_lint.model.errors import StoreError
from dispatch_lint.rule import stored
from dispatch_lint.store import engines, tables
from dispatch_lint.store.archive import archive_lines
from dispatch_lint.store.engines import refuse_removed, sqlite_engine
from dispatch_lint.store.entity_store import ConnectionLost, Counts, Filter
from dispatch_lint.store.importing import ImportRefused
from dispatch_lint.store.memory import MemoryStore
from dispatch_lint.store.opening import open_for_writing, open_store
from dispatch_lint.store.urls import shown, without_passwords
from tests.command import WAIT, processor_seconds
from tests.test_cli import check, run
from tests.test_store import CLASSIFIER, database, make_store, put, query, server

__all__ = ["database", "make_store", "server"]


def many(count: int) -> str:
    return "".join(
        stored("Function", id=f"f{number}", name=f"f{number}", image=f"i{number % 50}")
        for number in range(count)
    )


def start_import(folder: Path, store: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dispatch_lint", "store", "import", "many.jsonl", "--store"]
    return subprocess.Popen(
        [*command, store], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def contents(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    found = [
        connection.execute("PRAGMA integrity_check").fetchall(),
        connection.execute("SELECT count(*), count(DISTINCT key) FROM entity").fetchone(),
        connection.execute("SELECT count(*) FROM reference").fetchone(),
        connection.execute("SELECT count(*) FROM ledger").fetchone(),
    ]
    connection.close()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes as Linux lists them")
def test_an_import_that_is_killed_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(2_000))
    process, taken = start_import(tmp_path, "whole.db"), 0.0
    while process.poll() is None:
        taken = max(taken, processor_seconds(process.pid))
        time.sleep(0.01)
    whole = contents(tmp_path / "whole.db")
    assert whole[1:] == [(2_000, 2_000), (2_000,), (2_000,)]
    small = tmp_path / "refs.db"
    (tmp_path / "before.jsonl").write_text(many(10))
    run(tmp_path, "store", "import", "before.jsonl", "--store", "refs.db")
    before = contents(small)
    chance = random.Random(3)
    killed = 0
    for _ in range(60):
        process, until = start_import(tmp_path, "refs.db"), taken * chance.uniform(0.3, 0.95)
        while process.poll() is None and processor_seconds(process.pid) < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found = contents(small)
        assert found in (before, whole)
        killed += process.returncode == -signal.SIGKILL
        if killed == 10:
            break
        if found == whole:
            small.unlink()
            run(tmp_path, "store", "import", "before.jsonl", "--store", "refs.db")
    assert killed == 10
    assert start_import(tmp_path, "refs.db").wait() == 0
    assert contents(small) == whole


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_two_imports_at_once_lose_and_double_nothing(
    backend: str, make_store: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "many.jsonl").write_text(many(3_000))
    url = "refs.db" if backend == "sqlite" else str(request.getfixturevalue("database"))
    several = [start_import(tmp_path, url) for _ in range(2)]
    said = sorted(process.communicate()[0].decode() for process in several)
    assert [process.returncode for process in several] == [0, 0]
    assert said[0].startswith("0 added, 0 changed, 3000 unchanged")
    assert said[1].startswith("3000 added, 0 changed, 0 unchanged")
    place = url if backend == "postgresql" else str(tmp_path / url)
    store = open_store(place, CLASSIFIER)
    assert (store.count(), len(list(store.ledger_entries()))) == (3_000, 3_000)
    assert len(store.referring([("Image", "i7")])) == 60
    store.close()


def test_a_failed_import_leaves_no_new_file(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("kind: Secret\n---\nkind: [\n")
    for existing in (False, True):
        if existing:
            (tmp_path / "refs.db").touch()
        result = run(tmp_path, "store", "import", "bad.yaml", "--store", "refs.db")
        assert (result.returncode, (tmp_path / "refs.db").exists()) == (2, existing)


def test_an_import_into_a_file_that_another_one_removes(tmp_path: Path) -> None:
    """It waits for the other one, which fails and removes the file; then it begins again."""
    path = tmp_path / "refs.db"
    (tmp_path / "many.jsonl").write_text(many(3))
    holder = open_for_writing(str(path))
    with suppress(ImportRefused), holder.transaction():
        process = start_import(tmp_path, "refs.db")
        time.sleep(2)
        raise ImportRefused(["no"])
    holder.close()
    error = process.communicate(timeout=WAIT)[1]
    assert (process.returncode, error) == (0, b"")
    assert contents(path)[1] == (3, 3)


def test_a_file_that_another_import_removed_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "refs.db"
    with sqlite_engine(path, writes=True).connect() as connection:
        connection.begin()
        refuse_removed(path, connection)
        path.unlink()
        with pytest.raises(ConnectionLost, match="try again"):
            refuse_removed(path, connection)
        path.touch()  # by a third import
        with pytest.raises(ConnectionLost, match="try again"):
            refuse_removed(path, connection)


@pytest.mark.parametrize("name", ["there.db", "new.db"])
def test_a_store_is_not_written_through_a_link_that_leads_out(name: str, tmp_path: Path) -> None:
    """It could be any file of the user, and have lines in it that the repository chose."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    outside.mkdir()
    (inside / ".git").mkdir(parents=True)
    (inside / "many.jsonl").write_text(many(3))
    (outside / "there.db").touch()
    (inside / "refs.db").symlink_to(outside / name)
    result = run(inside, "store", "import", "many.jsonl", "--store", "refs.db")
    assert result.returncode == 2 and b"refs.db: a link leads out of this folder" in result.stderr
    assert [(file.name, file.stat().st_size) for file in outside.iterdir()] == [("there.db", 0)]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_locked_store_is_an_error(
    backend: str, make_store: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "many.jsonl").write_text(many(3))
    url = "sqlite:///refs.db" if backend == "sqlite" else str(request.getfixturevalue("database"))
    holder = make_store(backend)
    with holder.transaction():
        result = run(tmp_path, "store", "import", "many.jsonl", "--store", f"{url}?timeout=0.2")
    holder.close()
    assert result.returncode == 2
    assert b"the store is locked by another" in result.stderr
    assert b"Traceback" not in result.stderr
    assert run(tmp_path, "store", "import", "many.jsonl", "--store", url).returncode == 0


def test_a_newer_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(3))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    connection = sqlite3.connect(tmp_path / "refs.db")
    connection.execute("UPDATE meta SET value = '99'")
    connection.commit()
    connection.close()
    for arguments in (["check", ".", "--store", "refs.db"], ["store", "list", "--store", "refs.db"],
                      ["store", "import", "many.jsonl", "--store", "refs.db"]):  # fmt: skip
        result = run(tmp_path, *arguments)
        assert result.returncode == 2
        assert b"refs.db: the store is of version 99" in result.stderr


def change(url: str, *statements: str) -> list[Any]:
    """Change the tables of a store, a file or on a server; what the last statement returns."""
    import sqlalchemy as sa

    server = url.startswith("postgresql://")
    engine = sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://") if server else f"sqlite:///{url}"
    )
    with engine.begin() as connection:
        if server:
            connection.exec_driver_sql("SET search_path = dispatch_lint")
        for statement in statements:
            result = connection.exec_driver_sql(statement)
        found = [*result] if result.returns_rows else []
    engine.dispose()
    return found


OF_VERSION_1 = (
    "UPDATE entity SET digest = substr(digest, 1, 32)", "ALTER TABLE ledger DROP COLUMN checksum",
    "UPDATE meta SET value = '1'",
)  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_an_older_store_is_read_as_it_is_and_migrated_by_an_import(
    backend: str, make_store: Any, tmp_path: Path, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    url = str(tmp_path / "refs.db") if backend == "sqlite" else request.getfixturevalue("database")
    monkeypatch.setattr(tables, "_PAGE", 2)

    def archive() -> list[str]:
        with closing(open_store(url, CLASSIFIER)) as store:
            return [*archive_lines(store)]

    def import_all(text: str, **options: Any) -> Any:
        with closing(make_store(backend)) as store:
            return put(store, text, prune=True, now="2026-01-02T00:00:00Z", **options)[0]

    import_all(many(7))
    import_all(many(5))
    before = archive()
    change(url, *OF_VERSION_1)
    assert archive() == before
    import_all(many(7), dry_run=True)
    assert archive() == before and change(url, "SELECT value FROM meta") == [("1",)]

    assert import_all(many(5)) == Counts(unchanged=5)
    assert archive() == before and change(url, "SELECT value FROM meta") == [("2",)]
    change(url, "UPDATE ledger SET first_seen = '2026-01-01T00:00:00Z' WHERE id = 'f6'")
    with pytest.raises(StoreError, match="the store is damaged"):
        archive()


def test_a_damaged_older_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(3))
    for statement, said in (
        ("UPDATE entity SET value = '{}'", "the store is damaged"),
        ("UPDATE meta SET value = '2'", "its table `meta` is damaged"),
    ):
        (tmp_path / "refs.db").unlink(missing_ok=True)
        run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
        change(str(tmp_path / "refs.db"), *OF_VERSION_1, statement)
        result = run(tmp_path, "store", "export", "--store", "refs.db")
        assert (result.returncode, result.stdout) == (2, b"")
        assert said in result.stderr.decode() and result.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"this is no database at all, but a text that is long enough", "not a SQLite database"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "not a SQLite database"),
        (b"", "refs.db: the file is empty: its first import was interrupted"),
    ],
)  # fmt: skip
def test_a_damaged_store_is_an_error(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "refs.db").write_bytes(data)
    code, out, error = check(tmp_path, ".", "--store", "refs.db")
    assert (code, out) == (2, "")
    assert said in error


def test_a_store_with_damaged_pages_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(2_000))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    data = bytearray((tmp_path / "refs.db").read_bytes())
    for page in range(3, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = bytes(200)
    (tmp_path / "refs.db").write_bytes(data)
    for arguments in (["check", "many.jsonl", "--store", "refs.db"],
                      ["store", "import", "many.jsonl", "--store", "refs.db"],
                      ["store", "export", "--store", "refs.db"]):  # fmt: skip
        result = run(tmp_path, *arguments)
        assert result.returncode == 2
        assert b"Traceback" not in result.stderr
        assert b"dispatch-lint: refs.db: the store is damaged" in result.stderr


@pytest.mark.parametrize(("column", "text"), [
    ("value", '{"a'), ("value", "[1]"), ("contained", "x"), ("contained", "[1]"),
    ("contained", "null"), ("uses", "[1]"), ("revision", "x"),
])  # fmt: skip
def test_a_store_with_damaged_values_is_an_error(
    column: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the store, and of no rule."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some.jsonl").write_text(many(2))
    run(tmp_path, "store", "import", "some.jsonl", "--store", "refs.db")
    connection = sqlite3.connect(tmp_path / "refs.db")
    connection.execute(f"UPDATE entity SET {column} = ?", (text,))
    connection.commit()
    (key,) = connection.execute("SELECT min(key) FROM entity").fetchone()
    connection.close()
    said = []
    for arguments in (
        ("check", "some.jsonl", "--store", "refs.db"), ("store", "get", key, "--store", "refs.db"),
        ("store", "list", "--tag", "a=b", "--store", "refs.db"), ("store", "export", "--store", "refs.db"),
        ("store", "refs", key, "--store", "refs.db"), ("check", "sqlite:///refs.db", "--isolated"),
    ):  # fmt: skip
        result = CliRunner().invoke(cli, arguments)
        assert result.exception is None or isinstance(result.exception, (StoreError, SystemExit))
        assert "internal error" not in result.output
        said.append(str(result.exception))
    assert (
        "refs.db: the store is damaged (a row is not what was written); use a backup, or import into a new store"
        in said
    )
    assert not any(key in text for text in said)


def test_a_store_that_may_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(2))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    (tmp_path / "refs.db").chmod(0o444)
    command = [sys.executable, "-m", "dispatch_lint", "store", "import", "more.jsonl", "--store"]
    (tmp_path / "more.jsonl").write_text(many(3))
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv to give root's rights away")
        drop = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *command]
    result = subprocess.run([*command, "refs.db"], cwd=tmp_path, capture_output=True, check=False)
    assert result.returncode == 2
    assert b"dispatch-lint: refs.db: the store cannot be written or opened" in result.stderr
    assert (
        check(tmp_path, "many.jsonl", "--store", "refs.db", "-q", "--select", "unique-id")[0] == 0
    )
    result = run(tmp_path, "store", "import", "more.jsonl", "--store", "nowhere/refs.db")
    assert result.returncode == 2 and b"there is no folder" in result.stderr


def test_a_full_store_is_an_error_and_stays_as_it_was(tmp_path: Path) -> None:
    store = open_for_writing(str(tmp_path / "refs.db"))
    put(store, many(10))
    store.close()
    before = contents(tmp_path / "refs.db")
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000));"
    code = f"{limited} import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);" \
           "from dispatch_lint.__main__ import main; sys.argv[1:] = ['store', 'import', 'many.jsonl', " \
           "'--store', 'refs.db']; main()"  # fmt: skip
    (tmp_path / "many.jsonl").write_text(many(3_000))
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False
    )
    assert result.returncode == 2, result
    assert b"dispatch-lint: refs.db: " in result.stderr
    assert b"Traceback" not in result.stderr
    assert contents(tmp_path / "refs.db") == before


def test_a_lost_connection_is_tried_once_more(database: str, tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(10_000))
    process = start_import(tmp_path, database)
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid() "
        "AND application_name = 'dispatch-lint' AND datname = current_database() "
        "AND backend_xid IS NOT NULL"
    )
    deadline = time.monotonic() + WAIT
    while process.poll() is None and time.monotonic() < deadline:
        if query(database, others):
            break
        time.sleep(0.02)
    out, error = process.communicate()
    assert (process.returncode, error) == (0, b"")
    assert out.startswith(b"10000 added")
    # And where it is lost every time, that is said.
    process = start_import(tmp_path, database)
    stop = threading.Event()

    def cut() -> None:
        while not stop.is_set():
            query(database, others.replace("AND backend_xid IS NOT NULL", ""))
            time.sleep(0.01)

    cutter = threading.Thread(target=cut)
    cutter.start()
    out, error = process.communicate()
    stop.set()
    cutter.join()
    assert process.returncode == 2
    assert b"Traceback" not in error and b"dispatch-lint: postgresql://" in error


def test_a_server_that_gives_no_answer_is_not_waited_for_for_ever(
    database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import psycopg

    writer = open_for_writing(database)
    put(writer, many(1))
    monkeypatch.setattr(engines, "_ANSWER", 0.3)
    store = open_store(f"{database}?timeout=0", CLASSIFIER)
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE dispatch_lint.entity")
        with pytest.raises(StoreError, match="the server gave no answer for 0"):
            store.count()
    assert store.count() == 1  # over another connection
    for opened in (store, writer):
        opened.close()
    assert capfd.readouterr().err == ""


def test_urls_are_shown_without_what_is_secret(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for url, said in (
        ("postgresql://me:pw@h:5/d?password=x", "postgresql://me@h:5/d"),
        ("postgres://h/d", "postgres://h/d"),
        ("sqlite:///a.db?timeout=1", "sqlite:///a.db"),
        (f"sqlite:///{tmp_path}/a.db", "sqlite:///a.db"),
        ("sqlite:////x/a.db", "sqlite:////x/a.db"),
        ("bolt:///x/a.db", "bolt:///x/a.db"),
        (str(tmp_path / "a.db"), "a.db"),
    ):
        assert shown(url) == said
    for url in ("mysql://h/d", "sqlite://a.db", "bolt://", "sqlite:///a?b.db", "sqlite:///a.db?timout=1",
                "sqlite:///a.db?timeout=nan", "sqlite:///a.db?timeout=inf", "bolt:///a?b",
                "postgresql://u:p@h/d?timeout=-1", "postgresql://u:p/w@h/d"):  # fmt: skip
        with pytest.raises(StoreError):
            open_store(url, CLASSIFIER)
    with pytest.raises(StoreError, match="read-only"):
        open_for_writing("bolt:///x/a.db")


WITH_SECRETS = {
    "postgresql://me:se/cret@h/db": "postgresql://***@h/db",
    "postgresql://me:se?cret@h/db": "postgresql://***@h/db",
    "postgresql://me:se#cret@h/db": "postgresql://***@h/db",
    "postgresql://me:x@secret@h/db": "postgresql://***@h/db",
    "postgresql://me:secret": "postgresql://",
    "postgresql://me:5432/secret@h/db": "postgresql://***@h/db",
    "postgresql://me:%73ecret@h/db?password=secret": "postgresql://me@h/db",
    "postgresql://me:secret@[::1]:5432/db": "postgresql://me@[::1]:5432/db",
    "postgresql://h/db?password=secret@x": "postgresql://h/db",
    "postgres:secret@host/db": "postgres:***@host/db",
    "postgresql:/user:secret@h/db": "postgresql:/***@h/db",
    "postgresql//user:secret@h/db": "postgresql//***@h/db",
    "user:secret@h/db": "***@h/db",
    "//user:secret@h/db": "***@h/db",
    "bolt://u:secret@h/d": "bolt://***@h/d",
    "sqlite://u:secret@h/d": "sqlite://***@h/d",
    "sqlite:///u:secret@h/d": "sqlite://***@h/d",
    "mysql://u:secret@h/d": "mysql://u@h/d",
    "my:sql://u:secret@h/d": "***@h/d",
    "mysql:/u:secret@h/d": "***@h/d",
    "postgresql:/h/db?user=me&password=secret": "postgresql:/h/db",
    "postgresql;//u:secret@h/d": "***@h/d",
    "jdbc:postgresql://h/db?user=me&password=secret": "jdbc:postgresql://h/db",
    "postgresql:/me:secret": "postgresql:/", "postgresql:me:secret": "postgresql:",
    "postgresql//me:secret": "postgresql//", "postgres:me:secret@h/d": "postgres:***@h/d",
}  # fmt: skip


INPUTS_WITH_SECRETS = {
    "jdbc:sqlserver://h:1433;user=me;password=secret": "jdbc:sqlserver://h:1433",
    "jdbc:oracle:thin:me/secret@//h:1521/db": "jdbc:oracle://h:1521/db",
    "jdbc:mysql://me:sec/ret@h/db": "jdbc:mysql://h/db",
    "jdbc:mysql://(host=h,password=secret)/db": "jdbc:mysql://",
    "s3a://key:secret@bucket/a.jsonl": "s3a://key@bucket/a.jsonl",
    "s3a://key:sec/ret@bucket/a.jsonl": "s3a://***@bucket/a.jsonl",
    "jdbc:postgresql://me:secret@h/db?user=me": "jdbc:postgresql://h/db",
    "hdfs://h:9000/a@b.jsonl": "hdfs://h:9000/a@b.jsonl",
}


@pytest.mark.parametrize("name", INPUTS_WITH_SECRETS)
def test_no_input_of_an_audit_shows_its_password(name: str) -> None:
    """Reports call a row of it so."""
    assert inputs.shown(name) == INPUTS_WITH_SECRETS[name]


def test_parameters_of_libpq_are_shown_without_passwords() -> None:
    assert shown("host=h password=secret") == "host=h password=***"
    assert shown("password = 'a \\'secret' host=h") == "password=*** host=h"
    assert (
        without_passwords("host=h password=secret: no such file")
        == "host=h password=*** no such file"
    )


@pytest.mark.parametrize("url", WITH_SECRETS)
def test_no_mistyped_url_shows_its_password(url: str, tmp_path: Path) -> None:
    assert shown(url) == WITH_SECRETS[url]
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    for command in (["check", "a.yaml", "--store", url], ["check", url], ["store", "list", "--store", url],
                    ["store", "import", "a.yaml", "--store", url], [url],
                    ["store", "import", "a.yaml", "--dry-run", "--store", url], ["check", "--index", url],
                    ["check", "a.yaml", "--baseline", url], ["check", "a.yaml", "-o", f"{url}/x"]):  # fmt: skip
        result = run(tmp_path, *command)
        assert result.returncode == 2
        assert b"secret" not in result.stderr and b"cret@" not in result.stderr
        assert b"Traceback" not in result.stderr
    (tmp_path / "dispatch-lint.toml").write_text(f"store = '{url}'\n")
    result = run(tmp_path, "check", "a.yaml")
    assert b"secret" not in result.stderr + result.stdout


def test_refused_documents_are_all_named() -> None:
    with pytest.raises(ImportRefused) as caught:
        put(MemoryStore(), '{"kind": "Secret"}\n{"kind": "Secret", "name": "a\\u0000b"}\n')
    assert [reason.partition(": ")[0] for reason in caught.value.reasons] == [
        "store.jsonl:1", "store.jsonl:2",
    ]  # fmt: skip


def test_a_store_is_not_imported_into_itself(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(2))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    result = run(tmp_path, "store", "import", "sqlite:///refs.db", "--store", "refs.db")
    assert result.returncode == 2 and b"cannot be imported into itself" in result.stderr
    result = run(tmp_path, "store", "import", "sqlite:///refs.db", "--store", "copy.db")
    assert result.stdout.startswith(b"2 added")


def test_look_ups_go_on_over_a_new_connection(database: str) -> None:
    store = open_for_writing(database)
    put(store, many(10))
    store.close()
    reading = open_store(database, CLASSIFIER)
    assert reading.count() == 10
    query(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
          "application_name = 'dispatch-lint' AND datname = current_database()")  # fmt: skip
    assert [one.key for one in reading.find(["acme/Function/f3"])] == ["acme/Function/f3"]
    reading.close()


def altered(text: str, chance: random.Random) -> str:
    """A text with one letter changed for another one, or one digit."""
    place = chance.choice([place for place, letter in enumerate(text) if letter.isalnum()])
    letters = "98" if text[place].isdigit() else "xy"
    return text[:place] + letters.replace(text[place], "")[0] + text[place + 1 :]


DAMAGED = "dispatch-lint: refs.db: the store is damaged"


@pytest.mark.parametrize("seed", range(25))
def test_letters_changed_for_letters_give_no_wrong_result(seed: int, tmp_path: Path) -> None:
    """What is damaged is said; where it is not used, the result is the right one."""
    chance = random.Random(seed)
    (tmp_path / "many.jsonl").write_text(many(200))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    text = "kind: Function\nname: new\nimage: i1\n---\nkind: Function\nname: f7\nimage: i2\n"
    (tmp_path / "new.yaml").write_text(text)

    def results() -> list[tuple[int, str, str]]:
        exported = run(tmp_path, "store", "export", "--all", "--store", "refs.db")
        return [
            check(tmp_path, "new.yaml", "--store", "refs.db", "-f", "json"),
            (exported.returncode, exported.stdout.decode(), exported.stderr.decode()),
        ]

    right = results()
    data = bytearray((tmp_path / "refs.db").read_bytes())
    for _ in range(20):
        place = chance.choice(
            [at for at, byte in enumerate(data[8192:], 8192) if chr(byte).isalpha()]
        )
        data[place] = ord("x") if data[place] != ord("x") else ord("y")
    (tmp_path / "refs.db").write_bytes(data)
    for found, expected in zip(results(), right, strict=True):
        if found != expected:
            assert found[0] == 2 and found[2].startswith(DAMAGED) and found[2].count("\n") == 1
            assert found[1] == "" or found[1] in expected[1]  # an export may have begun


def test_a_damaged_schema_whose_names_are_no_text_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(3))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    data = (tmp_path / "refs.db").read_bytes()
    for name in (b"CREATE TABLE entity", b"CREATE INDEX"):
        damaged = data.replace(name, name[:8] + bytes([0xB0] * (len(name) - 8)))
        damaged = damaged.replace(b"entity", b"ent\xb0ty")
        assert damaged != data
        (tmp_path / "refs.db").write_bytes(damaged)
        for command in (["check", "sqlite:///refs.db"], ["store", "list", "--store", "refs.db"],
                        ["store", "import", "many.jsonl", "--store", "refs.db"]):  # fmt: skip
            result = run(tmp_path, *command)
            assert (result.returncode, result.stdout) == (2, b"")
            assert result.stderr.count(b"\n") == 1 and b"refs.db: " in result.stderr


def test_a_damaged_index_of_a_large_store_hides_nothing(tmp_path: Path) -> None:
    rows = (
        stored("Function", id=f"f{number}", name=f"f{number}", image="i", tags={"t": "x" * 40_000})
        for number in range(1_000)
    )
    (tmp_path / "large.jsonl").write_text("".join(rows))
    run(tmp_path, "store", "import", "large.jsonl", "--store", "refs.db")
    data = bytearray((tmp_path / "refs.db").read_bytes())
    assert len(data) > 32 * 1024 * 1024
    where = data.find(b"Functionf777", data.find(b"Functionf776"))  # an entry of the index of names
    data[where + len("Function")] = ord("x")
    (tmp_path / "refs.db").write_bytes(data)
    (tmp_path / "new.yaml").write_text("kind: Function\nname: f777\nimage: i\n")
    for command in (["check", "new.yaml", "--store", "refs.db"], ["check", "sqlite:///refs.db"],
                    ["store", "import", "new.yaml", "--mixed", "--store", "refs.db"]):  # fmt: skip
        result = run(tmp_path, *command)
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"refs.db: the store is damaged" in result.stderr
        assert result.stderr.count(b"\n") == 1


COLUMNS = [
    *(("entity", column) for column in (
        "key", "organization", "kind", "name", "id", "form", "status", "revision", "revision_of",
        "deleted", "tags", "value", "contained", "place", "uses", "digest",
    )),
    *(("ledger", column) for column in (
        "id", "key", "first_seen", "last_seen", "deleted", "checksum",
    )),
]  # fmt: skip
CAN_BE_EMPTY = ("deleted", "place", "tags", "uses", "contained")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_each_column_of_a_row_is_covered(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Also where it is another place, another time, or another ID, of the right form."""
    url = str(tmp_path / "refs.db") if backend == "sqlite" else request.getfixturevalue("database")
    writer = open_for_writing(url)
    plans = stored(
        "ServiceClass", id="s", name="db", revision=7, tags={"a": "b"}, plans=[{"name": "p"}]
    )
    put(writer, many(3) + plans, now="2026-01-01T00:00:00Z")
    put(writer, many(2) + plans, prune=True, now="2026-01-02T00:00:00Z")
    with writer.transaction():  # also with times that are merged
        writer.restore([], [*writer.ledger_entries()])
    writer.close()

    def read() -> None:
        with closing(open_store(url, CLASSIFIER)) as store:
            assert len([*store.entities(Filter())]) == len([*store.ledger_entries()]) == 4

    read()
    chance, unnoticed = random.Random(7), []
    for table, column in COLUMNS:
        text = f"CAST({column} AS TEXT)"
        values = change(url, f"SELECT {text}, min(key) FROM {table} GROUP BY {text}")
        values = [(old, key) for old, key in values if old not in (None, "", "{}", "[]")]
        assert values
        for old, key in values:
            for new in [altered(old, chance), *[""] * (column in CAN_BE_EMPTY)]:
                statement = f"UPDATE {table} SET {column} = '{{}}' WHERE key = '{{}}'"
                change(url, statement.format(new, key))
                try:
                    read()
                    unnoticed.append((table, column, old, new))
                except StoreError as error:
                    assert "the store is damaged (a row is not what was written)" in str(error)
                change(url, statement.format(old, new if column == "key" else key))
    assert not unnoticed
    read()


@pytest.mark.parametrize(("table", "column", "text"), [
    *(("entity", "place", text) for text in
      ("x", "many.jsonl:1:1:1", "many.jsonl:0:1:1:1", "many.jsonl:1:1:1:0x", ":1:1:1:1", "a\0b:1:1:1:1")),
    *((table, column, text) for table, column in (
        ("entity", "deleted"), ("ledger", "first_seen"), ("ledger", "last_seen"), ("ledger", "deleted"),
    ) for text in ("x", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
                   "2026-01-01T00:60:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00Z\n")),
])  # fmt: skip
def test_columns_without_a_checksum_hold_what_an_import_writes(
    table: str, column: str, text: str, tmp_path: Path
) -> None:
    """What is only another place, or another time, is not noticed in a store of version 1."""
    (tmp_path / "many.jsonl").write_text(many(3))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    change(str(tmp_path / "refs.db"), *OF_VERSION_1)
    connection = sqlite3.connect(tmp_path / "refs.db")
    connection.execute(f"UPDATE {table} SET {column} = ?", (text,))
    connection.commit()
    connection.close()
    result = run(tmp_path, "store", "export", "--all", "--store", "refs.db")
    assert result.returncode == 2
    assert result.stderr.decode().startswith(DAMAGED) and result.stderr.count(b"\n") == 1


@pytest.mark.parametrize(("statement", "said"), [
    ("DELETE FROM meta", "not a reference store"),
    ("UPDATE meta SET value = 'x'", "not a reference store"),
    ("UPDATE meta SET value = '99'", "use a newer dispatch-lint"),
    ("UPDATE meta SET value = '1'", "its table `meta` is damaged"),
    ("ALTER TABLE ledger DROP COLUMN checksum", "its table `meta` is damaged"),
    ("DROP TABLE meta", "not a reference store"),
    ("DROP TABLE meta; CREATE TABLE meta (a, b)", "not a reference store"),
    ("DROP TABLE entity; CREATE TABLE entity (a, b)", "no such column"),
    ("UPDATE entity SET place = 'a:b'", "damaged"), ("UPDATE entity SET place = 7", "damaged"),
    ("UPDATE entity SET deleted = 'soon'", "damaged"), ("UPDATE entity SET form = 'odd'", "damaged"),
    *((f"DROP TABLE {name}; CREATE VIEW {name.upper()} AS WITH RECURSIVE n(x) AS "
       "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT * FROM n WHERE x < 0", "not a reference store")
      for name in ("meta", "entity", "reference", "contained", "ledger")),
    ("CREATE VIRTUAL TABLE other USING fts5(a)", "not a reference store"),
    ("CREATE TABLE other (a CHECK (length(hex(zeroblob(400000000))) > 0))", "not a reference store"),
    ("CREATE INDEX other ON meta (hex(zeroblob(400000000)))", "not a reference store"),
    ("CREATE INDEX other ON meta (name GLOB value)", "not a reference store"),
    ("CREATE INDEX other ON meta (name) WHERE value GLOB name", "not a reference store"),
    ("ALTER TABLE entity RENAME COLUMN value TO old; "
     "ALTER TABLE entity ADD COLUMN value AS (hex(zeroblob(400000000)))", "not a reference store"),
    ("CREATE TRIGGER other AFTER INSERT ON entity BEGIN INSERT INTO ledger SELECT x, x, '', '', '' "
     "FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT * FROM n); END",
     'not a reference store: no import wrote the trigger "other"'),
    ("UPDATE ledger SET first_seen = 'x'", "damaged"), ("UPDATE ledger SET deleted = 7", "damaged"),
    *((f"CREATE TABLE copy AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE copy RENAME TO "
       f"{table}; UPDATE {table} SET {column} = {value}", "damaged")
      for table, column in (("entity", "place"), ("entity", "deleted"), ("entity", "digest"),
                            ("ledger", "last_seen"), ("ledger", "deleted"), ("ledger", "checksum"))
      for value in ("NULL", "x'00'")),
])  # fmt: skip
def test_a_store_that_is_none_of_ours(statement: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(many(3))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    connection = sqlite3.connect(tmp_path / "refs.db")
    connection.executescript(statement)
    connection.close()
    for command in (["check", "many.jsonl", "--store", "refs.db"], ["store", "export", "--ledger", "-"],
                    ["check", "sqlite:///refs.db"], ["store", "import", "many.jsonl"]):  # fmt: skip
        arguments = command if command[0] == "check" else [*command, "--store", "refs.db"]
        result = run(tmp_path, *arguments)
        assert b"Traceback" not in result.stderr
        of_all = any(word in statement for word in ("other", "UPDATE meta", "DROP COLUMN"))
        if (command[0] == "check" and "UPDATE ledger" not in statement) or of_all:
            assert result.returncode == 2 and said.encode() in result.stderr


def test_hopeless_nesting_in_a_store_is_an_error(tmp_path: Path) -> None:
    store = open_for_writing(str(tmp_path / "refs.db"))
    put(store, many(1))
    (entity,) = store.entities(Filter())
    with store.transaction():
        store.put([entity._replace(value_text="[" * 100_000)], "2020-01-01T00:00:00Z")
    store.close()
    result = run(tmp_path, "store", "export", "--store", "refs.db")
    assert result.returncode == 2 and b"the store is damaged" in result.stderr


KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect("refs.db", isolation_level=None)
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE entity SET value = value || ' ', status = 'ERROR', digest = 'x'")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("store", ["refs.db", "link.db"])
def test_an_import_killed_in_the_middle_of_writing_is_rolled_back_by_readers(
    store: str, tmp_path: Path
) -> None:
    (tmp_path / "many.jsonl").write_text(many(2_000))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    whole = contents(tmp_path / "refs.db")
    subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False)
    assert (tmp_path / "refs.db-journal").stat().st_size > 0
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy)
    (tmp_path / "link.db").symlink_to("refs.db")
    result = run(tmp_path, "store", "list", "--status", "READY", "-f", "json", "--store", store)
    assert (result.returncode, result.stderr) == (0, b"")
    assert contents(tmp_path / "refs.db") == whole
    if os.geteuid() != 0:  # root may write anything
        (copy / "refs.db").chmod(0o444)
        copy.chmod(0o555)
        result = run(copy, "store", "list", "--store", "refs.db")
        assert (
            result.returncode == 2 and b"an interrupted import must be rolled back" in result.stderr
        )
        copy.chmod(0o755)


KILLED_FIRST = """
import os, signal, sqlite3, sys
connection = sqlite3.connect("refs.db", isolation_level=None)
connection.execute(f"PRAGMA journal_mode = {sys.argv[1]}")
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
connection.execute("CREATE TABLE meta (name TEXT, value TEXT)")
connection.execute("INSERT INTO meta VALUES ('a', hex(zeroblob(?)))", (int(sys.argv[2]),))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("size", [0, 1_000_000])  # nothing was written yet, or a part was
@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("reads", [False, True])
def test_a_first_import_that_was_killed_leaves_no_store(
    mode: str, size: int, reads: bool, tmp_path: Path
) -> None:
    """The old state: the file has nothing, readers say so, and the next import makes the store."""
    (tmp_path / "many.jsonl").write_text(many(20))
    process = [sys.executable, "-c", KILLED_FIRST, mode, str(size)]
    assert subprocess.run(process, cwd=tmp_path, check=False).returncode == -signal.SIGKILL
    left = {path.name: path.stat().st_size for path in tmp_path.glob("refs.db-*")}
    assert (left.get(f"refs.db-{'wal' if mode == 'wal' else 'journal'}", 0) > 0) or not size
    commands = [["store", "list"], ["check", "many.jsonl"]]
    for command in [*commands, ["store", "export", "--all"]] if reads else []:
        result = run(tmp_path, *command, "--store", "refs.db")
        assert (result.returncode, result.stdout) == (2, b"")
        assert result.stderr.startswith(b"dispatch-lint: refs.db: the file is empty: ")
        assert result.stderr.count(b"\n") == 1
    result = run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    assert (result.returncode, result.stderr) == (0, b"") and result.stdout.startswith(b"20 added")
    assert contents(tmp_path / "refs.db")[1:3] == [(20, 20), (20,)]
    for command in commands:
        assert run(tmp_path, *command, "--store", "refs.db").stderr == b""


@pytest.mark.parametrize("command", [
    ["check", "a.jsonl", "--store", "refs.db"], ["check", "sqlite:///refs.db"],
    ["store", "import", "sqlite:///refs.db", "--store", "b.db"], ["graph", "sqlite:///refs.db"],
    ["store", "list", "--store", "refs.db"],
])  # fmt: skip
def test_a_reader_leaves_nothing_beside_a_store_in_wal_mode(
    command: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_text(many(3))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "refs.db")
    with closing(sqlite3.connect(tmp_path / "refs.db")) as connection:
        connection.execute("PRAGMA journal_mode = wal")
    before = (tmp_path / "refs.db").read_bytes()
    assert run(tmp_path, *command).returncode in (0, 1)
    assert not [*tmp_path.glob("refs.db-*")]
    assert (tmp_path / "refs.db").read_bytes() == before
    if os.geteuid() != 0:  # root may write anything
        tmp_path.chmod(0o555)
        result = run(tmp_path, "store", "list", "--store", "refs.db")
        assert result.returncode == 2 and b"a file in WAL mode cannot be read" in result.stderr


@pytest.mark.parametrize(
    "command", [["check"], ["store", "list"], ["store", "import", "many.jsonl"]]
)
@pytest.mark.parametrize("store", ["refs.db", "link.db"])
def test_a_journal_deletes_no_other_file(command: list[str], store: str, tmp_path: Path) -> None:
    """A journal may name one that it belongs to, which SQLite deletes after it rolled back."""
    (tmp_path / "many.jsonl").write_text(many(2_000))
    run(tmp_path, "store", "import", "many.jsonl", "--store", "refs.db")
    subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    name = os.fsencode(victim)
    with (tmp_path / "refs.db-journal").open("ab") as journal:
        journal.write(struct.pack(">I", (1 << 30) // 4096 + 1) + name)
        journal.write(struct.pack(">II", len(name), sum(name)) + bytes.fromhex("d9d505f920a163d7"))
    (tmp_path / "link.db").symlink_to("refs.db")
    (tmp_path / "dispatch-lint.toml").write_text(f"store = '{store}'\n")
    result = run(tmp_path, *command)
    assert result.returncode == 2
    assert b"no import wrote refs.db-journal: remove the file" in result.stderr
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", ["a", 'a"b', "a'b", "a.b", "a[0]", "$", "a b", "größe"])
def test_tags_of_any_name(backend: str, name: str, make_store: Any) -> None:
    store = make_store(backend)
    put(
        store,
        stored("Secret", name="s", id="1", tags={name: 'v"'}) + stored("Secret", name="t", id="2"),
    )
    with store.transaction():
        assert [found.name for found in store.entities(Filter(tags={name: 'v"'}))] == ["s"]
        assert not list(store.entities(Filter(tags={name: "v"})))
    store.close()


UNSTORABLE: dict[str, tuple[dict[str, Any], str]] = {
    "key": ({"id": "x\0y"}, "the key contains"), "name": ({"name": "x\ud800"}, "the key contains"),
    "status": ({"status": "x\0y"}, "the status or revision contains"),
    "reference": ({"image": "\ud800"}, "a foreign key, or the name of what it contains, contains"),
    "revision": ({"revision": 2**63}, "the revision is larger than a store can hold"),
}  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize("part", UNSTORABLE)
def test_what_no_database_can_hold_is_refused(
    part: str, backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With the place, and before anything is written: a dry run says the same."""
    url = "refs.db" if backend == "sqlite" else str(request.getfixturevalue("database"))
    values, reason = UNSTORABLE[part]
    entity: dict[str, Any] = {"id": "1", "name": "f", "image": "i"} | values
    (tmp_path / "many.jsonl").write_text(many(1) + stored("Function", **entity))
    for options in (["--dry-run"], []):
        result = run(tmp_path, "store", "import", "many.jsonl", "--store", url, *options)
        assert (result.returncode, result.stdout) == (2, b"")
        assert result.stderr.startswith(f"dispatch-lint: many.jsonl:2: {reason}".encode())
        assert result.stderr.count(b"\n") == 1
    run(tmp_path, "store", "import", "-", "--store", "a.db", stdin=many(1).encode())
    run(tmp_path, "store", "export", "--all", "-o", "all.jsonl", "--store", "a.db")
    (head, line, *_) = (tmp_path / "all.jsonl").read_text().splitlines()
    record = json.loads(line)
    column = {"key": "identity", "name": "key", "status": "stored_status", "revision": "revision"}
    if part == "reference":
        record["entity"]["uses_text"] = record["entity"]["uses_text"].replace('"i0"', '"\\ud800"')
    else:
        record["entity"][column[part]] = values[part if part != "key" else "id"]
    (tmp_path / "all.jsonl").write_text(f"{head}\n{json.dumps(record)}\n")
    result = run(tmp_path, "store", "import", "all.jsonl", "--store", url)
    assert result.stderr.startswith(b"dispatch-lint: all.jsonl:2: not a line of an archive: ")
    assert b"a store can" in result.stderr and result.stderr.count(b"\n") == 1


def test_a_file_whose_name_is_no_text_is_imported(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\n.jsonl")
    (tmp_path / name).write_text(many(1))
    result = run(tmp_path, "store", "import", name, "--store", "refs.db")
    assert (result.returncode, result.stderr) == (0, b"")
    assert (
        run(
            tmp_path, "store", "export", "--all", "-o", "all.jsonl", "--store", "refs.db"
        ).returncode
        == 0
    )
    assert run(tmp_path, "store", "import", "all.jsonl", "--store", "b.db").returncode == 0
    result = run(tmp_path, "check", name, "--store", "refs.db")
    assert result.returncode in (0, 1) and result.stderr == b""


def test_the_server_that_parameters_name_is_shown() -> None:
    url = "postgresql://x:secret@db.example/d?sslmode=require&host=127.0.0.1&password=y&port=45&%68ostaddr=::1"
    assert shown(url) == "postgresql://x@db.example/d?host=127.0.0.1&port=45&%68ostaddr=::1"
    assert shown("postgresql:///d?host=/run/postgresql") == "postgresql:///d?host=/run/postgresql"
    assert shown("postgresql:///d?passfile=x") == "postgresql:///d"
