"""Reports of one source and of many, which can be merged in any order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.reading import Reading
from dispatch_lint.engine.rule_failures import Failures
from dispatch_lint.index.index import Index

if TYPE_CHECKING:
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.engine.summary import Listed
    from dispatch_lint.index.groups import Row
    from dispatch_lint.model.violation import Severity, Violation


class Located(NamedTuple):
    """A violation with its location.

    Attributes:
        document: the number of its document.
        fold: violations of one file with the same rule and fold are shown once, with their count.
    """

    document: int
    violation: Violation
    fold: str = ""


class Fold(NamedTuple):
    """The findings of one file with the same rule and fold.

    Attributes:
        times: the number of them.
        severity: the severity of the first.
        located: whether the first is among the located violations.
    """

    times: int
    severity: Severity
    located: bool


class Unparsed(NamedTuple):
    """A document that does not parse, and is an entity only if its file has other entities.

    Attributes:
        document: its number.
        violations: its violations if it is an entity.
        unlocated: violations that are only counted, if it is an entity.
        entity, skipped: how it is listed if it is an entity, and if not.
        documents: the number of such documents that this value stands for.
    """

    document: int
    violations: tuple[Located, ...]
    unlocated: Counter[tuple[str, Severity]]
    entity: Listed
    skipped: Listed
    documents: int = 1


class SourceReport:
    """The results of checking one source, or a range of its lines, by itself.

    Attributes:
        position: the position of the source in the run.
        lines: the range of a JSONL source; None for a whole source.
        digest: a hash of the bytes that were read; None for rows.
        reported: whether violations are reported; False for `--index`.
        was_read: False where the source could not be read.
        documents, skipped: the number of entities and of other documents; 0 if not reported.
        entities: the number of entities, reported or not.
        violations: those with a location, in the order of the documents.
        unlocated: the number of violations without a location, by rule and severity.
        declared: the number of infos about declared fields that are only counted, by `(heading,
            rule, message, declared_at)`.
        folds: findings that are counted together, by rule and fold.
        claims: what rules with precedence reported, by the number of the document.
        unparsed: documents that do not parse, and may be entities or not.
        listed: the documents, for `--list-files`.
        descriptions: the numbers of OpenAPI descriptions.
        kinds: the kinds of its entities.
        rows: the rows of its entities for the index: group, number of the document, row.
        problems: why it, or a part of it, could not be read.
        failures: the rules that failed.
    """

    def __init__(
        self, position: int, name: str, lines: LineRange | None = None, *, reported: bool = True,
        is_store: bool = False, was_read: bool = True,
    ) -> None:  # fmt: skip
        self.position, self.name, self.lines = position, name, lines
        self.reported, self.is_store, self.was_read = reported, is_store, was_read
        self.digest: int | None = None
        self.documents = self.skipped = self.entities = 0
        self.violations: list[Located] = []
        self.unlocated: Counter[tuple[str, Severity]] = Counter()
        self.declared: Counter[tuple[str, str, str, str]] = Counter()
        self.folds: dict[tuple[str, str], Fold] = {}
        self.claims: dict[int, tuple[Claim, ...]] = {}
        self.unparsed: list[Unparsed] = []
        self.suppressions: list[Suppression] = []
        self.listed: list[Listed] = []
        self.descriptions: list[int] = []
        self.kinds: set[str] = set()
        self.rows: list[tuple[str, int, Row]] = []
        self.problems: list[str] = []
        self.failures = Failures()

    @property
    def is_plain(self) -> bool:
        """Whether it has nothing to report but the number of its documents: the usual case."""
        return not (
            self.violations or self.declared or self.unlocated or self.folds or self.problems
            or self.suppressions or self.unparsed or self.descriptions or self.listed
            or self.claims or self.lines or self.is_store or self.failures
        )  # fmt: skip

    @property
    def order(self) -> tuple[int, int]:
        """The sort key of the reports of a run."""
        return self.position, self.lines.line if self.lines else 0


class RunReport:
    """The results of checking some sources, each by itself, and the index of their entities.

    `merge` is associative and commutative, so the result does not depend on which process checks
    which source.

    Attributes:
        files, documents, skipped: the totals of the sources whose reports are plain.
        reports: the reports of the other sources, or of parts of them.
        kinds: the kinds of all entities.
        readings: what was read of each source, by its position.
        index: the rows of all entities.
    """

    def __init__(self, index: Index | None = None) -> None:
        self.files = self.documents = self.skipped = 0
        self.reports: list[SourceReport] = []
        self.kinds: set[str] = set()
        self.readings: dict[int, list[Reading]] = {}
        self.index = index or Index()

    def add(self, report: SourceReport) -> None:
        """Add the report of a source, or of a range of its lines."""
        self.index.add(report.position, report.rows)
        self.kinds |= report.kinds
        if report.digest is not None:
            reading = Reading(report.digest, report.lines)
            self.readings.setdefault(report.position, []).append(reading)
        if report.is_plain:
            self.files += report.reported
            self.documents += report.documents
            self.skipped += report.skipped
        else:
            report.rows, report.kinds = [], set()
            self.reports.append(report)

    def merge(self, other: RunReport) -> None:
        """Add another report, which must not be used afterwards."""
        self.files += other.files
        self.documents += other.documents
        self.skipped += other.skipped
        self.reports += other.reports
        self.kinds |= other.kinds
        for position, readings in other.readings.items():
            self.readings.setdefault(position, []).extend(readings)
        self.index.merge(other.index)
