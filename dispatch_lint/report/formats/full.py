"""`full`: each violation with its source line, a caret, the guide's section and a hint for a fix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.model.location import Range
from dispatch_lint.report import Outcome
from dispatch_lint.report.shared import COLORS, folded, help_of, paint, summary_lines
from dispatch_lint.text.harmless import harmless
from dispatch_lint.text.widths import width

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Severity, Violation

FOR_PEOPLE = True
_WIDTH = 100
"""Longer source lines are cut around the violation, where no terminal has another width."""
_LEAST = 20
"""What is shown of a source line on the narrowest terminal."""


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    for violation in outcome.violations:
        yield from _violation(violation, outcome)
        yield ""
    headings = list(folded(outcome))
    if headings:
        yield "Field names that the definitions declare against the guide:"
        yield from (f"  {heading}" for heading in headings)
        yield ""
    if any((violation.entity or "").startswith("-/") for violation in outcome.violations):
        yield "A dash in a key stands for no organization: the setting `organization` names it."
        yield ""
    yield from summary_lines(outcome)


def _violation(violation: Violation, outcome: Outcome) -> Iterator[str]:
    label = paint(
        f"{violation.severity}[{violation.rule}]", f"1;{COLORS[violation.severity]}", outcome
    )
    yield f"{label}: {harmless(violation.message)}"
    margin = " " * (1 if violation.row else len(str(violation.range.line)))
    entity = f" ({harmless(violation.entity)})" if violation.entity else ""
    yield f"{margin}{paint('-->', '34', outcome)} {harmless(violation.place)}{entity}"
    if violation.row:
        if violation.pointer:
            yield f"{margin} {paint('=', '34', outcome)} at: {harmless(violation.pointer)}"
    else:
        yield from _excerpt(violation.file, violation.range, violation.severity, outcome, margin)
    for related in violation.related:
        yield f"{margin} {paint('=', '34', outcome)} {harmless(related.message)}: " + (
            harmless(related.place)
        )
    if violation.guide:
        yield f'{margin} {paint("=", "34", outcome)} guide: section "{violation.guide}"'
    if advice := help_of(violation):
        yield f"{margin} {paint('=', '34', outcome)} help: {harmless(advice)}"


def _excerpt(
    file: str, range_: Range, severity: Severity, outcome: Outcome, margin: str
) -> Iterator[str]:
    """The source line of a range, with carets under the range."""
    line = outcome.line(file, range_.line)
    if not line or line.isspace():
        return
    start = range_.column - 1
    end = range_.end_column - 1 if range_.end_line == range_.line else len(line)
    size = _WIDTH
    if outcome.columns is not None:
        size = max(_LEAST, outcome.columns - len(f"{margin} | …"))
    cut = max(0, start - size // 2) if len(line) > size else 0
    shown = line[cut : cut + size].replace("\t", " ")
    before = harmless(shown[: start - cut])
    marked = harmless(shown[start - cut : max(start + 1, end) - cut])
    after = harmless(shown[max(start + 1, end) - cut :])
    dots = "…" if cut else ""
    bar = paint("|", "34", outcome)
    yield f"{margin} {bar}"
    yield f"{paint(str(range_.line), '34', outcome)} {bar} {dots}{before}{marked}{after}"
    carets = paint("^" * max(1, width(marked)), COLORS[severity], outcome)
    yield f"{margin} {bar} {' ' * (len(dots) + width(before))}{carets}"
