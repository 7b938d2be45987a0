"""What rules yield and raise: a rule of a plugin is not trusted to keep to its types."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any

from dispatch_lint.engine.plugins import reason_of
from dispatch_lint.model.fix import Fix
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Rule

FAILURES = (Exception, SystemExit)
"""What counts as a failure of a rule: a rule cannot end the run."""
MAX_PASSED = 10_000
"""The number of memo entries for the values of facts."""
_JUDGEMENT_FIELDS: Mapping[str, type | UnionType] = {
    "message": str, "severity": Severity | None, "help": str, "subject": tuple | None,
    "fix": Fix | None,
}  # fmt: skip
"""The types of the fields that findings and judgements have in common."""
_FINDING_FIELDS: Mapping[str, type | UnionType] = {
    **_JUDGEMENT_FIELDS, "fold": str, "heading": str, "declared_at": str, "range": Range | None,
    "location": Location | None,
}  # fmt: skip
_PLAIN = frozenset({str, int, float, bool, type(None)})


def failure(rule: Rule, where: str, document: int, error: BaseException) -> str:
    """The problem message for a rule that failed.

    Args:
        where: what the rule checked, such as the name of a source.
        document: the number of the document; negative for none.
    """
    prefix = f"{where}: document {document}: " if document >= 0 else f"{where}: "
    return prefix + internal_error(rule, error)


def internal_error(rule: Rule, error: BaseException) -> str:
    """The message for a rule that failed."""
    return f"internal error in the rule {rule.name}: {reason_of(error)}"


def checked_finding(yielded: object) -> Finding:
    """What a rule yielded, if it is a finding.

    Raises:
        TypeError: it is something else, or a field of it is.
    """
    if not isinstance(yielded, Finding):
        raise TypeError(f"it yielded {yielded!r:.60}, which is no Finding")
    _check_path(yielded.path)
    _check_fields(yielded, _FINDING_FIELDS)
    return yielded


def checked_judgement(yielded: object) -> Judgement:
    """What a corpus rule yielded, if it is a judgement.

    Raises:
        TypeError: it is something else, or a field of it is.
    """
    if not isinstance(yielded, Judgement):
        raise TypeError(f"it yielded {yielded!r:.60}, which is no Judgement")
    _check_fields(yielded, _JUDGEMENT_FIELDS)
    return yielded


class FactCheck:
    """Checks that the values of facts can be kept in an index, each value once."""

    def __init__(self) -> None:
        self._passed: set[tuple[Path, tuple[Any, ...]]] = set()

    def check(self, group: str, path: Path, data: tuple[Any, ...]) -> None:
        """Check a fact that a rule collected.

        Raises:
            TypeError: its values are not plain.
        """
        if type(group) is not str:
            raise TypeError(f"the group of a fact is {group!r:.60}, which is no text")
        try:
            if (path, data) in self._passed:
                return
        except TypeError:  # unhashable: the checks below say which value it is
            pass
        _check_path(path)
        if type(data) is not tuple or not _are_plain(data):
            raise TypeError(f"the data of a fact are {data!r:.60}, which are no plain values")
        if len(self._passed) < MAX_PASSED:
            self._passed.add((path, data))


def _check_path(path: object) -> None:
    if type(path) is not tuple or not all(isinstance(step, (str, int)) for step in path):
        raise TypeError(f"a path is {path!r:.60}, which is no tuple of names and numbers")


def _check_fields(yielded: Finding | Judgement, types: Mapping[str, type | UnionType]) -> None:
    for name, type_ in types.items():
        value = getattr(yielded, name)
        if not isinstance(value, type_):
            what = type(yielded).__name__
            raise TypeError(f"`{name}` of a {what} is {value!r:.60}, and has to be {type_}")


def _are_plain(values: tuple[Any, ...]) -> bool:
    return all(
        type(value) in _PLAIN or (type(value) is tuple and _are_plain(value)) for value in values
    )
