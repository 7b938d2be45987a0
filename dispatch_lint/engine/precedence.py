"""One cause, one violation: which rule reports a path that several have findings about."""

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
    """A subject of a document that a rule with precedence has reported."""

    subject: Subject
    precedence: int


def subject_of(finding: Finding) -> Subject:
    """What a finding is about. A missing field is a key without a place."""
    return (finding.subject, "key") if finding.subject else (finding.path, finding.on)


def claims_of(findings: Iterable[RuleFinding]) -> tuple[Claim, ...]:
    """What rules with precedence speak about."""
    return tuple(
        Claim(subject_of(finding), rule.precedence)
        for rule, finding in findings
        if rule.precedence < UNRANKED
    )


def resolve(findings: list[RuleFinding], claims: Sequence[Claim] = ()) -> list[RuleFinding]:
    """Of findings about one subject those of the rule with the lowest precedence.

    A rule without precedence reports whatever others do.

    Args:
        claims: of rules that have reported something of the same document before.
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
