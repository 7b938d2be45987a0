"""What makes the command line easy to use: groups, completion, settings, watching, progress."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dispatch_lint.cli.check import command as check_command
from dispatch_lint.cli.watching import without_watch
from dispatch_lint.config.settings import KEYS, SettingsError, parse
from dispatch_lint.engine.plugins import built_in_rules
from dispatch_lint.engine.settings_schema import settings_schema
from tests.command import WAIT, interruptible
from tests.test_cli import ROOT, WRONG, check, run, write

SCHEMA = settings_schema(built_in_rules())
SCHEMA_FILE = ROOT / "dispatch_lint" / "config" / "settings.schema.json"


def out_of(folder: Path, *arguments: str, **more: Any) -> str:
    result = run(folder, *arguments, **more)
    assert result.returncode == 0, result.stderr
    return result.stdout.decode()


def test_the_options_of_check_are_in_groups_and_summaries_are_whole(tmp_path: Path) -> None:
    page = out_of(tmp_path, "check", "--help")
    headings = re.findall(r"^(\S[^:\n]*):$", page, re.MULTILINE)
    assert headings == [
        "Report", "Rules", "Exit code", "Input", "Fixes", "Baseline", "Settings", "Other options",
        "Formats",
    ]  # fmt: skip
    for words in ((), ("store",), ("schema",), ("rules",)):
        assert "..." not in out_of(tmp_path, *words, "--help").partition("Commands:")[2]
    assert out_of(tmp_path, "-V") == out_of(tmp_path, "--version")


# Settings


def test_the_schema_of_the_settings_is_up_to_date() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == SCHEMA, "run: make docs-update"
    assert list(SCHEMA["properties"]) == list(KEYS)
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", [
    "include = '*.yaml'", "include = ['a', 'b']", "organization = 'acme'", "complete = true", "store = 'x.db'",
    "definitions = 'pkg'", "definitions = ['pkg', {path = 'a', include = ['T']}]", "definitions = {path = 'a'}",
    "select = ['all']", "ignore = ['a-rule-of-a-plugin', 'schema']", "severity = {schema = 'off', my-rule = 'info'}",
    "fail-level = 'info'", "per-path = {'a/*' = ['schema']}", "kinds = {'a.yaml' = 'Secret'}", "limits = {depth = 500}",
    "[references]\n'Function.image' = 'Image,by=id'", "[references]\nFunction.image = 'none'", "external = ['Secret/v-*']",
    "[base-entity]\ntype = 'T'\nfields = ['id']\nstatuses = ['A']", "[base-entity]\nfields = {id = 'string'}",
    "[open-questions]\nkind-field = 'required'", "[rules.initialism-spelling]\nwire = 'go'", "[rules.mine]\nx = 1",
])  # fmt: skip
def test_the_schema_allows_what_is_read(text: str) -> None:
    table = tomllib.loads(text)
    parse(table)
    jsonschema.validate(table, SCHEMA)


@pytest.mark.parametrize("text", [
    "selct = []", "select = 3", "include = [1]", "organization = 'a b'", "organization = 1", "complete = 'yes'",
    "fail-level = 'off'", "fail-level = 'eror'", "severity = 'off'", "severity = {schema = 'of'}", "limits = {depth = 0}",
    "limits = {depth = 501}", "limits = {dephts = 1}", "definitions = [{include = ['a']}]", "definitions = [1]",
    "definitions = [{path = 'a', incldue = []}]", "[base-entity]\nfields = {id = 'txt'}", "[base-entity]\ntype = 1",
    "[open-questions]\nkind-field = 'maybe'", "[open-questions]\nkind = 'optional'", "[rules]\nschema = 1",
    "per-path = ['a']", "kinds = {'a' = 1}",
])  # fmt: skip
def test_the_schema_refuses_what_is_refused(text: str) -> None:
    table = tomllib.loads(text)
    with pytest.raises(SettingsError):
        parse(table)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, SCHEMA)


@pytest.mark.parametrize("text", [
    "select = ['shcema']", "severity = {shcema = 'off'}", "[rules.shcema]", "per-path = {'a/*' = ['shcema']}",
])  # fmt: skip
def test_the_schema_of_a_project_knows_its_rules(text: str, tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text("ignore = ['schema']\n")
    schema = json.loads(out_of(tmp_path, "schema", "show", "settings"))
    jsonschema.validate({"select": ["schema", "all"], "rules": {"schema": {}}}, schema)
    with pytest.raises(jsonschema.ValidationError, match="shcema"):
        jsonschema.validate(tomllib.loads(text), schema)


def test_config_tells_where_each_setting_comes_from(tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text(
        "organization = 'acme'\nignore = ['schema']\nreferences = {'Function.owner' = 'Secret,by=id'}\n"
        "[limits]\ndepth = 50\n[rules.initialism-spelling]\nwire = 'go'\n[severity]\nkey-format = 'off'\n"
        "[per-path]\n'a.yaml' = ['schema']\n"
    )
    arguments = ("config", "--ignore", "key-format", "--severity", "name-format=info")
    text = out_of(tmp_path, *arguments)
    found = json.loads(out_of(tmp_path, *arguments, "-f", "json"))["settings"]
    origins = {key: entry["origin"] for key, entry in found.items()}
    assert {key: origins[key] for key in (
        "include", "organization", "ignore", "limits.depth", "limits.aliases", "severity.key-format",
        "severity.name-format", "rules.initialism-spelling.wire", 'references."Function.owner"',
    )} == {
        "include": "default", "organization": "dispatch-lint.toml", "ignore": "command line",
        "limits.depth": "dispatch-lint.toml", "limits.aliases": "default",
        "severity.key-format": "dispatch-lint.toml", "severity.name-format": "command line",
        "rules.initialism-spelling.wire": "dispatch-lint.toml",
        'references."Function.owner"': "dispatch-lint.toml",
    }  # fmt: skip
    assert found["ignore"]["value"] == ["schema", "key-format"]
    # What is printed is a settings file that says the same.
    (tmp_path / "printed").mkdir()
    (tmp_path / "printed" / "dispatch-lint.toml").write_text(text)
    again = json.loads(out_of(tmp_path / "printed", "config", "-f", "json"))["settings"]
    assert {key: entry["value"] for key, entry in again.items()} == {
        key: entry["value"] for key, entry in found.items()
    }


def test_config_shows_no_password(tmp_path: Path) -> None:
    shown = out_of(tmp_path, "config", "--store", "postgresql://me:secret@h/d", "-f", "json")
    assert "secret" not in shown and "h/d" in shown
    assert "secret" not in out_of(tmp_path, "config", "--store", "postgresql://me:secret@h/d")


# Options of check


def test_severity_and_excludes_of_the_command_line(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG, b_yaml=WRONG)
    (tmp_path / "dispatch-lint.toml").write_text("exclude = ['b.yaml']\n")
    assert (
        "a.yaml:2:7: info[name-format]"
        in check(tmp_path, "-f", "concise", "--severity", "name-format=info")[1]
    )
    assert check(tmp_path, "--severity", "name-format=off")[0] == 0
    for wrong, said in (("name-format", "write RULE=LEVEL"), ("name-format=eror", 'did you mean "error"?'),
                        ("nmae-format=off", 'did you mean "name-format"?'),
                        ("all=off", 'severity: there is no rule "all"')):  # fmt: skip
        code, _, error = check(tmp_path, "--severity", wrong)
        assert code == 2 and said in error
    for options, files in (
        ((), ["a"]), (("--exclude", "a.yaml"), ["b"]), (("--extend-exclude", "a.yaml"), []),
        (("--exclude", "a.yaml", "--extend-exclude", "b.yaml"), []),
    ):  # fmt: skip
        listed = check(tmp_path, "--list-files", *options)[1]
        assert re.findall(r"^(\w)\.yaml", listed, re.MULTILINE) == files
    assert check(tmp_path, "--ignore", "name-format", "--extend-ignore", "schema")[0] == 0


def test_an_empty_list_of_rules_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    code, out, error = check(tmp_path, "--select", "")
    assert (code, out) == (2, "") and "it names no rule" in error
    assert check(tmp_path, "--ignore", "")[0] == 1


@pytest.mark.parametrize(("settings", "arguments"), [
    ("", ["--ignore", "all"]), ("", ["--select", "schema", "--severity", "schema=off"]), ("select = []", []),
    ("select = ['schema']\nignore = ['schema']", []),
])  # fmt: skip
def test_where_no_rule_is_left_nothing_is_called_right(
    settings: str, arguments: list[str], tmp_path: Path
) -> None:
    write(tmp_path, a_yaml=WRONG)
    (tmp_path / "dispatch-lint.toml").write_text(settings)
    code, out, error = check(tmp_path, *arguments)
    assert (code, out) == (2, "") and "select, ignore and severity leave no rule to check" in error


def test_rules_may_be_added_to_none(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    (tmp_path / "dispatch-lint.toml").write_text("select = []\n")
    assert check(tmp_path, "--extend-select", "name-format")[0] == 1


@pytest.mark.parametrize("name, text", [
    ("a.yaml", WRONG), ("a.json", '{"kind": "Secret", "name": "s", "secrets": {}}'), ("a.yaml", "kind: Secret\nname: [\n"),
    ("a.go", "package a\n"), ("a.yaml", "openapi: 3.0.0\ncomponents: {schemas: {A: {properties: {kind: {}, name: {}}}}}\n"),
])  # fmt: skip
def test_a_report_replaces_nothing_that_is_checked(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    for arguments in ((), ("-f", "sarif"), ("--fix",)):
        code, out, error = check(tmp_path, *arguments, "-o", name)
        assert (code, out) == (2, "") and "would replace a file that is checked" in error
    assert (tmp_path / name).read_text() == text


def test_no_output_replaces_what_the_run_reads(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    (tmp_path / "dispatch-lint.toml").write_text("baseline = 'known.json'\nledger = 'ids.jsonl'\n")
    (tmp_path / "ids.jsonl").write_text("")
    assert check(tmp_path, "--write-baseline")[0] == 0
    store = ("store", "import", "a.yaml", "--kind", "Secret", "--store", "refs.db")
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\nsecrets: {}\n")
    assert run(tmp_path, *store).returncode == 0
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    for arguments in (
        ("check", "-o", "dispatch-lint.toml"), ("check", "-o", "known.json"), ("check", "-o", "ids.jsonl"),
        ("check", "--store", "refs.db", "-f", "json", "-o", "refs.db"),
        ("check", "sqlite:///refs.db", "-o", "refs.db"), ("store", "export", "--store", "refs.db", "-o", "refs.db"),
        ("store", "export", "--all", "--store", "refs.db", "-o", "refs.db"),
        ("check", "--config", "dispatch-lint.toml", "-o", "dispatch-lint.toml"),
    ):  # fmt: skip
        result = run(tmp_path, *arguments)
        assert result.returncode == 2 and b"would replace a file that is read" in result.stderr
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("arguments", "said"), [
    (["--diff", "-o", "out.txt"], "-o out.txt: --diff takes the place of the report"),
    (["--add-ignore", "-f", "json", "-o", "out.txt"], "-o out.txt: --add-ignore takes the place of the report"),
    (["--write-baseline", "--baseline", "k.json", "-o", "out.txt"], "-o out.txt: --write-baseline takes the place of the report"),
    (["--list-files", "-o", "out.txt"], "-o out.txt: --list-files takes the place of the report"),
    (["--diff", "--add-ignore"], "--diff and --add-ignore: each takes the place of the report"),
    (["--add-ignore=why", "--write-baseline"], "--add-ignore and --write-baseline: each takes the place of the report"),
    (["--watch", "--list-files", "--diff"], "--diff and --list-files: each takes the place of the report"),
])  # fmt: skip
def test_no_option_is_left_undone(arguments: list[str], said: str, tmp_path: Path) -> None:
    """They were passed over: the exit code was 0, and no file was written."""
    write(tmp_path, a_yaml=WRONG)
    code, out, error = check(tmp_path, *arguments)
    assert (code, out) == (2, "") and said in error
    assert [file.name for file in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("format_", ["json", "jsonl", "sarif", "gitlab", "full"])
def test_a_report_replaces_that_of_the_last_run(format_: str, tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    report = ("-f", format_, "-o", "report.jsonl" if format_ == "jsonl" else "report.json")
    assert check(tmp_path, *report)[0] == check(tmp_path, *report)[0] == 1


def test_verbose_tells_no_password(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    assert (
        "secret" not in check(tmp_path, "-v", "--store", "postgresql://me:secret@localhost:1/d")[2]
    )


def test_verbose_tells_settings_files_and_times(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    (tmp_path / "dispatch-lint.toml").write_text("organization = 'acme'\n")
    code, out, error = check(tmp_path, "-v", "--severity", "schema=info")
    assert code == 1 and out == check(tmp_path, "--severity", "schema=info")[1]
    lines = error.splitlines()
    assert lines[0].startswith("settings file: ") and lines[0].endswith("dispatch-lint.toml")
    assert '  organization = "acme"  # dispatch-lint.toml' in lines
    assert '  severity.schema = "info"  # command line' in lines
    assert "1 file to read:" in lines and "  a.yaml" in lines
    assert re.search(r"^ +\d+\.\d{3} +1  name-format$", error, re.MULTILINE)
    assert "rules took" not in check(tmp_path, "-v", "-j", "2")[2]


def test_rules_as_json_and_explain_all(tmp_path: Path) -> None:
    rules = json.loads(out_of(tmp_path, "rules", "--format", "json"))
    assert json.loads(out_of(tmp_path, "rules", "list", "-f", "json")) == rules
    names = [rule["name"] for rule in rules]
    assert names == sorted(built_in_rules())
    (spelling,) = (rule for rule in rules if rule["name"] == "initialism-spelling")
    assert spelling["fixable"] and spelling["builtIn"] and spelling["severity"] == "warning"
    assert spelling["options"]["wire"]["default"] == "consistent"
    pages = out_of(tmp_path, "explain", "--all")
    assert re.findall(r"^## (\S+)$", pages, re.MULTILINE) == names
    assert re.findall(r"^## (\S+)$", out_of(tmp_path, "explain", "schema", "key-format"), re.MULTILINE) == [
        "schema", "key-format",
    ]  # fmt: skip
    for wrong in ((), ("schema", "--all")):
        assert run(tmp_path, "explain", *wrong).returncode == 2


# Completion


def completed(folder: Path, *words: str, **environment: str) -> list[str]:
    """What bash is offered for the last of some words."""
    environment |= {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    variables: dict[str, Any] = environment | {"_DISPATCH_LINT_COMPLETE": "bash_complete"}
    result = run(folder, **variables)
    assert result.returncode == 0 and result.stderr == b"", result.stderr
    return [line.partition(",")[2] for line in result.stdout.decode().splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, tmp_path: Path) -> None:
    assert f"_DISPATCH_LINT_COMPLETE={shell}_complete" in out_of(tmp_path, "completion", shell)


def test_what_is_completed(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"id": "1", "name": "cart", "organizationId": "acme", "kind": "API", "status": "READY"}\n'
    )
    run(tmp_path, "store", "import", "rows.jsonl", "--store", "refs.db")
    for words, offered in (
        (["ch"], ["check"]), (["check", "--select", "name-"], ["name-format", "name-reuse"]),
        (["check", "--ignore", "schema,time"], ["schema,time-order"]), (["explain", "time"], ["time-order"]),
        (["check", "-f", "js"], ["json", "jsonl"]), (["check", "--kind", "api"], ["API"]),
        (["schema", "show", "sett"], ["settings"]), (["check", "--form", "s"], ["stored"]),
        (["store", "get", "--store", "refs.db", "ac"], ["acme/API/cart"]),
        (["store", "refs", "--store", "refs.db", "b_%"], []), (["store", "get", "--store", "none.db", ""], []),
        (["store", "get", "--store", "postgresql://h/d", ""], []), (["chekc", "x"], []),
    ):  # fmt: skip
        assert completed(tmp_path, "dispatch-lint", *words) == offered, words


def test_no_key_is_completed_that_a_shell_would_run(tmp_path: Path) -> None:
    """It is put into the command line as it is; a store of others may have any."""
    names = ["$(touch ran)", "`a`", "a;b", "a b", "a\n*", "\x1b[31m", "cart"]
    rows = [{"id": name, "name": name, "organizationId": "acme", "kind": "API", "status": "READY"}
            for name in names]  # fmt: skip
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run(tmp_path, "store", "import", "rows.jsonl", "--store", "refs.db")
    words = ("dispatch-lint", "store", "get", "--store", "refs.db", "acme")
    assert completed(tmp_path, *words) == ["acme/API/cart"]


def test_nothing_of_an_untrusted_folder_runs_at_a_tab(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("open('ran', 'w')\n")
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine.py']\n")
    for words in (["explain", "time"], ["check", "--select", "time"]):
        assert completed(tmp_path, "dispatch-lint", *words, DISPATCH_LINT_TRUST="") == [
            "time-order"
        ]
    assert not (tmp_path / "ran").exists()
    assert completed(
        tmp_path, "dispatch-lint", "check", "--kind", "api", DISPATCH_LINT_TRUST=""
    ) == ["API"]


# Watching


def test_what_cannot_be_watched(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG)
    for arguments, said in (
        (["--fix"], "--watch only reports: leave out --fix"), (["--write-baseline"], "--write-baseline"),
        (["--add-ignore"], "--add-ignore"), (["-"], "not standard input"), (["nope"], "nope: no such file"),
    ):  # fmt: skip
        code, _, error = check(tmp_path, "--watch", *arguments)
        assert code == 2 and said in error


@pytest.mark.parametrize(("given", "kept"), [
    ("--watch -f json a", "-f json a"), ("-qf json --watch a --watch", "-qf json a"),
    ("--exclude --watch --watch", "--exclude --watch"), ("--watch -o --watch", "-o --watch"),
    ("--exclude -- --watch a", "--exclude -- a"), ("--watch -- --watch", "-- --watch"),
])  # fmt: skip
def test_a_watched_check_gets_all_but_the_option(given: str, kept: str) -> None:
    """Left in, each check would watch; left out of a value, what follows would be the value."""
    context = check_command.make_context("check", given.split())
    assert without_watch(context) == kept.split()


def test_watch_checks_again(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    write(tmp_path, a_yaml=WRONG)
    command = [
        sys.executable,
        "-m",
        "dispatch_lint",
        "check",
        "--watch",
        "-f",
        "concise",
        "-o",
        "report.txt",
    ]
    with interruptible():
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    assert process.stdout is not None
    try:
        assert "Watching" in process.stdout.readline()
        # Watching begins after that line; the report itself starts no further check.
        until = time.monotonic() + WAIT
        while "a_0" not in (tmp_path / "report.txt").read_text() and time.monotonic() < until:
            (tmp_path / "a.yaml").write_text("kind: Secret\nname: a_0 x\n")
            time.sleep(0.2)
        process.stdout.readline()
        assert "1 file changed: a.yaml" in process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 130


# Progress


def on_terminal(folder: Path, *arguments: str, slow: float) -> str:
    """What a command writes to a terminal, where its work seems to take `slow` seconds a step."""
    code = (
        "import sys, time; from dispatch_lint.cli import progress; clock = [0.0]\n"
        f"def later():\n    clock[0] += {slow}\n    return clock[0]\n"
        "progress.time.monotonic = later\n"
        "from dispatch_lint.__main__ import main; main()"
    )
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=folder, stdin=child, stdout=subprocess.PIPE,
        stderr=child, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(child)
    shown = terminal_output(parent)
    process.communicate()
    return shown


def terminal_output(parent: int) -> str:
    """What programs write to a pseudo terminal until they end."""
    shown = b""
    while select.select([parent], [], [], WAIT)[0]:
        try:
            data = os.read(parent, 65_536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(parent)
    return shown.decode()


@pytest.mark.parametrize(("arguments", "label"), [
    (["check", "-j", "1", "."], "Checking"), (["store", "import", ".", "--store", "x.db"], "Importing"),
    (["schema", "generate", "--definitions", "go", "--output", "out"], "Reading definitions"),
])  # fmt: skip
def test_long_work_shows_progress_on_a_terminal_only(
    arguments: list[str], label: str, tmp_path: Path
) -> None:
    (tmp_path / "go").mkdir()
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_text(f"kind: Secret\nname: a{number}\n")
        (tmp_path / "go" / f"t{number}.go").write_text(
            f"package go\n\ntype T{number} struct {{\n\tBaseEntity\n}}\n"
        )
    assert label in on_terminal(tmp_path, *arguments, slow=2)
    assert label not in on_terminal(tmp_path, *arguments, slow=0.01)
    assert label.encode() not in run(tmp_path, *arguments).stderr


# The width of a terminal


@pytest.mark.parametrize(("columns", "widest"), [(40, 39), (200, 112), (10, 24)])
def test_excerpts_are_as_wide_as_the_terminal(columns: int, widest: int, tmp_path: Path) -> None:
    text = "kind: Secret\nname: " + "a" * 80 + " b" + "c" * 20
    write(tmp_path, a_yaml=text)
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", "check", "--color", "never", "a.yaml"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=child, env=environment,
    )  # fmt: skip
    os.close(child)
    shown = terminal_output(parent)
    process.wait()
    assert len(excerpt_of(shown)) == widest
    assert len(excerpt_of(check(tmp_path, "a.yaml")[1])) == len("2 | ") + 100


def excerpt_of(report: str) -> str:
    return next(line for line in report.splitlines() if line.startswith("2 |"))


CONCLUDE = """
import sys
from pathlib import Path
from dispatch_lint.audit.estate import Audited
from dispatch_lint.cli.audit import _conclude
from dispatch_lint.cli.exit import run_and_exit
from dispatch_lint.config.settings import Settings
from dispatch_lint.engine.summary import Declared, Summary
declared = Declared("Widget.widgetName", "foreign-key-naming", "the suffix is redundant", "w.go:7", 3)
found = Audited(Summary(files=1, documents=1), [declared], Path("found"), [], "jsonl")
run_and_exit(lambda: _conclude(found, Settings(), quiet="-q" in sys.argv, exit_zero=False))
"""


@pytest.mark.parametrize("options", [[], ["-q"]])
def test_what_an_audit_prints_in_the_end(options: list[str], tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    command = [sys.executable, "-c", CONCLUDE, *options]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ("Widget.widgetName" in result.stdout) is (not options)
    assert "1 document in 1 file checked" in result.stdout
    # to a reader that is gone
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run(
        command, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (closed.returncode, closed.stderr) == (2, b"")
