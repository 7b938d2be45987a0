"""`json`: the stable contract (docs/reference/json-report.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Severity
from dispatch_lint.report.json_text import to_json

if TYPE_CHECKING:
    from dispatch_lint.engine.summary import Summary
    from dispatch_lint.model.fix import TextFix
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True
VERSION = 1


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report: one JSON object."""
    yield "{"
    yield f'"version": {VERSION},'
    yield f'"summary": {to_json(summary_object(outcome.summary))},'
    if not outcome.violations:
        yield '"violations": []'
    else:
        yield '"violations": ['
        last = len(outcome.violations) - 1
        for index, violation in enumerate(outcome.violations):
            yield f" {to_json(violation_object(violation))}{',' if index < last else ''}"
        yield "]"
    yield "}"


def violation_object(violation: Violation) -> dict[str, Any]:
    """A violation in the fields of the contract."""
    return {
        "rule": violation.rule, "severity": str(violation.severity), "message": violation.message,
        "guide": violation.guide, "file": violation.file, "document": violation.document,
        "pointer": violation.pointer, **_range(violation.range), "kind": violation.kind,
        "entity": violation.entity,
        "related": [
            {"file": related.file, **_range(related.range), "message": related.message}
            for related in violation.related
        ],
        "fix": _fix(violation.fix) if violation.fix else None,
        "fingerprint": violation.fingerprint,
    }  # fmt: skip


def _fix(fix: TextFix) -> dict[str, Any]:
    return {
        "safety": fix.safety, "message": fix.message,
        "edits": [{**_range(edit.range), "text": edit.text} for edit in fix.edits],
    }  # fmt: skip


def summary_object(summary: Summary) -> dict[str, Any]:
    """The summary in the fields of the contract, with notJudged, closed and definitions added."""
    return {
        "files": summary.files, "documents": summary.documents, "skipped": summary.skipped,
        "violations": {
            str(severity): summary.violations[severity]
            for severity in sorted(Severity, reverse=True)
        },
        "suppressed": summary.suppressed, "baselined": summary.baselined,
        "notJudged": summary.not_judged, "closed": summary.closed,
        "definitions": summary.definitions,
    }  # fmt: skip


def _range(range_: Range) -> dict[str, int]:
    return {"line": range_.line, "column": range_.column, "endLine": range_.end_line,
            "endColumn": range_.end_column}  # fmt: skip
