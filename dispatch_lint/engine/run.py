"""A run: sources are checked one by one, and then what they say of each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.documents.reading import changed_error, has_changed
from dispatch_lint.engine.checker import failure
from dispatch_lint.engine.judge import check_corpus
from dispatch_lint.engine.locate import Sources, add_located
from dispatch_lint.engine.parallel import check_sources
from dispatch_lint.engine.settle import settle
from dispatch_lint.engine.summary import Result
from dispatch_lint.engine.suppress import FileSuppressions
from dispatch_lint.model.violation import Severity, Violation

if TYPE_CHECKING:
    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.report import RunReport
    from dispatch_lint.engine.settle import Settled
    from dispatch_lint.index.facts import Tables
    from dispatch_lint.rule import Fact, Rule
    from dispatch_lint.store.facts import StoreFacts


def run(
    checker: Checker, sources: Sequence[Source], *, jobs: int = 1,
    store: StoreFacts | None = None,
) -> Result:  # fmt: skip
    """Check sources, and what they say of each other.

    Args:
        jobs: processes that check files; 0 for as many as help.
        store: what a store, or a ledger, remembers.
    """
    texts = [source for source in sources if source.format != "go"]
    report = check_sources(checker, texts, jobs)
    return finish(checker, sources, texts, report, store)


def finish(
    checker: Checker, sources: Sequence[Source], texts: Sequence[Source], report: RunReport,
    store: StoreFacts | None = None, *, tables: Tables | None = None,
) -> Result:  # fmt: skip
    """The result of a run from what was found in each source by itself.

    Args:
        sources: all sources of the run.
        texts: those that the report is about, by their positions.
        tables: the facts of all texts, where they are not the index of the report.
    """
    settings, options = checker.settings, checker.options
    settled = settle(
        report, limit=settings.limits.violations_per_file, quiet=options.quiet,
        closed=_is_closed(checker, texts, store),
    )  # fmt: skip
    _check_corpus(checker, texts, report, tables or report.index, settled, store)
    _check_definitions(checker, sources, texts, report, settled)
    violations = sorted(_suppressed(checker, settled), key=lambda violation: violation.order)
    readings = {texts[position].name: read for position, read in report.readings.items()}
    changed = _changed(checker, texts, readings, {violation.file for violation in violations})
    settled.summary.problems += [str(changed_error(name)) for name in sorted(changed)]
    settled.summary.problems = list(dict.fromkeys(settled.summary.problems))
    return Result(
        [one._replace(fix=None) if one.file in changed else one for one in violations],
        settled.summary,
        settled.declared_fields(),
        settled.listed if options.listing else None,
        changed=changed,
        readings=readings,
    )


def _changed(
    checker: Checker, texts: Iterable[Source], readings: Mapping[str, Sequence[Reading]],
    reported: Collection[str],
) -> frozenset[str]:  # fmt: skip
    """The files with violations that are not any more what was checked."""
    limits = checker.settings.limits
    return frozenset(
        source.name
        for source in texts
        if source.name in reported
        and source.opener is None
        and has_changed(source, limits, readings.get(source.name, ()))
    )


def _is_closed(checker: Checker, sources: Iterable[Source], store: StoreFacts | None) -> bool:
    """Whether what is not there is missing: the settings say so, or a store knows all there is."""
    return (
        checker.settings.complete
        or (store is not None and store.store is not None)
        or any(source.rows is not None for source in sources)
    )


def _check_corpus(
    checker: Checker, texts: Sequence[Source], report: RunReport, tables: Tables,
    settled: Settled, store: StoreFacts | None,
) -> None:  # fmt: skip
    """Check what documents say of each other, and add what is found with its places."""
    summary = settled.summary

    def fail(rule: Rule, fact: Fact, error: Exception) -> None:
        where = "the store" if fact.stored else texts[fact.source].name
        document = -1 if fact.stored else fact.document
        summary.problems.append(failure(rule, where, document, error))

    try:
        judged, summary.not_judged = check_corpus(
            tables, checker.corpus_rules, checker.settings, closed=summary.closed,
            kinds=report.kinds, store=store, fail=fail,
        )  # fmt: skip
    finally:
        report.index.close()
        if store is not None:
            store.close()
    if judged:
        claims = {
            (part.position, document): claims
            for part in report.reports
            for document, claims in part.claims.items()
        }
        add_located(checker, Sources(texts, report.readings, claims), judged, settled)


def _check_definitions(
    checker: Checker, sources: Sequence[Source], texts: Sequence[Source], report: RunReport,
    settled: Settled,
) -> None:  # fmt: skip
    go = [source for source in sources if source.format == "go"]
    descriptions = [
        (texts[part.position], number)
        for part in sorted(report.reports, key=lambda part: part.order)
        for number in part.descriptions
    ]
    if any(source.reported for source in go) or any(one.reported for one, _ in descriptions):
        from dispatch_lint.engine.definition_check import check_definitions

        check_definitions(checker, go, descriptions, settled)


def _suppressed(checker: Checker, settled: Settled) -> Iterator[Violation]:
    """The violations that no comment hides, and what is wrong with the comments; all counted."""
    summary = settled.summary
    comments = {file: FileSuppressions(found) for file, found in settled.suppressions.items()}
    for violation in settled.violations:
        hiding = comments.get(violation.file)
        if hiding is not None and hiding.hides(violation):
            summary.suppressed += 1
        elif checker.folds(violation.heading, violation.severity):
            settled.declared[
                violation.heading, violation.rule, violation.message, violation.declared_at
            ] += 1
        else:
            summary.count(violation.rule, violation.severity)
            yield violation
    for (_, rule, _, _), places in settled.declared.items():
        summary.count(rule, Severity.INFO, places)
    for violation in _complaints(checker, comments, settled):
        summary.count(violation.rule, violation.severity)
        if violation.severity >= checker.options.quiet:
            yield violation


def _complaints(
    checker: Checker, comments: dict[str, FileSuppressions], settled: Settled
) -> Iterator[Violation]:
    """What rules find wrong with suppression comments."""
    for rule in checker.rules:
        if not rule.has("check_suppression"):
            continue
        for file, suppressions in comments.items():
            for suppression in suppressions.complaints(checker.known, checker.active):
                try:
                    findings = list(rule.check_suppression(suppression))
                except Exception as error:
                    problem = failure(rule, file, suppression.document, error)
                    settled.summary.problems.append(problem)
                    continue
                for finding in findings:
                    yield Violation(
                        rule.name, checker.severity(rule, finding), finding.message, rule.guide,
                        file, suppression.document, "", suppression.range, help=finding.help,
                    )  # fmt: skip
