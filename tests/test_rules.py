"""Every rule is what it says: named after its file, documented, registered, its examples true."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.rule import Example, Rule, defining_problem, stored
from dispatch_lint.rule_examples import check_examples
from tests.conftest import Lint

ROOT = Path(__file__).parent.parent
RULES = load_rules()


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
    assert defining_problem(rule) is None  # a run asks this of the rules of others only
    assert rule.summary and not rule.summary.endswith(".")
    assert len(rule.documentation()) > 60
    assert rule.valid and rule.invalid
    assert all(example.violations for example in rule.invalid)
    assert not any(example.violations for example in rule.valid)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_guide_sections_exist(rule: type[Rule]) -> None:
    sections = {
        "Base Entity", "Kind", "Key", "Name and IDs", "OrganizationID", "Spec", "Status",
        "Reason", "Additional Properties",
    }  # fmt: skip
    assert rule.guide is None or rule.guide in sections


@pytest.mark.parametrize("name", RULES)
def test_examples_are_true(name: str) -> None:
    assert not list(check_examples(RULES, [name]))


FALSE = [
    (Example("kind: Secret\nname: a b\n", (("/name", "odd"),)), "other violations"),
    (Example("kind: Secret\nname: a/b\n"), "other violations"),
    (Example("kind: Secret\nname: a\nimge: b\n", fixed="kind: Secret\nname: a\n"), "other violations"),
]  # fmt: skip


@pytest.mark.parametrize(("example", "what"), FALSE)
def test_what_differs_from_an_example_is_told(example: Example, what: str) -> None:
    rule = RULES["name-format" if "imge" not in example.text else "unknown-field"]
    other = type("Other", (rule,), {"invalid": (example,), "valid": ()})
    found = list(check_examples(RULES | {rule.name: other}, [rule.name]))
    assert [one.what for one in found] == ["there is no valid example", what]
    assert found[1].example is example and found[1].found


def test_a_fix_is_stated_by_an_example() -> None:
    rule = RULES["unknown-field"]
    text, fixed = (
        "kind: Function\nname: hello\nimge: nodejs\n",
        "kind: Function\nname: hello\nimage: x\n",
    )
    violations = rule.invalid[0].violations
    for example, what in (
        (Example(text, violations), "the rule offers a fix, and no example states the fixed text: fixed=…"),
        (Example(text, violations, fixed=fixed), "another fixed text"),
    ):  # fmt: skip
        other = type("Other", (rule,), {"invalid": (example,)})
        found = list(check_examples(RULES | {rule.name: other}, [rule.name]))
        assert [one.what for one in found] == [what]


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
