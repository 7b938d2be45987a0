"""Places for what corpus rules found: their documents are read again, this time with places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.modelines import MARK
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.stored_entity import Place
from dispatch_lint.engine.precedence import resolve
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Finding, Related
from dispatch_lint.old import json_placed, json_text, yaml_placed, yaml_text
from dispatch_lint.old.blocks import UNREAD
from dispatch_lint.old.parts import read_parts
from dispatch_lint.old.placed import row_part
from dispatch_lint.rule import Judgement, Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_lint.old.engine import Run
    from dispatch_lint.old.placed import Part


def locate(run: Run, wanted: dict[int, list[tuple[Rule, Judgement]]]) -> None:
    """Turn judgements into violations of the run, reading only the sources that are concerned."""
    _Locator(run).add(wanted)


def _document(judged: tuple[Rule, Judgement]) -> int:
    return judged[1].fact.document


class _Locator:
    """Gives judgements of corpus rules their places, by reading their documents again."""

    def __init__(self, run: Run) -> None:
        self.run_ = run

    def add(self, wanted: dict[int, list[tuple[Rule, Judgement]]]) -> None:
        """Turn judgements into violations of the run."""
        run = self.run_
        kept: list[tuple[Rule, Judgement]] = []
        documents: dict[int, dict[int, str]] = {}
        upcoming: Counter[str] = Counter()
        for number, judged in wanted.items():
            source = run.sources[number]
            ignored = run.ignored(source)
            # The first of a file are shown, where they are too many.
            for rule, judgement in sorted(judged, key=_document):
                if not source.reported or rule.name in ignored:
                    continue
                severity = run.severity(rule, judgement)
                if severity < run.quiet or not run.shows(source.name, upcoming[source.name]):
                    run.count_unshown(source.name, rule.name, severity)
                    continue
                upcoming[source.name] += 1
                kept.append((rule, judgement))
                for fact in (judgement.fact, *(fact for fact, _ in judgement.related)):
                    if not fact.stored:
                        documents.setdefault(fact.source, {})[fact.document] = fact.row
        read = {number: read_again(run, number, wanted) for number, wanted in documents.items()}
        by_document: dict[tuple[int, int], list[tuple[Rule, Judgement]]] = {}
        for rule, judgement in kept:
            key = (judgement.fact.source, judgement.fact.document)
            by_document.setdefault(key, []).append((rule, judgement))
        for (number, index), judged in by_document.items():
            document = read[number].get(index)
            if document is not None:
                add_judged(run, document, judged, lambda one: self._related(one, read))

    def _related(
        self, judgement: Judgement, read: dict[int, dict[int, Document]]
    ) -> Iterator[Related]:
        for fact, message in judgement.related:
            if fact.place:
                file, *numbers = Place.parse(fact.place)
                yield Related(file, Range(*numbers), message)
            elif other := read.get(fact.source, {}).get(fact.document):
                yield Related(other.source.name, other.range(fact.path), message, other.row_key)


def add_judged(
    run: Run, document: Document, judged: Sequence[tuple[Rule, Judgement]],
    related: Callable[[Judgement], Iterable[Related]],
) -> None:  # fmt: skip
    """Add what corpus rules say of a document, where no other rule says the cause of it.

    Args:
        document: read with its places.
        related: the further places of a judgement.
    """
    known = run.findings(document, frozenset())
    findings = {
        id(finding): (judgement, finding)
        for _, judgement in judged
        for finding in [
            Finding(
                judgement.fact.path,
                judgement.message,
                judgement.on,
                judgement.severity,
                judgement.help,
                judgement.subject,
                fix=judgement.fix,
            )
        ]
    }
    rules = [rule for rule, _ in judged]
    said = [(rule, one[1]) for rule, one in zip(rules, findings.values(), strict=True)]
    for rule, finding in resolve(known + said):
        if id(finding) in findings:
            run.add(document, rule, finding, tuple(related(findings[id(finding)][0])))


def read_again(run: Run, number: int, wanted: dict[int, str]) -> dict[int, Document]:
    """Some documents of a source with their places.

    Args:
        number: of the source among those of the run.
        wanted: the numbers of the documents, and the key of the row of each.
    """
    source = run.sources[number]
    documents = {}
    try:
        for index, value, part in _parts(source, wanted):
            if part.problem is None:
                one = run.classifier.read(value, source, index, part)
                if isinstance(one, Document):
                    one.row_key = wanted[index]
                    run.prepare(one)
                    documents[index] = one
    except InputError as error:
        run.summary.problems.append(f"{error} (it was there before)")
    return documents


def recollect(
    run: Run, rule: Rule, places: Iterable[tuple[int, int]]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The facts of some documents, collected once more: see `FactTable`.

    Args:
        places: numbers of sources and documents.
    """
    wanted: dict[int, dict[int, str]] = {}
    for number, index in places:
        wanted.setdefault(number, {})[index] = ""
    for number, indexes in wanted.items():
        quick = _quickly(run, number, indexes)
        rest = {index: row for index, row in indexes.items() if index not in quick}
        again = read_again(run, number, rest) if rest else {}
        for index, document in sorted((quick | again).items()):
            for group, path, data in rule.all_facts(document):
                yield group, (number, index, path, data, "", "")


def _quickly(run: Run, number: int, wanted: Collection[int]) -> dict[int, Document]:
    """Those of some documents that need no places to be read as they were."""
    source = run.sources[number]
    try:
        values = dict(_values(source, wanted))
    except InputError:
        return {}  # whoever reads it with places says so
    found = {}
    for index, value in values.items():
        one = run.classifier.read(value, source, index)
        if isinstance(one, Document):
            run.prepare(one)
            found[index] = one
    return found


def _values(source: Source, wanted: Collection[int]) -> Iterator[tuple[int, Any]]:
    """Plain values of some documents of a text."""
    if source.placed is not None or source.rows is not None:
        return
    if source.format == "jsonl":
        for index, (_, line) in enumerate(source.raw_lines()):
            if index in wanted:
                with suppress(ValueError):
                    yield index, json_text.read_line(line)
        return
    text = source.text()
    if MARK in text:
        return
    reader = yaml_text if source.format == "yaml" else json_text
    values = reader.read_values(text)
    # As the documents are counted where there are places.
    if values is None or (source.format == "yaml" and yaml_placed.count_parts(text) != len(values)):
        return
    for index in wanted:
        if values[index] is not UNREAD:
            yield index, values[index]


def _parts(source: Source, wanted: dict[int, str]) -> Iterator[tuple[int, Any, Part]]:
    """The wanted documents of a source, by number; of a store, by the key of the row."""
    if source.rows is not None:
        numbers = {key: index for index, key in wanted.items()}
        for key, value in source.rows.rows(sorted(numbers)):
            yield numbers[key], value, row_part(numbers[key])
        return
    if source.format == "jsonl":
        for index, (number, line) in enumerate(source.lines()):
            if index in wanted:
                part = json_placed.read_placed_line(line, number)
                yield index, part.value, part
        return
    parts: Iterable[tuple[int, Part]]
    if source.placed is None:
        reader = yaml_placed if source.format == "yaml" else json_placed
        parts = reader.read_wanted(source.text(), wanted) or ()
    else:
        parts = enumerate(read_parts(source))
    for index, part in parts:
        if index in wanted:
            yield index, part.value, part
