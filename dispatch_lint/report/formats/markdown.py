"""`markdown`: a summary for a job page or a comment."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_lint.report import Outcome
from dispatch_lint.report.shared import folded, summary_lines
from dispatch_lint.text.harmless import harmless

_MOST = 200
"""Rows: a comment has an end."""


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    yield "## dispatch-lint"
    yield ""
    yield from (cell(line) for line in summary_lines(outcome))
    if outcome.violations:
        yield ""
        yield "| severity | rule | place | entity | message |"
        yield "|---|---|---|---|---|"
    worst = sorted(outcome.violations, key=lambda violation: (-violation.severity, violation.order))
    for violation in worst[:_MOST]:
        cells = (
            str(violation.severity),
            violation.rule,
            violation.place,
            violation.entity or "",
            violation.message,
        )
        yield f"| {' | '.join(map(cell, cells))} |"
    if len(worst) > _MOST:
        yield ""
        yield f"And {len(worst) - _MOST} more."
    headings = list(folded(outcome))
    if headings:
        yield ""
        yield "Names that the definitions declare against the guide:"
        yield ""
        yield from (f"- {cell(heading)}" for heading in headings)


_MEANT = str.maketrans(
    {letter: f"\\{letter}" for letter in "\\|`*_[]#"}
    | {letter: f"&#{ord(letter)};" for letter in "<>@&"}
)


def cell(value: str) -> str:
    """A text with everything escaped that means something in Markdown."""
    return harmless(value).translate(_MEANT)
