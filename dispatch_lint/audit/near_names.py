"""On the driver: which names are near to missing ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.audit.corpus_check import name_of, packed_name
from dispatch_lint.engine.similar_names import CANDIDATES, FEW_NAMES
from dispatch_lint.index.groups import by_name, read_group
from dispatch_lint.naming import nearest_few, one_edit_away

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.engine.similar_names import ComparisonBudget

Near = dict[tuple[str, str], list[str]]
"""For a kind and a missing name, the names near it."""


def near_names(
    spark: SparkSession, groups: DataFrame, missing: Sequence[tuple[str, str]],
    budget: ComparisonBudget,
) -> Near:  # fmt: skip
    """The names near to those that are missing, best first.

    Args:
        groups: every group: `grp`.
        missing: kinds and names.
    """
    near: Near = {(kind, name): [] for kind, name in missing}
    for kind in sorted({kind for kind, _ in missing}):
        names = [name for other, name in missing if other == kind]
        near |= _near_of_kind(spark, groups, kind, names, budget)
    return near


def _near_of_kind(
    spark: SparkSession, groups: DataFrame, kind: str, missing: Sequence[str],
    budget: ComparisonBudget,
) -> Near:  # fmt: skip
    """The names of one kind that are near to missing ones."""
    from pyspark.sql import functions as f

    near: Near = {}
    start = by_name(kind, "").encode()
    own = groups.where(f.col("grp").startswith(f.lit(start)))
    names = [_name(row[0]) for row in own.limit(FEW_NAMES + 1).collect()]
    left = []
    for name in missing:
        if budget.allows(len(names)):
            near[kind, name] = nearest_few(name, sorted(names), CANDIDATES, cutoff=0.6)
        else:
            left.append(name)
    if not left:
        return near
    # Of very many names only those are found that differ in one letter.
    edits = [
        (name, packed_name(by_name(kind, edited)))
        for name in left
        for edited in one_edit_away(name)
    ]
    known = spark.createDataFrame(edits, "missing string, grp binary").join(own, "grp")
    for name, group in known.select("missing", "grp").collect():
        near.setdefault((kind, name), []).append(_name(group))
    for name in left:
        near.get((kind, name), []).sort()
    return near


def _name(group: bytes) -> str:
    return read_group(name_of(bytes(group)))[1][1]
