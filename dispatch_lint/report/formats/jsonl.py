"""`jsonl`: one line for each violation, as in the JSON contract, and the summary last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.report.formats.json import summary_object, violation_object

if TYPE_CHECKING:
    from dispatch_lint.report import Outcome

LISTS_DECLARED = True


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    for violation in outcome.violations:
        yield json.dumps(violation_object(violation))
    yield json.dumps({"summary": summary_object(outcome.summary)})
