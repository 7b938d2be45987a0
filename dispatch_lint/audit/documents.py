"""On executors: rows → what is found in each by itself, and the facts of corpus rules."""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.audit.plan import Plan, run_of
from dispatch_lint.index.facts import USE
from dispatch_lint.model.errors import InputError
from dispatch_lint.old.file_check import FileCheck
from dispatch_lint.report.formats.json import violation_object

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from dispatch_lint.model.violation import Violation

RECORDS = "what string, name string, grp binary, place bigint, data binary, use boolean, n bigint"
"""A record is, by `what`:

- `violation`: `name` its rule, `grp` its fold, `data` the violation as JSON, `n` how often;
- `fact`: `name` its table, `grp` its group, `data` what it says, `use` whether it is a foreign key;
- `declared`: `data` the field as JSON, `n` places;
- `kind`: `name` a kind of which there are documents;
- `summary`: `data` the counts of a task as JSON.
"""
_MANY = 20_000
"""Records that are handed on together."""
MAX_PROBLEMS = 100
"""Problems of a task that are told; the rest is counted."""


def judge_rows(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for `mapInArrow`: rows as `inputs.ROWS` → `RECORDS`."""

    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        task = _Task(plan)
        for batch in batches:
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                task.row(*row)
                if len(task.run.collected) >= _MANY:
                    yield task.batch()
        task.finish()
        yield task.batch()

    return judge


class _Task:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.run = plan, run_of(plan)
        self._checks: dict[int, FileCheck] = {}
        self._records: list[tuple[Any, ...]] = []

    def row(self, file: str, block: int, line: int, document: int, text: str) -> None:
        source, index, number = self.plan.place(file, block, line, document)
        check = self._checks.get(source)
        if check is None:
            check = self._checks[source] = FileCheck(self.run, self.run.sources[source], source)
        try:
            check.line(index, number, text.encode("utf-8", "surrogatepass"))
        except InputError as error:
            self.run.summary.problems.append(str(error))

    def finish(self) -> None:
        """What is known only now: folds with their counts, and all counts."""
        run = self.run
        for check in self._checks.values():
            check.finish()
        folds = {
            index: (fold, check.folded[rule, fold])
            for check in self._checks.values()
            for (rule, fold), index in check.first.items()
        }
        for index, one in enumerate(run.found):
            if one.heading and run.folds(one.severity):
                run.count_declared(one.heading, one.rule, one.message, one.declared_at)
                continue
            fold, count = folds.get(index, ("", 1))
            self._records.append(violation_record(one, fold, count, self.plan.textual))
        for declared in run.declared.values():
            said = [declared.heading, declared.rule, declared.message, declared.declared_at]
            record = (
                "declared",
                None,
                None,
                None,
                json.dumps(said).encode(),
                None,
                declared.places,
            )
            self._records.append(record)
        for kind in run.kinds:
            self._records.append(("kind", kind, None, None, None, None, None))
        summary = run.summary
        counts = {
            "documents": summary.documents, "skipped": summary.skipped,
            "problems": summary.problems[:MAX_PROBLEMS],
            "moreProblems": max(0, len(summary.problems) - MAX_PROBLEMS),
            # What is counted and has no place: infos of `--quiet` runs, and declared names.
            "rules": dict(summary.rules),
            "severities": {int(one): count for one, count in summary.violations.items()},
        }  # fmt: skip
        self._records.append(("summary", None, None, None, json.dumps(counts).encode(), None, None))
        run.found = []

    def batch(self) -> pa.RecordBatch:
        """The records since the last time."""
        records, self._records = self._records, []
        records += [
            ("fact", table, group.encode("utf-8", "surrogatepass"), place, marshal.dumps(what),
             bool(what[1]) and what[1][-1] == USE, None)
            for table, group, place, what in self.run.collected
        ]  # fmt: skip
        self.run.collected = []
        return record_batch(records)


def violation_record(one: Violation, fold: str, count: int, textual: bool) -> tuple[Any, ...]:
    """A violation as a record."""
    said = violation_object(one)
    if not textual:  # its columns are those of a text that we have made
        said |= {"column": 1, "endLine": said["line"], "endColumn": 1, "fix": None}
    data = json.dumps(said).encode()
    return ("violation", one.rule, fold.encode("utf-8", "surrogatepass"), None, data, None, count)


def record_batch(records: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """Records as Arrow has them."""
    import pyarrow as pa

    fields = {
        "what": pa.string(), "name": pa.string(), "grp": pa.binary(), "place": pa.int64(),
        "data": pa.binary(), "use": pa.bool_(), "n": pa.int64(),
    }  # fmt: skip
    columns: list[Any] = list(zip(*records, strict=True)) or [[] for _ in fields]
    arrays = [
        pa.array(column, type_) for column, type_ in zip(columns, fields.values(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, list(fields))
