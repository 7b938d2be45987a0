"""The check of one source, or of some of its lines, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.discover import is_no_definition
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.suppressions import read_suppressions
from dispatch_lint.engine.checker import failure
from dispatch_lint.engine.precedence import claims_of, resolve
from dispatch_lint.engine.report import Fold, Located, SourceReport, Unparsed
from dispatch_lint.engine.summary import Listed
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.model.violation import Finding, Severity
    from dispatch_lint.rule import Rule
    from dispatch_lint.text.tree import Part


def check_source(
    checker: Checker, source: Source, position: int = 0, lines: LineRange | None = None
) -> SourceReport:
    """Check a source by itself.

    Args:
        position: of the source among those of the run.
        lines: of a JSONL source, where only these are checked.
    """
    check = _SourceCheck(checker, source, position, lines)
    try:
        check.run()
    except InputError as error:
        check.report.problems.append(str(error))
        check.report.was_read = False
    return check.report


class _SourceCheck:
    """The check of one source; what it finds is kept in its report."""

    def __init__(
        self, checker: Checker, source: Source, position: int, lines: LineRange | None
    ) -> None:
        self._checker, self._source = checker, source
        self._options = checker.options
        self._ignored = checker.ignored(source)
        self._limit = checker.settings.limits.violations_per_file
        self.report = SourceReport(
            position, source.name, lines, reported=source.reported,
            is_store=source.rows is not None,
        )  # fmt: skip

    def run(self) -> None:
        """Check every document."""
        report, source = self.report, self._source
        read = read_source(source, self._checker.settings.limits, lines=report.lines)
        report.digest = read.digest
        parts = read.parts
        if source.format == "yaml" and source.reported:
            # Before anything is found: all violations of a file with suppressions are located,
            # because only their places tell which of them are suppressed.
            parts = [*parts]
            report.suppressions = read_suppressions(read.text, [one.part for one in parts])
        for index, part, row_key, error in parts:
            if error:
                report.problems.append(error)
            elif part.problem is not None:
                self._check_unparsed(part, index)
            else:
                found = self._checker.classifier.read(part, source, index)
                if isinstance(found, Skipped):
                    self._skip(found)
                else:
                    self._check(found._replace(row_key=row_key) if row_key else found)

    def _check(self, document: Document) -> None:
        report = self.report
        report.entities += 1
        self._list(_listed(document))
        if document.kind:
            report.kinds.add(document.kind)
        if self._source.reported:
            report.documents += 1
            self._add_findings(document)
        self._collect(document)

    def _skip(self, skipped: Skipped) -> None:
        source = self._source
        if skipped.describes_api and (source.named or not is_no_definition(source.name)):
            self.report.descriptions.append(skipped.number)
        elif source.reported:
            self.report.skipped += 1
        self._list(Listed(source.name, skipped.number, f"skipped: {skipped.reason}"))

    def _list(self, listed: Listed) -> None:
        if self._options.listing and self._source.reported:
            self.report.listed.append(listed)

    # What does not parse

    def _check_unparsed(self, part: Part, index: int) -> None:
        """Report a document that does not parse, where it is an entity: its text says so, or
        there are other entities in its file.
        """
        read = self._checker.classifier.unparsed
        alone = read(part, self._source, index, beside=False)
        if isinstance(alone, Document):
            self.report.entities += 1
            self._list(_listed(alone))
            if self._source.reported:
                self.report.documents += 1
                self._add_findings(alone)
            return
        beside = read(part, self._source, index, beside=True)
        if isinstance(beside, Skipped) or not self._source.reported:
            self._skip(alone)
            return
        before, self.report = self.report, SourceReport(0, self._source.name)
        self.report.suppressions = before.suppressions
        self._add_findings(beside)
        found, self.report = self.report, before
        before.unparsed.append(Unparsed(
            index, tuple(found.violations), found.unlocated, _listed(beside),
            Listed(self._source.name, index, f"skipped: {alone.reason}"),
        ))  # fmt: skip

    # Findings

    def _add_findings(self, document: Document) -> None:
        def fail(rule: Rule, error: Exception) -> None:
            self.report.problems.append(failure(rule, document.source.name, document.number, error))

        def fail_field(rule: Rule, field: str, error: Exception) -> None:
            self.report.problems.append(failure(rule, f"the field {field}", -1, error))

        findings = self._checker.findings(document, fail)
        if findings:
            claims = claims_of(findings)
            if claims:
                self.report.claims[document.number] = claims
            for rule, finding in resolve(
                [one for one in findings if one[0].name not in self._ignored]
            ):
                self._add(document, rule, finding)
        for route, rule, finding in self._checker.declared(document, fail_field):
            if rule.name in self._ignored:
                continue
            severity = self._checker.severity(rule, finding)
            paths = [path for path, _ in route.walk(document.entity)]
            if self._is_located(finding, severity):
                for path in paths:
                    self._add(document, rule, finding._replace(path=path))
            else:
                self._count(rule, finding, severity, len(paths))

    def _add(self, document: Document, rule: Rule, finding: Finding) -> None:
        severity = self._checker.severity(rule, finding)
        fold = "" if self._options.unfolded else finding.fold
        located = self._is_located(finding, severity)
        if fold:
            before = self.report.folds.get((rule.name, fold))
            if before is not None:
                self.report.folds[rule.name, fold] = before._replace(times=before.times + 1)
                return
            self.report.folds[rule.name, fold] = Fold(1, severity, located)
        if located:
            violation = self._checker.violation(document, rule, finding)
            self.report.violations.append(Located(document.number, violation, fold))
        elif not fold:
            self._count(rule, finding, severity)

    def _is_located(self, finding: Finding, severity: Severity) -> bool:
        """Whether a finding gets a place: of too many of a file only the first do.

        Of a file with suppressions all do: which of them count is known only with their places.
        """
        if severity < self._options.quiet:
            return False
        if self.report.suppressions:
            return True
        if self._checker.folds(finding.heading, severity):
            return False
        return len(self.report.violations) < self._limit

    def _count(self, rule: Rule, finding: Finding, severity: Severity, places: int = 1) -> None:
        if self._checker.folds(finding.heading, severity):
            key = (finding.heading, rule.name, finding.message, finding.declared_at)
            self.report.declared[key] += places
        else:
            self.report.unlocated[rule.name, severity] += places

    # Facts

    def _collect(self, document: Document) -> None:
        """Keep what the rules about several documents want to know of a document."""
        facts, index = self.report.facts, document.number
        row_key = document.row_key
        for table, rules in self._checker.corpus_rules.items():
            rule = rules[0]
            try:
                facts += [
                    (table, group, index, (path, data, row_key, ""))
                    for group, path, data in rule.collect(document)
                ]
            except Exception as error:
                problem = failure(rule, document.source.name, document.number, error)
                self.report.problems.append(problem)


def _listed(document: Document) -> Listed:
    key = f" {document.key}" if document.key else ""
    what = f"{document.form} {document.kind or 'entity'}{key}"
    return Listed(document.source.name, document.number, what)
