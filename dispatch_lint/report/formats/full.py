"""`full`: each violation with its source line, a caret, the guide's section and a way to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.model.location import Range
from dispatch_lint.report import Outcome
from dispatch_lint.report.shared import COLORS, folded, paint, summary_lines
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Severity, Violation

_WIDTH = 100
"""Longer source lines are cut around the place."""


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    for one in outcome.violations:
        yield from _violation(one, outcome)
        yield ""
    headings = list(folded(outcome))
    if headings:
        yield "Names that the definitions declare against the guide:"
        yield from (f"  {heading}" for heading in headings)
        yield ""
    yield from summary_lines(outcome)


def _violation(one: Violation, outcome: Outcome) -> Iterator[str]:
    label = paint(f"{one.severity}[{one.rule}]", f"1;{COLORS[one.severity]}", outcome)
    yield f"{label}: {harmless(one.message)}"
    margin = " " * (1 if one.row else len(str(one.range.line)))
    entity = f" ({harmless(one.entity)})" if one.entity else ""
    yield f"{margin}{paint('-->', '34', outcome)} {harmless(one.place)}{entity}"
    if one.row:
        if one.pointer:
            yield f"{margin} {paint('=', '34', outcome)} at: {harmless(one.pointer)}"
    else:
        yield from _excerpt(one.file, one.range, one.severity, outcome, margin)
    for related in one.related:
        yield f"{margin} {paint('=', '34', outcome)} {harmless(related.message)}: " + (
            harmless(related.place)
        )
    if one.guide:
        yield f'{margin} {paint("=", "34", outcome)} guide: section "{one.guide}"'
    if one.help:
        yield f"{margin} {paint('=', '34', outcome)} help: {harmless(one.help)}"


def _excerpt(
    file: str, span: Range, severity: Severity, outcome: Outcome, margin: str
) -> Iterator[str]:
    line = outcome.line(file, span.line)
    if not line or line.isspace():
        return
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    cut = max(0, start - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[cut : cut + _WIDTH].replace("\t", " ")
    before = harmless(shown[: start - cut])
    marked = harmless(shown[start - cut : max(start + 1, end) - cut])
    after = harmless(shown[max(start + 1, end) - cut :])
    dots = "…" if cut else ""
    bar = paint("|", "34", outcome)
    yield f"{margin} {bar}"
    yield f"{paint(str(span.line), '34', outcome)} {bar} {dots}{before}{marked}{after}"
    carets = paint("^" * max(1, len(marked)), COLORS[severity], outcome)
    yield f"{margin} {bar} {' ' * (len(dots) + len(before))}{carets}"
