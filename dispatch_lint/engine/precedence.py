"""One cause, one violation: which rule reports a path that several have findings about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatch_lint.model.location import Path
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Rule

RuleFinding = tuple[Rule, Finding]
Subject = tuple[Path, str]
"""What a finding is about: a path, and whether its key or its value."""
PRECEDENCE: tuple[tuple[str, ...], ...] = (
    ("syntax-error",),
    ("duplicate-field",),
    ("unknown-kind",),
    ("ambiguous-scalar",),
    ("json-tag-malformed",),
    ("json-tag-missing",),
    ("camel-case-fields",),
    ("foreign-key-naming",),
    ("foreign-key-plurality",),
    ("foreign-key-id-suffix",),
    ("initialism-spelling",),
    ("foreign-key-entity-type", "unique-id"),
    ("status-transition",),
    ("status-value", "name-format", "time-order", "organization-single"),
    ("foreign-key-value",),
    ("desired-state",),
    ("unknown-field",),
    ("server-owned-field",),
    ("schema",),
    ("cross-organization-reference",),
    ("unresolved-reference",),
    ("reference-not-ready",),
    ("definition-agreement",),
)
"""For one subject the rule that comes first here reports, and rules of one line report beside each
other. A rule that is not here reports whatever others do."""
_POSITIONS = {name: number for number, names in enumerate(PRECEDENCE) for name in names}


class Claim(NamedTuple):
    """A subject of a document that a rule with precedence has reported.

    Attributes:
        position: of the rule in `PRECEDENCE`.
    """

    subject: Subject
    position: int


def position_of(rule: Rule) -> int | None:
    """Where a rule is in `PRECEDENCE`; None where it reports whatever others do."""
    return _POSITIONS.get(rule.name)


def subject_of(finding: Finding) -> Subject:
    """What a finding is about. A missing field is a key without a place."""
    return (finding.subject, "key") if finding.subject else (finding.path, finding.on)


def claims_of(findings: Iterable[RuleFinding]) -> tuple[Claim, ...]:
    """The subjects that rules with precedence have findings about."""
    return tuple(
        Claim(subject_of(finding), position)
        for rule, finding in findings
        if (position := position_of(rule)) is not None
    )


def resolve(findings: list[RuleFinding], claims: Sequence[Claim] = ()) -> list[RuleFinding]:
    """Of the findings about each subject those of the rule that comes first in `PRECEDENCE`.

    Args:
        claims: of rules that have reported something of the same document before.
    """
    if len(findings) + len(claims) < 2:
        return findings
    first: dict[Subject, int] = {}
    for subject, position in (*claims, *claims_of(findings)):
        first[subject] = min(first.get(subject, position), position)
    return [
        (rule, finding)
        for rule, finding in findings
        if position_of(rule) in (None, first.get(subject_of(finding)))
    ]


def resolve_field(findings: Sequence[RuleFinding]) -> list[RuleFinding]:
    """Of findings about one field name, wherever in the field, those of the rule that comes first."""
    positions = [position_of(rule) for rule, _ in findings]
    first = min((place for place in positions if place is not None), default=None)
    return [
        found
        for found, position in zip(findings, positions, strict=True)
        if position in (None, first)
    ]
