"""The command line, as a user runs it: exit codes, messages, and nothing else on stdout."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dispatch_lint import lint, load_settings
from dispatch_lint.documents import stream
from dispatch_lint.model.errors import UserError
from dispatch_lint.rule import SCOPES
from tests.command import run as run

ROOT = Path(__file__).parent.parent
CLEAN = "kind: Secret\nname: a\n"
WRONG = "kind: Secret\nname: a b\n"


def check(folder: Path, *arguments: str, **more: Any) -> tuple[int, str, str]:
    result = run(folder, "check", *arguments, **more)
    assert b"Traceback" not in result.stderr
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("_", ".")).write_bytes(data)


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (CLEAN, [], 0),
        (WRONG, [], 1),
        (WRONG, ["--exit-zero"], 0),
        (WRONG, ["--ignore", "name-format, schema"], 0),
        (WRONG, ["--select", "schema"], 1),
        ("kind: Function\nname: f\nimage: i\nstatus: READY\n", [], 0),
        ("kind: Function\nname: f\nimage: i\nstatus: READY\n", ["--fail-level", "info"], 1),
        ("kind: Application\nname: f\n", ["--fail-level", "error"], 0),
        ("kind: Application\nname: f\n", [], 1),
        ("x: y\n", [], 0),
        ("x: y\n", ["--require-documents"], 2),
        (CLEAN, ["--select", "name-fromat"], 2),
        (CLEAN, ["--kind", "Secrt"], 2),
        (CLEAN, ["--format", "xml"], 2),
    ],
)
def test_exit_codes(text: str, arguments: list[str], code: int, tmp_path: Path) -> None:
    write(tmp_path, a_yaml=text)
    assert check(tmp_path, "a.yaml", *arguments)[0] == code


INPUTS: list[tuple[str, bytes, int, str]] = [
    ("empty.yaml", b"", 0, "no entity document found"),
    ("binary.yaml", b"\x7fELF\x00\x01", 1, "not a text file: NUL byte at offset 4"),
    ("binary.go", b"package p\0", 1, "not a text file: NUL byte at offset 9"),
    ("latin.go", b"package p\n// \xe9\n", 1, "line 2 is not UTF-8"),
    ("utf16.yaml", "kind: Secret\n".encode("utf-16"), 1, "the file is UTF-16"),
    (
        "latin.yaml",
        "kind: Secret\nname: \xe9\n".encode("latin-1"),
        1,
        "line 2 is not UTF-8: byte 0xe9 at offset 19",
    ),
    (
        "marked.yaml",
        b"\xef\xbb\xbfkind: Secret\nname: \xe9\n",
        1,
        "line 2 is not UTF-8: byte 0xe9 at offset 22",
    ),
    ("bom.yaml", b"\xef\xbb\xbfkind: Secret\nname: a\n", 0, ""),
    ("crlf.yaml", b"kind: Secret\r\nname: a\r\n", 0, ""),
    ("tabs.yaml", b"kind: Secret\n\tname: a\n", 1, ""),
    ("deep.json", b"[" * 10_000, 1, "deeper than 100 levels"),
    ("flow.yaml", b"a: [1\n", 1, "syntax-error"),
    ("object.json", b'{"a":', 1, "syntax-error"),
    ("line.jsonl", b'{"a":\n', 1, "syntax-error"),
    ("latin.jsonl", b'{"a": 1}\n"\xe9"\n', 1, "latin.jsonl:2:2"),
    ("returns.yaml", b"kind: Secret\rname: a b\r", 1, "returns.yaml:2:7"),
    ("chart.yaml", b"apiVersion: v1\nkind: Secret\nname: {{ x }}\n", 1, "syntax-error"),
    ("deep2.json", b'{"kind": "Secret", "name": "a", "x":' + b"[" * 10_000, 1, ""),
    ("deep.yaml", b"kind: Secret\nname: a\nsecrets: " + b"[" * 10_000, 1, ""),
    ("no-extension", b"kind: Secret\nname: a\n", 0, ""),
    ("scalar.yaml", b"just text\n", 0, "no entity document found"),
    ("surrogate.json", b'{"kind": "Secret", "name": "\\ud83d x"}', 1, ""),
]


@pytest.mark.parametrize(("name", "data", "code", "said"), INPUTS, ids=[i[0] for i in INPUTS])
def test_odd_input(name: str, data: bytes, code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    result = check(tmp_path, name)
    assert result[0] == code, result
    assert said in result[1] + result[2]
    assert "No deviations" not in result[1] or code == 0


def test_what_no_person_named_is_left_alone(tmp_path: Path) -> None:
    """A hook names each file of a commit, whoever it is for."""
    (tmp_path / "chart.yaml").write_text("apiVersion: v1\nkind: Secret\nname: {{ x }}\n")
    (tmp_path / "pipeline.yaml").write_text("kind: pipeline\nname: x\ndepends_on: []\n")
    for arguments in (["."], ["chart.yaml", "pipeline.yaml", "--force-exclude"]):
        code, out, _ = check(tmp_path, *arguments)
        assert (code, "2 skipped" in out) == (0, True)


def test_go_that_is_no_text_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_bytes(b"package p\0")
    (tmp_path / "b.go").write_text(
        'package p\n\ntype W struct {\n\tBaseEntity\n\tA string `json:"a_b"`\n}\n'
    )
    code, out, error = check(tmp_path, ".", "-f", "concise")
    assert (code, "b.go:5:2: error[camel-case-fields]" in out, error.count("NUL byte")) == (
        2,
        True,
        1,
    )
    code, out, _ = check(tmp_path, "a.go", "b.go", "-f", "concise")
    assert (code, "2 errors" in out, "a.go:1:10: error[syntax-error]" in out) == (1, True, True)


def test_an_input_that_cannot_be_read_is_no_clean_result(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"kind: Secret\nname: a\0\n")
    code, out, error = check(tmp_path, ".")
    assert (code, error.count("NUL byte")) == (2, 1)
    assert out.startswith("1 problem (see standard error). 0 documents")


@pytest.mark.parametrize(("name", "data", "code"), [
    ("a.yaml", b"kind: Secret\nname: a\0", 1), ("a.yaml", b"a: [", 1), ("a.json", b'{"a":', 1),
    ("a.go", b"package a\n\xff", 1),
])  # fmt: skip
def test_a_diff_of_what_cannot_be_read_says_so(
    name: str, data: bytes, code: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    for options in (["--diff"], ["--fix", "--diff"]):
        assert check(tmp_path, name, *options)[::2] == (
            code, check(tmp_path, name, *options)[2],
        )  # fmt: skip
        assert f"dispatch-lint: {name}:" in check(tmp_path, name, *options)[2]
    assert check(tmp_path, name, "--fix")[0] == code


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    assert check(tmp_path, "nowhere.yaml")[::2] == (
        2, "dispatch-lint: nowhere.yaml: no such file or folder\n",
    )  # fmt: skip


def test_a_dangling_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("gone.yaml")
    assert "link.yaml: the link is broken" in check(tmp_path, "link.yaml")[2]


def test_a_walk_waits_for_no_pipe(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=CLEAN, types_go="package p\n\ntype Wheel struct {\n\tBaseEntity\n}\n")
    os.mkfifo(tmp_path / "go.mod")
    os.mkfifo(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").symlink_to("b.yaml")
    assert check(tmp_path, ".")[0] == 0


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "a.yaml"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(WRONG,), daemon=True)
    writer.start()
    code, out, _ = check(tmp_path, "a.yaml")
    assert code == 1
    assert "2 | name: a b" in out


@pytest.mark.parametrize(("length", "message"), [(1, ""), (2_000_000, "larger than 1 MiB")])
def test_what_can_be_read_only_once_has_its_limit(
    length: int, message: str, tmp_path: Path
) -> None:
    text = CLEAN + "#" * length + "\n"
    (tmp_path / "dispatch-lint.toml").write_text("[limits]\ndocument-size = 1\n")
    code, _, error = check(tmp_path, "-", stdin=text.encode())
    assert (code, message in error) == (2 if message else 0, True)


@pytest.mark.parametrize("blank", [0, 17_000_000], ids=["in memory", "in a file"])
def test_lines_of_a_stream_are_read_again_for_their_places(blank: int, tmp_path: Path) -> None:
    lines = [json.dumps({"kind": "Secret", "name": name}) for name in ("a", "a b", "c")]
    text = "\n".join(lines).encode() + b"\n" + b" " * blank
    format_, opener = stream.buffer_stream(io.BytesIO(text), "jsonl", 0)
    assert format_ == "jsonl"
    first, second = opener(), opener()
    assert first.readline() == text.partition(b"\n")[0] + b"\n"
    with second:
        assert second.read() == text
    assert first.read() == text.split(b"\n", 1)[1]
    out = check(tmp_path, "-", stdin=text)[1]
    assert "<stdin>:2:28" in out and f"2 | {lines[1]}" in out


def test_no_permission_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=CLEAN, b_yaml=WRONG)
    (tmp_path / "a.yaml").chmod(0)
    command = [sys.executable, "-m", "dispatch_lint", "check", "--isolated", "."]
    if os.geteuid() == 0:
        # Root reads everything, unless it gives the capability away.
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv to give root's rights away")
        drop = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *command]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "a.yaml: Permission denied" in result.stderr
    assert "b.yaml:2:7" in result.stdout


def refused(folder: Path) -> str:
    """The error of a check that does not begin."""
    write(folder, a_yaml=CLEAN)
    code, out, error = check(folder, "a.yaml")
    assert (code, out) == (2, "")
    return error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", 'unknown key "selct"; did you mean "select"?'),
        ("select = 3", '"select" must be a list of texts'),
        (
            "select = ['statusvalue']",
            'there is no rule "statusvalue"; did you mean "status-value"?',
        ),
        ("fail-level = 'eror'", 'did you mean "error"?'),
        ("baseline = 'x.json'", "x.json: No such file"),
        ("store = 'x.db'", "x.db: no such store"),
        ("store = 'mysql://h/d'", "use sqlite:///"),
        ("ledger = 'ids.txt'", "ids.txt: no such ledger"),
        ("[rules.unknown-kind]\nevry = true", 'there is no option "evry"; did you mean "every"?'),
        (
            "[rules.unknown-kind]\nevery = 'yes'",
            'dispatch-lint.toml: "rules.unknown-kind.every" must be true or false, not "yes"',
        ),
        ("[open-questions]\nkind-field = 'maybe'", "must be one of"),
        ("[references]\n'Function.imge' = 'Image'", 'Function has no field "imge"'),
        ("[references]\n'Function.image' = 'Imag'", 'there is no kind "Imag"'),
        ("[kinds]\n'*.yaml' = 'Secrt'", 'there is no kind "Secrt"; did you mean "Secret"?'),
        ("plugins = ['./nowhere']", "there is no folder"),
        ("schemas = ['./nowhere']", "no such folder of schemas"),
        ("definitions = ['./nowhere.go']", "does not exist"),
        (
            "external = ['ServiceClas/*']",
            'there is no kind "ServiceClas"; did you mean "ServiceClass"?',
        ),
        ("external = ['vault-1']", '"vault-1" must be <kind>/<name>'),
        ("external = ['Secret/']", '"Secret/" must be <kind>/<name>'),
        ("external = ['Image/acme/python']", '"Image/acme/python" must be <kind>/<name>'),
        ("baseline = ''", '"baseline" is empty'),
        ("store = ''", '"store" is empty'),
        ("exclude = ['a', '']", '"exclude" contains an empty text'),
        ("[tool]\ndispatch-lint = 5", '"tool.dispatch-lint" must be a table, not 5'),
        ("organization = 'a/b c'", 'letters, digits, "_" and "-", not "a/b c"'),
        ("organization = ''", '"organization" must be a name'),
        ("select = []\n[tool.dispatch-lint]\nignore = []", "keys are at the top level"),
        ("complete = ", "invalid TOML"),
        ("complete = 'yes'", '"complete" must be true or false'),
        ("organization = 1", '"organization" must be text'),
        ("include = [1]", '"include" must be a list of texts'),
        ("severity = 'off'", '"severity" must be a table'),
        ("[severity]\nname-format = 'of'", '"severity.name-format" must be one of'),
        ("[rules]\nname-format = 1", '"rules.name-format" must be a table of options'),
        (
            "[rules.initialism-spelling]\nwire = 'rust'",
            'must be one of "consistent", "camel", "go", not "rust"',
        ),
        ("[rules.name-format]\nlength = 1", 'there is no option "length": the rule has no options'),
        ("[open-questions]\nkind-feild = 'optional'", 'did you mean "kind-field"?'),
        ("[limits]\ndepth = 0", '"limits.depth" must be a whole number from 1'),
        ("[limits]\ndepth = 1_000_000", "at most, not 1000000"),
        ("[limits]\ndephts = 1", 'unknown key "limits.dephts"; did you mean "depth"?'),
        ("[references]\nFunction = 'Image'", 'write "Kind.field" = "Kind"'),
        (
            "[references]\n'Function.image' = 'Image,by=key'",
            '"references.Function.image": "by=key" in',
        ),
    ],
)
def test_broken_settings(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text(text)
    error = refused(tmp_path)
    assert said in error
    assert error.startswith(f"dispatch-lint: {tmp_path / 'dispatch-lint.toml'}: ")


@pytest.mark.parametrize(("data", "said"), [
    (b"[tool.dispatch-lint]\ncomplete = ", "pyproject.toml: invalid TOML"),
    (b"[tool.dispatch-lint]\ncomplet = true", 'unknown key "complet"; did you mean "complete"?'),
    (b"[tool.'dispatch-lint']\ncomplet = true", 'unknown key "complet"; did you mean "complete"?'),
    (b"[tool]\ndispatch-lint = {complet = true}", 'unknown key "complet"; did you mean "complete"?'),
    (b"# \xe9\n[tool.dispatch-lint]\ncomplete = true", "pyproject.toml: invalid TOML"),
    ("[tool.dispatch-lint]\ncomplete = true".encode("utf-16"), "pyproject.toml: invalid TOML"),
    (b"[tool.dispatch_lint]\nx = 1", 'unknown table "tool.dispatch_lint"; did you mean "tool.dispatch-lint"?'),
    (b"tool.DispatchLint.x = 1", 'unknown table "tool.DispatchLint"; did you mean "tool.dispatch-lint"?'),
])  # fmt: skip
def test_broken_settings_of_a_project(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    assert said in refused(tmp_path)


def test_settings_written_as_in_pyproject_get_a_hint(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=CLEAN)
    (tmp_path / "dispatch-lint.toml").write_text("[tool.dispatch-lint]\norganization = 'acme'\n")
    code, _, error = check(tmp_path, "a.yaml")
    assert code == 0
    assert error.startswith(
        f"dispatch-lint: {tmp_path / 'dispatch-lint.toml'}: in dispatch-lint.toml keys"
    )


SCHEMA_TEAM = "organization = 'schema-team'\n"


@pytest.mark.parametrize(("text", "arguments", "said"), [
    # What is quoted is part of another value, of a comment, or the value of another setting.
    (SCHEMA_TEAM, ["--select", "schem"], '--select: there is no rule "schem"'),
    (SCHEMA_TEAM, ["--ignore", "schem"], '--ignore: there is no rule "schem"'),
    (SCHEMA_TEAM, ["--extend-select", "schem"], '--extend-select: there is no rule "schem"'),
    (SCHEMA_TEAM, ["--severity", "schem=off"], '--severity: there is no rule "schem"'),
    ("# not schem\nignore = ['schema']\n", ["--ignore", "schem"], '--ignore: there is no rule "schem"'),
    ("external = ['Secret/nmae']\n", ["--select", "nmae"], '--select: there is no rule "nmae"'),
    ("select = ['schem']\n", ["--select", "nmae"], '--select: there is no rule "nmae"'),
    ("organization = 'Secrt'\n", ["--kind", "Secrt"], 'there is no kind "Secrt"'),
    ("organization = 'a'\n", ["--organization", "a b"], '"--organization" must be a name'),
    ("include = ['*', 'known.json']\n", ["--baseline", "known.json"], "known.json: No such file"),
    ("baseline = 'known.json'\n", ["--baseline", "other.json"], "other.json: No such file"),
    ("include = ['*', 'refs.db']\n", ["--store", "refs.db"], "refs.db: no such store"),
    ("exclude = ['no']\n", ["--schemas", "no"], "no: the folder has no stored/<Kind>.schema.json"),
    ("exclude = ['none.go']\n", ["--definitions", "none.go"], "no kind is declared in "),
])  # fmt: skip
def test_a_value_of_the_command_line_is_in_no_file(
    text: str, arguments: list[str], said: str, tmp_path: Path
) -> None:
    write(tmp_path, a_yaml=CLEAN, none_go="package none\n")
    (tmp_path / "no").mkdir()
    (tmp_path / "dispatch-lint.toml").write_text(text)
    code, out, error = check(tmp_path, "a.yaml", *arguments)
    assert (code, out) == (2, "") and said in error and "dispatch-lint.toml" not in error


@pytest.mark.parametrize(("text", "arguments", "said"), [
    ("ignore = ['schem']", ["--ignore", "name-format"], 'ignore: there is no rule "schem"'),
    ("extend-select = ['schem']", ["--extend-select", "all"], 'extend-select: there is no rule "schem"'),
    ("[severity]\nschem = 'off'", ["--severity", "schema=off"], 'severity: there is no rule "schem"'),
    ("[per-path]\n'*.go' = ['schem']", ["--select", "schema"], 'per-path "*.go": there is no rule "schem"'),
    ("[rules.schem]\na = 1", ["--select", "schema"], 'rules: there is no rule "schem"'),
    ("[rules.schema]\na = 1", ["--select", "schema"], 'rules.schema: there is no option "a"'),
    ('select = ["schem\\u0061x"]', [], 'select: there is no rule "schemax"'),
    ("ledger = './ids.jsonl'", ["--select", "schema"], "ids.jsonl: no such ledger"),
    ("schemas = ['./no']", [], "no: the folder has no stored/<Kind>.schema.json"),
    ('definitions = ["none\\u002ego"]', [], "no kind is declared in none.go"),
    ("definitions = ['gone.go']", ["--definitions", "none.go"], "gone.go does not exist"),
    ("plugins = ['./no', 'gone']", [], "there is no folder"), ("plugins = ['none.py']", [], "none.py: no rule found"),
])  # fmt: skip
def test_a_value_of_the_settings_is_in_their_file(
    text: str, arguments: list[str], said: str, tmp_path: Path
) -> None:
    write(tmp_path, a_yaml=CLEAN, none_go="package none\n", none_py="")
    (tmp_path / "no").mkdir()
    (tmp_path / "dispatch-lint.toml").write_text(text)
    code, out, error = check(tmp_path, "a.yaml", *arguments)
    assert (code, out) == (2, "") and said in error
    assert error.startswith(f"dispatch-lint: {tmp_path / 'dispatch-lint.toml'}: ")


def test_what_a_program_sets_is_in_no_file(tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text("select = ['schema']\nignore = ['schem']\n")
    settings = replace(load_settings(tmp_path), ignore=(), select=("schem",))
    with pytest.raises(UserError, match=r'\Aselect: there is no rule "schem"'):
        next(iter(lint(settings=settings)), None)


def test_a_project_that_says_nothing_of_us(tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text("complet = true\n")
    inner = tmp_path / "inner"
    for data in (
        b"[tool.other]\nx = ",
        b"\xff",
        b"# no tool.dispatch-lint\n",
        b"tool = 'dispatch-lint'\n",
        b"tool = ['dispatch-lint']\n",
        b"[tool.hatch.build]\npackages = ['dispatch_lint']\n",
    ):
        inner.mkdir(exist_ok=True)
        (inner / ".git").mkdir(exist_ok=True)
        (inner / "pyproject.toml").write_bytes(data)
        write(inner, a_yaml=CLEAN)
        assert check(inner, "a.yaml")[0] == 0


RULE = """
from dataclasses import dataclass
from dispatch_lint.rule import Rule
class Mine(Rule):
    name = {name!r}
    summary = {summary!r}
    Options = {options}
    def {method}(self, entity):
        return ()
"""


@pytest.mark.parametrize(("changed", "said"), [
    ({"name": "my_rule"}, "mine.py: Mine is not a rule: its name 'my_rule' is not kebab-case"),
    ({"name": None}, "its name None is not kebab-case"),
    ({"summary": ""}, "it has no summary"),
    ({"options": "int"}, "its Options are not a dataclass"),
    ({"method": "chekc"}, "it has no method that checks anything"),
    ({"method": "check"}, "it defines `check`, which is no longer part of a rule: override `check_entity"),
    ({"name": "name-format"}, 'there is already a rule "name-format", in dispatch_lint_rules'),
    ({"options": "dataclass(frozen=True)(type('O', (), {'__annotations__': {'must': int}}))"},
     "rules.mine: the option must must be set"),
])  # fmt: skip
def test_plugins_that_are_no_rules(changed: dict[str, Any], said: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    whole = {"name": "mine", "summary": "x", "options": "Rule.Options", "method": "check_entity"}
    (tmp_path / "mine" / "mine.py").write_text(RULE.format(**(whole | changed)))
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine']\n")
    assert said in refused(tmp_path)


def test_a_plugin_that_raises_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "lint_rules").mkdir()
    assert run(tmp_path, "rules", "new", "my-rule").returncode == 0
    file = tmp_path / "lint_rules" / "my_rule.py"
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["./lint_rules"]\n')
    write(tmp_path, a_yaml="kind: Secret\nname: TODO\n", b_yaml=WRONG)
    code, out, _ = check(tmp_path, "a.yaml", "-f", "concise")
    assert code == 1
    assert out.startswith('a.yaml:2:7: warning[my-rule] "TODO" is no name for an entity\n')
    file.write_text(file.read_text().replace('if entity.name == "TODO"', "if 1 / 0"))
    code, out, error = check(tmp_path, "b.yaml", "-f", "concise")
    assert code == 2
    assert "b.yaml:2:7: error[name-format]" in out
    assert "b.yaml: document 0: internal error in the rule my-rule (lint_rules/my_rule.py:" in error
    assert "): ZeroDivisionError: division by zero\n" in error
    file.write_text(
        file.read_text().replace(
            "def check_entity(self, entity: EntityView)", "def check_field(self, field)"
        )
    )
    code, out, error = check(tmp_path, "b.yaml", "-f", "concise")
    assert code == 2
    assert "b.yaml:2:7: error[name-format]" in out
    assert "the field Secret.id: internal error in the rule my-rule (" in error
    assert "further document" not in error  # it has one, with several fields
    file.write_text("import nothing_of_the_kind\n")
    code, out, error = check(tmp_path, "b.yaml")
    assert (code, out) == (2, "")
    assert "my_rule.py fails to load: ModuleNotFoundError" in error


RAISES = """
from dispatch_lint.rule import Fact, Rule
class Raises(Rule):
    "It raises."
    name = "raises"
    summary = "raises"
    def {method}(self, subject, *_):
        raise ZeroDivisionError("on purpose")
    {more}
"""
METHODS = {
    **dict.fromkeys(SCOPES.keys() - {"check_change"}, ""),
    "__init__": "def check_entity(self, entity): return ()",
    "collect": "def judge(self, group): return ()",
    "judge": "def collect(self, entity): yield Fact('a')",
}
GO = """package shop
type Widget struct {
	BaseEntity
	Size int `json:"size_mm"`
}
func buildKey(org, kind, name string) string {
	return fmt.Sprintf("%s/%s/%s", org, kind, name)
}
"""


@pytest.mark.parametrize("method", sorted(METHODS))
def test_no_method_of_a_plugin_takes_the_rest_with_it(method: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "raises.py").write_text(RAISES.format(method=method, more=METHODS[method]))
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine']\n")
    function = "kind: Function\nname: f\nid: '1'\nimage: i\n"
    text = f"{WRONG}---\n{CLEAN}# dispatch-lint: ignore[key-format]\n---\n{function}"
    write(tmp_path, a_yaml=text)
    (tmp_path / "shop.go").write_text(GO)
    code, out, error = check(tmp_path, "-f", "concise")
    assert "internal error: please" not in error
    if method == "__init__":
        assert code == 2
        said = (
            r"the rule raises \(mine/raises.py:\d+\) cannot be used: ZeroDivisionError: on purpose"
        )
        assert re.search(said, error)
        return
    assert "a.yaml:2:7: error[name-format]" in out and "camel-case-fields" in out
    assert code == 2
    assert error.count("internal error in the rule raises (mine/raises.py:8): ") == 1
    assert "): ZeroDivisionError: on purpose" in error
    assert "the definition :" not in error


YIELDS = """
from dispatch_lint.rule import Fact, Finding, Rule
class Yields(Rule):
    "It yields what is no finding."
    name = "yields"
    summary = "yields"
    def check_entity(self, entity):
        {check}
        return ()
    def collect(self, entity):
        yield {fact}
    def judge(self, group):
        {judge}
        return ()
"""
FACT = "Fact('a')"


@pytest.mark.parametrize(("check_", "fact", "judge", "message"), [
    ("return [42]", FACT, "", "it yielded 42, which is not a Finding"),
    ("return 42", FACT, "", "'int' object is not iterable"),
    ("return [Finding(['name'], 'm')]", FACT, "", "a path is ['name'], which is not a tuple"),
    ("return [Finding(('name',), 5)]", FACT, "", "`message` of a Finding is 5"),
    ("return [Finding(('name',), 'm', severity=7)]", FACT, "", "`severity` of a Finding is 7"),
    ("raise SystemExit(0)", FACT, "", "SystemExit: 0"),
    ("", "3", "", "it collected 3, which is not a Fact"),
    ("", "Fact(3)", "", "the group of a fact is 3, which is not text"),
    ("", "Fact('a', ([],))", "", "the data of a fact are ([],), which is not a plain value"),
    ("", FACT, "return [42]", "it yielded 42, which is not a Finding"),
    ("", FACT, "return [Finding((), None)]", "`message` of a Finding is None"),
    ("", FACT, "return [Finding((), 'm')]", "a finding about a group must name its `entity`"),
    ("", FACT, "raise SystemExit(0)", "SystemExit: 0"),
])  # fmt: skip
def test_what_a_plugin_yields_is_checked(
    check_: str, fact: str, judge: str, message: str, tmp_path: Path
) -> None:
    text = YIELDS.format(check=check_ or "pass", fact=fact, judge=judge or "pass")
    (tmp_path / "yields.py").write_text(text)
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['yields.py']\n")
    write(tmp_path, a_yaml=WRONG)
    code, out, error = check(tmp_path, "-f", "concise")
    assert "a.yaml:2:7: error[name-format]" in out
    assert code == 2
    assert error.count("internal error in the rule yields (yields.py:") == 1 and message in error


def test_the_scaffold_is_a_rule_with_true_examples(tmp_path: Path) -> None:
    assert run(tmp_path, "rules", "new", "Bad Name").returncode == 2
    assert run(tmp_path, "rules", "new", "my-rule").returncode == 0
    assert run(tmp_path, "rules", "new", "my-rule").returncode == 2
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["./lint_rules"]\n')
    assert b"my-rule" in run(tmp_path, "rules").stdout
    assert b"What the rule is for" in run(tmp_path, "explain", "my-rule").stdout


def test_json_is_the_contract(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=f"{CLEAN}---\n---\nkind: Secret\nname: a\nstatus: REDY\n")
    report = json.loads(check(tmp_path, "-f", "json")[1])
    assert report["version"] == 1
    assert report["summary"] == {
        "files": 1, "documents": 2, "skipped": 1,
        "violations": {"error": 2, "warning": 0, "info": 0},
        "suppressed": 0, "baselined": 0, "notJudged": 0, "closed": False,
        "definitions": 0,
    }  # fmt: skip
    (taken, field) = report["violations"]
    assert taken == {
        "rule": "unique-key", "severity": "error", "guide": "Name and IDs",
        "message": 'the key "-/Secret/a" (no organization) is already taken', "file": "a.yaml", "document": 2,
        "pointer": "/name", "line": 6, "column": 7, "endLine": 6, "endColumn": 8,
        "kind": "Secret", "entity": "-/Secret/a", "fix": None,
        "related": [{"file": "a.yaml", "line": 2, "column": 7, "endLine": 2, "endColumn": 8,
                     "message": "first defined here"}],
        "fingerprint": taken["fingerprint"],
    }  # fmt: skip
    assert (field["rule"], field["line"], field["column"]) == ("unknown-field", 7, 1)
    lines = check(tmp_path, "-f", "jsonl")[1].splitlines()
    assert [json.loads(line) for line in lines[:-1]] == report["violations"]
    assert json.loads(lines[-1])["summary"] == report["summary"]


def test_declared_names_are_listed_in_json_and_folded_elsewhere(tmp_path: Path) -> None:
    text = "kind: Image\nname: {}\nbaseImageName: b\n"
    write(tmp_path, a_yaml=text.format("a") + "---\n" + text.format("c"))
    report = json.loads(check(tmp_path, "-f", "json")[1])
    assert [one["line"] for one in report["violations"]] == [3, 7]
    assert {one["severity"] for one in report["violations"]} == {"info"}
    out = check(tmp_path, "-f", "concise")[1]
    assert out.startswith(
        "Image.baseImageName: 2 places, declared in the built-in definition of Image ("
    )
    assert "2 infos." in out


def test_fingerprints_survive_new_lines(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=WRONG, b_yaml=f"# a\n\n# b\n{WRONG}")
    one, other = (
        json.loads(check(tmp_path, name, "-f", "json")[1])["violations"][0]["fingerprint"]
        for name in ("a.yaml", "b.yaml")
    )
    assert one == other


def test_standard_input(tmp_path: Path) -> None:
    code, out, _ = check(tmp_path, "-", "-f", "concise", stdin=WRONG.encode())
    assert code == 1
    assert out.startswith("<stdin>:2:7: error[name-format]")
    text = b'{"kind": "Secret", "name": "a b"}\n{"kind": "Secret", "name": "c d"}\n'
    out = check(tmp_path, "-", "-f", "concise", "--stdin-filename", "x/e.jsonl", stdin=text)[1]
    assert [line.split(" ")[0] for line in out.splitlines()[:2]] == [
        "x/e.jsonl:1:28:",
        "x/e.jsonl:2:28:",
    ]


def test_quiet_output_statistics_and_color(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="kind: Function\nname: f x\nimage: i\nstatus: READY\n")
    assert "server-owned-field" not in check(tmp_path, "-q")[1]
    assert "1 error, 1 info" in check(tmp_path, "-q")[1]
    assert "\x1b[" not in check(tmp_path)[1]
    assert "\x1b[" in check(tmp_path, "--color", "always")[1]
    assert "\x1b[" in check(tmp_path, FORCE_COLOR="1")[1]
    assert "\x1b[" not in check(tmp_path, FORCE_COLOR="1", NO_COLOR="1")[1]
    assert "1  name-format" in check(tmp_path, "--statistics")[1]
    assert check(tmp_path, "-o", "report.txt")[1] == ""
    assert "name-format" in (tmp_path / "report.txt").read_text()


def test_escape_sequences_of_documents_are_shown_harmless(tmp_path: Path) -> None:
    write(tmp_path, a_yaml='kind: Secret\nname: "\\e[31mred"\nsecrets: {"\u202e": on}\n')
    out = check(tmp_path)[1]
    assert "\x1b" not in out and "\u202e" not in out
    assert "\\x1b[31mred" in out


def test_a_walk_honours_gitignore_exclude_and_include(tmp_path: Path) -> None:
    for name in ("a", "ignored/b", "kept/c", "excluded/d", ".git/e"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / f"{name}.yaml").write_text(WRONG)
    (tmp_path / ".gitignore").write_text("ignored/\n")
    (tmp_path / "kept" / ".gitignore").write_text("*.yaml\n!c.yaml\n")
    (tmp_path / "dispatch-lint.toml").write_text('exclude = ["excluded"]\n')
    listed = check(tmp_path, "--list-files")[1]
    assert listed == (
        "a.yaml: document 0: manifest Secret -/Secret/a b\n"
        "kept/c.yaml: document 0: manifest Secret -/Secret/a b\n"
    )
    assert "excluded/d.yaml" in check(tmp_path, "excluded/d.yaml", "-f", "concise")[1]
    assert "no entity" in check(tmp_path, "excluded/d.yaml", "--force-exclude")[2]
    os.chdir(tmp_path / "kept")
    out = check(tmp_path / "kept", "-f", "concise")[1]
    assert out.startswith("c.yaml:2:7")


def test_index_is_read_and_not_reported(tmp_path: Path) -> None:
    write(
        tmp_path, a_yaml="kind: Function\nname: f\nimage: nodjs\n",
        b_yaml="kind: Image\nname: nodejs\nbaseImageName: b\n---\nkind: Image\nname: b c\n",
    )  # fmt: skip
    assert check(tmp_path, "a.yaml")[0] == 0
    code, out, _ = check(tmp_path, "a.yaml", "--index", ".", "-f", "concise")
    assert code == 1
    assert out.splitlines()[0] == (
        'a.yaml:3:8: warning[unresolved-reference] there is no Image "nodjs"; did you mean "nodejs"?'
    )
    assert "b.yaml" not in out
    assert "1 document in 1 file checked" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], 'there is no command "chekc"; did you mean "check"?'),
        (["explain", "status-valeu"], 'did you mean "status-value"?'),
        (["schema", "show", "Functon"], 'did you mean "Function"?'),
        (["check", "--selct", "x"], "--select"),
    ],
)
def test_usage_errors(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = run(tmp_path, *arguments)
    assert result.returncode == 2
    assert said in result.stderr.decode()


def test_explain_has_everything(tmp_path: Path) -> None:
    out = run(tmp_path, "explain", "initialism-spelling").stdout.decode()
    for said in (
        'section "Additional Properties"',
        "`wire`",
        'default "consistent"',
        "Wrong:",
        "Right:",
    ):
        assert said in out


def test_version_and_help(tmp_path: Path) -> None:
    assert b"dispatch-lint, version" in run(tmp_path, "--version").stdout
    assert b"check" in run(tmp_path, "--help").stdout


CLOSED = "dispatch-lint: standard output: Bad file descriptor\n"
NO_INPUT = "dispatch-lint: standard input: Bad file descriptor\n"
FULL = "dispatch-lint: standard output: No space left on device\n"


@pytest.mark.parametrize(("closed", "code", "said", "error"), [
    ("a.yaml >&-", 2, "", CLOSED), ("a.yaml >/dev/full", 2, "", FULL), ("--help >&-", 2, "", CLOSED),
    ("--help >/dev/full", 2, "", FULL), ("a.yaml --diff --unsafe-fixes >/dev/full", 2, "", FULL),
    ("a.yaml 2>&-", 1, "a.yaml:2:7", ""), ("missing.yaml 2>&-", 2, "", ""),
    ("a.yaml <&-", 1, "a.yaml:2:7", ""), ("- <&-", 2, "", NO_INPUT), ("a.yaml >&- 2>&- <&-", 2, "", ""),
    ("a.yaml -o out.txt >&-", 1, "", ""),
])  # fmt: skip
def test_a_stream_that_is_closed_or_full_from_the_start(
    closed: str, code: int, said: str, error: str, tmp_path: Path
) -> None:
    """What could not be written is an error that names standard output; else nothing is missed."""
    write(tmp_path, a_yaml=WRONG if "--diff" not in closed else "kind: Secret\nnaem: a\n")
    command = f"{sys.executable} -m dispatch_lint check -f concise {closed}"
    result = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert result.returncode == code
    assert result.stdout.decode()[: len(said) or 1] == said
    assert result.stderr.decode() == error
    if "-o" in closed:
        assert "a.yaml:2:7" in (tmp_path / "out.txt").read_text()


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="\n---\n".join(WRONG.replace("a b", f"a {n}") for n in range(2000)))
    command = f"{sys.executable} -m dispatch_lint check a.yaml -f concise | head -1"
    result = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert result.stdout.startswith(b"a.yaml:2:7")
    assert result.stderr == b""


@pytest.mark.parametrize("command", [
    "check a.yaml", "check a.yaml -f json", "rules", "explain schema", "config",
    "graph a.yaml", "schema list", "schema show Image", "completion bash", "--help", "check --help", "--version",
])  # fmt: skip
def test_a_reader_that_goes_away_is_no_violation(command: str, tmp_path: Path) -> None:
    write(tmp_path, a_yaml="kind: Secret\nname: a\n")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as output:
        result = subprocess.run(
            [sys.executable, "-m", "dispatch_lint", *command.split()], cwd=tmp_path,
            stdout=output, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (2, b"")


def test_a_bad_line_of_jsonl_does_not_hide_what_came_before(tmp_path: Path) -> None:
    good = b'{"kind": "Secret", "name": "a b"}\n'
    (tmp_path / "a.jsonl").write_bytes(good + b'{"kind": "Secret",\n' + b"\xff\n")
    code, out, error = check(tmp_path, ".", "-f", "concise")
    assert code == 2
    assert "a.jsonl:1:28: error[name-format]" in out
    assert "a.jsonl:2:19: error[syntax-error]" in out
    assert "a.jsonl:3: line 3 is not UTF-8" in error
    code, out, error = check(tmp_path, "a.jsonl", "-f", "concise")
    assert (code, error) == (1, "")
    assert "a.jsonl:3:1: error[syntax-error]" in out


def test_every_command_has_help(tmp_path: Path) -> None:
    import click

    from dispatch_lint.cli import COMMANDS, cli

    asked: list[tuple[str, ...]] = [()]
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        inner = command.commands if isinstance(command, click.Group) else {}
        asked += [(name,), *((name, one) for one in inner)]
    for words in asked:
        ran = run(tmp_path, *words, "--help")
        assert (ran.returncode, ran.stderr) == (0, b""), words
        assert ran.stdout.startswith(b"Usage: ")
