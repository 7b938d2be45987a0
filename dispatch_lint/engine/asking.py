"""Which rules are asked about a document or a group: all of them, unless an accelerator knows better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.engine.judge import CorpusRules
    from dispatch_lint.engine.members import Answers
    from dispatch_lint.index.groups import Members
    from dispatch_lint.rule import EntityView, Rule, TextView


class Accelerator(Protocol):
    """May leave out rules that have nothing to say; see `dispatch_lint/fast`."""

    def text_rules(self, rules: Sequence[Rule], text: TextView) -> Sequence[Rule]:
        """The rules that may have a finding about a text."""

    def entity_rules(self, rules: Sequence[Rule], entity: EntityView) -> Sequence[Rule]:
        """The rules that may have a finding about an entity."""

    def is_silent(self, rules: CorpusRules, group: str, members: Members, answers: Answers) -> bool:
        """Whether no rule has a finding about a group."""
