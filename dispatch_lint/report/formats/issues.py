"""`issues`: "Any deviations in existing code should be raised as issues": one issue, in Markdown,
for each deviation, the same on every run. With `-o FOLDER`, a file each, and an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from dispatch_lint.naming import count
from dispatch_lint.report.formats.markdown import cell

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True
_MOST = 50
"""Places that one issue lists."""


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report: all issues, one after the other."""
    for index, several in enumerate(_issues(outcome)):
        if index:
            yield ""
            yield "---"
            yield ""
        yield from _issue(several, outcome)


def files(outcome: Outcome) -> dict[str, str]:
    """The text of each file of a folder, by name."""
    found: dict[str, str] = {}
    index = ["# Deviations from the Development Guide", ""]
    for several in _issues(outcome):
        name = f"{several[0].rule}-{_identity(several[0])}.md"
        found[name] = "\n".join(_issue(several, outcome)) + "\n"
        index.append(f"- [{cell(_title(several[0]))}]({name}): {count(len(several), 'place')}")
    if not found:
        index.append("None.")
    return {"index.md": "\n".join(index) + "\n", **found}


def _issues(outcome: Outcome) -> list[list[Violation]]:
    """Violations of one rule about one definition or entity, together; the worst first."""
    groups: dict[tuple[str, str], list[Violation]] = {}
    for one in outcome.violations:
        groups.setdefault((one.rule, _subject(one)), []).append(one)
    return sorted(groups.values(), key=lambda several: (-several[0].severity, *_order(several[0])))


def _order(one: Violation) -> tuple[str, str]:
    return one.rule, _subject(one)


def _subject(one: Violation) -> str:
    """What an issue is about: the definition that is to blame, or the entity."""
    return one.declared_at or one.definition or one.entity or f"{one.file}#{one.document}"


def _identity(one: Violation) -> str:
    # Not the line of a definition, which moves.
    subject = one.heading if one.declared_at else _subject(one)
    return sha256(f"{one.rule}\0{subject}".encode()).hexdigest()[:10]


def _title(one: Violation) -> str:
    return f"{one.heading or one.entity or one.kind or one.file}: {one.message}"


def _issue(several: list[Violation], outcome: Outcome) -> Iterator[str]:
    first = several[0]
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
    for one in several[:_MOST]:
        yield f"- `{one.place.replace('`', '')}`: {cell(one.message)}"
    if len(several) > _MOST:
        yield f"- and {len(several) - _MOST} more"
    if first.help:
        yield ""
        yield "## How to mend it"
        yield ""
        yield f"{cell(first.help[:1].upper() + first.help[1:])}."
