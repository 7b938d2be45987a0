"""Locates the findings of the corpus check, for which their documents are read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import changed_error, read_source
from dispatch_lint.engine.precedence import kept
from dispatch_lint.engine.rule_failures import document_name
from dispatch_lint.engine.rule_results import document_problem
from dispatch_lint.index.groups import document_of, position_of, source_of
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Location
from dispatch_lint.model.violation import Related
from dispatch_lint.text.tree import row_part

if TYPE_CHECKING:
    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.judge import Judged
    from dispatch_lint.engine.members import Place
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.engine.rule_failures import Failures
    from dispatch_lint.engine.settle import Settled
    from dispatch_lint.model.violation import Violation


class Sources(NamedTuple):
    """The sources of a run, and the results of their first reading.

    Attributes:
        sources: in the order of their positions.
        readings: by the position of the source; none for rows.
        claims: what rules with precedence reported, by the position of the document.
    """

    sources: Sequence[Source]
    readings: Mapping[int, Sequence[Reading]]
    claims: Mapping[int, Sequence[Claim]]


def add_located(
    checker: Checker, sources: Sources, found: Iterable[Judged], settled: Settled
) -> None:
    """Add the findings of the corpus check to those about single documents."""
    by_source: dict[int, list[Judged]] = {}
    for judged in found:
        by_source.setdefault(judged.place.source, []).append(judged)
    shown: list[Judged] = []
    for position, of_source in by_source.items():
        shown += _shown(checker, sources, position, of_source, settled)
    places = [place for judged in shown for place in _places(judged)]
    documents = read_again(checker, sources, places, settled.summary.problems)
    by_document: dict[int, list[Judged]] = {}
    for judged in shown:
        by_document.setdefault(judged.place.position, []).append(judged)
    for key, of_document in by_document.items():
        if (document := documents.get(key)) is not None:
            claims = sources.claims.get(key, ())
            add_misplaced(checker, document, key, of_document, settled.failures)
            for violation in locate(checker, document, of_document, claims, documents):
                settled.violations.append(violation)
                settled.shown[violation.file] += 1


def add_misplaced(
    checker: Checker, document: Document, position: int, found: Iterable[Judged],
    failures: Failures,
) -> None:  # fmt: skip
    """Add the rules whose findings have a place or a fix that their document does not have.

    Args:
        position: of the document; several that have equal foreign keys share a finding.
    """
    order = source_of(position), document_of(position)
    for judged in found:
        if problem := document_problem(document, judged.finding):
            where = document_name(document.source.name, document.number)
            failures.add(checker.rule(judged.rule), problem, where, order)


def _places(judged: Judged) -> Iterator[Place]:
    """The places in documents of a finding."""
    yield judged.place
    yield from (place for place, _ in judged.related if not place.stored)


def _shown(
    checker: Checker, sources: Sources, position: int, found: Sequence[Judged], settled: Settled
) -> Iterator[Judged]:
    """The findings about one source that are shown: the first, up to the limit. Others are counted."""
    source = sources.sources[position]
    if not source.reported:
        return
    ignored, limit = checker.ignored(source), checker.settings.limits.violations_per_file
    left = limit - settled.shown[source.name]
    for judged in sorted(found, key=lambda judged: judged.place.document):
        if judged.rule in ignored:
            continue
        severity = checker.severity(checker.rule(judged.rule), judged.finding)
        if source.name in settled.suppressions or (severity >= checker.options.quiet and left > 0):
            left -= 1
            yield judged
            continue
        settled.summary.count(judged.rule, severity)
        if severity >= checker.options.quiet:
            settled.summary.not_shown[source.name] += 1


def locate(
    checker: Checker, document: Document, found: Sequence[Judged], claims: Sequence[Claim],
    documents: Mapping[int, Document],
) -> Iterator[Violation]:  # fmt: skip
    """The violations of one document that the corpus check found.

    Args:
        claims: what rules with precedence have reported about the document.
        documents: the documents that findings relate to, by position.
    """
    findings = [(checker.rule(judged.rule), judged.finding) for judged in found]
    which = kept(findings, claims, document)
    for (rule, finding), judged, keep in zip(findings, found, which, strict=True):
        if keep:
            related = tuple(_related(judged.related, documents))
            yield checker.violation(document, rule, finding, related, judged.target)


def _related(
    places: Iterable[tuple[Place, str]], documents: Mapping[int, Document]
) -> Iterator[Related]:
    for place, message in places:
        if place.location:
            yield Related(*Location.parse(place.location), message)
        elif document := documents.get(place.position):
            yield Related(
                document.source.name, document.range(place.path), message, document.row_key
            )


# Reading again


def read_again(
    checker: Checker, sources: Sources, places: Iterable[Place], problems: list[str]
) -> dict[int, Document]:
    """The documents at some places, by position.

    Args:
        problems: is filled with why a source cannot be read.
    """
    wanted: dict[int, dict[int, Place]] = {}
    for place in places:
        wanted.setdefault(place.source, {})[place.document] = place
    found: dict[int, Document] = {}
    for position, by_document in wanted.items():
        source = sources.sources[position]
        try:
            if source.rows is not None:
                documents = _rows(checker, source, by_document)
            else:
                documents = _texts(checker, source, by_document, sources.readings[position])
            found |= {position_of(position, document.number): document for document in documents}
        except InputError as error:
            problems.append(str(error))
    return found


def _rows(checker: Checker, source: Source, wanted: Mapping[int, Place]) -> Iterator[Document]:
    assert source.rows is not None
    numbers = {place.row: index for index, place in wanted.items()}
    for key, value in source.rows.rows(sorted(numbers)):
        index = numbers[key]
        document = checker.classifier.read(row_part(index, value), source, index)
        if isinstance(document, Document):
            yield document._replace(row_key=key)


def _texts(
    checker: Checker, source: Source, wanted: Collection[int], readings: Sequence[Reading]
) -> Iterator[Document]:
    """Read documents of a text again.

    Raises:
        InputError: the text changed since it was checked.
    """
    for reading in _readings_of(wanted, readings):
        text = read_source(source, checker.settings.limits, lines=reading.lines, wanted=wanted)
        if text.digest != reading.digest:
            raise changed_error(source.name)
        for index, part, _, error in text.parts:
            if index in wanted and not error and part.problem is None:
                document = checker.classifier.read(part, source, index)
                if isinstance(document, Document):
                    yield document


def _readings_of(wanted: Collection[int], readings: Sequence[Reading]) -> Iterator[Reading]:
    """The readings of a source that have one of the documents."""
    ordered = sorted(readings, key=lambda reading: reading.lines.start if reading.lines else 0)
    firsts = [reading.lines.document if reading.lines else 0 for reading in ordered]
    for number, reading in enumerate(ordered):
        end = firsts[number + 1] if number + 1 < len(firsts) else None
        if any(firsts[number] <= index and (end is None or index < end) for index in wanted):
            yield reading
