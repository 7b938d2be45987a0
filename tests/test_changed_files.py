"""Files that change while they are checked: it is said, and nothing of ours is written over them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.engine.checker import Checker
from dispatch_lint.engine.run import run
from dispatch_lint.engine.summary import Result
from dispatch_lint.fix.fixed import Fixed, write_fixed
from dispatch_lint.model.errors import InputError
from dispatch_lint.rule import CatalogueView, EntityView, Finding, NoOptions, Rule
from tests.test_cli import check

SLIP = "kind: Secret\nname: s\nsercets: {a: b}\n"
CHANGED = "a.yaml: the file changed during the check; run it again"


class Changing(Rule):
    """Changes a file as soon as it is checked."""

    name, summary = "changing", "changing"
    text: str | None = "# new\n"

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        file = Path(entity.file)
        if file.name.startswith("a."):
            if self.text is None:
                file.unlink(missing_ok=True)
            else:
                file.write_text(self.text)
        return iter(())


class Removing(Changing):
    """Removes it."""

    name, text = "removing", None


def checked(rule: type[Rule], select: str) -> Result:
    settings = Settings()
    full = make_checker(parse({"select": [select]}))
    rules = [*full.rules, rule(NoOptions(), settings, CatalogueView(full.catalogue))]
    checker = Checker(settings, full.catalogue, rules, known=full.known)
    return run(checker, sources_of(["a.yaml", "b.yaml"], settings))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SLIP)
    return tmp_path


@pytest.mark.parametrize("rule", [Changing, Removing])
def test_what_was_found_is_kept_without_its_fix(rule: type[Rule], folder: Path) -> None:
    result = checked(rule, "unknown-field")
    assert [(violation.file, violation.rule, violation.range.line, violation.fix is not None) for violation in result.violations] == [
        ("a.yaml", "unknown-field", 3, False), ("b.yaml", "unknown-field", 3, True),
    ]  # fmt: skip
    assert (result.summary.problems, result.changed) == ([CHANGED], frozenset({"a.yaml"}))


def test_what_several_documents_show_has_no_place_any_more(folder: Path) -> None:
    result = checked(Changing, "unique-key")
    # That of b.yaml is still where it was; what it relates to is not.
    assert [
        (violation.file, violation.rule, violation.related) for violation in result.violations
    ] == [("b.yaml", "unique-key", ())]
    assert result.summary.problems == [CHANGED]


def test_a_file_without_violations_may_change(folder: Path) -> None:
    (folder / "a.yaml").write_text("kind: Secret\nname: t\n")
    result = checked(Changing, "unknown-field")
    assert [violation.file for violation in result.violations] == ["b.yaml"]
    assert (result.summary.problems, result.changed) == ([], frozenset())


PLUGIN = """
from pathlib import Path
from dispatch_lint.rule import Rule
class Appending(Rule):
    "Another program changes a file, once."
    name = "appending"
    summary = "another program changes a file"
    def check_entity(self, entity):
        if entity.file == "a.yaml" and not Path("done").exists():
            Path("done").touch()
            with open("a.yaml", "a") as file:
                file.write("# more\\n")
        return ()
"""


@pytest.fixture
def changing(folder: Path) -> Path:
    (folder / "mine").mkdir()
    (folder / "mine" / "appending.py").write_text(PLUGIN)
    (folder / "dispatch-lint.toml").write_text("plugins = ['mine']\n")
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_change_is_a_problem_of_the_run(jobs: str, changing: Path) -> None:
    code, out, error = check(changing, "a.yaml", "b.yaml", "-f", "json", "-j", jobs)
    assert (code, error) == (2, f"dispatch-lint: {CHANGED}\n")
    fixes = {
        violation["file"]: violation.get("fix")
        for violation in json.loads(out)["violations"]
        if violation["rule"] == "unknown-field"
    }
    assert not fixes["a.yaml"] and fixes["b.yaml"]


@pytest.mark.parametrize("action", ["--fix", "--diff"])
def test_a_file_that_changed_is_not_fixed(action: str, changing: Path) -> None:
    code, out, error = check(changing, "a.yaml", "b.yaml", action, "--unsafe-fixes", "-j", "1")
    assert CHANGED in error and code == 2
    assert (changing / "a.yaml").read_text() == f"{SLIP}# more\n"
    if action == "--fix":
        assert (changing / "b.yaml").read_text() == SLIP.replace("sercets", "secrets")
    else:
        assert "a.yaml" not in out and "+secrets: {a: b}" in out


@pytest.mark.parametrize("action", ["--fix", "--diff"])
def test_the_only_file_that_changed_is_told(action: str, changing: Path) -> None:
    code, _, error = check(changing, "a.yaml", action, "--unsafe-fixes", "-j", "1")
    assert (code, error) == (2, f"dispatch-lint: {CHANGED}: nothing in it was fixed\n")


def test_a_file_that_changes_before_it_is_written_stays(folder: Path) -> None:
    text = SLIP.replace("sercets", "secrets")
    fixed = Fixed(texts={"a.yaml": text, "b.yaml": text}, before={"a.yaml": SLIP, "b.yaml": SLIP})
    (folder / "b.yaml").write_text("# mine\n")
    with pytest.raises(InputError, match=r"b\.yaml: the file changed .* nothing was written"):
        write_fixed(fixed)
    assert [(folder / f"{name}.yaml").read_text() for name in "ab"] == [SLIP, "# mine\n"]
