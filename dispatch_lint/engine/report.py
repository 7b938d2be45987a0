"""Reports as values: of one source, and of many, merged in any order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.reading import Reading
from dispatch_lint.index.facts import FactRow, Index

if TYPE_CHECKING:
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.engine.precedence import Claim
    from dispatch_lint.engine.summary import Listed
    from dispatch_lint.model.violation import Severity, Violation


class Located(NamedTuple):
    """A violation with its place, and the document that it is of.

    Attributes:
        fold: violations of one file with the same rule and fold are shown once, with their count.
    """

    document: int
    violation: Violation
    fold: str = ""


class Fold(NamedTuple):
    """Findings of one file that are counted together.

    Attributes:
        severity: of the first of them.
        located: whether the first of them is among the located violations.
    """

    times: int
    severity: Severity
    located: bool


class Unparsed(NamedTuple):
    """A document that does not parse, and is an entity only beside other entities.

    Attributes:
        document: the number of it.
        violations: what is found of it if it is one.
        unlocated: what is only counted then.
        entity, skipped: what is listed of it in either case.
        documents: for how many such documents it stands, where they are only counted.
    """

    document: int
    violations: tuple[Located, ...]
    unlocated: Counter[tuple[str, Severity]]
    entity: Listed
    skipped: Listed
    documents: int = 1


@dataclass
class SourceReport:
    """What was found in one source, or in some lines of it, by itself.

    Attributes:
        position: of the source among those of the run.
        lines: the lines of a JSONL source that it is about; None for a whole source.
        digest: of the bytes that were read; None for rows.
        reported: whether violations count; False for what is read for keys and references only.
        documents, skipped: how many there are; of a source that is reported.
        entities: documents that are entities, reported or not.
        violations: those that are shown, in the order of the documents.
        unlocated: how many violations are counted without a place, by rule and severity.
        declared: infos about declared fields that are counted: `(heading, rule, message,
            declared_at)`.
        folds: findings that are counted together, by rule and fold.
        claims: of documents with findings, what the rules with precedence spoke about.
        descriptions: the numbers of documents that describe an API.
        kinds: the kinds of its entities.
        facts: what the rules about several documents know of its entities, by table.
        problems: why it, or a part of it, could not be read or checked.
    """

    position: int
    name: str
    lines: LineRange | None = None
    digest: int | None = None
    reported: bool = True
    is_store: bool = False
    was_read: bool = True
    documents: int = 0
    skipped: int = 0
    entities: int = 0
    violations: list[Located] = field(default_factory=list)
    unlocated: Counter[tuple[str, Severity]] = field(default_factory=Counter)
    declared: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    folds: dict[tuple[str, str], Fold] = field(default_factory=dict)
    claims: dict[int, tuple[Claim, ...]] = field(default_factory=dict)
    unparsed: list[Unparsed] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    descriptions: list[int] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    facts: dict[str, list[FactRow]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is told of it but how many documents it has: nearly always."""
        return not (
            self.violations or self.declared or self.unlocated or self.folds or self.problems
            or self.suppressions or self.unparsed or self.descriptions or self.listed
            or self.claims or self.lines or self.is_store
        )  # fmt: skip

    @property
    def order(self) -> tuple[int, int]:
        """Its place among the reports of a run."""
        return self.position, self.lines.line if self.lines else 0


@dataclass
class RunReport:
    """What was found in some sources, each by itself, and the index of what they say.

    `merge` is associative and commutative: whichever process checked which source, the result is
    the same.

    Attributes:
        files, documents, skipped: of the sources of which nothing else is to be told.
        reports: of the others, or of parts of them.
        kinds: the kinds of all entities.
        readings: what was read of each source, by its position.
    """

    files: int = 0
    documents: int = 0
    skipped: int = 0
    reports: list[SourceReport] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    readings: dict[int, list[Reading]] = field(default_factory=dict)
    index: Index = field(default_factory=Index)

    def add(self, report: SourceReport) -> None:
        """Add the report of one source, or of some lines of one."""
        self.index.add(report.position, report.facts)
        self.kinds |= report.kinds
        if report.digest is not None:
            reading = Reading(report.digest, report.lines)
            self.readings.setdefault(report.position, []).append(reading)
        if report.is_plain:
            self.files += report.reported
            self.documents += report.documents
            self.skipped += report.skipped
        else:
            report.facts, report.kinds = {}, set()
            self.reports.append(report)

    def merge(self, other: RunReport) -> None:
        """Add all of another report, which is not to be used any more."""
        self.files += other.files
        self.documents += other.documents
        self.skipped += other.skipped
        self.reports += other.reports
        self.kinds |= other.kinds
        for position, readings in other.readings.items():
            self.readings.setdefault(position, []).extend(readings)
        self.index.merge(other.index)
