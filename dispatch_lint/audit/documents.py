"""On executors: rows of the inputs → what is found in each by itself, and rows of the index."""

from __future__ import annotations

import json
import marshal
import pickle
from collections.abc import Iterator
from functools import reduce
from typing import TYPE_CHECKING

from dispatch_lint.audit.arrow import batches_of, rows_of
from dispatch_lint.audit.plan import Plan, checker_of
from dispatch_lint.audit.violations import TARGET
from dispatch_lint.documents.line_ranges import LineRange
from dispatch_lint.documents.reading import read_line
from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.source_check import check_part, new_report
from dispatch_lint.index.groups import position_of
from dispatch_lint.model.relations import REFERENCE
from dispatch_lint.report.formats.json import violation_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

    from dispatch_lint.audit.arrow import Row
    from dispatch_lint.audit.plan import RowNumbers
    from dispatch_lint.engine.report import Located, SourceReport, Unparsed
    from dispatch_lint.model.violation import Violation

RECORDS = "what string, name string, grp binary, place bigint, data binary, use boolean, n bigint"
"""A record is, by `what`:

- `violation`: `name` its rule, `grp` its fold, `data` the violation as JSON, `n` how often;
- `unparsed`: a violation that counts where the file has entities: see `engine.report.Unparsed`;
- `row`: of the index: `grp` its group, `data` the row, `use` whether it is a foreign key;
- `claims`: `data` what rules with precedence have reported of a document, pickled;
- `failed`: `data` the rules whose findings cannot be located as they are, as pickled `Failures`;
- `report`: `data` all else that a task has found, as a pickled `RunReport`.

`place` has the position of the source, and the number of the document in the lower 32 bits.
"""
MAX_PROBLEMS = 100
"""Problems of a task that are reported; the rest is counted."""


def check_rows(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for `mapInArrow`: rows as `inputs.ROWS` → `RECORDS`."""

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        task = _Task(plan)
        for batch in batches:
            for file, block, line, document, text in rows_of([batch]):
                task.check(plan.numbers(file, block, line, document), text)
            yield from record_batches(task.take())
        yield from record_batches(task.finish())

    return check


class _Task:
    """The check of some rows, of whichever files they are.

    Violations, rows and claims are handed on batch by batch; counts, and the violations that
    others are counted with, at the end.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, self._checker = plan, checker_of(plan)
        self._reports: dict[int, SourceReport] = {}
        """By the position of the source."""
        self._changed: dict[int, SourceReport] = {}
        """Those of them that have something new to hand on."""
        self._folded: list[tuple[SourceReport, Located]] = []
        """The first violation of each fold."""
        self._problems: list[tuple[SourceReport, str]] = []
        self._more_problems = 0

    def check(self, row: RowNumbers, text: bytes) -> None:
        """Check a row."""
        source = self._plan.source(row.source)
        report = self._reports.get(row.source)
        if report is None:
            # No row tells which bytes of its file it is.
            lines = LineRange(0, 0, row.line - 1, row.document)
            report = self._reports[row.source] = new_report(source, row.source, lines)
        self._changed[row.source] = report
        limits = self._plan.settings.limits
        part = read_line(source.name, text, row.line, row.document, limits)
        if part.error and source.name in self._plan.named:
            part = part._replace(error="")  # as in `check`: it does not parse
        check_part(self._checker, source, part, report)

    def take(self) -> list[Row]:
        """What has been found since the last time, as records."""
        records = [record for report in self._changed.values() for record in self._take(report)]
        self._changed = {}
        return records

    def _take(self, report: SourceReport) -> Iterator[Row]:
        textual = self._plan.textual
        for located in report.violations:
            if located.fold:
                self._folded.append((report, located))
            else:
                yield violation_record(located.violation, report.position, textual=textual)
        for unparsed in report.unparsed:
            for located in unparsed.violations:
                record = violation_record(located.violation, report.position, textual=textual)
                yield "unparsed", *record[1:]
        for group, document, row in report.rows:
            # Equal rows have to have equal bytes, which they have in this version of the format.
            data = marshal.dumps(row, 2)
            yield (
                "row", None, group.encode("utf-8", "surrogatepass"), position_of(report.position, document),
                data, row[0] == REFERENCE, None,
            )  # fmt: skip
        for document, claims in report.claims.items():
            data = pickle.dumps(claims)
            yield "claims", None, None, position_of(report.position, document), data, None, None
        report.violations, report.rows, report.claims, report.descriptions = [], [], {}, []
        if report.unparsed:
            report.unparsed = [reduce(_together, report.unparsed)._replace(violations=())]
        self._take_problems(report)

    def _take_problems(self, report: SourceReport) -> None:
        room = MAX_PROBLEMS - len(self._problems)
        self._problems += [(report, problem) for problem in report.problems[:room]]
        self._more_problems += len(report.problems[room:])
        report.problems = []

    def finish(self) -> list[Row]:
        """What is known at the end only: the times of what is counted together, and all counts."""
        records = []
        for report, located in self._folded:
            violation = located.violation
            times = report.folds[violation.rule, located.fold].times
            records.append(violation_record(
                violation, report.position, textual=self._plan.textual, fold=located.fold,
                times=times,
            ))  # fmt: skip
        for report, problem in self._problems:
            report.problems.append(problem)
        if self._more_problems:
            report.problems.append(f"{self._more_problems:,} further problems of a task")
        run_report = RunReport()
        for report in self._reports.values():
            run_report.add(report)
        records.append(("report", None, None, None, pickle.dumps(run_report), None, None))
        return records


def _together(first: Unparsed, second: Unparsed) -> Unparsed:
    """Documents that do not parse, counted together."""
    return first._replace(
        unlocated=first.unlocated + second.unlocated,
        documents=first.documents + second.documents,
    )


def violation_record(
    violation: Violation, position: int, *, textual: bool, fold: str = "", times: int = 1
) -> Row:
    """A violation as a record, its data as `violations.RECORDED`.

    Args:
        position: of its source.
        textual: whether its columns mean something; otherwise they are those of a text that we
            have made of a row.
    """
    target = violation.target and violation.target._asdict()
    fields = {**violation_object(violation), TARGET: target}
    if not textual:
        fields |= {"column": 1, "endLine": fields["line"], "endColumn": 1, "fix": None}
    return (
        "violation", violation.rule, fold.encode("utf-8", "surrogatepass"),
        position_of(position, violation.document), json.dumps(fields).encode(), None, times,
    )  # fmt: skip


def record_batches(records: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """Records as Arrow has them."""
    import pyarrow as pa

    yield from batches_of(records, {
        "what": pa.string(), "name": pa.string(), "grp": pa.binary(), "place": pa.int64(),
        "data": pa.binary(), "use": pa.bool_(), "n": pa.int64(),
    })  # fmt: skip
