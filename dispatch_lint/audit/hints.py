"""On the driver: which names are near to missing ones. At most a thousand names are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.audit.judging import facts_of
from dispatch_lint.index.facts import by_name, read_group
from dispatch_lint.naming import nearest_few, one_edit_away
from dispatch_lint.old.judging import FEW_NAMES, MAX_HINTS, Comparing

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dispatch_lint.audit.judging import Hints

_CANDIDATES = 10


def find_hints(spark: SparkSession, candidates: DataFrame, groups: DataFrame) -> Hints:
    """The names near to those that are missing.

    Args:
        candidates: `judging.JUDGED`.
        groups: every group of the table: `name, grp, reps`.
    """
    from pyspark.sql import functions as f

    wanted = [
        tuple(row[0].split("\0", 1))
        for row in candidates.select(f.explode("wanted").alias("w")).distinct()
        .orderBy("w").limit(MAX_HINTS).collect()
    ]  # fmt: skip
    near: dict[tuple[str, str], list[str]] = {}
    comparing = Comparing()
    for kind in sorted({kind for kind, _ in wanted}):
        start = by_name(kind, "").encode()
        own = groups.where(f.col("grp").startswith(f.lit(start)))
        names = [_name(row[0]) for row in own.select("grp").limit(FEW_NAMES + 1).collect()]
        missing = []
        for name in (name for one, name in wanted if one == kind):
            if comparing.allows(len(names)):
                near[kind, name] = nearest_few(name, sorted(names), _CANDIDATES, cutoff=0.6)
            else:
                missing.append(name)
        if not missing:
            continue
        # Of very many names only those are found that differ in one letter.
        edits = [(name, by_name(kind, one).encode("utf-8", "surrogatepass"))
                 for name in missing for one in one_edit_away(name)]  # fmt: skip
        known = spark.createDataFrame(edits, "missing string, grp binary").join(own, "grp")
        for row in known.select("missing", "grp").collect():
            near.setdefault((kind, row[0]), []).append(_name(row[1]))
        for name in missing:
            near.get((kind, name), []).sort()
    groups_near = {_group(kind, one) for (kind, _), names in near.items() for one in names}
    facts = {}
    if groups_near:
        asked = spark.createDataFrame([(one,) for one in sorted(groups_near)], "grp binary")
        for row in groups.join(f.broadcast(asked), "grp").select("grp", "reps").collect():
            facts[bytes(row[0])] = facts_of([(rep["place"], bytes(rep["data"])) for rep in row[1]])
    return {
        missing: [(one, facts.get(_group(missing[0], one), [])) for one in several]
        for missing, several in near.items()
    }


def _group(kind: str, name: str) -> bytes:
    return by_name(kind, name).encode("utf-8", "surrogatepass")


def _name(group: bytes) -> str:
    return read_group(bytes(group).decode("utf-8", "surrogatepass"))[1][1]
