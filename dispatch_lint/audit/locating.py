"""On executors: findings about several entities, and the rows that they are about → violations."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from dispatch_lint.audit.arrow import rows_of
from dispatch_lint.audit.documents import record_batches, violation_record
from dispatch_lint.audit.plan import Plan, checker_of
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import read_line
from dispatch_lint.engine.locate import locate
from dispatch_lint.index.groups import document_of, source_of
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

    from dispatch_lint.audit.arrow import Row
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.judge import Judged
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.model.violation import Violation


def locate_rows(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for `mapInArrow`: findings beside their rows → `RECORDS`.

    The rows are `place, line, text, rule, result, claims, places array<struct<other, other_line>>`;
    those of one document come one after the other.
    """

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        checker = checker_of(plan)
        yield from record_batches(
            violation_record(violation, source_of(position), textual=plan.textual)
            for position, rows in groupby(rows_of(batches), key=lambda row: row[0])
            for violation in _violations(checker, plan, position, list(rows))
        )

    return work


def _violations(
    checker: Checker, plan: Plan, position: int, rows: list[Row]
) -> Iterator[Violation]:
    """The violations of one document that rules about several documents found."""
    source, number = plan.source(source_of(position)), document_of(position)
    _, line, text, _, _, packed_claims, _ = rows[0]
    data, limits = text.encode("utf-8", "surrogatepass"), plan.settings.limits
    read = read_line(source.name, data, line, number, limits)
    if read.error or read.part.problem is not None:
        return
    document = checker.classifier.read(read.part, source, number)
    if not isinstance(document, Document):
        return
    claims: tuple[Claim, ...] = pickle.loads(packed_claims) if packed_claims else ()
    related = {
        place["other"]: _unread(checker, plan, place["other"], place["other_line"])
        for *_, places in rows
        for place in places or ()
    }
    yield from locate(checker, document, list(_wanted(checker, document, rows)), claims, related)


def _wanted(checker: Checker, document: Document, rows: Iterable[Row]) -> Iterator[Judged]:
    """The findings that are shown."""
    ignored = checker.ignored(document.source)
    for _, _, _, name, packed, _, _ in rows:
        judged: Judged = pickle.loads(packed)
        severity = checker.severity(checker.rule(name), judged.finding)
        if name not in ignored and severity >= checker.options.quiet:
            yield judged


def _unread(checker: Checker, plan: Plan, position: int, line: int) -> Document:
    """A document of which nothing is known but its line: all its places are there."""
    schema, source = checker.catalogue.schema("", "stored"), plan.source(source_of(position))
    part = row_part(line - 1)
    return Document(source, document_of(position), None, None, "stored", "", schema, part, True)
