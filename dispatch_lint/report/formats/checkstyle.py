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
    for one in outcome.violations:
        if one.file != current:
            if current is not None:
                yield "</file>"
            yield f"<file name={attribute(one.file)}>"
            current = one.file
        yield (
            f'<error line="{one.range.line}" column="{one.range.column}" '
            f'severity="{one.severity}" message={attribute(one.message)} '
            f"source={attribute(f'dispatch-lint.{one.rule}')}/>"
        )
    if current is not None:
        yield "</file>"
    yield "</checkstyle>"
