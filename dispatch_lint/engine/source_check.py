"""Checks one source, or a range of its lines, by itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import read_source, unreadable_part
from dispatch_lint.documents.source import BadRow, NotText
from dispatch_lint.documents.suppressions import may_suppress, read_suppressions
from dispatch_lint.documents.walk import is_excluded_code
from dispatch_lint.engine.precedence import SCHEMA, claims_of, resolve, without_causes
from dispatch_lint.engine.report import Fold, Located, SourceReport, Unparsed
from dispatch_lint.engine.rule_failures import document_name, reraise_if_not_of_rule
from dispatch_lint.engine.rule_results import (
    at_yield,
    check_of_document,
    check_unchanged,
    checked_findings,
    collected,
    document_problem,
)
from dispatch_lint.engine.summary import Listed
from dispatch_lint.index.groups import fact_row, relation_rows
from dispatch_lint.index.unread import index_row, unread_row
from dispatch_lint.model.errors import InputError
from dispatch_lint.rule import EntityView, TextView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.reading import ReadPart
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker, Fail
    from dispatch_lint.engine.precedence import RuleFinding
    from dispatch_lint.engine.rule_failures import Method
    from dispatch_lint.model.violation import Severity
    from dispatch_lint.rule import Finding, Rule
    from dispatch_lint.text.tree import Part


_CHECK_OF_TEXT = partial(check_of_document, of_text=True)


def check_source(
    checker: Checker, source: Source, position: int = 0, lines: LineRange | None = None
) -> SourceReport:
    """Check a source by itself.

    Args:
        position: the position of the source in the run.
        lines: the range of a JSONL source to check; None for the whole source.
    """
    report = new_report(source, position, lines)
    for _ in check_steps(checker, source, report):
        pass
    return report


def check_steps(checker: Checker, source: Source, report: SourceReport) -> Iterator[None]:
    """Check a source by itself, document by document, and add the results to its empty report."""
    try:
        text = read_source(source, checker.settings.limits, lines=report.lines)
        report.digest = text.digest
        parts = text.parts
        if source.format == "yaml" and source.reported and may_suppress(text.text):
            # All violations of a file with suppressions get a location, which tells whether they
            # are suppressed. So suppressions have to be known before the first violation.
            parts = [*parts]
            report.suppressions = read_suppressions(text.text, [read.part for read in parts])
        for part in parts:
            check_part(checker, source, part, report)
            yield
    except NotText as error:
        report.was_read = source.named
        check_part(checker, source, unreadable_part(error), report)
    except InputError as error:
        report.problems.append(str(error))
        report.was_read = False


def new_report(source: Source, position: int, lines: LineRange | None = None) -> SourceReport:
    """The empty report of a source."""
    return SourceReport(
        position, source.name, lines, reported=source.reported, is_store=source.rows is not None
    )


def check_part(checker: Checker, source: Source, read: ReadPart, report: SourceReport) -> None:
    """Check one document of a source, and add the results to its report."""
    # A file that is named, and is no text, does not parse: as one that is no YAML.
    if read.error and not (source.named and source.reported and read.part.problem):
        report.problems.append(read.error)
        bad = read.part.value
        if isinstance(bad, BadRow) and checker.corpus_rules:
            row = unread_row(read.row_key, bad, checker.catalogue)
            group, fact = index_row(row, read.row_key)
            report.rows.append((group, read.number, fact))
        return
    if read.part.problem is not None:
        _check_unparsed(checker, source, read.part, read.number, report)
        return
    document = checker.classifier.read(read.part, source, read.number)
    if isinstance(document, Skipped):
        _skip(checker, source, document, report)
        return
    if read.row_key:
        document = document._replace(row_key=read.row_key)
    report.entities += 1
    if document.kind:
        report.kinds.add(document.kind)
    if source.reported:
        report.documents += 1
        _list(checker, document, report)
        _check_document(checker, document, report)
    _collect(checker, document, report)


def _check_document(checker: Checker, document: Document, report: SourceReport) -> None:
    """Check a document by itself, and add the violations to the report."""

    def fail(rule: Rule, error: BaseException, method: Method, where: str = "") -> None:
        where = where or document_name(document.source.name, document.number)
        report.failures.add(rule, error, where, (report.position, document.number), method)

    findings = list(_ask(checker, document, fail))
    if findings:
        _add_findings(checker, document, findings, report)
    declared = checker.check_declared(
        document,
        lambda rule, field, error: fail(rule, error, rule.check_field, f"the field {field}"),
    )
    if declared:
        ignored = checker.ignored(document.source)
        for route, rule, finding in declared:
            if rule.name not in ignored:
                # Of a name that the text does not have, it was reported what is meant.
                paths = [
                    path for path, _ in route.walk(document.entity) if path not in document.renamed
                ]
                if paths:
                    _add_declared(checker, document, rule, finding, paths, report)


def _ask(checker: Checker, document: Document, fail: Fail) -> Iterator[RuleFinding]:
    """What the rules find in a document: those about texts, fields and entities."""
    fast, rules = checker.accelerator, checker.text_rules
    text, letters = TextView(document), partial(_letters, document)
    for rule in fast.text_rules(rules, text) if fast else rules:
        yield from _findings(document, rule, rule.check_text, text, letters, fail)
    if document.part.problem is not None:
        return
    if document.undeclared:
        yield from checker.check_undeclared(document, document.undeclared, fail)
    entity, rules = EntityView(document), checker.entity_rules
    for rule in fast.entity_rules(rules, entity) if fast else rules:
        view = EntityView(document) if rule._is_foreign else entity
        yield from _findings(document, rule, rule.check_entity, view, letters, fail)


def _letters(document: Document) -> int:
    """The length of a document; of a row of a store, which has no text, about that of its JSON."""
    start, stop = document.part.place
    return stop - start or len(repr(document.value))


def _findings(
    document: Document, rule: Rule, method: Callable[[Any], Iterable[Finding]], view: object,
    letters: Callable[[], int], fail: Fail,
) -> list[RuleFinding]:  # fmt: skip
    """What a rule finds by one of its methods; nothing where it fails."""
    check = _CHECK_OF_TEXT if isinstance(view, TextView) else check_of_document
    findings: list[Finding] = []
    problems: list[ValueError] = []
    try:
        yielded = method(view)
        for finding in checked_findings(rule, yielded, check, letters):
            findings.append(finding)
            if problem := document_problem(document, finding):
                problems.append(at_yield(problem, yielded))
        if rule._is_foreign and isinstance(view, EntityView):
            check_unchanged(view)
    except BaseException as error:
        reraise_if_not_of_rule(error)
        fail(rule, error, method)
        return []
    for problem in problems:
        fail(rule, problem, method)
    return [(rule, finding) for finding in findings]


def _skip(checker: Checker, source: Source, skipped: Skipped, report: SourceReport) -> None:
    if skipped.describes_api and (source.named or not is_excluded_code(source.name)):
        report.descriptions.append(skipped.number)
    elif source.reported:
        report.skipped += 1
    if checker.options.listing and source.reported:
        what = f"skipped: {skipped.reason}"
        report.listed.append(Listed(source.name, skipped.number, what))


def _list(checker: Checker, document: Document, report: SourceReport) -> None:
    if checker.options.listing:
        report.listed.append(_listed(document))


def _listed(document: Document) -> Listed:
    key = f" {document.key}" if document.key else ""
    what = f"{document.form} {document.kind or 'entity'}{key}"
    return Listed(document.source.name, document.number, what)


def _check_unparsed(
    checker: Checker, source: Source, part: Part, number: int, report: SourceReport
) -> None:
    """Check a document that does not parse.

    It is an entity if its text names a kind, or if its file has other entities. In the second case
    the results are kept apart, until the whole file was checked.
    """
    alone = checker.classifier.unparsed(part, source, number, beside=False)
    if isinstance(alone, Document):
        report.entities += 1
        if source.reported:
            report.documents += 1
            _list(checker, alone, report)
            _check_document(checker, alone, report)
        return
    beside = checker.classifier.unparsed(part, source, number, beside=True)
    if isinstance(beside, Skipped) or not source.reported:
        _skip(checker, source, alone, report)
        return
    found = SourceReport(report.position, source.name)
    found.suppressions = report.suppressions
    _check_document(checker, beside, found)
    report.failures.merge(found.failures)
    skipped = Listed(source.name, number, f"skipped: {alone.reason}")
    report.unparsed.append(
        Unparsed(number, tuple(found.violations), found.unlocated, _listed(beside), skipped)
    )


# Findings


def _add_findings(
    checker: Checker, document: Document, findings: list[RuleFinding], report: SourceReport
) -> None:
    claims = claims_of(findings, document)
    if claims:
        report.claims[document.number] = claims
    ignored = checker.ignored(document.source)
    wanted = [(rule, finding) for rule, finding in findings if rule.name not in ignored]
    if (checker.off or ignored) and any(rule.name == SCHEMA for rule, _ in wanted):
        off = [(rule, finding) for rule, finding in findings if rule.name in ignored]
        wanted = without_causes(wanted, [*off, *checker.findings_off(document)], document)
    for rule, finding in _once(document, resolve(wanted, (), document)):
        _add(checker, document, rule, finding, report)


def _once(document: Document, findings: list[RuleFinding]) -> Iterable[RuleFinding]:
    """Of findings of a rule that say the same of one place, the first.

    An alias and its anchor have one place, and so have all that is merged.
    """
    if len(findings) < 2 or not document.part.may_have_aliases:
        return findings
    first: dict[object, RuleFinding] = {}
    for rule, finding in findings:
        place = finding.range or document.range(finding.path, finding.on)
        first.setdefault((rule.name, finding.message, place), (rule, finding))
    return first.values()


def _add(
    checker: Checker, document: Document, rule: Rule, finding: Finding, report: SourceReport
) -> None:
    severity = checker.severity(rule, finding)
    fold = "" if checker.options.unfolded else finding.fold
    located = _is_located(checker, finding, severity, report)
    if fold:
        before = report.folds.get((rule.name, fold))
        if before is not None:
            report.folds[rule.name, fold] = before._replace(times=before.times + 1)
            return
        report.folds[rule.name, fold] = Fold(1, severity, located)
    if located:
        violation = checker.violation(document, rule, finding)
        report.violations.append(Located(document.number, violation, fold))
    elif not fold:
        _count(checker, rule, finding, severity, 1, report)


def _add_declared(
    checker: Checker, document: Document, rule: Rule, finding: Finding,
    paths: list[tuple[str | int, ...]], report: SourceReport,
) -> None:  # fmt: skip
    """Add an info about a declared name, once for each occurrence of the field."""
    severity = checker.severity(rule, finding)
    if _is_located(checker, finding, severity, report):
        for path in paths:
            _add(checker, document, rule, finding._replace(path=path), report)
    else:
        _count(checker, rule, finding, severity, len(paths), report)


def _is_located(
    checker: Checker, finding: Finding, severity: Severity, report: SourceReport
) -> bool:
    """Whether a finding gets a location, or is only counted.

    The first findings of a file do, up to the limit. All findings of a file with suppressions do,
    because the location tells whether one is suppressed.
    """
    if report.suppressions:
        return True
    if severity < checker.options.quiet:
        return False
    if checker.folds(finding.heading, severity):
        return False
    return len(report.violations) < checker.settings.limits.violations_per_file


def _count(
    checker: Checker, rule: Rule, finding: Finding, severity: Severity, places: int,
    report: SourceReport,
) -> None:  # fmt: skip
    if checker.folds(finding.heading, severity):
        key = (finding.heading, rule.name, finding.message, finding.declared_at)
        report.declared[key] += places
    else:
        report.unlocated[rule.name, severity] += places


# Rows of the index


def _collect(checker: Checker, document: Document, report: SourceReport) -> None:
    """Collect what the rules about several documents need to know of a document."""
    rules, number = checker.corpus_rules, document.number
    if rules:
        report.rows += [
            (group, number, row) for group, row in relation_rows(document, document.row_key)
        ]
    for rule in rules.facts.values():
        try:
            facts = collected(rule, EntityView(document))
        except BaseException as error:
            reraise_if_not_of_rule(error)
            where = document_name(document.source.name, number)
            report.failures.add(rule, error, where, (report.position, number), rule.collect)
        else:
            rows = (fact_row(rule.name, fact, document.row_key) for fact in facts)
            report.rows += [(group, number, row) for group, row in rows]
