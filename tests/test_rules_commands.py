"""`dispatch-lint rules test`, `rules new` and `explain`, as the author of a rule uses them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import run_text

ROOT = Path(__file__).parent.parent
RULE = '''"""mine: a rule."""

from dispatch_lint.rule import Example, Finding, Fix, Put, Rule


class Mine(Rule):
    """It is about names."""

    name = "mine"
    summary = "an entity named x"
    valid = ({valid},)
    invalid = ({invalid},)

    def check_entity(self, entity):
        if entity.name == "x":
            yield Finding(("name",), {message}, fix={fix})
'''
VALID = r'Example("kind: Secret\nname: y\n")'
INVALID = r'Example("kind: Secret\nname: x\n", (("/name", "it is x"),))'
FIXED = r'Example("kind: Secret\nname: x\n", (("/name", "it is x"),), fixed="{}")'
FIX = 'Fix("unsafe", "write ok", (Put(("name",), "ok"),))'
STATE = 'vars(self).setdefault("seen", []).append("x") or {}'
KEEPS_STATE = "the rule keeps state between calls: it finds something else when it is asked again"


def run(
    folder: Path, *arguments: str, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dispatch-lint.

    Args:
        path: a further folder of installed packages.
    """
    paths = str(path) if path else os.environ.get("PYTHONPATH", "")
    return run_text(folder, *arguments, PYTHONPATH=paths)


def write(
    folder: Path, *, valid: str = VALID, invalid: str = INVALID, message: str = '"it is x"',
    fix: str = "None",
) -> str:  # fmt: skip
    """Write a rule, and return the name of its file."""
    folder.mkdir(parents=True, exist_ok=True)
    text = RULE.format(valid=valid, invalid=invalid, message=message, fix=fix)
    (folder / "mine.py").write_text(text)
    return "mine.py"


def install(site: Path) -> Path:
    """Install a package with the rule `mine`."""
    write(site / "acme_rules")
    (site / "acme_rules" / "__init__.py").touch()
    (metadata := site / "acme_rules-1.0.dist-info").mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[dispatch_lint.rules]\nacme = acme_rules\n")
    return site


@pytest.mark.parametrize("kind", ["dist-info", "egg-info", "egg", "zip"])
def test_packages_are_found_however_they_are_installed(kind: str, tmp_path: Path) -> None:
    """Only where no other package mentions the group, what finds entry points is not imported."""
    site = install(tmp_path / "site")
    metadata = site / "acme_rules-1.0.dist-info"
    if kind == "egg-info":
        metadata.rename(site / "acme_rules-1.0.egg-info")
    elif kind == "egg":
        metadata.rename(site / "EGG-INFO")
        (site / "EGG-INFO" / "METADATA").rename(site / "EGG-INFO" / "PKG-INFO")
        site = site.rename(tmp_path / "acme_rules-1.0-py3.egg")
    elif kind == "zip":
        site = Path(shutil.make_archive(str(tmp_path / "site"), "zip", site))
    result = run(tmp_path, "explain", "mine", path=site)
    assert result.returncode == 0 and result.stdout.startswith("## mine\n"), result.stderr


@pytest.mark.parametrize(("file", "text", "said"), [
    ("__init__.py", "\n1 / 0\n", "acme (acme_rules) fails to load: ZeroDivisionError: division by zero ({}:2)"),
    ("mine.py", "import json\n\njson.loads('[')\n", "mine fails to load: JSONDecodeError: Expecting value: line 1 column 2 (char 1) ({}:3)"),
    ("mine.py", "x = 1\ndef\n", "mine fails to load: SyntaxError: invalid syntax (mine.py, line 2) ({}:2)"),
    ("__init__.py", "import nothing_here\n", "fails to load: ModuleNotFoundError: No module named 'nothing_here' ({}:1)"),
])  # fmt: skip
def test_a_package_that_fails_to_load_is_named_with_its_line(
    file: str, text: str, said: str, tmp_path: Path
) -> None:
    path = install(tmp_path / "site") / "acme_rules" / file
    path.write_text(text)
    result = run(tmp_path, "rules", path=tmp_path / "site")
    assert result.returncode == 2 and said.format(path) in result.stderr, result.stderr


# rules test


def test_what_is_tested_without_a_path(tmp_path: Path) -> None:
    """The rules of the settings and of installed packages, and no built-in rule."""
    result = run(tmp_path, "rules", "test")
    assert result.returncode == 2 and not result.stdout
    assert result.stderr.endswith(
        "Error: no rule to test: name a file or folder of rules, or set `plugins` in the settings\n"
    )
    site = install(tmp_path / "site")
    result = run(tmp_path, "rules", "test", path=site)
    assert (result.returncode, result.stdout) == (0, "2 examples of 1 rule pass.\n")
    run(tmp_path, "rules", "new", "my-rule")
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["lint_rules"]')
    result = run(tmp_path, "rules", "test", path=site)
    assert (result.returncode, result.stdout) == (0, "4 examples of 2 rules pass.\n")


@pytest.mark.parametrize("path", ["rules", "rules/mine.py", "rules/../rules"])
@pytest.mark.parametrize("plugins", ["", "rules", "rules/mine.py"])
def test_files_and_folders(path: str, plugins: str, tmp_path: Path) -> None:
    """Also those that the settings name too, or were linked."""
    write(tmp_path / "rules")
    if plugins:
        (tmp_path / "dispatch-lint.toml").write_text(f'plugins = ["{plugins}"]')
    result = run(tmp_path, "rules", "test", path)
    assert (result.returncode, result.stdout) == (0, "2 examples of 1 rule pass.\n")


def test_a_linked_folder(tmp_path: Path) -> None:
    write(tmp_path / "rules")
    (tmp_path / "link").symlink_to("rules")
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["rules"]')
    assert run(tmp_path, "rules", "test", "link").returncode == 0


def test_built_in_rules_of_a_checkout(tmp_path: Path) -> None:
    result = run(tmp_path, "rules", "test", str(ROOT / "rules" / "name_format.py"))
    assert (result.returncode, result.stderr) == (0, "")
    assert "examples of 1 rule pass." in result.stdout
    result = run(ROOT, "rules", "test", "rules/name_format.py", "rules/unique_id.py")
    assert "examples of 2 rules pass." in result.stdout


def test_a_checkout_beside_the_installation(tmp_path: Path) -> None:
    """Its rules are tested, and not those that are installed."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    file = tmp_path / "rules" / "name_format.py"
    beside = {"path": ROOT}  # a start of its own: what is imported decides here
    assert run(tmp_path, "rules", "test", "rules/name_format.py", **beside).returncode == 0
    text = file.read_text()
    assert text.count("cannot be part of a key: ") > 1
    file.write_text(text.replace("cannot be part of a key: ", "is odd: ", 1))
    result = run(tmp_path, "rules", "test", "rules/name_format.py", **beside)
    assert result.returncode == 1 and not result.stderr
    assert result.stdout.startswith("rules/name_format.py: name-format: invalid[0]: ")


@pytest.mark.parametrize(("message", "invalid", "said"), [
    ("f'it is {object()}'", INVALID, "the message has the address of an object, which is another one in each run"),
    ('"it is x"', r'Example("kind: Secret\nname:\n- x\n", (("/name", "it is x"),))', "the fix cannot be written: a Put is "),
    ('"it is x"', r'Example("kind: Secret\nname: |\n  x\n", (("/name", "it is x"),), fixed="x")', "the fix cannot be written: "),
])  # fmt: skip
def test_what_is_wrong_with_messages_and_fixes(
    message: str, invalid: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / write(tmp_path, message=message, invalid=invalid, fix=FIX)
    file.write_text(
        file.read_text().replace('entity.name == "x"', '"x" in str(entity.get("name"))')
    )
    result = run(tmp_path, "rules", "test", "mine.py")
    assert result.returncode == 1 and f"mine: invalid[0]: {said}" in result.stdout, result


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing", "does not exist"),
        ("empty", "there is no rule in empty"),
        ("empty/_helper.py", "empty/_helper.py: no rule found"),
        ("empty/notes.txt", "empty/notes.txt is not a Python file"),
        ("broken.py", "broken.py fails to load: SyntaxError"),
        ("old.py", "which is no longer part of a rule"),
    ],
)
def test_nothing_to_test(path: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "_helper.py").write_text("HELP = 1\n")
    (tmp_path / "empty" / "notes.txt").write_text("notes\n")
    (tmp_path / "broken.py").write_text("def\n")
    (tmp_path / "old.py").write_text(
        "from dispatch_lint.rule import Rule\nclass Old(Rule):\n    name = 'old'\n    summary = 'x'\n"
        "    def check(self, document): ...\n"
    )
    result = run(tmp_path, "rules", "test", path)
    assert result.returncode == 2 and not result.stdout
    assert error in result.stderr and "Traceback" not in result.stderr


def test_other_violations(tmp_path: Path) -> None:
    """The document with the numbers of its lines, what was expected, and what was found."""
    file = write(tmp_path, message='"it is z"')
    result = run(tmp_path, "rules", "test", file)
    assert result.returncode == 1
    assert (
        result.stdout
        == """\
mine.py: mine: invalid[0]: other violations
  example.yaml:
    1 | kind: Secret
    2 | name: x
  expected:
    /name: it is x
  found:
    line 2: /name: it is z
1 difference in 2 examples of 1 rule.
"""
    )


@pytest.mark.parametrize(
    ("changed", "output"),
    [
        ({"message": "0"}, "invalid[0]: example.yaml: document 0: internal error in the rule mine (mine.py:"),
        ({"message": "1 / 0"}, "ZeroDivisionError: division by zero"),
        ({"invalid": ""}, "mine: invalid: there is no invalid example"),
        ({"invalid": "*()"}, "mine: invalid: there is no invalid example"),
        ({"valid": VALID.replace(": y", ": x")}, "valid[0]: other violations"),
        ({"valid": INVALID}, "valid[0]: it has violations, and is among the valid examples"),
        ({"invalid": VALID}, "invalid[0]: it has no violations, and is among the invalid examples"),
        ({"valid": "'kind: Secret'"}, "valid[0]: 'kind: Secret' is not an Example"),
        ({"valid": "Example(1)"}, "valid[0]: its text is 1, but must be a text"),
        ({"valid": "Example('', settings=5)"}, "valid[0]: its settings are 5, but must be a dict with texts as keys"),
        ({"valid": "Example('', settings={'rules': {1: 2}})"}, "valid[0]: its settings are {'rules': {1: 2}}, but must be"),
        ({"invalid": "Example('', ('/name', 'it is x'))"}, "invalid[0]: its violations are ('/name', 'it is x')"),
        ({"valid": r"Example('kind: Secret\nname: y\n', settings={'sellect': []})"}, "sellect"),
        ({"valid": r"Example('kind: Secret\nname: y\n', settings={'rules': {'mine': {'a': 1}}})"}, 'there is no option "a"'),
        ({"fix": FIX}, "the rule offers a fix, and no example states the fixed text: fixed=…"),
        ({"fix": FIX, "invalid": FIXED.format(r"kind: Secret\nname: z\n")},
         "another fixed text\n  example.yaml:\n    1 | kind: Secret\n    2 | name: x\n"
         "  expected:\n    kind: Secret\n    name: z\n  found:\n    kind: Secret\n    name: ok\n"),
        ({"fix": FIX, "invalid": FIXED.format(r"kind: Secret\nname: ok")}, "name: ok\n    (no line break at the end)\n"),
        ({"invalid": FIXED.format(r"kind: Secret\nname: ok\n")}, "invalid[0]: nothing is fixed"),
        # As stated the first time; never; and the second time it raises.
        ({"message": STATE.format('f"it is {str().join(self.seen)}"')}, f"invalid[0]: {KEEPS_STATE}\n"),
        ({"message": STATE.format('f"it is number {len(self.seen)}"')}, f"invalid[0]: {KEEPS_STATE}\n  example.yaml:\n"
         "    1 | kind: Secret\n    2 | name: x\n  expected:\n    /name: it is number 1\n  found:\n    /name: it is number "),
        ({"message": STATE.format('["it is x"][len(self.seen) - 1]')}, f"invalid[0]: {KEEPS_STATE}\n"),
    ],
)  # fmt: skip
def test_what_differs(changed: dict[str, str], output: str, tmp_path: Path) -> None:
    if changed.get("invalid") == "":
        changed = {**changed, "invalid": "*[]"}
    result = run(tmp_path, "rules", "test", write(tmp_path, **changed))
    assert result.returncode == 1, result.stderr
    assert output in result.stdout
    assert not result.stderr


def test_a_right_fix(tmp_path: Path) -> None:
    file = write(tmp_path, fix=FIX, invalid=FIXED.format(r"kind: Secret\nname: ok\n"))
    assert run(tmp_path, "rules", "test", file).returncode == 0


def test_a_single_example_is_no_tuple(tmp_path: Path) -> None:
    file = tmp_path / write(tmp_path)
    file.write_text(file.read_text().replace(f"({VALID},)", f"({VALID})"))
    result = run(tmp_path, "rules", "test", file.name)
    assert result.returncode == 1
    assert "valid: `valid` is not a tuple of examples; write valid = (Example(…),)" in result.stdout


def test_what_is_shown_cannot_command_a_terminal(tmp_path: Path) -> None:
    file = write(tmp_path, message=r'"\x1b[31mred"')
    assert r"found:\n    line 2: /name: \x1b[31mred" in repr(run(tmp_path, "rules", "test", file).stdout).replace(r"\\", "\\")  # fmt: skip


CHANGE = "package a\n\ntype Widget struct {{\n\tBaseEntity\n{}}}\n".format
CHANGING = f"""
from dataclasses import dataclass
from dispatch_lint.rule import Example, Finding, Rule
@dataclass(frozen=True)
class Options:
    what: str = "field-removed"
class Mine(Rule):
    "It is about changes."
    name, summary, Options = "mine", "a change", Options
    valid = (Example({CHANGE("")!r}, before={CHANGE("")!r}, file="a.go"),)
    invalid = (Example({CHANGE("")!r}, (("Widget.Size (stored)", "it is field-added"),),
        before={CHANGE("Size int")!r}, file="a.go", settings={{"rules": {{"mine": {{"what": "field-added"}}}}}}),)
    def check_change(self, change):
"""


def test_examples_of_changes_have_settings(tmp_path: Path) -> None:
    does = "        yield Finding((), f'it is {self.options.what}')\n"
    (tmp_path / "mine.py").write_text(CHANGING + does)
    result = run(tmp_path, "rules", "test", "mine.py")
    assert (result.returncode, result.stdout) == (0, "2 examples of 1 rule pass.\n")


def test_rules_about_changes_that_keep_state(tmp_path: Path) -> None:
    does = "        self.calls = vars(self).get('calls', 0) + 1\n        yield Finding((), f'it is {self.calls}')\n"
    (tmp_path / "mine.py").write_text(CHANGING + does)
    result = run(tmp_path, "rules", "test", "mine.py")
    assert result.returncode == 1 and f"invalid[0]: {KEEPS_STATE}\n" in result.stdout


def test_a_rule_that_fails_fails_its_example(tmp_path: Path) -> None:
    """It is what is tested; in `check` it is an internal error."""
    write(tmp_path, message="1 / 0")
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["mine.py"]\n')
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: x\n")
    tested, checked = run(tmp_path, "rules", "test"), run(tmp_path, "check", "--select", "mine")
    assert (tested.returncode, checked.returncode) == (1, 2)
    assert "1 difference in 2 examples of 1 rule." in tested.stdout
    for said in (tested.stdout, checked.stderr):
        assert "internal error in the rule mine (mine.py:16): ZeroDivisionError" in said
    (tmp_path / "mine.py").write_text("1 / 0\n")
    assert run(tmp_path, "rules", "test").returncode == 2


def test_examples_of_changes_that_raise(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(f"{CHANGING}        raise ValueError('on purpose')\n")
    result = run(tmp_path, "rules", "test", "mine.py")
    assert (result.returncode, result.stderr) == (1, "")
    line = CHANGING.count("\n") + 1
    assert (
        f"internal error in the rule mine (mine.py:{line}): ValueError: on purpose" in result.stdout
    )
    assert "    4 |     BaseEntity" in result.stdout  # a tab is no command to a terminal


# rules new


@pytest.mark.parametrize("name", ["my-rule", "a", "rule", "finding", "none", "example-2", "x" * 60])
def test_a_new_rule_passes_at_once(name: str, tmp_path: Path) -> None:
    result = run(tmp_path, "rules", "new", name)
    file = f"lint_rules/{name.replace('-', '_')}.py"
    assert (result.returncode, result.stdout) == (0, (
        f"Wrote {file}. Its examples run with: dispatch-lint rules test {file}\n"
        'Add its folder to the settings, in dispatch-lint.toml:\n  plugins = ["./lint_rules"]\n'
    ))  # fmt: skip
    result = run(tmp_path, "rules", "test", file)
    assert (result.returncode, result.stdout) == (0, "2 examples of 1 rule pass.\n")
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["./lint_rules"]\n')
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: TODO\n")
    assert f"[{name}]" in run(tmp_path, "check", "a.yaml").stdout
    for command in (["check", "--select", "E,F,W,I,UP,B,N,RUF,A"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length=100", "."]
        subprocess.run(ruff, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("status-value", 'there is already a rule "status-value", in '),
        ("mine", 'there is already a rule "mine", in rules/mine.py'),
        ("Status", '"Status" is not kebab-case, such as status-value'),
        ("my_rule", '"my_rule" is not kebab-case'),
        ("my--rule", '"my--rule" is not kebab-case'),
        ("1st", '"1st" is not kebab-case'),
        ("über", '"über" is not kebab-case'),
        ("a\n", "is not kebab-case"),
        ("../a", '"../a" is not kebab-case'),
        ("all", '"all" stands for every rule; choose another name'),
        ("there", "lint_rules/there.py exists already"),
    ],
)
def test_names_that_are_refused(name: str, error: str, tmp_path: Path) -> None:
    write(tmp_path / "rules")
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["rules"]')
    (tmp_path / "lint_rules").mkdir()
    (tmp_path / "lint_rules" / "there.py").write_text("")
    result = run(tmp_path, "rules", "new", name)
    assert result.returncode == 2 and not result.stdout
    assert error in result.stderr
    assert [file.name for file in (tmp_path / "lint_rules").iterdir()] == ["there.py"]


def test_the_line_for_the_settings(tmp_path: Path) -> None:
    """It is relative to the settings file, keeps other plugins, and is left out where it is there."""
    write(tmp_path / "rules")
    (tmp_path / "pyproject.toml").write_text('[tool.dispatch-lint]\nplugins = ["rules"]\n')
    (tmp_path / "deep").mkdir()
    result = run(tmp_path / "deep", "rules", "new", "a-rule")
    assert result.stdout.endswith(
        "Add its folder to the settings, [tool.dispatch-lint] in ../pyproject.toml:\n"
        '  plugins = ["rules", "./deep/lint_rules"]\n'
    )
    result = run(tmp_path, "rules", "new", "other-rule", "--directory", "rules")
    assert result.stdout == (
        "Wrote rules/other_rule.py. Its examples run with: dispatch-lint rules test rules/other_rule.py\n"
    )


# explain


def test_where_a_local_rule_lies(tmp_path: Path) -> None:
    write(tmp_path / "rules", fix=FIX, invalid=FIXED.format(r"kind: Secret\nname: ok\n"))
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["rules"]')
    page = run(tmp_path, "explain", "mine").stdout
    assert "\nIt is in rules/mine.py.\n" in page
    assert "From:" not in page
    assert "Fixed:\n\n```yaml\nkind: Secret\nname: ok\n```\n" in page


@pytest.mark.parametrize(
    "examples",
    [
        '"a text", 5',
        'Example("x", ("/name", "it is x"))',
        "Example(5)",
        'Example("x", (("/name", "it is x"),), settings=5)',
    ],
)
def test_wrong_examples_are_no_part_of_pages(examples: str, tmp_path: Path) -> None:
    write(tmp_path, valid=examples, invalid=examples)
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine.py']\n")
    for command in (
        ["explain", "mine"],
        ["explain", "--all"],
        ["rules", "--markdown"],
        ["rules", "--format", "json"],
    ):
        result = run(tmp_path, *command)
        assert result.returncode == 0 and not result.stderr
        assert "n entity named x" in result.stdout and "Wrong:\n\nx" not in result.stdout


def test_where_a_rule_of_a_package_lies(tmp_path: Path) -> None:
    page = run(tmp_path, "explain", "mine", path=install(tmp_path / "site")).stdout
    assert "\nIt is in site/acme_rules/mine.py.\n" in page
    assert "From:" not in page


def test_where_a_built_in_rule_comes_from(tmp_path: Path) -> None:
    page = run(tmp_path, "explain", "syntax-error").stdout
    assert "From: what Dispatch does." in page and "It is in" not in page
    page = run(tmp_path, "explain", "name-format").stdout
    assert 'From: guide, section "Key".' in page


OWN_KIND = r"""
from pathlib import Path
from dispatch_lint.rule import Example, Finding, Rule
OWN = {"definitions": [str(Path(__file__).with_name("shop.go"))]}
class Mine(Rule):
    "It is mine."
    name = "mine"
    summary = "a kind of its own"
    valid = (Example("kind: Secret\nname: a\n", settings=OWN),)
    invalid = (Example('{"kind": "Widget", "name": "a"}\n', (("/name", "it is known"),), settings=OWN, file="a.json"),)
    def check_entity(self, entity):
        if entity.kind == "Widget" and entity.known:
            yield Finding(("name",), "it is known")
"""


def test_an_example_of_a_kind_that_is_defined_beside_the_rule(tmp_path: Path) -> None:
    """Wherever the command runs."""
    (tmp_path / "lint_rules").mkdir()
    (tmp_path / "lint_rules" / "mine.py").write_text(OWN_KIND)
    text = "package shop\n\ntype Widget struct {\n\tentitystore.BaseEntity\n}\n"
    (tmp_path / "lint_rules" / "shop.go").write_text(text)
    result = run(tmp_path / "lint_rules", "rules", "test", "mine.py")
    assert (result.returncode, result.stdout) == (0, "2 examples of 1 rule pass.\n")
    result = run(tmp_path, "rules", "test", "lint_rules")
    assert (result.returncode, result.stdout) == (0, "2 examples of 1 rule pass.\n")


def test_settings_of_an_example(tmp_path: Path) -> None:
    page = run(tmp_path, "explain", "initialism-spelling").stdout
    assert '```toml\nrules = { initialism-spelling = { wire = "camel" } }\n```' in page


PRINTING = """from dispatch_lint.rule import Rule
print("loaded")
class Printing(Rule):
    "Prints."
    name = "printing"
    summary = "prints"
    guide = None
    def __init__(self, *arguments):
        super().__init__(*arguments)
        print("made")
    def check_field(self, field):
        print("checked", field.name)
        return ()
"""


@pytest.mark.parametrize("command", [
    ["check", "-f", "json"], ["check", "-f", "json", "-j", "2"], ["check", "-f", "json", "-o", "/dev/stdout"],
    ["rules", "--format", "json"], ["check", "--diff"], ["rules", "test"], ["explain", "printing"],
])  # fmt: skip
def test_what_a_rule_prints_is_no_part_of_a_report(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(f"kind: Secret\nname: {name}\n")
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['rules']\n")
    file = tmp_path / "rules" / "printing.py"
    file.write_text(f"print = list\n{PRINTING}".replace('"checked", ', ""))
    silent = run(tmp_path, *command, "--trust")
    file.write_text(PRINTING)
    result = run(tmp_path, *command, "--trust")
    assert (result.returncode, result.stdout) == (silent.returncode, silent.stdout)
    assert "loaded\n" in result.stderr
    if command[:2] == ["check", "-f"]:
        assert "made\n" in result.stderr and "checked name\n" in result.stderr
