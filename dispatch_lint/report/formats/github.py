"""`github`: annotations for GitHub Actions, where it is the default; errors come first."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_lint.model.violation import Severity
from dispatch_lint.report import Outcome
from dispatch_lint.report.shared import folded, names_in_repository, summary_lines, with_help
from dispatch_lint.text.harmless import escapes

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    name = names_in_repository()
    # GitHub shows at most ten of each severity.
    for violation in sorted(
        outcome.violations, key=lambda violation: (-violation.severity, violation.order)
    ):
        place = {
            "file": name(violation.file), "line": violation.range.line, "col": violation.range.column,
            "endLine": violation.range.end_line, "title": f"dispatch-lint: {violation.rule}",
        }  # fmt: skip
        if violation.range.end_line == violation.range.line:
            place["endColumn"] = violation.range.end_column
        properties = ",".join(f"{name}={_property(str(value))}" for name, value in place.items())
        where = f"{violation.row}: " if violation.row else ""
        yield f"::{_COMMANDS[violation.severity]} {properties}::{_data(where + with_help(violation))}"
    for line in (*folded(outcome), *summary_lines(outcome)):
        yield _data(line)


def _data(text: str) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace("##[", "#\\x23[").translate(escapes())


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
