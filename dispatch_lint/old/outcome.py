"""What a run leaves behind besides its violations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.model.violation import Severity

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.suppression import Suppression
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.old.looks import Look
    from dispatch_lint.report.baseline import Baseline


@dataclass
class Declared:
    """Infos about one declared field, counted under one heading."""

    heading: str
    rule: str
    message: str
    declared_at: str
    places: int = 0


@dataclass
class Summary:
    """What a run did."""

    files: int = 0
    """Sources that were checked; stores too."""
    stores: int = 0
    documents: int = 0
    skipped: int = 0
    definitions: int = 0
    """Kinds that Go and OpenAPI files declare."""
    definition_files: int = 0
    violations: Counter[Severity] = field(default_factory=Counter)
    suppressed: int = 0
    baselined: int = 0
    not_judged: int = 0
    closed: bool = False
    rules: Counter[str] = field(default_factory=Counter)
    not_shown: Counter[str] = field(default_factory=Counter)
    """Violations that are counted only, by file: more than `limits.violations-per-file`."""
    folded: int = 0
    """Findings that are counted with the first of their kind, and have no place."""
    problems: list[str] = field(default_factory=list)
    """Inputs that could not be read, and rules that failed: reasons for exit code 2."""
    outside: bool = False
    """Whether it depends on files beyond its sources, such as the schema that a modeline names."""

    def add(self, other: Summary, without: Collection[str] = ()) -> None:
        """Add what another process counted.

        Args:
            without: problems that are known already.
        """
        for name in ("files", "stores", "documents", "skipped", "definitions", "definition_files",
                     "suppressed", "baselined", "not_judged", "folded"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.outside |= other.outside
        self.violations.update(other.violations)
        self.rules.update(other.rules)
        self.not_shown.update(other.not_shown)
        self.problems += [one for one in other.problems if one not in without]

    def uncount(self, file: str, rule: str, severity: Severity, quiet: Severity) -> None:
        """Take back what `Run.count_unshown` counted once."""
        _take_away(self.violations, severity)
        _take_away(self.rules, rule)
        if severity >= quiet:
            _take_away(self.not_shown, file)


def _take_away(counter: Counter[Any], key: object) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]  # a report would show that there is none


class Listed(NamedTuple):
    """What `--list-files` says of one document."""

    file: str
    document: int
    what: str


@dataclass
class Result:
    """What a run found.

    Attributes:
        violations: in the order of file, line, column and rule.
        declared: infos about declared fields, where they are counted.
        listed: what each document is, where that was asked for.
        hidden: violations that a baseline knows.
        look: how the files looked before they were read, where a cache answers for all of this.
        ranks: of each violation, how many the run found before it.
        whole: files with suppressions: of these all violations are shown.
    """

    violations: list[Violation]
    summary: Summary
    declared: list[Declared]
    listed: list[Listed] | None = None
    hidden: list[Violation] = field(default_factory=list)
    look: Look | None = None
    ranks: list[int] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)

    def hide(self, baseline: Baseline, *, fold: bool) -> None:
        """Put aside what a baseline knows; each violation has to be there by itself.

        Args:
            fold: whether infos about declared names are counted from here on.
        """
        shown = []
        declared: dict[tuple[str, str], Declared] = {}
        for one in self.violations:
            if baseline.hides(one):
                self.hidden.append(one)
                self.summary.baselined += 1
                self.summary.violations[one.severity] -= 1
                self.summary.rules[one.rule] -= 1
            elif fold and one.heading and one.severity is Severity.INFO:
                first = Declared(one.heading, one.rule, one.message, one.declared_at)
                declared.setdefault((one.heading, one.rule), first).places += 1
            else:
                shown.append(one)
        self.violations, self.declared = shown, list(declared.values())

    def show(self, quiet: Severity, most: int) -> None:
        """Show of each file at most so many violations, the first found that are not below a severity.

        Of a result that has all of them: a run that shows no more looks for no more.
        """
        whole = frozenset(self.whole)
        times: Counter[str] = Counter()
        shown: list[int] = []
        for number in sorted(range(len(self.ranks)), key=self.ranks.__getitem__):
            one = self.violations[number]
            if one.severity < quiet:
                continue
            times[one.file] += one.file not in whole
            if times[one.file] <= most:
                shown.append(number)
            else:
                self.summary.not_shown[one.file] += 1
        shown.sort()
        self.violations = [self.violations[number] for number in shown]
        self.ranks = [self.ranks[number] for number in shown]


class Share(NamedTuple):
    """What one process found in its files: the parts of a run of the same names."""

    found: list[Violation]
    suppressions: dict[str, list[Suppression]]
    summary: Summary
    declared: dict[tuple[str, str], Declared]
    listed: list[Listed] | None
    descriptions: list[tuple[Source, int]]
    kinds: set[str]
    failures: set[str]
    digests: dict[int, bytes] | None
    shown: Counter[str]
