"""The audit itself: what the driver asks of Spark, stage by stage."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.audit import inputs
from dispatch_lint.audit.documents import RECORDS, check_rows
from dispatch_lint.audit.locating import locate_rows
from dispatch_lint.audit.plan import Plan, Starts, closed
from dispatch_lint.audit.rounds import Rounds
from dispatch_lint.audit.violations import (
    TARGET,
    VIOLATION,
    add_failed,
    all_violations,
    in_order,
    merged,
    summarize,
    with_known,
)
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.violation import Target
from dispatch_lint.report.estate import BROKEN, RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.engine.report import RunReport
    from dispatch_lint.engine.rule_failures import Failures
    from dispatch_lint.engine.summary import Declared, Summary
    from dispatch_lint.model.violation import Severity

WORK = "_work"


class Audited(NamedTuple):
    """What an audit found.

    Attributes:
        violations: the folder that they are in.
        groups: `rule, severity, kind, organization` → how many.
        targets: what the first broken references mean, by the fingerprints of violations; none
            where no page is made.
    """

    summary: Summary
    declared: list[Declared]
    violations: Path
    groups: list[tuple[str, str, str | None, str | None, int]]
    format: str
    targets: Mapping[str, Target] = MappingProxyType({})

    def read(self, spark: SparkSession) -> DataFrame:
        """The violations, in the fields of the contract."""
        path = self.violations.absolute().as_uri()
        return spark.read.schema(VIOLATION).format(self.format).load(path)


class Audit:
    """One audit.

    Args:
        output: a folder that does not exist, or is empty; executors write to it.
        tell: is told of each stage.
        has_page: whether a page will be made of what is found.
    """

    def __init__(
        self, spark: SparkSession, settings: Settings, output: Path, *, quiet: Severity,
        tell: Callable[[str], None], format_: str = "parquet", has_page: bool = False,
    ) -> None:  # fmt: skip
        self._spark, self._settings, self._output = spark, closed(settings), output
        self._quiet, self._tell, self._format, self._has_page = quiet, tell, format_, has_page

    def run(
        self, rows: DataFrame, *, textual: bool, baseline: dict[str, dict[str, int]],
        named: frozenset[str] = frozenset(),
    ) -> Audited:  # fmt: skip
        """Check rows as `inputs.read_rows` gives them.

        Args:
            textual: whether they are the lines of files.
            baseline: for each file, how often fingerprints are known.
            named: see `Plan`.

        Raises:
            InputError: Spark fails.
        """
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            with _temporary_work(self._output):
                self._tell("1/5 reading and numbering rows")
                numbered = self._kept("rows", rows)
                plan = self._plan(numbered, textual, named)
                staged = numbered.where("text is not null")
                self._tell("2/5 checking documents")
                records = self._kept("records", staged.mapInArrow(check_rows(plan), RECORDS))
                report = merged(records)
                self._tell("3/5 checking references and identities")
                texts = self._texts(plan, staged)
                rows_ = records.where("what = 'row'").select("grp", "place", "data", "use")
                rounds = Rounds(self._spark, plan, rows_, texts, sorted(report.kinds), self._kept)
                judged = rounds.run()
                self._tell("4/5 locating violations")
                located = self._kept("located", self._located(plan, texts, records, judged))
                self._tell("5/5 writing violations")
                add_failed(rounds.failures, located)
                violations = all_violations(self._spark, report, records, located)
                known = self._kept("violations", with_known(self._spark, violations, baseline))
                return self._finish(plan, report, known, rounds.failures)
        except (PySparkException, Py4JError) as error:  # the latter for a worker that has ended
            raise InputError(f"Spark: {_reason(error)}") from error

    def _kept(self, name: str, frame: DataFrame) -> DataFrame:
        """A stage, written: what comes after it does not do it again."""
        path = (self._output / WORK / name).absolute().as_uri()
        frame.write.mode("overwrite").parquet(path)
        return self._spark.read.schema(frame.schema).parquet(path)

    def _plan(self, rows: DataFrame, textual: bool, named: frozenset[str]) -> Plan:
        ends = rows.where("text is null").collect()
        files = {file: inputs.shown(file) for file in sorted({row["file"] for row in ends})}
        numbers = {file: number for number, file in enumerate(files)}
        starts: dict[tuple[str, int], Starts] = {}
        lines: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        for row in sorted(ends, key=lambda row: (row["file"], row["block"])):
            file = row["file"]
            starts[file, row["block"]] = Starts(numbers[file], lines[file], documents[file])
            lines[file] += row["line"]
            documents[file] += row["document"]
        return Plan(self._settings, tuple(files.values()), starts, self._quiet, textual, named)

    def _texts(self, plan: Plan, staged: DataFrame) -> DataFrame:
        """The rows of the inputs by their positions: `place, line, text`, of which `text` is bytes."""
        from pyspark.sql import functions as f

        starts = self._spark.createDataFrame(
            [(file, block, *start) for (file, block), start in plan.starts.items()],
            "file string, block bigint, source bigint, line0 bigint, document0 bigint",
        )
        document = f.col("document0") + f.col("document")
        return staged.join(f.broadcast(starts), ["file", "block"]).select(
            (f.shiftleft("source", 32).bitwiseOR(document)).alias("place"),
            (f.col("line0") + f.col("line") + 1).alias("line"), "text",
        )  # fmt: skip

    def _located(
        self, plan: Plan, texts: DataFrame, records: DataFrame, judged: DataFrame
    ) -> DataFrame:
        """Findings as violations: beside their rows, and the rows that they relate to."""
        from pyspark.sql import functions as f

        pairs = judged.select("place", f.explode("related").alias("other")).distinct()
        # The text tells the columns of what is in it; otherwise there are none.
        text = f.col("text") if plan.textual else f.lit(b"")
        others = texts.select(
            f.col("place").alias("other"), f.col("line").alias("other_line"),
            text.alias("other_text"),
        )  # fmt: skip
        related = pairs.join(others, "other").groupBy("place").agg(
            f.collect_list(f.struct("other", "other_line", "other_text")).alias("places")
        )  # fmt: skip
        claims = records.where("what = 'claims'").select("place", f.col("data").alias("claims"))
        return (
            judged.join(texts, "place").join(claims, "place", "left").join(related, "place", "left")
            .select("place", "line", "text", "rule", "result", "claims", "places")
            .repartition("place").sortWithinPartitions("place")
            .mapInArrow(locate_rows(plan), RECORDS)
        )  # fmt: skip

    def _finish(
        self, plan: Plan, report: RunReport, violations: DataFrame, failures: Failures
    ) -> Audited:
        """Write what is found, less what the baseline knows.

        Args:
            violations: as `violations.with_known` gives them.
            failures: the rules about several entities that failed.
        """
        from pyspark.sql import functions as f

        targets = self._targets(violations)
        shown = violations.where("not known").drop("known", TARGET)
        target = self._output / "violations"
        writer = shown.orderBy("file", "line", "column", "rule", "pointer", "message").write
        if self._format == "jsonl":
            writer.option("ignoreNullFields", "false").json(target.absolute().as_uri())
        else:
            writer.parquet(target.absolute().as_uri())
        organization = f.when(
            f.col("entity").isNotNull(), f.substring_index(f.col("entity"), "/", 1)
        )
        counted = shown.groupBy("rule", "severity", "kind", organization.alias("organization"))
        table = counted.count().orderBy("rule", "severity", "kind", "organization")
        table.coalesce(1).write.option("header", "true").csv(
            (self._output / "summary.csv").absolute().as_uri()
        )
        groups = [tuple(row) for row in table.limit(MAX_GROUPS).collect()]
        summary, declared = summarize(plan, report, violations, failures)
        kind = "json" if self._format == "jsonl" else "parquet"
        return Audited(summary, declared, target, groups, kind, targets)

    def _targets(self, violations: DataFrame) -> dict[str, Target]:
        """What the first broken references mean, by the fingerprints of violations."""
        from pyspark.sql import functions as f

        if not self._has_page:
            return {}
        broken = violations.where(f.col("rule").isin(*RULES)).where(
            f"not known and {TARGET} is not null"
        )
        first = in_order(broken).limit(BROKEN)
        rows = first.select("fingerprint", f"{TARGET}.*").collect()
        return {fingerprint: Target(*target) for fingerprint, *target in rows}


@contextmanager
def _temporary_work(output: Path) -> Iterator[None]:
    """A context after which the stages are removed; after a signal not yet, because Java still writes."""
    try:
        yield
    except Exception:
        remove_work(output)
        raise
    remove_work(output)


def remove_work(output: Path) -> None:
    """Remove the stages of an audit from its folder, which has the results alone."""
    shutil.rmtree(output / WORK, ignore_errors=True)


MAX_GROUPS = 10_000
"""Rows of the summary that are held in memory; the file has all."""


def _reason(error: Exception) -> str:
    """The line of an error of Spark that names the cause."""
    told = re.split(r"\n\s+at ", str(error))[0]  # without the stacks of Java
    lines = [line for line in told.splitlines() if line.strip()]
    cause = next((line for line in reversed(lines) if "Error" in line or "Exception" in line), "")
    return (cause or (lines[0] if lines else type(error).__name__)).strip(": ")[:400]
