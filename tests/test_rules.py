"""Every rule is what it says: named after its file, documented, registered, its examples true."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from dispatch_lint.config.settings import Settings
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.model import EntityType
from dispatch_lint.definitions.reading import GoSource, read_sources
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.index.facts import by_id, by_name
from dispatch_lint.index.references import Use
from dispatch_lint.rule import Example, Fact, NoOptions, Rule, stored
from dispatch_lint.rule_pages import book
from dispatch_lint.schema.diff import compare
from dispatch_lint.schema.generate import generate
from tests.conftest import Lint

ROOT = Path(__file__).parent.parent
RULES = load_rules()
CATALOGUE = load_catalogue(Settings())
EXAMPLES = [
    pytest.param(rule, example, id=f"{name}-{kind}-{number}")
    for name, rule in RULES.items()
    for kind, examples in (("valid", rule.valid), ("invalid", rule.invalid))
    for number, example in enumerate(examples)
]


def test_every_rule_is_registered_under_its_file() -> None:
    files = {file.stem.replace("_", "-") for file in (ROOT / "rules").glob("[!_]*.py")}
    assert files == set(RULES)
    for name, rule in RULES.items():
        assert rule.__module__ == f"dispatch_lint_rules.{name.replace('-', '_')}"


def test_rules_come_in_by_the_entry_point() -> None:
    assert "dispatch_lint_rules" in {
        entry.value for entry in entry_points(group="dispatch_lint.rules")
    }


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_is_documented(rule: type[Rule]) -> None:
    assert rule.summary and not rule.summary.endswith(".")
    assert len(rule.documentation()) > 60
    assert rule.valid and rule.invalid
    assert all(example.violations for example in rule.invalid)
    assert not any(example.violations for example in rule.valid)


@pytest.mark.parametrize(("group", "owners", "asked"), [
    (by_name("ServicePlan", "small"), ["db", None, "mail"], [("ServiceClass", "db"), ("ServiceClass", "mail")]),
    (by_name("ServicePlan", "small"), [None], []), (by_name("Image", "i"), ["db"], []), (by_id("1"), ["db"], []),
])  # fmt: skip
def test_of_a_plan_its_class_is_asked_for(
    group: str, owners: list[str | None], asked: list[tuple[str, str]]
) -> None:
    rule = RULES["unresolved-reference"](NoOptions(), Settings(), CATALOGUE)
    uses = [Use("acme", "ServicePlan", owner, "READY", "name") for owner in owners]
    facts = [Fact(0, number, ("servicePlan",), use) for number, use in enumerate(uses)]
    assert list(rule.asks(group, facts)) == [by_name(*one) for one in asked]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_guide_sections_exist(rule: type[Rule]) -> None:
    sections = {
        "Base Entity", "Kind", "Key", "Name and IDs", "OrganizationID", "Spec", "Status",
        "Reason", "Additional Properties",
    }  # fmt: skip
    assert rule.guide is None or rule.guide in sections


def _types(text: str) -> list[EntityType]:
    source = GoSource("shop.go", text.encode, named=True)
    return read_sources([source], [], Conventions(foreign=True)).types


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: type[Rule], example: Example, lint: Lint) -> None:
    settings = {"select": [rule.name], **example.settings}
    if rule.has("check_change"):
        changes = compare(*(generate(_types(text)) for text in (example.before, example.text)))
        asked = rule(rule.Options(), Settings(), load_catalogue(Settings()))
        said = [
            (one.name, finding.message) for one in changes for finding in asked.check_change(one)
        ]
        assert said == list(example.violations)
        return
    found = lint({example.file: example.text}, settings, store=example.store)
    assert [(one.pointer, one.message) for one in found] == list(example.violations)
    assert {one.rule for one in found} <= {rule.name}


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.default], ids=lambda rule: rule.name
)
def test_valid_examples_are_clean_under_every_rule(rule: type[Rule], lint: Lint) -> None:
    for number, example in enumerate(rule.valid):
        settings = {key: value for key, value in example.settings.items() if "select" not in key}
        text = example.text
        if "dispatch-lint:" in text or "Widget" in text:
            continue
        found = lint({f"{number}-{example.file}": text}, settings, store=example.store)
        errors = [one for one in found if one.severity > 1 and one.rule == rule.name]
        assert not errors


def test_rules_page_is_up_to_date() -> None:
    text = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert text == book(RULES), "run: dispatch-lint rules --markdown > docs/rules.md"


@pytest.mark.parametrize("before", [0, 3])
def test_names_of_stored_entities_have_the_pattern_of_manifests(before: int, lint: Lint) -> None:
    """Also where the schema of what is stored says less, and after others that are alike."""
    names = [*(f"driver-{number}" for number in range(before)), "Ticker"]
    lines = [
        stored("Driver", id=name, name=name, type="t", image="i", expose=False, url="")
        for name in names
    ]
    found = lint({"a.jsonl": "".join(f"{line}\n" for line in lines)}, {"select": ["name-format"]})
    assert [(one.document, one.pointer) for one in found] == [(before, "/name")]
