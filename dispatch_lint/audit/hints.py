"""On the driver: which names are near to missing ones. At most a thousand names are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.audit.corpus_check import facts_of, name_of, packed_name
from dispatch_lint.engine.corpus_check import FEW_NAMES, MAX_HINTS, ComparisonBudget
from dispatch_lint.index.facts import by_name, read_group
from dispatch_lint.naming import nearest_few, one_edit_away

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.audit.corpus_check import Hints
    from dispatch_lint.rule import Fact

_CANDIDATES = 10
Near = dict[tuple[str, str], list[str]]
"""For a kind and a missing name, the names near it."""


def find_hints(spark: SparkSession, found: DataFrame, groups: DataFrame) -> Hints:
    """The names near to those that are missing, each with its facts.

    Args:
        found: `corpus_check.FOUND`.
        groups: every group of the table: `name, grp, reps`.
    """
    from pyspark.sql import functions as f

    rows = found.select(f.explode("missing").alias("m")).distinct().orderBy("m").limit(MAX_HINTS)
    missing = [tuple(row[0].split("\0", 1)) for row in rows.collect()]
    near: Near = {}
    budget = ComparisonBudget()
    for kind in sorted({kind for kind, _ in missing}):
        names = [name for other, name in missing if other == kind]
        near |= _near_of_kind(spark, groups, kind, names, budget)
    known = {_group(kind, name) for (kind, _), names in near.items() for name in names}
    facts = _facts(spark, groups, sorted(known))
    return {
        (kind, missing_name): [(name, facts.get(_group(kind, name), [])) for name in names]
        for (kind, missing_name), names in near.items()
    }


def _near_of_kind(
    spark: SparkSession,
    groups: DataFrame,
    kind: str,
    missing: Sequence[str],
    budget: ComparisonBudget,
) -> Near:
    """The names of one kind that are near to missing ones."""
    from pyspark.sql import functions as f

    near: Near = {}
    start = by_name(kind, "").encode()
    own = groups.where(f.col("grp").startswith(f.lit(start)))
    names = [_name(row[0]) for row in own.select("grp").limit(FEW_NAMES + 1).collect()]
    left = []
    for name in missing:
        if budget.allows(len(names)):
            near[kind, name] = nearest_few(name, sorted(names), _CANDIDATES, cutoff=0.6)
        else:
            left.append(name)
    if not left:
        return near
    # Of very many names only those are found that differ in one letter.
    edits = [(name, _group(kind, edited)) for name in left for edited in one_edit_away(name)]
    known = spark.createDataFrame(edits, "missing string, grp binary").join(own, "grp")
    for name, group in known.select("missing", "grp").collect():
        near.setdefault((kind, name), []).append(_name(group))
    for name in left:
        near.get((kind, name), []).sort()
    return near


def _facts(
    spark: SparkSession, groups: DataFrame, wanted: Sequence[bytes]
) -> dict[bytes, list[Fact]]:
    """The facts of some groups."""
    from pyspark.sql import functions as f

    if not wanted:
        return {}
    asked = spark.createDataFrame([(group,) for group in wanted], "grp binary")
    rows = groups.join(f.broadcast(asked), "grp").select("grp", "reps").collect()
    return {
        bytes(group): facts_of([(rep["place"], bytes(rep["data"])) for rep in reps])
        for group, reps in rows
    }


def _group(kind: str, name: str) -> bytes:
    return packed_name(by_name(kind, name))


def _name(group: bytes) -> str:
    return read_group(name_of(bytes(group)))[1][1]
