"""The audit itself: what the driver asks of Spark, stage by stage."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.audit import inputs, judging
from dispatch_lint.audit.documents import RECORDS, judge_rows
from dispatch_lint.audit.hints import find_hints
from dispatch_lint.audit.locating import locate
from dispatch_lint.audit.plan import Plan, Starts, closed, run_of, tables_of
from dispatch_lint.engine.summary import Declared, Summary
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.violation import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.config.settings import Settings

SPAN = "line int, column int, endLine int, endColumn int"
VIOLATION = (
    "rule string, severity string, message string, guide string, file string, document bigint, "
    f"pointer string, {SPAN}, kind string, entity string, "
    f"related array<struct<file string, {SPAN}, message string>>, "
    f"fix struct<safety string, message string, edits array<struct<{SPAN}, text string>>>, "
    "fingerprint string"
)
"""The fields of the JSON contract, as Spark's types."""
WORK = "_work"


class Audited(NamedTuple):
    """What an audit found.

    Attributes:
        violations: the folder that they are in.
        groups: `rule, severity, kind, organization` → how many.
    """

    summary: Summary
    declared: list[Declared]
    violations: Path
    groups: list[tuple[str, str, str | None, str | None, int]]
    format: str

    def read(self, spark: SparkSession) -> DataFrame:
        """The violations, in the fields of the contract."""
        path = self.violations.absolute().as_uri()
        return spark.read.schema(VIOLATION).format(self.format).load(path)


class Audit:
    """One audit.

    Args:
        output: a folder that does not exist, or is empty; executors write to it.
        tell: is told of each stage.
    """

    def __init__(
        self, spark: SparkSession, settings: Settings, output: Path, *, quiet: Severity,
        tell: Callable[[str], None], format_: str = "parquet",
    ) -> None:  # fmt: skip
        self._spark, self._settings, self._output = spark, closed(settings), output
        self._quiet, self._tell, self._format = quiet, tell, format_

    def run(
        self, rows: DataFrame, *, textual: bool, baseline: dict[str, dict[str, int]]
    ) -> Audited:
        """Judge rows as `inputs.read_rows` gives them.

        Args:
            textual: whether they are the lines of files.
            baseline: for each file, how often fingerprints are known.

        Raises:
            InputError: Spark fails.
        """
        from pyspark.errors import PySparkException

        try:
            self._tell("1/5 reading and numbering rows")
            numbered = self._kept("rows", rows)
            plan = self._plan(numbered, textual)
            staged = numbered.where("text is not null")
            self._tell("2/5 judging documents")
            records = self._kept("records", staged.mapInArrow(judge_rows(plan), RECORDS))
            self._tell("3/5 judging references and identities")
            judgements = self._kept("judgements", self._judged(plan, records))
            self._tell("4/5 locating what they say")
            located = self._kept("located", self._located(plan, staged, judgements))
            self._tell("5/5 writing")
            violations = self._violations(records, located, baseline)
            return self._finish(plan, records, violations)
        except PySparkException as error:
            raise InputError(f"Spark: {_reason(error)}") from error
        finally:
            shutil.rmtree(self._output / WORK, ignore_errors=True)

    def _kept(self, name: str, frame: DataFrame) -> DataFrame:
        """A stage, written: what comes after it does not do it again."""
        path = (self._output / WORK / name).absolute().as_uri()
        frame.write.mode("overwrite").parquet(path)
        return self._spark.read.schema(frame.schema).parquet(path)

    def _plan(self, rows: DataFrame, textual: bool) -> Plan:
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
        return Plan(self._settings, tuple(files.values()), starts, self._quiet, textual)

    def _judged(self, plan: Plan, records: DataFrame) -> DataFrame:
        """What corpus rules say of all groups: `judging.JUDGEMENTS`."""
        from pyspark.sql import functions as f

        kinds = [
            row[0] for row in records.where("what = 'kind'").select("name").distinct().collect()
        ]
        found: DataFrame | None = None
        for name, rules in tables_of(run_of(plan)).items():
            facts = records.where((f.col("what") == "fact") & (f.col("name") == name))
            if all(rule.judges_alike for rule in rules):
                used = all(rule.judges_uses for rule in rules)
                judged = self._judged_alike(plan, facts, kinds, used=used)
            else:
                several = all(rule.judges_several for rule in rules)
                judged = self._judged_apart(plan, facts, kinds, several=several)
            found = judged if found is None else found.unionByName(judged)
        if found is None:
            return self._spark.createDataFrame([], judging.JUDGEMENTS)
        return found

    def _judged_apart(
        self, plan: Plan, facts: DataFrame, kinds: list[str], *, several: bool
    ) -> DataFrame:
        """Facts that differ, such as keys and IDs: each group is judged as a whole."""
        if several:
            repeated = facts.groupBy("grp").count().where("count > 1").select("grp")
            facts = facts.join(repeated, "grp")
        return (
            facts.select("name", "grp", "place", "data").repartition("grp")
            .sortWithinPartitions("grp", "place")
            .mapInArrow(judging.grouped(plan, kinds), judging.JUDGEMENTS)
        )  # fmt: skip

    def _judged_alike(
        self, plan: Plan, facts: DataFrame, kinds: list[str], *, used: bool
    ) -> DataFrame:
        """Facts of which many say the same, such as foreign keys: one of them stands for all."""
        from pyspark.sql import functions as f

        different = facts.groupBy("name", "grp", "data").agg(
            f.min("place").alias("place"), f.max("use").alias("use")
        )
        groups = self._kept("groups", different.groupBy("name", "grp").agg(
            f.collect_list(f.struct("place", "data")).alias("reps"), f.max("use").alias("use")
        ))  # fmt: skip
        asked_about = groups.where("use") if used else groups
        suspects = self._kept("suspects", asked_about.select("name", "grp", "reps").mapInArrow(
            judging.suspects(plan, kinds), judging.SUSPECTS
        ))  # fmt: skip
        brought = (
            suspects.select("grp", f.explode("asks").alias("ask"))
            .join(groups.select(f.col("grp").alias("ask"), "reps"), "ask")
            .groupBy("grp").agg(f.collect_list(f.struct("ask", "reps")).alias("brought"))
        )  # fmt: skip
        spoken_of = self._kept("spoken", suspects.drop("asks").join(brought, "grp", "left").select(
            "name", "grp", "reps", "brought"
        ).mapInArrow(judging.judged(plan, kinds), judging.JUDGED))  # fmt: skip
        hints = find_hints(self._spark, spoken_of, groups)
        return (
            facts.select("grp", "place", "data")
            .join(spoken_of.drop("wanted"), "grp")
            .select("name", "grp", "reps", "brought", "place", "data")
            .mapInArrow(judging.spoken(plan, kinds, hints), judging.JUDGEMENTS)
        )

    def _located(self, plan: Plan, staged: DataFrame, judgements: DataFrame) -> DataFrame:
        """Judgements beside their rows, and the lines of the rows that they relate to."""
        from pyspark.sql import functions as f

        starts = self._spark.createDataFrame(
            [(file, block, *start) for (file, block), start in plan.starts.items()] or [],
            "file string, block bigint, source int, line0 bigint, document0 bigint",
        )
        rows = staged.join(f.broadcast(starts), ["file", "block"]).select(
            "source", (f.col("document0") + f.col("document")).alias("document"),
            (f.col("line0") + f.col("line") + 1).alias("line"), "text",
        )  # fmt: skip
        told = judgements.mapInArrow(_with_places, f"{judging.JUDGEMENTS}, {_PLACES}")
        pairs = told.select(
            "source", "document", f.explode("related").alias("other")
        ).distinct().select(
            "source", "document", f.col("other.source").alias("s"), f.col("other.document").alias("d")
        )  # fmt: skip
        lines = rows.select(f.col("source").alias("s"), f.col("document").alias("d"), "line")
        places = pairs.join(lines, ["s", "d"]).groupBy("source", "document").agg(
            f.collect_list(f.struct(
                f.col("s").alias("source"), f.col("d").alias("document"), "line"
            )).alias("places")
        )  # fmt: skip
        return (
            told.join(rows, ["source", "document"]).join(places, ["source", "document"], "left")
            .select("source", "document", "line", "text", "rule", "judgement", "places")
            .repartition("source", "document").sortWithinPartitions("source", "document")
            .mapInArrow(locate(plan), RECORDS)
        )  # fmt: skip

    def _violations(
        self, records: DataFrame, located: DataFrame, baseline: dict[str, dict[str, int]]
    ) -> DataFrame:
        """All violations in the fields of the contract, and whether a baseline knows each."""
        from pyspark.sql import Window
        from pyspark.sql import functions as f

        found = records.where("what = 'violation'").unionByName(located)
        said = found.select(
            f.from_json(f.col("data").cast("string"), VIOLATION).alias("v"), "grp", "n"
        ).select("v.*", f.col("grp").cast("string").alias("fold"), "n")  # fmt: skip
        plain = said.where("fold = ''").drop("fold")
        folds = said.where("fold <> ''").groupBy("file", "rule", "fold").agg(
            f.min_by(f.struct(*[c for c in said.columns if c not in ("fold", "n")]), "document")
            .alias("one"), f.sum("n").alias("n"),
        ).select("one.*", "n")  # fmt: skip
        folds = folds.withColumn("message", f.when(
            f.col("n") > 1, f.concat("message", f.lit(" ("), f.col("n").cast("string"),
                                     f.lit(" entities)"))
        ).otherwise(f.col("message")))  # fmt: skip
        every = plain.unionByName(folds).drop("n")
        known = [
            (file, fingerprint, count)
            for file, several in baseline.items() for fingerprint, count in several.items()
        ]  # fmt: skip
        if not known:
            return every.withColumn("known", f.lit(False))
        table = self._spark.createDataFrame(known, "file string, fingerprint string, times bigint")
        order = Window.partitionBy("file", "fingerprint").orderBy("line", "column", "rule")
        return (
            every.join(f.broadcast(table), ["file", "fingerprint"], "left")
            .withColumn("nth", f.row_number().over(order))
            .withColumn("known", f.coalesce(f.col("nth") <= f.col("times"), f.lit(False)))
            .drop("nth", "times").select(*every.columns, "known")
        )  # fmt: skip

    def _finish(self, plan: Plan, records: DataFrame, violations: DataFrame) -> Audited:
        from pyspark.sql import functions as f

        judged = self._kept("violations", violations)
        shown = judged.where("not known").drop("known")
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
        summary, declared = self._summary(plan, records, judged)
        kind = "json" if self._format == "jsonl" else "parquet"
        return Audited(summary, declared, target, groups, kind)

    def _summary(
        self, plan: Plan, records: DataFrame, judged: DataFrame
    ) -> tuple[Summary, list[Declared]]:
        from pyspark.sql import functions as f

        summary = Summary(closed=True, files=len(plan.files))
        for counts in _tasks(records):
            summary.documents += counts["documents"]
            summary.skipped += counts["skipped"]
            summary.problems += counts["problems"]
            if counts["moreProblems"]:
                summary.problems.append(f"{counts['moreProblems']:,} further problems of a task")
            for rule, times in counts["rules"].items():
                summary.rules[rule] += times
            for severity, times in counts["severities"].items():
                summary.violations[Severity(int(severity))] += times
        said = judged.groupBy("rule", "severity", "known").count().collect()
        for rule, severity, known, times in said:
            if known:
                summary.baselined += times
            else:
                summary.rules[rule] += times
                summary.violations[Severity[severity.upper()]] += times
        declared = []
        of_fields = records.where("what = 'declared'").groupBy("data").agg(f.sum("n"))
        for data, places in of_fields.orderBy("data").collect():
            heading, rule, message, declared_at = json.loads(bytes(data))
            declared.append(Declared(heading, rule, message, declared_at, places))
        summary.problems = list(dict.fromkeys(summary.problems))
        return summary, declared


MAX_GROUPS = 10_000
"""Rows of the summary that are told; the file has all."""
_PLACES = "related array<struct<source int, document bigint>>"


def _with_places(batches: Iterator[Any]) -> Iterator[Any]:
    """`JUDGEMENTS` with the places of the facts that each relates to."""
    import pickle

    import pyarrow as pa

    kind = pa.list_(pa.struct([("source", pa.int32()), ("document", pa.int64())]))
    for batch in batches:
        related = [
            [{"source": fact.source, "document": fact.document} for fact, _ in pickle.loads(one).related]
            for one in batch.column(3).to_pylist()
        ]  # fmt: skip
        names = [*batch.schema.names, "related"]
        yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(related, kind)], names)


def _tasks(records: DataFrame) -> Iterator[dict[str, Any]]:
    for row in records.where("what = 'summary'").select("data").toLocalIterator():
        yield json.loads(bytes(row[0]))


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    told = next((line for line in reversed(lines) if "Error" in line or "Exception" in line), "")
    return (told or (lines[0] if lines else type(error).__name__)).strip()[:400]
