"""`junit`: JUnit XML, with a test suite for each file, and a case for each violation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.report.shared import help_of
from dispatch_lint.report.xml import attribute, text

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report.

    A failure is what makes the exit code 1; what is below the fail level is output of a case that
    passes. What could not be read or checked is an error.
    """
    by_file: dict[str, list[Violation]] = {}
    for violation in outcome.violations:
        by_file.setdefault(violation.file, []).append(violation)
    problems = outcome.summary.problems
    failures = _failures(outcome.violations, outcome)
    total = len(outcome.violations) + len(problems)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (f'<testsuites name="dispatch-lint" tests="{max(total, 1)}" failures="{failures}" '
           f'errors="{len(problems)}">')  # fmt: skip
    if not total:
        yield '<testsuite name="dispatch-lint" tests="1" failures="0" errors="0">'
        yield '<testcase name="no deviations" classname="dispatch-lint"/>'
        yield "</testsuite>"
    for file, violations in by_file.items():
        yield (f'<testsuite name={attribute(file)} tests="{len(violations)}" '
               f'failures="{_failures(violations, outcome)}" errors="0">')  # fmt: skip
        for violation in violations:
            yield from _case(violation, file, outcome)
        yield "</testsuite>"
    if problems:
        yield from _problems(problems)
    yield "</testsuites>"


def _failures(violations: Iterable[Violation], outcome: Outcome) -> int:
    return sum(violation.severity >= outcome.fail_level for violation in violations)


def _case(violation: Violation, file: str, outcome: Outcome) -> Iterator[str]:
    place = f"{violation.range.line}:{violation.range.column}"
    yield f"<testcase name={attribute(f'{violation.rule} {place}')} classname={attribute(file)}>"
    advice = f"\n{advice}" if (advice := help_of(violation)) else ""
    said = text(f"{violation.place}: {violation.message}{advice}")
    if violation.severity >= outcome.fail_level:
        yield (f"<failure message={attribute(violation.message)} "
               f"type={attribute(str(violation.severity))}>{said}</failure>")  # fmt: skip
    else:
        yield f"<system-out>{violation.severity}: {said}</system-out>"
    yield "</testcase>"


def _problems(problems: Sequence[str]) -> Iterator[str]:
    count = len(problems)
    yield f'<testsuite name="dispatch-lint" tests="{count}" failures="0" errors="{count}">'
    for number, problem in enumerate(problems, 1):
        yield f'<testcase name="problem {number}" classname="dispatch-lint">'
        yield f'<error message={attribute(problem)} type="problem"/>'
        yield "</testcase>"
    yield "</testsuite>"
