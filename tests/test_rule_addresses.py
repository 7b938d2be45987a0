"""Reports and editors lead to the page about a rule."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dispatch_lint.addresses import DOCUMENTATION
from dispatch_lint.lsp.diagnostics import page_of
from tests.command import run_text as run

ROOT = Path(__file__).parent.parent
RULE = '''"""no-todo: no entity is named TODO."""

from dispatch_lint.rule import Example, Finding, Rule


class NoTodo(Rule):
    """A name says what an entity is."""

    name = "no-todo"
    summary = "an entity named TODO"
    docs = {docs!r}
    valid = (Example("kind: Secret\\nname: a\\n"),)
    invalid = (Example("kind: Secret\\nname: TODO\\n", (("/name", "no"),)),)

    def check_entity(self, entity):
        if entity.name == "TODO":
            yield Finding(("name",), "no")
'''
BUILT_IN = f"{DOCUMENTATION}/rules/status-value.html"
TEXT = "kind: Function\nname: TODO\nimage: nodejs\nstatus: ready\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["./lint"]\n')
    (tmp_path / "lint").mkdir()
    (tmp_path / "a.yaml").write_text(TEXT)
    return tmp_path


def write_rule(folder: Path, docs: object) -> Path:
    file = folder / "lint" / "no_todo.py"
    file.write_text(RULE.format(docs=docs))
    return file


@pytest.mark.parametrize(
    ("docs", "address"),
    [("https://acme.example/no-todo", "https://acme.example/no-todo"), (None, None), ("javascript:alert(1)", None)],
)  # fmt: skip
def test_sarif_and_html_link_to_pages(docs: object, address: str | None, own: Path) -> None:
    write_rule(own, docs)
    sarif = json.loads(run(own, "check", "-f", "sarif").stdout)
    rules = {rule["id"]: rule for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["status-value"]["helpUri"] == BUILT_IN
    assert rules["no-todo"].get("helpUri") == address
    page = run(own, "check", "-f", "html").stdout
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    assert data["rules"]["status-value"]["page"] == BUILT_IN
    assert data["rules"]["no-todo"]["page"] == address


def test_explain_prints_the_address_or_the_file(own: Path) -> None:
    write_rule(own, None)
    assert BUILT_IN in run(own, "explain", "status-value").stdout
    assert "It is in lint/no_todo.py." in run(own, "explain", "no-todo").stdout


def test_an_editor_falls_back_to_the_file(own: Path) -> None:
    from dispatch_lint.api import load_settings, make_checker

    file = write_rule(own, None)
    checker = make_checker(load_settings(own, trust=True))
    descriptions = {
        name: page_of(checker, name) for name in ("status-value", "no-todo", "internal")
    }
    hrefs = {name: found.href if found else None for name, found in descriptions.items()}
    assert hrefs == {"status-value": BUILT_IN, "no-todo": file.as_uri(), "internal": None}


def test_docs_of_a_wrong_type_is_an_error(own: Path) -> None:
    write_rule(own, 7)
    result = run(own, "check")
    assert result.returncode == 2
    assert "its docs is 7, which is not a str" in result.stderr


def test_every_built_in_rule_has_its_page() -> None:
    names = {file.stem.replace("_", "-") for file in (ROOT / "rules").glob("[a-z]*.py")}
    assert {file.stem for file in (ROOT / "docs" / "rules").glob("*.md")} - {"index"} == names


def test_addresses_are_in_one_place() -> None:
    """Documents of ours may state them; code takes them from there."""
    stated = [
        file.relative_to(ROOT).as_posix()
        for folder in ("dispatch_lint", "rules")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"github\.(com|io)/dispatch-lint", file.read_text(encoding="utf-8"))
    ]
    assert stated == ["dispatch_lint/addresses.py"]
