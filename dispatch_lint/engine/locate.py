"""Locates the findings of the corpus check, for which their documents are read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import changed_error, read_source
from dispatch_lint.engine.precedence import resolve
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Location
from dispatch_lint.model.violation import Finding, Related
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.engine.settle import Settled
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.rule import Fact, Judgement, Rule

CorpusFinding = tuple["Rule", "Judgement"]


class Sources(NamedTuple):
    """The sources of a run, and the results of their first reading.

    Attributes:
        sources: in the order of their positions.
        readings: by the position of the source; none for rows.
        claims: what rules with precedence reported, by position and number of the document.
    """

    sources: Sequence[Source]
    readings: Mapping[int, Sequence[Reading]]
    claims: Mapping[tuple[int, int], Sequence[Claim]]


def add_located(
    checker: Checker, sources: Sources, found: Mapping[int, Sequence[CorpusFinding]],
    settled: Settled,
) -> None:  # fmt: skip
    """Add the findings of the corpus check to those about single documents.

    Args:
        found: findings by the position of the source that they are about.
    """
    shown: list[CorpusFinding] = []
    for position, findings in found.items():
        shown += _shown(checker, sources, position, findings, settled)
    documents = _read_again(checker, sources, shown, settled)
    by_document: dict[tuple[int, int], list[CorpusFinding]] = {}
    for rule, judgement in shown:
        fact = judgement.fact
        by_document.setdefault((fact.source, fact.document), []).append((rule, judgement))
    for key, findings in by_document.items():
        if (document := documents.get(key)) is not None:
            claims = sources.claims.get(key, ())
            for violation in locate(checker, document, findings, claims, documents):
                settled.violations.append(violation)
                settled.shown[violation.file] += 1


def _shown(
    checker: Checker, sources: Sources, position: int, findings: Sequence[CorpusFinding],
    settled: Settled,
) -> Iterator[CorpusFinding]:  # fmt: skip
    """The findings about one source that are shown: the first, up to the limit. Others are counted."""
    source = sources.sources[position]
    if not source.reported:
        return
    ignored, limit = checker.ignored(source), checker.settings.limits.violations_per_file
    left = limit - settled.shown[source.name]
    for rule, judgement in sorted(findings, key=lambda finding: finding[1].fact.document):
        if rule.name in ignored:
            continue
        severity = checker.severity(rule, judgement)
        if severity >= checker.options.quiet and (left > 0 or source.name in settled.suppressions):
            left -= 1
            yield rule, judgement
            continue
        settled.summary.count(rule.name, severity)
        if severity >= checker.options.quiet:
            settled.summary.not_shown[source.name] += 1


def locate(
    checker: Checker, document: Document, findings: Sequence[CorpusFinding],
    claims: Sequence[Claim], documents: Mapping[tuple[int, int], Document],
) -> Iterator[Violation]:  # fmt: skip
    """The violations of one document that the corpus check found.

    Args:
        claims: what rules with precedence have reported about the document.
        documents: the documents that findings relate to, by source and number.
    """
    judgements: dict[int, Judgement] = {}
    located = []
    for rule, judgement in findings:
        finding = Finding(
            judgement.fact.path, judgement.message, judgement.on, judgement.severity,
            judgement.help, judgement.subject, fix=judgement.fix,
        )  # fmt: skip
        judgements[id(finding)] = judgement
        located.append((rule, finding))
    for rule, finding in resolve(located, claims):
        related = tuple(_related(judgements[id(finding)], documents))
        yield checker.violation(document, rule, finding, related)


def _related(
    judgement: Judgement, documents: Mapping[tuple[int, int], Document]
) -> Iterator[Related]:
    for fact, message in judgement.related:
        if fact.place:
            yield Related(*Location.parse(fact.place), message)
        elif document := documents.get((fact.source, fact.document)):
            yield Related(
                document.source.name, document.range(fact.path), message, document.row_key
            )


# Reading again


def _read_again(
    checker: Checker, sources: Sources, findings: Sequence[CorpusFinding], settled: Settled
) -> dict[tuple[int, int], Document]:
    """The documents that findings are about, and those that they relate to."""
    wanted: dict[int, dict[int, Fact]] = {}
    for _, judgement in findings:
        for fact in (judgement.fact, *(fact for fact, _ in judgement.related)):
            if not fact.stored:
                wanted.setdefault(fact.source, {})[fact.document] = fact
    found: dict[tuple[int, int], Document] = {}
    for position, facts in wanted.items():
        source = sources.sources[position]
        try:
            if source.rows is not None:
                documents = _rows(checker, source, facts)
            else:
                documents = _texts(checker, source, facts, sources.readings[position])
            found |= {(position, document.number): document for document in documents}
        except InputError as error:
            settled.summary.problems.append(str(error))
    return found


def _rows(checker: Checker, source: Source, facts: Mapping[int, Fact]) -> Iterator[Document]:
    assert source.rows is not None
    numbers = {fact.row: index for index, fact in facts.items()}
    for key, value in source.rows.rows(sorted(numbers)):
        index = numbers[key]
        document = checker.classifier.read(row_part(index, value), source, index)
        if isinstance(document, Document):
            yield replace(document, row_key=key)


def _texts(
    checker: Checker, source: Source, facts: Mapping[int, Fact], readings: Sequence[Reading]
) -> Iterator[Document]:
    """Read documents of a text again.

    Raises:
        InputError: the text changed since it was checked.
    """
    for reading in _readings_of(facts, readings):
        text = read_source(
            source, checker.settings.limits, lines=reading.lines, wanted=facts.keys()
        )
        if text.digest != reading.digest:
            raise changed_error(source.name)
        for index, part, _, error in text.parts:
            if index in facts and not error and part.problem is None:
                document = checker.classifier.read(part, source, index)
                if isinstance(document, Document):
                    yield document


def _readings_of(facts: Mapping[int, Fact], readings: Sequence[Reading]) -> Iterator[Reading]:
    """The readings of a source that have one of the documents."""
    ordered = sorted(readings, key=lambda reading: reading.lines.start if reading.lines else 0)
    firsts = [reading.lines.document if reading.lines else 0 for reading in ordered]
    for number, reading in enumerate(ordered):
        end = firsts[number + 1] if number + 1 < len(firsts) else None
        if any(firsts[number] <= index and (end is None or index < end) for index in facts):
            yield reading
