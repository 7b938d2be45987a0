"""A JSONL file that several processes judge, some lines each: what they saw, put together.

What is said of it is what one process says that sees all of it. Three things do not stop at the
end of a range: of what is said of very many entities, only the first has its place; only the
first violations of a file are shown; and a line that does not parse is judged by what else there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError
from dispatch_lint.old.file_check import FileCheck

if TYPE_CHECKING:
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.model.violation import Finding, Severity
    from dispatch_lint.old.engine import Run
    from dispatch_lint.old.outcome import Share
    from dispatch_lint.old.placed import Part
    from dispatch_lint.rule import Rule


class Fold(NamedTuple):
    """What a process knows of findings that are counted together.

    Attributes:
        first: the number of the first among the violations that were found; None where it is
            not among them.
        severity: of the first; None where that was told before.
    """

    times: int
    first: int | None
    severity: Severity | None


class Tally(NamedTuple):
    """What a process saw of a file since the last time."""

    source: int
    entities: int
    folds: dict[tuple[str, str], Fold]
    unparsed: list[tuple[int, Part]]


class LineCheck(FileCheck):
    """A JSONL file, some lines at a time."""

    def __init__(self, run: Run, number: int) -> None:
        super().__init__(run, run.sources[number], number)
        self._severities: dict[tuple[str, str], Severity] = {}
        self._told: dict[tuple[str, str], int] = {}
        self._shown = 0

    def judge(self, lines: LineRange) -> None:
        """Judge some lines, all of which come behind those that were judged before."""
        run, name = self.run_, self.source.name
        run.shown[name] = max(run.shown[name], self._shown)  # a drained run has forgotten
        try:
            for index, (number, line) in enumerate(
                self.source.raw_lines(within=lines), lines.document
            ):
                self.line(index, number, line)
        except InputError as error:
            run.summary.problems.append(str(error))
        self._shown = run.shown[name]

    def drain(self) -> Tally:
        """What was seen since the last time, for the process that puts the file together.

        How many violations were located is remembered: those of earlier lines are shown first.
        """
        folds = {
            key: Fold(times - told, self.first.get(key), self._severities.pop(key, None))
            for key, times in self.folded.items()
            if (told := self._told.get(key, 0)) < times
        }
        tally = Tally(self.number, self.entities, folds, self.unparsed)
        self._told = dict(self.folded)
        self.first, self.entities, self.unparsed = {}, 0, []
        return tally

    def take(self, tally: Tally, share: Share) -> None:
        """Put together what was seen up to here with what a process saw of the lines behind.

        Args:
            share: what that process found; the run is given its violations, and only these.
        """
        run = self.run_
        firsts: dict[int, tuple[str, str]] = {}
        again: set[int] = set()
        for key, fold in tally.folds.items():
            known = key in self.folded
            self.folded[key] = self.folded.get(key, 0) + fold.times
            run.summary.folded += known and fold.severity is not None
            if fold.first is not None:
                firsts[fold.first] = key
                if known:
                    again.add(fold.first)
            elif known and fold.severity is not None:
                share.summary.uncount(self.source.name, key[0], fold.severity, run.quiet)
        for number, one in enumerate(share.found):
            if number not in again and run.show(one) and number in firsts:
                self.first[firsts[number]] = len(run.found) - 1
        self.entities += tally.entities
        self.unparsed += tally.unparsed
        share.found.clear()
        share.shown.pop(self.source.name, None)

    def end(self) -> None:
        """Judge what could not be judged before all of the file was seen."""
        self.run_.summary.files += self.source.reported
        self.finish()
        self._count_folds()

    def _is_first(self, rule: Rule, finding: Finding) -> bool:
        first = super()._is_first(rule, finding)
        if first and finding.fold:
            self._severities[rule.name, finding.fold] = self.run_.severity(rule, finding)
        return first
