"""`concise`: one line for each violation, `path:line:col: severity[rule] message`."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_lint.report import Outcome
from dispatch_lint.report.shared import COLORS, folded, paint, summary_lines
from dispatch_lint.text.harmless import harmless

FOR_PEOPLE = True


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    for violation in outcome.violations:
        label = paint(
            f"{violation.severity}[{violation.rule}]", COLORS[violation.severity], outcome
        )
        yield f"{harmless(violation.place)}: {label} {harmless(violation.message)}"
    yield from folded(outcome)
    yield from summary_lines(outcome)
