"""No rule keeps anything between documents."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import Any

import pytest

from dispatch_lint.api import make_checker
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.checker import Checker
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.rule import (
    CatalogueView,
    EntityView,
    Example,
    Finding,
    KeyGroup,
    NoOptions,
    Rule,
)
from tests.conftest import remembering
from tests.stateless import Input, order_matters

RULES = {name: rule for name, rule in load_rules().items() if not rule.has("check_change")}


def source_of(name: str, text: str) -> Source:
    """A source that can be read as often as one likes."""
    return Source(name, format_of(name) or "yaml", opener=lambda: BytesIO(text.encode()))


def inputs_of(examples: list[tuple[int, Example]]) -> list[Input]:
    return [
        (
            source_of(f"{number}-{example.file}", example.text),
            remembering(example.store) if example.store else None,
        )
        for number, example in examples
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rules_find_the_same_in_any_order(rule: type[Rule]) -> None:
    examples = enumerate((*rule.valid, *rule.invalid))
    # A run has one file of settings.
    by_settings = sorted(examples, key=lambda numbered: repr(dict(numbered[1].settings)))
    for _, group in groupby(by_settings, key=lambda numbered: dict(numbered[1].settings)):
        numbered = list(group)
        settings = parse({"select": [rule.name], **numbered[0][1].settings})
        assert order_matters(make_checker(settings), inputs_of(numbered)) == []


class Counting(Rule):
    """Complains of every document but the first."""

    name, summary = "counting", "counting"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.asked = 0

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        self.asked += 1
        if self.asked > 1:
            yield Finding((), "not the first")


class CountingKeys(Counting):
    """Complains of every key but the first."""

    check_entity = Rule.check_entity  # type: ignore[assignment]

    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        self.asked += 1
        if self.asked > 1:
            yield Finding(("name",), "not the first")


@pytest.mark.parametrize("rule", [Counting, CountingKeys])
def test_a_rule_with_state_is_noticed(rule: type[Rule]) -> None:
    settings = Settings()
    catalogue = load_catalogue(settings)
    checker = Checker(settings, catalogue, [rule(NoOptions(), settings, CatalogueView(catalogue))])
    texts = {f"{name}.yaml": f"kind: Secret\nname: {name}\n" for name in "abc"}
    inputs: list[Input] = [(source_of(name, text), None) for name, text in texts.items()]
    assert "a.yaml" in order_matters(checker, inputs)
