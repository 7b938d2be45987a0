"""On executors: judgements, and the rows that they are about → violations."""

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
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

    from dispatch_lint.audit.arrow import Row
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.locate import CorpusFinding
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.model.violation import Violation


def locate_rows(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for `mapInArrow`: judgements beside their rows → `RECORDS`.

    The rows are `source, document, line, text, rule, judgement, claims, places
    array<struct<source, document, line>>`; those of one document come one after the other.
    """

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        checker = checker_of(plan)
        yield from record_batches(
            violation_record(violation, position, textual=plan.textual)
            for (position, number), rows in groupby(rows_of(batches), key=lambda row: row[:2])
            for violation in _violations(checker, plan, position, number, list(rows))
        )

    return work


def _violations(
    checker: Checker, plan: Plan, position: int, number: int, rows: list[Row]
) -> Iterator[Violation]:
    """The violations of one document that rules about several documents found."""
    source = plan.source(position)
    _, _, line, text, _, _, packed_claims, _ = rows[0]
    data, limits = text.encode("utf-8", "surrogatepass"), plan.settings.limits
    read = read_line(source.name, data, line, number, limits)
    if read.error or read.part.problem is not None:
        return
    document = checker.classifier.read(read.part, source, number)
    if not isinstance(document, Document):
        return
    claims: tuple[Claim, ...] = pickle.loads(packed_claims) if packed_claims else ()
    related = {
        (place["source"], place["document"]): _unread(
            checker, plan, place["source"], place["document"], place["line"]
        )
        for *_, places in rows
        for place in places or ()
    }
    findings = list(_wanted(checker, document, rows))
    yield from locate(checker, document, findings, claims, related)


def _wanted(checker: Checker, document: Document, rows: Iterable[Row]) -> Iterator[CorpusFinding]:
    """The judgements that are shown."""
    rules = {rule.name: rule for rule in checker.rules}
    ignored = checker.ignored(document.source)
    for _, _, _, _, name, packed, _, _ in rows:
        rule, judgement = rules[name], pickle.loads(packed)
        severity = checker.severity(rule, judgement)
        if name not in ignored and severity >= checker.options.quiet:
            yield rule, judgement


def _unread(checker: Checker, plan: Plan, position: int, number: int, line: int) -> Document:
    """A document of which nothing is known but its line: all its places are there."""
    schema = checker.catalogue.schema("", "stored")
    part = row_part(line - 1)
    return Document(plan.source(position), number, None, None, "stored", "", schema, part, True)
