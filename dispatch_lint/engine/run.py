"""A run: checks each source by itself, then the corpus, then definitions; and suppresses."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.reading import changed_error, has_changed
from dispatch_lint.engine.corpus_check import Corpus, CorpusCheck
from dispatch_lint.engine.parallel import check_sources
from dispatch_lint.engine.rule_failures import document_name, reraise_if_not_of_rule
from dispatch_lint.engine.rule_results import check_of_suppression, checked_findings
from dispatch_lint.engine.settle import settle
from dispatch_lint.engine.summary import Result
from dispatch_lint.engine.suppress import UNUSED, FileSuppressions, removal
from dispatch_lint.index.groups import position_of
from dispatch_lint.model.progress import Progress, tell_nobody
from dispatch_lint.model.violation import Severity, Violation

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.members import Place
    from dispatch_lint.engine.report import RunReport
    from dispatch_lint.engine.rule_failures import Method
    from dispatch_lint.engine.settle import Settled
    from dispatch_lint.index.groups import Groups
    from dispatch_lint.rule import Rule
    from dispatch_lint.store.rows import StoreRows


class Surroundings(NamedTuple):
    """What an editor keeps of all sources, so that one of them can be checked beside the others.

    Attributes:
        groups: the rows of all sources, and which of their groups are to be checked.
        kinds: the kinds that they have documents of.
        readings: what was read of each source, by its position.
        closed: whether references to entities that are not there are dangling.
    """

    groups: Groups
    kinds: Collection[str]
    readings: Mapping[int, Sequence[Reading]]
    closed: bool


def run(
    checker: Checker, sources: Sequence[Source], *, jobs: int = 1,
    store: StoreRows | None = None, progress: Progress = tell_nobody,
) -> Result:  # fmt: skip
    """Check sources, each by itself and all together.

    Args:
        jobs: the number of processes that check files; see `check_sources`.
        store: the rows of a reference store or ledger.
        progress: is told how much was checked.
    """
    process = os.getpid()
    try:
        texts = [source for source in sources if source.format != "go"]
        report = check_sources(checker, texts, jobs, progress=progress)
        return finish(checker, sources, texts, report, store, jobs=jobs)
    finally:
        if os.getpid() != process:  # a rule forked: what it made would report all again
            os._exit(1)


def finish(
    checker: Checker, sources: Sequence[Source], texts: Sequence[Source], report: RunReport,
    store: StoreRows | None = None, *, around: Surroundings | None = None, jobs: int = 1,
) -> Result:  # fmt: skip
    """Complete a run from the report of its sources.

    Args:
        sources: all sources of the run, Go files included.
        texts: the sources that the report is about, in the order of their positions.
        around: what is known of the texts, where the report is only about some of them; by default
            what the report says.
        jobs: the number of processes that ask about groups beside a store; see `leave_out_silent`.
    """
    settings, options = checker.settings, checker.options
    if around is None:
        closed = is_closed(settings, texts, store)
        around = Surroundings(report.index, report.kinds, report.readings, closed)
    settled = settle(
        report, limit=settings.limits.violations_per_file, quiet=options.quiet,
        closed=around.closed,
    )  # fmt: skip
    _check_corpus(checker, texts, report, around, settled, store, jobs)
    _check_definitions(checker, sources, texts, report, settled)
    violations = sorted(_suppressed(checker, settled), key=lambda violation: violation.order)
    readings = {texts[position].name: read for position, read in report.readings.items()}
    reported = [texts[position] for position in report.readings]
    changed = _changed(checker, reported, readings, {violation.file for violation in violations})
    settled.summary.problems += settled.failures.messages()
    settled.summary.problems += [str(changed_error(name)) for name in sorted(changed)]
    settled.summary.problems = list(dict.fromkeys(settled.summary.problems))
    return Result(
        [
            violation._replace(fix=None) if violation.file in changed else violation
            for violation in violations
        ],
        settled.summary,
        settled.declared_fields(),
        settled.listed if options.listing else None,
        changed=changed,
        readings=readings,
        rules=checker.active,
        across=checker.corpus_rules.names,
        unused=checker.catalogue.unused,
    )


def _changed(
    checker: Checker, texts: Iterable[Source], readings: Mapping[str, Sequence[Reading]],
    reported: Collection[str],
) -> frozenset[str]:  # fmt: skip
    """The files with violations that changed since they were checked."""
    limits = checker.settings.limits
    return frozenset(
        source.name
        for source in texts
        if source.name in reported
        and source.opener is None
        and has_changed(source, limits, readings.get(source.name, ()))
    )


def is_closed(settings: Settings, sources: Iterable[Source], store: StoreRows | None) -> bool:
    """Whether references to entities that are not there are dangling.

    This is so if the settings declare the documents complete, or if there is a store.
    """
    return (
        settings.complete
        or (store is not None and store.store is not None)
        or any(source.rows is not None for source in sources)
    )


def _check_corpus(
    checker: Checker, texts: Sequence[Source], report: RunReport, around: Surroundings,
    settled: Settled, store: StoreRows | None, jobs: int,
) -> None:  # fmt: skip
    """Check the corpus, and add what is found with locations."""
    summary = settled.summary
    claims = {
        position_of(part.position, document): claims
        for part in report.reports
        for document, claims in part.claims.items()
    }
    read_before = (texts, around.readings, claims)

    def fail(rule: Rule, place: Place, error: BaseException, method: Method) -> None:
        if place.stored:
            where = f"the store: {place.key}" if place.key else "the store"
            settled.failures.add(rule, error, where, method=method)
            return
        where = document_name(texts[place.source].name, place.document)
        settled.failures.add(rule, error, where, (place.source, place.document), method)

    def read(places: Collection[Place]) -> Mapping[int, Document]:
        from dispatch_lint.engine.locate import Sources, read_again

        return read_again(checker, Sources(*read_before), places, summary.problems)

    corpus = Corpus(around.groups, summary.closed, around.kinds, texts, read, store)
    try:
        check = CorpusCheck(checker, corpus, fail)
        if store is not None and checker.corpus_rules and around.groups is report.index:
            from dispatch_lint.engine.loud_groups import leave_out_silent

            leave_out_silent(check, report.index, jobs)
        found = list(check.run()) if checker.corpus_rules else []
        summary.not_judged = check.not_judged
    finally:
        report.index.close()
        if store is not None:
            summary.problems += store.store.problems if store.store else ()
            store.close()
    if found:
        from dispatch_lint.engine.locate import Sources, add_located

        add_located(checker, Sources(*read_before), found, settled)


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
    if any(source.reported for source in (*go, *(source for source, _ in descriptions))):
        from dispatch_lint.engine.definition_check import check_definitions

        check_definitions(checker, go, descriptions, texts, settled)


def _suppressed(checker: Checker, settled: Settled) -> Iterator[Violation]:
    """The violations that no comment hides, and those about the comments. All are counted."""
    summary = settled.summary
    suppressions = {
        file: FileSuppressions(comments) for file, comments in settled.suppressions.items()
    }
    for violation in settled.violations:
        comments = suppressions.get(violation.file)
        if comments is not None and comments.hides(violation):
            summary.suppressed += 1
        elif checker.folds(violation.heading, violation.severity):
            settled.declared[
                violation.heading, violation.rule, violation.message, violation.declared_at
            ] += 1
        else:
            summary.count(violation.rule, violation.severity)
            if violation.severity >= checker.options.quiet:
                yield violation
    for (_, rule, _, _), places in settled.declared.items():
        summary.count(rule, Severity.INFO, places)
    for violation in _check_suppressions(checker, suppressions, settled):
        # That a comment about comments hides nothing cannot be hidden by itself.
        if UNUSED not in violation.message and suppressions[violation.file].hides(violation):
            summary.suppressed += 1
            continue
        summary.count(violation.rule, violation.severity)
        if violation.severity >= checker.options.quiet:
            yield violation


def _check_suppressions(
    checker: Checker, suppressions: dict[str, FileSuppressions], settled: Settled
) -> Iterator[Violation]:
    """The violations of suppression comments that are unused or wrong."""
    for rule in checker.rules:
        if not rule.has("check_suppression"):
            continue
        for file, comments in suppressions.items():
            for suppression in comments.complaints(checker.known, checker.active):
                check = partial(check_of_suppression, suppression)
                try:
                    asked = rule.check_suppression(suppression)
                    findings = [*checked_findings(rule, asked, check)]
                except BaseException as error:
                    reraise_if_not_of_rule(error)
                    where = document_name(file, suppression.document)
                    settled.failures.add(rule, error, where, method=rule.check_suppression)
                    continue
                for finding in findings:
                    yield Violation(
                        rule.name, checker.severity(rule, finding), finding.message, rule.guide,
                        file, suppression.document, "", suppression.range, help=finding.help,
                        fix=removal(suppression),
                    )  # fmt: skip
