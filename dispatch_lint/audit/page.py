"""On the driver: the page of an audit, from what it has written."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Related, Severity, Violation
from dispatch_lint.report import Outcome
from dispatch_lint.report.formats.html import facets_from, page
from dispatch_lint.text.files import write_lines

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

    from dispatch_lint.audit.estate import Audited
    from dispatch_lint.config.settings import Settings

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

    from dispatch_lint.engine.plugins import load_rules

    rows = found.read(spark)
    worst = f.when(f.col("severity") == "error", 0).when(f.col("severity") == "warning", 1)
    order = (worst.otherwise(2), "file", "line", "column", "rule")
    told = rows.orderBy(*order).limit(MOST).select(f.to_json(f.struct("*")))
    violations = [_violation(json.loads(row[0])) for row in told.collect()]
    total = sum(found.summary.violations.values())
    note = ""
    if total > len(violations):
        note = (f"The table has the {len(violations):,} worst of {total:,} violations; "
                f"all are in {found.violations}.")  # fmt: skip
    outcome = Outcome(
        violations, found.declared, found.summary, False, lambda *_: "",
        find_rules=cache(lambda: load_rules(settings.root / one for one in settings.plugins)),
    )  # fmt: skip
    lines = page(outcome, facets_from(found.groups), note)
    write_lines(file, (line.encode("utf-8", "backslashreplace").decode() + "\n" for line in lines))


def _violation(said: dict[str, Any]) -> Violation:
    return Violation(
        rule=said["rule"], severity=Severity[said["severity"].upper()], message=said["message"],
        guide=said.get("guide"), file=said["file"], document=said["document"],
        pointer=said["pointer"], range=_span(said), kind=said.get("kind"), entity=said.get("entity"),
        related=tuple(Related(one["file"], _span(one), one["message"]) for one in said["related"]),
    )  # fmt: skip


def _span(said: dict[str, Any]) -> Range:
    return Range(said["line"], said["column"], said["endLine"], said["endColumn"])
