"""`issues`: an issue in Markdown for each deviation, which is the same on every run.

The guide: "Any deviations in existing code should be raised as issues". With `-o FOLDER` each
issue is a file, beside an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from dispatch_lint.naming import count
from dispatch_lint.report.formats.markdown import cell, code

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True
_MAX_PLACES = 50
"""The number of locations that one issue lists."""


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report: all issues, one after the other."""
    for index, violations in enumerate(_issues(outcome)):
        if index:
            yield ""
            yield "---"
            yield ""
        yield from _issue(violations, outcome)


def files(outcome: Outcome) -> dict[str, str]:
    """The files of the folder: their texts by name."""
    issues: dict[str, str] = {}
    index = ["# Deviations from the Development Guide", ""]
    for violations in _issues(outcome):
        first = violations[0]
        name = f"{first.rule}-{_identity(first)}.md"
        issues[name] = "\n".join(_issue(violations, outcome)) + "\n"
        index.append(f"- [{cell(_title(first))}]({name}): {count(len(violations), 'place')}")
    if not issues:
        index.append("None.")
    return {"index.md": "\n".join(index) + "\n", **issues}


def _issues(outcome: Outcome) -> list[list[Violation]]:
    """Violations grouped by rule and by definition or entity, the most severe first."""
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in outcome.violations:
        groups.setdefault((violation.rule, _subject(violation)), []).append(violation)
    return sorted(groups.values(), key=_order)


def _order(violations: list[Violation]) -> tuple[int, str, str]:
    first = violations[0]
    return -first.severity, first.rule, _subject(first)


def _subject(violation: Violation) -> str:
    """What an issue is about: the definition that causes it, or the entity."""
    return (
        violation.declared_at
        or violation.definition
        or violation.entity
        or f"{violation.file}#{violation.document}"
    )


def _identity(violation: Violation) -> str:
    # The location of a definition is not part of it, because lines move.
    subject = violation.heading if violation.declared_at else _subject(violation)
    return sha256(f"{violation.rule}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _title(violation: Violation) -> str:
    subject = violation.heading or violation.entity or violation.kind or violation.file
    return f"{subject}: {violation.message}"


def _issue(violations: list[Violation], outcome: Outcome) -> Iterator[str]:
    first = violations[0]
    yield f"# {cell(_title(first))}"
    yield ""
    yield f"Rule `{first.rule}`, {first.severity}; issue {_identity(first)}."
    rule = outcome.rules.get(first.rule)
    if rule is not None:
        guide = f'Section "{rule.guide}" of the guide. ' if rule.guide else ""
        yield ""
        yield f"> {guide}{' '.join(rule.documentation().split())}"
    yield ""
    yield "## Where"
    yield ""
    for violation in violations[:_MAX_PLACES]:
        yield f"- {code(violation.place)}: {cell(violation.message)}"
    if len(violations) > _MAX_PLACES:
        yield f"- and {len(violations) - _MAX_PLACES} more"
    if first.help:
        yield ""
        yield "## How to fix it"
        yield ""
        yield f"{cell(first.help[:1].upper() + first.help[1:])}."
