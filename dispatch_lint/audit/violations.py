"""On the driver: records → all violations of an audit, and its summary."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.settle import settle
from dispatch_lint.model.violation import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.audit.plan import Plan
    from dispatch_lint.engine.rule_failures import Failures
    from dispatch_lint.engine.summary import Declared, Summary

_RANGE = "line int, column int, endLine int, endColumn int"
VIOLATION = (
    "rule string, severity string, message string, guide string, file string, document bigint, "
    f"pointer string, {_RANGE}, kind string, entity string, "
    f"related array<struct<file string, {_RANGE}, message string>>, "
    f"fix struct<safety string, message string, edits array<struct<{_RANGE}, text string>>>, "
    "fingerprint string"
)
"""The fields of the JSON contract, as Spark's types."""
TARGET = "target"
"""What the foreign key means whose value a violation is about: no field of the contract."""
RECORDED = (
    f"{VIOLATION}, {TARGET} struct<organization string, kind string, name string, exists boolean>"
)
"""The fields of a violation while an audit runs."""


def in_order(violations: DataFrame) -> DataFrame:
    """Violations in the order of the page: the worst first."""
    from pyspark.sql import functions as f

    worst = f.when(f.col("severity") == "error", 0).when(f.col("severity") == "warning", 1)
    return violations.orderBy(worst.otherwise(2), "file", "line", "column", "rule")


def merged(records: DataFrame) -> RunReport:
    """What all tasks have found, less what has records of its own: violations, rows, claims."""
    report = RunReport()
    for row in records.where("what = 'report'").select("data").toLocalIterator():
        report.merge(pickle.loads(bytes(row[0])))
    return report


def add_failed(failures: Failures, located: DataFrame) -> None:
    """Add the rules that failed where their findings were located."""
    for row in located.where("what = 'failed'").select("data").toLocalIterator():
        failures.merge(pickle.loads(bytes(row[0])))


def all_violations(
    spark: SparkSession, report: RunReport, records: DataFrame, located: DataFrame
) -> DataFrame:
    """All violations as `RECORDED`, those that are counted together as one.

    Args:
        report: as `merged` gives it.
        records: of the documents.
        located: records of what was found of several documents.
    """
    from pyspark.sql import functions as f

    found = records.unionByName(located).where("what = 'violation'")
    # What does not parse is an entity where its file has others: see `engine.settle`.
    mixed = {part.position for part in report.reports if part.unparsed} & {
        part.position for part in report.reports if part.entities
    }
    if mixed:
        sources = spark.createDataFrame([(position,) for position in sorted(mixed)], "src bigint")
        unparsed = records.where("what = 'unparsed'").withColumn("src", f.shiftright("place", 32))
        found = found.unionByName(
            unparsed.join(f.broadcast(sources), "src", "left_semi").drop("src")
        )
    violations = found.select(
        f.from_json(f.col("data").cast("string"), RECORDED).alias("v"), "grp", "n"
    ).select("v.*", f.col("grp").cast("string").alias("fold"), "n")  # fmt: skip
    plain = violations.where("fold = ''").drop("fold")
    columns = [column for column in violations.columns if column not in ("fold", "n")]
    folds = violations.where("fold <> ''").groupBy("file", "rule", "fold").agg(
        f.min_by(f.struct(*columns), "document").alias("first"), f.sum("n").alias("n"),
    ).select("first.*", "n")  # fmt: skip
    times = f.concat("message", f.lit(" ("), f.col("n").cast("string"), f.lit(" entities)"))
    folds = folds.withColumn("message", f.when(f.col("n") > 1, times).otherwise(f.col("message")))
    return plain.unionByName(folds).drop("n")


def with_known(
    spark: SparkSession, violations: DataFrame, baseline: Mapping[str, Mapping[str, int]]
) -> DataFrame:
    """Violations, each with whether a baseline knows it.

    Args:
        baseline: for each file, how often fingerprints are known.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    rows = [
        (file, fingerprint, times)
        for file, fingerprints in baseline.items() for fingerprint, times in fingerprints.items()
    ]  # fmt: skip
    if not rows:
        return violations.withColumn("known", f.lit(False))
    table = spark.createDataFrame(rows, "file string, fingerprint string, times bigint")
    order = Window.partitionBy("file", "fingerprint").orderBy("line", "column", "rule")
    return (
        violations.join(f.broadcast(table), ["file", "fingerprint"], "left")
        .withColumn("nth", f.row_number().over(order))
        .withColumn("known", f.coalesce(f.col("nth") <= f.col("times"), f.lit(False)))
        .select(*violations.columns, "known")
    )  # fmt: skip


def summarize(
    plan: Plan, report: RunReport, violations: DataFrame, failures: Failures
) -> tuple[Summary, list[Declared]]:
    """What an audit did, and the infos about declared fields.

    Args:
        report: as `merged` gives it.
        violations: as `with_known` gives them.
        failures: the rules about several entities that failed.
    """
    settled = settle(
        report, limit=plan.settings.limits.violations_per_file, quiet=plan.quiet, closed=True
    )
    summary = settled.summary
    settled.failures.merge(failures)
    summary.problems += settled.failures.messages()
    summary.files = len(plan.files)
    for (_, rule, _, _), places in settled.declared.items():
        summary.count(rule, Severity.INFO, places)
    counted = violations.groupBy("rule", "severity", "known").count().collect()
    for rule, severity, known, times in counted:
        if known:
            summary.baselined += times
        else:
            summary.count(rule, Severity[severity.upper()], times)
    return summary, sorted(settled.declared_fields())
