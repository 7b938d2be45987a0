"""`gitlab`: a Code Quality report for GitLab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.model.violation import Severity
from dispatch_lint.report.json_text import to_json
from dispatch_lint.report.shared import names_in_repository

if TYPE_CHECKING:
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True
_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report: a JSON array."""
    seen: Counter[str] = Counter()
    issues = []
    name = names_in_repository()
    for violation in outcome.violations:
        seen[violation.fingerprint] += 1
        number = seen[violation.fingerprint]
        issues.append({
            "description": violation.message,
            "check_name": violation.rule,
            # GitLab shows only one issue for each fingerprint.
            "fingerprint": violation.fingerprint + (f"-{number}" if number > 1 else ""),
            "severity": _SEVERITIES[violation.severity],
            "location": {
                "path": name(violation.file),
                "lines": {"begin": violation.range.line, "end": violation.range.end_line},
            },
        })  # fmt: skip
    yield to_json(issues, indent=1)
