"""`gitlab`: a Code Quality report for GitLab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.model.violation import Severity
from dispatch_lint.text.harmless import json_text

if TYPE_CHECKING:
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True
_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report: a JSON array."""
    seen: Counter[str] = Counter()
    issues = []
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
                "path": violation.file,
                "lines": {"begin": violation.range.line, "end": violation.range.end_line},
            },
        })  # fmt: skip
    yield json_text(issues, indent=1)
