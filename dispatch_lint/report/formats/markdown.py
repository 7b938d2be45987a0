"""`markdown`: a summary for a job page or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dispatch_lint.report import Outcome
from dispatch_lint.report.shared import folded, summary_lines
from dispatch_lint.text.harmless import harmless

_MAX_ROWS = 200
"""The number of violations that are listed: the length of a comment is limited."""


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
    for violation in worst[:_MAX_ROWS]:
        cells = (
            str(violation.severity),
            violation.rule,
            violation.place,
            violation.entity or "",
            violation.message,
        )
        yield f"| {' | '.join(map(cell, cells))} |"
    if len(worst) > _MAX_ROWS:
        yield ""
        yield f"And {len(worst) - _MAX_ROWS} more."
    headings = list(folded(outcome))
    if headings:
        yield ""
        yield "Field names that the definitions declare against the guide:"
        yield ""
        yield from (f"- {cell(heading)}" for heading in headings)


_ESCAPES = str.maketrans(
    {letter: f"\\{letter}" for letter in "\\|`*_[]#"}
    | {letter: f"&#{ord(letter)};" for letter in "<>@&"}
)


def code(value: str) -> str:
    """A text as code, whatever backticks it has."""
    text = harmless(value)
    longest = max(map(len, re.findall("`+", text)), default=0)
    if not longest:
        return f"`{text}`"
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def cell(value: str) -> str:
    """A text with the special characters of Markdown escaped."""
    return harmless(value).translate(_ESCAPES)
