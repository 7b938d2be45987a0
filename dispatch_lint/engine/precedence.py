"""One cause, one violation: decides which of several rules reports a path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatch_lint.documents.document import Document
from dispatch_lint.model.location import Path
from dispatch_lint.rule import Finding, Rule

RuleFinding = tuple[Rule, Finding]
Subject = tuple[Path, str]
"""What a finding is about: a path as it is written, and whether its key or its value."""
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
"""Of the rules with findings about one subject, the first in this list reports it.

Rules in one line of the list do not exclude each other. A rule that is not in the list always
reports.
"""
SCHEMA = "schema"
PRECEDING = (SCHEMA, *(
    name for names in PRECEDENCE[: PRECEDENCE.index((SCHEMA,))] for name in names
))  # fmt: skip
"""`schema`, and the rules that report the same causes before it."""
_POSITIONS = {name: number for number, names in enumerate(PRECEDENCE) for name in names}


class Claim(NamedTuple):
    """A subject of a document that a rule with precedence has reported.

    Attributes:
        position: the position of the rule in `PRECEDENCE`.
    """

    subject: Subject
    position: int


def position_of(rule: Rule) -> int | None:
    """The position of a rule in `PRECEDENCE`; None for a rule that always reports."""
    return _POSITIONS.get(rule.name)


def subject_of(finding: Finding, document: Document | None = None) -> Subject:
    """What a finding is about. A finding about a missing field names the field as its subject.

    Args:
        document: the one that has the path; None where no field can be misspelled.
    """
    path, on = (finding.subject, "key") if finding.subject else (finding.path, finding.on)
    if document is None or not document.renamed:
        return path, on
    if on == "value":
        return document.written(path), on
    # That a key is misspelled is one cause, and what is said of the field that was meant another.
    return (*document.written(path[:-1]), *path[-1:]), on


def claims_of(
    findings: Iterable[RuleFinding], document: Document | None = None
) -> tuple[Claim, ...]:
    """The claims of the findings whose rules have a precedence."""
    return tuple(
        Claim(subject_of(finding, document), position)
        for rule, finding in findings
        if (position := position_of(rule)) is not None
    )


def resolve(
    findings: list[RuleFinding], claims: Sequence[Claim] = (), document: Document | None = None
) -> list[RuleFinding]:
    """Keep only the findings of the rule that comes first in `PRECEDENCE`, for each subject.

    Findings of rules without a precedence are always kept.

    Args:
        claims: earlier claims about the same document.
        document: what the findings are about; None for definitions.
    """
    which = kept(findings, claims, document)
    return [finding for finding, keep in zip(findings, which, strict=True) if keep]


def kept(
    findings: Sequence[RuleFinding], claims: Sequence[Claim] = (), document: Document | None = None
) -> list[bool]:
    """Which findings `resolve` keeps."""
    if len(findings) + len(claims) < 2:
        return [True] * len(findings)
    first: dict[Subject, int] = {}
    for subject, position in (*claims, *claims_of(findings, document)):
        first[subject] = min(first.get(subject, position), position)
    return [
        position_of(rule) in (None, first.get(subject_of(finding, document)))
        for rule, finding in findings
    ]


def without_causes(
    findings: Sequence[RuleFinding], off: Iterable[RuleFinding], document: Document
) -> list[RuleFinding]:
    """Findings without those of `schema` whose cause a rule reports that is turned off.

    Args:
        off: the findings of rules that are turned off.
    """
    causes = {
        subject for subject, position in claims_of(off, document) if position < _POSITIONS[SCHEMA]
    }
    return [
        (rule, finding)
        for rule, finding in findings
        if rule.name != SCHEMA or subject_of(finding, document) not in causes
    ]


def resolve_field(findings: Sequence[RuleFinding]) -> list[RuleFinding]:
    """The same as `resolve` for findings that are all about one field name."""
    positions = [position_of(rule) for rule, _ in findings]
    first = min((position for position in positions if position is not None), default=None)
    return [
        finding
        for finding, position in zip(findings, positions, strict=True)
        if position in (None, first)
    ]
