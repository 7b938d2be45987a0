"""`checkstyle`: Checkstyle XML, which many platforms read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.report.xml import attribute

if TYPE_CHECKING:
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<checkstyle version="8.0">'
    current: str | None = None
    for violation in outcome.violations:
        if violation.file != current:
            if current is not None:
                yield "</file>"
            yield f"<file name={attribute(violation.file)}>"
            current = violation.file
        yield (
            f'<error line="{violation.range.line}" column="{violation.range.column}" '
            f'severity="{violation.severity}" message={attribute(violation.message)} '
            f"source={attribute(f'dispatch-lint.{violation.rule}')}/>"
        )
    if current is not None:
        yield "</file>"
    yield "</checkstyle>"
