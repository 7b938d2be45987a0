"""On executors: findings about several entities, and the rows that they are about → violations."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dispatch_lint.audit.arrow import rows_of
from dispatch_lint.audit.documents import record_batches, violation_record
from dispatch_lint.audit.plan import Plan, checker_of
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import read_line
from dispatch_lint.engine.locate import add_misplaced, locate
from dispatch_lint.engine.rule_failures import Failures
from dispatch_lint.index.groups import document_of, source_of
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pyarrow as pa

    from dispatch_lint.audit.arrow import Row
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.judge import Judged
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.model.violation import Violation


def locate_rows(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for `mapInArrow`: findings beside their rows → `RECORDS`, violations and what failed.

    The rows are `place, line, text, rule, result, claims, places array<struct<other, other_line,
    other_text>>`; those of one document come one after the other.
    """

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        checker, failures = checker_of(plan), Failures()

        def records() -> Iterator[Row]:
            for position, rows in groupby(rows_of(batches), key=lambda row: row[0]):
                for violation in _violations(checker, plan, position, list(rows), failures):
                    yield violation_record(violation, source_of(position), textual=plan.textual)
            if failures:
                yield "failed", None, None, None, pickle.dumps(failures), None, None

        yield from record_batches(records())

    return work


def _violations(
    checker: Checker, plan: Plan, position: int, rows: list[Row], failures: Failures
) -> Iterator[Violation]:
    """The violations of one document that rules about several documents found.

    Args:
        failures: is filled with the rules whose findings are at a place that it does not have.
    """
    _, line, text, _, _, packed_claims, _ = rows[0]
    document = _read(checker, plan, position, line, text)
    if document is None:
        return
    claims: tuple[Claim, ...] = pickle.loads(packed_claims) if packed_claims else ()
    # Each row of a document has the same places.
    related = {place["other"]: _related(checker, plan, place) for place in rows[0][-1] or ()}
    wanted = list(_wanted(checker, document, rows))
    add_misplaced(checker, document, position, wanted, failures)
    yield from locate(checker, document, wanted, claims, related)


def _wanted(checker: Checker, document: Document, rows: Iterable[Row]) -> Iterator[Judged]:
    """The findings that are shown."""
    ignored = checker.ignored(document.source)
    for _, _, _, name, packed, _, _ in rows:
        judged: Judged = pickle.loads(packed)
        severity = checker.severity(checker.rule(name), judged.finding)
        if name not in ignored and severity >= checker.options.quiet:
            yield judged


def _read(checker: Checker, plan: Plan, position: int, line: int, text: bytes) -> Document | None:
    """The document of a row; None where its row is none, or cannot be read."""
    source, number = plan.source(source_of(position)), document_of(position)
    read = read_line(source.name, text, line, number, plan.settings.limits)
    if read.error or read.part.problem is not None:
        return None
    document = checker.classifier.read(read.part, source, number)
    return document if isinstance(document, Document) else None


def _related(checker: Checker, plan: Plan, place: Mapping[str, Any]) -> Document:
    """A document that a finding relates to."""
    position, line, text = place["other"], place["other_line"], place["other_text"]
    document = _read(checker, plan, position, line, text) if text else None
    return document or _unread(checker, plan, position, line)


def _unread(checker: Checker, plan: Plan, position: int, line: int) -> Document:
    """A document of which nothing is known but its line: all its places are there."""
    schema, source = checker.catalogue.schema("", "stored"), plan.source(source_of(position))
    part = row_part(line - 1)
    return Document(source, document_of(position), None, None, "stored", "", schema, part, True)
