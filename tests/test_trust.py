"""Trust: what a checked tree asks for is refused until the user allows it; on every command."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint import cli
from dispatch_lint.api import lint, load_settings
from dispatch_lint.config.limits import Limits
from dispatch_lint.lsp.untrusted import restricted
from dispatch_lint.trust import UntrustedError, demands_of
from tests import test_cli
from tests.command import run_text

MANIFEST = "kind: Secret\nname: a\n---\nkind: Function\nname: f\nimage: i\nsecrets: [a]\n"
PLUGIN = """import pathlib
from dispatch_lint.rule import Rule
pathlib.Path({marker!r}).write_text("run")
class Own(Rule):
    "Does nothing."
    name = "own-rule"
    summary = "nothing"
    guide = None
    def check_field(self, field):
        return ()
"""
Command = Callable[..., tuple[int, str, str]]


class Listener:
    """A server that counts who calls, and says nothing to them."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "DISPATCH_LINT_TRUST", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def tree(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checked tree beside a folder that it has no business in."""
    folder = tmp_path / "tree"
    (folder / ".git").mkdir(parents=True)
    (folder / "a.yaml").write_text(MANIFEST)
    (folder / "rules").mkdir()
    marker = str(tmp_path / "ran")
    (folder / "rules" / "own.py").write_text(PLUGIN.format(marker=marker))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "known.json").write_text('{"version": 1, "violations": {}}')
    (outside / "ids.ledger").write_text("")
    (outside / "widget.go").write_text(
        "package x\n\n// Widget.\ntype Widget struct {\n\tBaseEntity\n}\n"
    )
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process: exit code, standard output, standard error.

    In a thread, because in the main one a run takes over the signals of the process for good.
    """

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dispatch-lint", *arguments])
        with ThreadPoolExecutor(1) as thread:
            code = thread.submit(cli.run).result()
        return code, *capsys.readouterr()

    return run


def ask(tree: Path, settings: str) -> None:
    (tree / "dispatch-lint.toml").write_text(settings)


def ran(tree: Path) -> bool:
    """Whether the plug-in of the tree was run, in any process; from now on it was not."""
    marker = tree.parent / "ran"
    found = marker.exists()
    marker.unlink(missing_ok=True)
    for name in [name for name in sys.modules if name.startswith("dispatch_lint_local_rules")]:
        del sys.modules[name]
    return found


def run_process(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    given: dict[str, Any] = {"DISPATCH_LINT_TRUST": "", **environment}
    return test_cli.run(folder, *arguments, **given)


def link(at: Path, target: Path | str) -> None:
    at.symlink_to(target)


# What is asked for: the settings, and what the message says

ASKED = {
    "plugins": ("plugins = ['rules']", '`plugins` runs the code in "rules"'),
    "plugin file": ("plugins = ['rules/own.py']", '`plugins` runs the code in "rules/own.py"'),
    "server": ("store = 'postgresql://me:secret@127.0.0.1:{port}/db'",
               "`store` connects to the server postgresql://me@127.0.0.1:{port}/db"),
    "postgres": ("store = 'POSTGRES://127.0.0.1:{port}/db'",
                 "`store` connects to the server POSTGRES://127.0.0.1:{port}/db"),
    "schemas": ("schemas = ['../outside']", '`schemas` leads out of this folder: "../outside"'),
    "definitions": ("definitions = ['../outside/widget.go']",
                    '`definitions` leads out of this folder: "../outside/widget.go"'),
    "ledger": ("ledger = '../outside/ids.ledger'",
               '`ledger` leads out of this folder: "../outside/ids.ledger"'),
    "baseline": ("baseline = '../outside/known.json'",
                 '`baseline` leads out of this folder: "../outside/known.json"'),
    "sqlite": ("store = 'sqlite:///../outside/refs.db'",
               '`store` leads out of this folder: "../outside/refs.db"'),
    "path": ("store = '../outside/refs.db'", '`store` leads out of this folder'),
    "bolt": ("store = 'bolt://../outside/d.db'", "`store` leads out of this folder"),
    "absolute": ("ledger = '/etc/passwd'", '`ledger` leads out of this folder: "/etc/passwd"'),
    "limits": ("limits.document-size = 65", "`limits.document-size` is above 64"),
    "link": ("ledger = 'linked/ids.ledger'",
             '`ledger` leads out of this folder: "linked/ids.ledger"'),
}  # fmt: skip
COMMANDS = {
    "check": ["check"],
    "rules": ["rules"],
    "rules new": ["rules", "new", "another"],
    "rules test": ["rules", "test", "empty"],
    "explain": ["explain", "schema"],
    "rename": ["rename", "-/Secret/a", "b", "--diff"],
    "graph": ["graph"],
    "config": ["config"],
    "schema list": ["schema", "list"],
    "schema generate": ["schema", "generate"],
    "schema check": ["schema", "check"],
    "schema show": ["schema", "show", "Image"],
    "schema show settings": ["schema", "show", "settings"],
    "schema diff": ["schema", "diff", "d.go", "d.go"],
    "store list": ["store", "list"],
    "store get": ["store", "get", "acme/Image/a"],
    "store refs": ["store", "refs", "acme/Image/a"],
    "store history": ["store", "history", "1"],
    "store export": ["store", "export"],
    "store import": ["store", "import", "a.yaml"],
    "init": ["init", "--yes"],
    "init --update": ["init", "--update"],
    "audit": ["audit", "a.yaml", "--output", "found"],
}


def prepare(tree: Path, asked: str, listener: Listener) -> str:
    """Write settings that ask for something; the sentence that the message has."""
    settings, what = ASKED[asked]
    if asked == "link":
        link(tree / "linked", "../outside")
    ask(tree, settings.format(port=listener.port))
    (tree / "d.go").write_text("package x\n\n// W.\ntype W struct {\n\tBaseEntity\n}\n")
    (tree / "empty").mkdir()
    return what.format(port=listener.port)


def files(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_done_without_trust(
    asked: str, command: str, tree: Path, call: Command, listener: Listener
) -> None:
    what = prepare(tree, asked, listener)
    before = files(tree.parent)
    code, out, error = call(*COMMANDS[command])
    assert (code, out) == (2, "")
    assert error.startswith("dispatch-lint: dispatch-lint.toml asks for what needs your trust: ")
    assert what in error and error.count("\n") == 1
    assert "--trust" in error and "`dispatch-lint trust`" in error
    assert "secret" not in error
    assert (files(tree.parent), ran(tree), listener.calls) == (before, False, 0)


def remembered(call: Command) -> list[str]:
    assert call("trust")[0] == 0
    return []


def by_environment(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("DISPATCH_LINT_TRUST", "1")
    return []


WAYS = ["--trust", "environment", "--config", "remembered"]
# Each two of them together: a way does not know what is asked for and by which command.
PAIRS = [
    (way, asked, command) for way in WAYS for asked in ASKED for command in COMMANDS
    if command != "audit" and (way == "--trust" or asked == "plugins" or command == "check")
]  # fmt: skip


@pytest.mark.parametrize(("way", "asked", "command"), PAIRS)
def test_each_way_of_trust_allows_it(
    way: str, asked: str, command: str, tree: Path, call: Command, listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    prepare(tree, asked, listener)
    options = {
        "--trust": lambda: ["--trust"],
        "environment": lambda: by_environment(monkeypatch),
        "--config": lambda: ["--config", "dispatch-lint.toml"],
        "remembered": lambda: remembered(call),
    }[way]()
    error = call(*COMMANDS[command], *options)[2]
    assert "needs your trust" not in error and "Traceback" not in error
    assert "No such option" not in error
    runs_code = command in ("check", "rules", "rules new", "rules test", "explain", "schema diff",
                            "schema show settings")  # fmt: skip
    assert ran(tree) is (asked.startswith("plugin") and runs_code)
    if asked in ("server", "postgres") and command in ("check", "store list"):
        assert listener.calls > 0


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("command", ["check", "rules", "schema show", "graph"])
def test_isolated_uses_no_settings(
    asked: str, command: str, tree: Path, call: Command, listener: Listener
) -> None:
    prepare(tree, asked, listener)
    assert call(*COMMANDS[command], "--isolated")[0] == 0
    assert (ran(tree), listener.calls) == (False, 0)


@pytest.mark.parametrize(("settings", "arguments"), [
    ("ignore = ['schema']\nseverity = { name-format = 'info' }", []),
    ("[rules.initialism-spelling]\nwire = 'camel'", []),
    ("limits = { depth = 500, aliases = 1_000_000, fields = 200_000, document-size = 64 }", []),
    ("baseline = 'known.json'", []),
    ("baseline = 'sub/../known.json'", []),
    ("definitions = ['w.go']", []),
    ("store = 'sqlite:///refs.db'", []),
    ("store = '../outside/refs.db'", ["--store", "refs.db"]),  # the user named another
    ("baseline = '../outside/known.json'", ["--baseline", "known.json"]),
    ("schemas = ['../outside']", ["--schemas", "own"]),
    ("baseline = 'inner.json'", []),
])  # fmt: skip
def test_what_needs_no_trust(
    settings: str, arguments: list[str], tree: Path, call: Command
) -> None:
    (tree / "known.json").write_text('{"version": 1, "violations": {}}')
    link(tree / "inner.json", "known.json")
    (tree / "own" / "manifest").mkdir(parents=True)
    schema = '{"type": "object", "properties": {"kind": {"type": "string"}}}'
    for kind in ("Secret", "Function"):
        (tree / "own" / "manifest" / f"{kind}.schema.json").write_text(schema)
    (tree / "sub").mkdir()
    (tree / "w.go").write_text("package x\n\n// W.\ntype W struct {\n\tBaseEntity\n}\n")
    assert call("store", "import", "a.yaml", "--store", "refs.db")[0] == 0
    ask(tree, settings)
    code, _, error = call("check", "a.yaml", *arguments)
    assert (code in (0, 1), error) == (True, "")


LONG = "a" * 300


@pytest.mark.parametrize("name", [LONG, f"{LONG}/b", r"a\u0000b", r"\u0000"])
@pytest.mark.parametrize("settings", [
    'schemas = ["{}"]', 'definitions = ["{}"]', 'definitions = [{{ path = "{}" }}]', 'store = "{}"',
    'store = "sqlite:///{}"', 'store = "bolt://{}"', 'ledger = "{}"', 'baseline = "{}"',
])  # fmt: skip
def test_names_that_no_file_can_have_are_those_of_no_file(
    name: str, settings: str, tree: Path, call: Command
) -> None:
    ask(tree, settings.format(name))
    code, out, error = call("check", "a.yaml")
    assert (code, out) == (2, "") and error.startswith("dispatch-lint: "), error
    assert error.count("\n") == 1 and "internal" not in error


def test_a_link_among_schemas_that_leads_out(tree: Path, call: Command) -> None:
    (tree / "own" / "manifest").mkdir(parents=True)
    link(tree / "own" / "manifest" / "Secret.schema.json", "/etc/passwd")
    ask(tree, "schemas = ['own']")
    code, _, error = call("check")
    assert code == 2 and "`schemas` leads out of this folder" in error
    assert 'a link "Secret.schema.json"' in error


def test_settings_that_are_a_link_show_nothing_of_its_target(tree: Path, call: Command) -> None:
    (tree.parent / "outside" / "secret").write_text("token = very secret\n")
    link(tree / "dispatch-lint.toml", "../outside/secret")
    code, _, error = call("check")
    assert code == 2 and "a link that leads out of this folder" in error
    assert "very" not in error and "TOML" not in error


def test_without_git_the_folder_of_the_settings_is_the_tree(tree: Path, call: Command) -> None:
    (tree / ".git").rmdir()
    (tree / "inner").mkdir()
    (tree / "ids.ledger").write_text("")
    (tree / "inner" / "dispatch-lint.toml").write_text("ledger = '../ids.ledger'")
    os.chdir(tree / "inner")
    assert call("check")[0] == 2
    (tree / ".git").mkdir()
    assert call("check")[0] == 0


# What is remembered


def test_a_change_of_what_is_asked_for_asks_again(tree: Path, call: Command) -> None:
    ask(tree, "plugins = ['rules']")
    code, out, _ = call("trust")
    assert code == 0 and '`plugins` runs the code in "rules"' in out
    assert call("check")[0] == 0 and ran(tree)
    ask(tree, "plugins = ['rules']\nfail-level = 'error'")  # it asks for no more than before
    assert call("check")[0] == 0 and ran(tree)
    (tree / "rules" / "data.json").write_text("{}")  # which the code may read
    assert call("check")[0] == 2 and not ran(tree)
    (tree / "rules" / "data.json").unlink()
    assert call("check")[0] == 0 and ran(tree)
    (tree / "rules" / "own.py").write_text("import os\n")
    assert call("check")[0] == 2
    assert call("trust")[0] == 0
    ask(tree, "plugins = ['rules']\nledger = '/etc/passwd'")
    assert call("check")[0] == 2


@pytest.mark.parametrize("folder", ["rules/__pycache__", "__pycache__/rules"])
def test_no_name_of_a_folder_hides_code(folder: str, tree: Path, call: Command) -> None:
    (tree / folder).parent.mkdir(exist_ok=True)
    (tree / "rules").rename(tree / "moved")
    (tree / folder).parent.mkdir(exist_ok=True)
    (tree / "moved").rename(tree / folder)
    ask(tree, f"plugins = ['{folder}']")
    assert call("trust")[0] == 0
    assert call("check")[0] == 0 and ran(tree)
    (tree / folder / "own.py").write_text("import os\n")
    assert "needs your trust" in call("check")[2]


@pytest.mark.parametrize("folder", ["/", "many", "large"])
def test_a_folder_that_is_too_large_is_refused_before_it_is_read(
    folder: str, tree: Path, call: Command
) -> None:
    for number in range(5_001 if folder == "many" else 2):
        file = tree / "many" / f"d{number % 10}" / f"{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(file) if number < 2 else file.touch()
    (tree / "large").mkdir()
    for name in ("a.py", "b.py"):
        with (tree / "large" / name).open("wb") as stream:
            stream.truncate(33 << 20)
    ask(tree, f"plugins = ['{folder}']")
    code, _, error = call("trust")
    assert code == 2 and error.count("\n") == 1
    if folder != "/":  # which has files that cannot be read
        limit = "64 MiB, too much" if folder == "large" else "5000 files, too many"
        assert error.endswith(f"{folder}: more than {limit} to remember\n")
    assert call("check")[0] == 2 and not ran(tree)


def test_list_and_revoke(tree: Path, call: Command, home: Path) -> None:
    assert call("trust", "--list") == (0, "", "dispatch-lint: no folder is trusted\n")
    ask(tree, "plugins = ['rules']")
    assert call("trust", ".")[0] == 0
    file = home / ".config" / "dispatch-lint" / "trust.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert str(tree / "dispatch-lint.toml") in call("trust", "--list")[1]
    assert call("trust", "--revoke", str(tree))[0] == 0
    assert call("check")[0] == 2 and not ran(tree)
    assert call("trust", "--revoke", str(tree))[0] == 1
    ask(tree, "ignore = ['schema']")
    assert "nothing to trust: " in call("trust")[2]


def test_a_memory_that_others_can_write_is_not_believed(
    tree: Path, call: Command, home: Path
) -> None:
    ask(tree, "plugins = ['rules']")
    call("trust")
    file = home / ".config" / "dispatch-lint" / "trust.json"
    file.chmod(0o666)
    code, _, error = call("check")
    assert code == 2 and "others may write to it" in error and not ran(tree)
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
        assert call("check")[0] == 2 and not ran(tree)
        os.chown(file, 0, 0)
    file.rename(tree.parent / "moved.json")
    link(file, tree.parent / "moved.json")
    assert call("check")[0] == 2 and not ran(tree)
    file.unlink()
    file.write_text("{")
    code, _, error = call("check")
    assert code == 2 and "not a list of trusted folders" in error


@pytest.mark.parametrize("arguments", [["check"], ["trust"], ["trust", "--revoke", "."]])
def test_a_memory_of_another_version_is_neither_believed_nor_replaced(
    arguments: list[str], tree: Path, call: Command, home: Path
) -> None:
    ask(tree, "plugins = ['rules']")
    call("trust")
    file = home / ".config" / "dispatch-lint" / "trust.json"
    newer = file.read_text().replace('"version": 1', '"version": 99')
    file.write_text(newer)
    code, _, error = call(*arguments)
    assert code == 2 and "version 99 of the list of trusted folders is not known" in error
    assert not ran(tree) and file.read_text() == newer


@pytest.mark.parametrize("where", ["inside", "relative", "empty"])
def test_a_tree_cannot_trust_itself(
    where: str, tree: Path, call: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(tree, "plugins = ['rules']")
    call("trust")
    memory = (tree.parent / "home" / ".config" / "dispatch-lint" / "trust.json").read_text()
    inside = tree / "config" / "dispatch-lint"
    inside.mkdir(parents=True, mode=0o700)
    (inside / "trust.json").write_text(memory)
    (inside / "trust.json").chmod(0o600)
    monkeypatch.setenv("HOME", "")
    folder = {"inside": str(tree / "config"), "relative": "config", "empty": ""}[where]
    monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    assert call("check")[0] == 2 and not ran(tree)
    assert call("trust")[0] == 2


@pytest.mark.parametrize("value", ["", "0", "no", "false"])
def test_a_variable_that_says_no(
    value: str, tree: Path, call: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPATCH_LINT_TRUST", value)
    ask(tree, "plugins = ['rules']")
    assert call("check")[0] == 2 and not ran(tree)


def test_python_programs_follow_the_same(tree: Path) -> None:
    ask(tree, "plugins = ['rules']")
    with pytest.raises(UntrustedError) as raised:
        load_settings()
    assert [demand.setting for demand in raised.value.demands] == ["plugins"]
    with pytest.raises(UntrustedError):
        list(lint("a.yaml"))
    assert not ran(tree)
    assert not list(lint("a.yaml", settings=load_settings(trust=True))) and ran(tree)


def test_code_behind_a_link_to_a_folder_asks_again(tree: Path) -> None:
    (tree / "elsewhere").mkdir()
    (tree / "elsewhere" / "helper.py").write_text("A = 1\n")
    (tree / "rules" / "lib").symlink_to("../elsewhere")
    for circle in ("here", "there"):
        (tree / "rules" / circle).symlink_to(".")
    (tree / "dispatch-lint.toml").write_text('plugins = ["rules"]\n')
    assert run_process(tree, "trust").returncode == 0
    assert run_process(tree, "check").returncode == 0 and ran(tree)
    (tree / "elsewhere" / "helper.py").write_text("A = 2\n")
    assert run_process(tree, "check").returncode == 2 and not ran(tree)


# Code that is not named by settings


def package(folder: Path, marker: Path) -> None:
    """A package with rules, as `pip` leaves one in a folder."""
    folder.mkdir(parents=True)
    (folder / "their_rules.py").write_text(PLUGIN.format(marker=str(marker)))
    info = folder / "their_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dispatch_lint.rules]\ntheirs = their_rules\n")


def python_path(folder: Path) -> str:
    """A `PYTHONPATH` that begins with a folder, and goes on as that of the tests."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


def another_tree(tree: Path) -> Path:
    """A tree with a package, beside the one that is the working directory."""
    other = tree.parent / "other"
    (other / ".git").mkdir(parents=True)
    (other / "deep").mkdir()
    for file in (other / "a.yaml", other / "deep" / "b.yaml"):
        file.write_text(MANIFEST)
    package(other / "lib", tree.parent / "ran")
    return other


@pytest.mark.parametrize("arguments", [["check"], ["check", "--isolated"], ["rules"]])
def test_packages_of_the_tree(tree: Path, arguments: list[str]) -> None:
    package(tree / "lib", tree.parent / "ran")
    path = python_path(tree / "lib")
    result = run_process(tree, *arguments, PYTHONPATH=path)
    assert result.returncode == 2 and not ran(tree)
    assert b'the package "their-rules" in ' in result.stderr
    assert run_process(tree, *arguments, "--trust", PYTHONPATH=path).returncode == 0 and ran(tree)
    assert run_process(tree, *arguments).returncode == 0 and not ran(tree)


@pytest.mark.parametrize("egg", ["lib.egg", "lib.EGG"])
def test_a_link_with_the_name_of_a_package_is_one(egg: str, tree: Path) -> None:
    """Python reads `EGG-INFO` in what is called `.egg`, whatever it leads to."""
    package(tree / "lib", tree.parent / "ran")
    metadata = (tree / "lib" / "their_rules-1.0.dist-info").rename(tree / "lib" / "EGG-INFO")
    (metadata / "METADATA").rename(metadata / "PKG-INFO")
    link(tree / egg, tree / "lib")
    result = run_process(tree, "check", PYTHONPATH=python_path(tree / egg))
    assert not ran(tree)
    assert result.returncode == 2 and b'the package "their-rules" in ' in result.stderr


@pytest.mark.parametrize("command", ["check", "audit"])
def test_compiled_code_of_a_package_is_not_run(command: str, tree: Path) -> None:
    if command == "audit":
        pytest.importorskip("pyspark")
    import importlib.util
    import py_compile

    package(tree / "lib", tree.parent / "ran")
    path = python_path(tree / "lib")
    assert run_process(tree, "trust", PYTHONPATH=path).returncode == 0
    source = tree / "lib" / "their_rules.py"
    harmless = source.read_text()
    source.write_text(harmless.replace('write_text("run")', 'write_text("evil")'))
    compiled = importlib.util.cache_from_source(str(source))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), compiled, invalidation_mode=mode)
    source.write_text(harmless)
    (tree / "a.jsonl").write_text('{"kind": "Secret", "name": "a"}\n')
    output = ["--output", "found"] if command == "audit" else []
    ended = run_process(tree, command, "a.jsonl", *output, PYTHONPATH=path)
    assert ended.returncode == 0, ended.stderr
    assert (tree.parent / "ran").read_text() == "run"


@pytest.mark.parametrize("ending", [".pyc", ".abi3.so", "/__init__.py"])
def test_what_python_may_import_instead_asks_again(ending: str, tree: Path) -> None:
    """A library beside the source text of a module comes before it."""
    package(tree / "lib", tree.parent / "ran")
    path = python_path(tree / "lib")
    assert run_process(tree, "trust", PYTHONPATH=path).returncode == 0
    other = tree / "lib" / f"their_rules{ending}"
    other.parent.mkdir(exist_ok=True)
    other.write_text("raise SystemExit(7)\n")
    result = run_process(tree, "check", PYTHONPATH=path)
    assert result.returncode == 2 and not ran(tree)
    assert b"asks for what needs your trust" in result.stderr


def test_packages_elsewhere_are_the_users_own(tree: Path) -> None:
    package(tree.parent / "lib", tree.parent / "ran")
    result = run_process(tree, "check", PYTHONPATH=python_path(tree.parent / "lib"))
    assert result.returncode == 0 and ran(tree)


@pytest.mark.parametrize("arguments", [
    ["check", "{other}"], ["check", ".", "{other}"], ["check", "{other}", "."],
    ["check", "{other}/deep/b.yaml"], ["check", ".", "--index", "{other}"],
    ["check", "-", "--stdin-filename", "{other}/b.yaml"], ["check", "linked"],
    ["rename", "-/Secret/a", "b", "{other}", "--diff"], ["graph", "{other}"],
])  # fmt: skip
def test_packages_of_another_tree_that_is_checked(tree: Path, arguments: list[str]) -> None:
    other = another_tree(tree)
    link(tree / "linked", other)
    path = python_path(other / "lib")
    named = [argument.format(other="../other") for argument in arguments]
    result = run_process(tree, *named, PYTHONPATH=path)
    assert result.returncode == 2 and not ran(tree)
    assert b'the package "their-rules" in ' in result.stderr
    assert b"for this folder with `dispatch-lint trust ../other" in result.stderr
    # Trust in the settings of this folder says nothing about the other.
    assert run_process(tree, "trust", PYTHONPATH=path).returncode == 0
    assert run_process(tree, *named, PYTHONPATH=path).returncode == 2 and not ran(tree)


def test_another_tree_may_be_trusted(tree: Path) -> None:
    other = another_tree(tree)
    path = python_path(other / "lib")
    assert run_process(tree, "trust", "../other", PYTHONPATH=path).returncode == 0
    assert run_process(tree, "check", ".", "../other", PYTHONPATH=path).returncode == 0
    assert ran(tree)
    (other / "lib" / "their_rules.py").write_text("raise SystemExit")
    assert run_process(tree, "check", ".", "../other", PYTHONPATH=path).returncode == 2
    result = run_process(tree, "check", ".", "../other", "--trust", PYTHONPATH=path)
    assert b"their_rules" in result.stderr


def test_python_programs_that_check_another_tree(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(another_tree(tree) / "lib"))
    with pytest.raises(UntrustedError):
        list(lint("../other"))
    assert not ran(tree)


@pytest.mark.parametrize("metadata", ["", "Name: click\n", "Name: dispatch-lint\n"])
def test_what_a_package_says_of_itself_is_not_believed(tree: Path, metadata: str) -> None:
    """Python finds packages by the names of their folders, whatever is written in them."""
    package(tree / "lib", tree.parent / "ran")
    (file,) = (tree / "lib").glob("*.dist-info/METADATA")
    file.write_text(f"Metadata-Version: 2.1\n{metadata}Version: 1.0\n")
    result = run_process(tree, "check", PYTHONPATH=python_path(tree / "lib"))
    assert result.returncode == 2 and not ran(tree)
    assert b"asks for what needs your trust: the package " in result.stderr


def test_what_the_interpreter_installed_itself_is_trusted(tree: Path) -> None:
    """A project's own `.venv` lies in the tree, and is what runs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=tree, check=True)
    site = next((tree / ".venv").glob("lib/python*/site-packages"))
    package(tree / "lib", tree.parent / "ran")
    for file in (tree / "lib").iterdir():
        file.rename(site / file.name)
    ours = [path for path in sys.path if path.endswith("site-packages")]
    lines = [f"import site; site.addsitedir({path!r})\n" for path in ours]
    (site / "ours.pth").write_text("".join(lines))
    result = subprocess.run(
        [str(tree / ".venv" / "bin" / "python"), "-m", "dispatch_lint", "check"],
        cwd=tree, capture_output=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, b"") and ran(tree)


def test_modules_of_the_working_directory_are_not_imported(tree: Path) -> None:
    # What Python imports before this package is frozen: no file is looked for.
    library = sys.stdlib_module_names - {*sys.builtin_module_names}
    for name in ("click", "yaml", "orjson", *library):
        (tree / f"{name}.py").write_text(f"open({str(tree.parent / 'ran')!r}, 'w')\n")
    assert run_process(tree, "check").returncode == 0
    assert not ran(tree)


def test_compiled_code_beside_a_plugin_is_not_run(tree: Path, call: Command) -> None:
    """Python believes some compiled files without a look at their source."""
    import importlib.util
    import py_compile

    ask(tree, "plugins = ['rules']")
    call("trust")
    source = tree / "rules" / "own.py"
    harmless = source.read_text()
    source.write_text(harmless.replace('write_text("run")', 'write_text("evil")'))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(
        str(source), importlib.util.cache_from_source(str(source)), invalidation_mode=mode
    )
    source.write_text(harmless)
    assert call("check")[0] == 0
    assert (tree.parent / "ran").read_text() == "run"


def test_the_listener_would_have_been_called(tree: Path, listener: Listener) -> None:
    """The control: with trust, the very same settings do call it."""
    ask(tree, f"store = 'postgresql://x@127.0.0.1:{listener.port}/db'")
    assert run_process(tree, "check", PGPASSWORD="hunter2").returncode == 2
    assert listener.calls == 0
    result = run_process(tree, "check", "--trust", PGPASSWORD="hunter2")
    assert (result.returncode, listener.calls > 0) == (2, True)
    assert b"hunter2" not in result.stderr


def test_demands_are_values(tree: Path) -> None:
    ask(tree, "plugins = ['rules', '../outside']\nledger = '../outside/ids.ledger'")
    demands = demands_of(load_settings(trust=True))
    assert [demand.setting for demand in demands] == ["plugins", "plugins", "ledger"]
    assert json.dumps([demand.value for demand in demands]) == (
        '["rules", "../outside", "../outside/ids.ledger"]'
    )


def test_an_editor_goes_on_with_limits_that_need_no_trust(tree: Path) -> None:
    ask(tree, "limits = { document-size = 65, depth = 200 }")
    with pytest.raises(UntrustedError) as raised:
        load_settings()
    assert restricted(raised.value).limits == Limits(document_size=64, depth=200)


@pytest.mark.parametrize("settings", [
    "baseline = 'endless'", "ledger = 'endless'", "schemas = ['own']", "definitions = ['endless.go']",
    "definitions = ['endless.json']",
])  # fmt: skip
@pytest.mark.parametrize("endless", ["/dev/zero", "pipe"])
def test_files_without_an_end_are_refused_with_trust_too(
    endless: str, settings: str, tree: Path
) -> None:
    (tree / "own" / "stored").mkdir(parents=True)
    for name in ("endless", "endless.go", "endless.json", "own/stored/A.schema.json"):
        if endless == "pipe":
            os.mkfifo(tree / name)
        else:
            link(tree / name, "/dev/zero")
    ask(tree, settings)
    result = run_process(tree, "check", "a.yaml", "--trust")
    assert result.returncode == 2 and b"Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["--config=evil.yaml", "-oa.yaml", "--trust"])
@pytest.mark.parametrize("command", ["check", "rules", "graph"])
def test_the_name_of_a_file_is_no_option(name: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    (tmp_path / name).write_text("kind: Secret\nname: a\n")
    result = run_text(tmp_path, command, name, "a.yaml")
    assert (result.returncode, result.stdout) == (2, "")
    assert f'"{name}" is a file here' in result.stderr
    if command == "check":
        assert run_text(tmp_path, command, "--", name, "a.yaml").returncode == 0
        assert run_text(tmp_path, command, f"./{name}", "a.yaml").returncode == 0
