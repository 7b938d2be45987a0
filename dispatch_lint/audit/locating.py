"""On executors: judgements, and the rows that they speak of → violations."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from dispatch_lint.audit.documents import record_batch, violation_record
from dispatch_lint.audit.judging import rows_of
from dispatch_lint.audit.plan import AuditRun, Plan, run_of
from dispatch_lint.documents.document import Document
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Related
from dispatch_lint.old.json_placed import read_placed_line
from dispatch_lint.old.locate import add_judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from dispatch_lint.rule import Judgement, Rule


def locate(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """`source, document, line, text, rule, judgement, places array<struct<place, line>>` → records.

    The judgements of one document come one after the other; `line` counts from 1.
    """

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        run = run_of(plan)
        rules = {rule.name: rule for rule in run.rules}
        for (source, index), several in groupby(rows_of(batches), key=lambda row: row[:2]):
            run.empty()
            judged: list[tuple[Rule, Judgement]] = []
            lines: dict[tuple[int, int], int] = {}
            rows = list(several)
            for *_, rule, judgement, places in rows:
                judged.append((rules[rule], pickle.loads(judgement)))
                lines |= {(one["source"], one["document"]): one["line"] for one in places or ()}
            number, text = rows[0][2:4]
            _add(plan, run, source, index, number, text, judged, lines)
            if run.found:
                yield record_batch(
                    [violation_record(one, "", 1, plan.textual) for one in run.found]
                )

    return work


def _add(
    plan: Plan, run: AuditRun, source: int, index: int, number: int, text: str,
    judged: list[tuple[Rule, Judgement]], lines: Mapping[tuple[int, int], int],
) -> None:  # fmt: skip
    part = read_placed_line(text, number)
    if part.problem is not None:
        return
    document = run.classifier.read(part.value, run.sources[source], index, part)
    if not isinstance(document, Document):
        return
    run.prepare(document)
    ignored = run.ignored(run.sources[source])

    def related(judgement: Judgement) -> Iterator[Related]:
        for fact, message in judgement.related:
            line = lines.get((fact.source, fact.document))
            if line is not None:
                yield Related(plan.files[fact.source], Range(line, 1, line, 1), message)

    kept = [
        (rule, judgement) for rule, judgement in judged
        if rule.name not in ignored and run.severity(rule, judgement) >= run.quiet
    ]  # fmt: skip
    add_judged(run, document, kept, related)
