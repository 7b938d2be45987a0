"""`junit`: JUnit XML, with a test suite for each file, and a failed case for each violation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.report.xml import attribute, text

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    by_file: dict[str, list[Violation]] = {}
    for violation in outcome.violations:
        by_file.setdefault(violation.file, []).append(violation)
    total = len(outcome.violations)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="dispatch-lint" tests="{max(total, 1)}" failures="{total}" errors="0">'
    if not by_file:
        yield '<testsuite name="dispatch-lint" tests="1" failures="0" errors="0">'
        yield '<testcase name="no deviations" classname="dispatch-lint"/>'
        yield "</testsuite>"
    for file, violations in by_file.items():
        count = len(violations)
        yield (f"<testsuite name={attribute(file)} tests=\"{count}\" failures=\"{count}\" "
               'errors="0">')  # fmt: skip
        for violation in violations:
            place = f"{violation.range.line}:{violation.range.column}"
            yield f"<testcase name={attribute(f'{violation.rule} {place}')} classname={attribute(file)}>"
            advice = f"\n{violation.help}" if violation.help else ""
            yield (f"<failure message={attribute(violation.message)} "
                   f"type={attribute(str(violation.severity))}>"
                   f"{text(f'{violation.place}: {violation.message}{advice}')}</failure>")  # fmt: skip
            yield "</testcase>"
        yield "</testsuite>"
    yield "</testsuites>"
