"""Settles what cannot be decided in one part of a file, and puts the reports of a run together.

A large JSONL file is checked in parts. Three decisions need all of them: of the findings with the
same fold only the first is shown; only the first violations of a file are shown; and a document
that does not parse is an entity if its file has other entities.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from dispatch_lint.engine.rule_failures import Failures
from dispatch_lint.engine.summary import Declared, Listed, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.engine.report import Fold, Located, RunReport, SourceReport
    from dispatch_lint.model.violation import Severity, Violation


class Settled:
    """The settled results of all sources.

    Attributes:
        violations: those that are shown, before suppression.
        shown: the number of them by file.
        suppressions: the suppression comments by file.
        declared: infos about declared fields that are counted; see `SourceReport.declared`.
        failures: the rules that failed.
    """

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.violations: list[Violation] = []
        self.shown: Counter[str] = Counter()
        self.suppressions: dict[str, Sequence[Suppression]] = {}
        self.declared: Counter[tuple[str, str, str, str]] = Counter()
        self.listed: list[Listed] = []
        self.failures = Failures()

    def declared_fields(self) -> list[Declared]:
        """The infos about declared fields, one entry for each field and rule."""
        entries: dict[tuple[str, str], Declared] = {}
        for (heading, rule, message, declared_at), places in self.declared.items():
            new = Declared(heading, rule, message, declared_at)
            entry = entries.setdefault((heading, rule), new)
            entries[heading, rule] = entry._replace(places=entry.places + places)
        return list(entries.values())


def settle(report: RunReport, *, limit: int, quiet: Severity, closed: bool) -> Settled:
    """Put the reports of the sources of a run together.

    Args:
        limit: the number of violations of one file that are shown.
        quiet: violations below this severity are not shown.
        closed: see `Summary`.
    """
    settled = Settled(Summary(
        files=report.files, documents=report.documents, skipped=report.skipped, closed=closed
    ))  # fmt: skip
    ordered = sorted(report.reports, key=lambda part: part.order)
    for _, parts in groupby(ordered, key=lambda part: part.position):
        _File(settled, list(parts), limit, quiet).settle()
    settled.summary.problems = list(dict.fromkeys(settled.summary.problems))
    return settled


def trim(parts: Iterable[SourceReport], limit: int) -> None:
    """Only count the violations of a large file that cannot be shown, because too many are before.

    Args:
        parts: reports of parts of one file or of several, which are changed.
        limit: the number of violations of one file that are shown.
    """
    ordered = sorted(parts, key=lambda part: part.order)
    for _, of_file in groupby(ordered, key=lambda part: part.position):
        before = 0
        for part in of_file:
            kept: list[Located] = []
            for located in part.violations:
                if before < limit or located.fold:  # the first of each fold may yet be shown
                    kept.append(located)
                    before += not located.fold
                else:
                    violation = located.violation
                    part.unlocated[violation.rule, violation.severity] += 1
            part.violations = kept


class _File:
    """The reports of one source, in the order of its text."""

    def __init__(
        self, settled: Settled, parts: Sequence[SourceReport], limit: int, quiet: Severity
    ) -> None:
        self._settled, self._parts = settled, parts
        self._limit, self._quiet = limit, quiet
        self._name = parts[0].name
        self._unlocated: Counter[tuple[str, Severity]] = Counter()
        self._is_entity_file = any(part.entities for part in parts)

    def settle(self) -> None:
        """Add the results of the source to those of the run."""
        settled, summary = self._settled, self._settled.summary
        first = self._parts[0]
        if first.reported and all(part.was_read for part in self._parts):
            summary.files += 1
            summary.stores += first.is_store
        for part in self._parts:
            summary.documents += part.documents
            summary.skipped += part.skipped
            summary.problems += part.problems
            settled.failures.merge(part.failures)
            settled.declared.update(part.declared)
            settled.listed += part.listed
            self._unlocated.update(part.unlocated)
            if part.suppressions:
                settled.suppressions[self._name] = part.suppressions
        located = [
            *(located for part in self._parts for located in part.violations), *self._unparsed()
        ]  # fmt: skip
        located.sort(key=lambda violation: violation.document)
        self._show(self._without_folded(located))
        for (rule, severity), places in self._unlocated.items():
            summary.count(rule, severity, places)
            if severity >= self._quiet:
                summary.not_shown[self._name] += places

    def _unparsed(self) -> list[Located]:
        """Count the documents that do not parse, as entities or as skipped.

        Returns:
            Their violations, if the file has other entities.
        """
        settled = self._settled
        found: list[Located] = []
        for part in self._parts:
            for unparsed in part.unparsed:
                if self._is_entity_file:
                    settled.summary.documents += unparsed.documents
                    settled.listed.append(unparsed.entity)
                    self._unlocated.update(unparsed.unlocated)
                    found += unparsed.violations
                else:
                    settled.summary.skipped += unparsed.documents
                    settled.listed.append(unparsed.skipped)
        return found

    def _without_folded(self, located: Iterable[Located]) -> list[Violation]:
        """The violations, with only the first of each fold, which states their number."""
        folds: dict[tuple[str, str], Fold] = {}
        for part in self._parts:
            for key, fold in part.folds.items():
                first = folds.get(key)
                folds[key] = fold._replace(times=first.times + fold.times,
                                           severity=first.severity,
                                           located=first.located) if first else fold  # fmt: skip
        for (rule, _), fold in folds.items():
            self._settled.summary.folded += fold.times - 1
            if not fold.located:
                self._unlocated[rule, fold.severity] += 1
        violations: list[Violation] = []
        shown = {key for key, fold in folds.items() if not fold.located}
        for _, violation, fold_name in located:
            if fold_name:
                key = (violation.rule, fold_name)
                if key in shown:
                    continue
                shown.add(key)
                violation = with_count(violation, folds[key].times)
            violations.append(violation)
        return violations

    def _show(self, violations: Sequence[Violation]) -> None:
        """Add violations up to the limit; the others are only counted."""
        settled = self._settled
        # All violations of a file with suppressions are shown: see `check_source`.
        limit = len(violations) if self._name in settled.suppressions else self._limit
        settled.violations += violations[:limit]
        settled.shown[self._name] += len(violations[:limit])
        for violation in violations[limit:]:
            self._unlocated[violation.rule, violation.severity] += 1


def with_count(violation: Violation, count: int) -> Violation:
    """A violation that stands for several, with their number in its message."""
    if count < 2:
        return violation
    return violation._replace(message=f"{violation.message} ({count} entities)")
