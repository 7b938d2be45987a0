"""Fixes: rounds of edits until nothing changes.

Only fixes that are proved are kept: the file still parses, says the same except for what was
fixed, has no new violation, and none of the fixed ones any more. The others are withdrawn, and
reported as withdrawn; so are all fixes of a rule that finds something to fix after each round. In a
file with a document that does not parse, nothing is fixed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.documents.reading import Reading, changed_error, has_changed
from dispatch_lint.fix.fixed import Fixed, full_text
from dispatch_lint.fix.halving import MOST_TRIES, find_holding
from dispatch_lint.fix.proof import (
    NO_LIMITS,
    are_all_removed,
    changes_only_fixed,
    find_unparsed,
    new_names,
    new_violations,
    pointer_with,
    with_text,
)
from dispatch_lint.fix.selection import apply_fixes, select_apart
from dispatch_lint.model.location import pointer

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.model.violation import Violation

Check = Callable[["Sequence[Source]"], "Result"]
"""Checks sources, and locates every violation."""
_FieldOfRule = tuple[str, str, int, str]
"""A file, a rule, the number of a document, and the pointer of a field."""
_MOST_ROUNDS = 10
_ENDLESS = 2
"""What is still there after its field was fixed so often is not fixed by that."""
_FEWEST_TRIES = 4
_BYTES_TRIED = 100_000_000
"""Bytes that are checked, at most, to find out which fixes do not hold."""
_BYTES_OF_VIOLATION = 1_500
"""To find a violation takes as long as to read so many bytes."""


def fix_sources(check: Check, sources: Sequence[Source], *, unsafe: bool) -> Fixed:
    """Fix what can be fixed in the texts of some sources; nothing is written.

    Args:
        unsafe: whether unsafe fixes are made too.
    """
    rounds = _Rounds(check, sources, unsafe=unsafe)
    rounds.run()
    return rounds.fixed


class _Rounds:
    """The rounds of edits in the texts of some sources."""

    def __init__(self, check: Check, sources: Sequence[Source], *, unsafe: bool) -> None:
        self.fixed = Fixed()
        self._check, self._sources, self._unsafe = check, sources, unsafe
        self._files = {
            source.name: source for source in sources if source.reported and not source.rows
        }
        self._closed: set[str] = set()
        """Files in which nothing is fixed."""
        self._given_up: set[tuple[str, str, str]] = set()
        self._endless: set[tuple[str, str]] = set()
        """Rules whose fixes never settle, with the file."""
        self._fixed_at: Counter[_FieldOfRule] = Counter()
        """In how many rounds a rule had each field fixed."""
        self._readings: Mapping[str, Sequence[Reading]] = {}
        self._documents = 0
        """How many documents there are: a fix does not make one something else than an entity."""
        self._tries = 0
        """How many more checks may be made to find out which fixes do not hold."""

    def run(self) -> None:
        """Fix, round by round."""
        fixed = self.fixed
        result = self._check(self._sources)
        violations, self._readings = result.violations, result.readings
        self._documents = result.summary.documents
        told = {str(changed_error(name)) for name in result.changed}
        fixed.problems = [text for text in result.summary.problems if text not in told]
        for name in sorted(result.changed & self._files.keys()):
            self._give_up_changed(name)
        self._tries = _tries(sum(source.size() for source in self._sources), len(violations))
        while endless := self._rounds(violations):
            self._give_up_endless(endless)
            violations = self._result_with(fixed.texts).violations
        for name in [name for name, text in fixed.texts.items() if text == fixed.before[name]]:
            del fixed.texts[name]
            fixed.counts.pop(name, None)

    def _rounds(self, violations: list[Violation]) -> list[Violation]:
        """Fix until there is nothing more to fix.

        Returns:
            What a rule would still have fixed in the end, though it was fixed again and again.
        """
        self._fixed_at.clear()
        for _ in range(_MOST_ROUNDS):
            fixable = self._fixable(violations)
            if not fixable:
                break
            violations = self._round(fixable, _by_file(violations))
        self.fixed.violations = violations
        return [
            violation
            for violation in violations
            if self._is_wanted(violation)
            and self._fixed_at[_field_of_rule(violation, violation.pointer)] >= _ENDLESS
        ]

    def _give_up_endless(self, violations: Iterable[Violation]) -> None:
        """Put the texts of files back that fixes would change for ever, and give these up."""
        for file, rule in dict.fromkeys((found.file, found.rule) for found in violations):
            self._endless.add((file, rule))
            self.fixed.withdrawn.append(
                f"{file}: the fixes of {rule} were not applied: each makes another one necessary"
            )
            if file in self.fixed.texts:
                del self.fixed.texts[file]
                self.fixed.counts.pop(file, None)

    def _result_with(self, texts: Mapping[str, str]) -> Result:
        """What is found in all sources where some have other texts."""
        return self._check([
            with_text(source, texts[source.name]) if source.name in texts else source
            for source in self._sources
        ])  # fmt: skip

    def _fixable(self, violations: Iterable[Violation]) -> dict[str, list[Violation]]:
        """The violations whose fix is asked for and was not given up, by file."""
        return _by_file(
            violation
            for violation in violations
            if self._is_wanted(violation) and _identity(violation) not in self._given_up
        )

    def _is_wanted(self, violation: Violation) -> bool:
        """Whether a violation has a fix that is asked for."""
        return (
            violation.fix is not None
            and violation.file in self._files
            and violation.file not in self._closed
            and (self._unsafe or violation.fix.safety == "safe")
            and (violation.file, violation.rule) not in self._endless
        )

    def _round(
        self, fixable: dict[str, list[Violation]], before: dict[str, list[Violation]]
    ) -> list[Violation]:
        """Make the fixes of all files together, and keep those that hold.

        Args:
            before: all violations there are, by file.

        Returns:
            The violations that there are then.
        """
        texts = self.fixed.texts
        old: dict[str, str] = {}
        fixed: dict[str, list[Violation]] = {}
        for name, violations in fixable.items():
            if name not in texts and self._has_changed(name):
                self._give_up_changed(name)
                continue
            old[name] = texts[name] if name in texts else full_text(self._files[name])
            self.fixed.before.setdefault(name, old[name])
            fixed[name] = select_apart(violations, old[name])
            texts[name] = apply_fixes(old[name], fixed[name])
        result = self._result_with(texts)
        after = _by_file(result.violations)
        fewer = result.summary.documents < self._documents
        problems = {
            name: _OTHERWISE
            if fewer
            or not changes_only_fixed(self._files[name], old[name], texts[name], violations)
            else _problem(before[name], after.get(name, ()), violations)
            for name, violations in fixed.items()
        }
        failed = [name for name, problem in problems.items() if problem]
        for name in failed:
            texts[name] = old[name]
        for name in failed:
            fixed[name] = self._holding(name, fixed[name], before[name], problems[name])
            texts[name] = apply_fixes(old[name], fixed[name])
        for name, violations in fixed.items():
            self.fixed.counts[name] = self.fixed.counts.get(name, 0) + len(violations)
            self._count_fields(violations)
        if failed:
            result = self._result_with(texts)
        self._documents = result.summary.documents
        return result.violations

    def _count_fields(self, fixed: Sequence[Violation]) -> None:
        names = new_names(fixed)
        fields: dict[_FieldOfRule, list[_FieldOfRule]] = {}
        for violation in fixed:
            renamed = violation.fix.renamed if violation.fix else ()
            fields.setdefault(_field_of_rule(violation, violation.pointer), []).extend(
                _field_of_rule(
                    violation, pointer_with(names, violation.document, pointer(field.path))
                )
                for field in renamed
            )
        for field, new_fields in fields.items():
            self._fixed_at[field] += 1
            for new in new_fields:
                self._fixed_at[new] = self._fixed_at[field]

    def _has_changed(self, name: str) -> bool:
        """Whether a file is not what was checked: its places may be wrong."""
        return has_changed(self._files[name], NO_LIMITS, self._readings.get(name, ()))

    def _give_up_changed(self, name: str) -> None:
        self._closed.add(name)
        self.fixed.changed.append(name)
        self.fixed.withdrawn.append(f"{changed_error(name)}: nothing in it was fixed")

    def _holding(
        self, name: str, violations: list[Violation], before: list[Violation], together: str
    ) -> list[Violation]:
        """Of violations of a file whose fixes do not hold together, those whose fixes do.

        Args:
            before: all violations of the file.
            together: why the fixes do not hold together.
        """
        texts = dict(self.fixed.texts)
        old = texts[name]
        if unparsed := find_unparsed(self._files[name], old):
            self._closed.add(name)
            self.fixed.withdrawn.append(
                f"{name}:{unparsed.line}:{unparsed.column}: nothing in the file was fixed, "
                "because this document does not parse"
            )
            return []
        reasons: dict[tuple[str, str, str], str] = {}

        def problem_of(group: list[Violation]) -> str:
            new = apply_fixes(old, group)
            if not changes_only_fixed(self._files[name], old, new, group):
                return _OTHERWISE
            result = self._result_with(texts | {name: new})
            if result.summary.documents < self._documents:
                return _OTHERWISE
            return _problem(before, _by_file(result.violations).get(name, ()), group)

        def holds(group: list[Violation]) -> bool:
            self._tries -= 1
            problem = reasons[_identity(group[0])] = problem_of(group)
            return not problem

        holding, others = find_holding(violations, holds, max(self._tries, 0))
        if not holding:  # beside fixes that were made, the others are tried again
            for violation in others:
                self._given_up.add(_identity(violation))
                self.fixed.withdrawn.append(
                    f"{violation.place}: the fix of {violation.rule} was not applied: "
                    f"{reasons.get(_identity(violation), together)}"
                )
        return holding


_OTHERWISE = "the result would not be valid"
"""Why a fix is withdrawn that changes more than was fixed."""


def _problem(
    before: Sequence[Violation], after: Sequence[Violation], fixed: Sequence[Violation]
) -> str:
    """Why a file is not as it has to be after some violations were fixed; empty where it is."""
    if not are_all_removed(before, after, fixed):
        return "it does not remove the violation"
    for violation in new_violations(before, after, fixed):
        return f"the result would violate {violation.rule}"
    return ""


def _tries(size: int, violations: int) -> int:
    """How many checks may be made to find out which fixes do not hold: what takes some seconds.

    Args:
        size: of all sources, in bytes.
        violations: how many all sources have.
    """
    most = _BYTES_TRIED // (1 + size + _BYTES_OF_VIOLATION * violations)
    return max(_FEWEST_TRIES, min(MOST_TRIES, most))


def _field_of_rule(violation: Violation, field: str) -> _FieldOfRule:
    return violation.file, violation.rule, violation.document, field


def _by_file(violations: Iterable[Violation]) -> dict[str, list[Violation]]:
    found: dict[str, list[Violation]] = {}
    for violation in violations:
        found.setdefault(violation.file, []).append(violation)
    return found


def _identity(violation: Violation) -> tuple[str, str, str]:
    return violation.file, violation.rule, violation.fingerprint
