"""On the driver: groups of rows are judged, round by round, until every rule has its answers."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from dispatch_lint.audit import corpus_check
from dispatch_lint.audit.corpus_check import FOUND
from dispatch_lint.audit.near_names import near_names
from dispatch_lint.engine.rule_failures import Failures
from dispatch_lint.engine.similar_names import MAX_MISSING, ComparisonBudget
from dispatch_lint.model.errors import InputError

ROUNDS = 20
"""How often the rules of a group may ask for more."""

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.audit.near_names import Near
    from dispatch_lint.audit.plan import Plan


class Rounds:
    """The check of all groups of an audit.

    Args:
        rows: of the index: `grp, place, data, use`.
        texts: the rows of the inputs: `place, line, text`.
        kinds: of all entities.
        keep: writes a stage under a name, so that what comes after it does not do it again.

    Attributes:
        failures: the rules that failed.
    """

    def __init__(
        self, spark: SparkSession, plan: Plan, rows: DataFrame, texts: DataFrame,
        kinds: Sequence[str], keep: Callable[[str, DataFrame], DataFrame],
    ) -> None:  # fmt: skip
        self._spark, self._plan, self._rows, self._texts = spark, plan, rows, texts
        self._kinds, self._keep = kinds, keep
        self._near: Near = {}
        self._budget = ComparisonBudget()
        self.failures = Failures()

    def run(self) -> DataFrame:
        """What the rules find: `place, rule, result, related`."""
        from pyspark.sql import functions as f

        first = (
            self._different().repartition("grp")
            .sortWithinPartitions("grp", "use", "place").drop("use")
            .mapInArrow(corpus_check.judge_groups(self._plan, self._kinds), FOUND)
        )  # fmt: skip
        found = self._keep("found", first)
        judged = found.where("what = 'judged'")
        for number in range(1, ROUNDS + 1):
            self._collect_failures(found)
            pending = found.where("what = 'pending'")
            if pending.isEmpty():
                return self._of_all(judged).select("place", "rule", "result", "related")
            found = self._keep(f"found-{number}", self._answered(pending, number))
            judged = judged.unionByName(found.where(f.col("what") == "judged"))
        raise InputError("a rule about several entities asks for more again and again")

    def _different(self) -> DataFrame:
        """The rows, where one foreign key stands for equal ones: `grp, use, place, data, n`."""
        from pyspark.sql import functions as f

        entities = self._rows.where("not use").withColumn("n", f.lit(1).cast("bigint"))
        references = self._rows.where("use").groupBy("grp", "use", "data").agg(
            f.min("place").alias("place"), f.count("*").alias("n")
        )  # fmt: skip
        columns = ("grp", "use", "place", "data", "n")
        return entities.select(*columns).unionByName(references.select(*columns))

    def _collect_failures(self, found: DataFrame) -> None:
        for row in found.where("what = 'failed'").select("result").toLocalIterator():
            self.failures.merge(pickle.loads(bytes(row[0])))

    def _answered(self, pending: DataFrame, number: int) -> DataFrame:
        """The groups that wait, judged with the answers to what they want: `FOUND`."""
        from pyspark.sql import functions as f

        shared = pending.where("each").select("grp", "result")
        split = (
            shared.join(self._rows.where("use"), "grp")
            .select("grp", "result", "place", "data")
            .sortWithinPartitions("grp", "result", "data", "place")
            .mapInArrow(corpus_check.split_each, FOUND)
        )
        waiting = pending.where("not each").unionByName(split)
        self._search_names(waiting)
        # Kept, because the numbers would differ if they were computed again.
        numbered = waiting.withColumn("number", f.monotonically_increasing_id())
        waiting = self._keep(f"waiting-{number}", numbered)
        asked = (
            waiting.select("number", f.explode("groups").alias("ask"))
            .join(self._rows.withColumnRenamed("grp", "ask"), "ask")
            .groupBy("number")
            .agg(f.collect_list(f.struct("ask", "place", "data")).alias("asked"))
        )
        contents = (
            waiting.select("number", f.explode("places").alias("place"))
            .join(self._texts, "place")
            .groupBy("number")
            .agg(f.collect_list(f.struct("place", "line", "text")).alias("contents"))
        )
        judge = corpus_check.judge_pending(
            self._plan, self._kinds, self._near, full=len(self._near) >= MAX_MISSING
        )
        return (
            waiting.join(asked, "number", "left").join(contents, "number", "left")
            .select("grp", "result", "groups", "asked", "contents")
            .mapInArrow(judge, FOUND)
        )  # fmt: skip

    def _search_names(self, waiting: DataFrame) -> None:
        """Search the names near to missing ones, of which there are few."""
        from pyspark.sql import functions as f

        left = MAX_MISSING - len(self._near)
        rows = waiting.select(f.explode("names").alias("m")).distinct().orderBy("m").limit(left)
        missing = [tuple(row[0].split("\0", 1)) for row in rows.collect()]
        if missing:
            groups = self._rows.select("grp").distinct()
            self._near |= near_names(self._spark, groups, missing, self._budget)

    def _of_all(self, judged: DataFrame) -> DataFrame:
        """Findings, with those about one of equal foreign keys given for all of them."""
        of_one = judged.where("data is null")
        of_equal = judged.where("data is not null").drop("place")
        places = self._rows.where("use").select("grp", "data", "place")
        return of_one.unionByName(of_equal.join(places, ["grp", "data"]).select(of_one.columns))
