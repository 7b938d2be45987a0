"""What rules yield and raise: a rule of a plugin is not trusted to keep to its types."""

from __future__ import annotations

import traceback
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.model.errors import InputError
from dispatch_lint.model.fix import Fix
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import EntityView, Fact, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import UnionType

    from dispatch_lint.rule import Rule

MAX_FINDINGS = 100_000
"""The findings of one call of a rule; it may have more in a group of more entities."""
MAX_PASSED = 10_000
"""The number of memo entries for the values of facts."""
_FINDING_FIELDS: Mapping[str, type | UnionType] = {
    "message": str, "severity": Severity | None, "help": str, "subject": tuple | None,
    "fix": Fix | None, "entity": EntityView | None, "related": tuple, "fold": str, "heading": str,
    "declared_at": str, "range": Range | None, "location": Location | None,
}  # fmt: skip
_PLAIN = frozenset({str, int, float, bool, type(None)})


class Failure(NamedTuple):
    """A rule that failed, and for how many documents.

    Attributes:
        reason: the exception, with the file and line in the rule.
        where: the first document, or what else the rule was asked about.
        order: the sort key of the first document.
        documents: how many it failed for.
    """

    rule: str
    reason: str
    where: str
    order: tuple[int, int] = (0, 0)
    documents: int = 1

    @property
    def message(self) -> str:
        """The problem as it is reported."""
        more = self.documents - 1
        plural = "s" if more > 1 else ""
        further = f" ({more:,} further document{plural})" if more else ""
        return f"{self.where}: {self.reason}{further}"

    def merge(self, other: Failure) -> Failure:
        """The failures of one rule together."""
        first = min(self, other, key=lambda failure: failure.order)
        return first._replace(documents=self.documents + other.documents)


class Failures(dict[str, Failure]):
    """Failures, by the name of the rule."""

    def add(
        self, rule: Rule, error: BaseException, where: str, order: tuple[int, int] = (0, 0)
    ) -> None:
        """Add the failure of a rule.

        Args:
            where: the document, or what else the rule was asked about.
        """
        self.merge([Failure(rule.name, internal_error(rule, error), where, order)])

    def merge(self, failures: Iterable[Failure]) -> None:
        """Add further failures."""
        for failure in failures:
            before = self.get(failure.rule)
            self[failure.rule] = before.merge(failure) if before else failure

    def messages(self) -> list[str]:
        """One message for each rule, in the order of the documents."""
        ordered = sorted(self.values(), key=lambda failure: (failure.order, failure.rule))
        return [failure.message for failure in ordered]


def reraise_if_not_of_rule(error: BaseException) -> None:
    """Raise an exception again that is not the fault of the rule that it came through.

    Whatever else a rule raises, it cannot end the run.
    """
    from dispatch_lint.engine.members import Wanted

    if isinstance(error, KeyboardInterrupt | InputError | Wanted):
        raise error


def document_name(source: str, number: int) -> str:
    """A document as messages name it."""
    return f"{source}: document {number}"


def internal_error(rule: Rule, error: BaseException) -> str:
    """The message for a rule that failed: with the line of the rule that raised."""
    return f"internal error in the rule {rule.name} ({_line_of(rule, error)}): {reason_of(error)}"


def reason_of(error: BaseException) -> str:
    """An exception of a plugin as one line."""
    try:
        text = str(error)
    except Exception as problem:  # an exception can fail too
        text = f"(its text cannot be had: {type(problem).__name__})"
    return f"{type(error).__name__}: {text}"


def _line_of(rule: Rule, error: BaseException) -> str:
    """The file and line of a rule where an exception was raised, or else of its class."""
    import inspect
    import sys

    module = sys.modules.get(type(rule).__module__)
    file = getattr(module, "__file__", None) or "?"
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno for frame in reversed(frames) if frame.filename == file), None)
    if line is None:  # what it yielded is wrong
        try:
            line = inspect.getsourcelines(type(rule))[1]
        except (OSError, TypeError):
            line = 1
    return f"{_shown(file)}:{line}"


def _shown(file: str) -> str:
    path = FilePath(file)
    try:
        return path.relative_to(FilePath.cwd()).as_posix()
    except (ValueError, OSError):
        return path.name


def checked_findings(yielded: object, size: int = 1) -> Iterator[Finding]:
    """What a rule yielded, if these are findings.

    Args:
        size: the number of entities that it was asked about.

    Raises:
        TypeError: it is something else, or a field of a finding is, or there is no end of it.
    """
    if yielded is None:
        raise TypeError("it returned None: a rule yields its findings")
    limit = MAX_FINDINGS + 10 * size
    for number, finding in enumerate(yielded):  # type: ignore[arg-type, var-annotated]
        if number >= limit:
            raise TypeError(f"it yielded more than {limit:,} findings for one document or group")
        yield checked_finding(finding)


def checked_finding(yielded: object) -> Finding:
    """What a rule yielded, if it is a finding.

    Raises:
        TypeError: it is something else, or a field of it is.
    """
    if not isinstance(yielded, Finding):
        raise TypeError(f"it yielded {yielded!r:.60}, which is no Finding")
    _check_path(yielded.path)
    for name, type_ in _FINDING_FIELDS.items():
        value = getattr(yielded, name)
        if not isinstance(value, type_):
            raise TypeError(f"`{name}` of a Finding is {value!r:.60}, and has to be {type_}")
    return yielded


class FactCheck:
    """Checks that facts can be kept in an index, the values of each kind once."""

    def __init__(self) -> None:
        self._passed: set[tuple[object, object]] = set()

    def check(self, fact: object) -> Fact:
        """Check a fact that a rule collected.

        Raises:
            TypeError: it is no fact, or its data are not plain.
        """
        if not isinstance(fact, Fact):
            raise TypeError(f"it collected {fact!r:.60}, which is no Fact")
        if type(fact.group) is not str:
            raise TypeError(f"the group of a fact is {fact.group!r:.60}, which is no text")
        try:
            if (fact.path, fact.data) in self._passed:
                return fact
        except TypeError:  # unhashable: the checks below say which value it is
            pass
        _check_path(fact.path)
        if not _is_plain(fact.data):
            raise TypeError(f"the data of a fact are {fact.data!r:.60}, which is no plain value")
        if len(self._passed) < MAX_PASSED:
            self._passed.add((fact.path, fact.data))
        return fact


def _check_path(path: object) -> None:
    if type(path) is not tuple or not all(isinstance(step, (str, int)) for step in path):
        raise TypeError(f"a path is {path!r:.60}, which is no tuple of names and numbers")


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return type(value) in _PLAIN
