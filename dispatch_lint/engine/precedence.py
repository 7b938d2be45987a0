"""One cause, one violation: decides which of several rules reports a path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatch_lint.model.location import Path
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import UNRANKED, Rule

RuleFinding = tuple[Rule, Finding]
Subject = tuple[Path, str]
"""What a finding is about: a path, and whether its key or its value."""


class Claim(NamedTuple):
    """A subject of a document that a rule with precedence has reported, and its precedence."""

    subject: Subject
    precedence: int


def subject_of(finding: Finding) -> Subject:
    """What a finding is about. A finding about a missing field names the field as its subject."""
    return (finding.subject, "key") if finding.subject else (finding.path, finding.on)


def claims_of(findings: Iterable[RuleFinding]) -> tuple[Claim, ...]:
    """The claims of the findings whose rules have a precedence."""
    return tuple(
        Claim(subject_of(finding), rule.precedence)
        for rule, finding in findings
        if rule.precedence < UNRANKED
    )


def resolve(findings: list[RuleFinding], claims: Sequence[Claim] = ()) -> list[RuleFinding]:
    """Keep only the findings of the rule with the lowest precedence about each subject.

    Findings of rules without precedence are always kept.

    Args:
        claims: earlier claims about the same document.
    """
    if len(findings) + len(claims) < 2:
        return findings
    lowest: dict[Subject, int] = {}
    for subject, precedence in (*claims, *claims_of(findings)):
        lowest[subject] = min(lowest.get(subject, UNRANKED), precedence)
    return [
        (rule, finding)
        for rule, finding in findings
        if rule.precedence == UNRANKED or rule.precedence == lowest[subject_of(finding)]
    ]
