"""The documentation is true: no page is stale, and every command and output in it is run.

`make docs-update` (`python -m tests.test_docs`) writes the generated pages, the tables, the
outputs and the schema of the settings anew.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from dispatch_lint.version import __version__
from tests import test_writing_rules
from tests.docs.checking import (
    UNTESTED_REASONS,
    Workflow,
    broken_links,
    commands_in,
    inline_commands,
    schema_of,
    undocumented,
    workflows,
)
from tests.docs.pages import pages, with_speeds
from tests.docs.running import (
    BLOCK,
    DOCS,
    ROOT,
    PageError,
    PageRun,
    check_command,
    environment,
    run_page,
)
from tests.test_command_line import SCHEMA, SCHEMA_FILE
from tests.test_hooks import environment as hook_environment
from tests.test_hooks import hook_repository_in

GENERATED = pages()
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
ELSEWHERE = {
    "writing-rules.md": "tests/test_writing_rules.py",
    "tutorial.md": "tests/test_hooks.py",
    "how-to/audit.md": "tests/test_audit.py",
}
"""Pages whose commands other tests run: what they need takes long to start."""
PAGES = sorted(
    path
    for file in (*DOCS.rglob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")))
    if (path := file.relative_to(DOCS if DOCS in file.parents else ROOT).as_posix())
    and path not in GENERATED
    and path not in ELSEWHERE
)


def file_of(page: str) -> Path:
    return DOCS / page if (DOCS / page).exists() else ROOT / page


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_as_printed(page: str, tmp_path: Path) -> None:
    run = run_page(file_of(page), tmp_path)
    assert run.text == file_of(page).read_text(encoding="utf-8"), "run: make docs-update"


@pytest.mark.parametrize("page", ELSEWHERE)
def test_other_tests_run_the_remaining_pages(page: str) -> None:
    assert page in (ROOT / ELSEWHERE[page]).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == GENERATED[page], "run: make docs-update"


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    found = {f"rules/{file.name}" for file in (DOCS / "rules").iterdir()}
    assert found == {page for page in GENERATED if page.startswith("rules/")}


def test_what_is_not_run_has_a_reason() -> None:
    """What no test can run is little: it needs a server, a cluster or a registry."""
    for page in (*PAGES, *ELSEWHERE):
        for block in BLOCK.finditer(file_of(page).read_text(encoding="utf-8")):
            if (block["note"] or "").startswith("not run"):
                assert block["note"].removeprefix("not run: ") in UNTESTED_REASONS, page


def test_commands_in_sentences_exist() -> None:
    commands = inline_commands()
    assert len(commands) > 25
    for command in commands:
        check_command(command)


def test_links_lead_somewhere() -> None:
    assert broken_links() == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    pages_of_site = {file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md")}
    rules = {page for page in GENERATED if page.startswith("rules/")} - {"rules/index.md"}
    assert {page for page in pages_of_site - rules if f'"{page}"' not in navigation} == set()


def test_every_setting_option_and_format_is_documented() -> None:
    assert undocumented() == []


def test_the_readme_is_short_and_states_what_was_measured() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 900
    assert text == with_speeds(text, RESULTS.read_text(encoding="utf-8")), "run: make docs-update"


def test_the_first_output_of_the_readme_is_that_of_a_checkout(tmp_path: Path) -> None:
    """The other pages run in a folder without settings; a checkout has some."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (command, shown), *_ = re.findall(r"```sh\n([^\n]+)\n```\n\n```text\n(.*?)```", text, re.DOTALL)
    result = subprocess.run(
        command, shell=True, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (0, shown)


WORKFLOWS = workflows()


@pytest.mark.parametrize(
    "workflow", WORKFLOWS, ids=lambda workflow: f"{workflow.place}-{workflow.name}"
)
def test_a_workflow_is_valid(workflow: Workflow) -> None:
    schema = schema_of(workflow.name)
    if schema is not None:
        validator = jsonschema.validators.validator_for(schema)(schema)
        value = YAML(typ="safe").load(workflow.text)
        assert [error.message for error in validator.iter_errors(value)] == []


def test_commands_of_printed_workflows_run(tmp_path: Path) -> None:
    """As a job has them: on a folder with violations, so that each ends with 1 and writes its report."""
    env = environment(tmp_path / "env") | {"GITHUB_ACTIONS": "true"}
    shutil.copytree(ROOT / "examples", tmp_path / "work")
    printed = [workflow for workflow in WORKFLOWS if workflow.place.endswith(".md")]
    commands = {command for workflow in printed for command in commands_in(workflow)}
    assert len(commands) >= 6
    for command in sorted(commands):
        result = subprocess.run(
            command, shell=True, cwd=tmp_path / "work", env=env, capture_output=True, text=True
        )
        assert result.returncode == 1, (command, result.stdout, result.stderr)
        for name in re.findall(r"(?:-o|--output) (\S+)", command):
            assert (tmp_path / "work" / name).stat().st_size, command


def test_versions_in_the_pages_are_ours() -> None:
    found = {
        (file.name, version)
        for file in (*DOCS.rglob("*.md"), ROOT / "README.md")
        for version in re.findall(
            r"dispatch-lint(?:==|@v|\n +rev: v)([\d.]+\d)", file.read_text(encoding="utf-8")
        )
    }
    assert {version for _, version in found} == {__version__}, found


def test_the_runner_finds_what_is_wrong(tmp_path: Path) -> None:
    """A test of the tests: a wrong output is replaced, wrong commands and exit codes fail."""
    env = environment(tmp_path / "env")
    folder = tmp_path / "work"
    folder.mkdir()
    good = "`a.txt`:\n\n```text\nhello\n```\n\n```sh\nmkdir --parents b && cd b\ncat ../a.txt\n```\n\n```text\nhello\n```\n"
    assert PageRun(folder, env).run(good) == good
    run = PageRun(folder, env)
    assert run.run(good.replace("hello\n```\n\n```sh", "bye\n```\n\n```sh")) == good.replace(
        "hello", "bye"
    )
    assert run.done == 2
    with pytest.raises(PageError, match="exit code 1, not 0"):
        PageRun(folder, env).run("```sh\nfalse\n```\n")
    with pytest.raises(PageError, match="exit code 0, not 1"):
        PageRun(folder, env).run("<!-- exit 1 -->\n```sh\ntrue\n```\n")
    for wrong in (
        "dispatch-lint chek",
        "dispatch-lint check --nope",
        "x | dispatch-lint store gte",
    ):
        with pytest.raises(PageError):
            check_command(wrong)
    check_command("dispatch-lint check --format json -o out.json a b")


def update() -> None:
    """Write the generated pages, and the outputs of all others."""
    shutil.rmtree(DOCS / "rules", ignore_errors=True)
    for page, text in GENERATED.items():
        (DOCS / page).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / page).write_text(text, encoding="utf-8")
    rules_page = test_writing_rules.PAGE
    tables = test_writing_rules.with_tables(rules_page.read_text(encoding="utf-8"))
    rules_page.write_text(tables, encoding="utf-8")
    readme = ROOT / "README.md"
    text = with_speeds(readme.read_text(encoding="utf-8"), RESULTS.read_text(encoding="utf-8"))
    readme.write_text(text, encoding="utf-8")
    schema = json.dumps(SCHEMA, indent=2)
    SCHEMA_FILE.write_text(f"{schema}\n", encoding="utf-8")
    for page in PAGES:
        write_page(page)
    with tempfile.TemporaryDirectory() as folder:
        hooks = hook_repository_in(Path(folder) / "hooks")
        write_page("tutorial.md", hook_environment(hooks))
    if shutil.which("java"):
        from tests.test_audit import page_environment

        with tempfile.TemporaryDirectory() as folder:
            write_page("how-to/audit.md", page_environment(Path(folder)))


def write_page(page: str, further: Mapping[str, str] | None = None) -> None:
    """Write the outputs of a page anew."""
    with tempfile.TemporaryDirectory() as folder:
        run = run_page(file_of(page), Path(folder), further)
    file_of(page).write_text(run.text, encoding="utf-8")


if __name__ == "__main__":
    update()
