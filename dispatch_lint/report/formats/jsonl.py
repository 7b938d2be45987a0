"""`jsonl`: one line for each violation, as in the JSON contract, and the summary last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.report.formats.json import summary_object, violation_object
from dispatch_lint.text.harmless import json_text

if TYPE_CHECKING:
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    for violation in outcome.violations:
        yield json_text(violation_object(violation))
    yield json_text({"summary": summary_object(outcome.summary)})
