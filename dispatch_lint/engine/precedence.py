"""One cause, one violation: who speaks where several rules have something to say of one place."""

from __future__ import annotations

from dispatch_lint.model.location import Path
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import UNRANKED, Rule

Found = tuple[Rule, Finding]


def resolve(found: list[Found]) -> list[Found]:
    """For each path the rule with the lowest precedence; see `Rule.precedence`."""
    if len(found) < 2:
        return found
    first: dict[tuple[Path, str], int] = {}
    for rule, finding in found:
        if rule.precedence < UNRANKED:
            subject = _subject(finding)
            first[subject] = min(first.get(subject, UNRANKED), rule.precedence)
    return [
        (rule, finding)
        for rule, finding in found
        if rule.precedence == UNRANKED or rule.precedence == first[_subject(finding)]
    ]


def _subject(finding: Finding) -> tuple[Path, str]:
    """What a finding speaks about: a key or a value. A missing field is a key without a place."""
    return (finding.subject, "key") if finding.subject else (finding.path, finding.on)
