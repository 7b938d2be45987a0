"""On the driver: the page of an audit, from what it has written."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from dispatch_lint.api import known_rules
from dispatch_lint.audit.violations import in_order
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Related, Severity, Violation
from dispatch_lint.report import Outcome
from dispatch_lint.report.formats.html import facets_from, page
from dispatch_lint.text.files import write_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyspark.sql import SparkSession

    from dispatch_lint.audit.estate import Audited
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.model.violation import Target

MOST = 20_000
"""Violations that the page has; the charts count all."""


def write_page(spark: SparkSession, found: Audited, settings: Settings, file: Path) -> None:
    """Write the page.

    Args:
        file: replaced at once.

    Raises:
        OSError: it cannot be written.
    """
    from pyspark.sql import functions as f

    shown = in_order(found.read(spark)).limit(MOST).select(f.to_json(f.struct("*")))
    violations = [_violation(json.loads(row[0]), found.targets) for row in shown.collect()]
    total = sum(found.summary.violations.values())
    note = ""
    if total > len(violations):
        note = (f"The table has the {len(violations):,} worst of {total:,} violations; "
                f"all are in {found.violations}.")  # fmt: skip
    outcome = Outcome(
        violations, found.declared, found.summary, False, lambda *_: "",
        find_rules=cache(partial(known_rules, settings)),
    )  # fmt: skip
    lines = page(outcome, facets_from(found.groups), note)
    write_lines(file, (line.encode("utf-8", "backslashreplace").decode() + "\n" for line in lines))


def _violation(fields: dict[str, Any], targets: Mapping[str, Target]) -> Violation:
    """A violation from the fields of the JSON contract.

    Args:
        targets: by fingerprint.
    """
    return Violation(
        rule=fields["rule"], severity=Severity[fields["severity"].upper()],
        message=fields["message"], guide=fields.get("guide"), file=fields["file"],
        document=fields["document"], pointer=fields["pointer"], range=_range(fields),
        kind=fields.get("kind"), entity=fields.get("entity"),
        related=tuple(
            Related(related["file"], _range(related), related["message"])
            for related in fields["related"]
        ),
        target=targets.get(fields["fingerprint"]),
    )  # fmt: skip


def _range(fields: dict[str, Any]) -> Range:
    return Range(fields["line"], fields["column"], fields["endLine"], fields["endColumn"])
