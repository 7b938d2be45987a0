"""What a terminal or a CI system would obey reaches neither, whoever wrote it."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from dispatch_lint.store.ledger_file import LedgerFile
from dispatch_lint.text.harmless import harmless
from tests.test_cli import run
from tests.test_store import database, server

__all__ = ["database", "server"]

EVIL = "\x1b]0;title\x07\n::add-mask::y\n##[add-mask]z\r\x9b2J\u202e"
OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|^\s*::(?!error |warning |notice )|##(vso|teamcity)?\[",
    re.MULTILINE,
)
TOML = json.dumps(EVIL, ensure_ascii=True).replace("\\u", "\\u")


@pytest.mark.parametrize(("text", "shown"), [
    ("plain: text :: and ## more", "plain: text :: and ## more"),
    ("a\nb", "a\\x0ab"),
    ("::add-mask::y", "\\x3a:add-mask::y"),
    ("  ::error::y", "  \\x3a:error::y"),
    ("see ##[group]x", "see \\x23#[group]x"),
    ("see ##vso[task.setvariable]x", "see \\x23#vso[task.setvariable]x"),
    ("##teamcity[x]", "\\x23#teamcity[x]"),
    ("\x1b[31m\x9b", "\\x1b[31m\\x9b"),
    ("\u202eabc\ud800", "\\u202eabc\\ud800"),
    ("größe 名前", "größe 名前"),
])  # fmt: skip
def test_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


def is_harmless(folder: Path, *arguments: str, **environment: str) -> str:
    """Run a command; neither stream has anything that is obeyed. Returns both."""
    result = run(folder, *arguments, GITHUB_ACTIONS="true", CI="true", **environment)  # type: ignore[arg-type]
    text = (result.stdout + result.stderr).decode("utf-8")
    assert not (found := OBEYED.search(text)), (found, text)
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("settings", [
    f"{TOML} = 1", f"ignore = [{TOML}]", f"[rules.schema]\n{TOML} = 1", f"[limits]\n{TOML} = 1",
    f"[severity]\n{TOML} = 'x'", f"fail-level = {TOML}", f"plugins = [{TOML}]", f"store = {TOML}",
    f"schemas = [{TOML}]", f"definitions = [{TOML}]", f"ledger = {TOML}", f"baseline = {TOML}",
    f"[kinds]\n{TOML} = {TOML}", f"[references]\n'X.y' = {TOML}", "store = 'postgresql://\x7f@h/d'",
    f"[per-path]\n{TOML} = [{TOML}]", f"store = {json.dumps('mysql://' + EVIL)}",
])  # fmt: skip
@pytest.mark.parametrize("command", ["check", "rules", "store list", "trust"])
def test_settings(settings: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text(settings)
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    is_harmless(tmp_path, *command.split())


FORMATS = [
    "full",
    "concise",
    "github",
    "markdown",
    "issues",
    "json",
    "jsonl",
    "sarif",
    "gitlab",
    "junit",
    "checkstyle",
]


@pytest.mark.parametrize("format_", FORMATS)
def test_documents(format_: str, tmp_path: Path) -> None:
    quoted = json.dumps(EVIL)
    (tmp_path / "a.yaml").write_text(
        f"kind: Function\nname: {quoted}\nimage: {quoted}\nstatus: {quoted}\n{quoted}: 1\n"
        f"---\nkind: Secret\nname: {quoted}\n---\nkind: Secret\nname: {quoted}\n"
    )
    (tmp_path / "b.jsonl").write_text(
        json.dumps({"key": EVIL, "value": {"name": EVIL, "id": "1", "organizationId": EVIL}})
    )
    is_harmless(tmp_path, "check", "a.yaml", "b.jsonl", "-f", format_)
    is_harmless(tmp_path, "check", ".", "-f", format_, "--statistics")


NAMES = [
    "\x1b]0;t\x07.yaml",
    "x\n::add-mask::y.yaml",
    "::error::x.yaml",
    "##[add-mask]x.yaml",
    "\x9bx.yaml",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("kind: Secret\nname: a b\nstatus: ready\n")
    for format_ in FORMATS:
        is_harmless(tmp_path, "check", "-f", format_)
    for command in (["check", "--list-files"], ["check", "--diff"], ["check", name, "--config", "dispatch-lint.toml"],
                    ["check", f"{name}x"], ["graph", f"{name}x"], ["check", "--baseline", name],
                    ["store", "import", name, "--store", f"{name}.db"], ["check", "--store", f"{name}.db"],
                    ["rename", name, name], ["explain", name], [name], ["check", f"--{name}"],
                    ["check", "-o", f"no/{name}"], ["schema", "show", name], ["schema", "diff", name, name],
                    ["trust", name], ["check", "--fix", "--unsafe-fixes"], ["init", "--yes"]):  # fmt: skip
        is_harmless(tmp_path, *command)


def test_what_a_store_holds(tmp_path: Path) -> None:
    row = {"id": "1", "name": "a", "organizationId": "acme", "kind": "Function", "status": "READY"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    assert run(tmp_path, "store", "import", "rows.jsonl", "--store", "refs.db").returncode == 0
    connection = sqlite3.connect(tmp_path / "refs.db")
    for column in ("key", "id", "status", "name"):
        connection.execute(f"UPDATE entity SET {column} = ?", (EVIL,))
    connection.execute("UPDATE ledger SET key = ?", (EVIL,))
    connection.commit()
    connection.close()
    for command in (
        ["list"],
        ["history", "1"],
        ["get", EVIL.replace("\0", "")],
        ["export"],
        ["refs", "a/b/c"],
    ):
        is_harmless(tmp_path, "store", *command, "--store", "refs.db")
    is_harmless(tmp_path, "check", "sqlite:///refs.db")


def test_what_programs_read(tmp_path: Path) -> None:
    """JSON, ledgers and drawings: nothing in them is obeyed, and the values are what they were."""
    name = "::add-mask::##vso[x]\x7f\u202e"
    value = {"kind": "Secret", "id": name, "name": "a", "organizationId": "acme", "tags": {name: "##[x]"},
             "status": "READY", "revision": 1}  # fmt: skip
    (tmp_path / "a.jsonl").write_text(json.dumps(value))
    for kind, other in (("Function", "Image"), (name, name)):
        (tmp_path / "own" / "stored").mkdir(parents=True, exist_ok=True)
        schema = {"type": "object", "x-dispatch-kind": kind, "x-dispatch-form": "stored",
                  "description": name,
                  "properties": {name: {"type": "string", "x-dispatch-reference": {"kind": other}}}}  # fmt: skip
        (tmp_path / "own" / "stored" / f"{len(kind)}.json").write_text(json.dumps(schema))
    (tmp_path / "dispatch-lint.toml").write_text(f"external = [{json.dumps('Secret/' + name)}]")
    assert run(tmp_path, "store", "import", "a.jsonl", "--store", "r.db").returncode == 0
    store = ("--store", "r.db")
    (exported,) = is_harmless(tmp_path, "store", "export", *store).splitlines()
    assert json.loads(exported) == value
    assert json.loads(is_harmless(tmp_path, "store", "get", "acme/Secret/a", *store)) == value
    assert name in json.dumps(
        json.loads(is_harmless(tmp_path, "config", "-f", "json")), ensure_ascii=False
    )
    listed = json.loads(is_harmless(tmp_path, "store", "list", "-f", "json", *store))
    assert listed[0]["id"] == name
    archive = is_harmless(tmp_path, "store", "export", "--all", *store)
    (tmp_path / "archive.jsonl").write_text(archive)
    assert run(tmp_path, "store", "import", "archive.jsonl", "--store", "s.db").returncode == 0
    assert is_harmless(tmp_path, "store", "export", "--all", "--store", "s.db") == archive
    ledger = is_harmless(tmp_path, "store", "export", "--ledger", "-", *store)
    (tmp_path / "ids").write_text(ledger)
    assert [entry.identity for entry in LedgerFile(tmp_path / "ids", "ids").entries()] == [name]
    for format_ in ("dot", "svg", "mermaid"):
        is_harmless(tmp_path, "graph", "-f", format_, "a.jsonl")
    (tmp_path / "dispatch-lint.toml").write_text("schemas = ['own']")
    for format_ in ("dot", "svg", "mermaid"):
        assert "vso" in is_harmless(tmp_path, "graph", "-f", format_)
    shown = is_harmless(tmp_path, "schema", "show", "Function")
    assert json.loads(shown)["description"] == name


def test_a_patch_is_exact_for_programs_and_harmless_for_people(tmp_path: Path) -> None:
    text = "kind: Secret\nnaem: a\nsecrets:\n  k: |\n    ::add-mask::x\n"
    (tmp_path / "a.yaml").write_text(text)
    command = ("check", "--diff", "--unsafe-fixes", "a.yaml")
    assert b"\n     ::add-mask::x\n" in run(tmp_path, *command, CI="", GITHUB_ACTIONS="").stdout
    assert "\\x3a:add-mask" in is_harmless(tmp_path, *command)


def test_messages_of_a_server(database: str, tmp_path: Path) -> None:
    url = database.replace("/dispatch_lint", "/\x1b]0;t\x07")
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    is_harmless(tmp_path, "check", "--store", database.rpartition("/")[0] + "/no%1b%0a::error::x")
    is_harmless(tmp_path, "check", "--store", url)
