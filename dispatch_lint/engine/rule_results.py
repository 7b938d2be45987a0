"""What rules yield: a rule of a plugin is not trusted to keep to its types."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from dispatch_lint.documents.document import ROW_KEY
from dispatch_lint.model.fix import Fix, Put, Rename
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import EntityView, Fact, Finding
from dispatch_lint.rule.entity import renew
from dispatch_lint.rule.readonly import changed
from dispatch_lint.text.harmless import derived, shown_value
from dispatch_lint.text.scalars import has_half_character

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Rule, Suppression

Item = TypeVar("Item")
Raised = TypeVar("Raised", bound=Exception)
MAX_FINDINGS = 1_000
"""The findings of one call of a rule; it may have more in a longer text, or a larger group.

A rule that does not stop takes some milliseconds for each document until it is stopped. It is asked
about the next document all the same: which are the next depends on the number of processes.
"""
_OF_TEXTS = "`range` is for findings about texts and suppressions"
_OF_GROUPS = "`entity` and `related` are for findings about groups and references"
_NONE = type(None)
_FINDING_FIELDS: Mapping[str, tuple[type, ...]] = {
    "message": (str,), "severity": (Severity, _NONE), "help": (str,), "subject": (tuple, _NONE),
    "fix": (Fix, _NONE), "entity": (EntityView, _NONE), "related": (tuple,), "fold": (str,),
    "range": (Range, _NONE), "location": (Location, _NONE),
}  # fmt: skip
"""The types of the fields of a finding."""
_PLAIN = frozenset({str, int, float, bool, type(None)})
_ITEMS = (Finding, Fact, str)
"""What a rule may return where it has to yield: each could be iterated over.

A tuple, because `A | B` is made anew each time, at each question to each rule.
"""


def checked_findings(
    rule: Rule, yielded: object, check: Callable[[Finding], None],
    further: Callable[[], int] = lambda: 0,
) -> Iterator[Finding]:  # fmt: skip
    """What a rule yielded, if these are findings.

    Args:
        check: raises a TypeError for a finding that cannot be about what the rule was asked about.
        further: how many it may be beside `MAX_FINDINGS`, for the size of what it was asked about.
            Built-in rules end by themselves.

    Raises:
        TypeError: it is something else, or a field of a finding is, or there is no end of it.
    """
    return _checked(rule, yielded, "findings", checked_finding, check, further)


def _checked(
    rule: Rule, yielded: object, what: str, read: Callable[[object], Item], check: Callable[[Item], None],
    further: Callable[[], int],
) -> Iterator[Item]:  # fmt: skip
    """What a rule yielded, which has to end; each item is what `read` returns of it."""
    if yielded is None:
        raise TypeError(f"it returned None: a rule yields its {what}")
    if isinstance(yielded, _ITEMS):
        raise TypeError(f"it returned a {type(yielded).__name__}: a rule yields its {what}")
    limit = MAX_FINDINGS if rule._is_foreign else sys.maxsize
    for number, item in enumerate(yielded):  # type: ignore[arg-type, var-annotated]
        if number == limit == MAX_FINDINGS:
            limit += further()
        try:
            if number >= limit:
                raise TypeError(f"it yielded more than {limit:,} {what} for one document or group")
            checked = read(item)
            check(checked)
        except TypeError as error:
            raise at_yield(error, yielded) from None
        yield checked


def check_unchanged(view: EntityView) -> None:
    """Check that a rule of others left alone what it was given.

    Lists and dicts refuse to be changed, but for `list.append(value, 1)` and the like.

    Raises:
        TypeError: it has changed the fields of an entity.
    """
    if what := renew(view):
        raise changed(what)


class Observed(Iterator[Any]):
    """What a rule yields, while somebody looks on: an error is still where the rule yields.

    Attributes:
        yielded: what the rule itself returned.
    """

    def __init__(self, yielded: Iterator[Any]) -> None:
        self.yielded = yielded

    def __next__(self) -> Any:
        return next(self.yielded)


def at_yield(error: Raised, yielded: object) -> Raised:
    """An exception as if it were raised where a generator waits: messages name that line."""
    if isinstance(yielded, Observed):
        yielded = yielded.yielded
    frames = []
    while isinstance(yielded, GeneratorType) and yielded.gi_frame is not None:
        frames.append(yielded.gi_frame)
        yielded = yielded.gi_yieldfrom
    traceback = None
    for frame in reversed(frames):
        traceback = TracebackType(traceback, frame, frame.f_lasti, frame.f_lineno)
    return error.with_traceback(traceback)


def checked_finding(yielded: object) -> Finding:
    """What a rule yielded, if it is a finding.

    Raises:
        TypeError: it is something else, or a field of it is.
    """
    if not isinstance(yielded, Finding):
        raise TypeError(f"it yielded {shown_value(yielded)}, which is not a Finding")
    _check_path(yielded.path)
    if yielded.subject is not None:
        _check_path(yielded.subject)
    for name, types in _FINDING_FIELDS.items():
        value = getattr(yielded, name)
        if not isinstance(value, types) or (types == (str,) and type(value) is not str):
            _check_type(f"`{name}` of a Finding", value, *types)
    if not yielded.message:
        raise TypeError("the message of a Finding is empty")
    if yielded.heading or yielded.declared_at:
        raise TypeError("`heading` and `declared_at` of a Finding are set by the engine")
    if yielded.on not in ("key", "value"):
        raise TypeError(
            f'`on` of a Finding is {shown_value(yielded.on)}, but must be "key" or "value"'
        )
    if yielded.range is not None:
        for number in yielded.range:
            if type(number) is not int or number < 1:
                raise TypeError(
                    f"a Range has {shown_value(number)}: lines and columns count from 1"
                )
        if yielded.range[:2] > yielded.range[2:]:
            raise TypeError(f"a Range ends before it begins: {tuple(yielded.range)}")
    for pair in yielded.related:
        if type(pair) is not tuple or len(pair) != 2 or type(pair[1]) is not str:
            raise TypeError(
                f"`related` of a Finding has {shown_value(pair)}: it holds pairs with a message"
            )
    if yielded.fix is not None:
        _check_fix(yielded.fix)
    return yielded


def _check_fix(fix: Fix) -> None:
    _check_type("the safety of a Fix", fix.safety, str)
    if fix.safety not in ("safe", "unsafe"):
        raise TypeError(
            f'the safety of a Fix is {shown_value(fix.safety)}, but must be "safe" or "unsafe"'
        )
    _check_type("the message of a Fix", fix.message, str)
    _check_type("`changes` of a Fix", fix.changes, tuple)
    if not fix.changes:
        raise TypeError("a Fix has no `changes`")
    for change in fix.changes:
        if not isinstance(change, Put | Rename):
            raise TypeError(f"a Fix has {shown_value(change)}, which is neither a Put nor a Rename")
        _check_path(change.path)
        if isinstance(change, Rename):
            _check_type("the name of a Rename", change.name, str)
        else:
            _check_type("the value of a Put", change.value, str, int, bool)
            if type(change.value) is int and not -(2**63) <= change.value < 2**64:
                raise TypeError("the value of a Put is a number that does not fit in 64 bits")


def _check_type(what: str, value: object, *types: type) -> None:
    """Check that a value is of one of the types itself.

    One of a derived class may do anything when it is shown, or cannot be sent to a process.
    """
    if type(value) not in types:
        names = " or ".join("None" if type_ is _NONE else type_.__name__ for type_ in types)
        raise TypeError(
            f"{what} is {shown_value(value)}{derived(value, types)}, but must be {names}"
        )


def check_nothing(_: object) -> None:
    """Take anything."""


def check_of_document(finding: Finding, *, of_text: bool = False) -> None:
    """Check a finding about one document, which cannot be about others as those about groups can.

    Args:
        of_text: whether it is about its text, and so may have a range.

    Raises:
        TypeError: it has an `entity`, or something `related`, or a `location` or
            range that it cannot have, or renames the entity itself.
    """
    _check_renames(finding)
    _check_no_location(finding)
    if finding.range is not None and not of_text:
        raise TypeError(_OF_TEXTS)
    _check_alone(finding)


def check_of_declared(finding: Finding) -> None:
    """Check a finding about the name of a declared field.

    Raises:
        TypeError: as of `check_of_document`, or it is about what is in the field.
    """
    _check_no_location(finding)
    if finding.path:
        raise TypeError(f"a declared field has no value: the path {finding.path} must be ()")
    _check_alone(finding)


def check_of_group(finding: Finding) -> None:
    """Check a finding about a group.

    Raises:
        TypeError: it is counted with others of its file, or has a location, or renames an entity
            itself.
    """
    _check_renames(finding)
    _check_no_location(finding)
    if finding.range is not None:
        raise TypeError(_OF_TEXTS)
    _check_not_folded(finding)


def check_locations(files: Container[str], finding: Finding) -> None:
    """Check that a finding about definitions has a location, and nothing of documents.

    Args:
        files: the files that have definitions.

    Raises:
        TypeError: it has no location or one elsewhere, or a fix, or is related to
            something else than a location.
    """
    if finding.fix is not None:
        raise TypeError("a Fix changes documents; a finding about a definition has none")
    if finding.range is not None:
        raise TypeError(_OF_TEXTS)
    if finding.entity is not None:
        raise TypeError(_OF_GROUPS)
    for what, _ in finding.related:
        if not isinstance(what, Location):
            raise TypeError(f"a finding about a definition is related to {shown_value(what)}: "
                            "it can be to a Location")  # fmt: skip
    _check_not_folded(finding)
    location = finding.location
    if location is None or location.file not in files:
        raise TypeError(
            f"the finding {shown_value(finding.message)} has no `location` in a file with definitions"
        )


def check_of_suppression(suppression: Suppression, finding: Finding) -> None:
    """Check a finding about a suppression comment, which is its location.

    Raises:
        TypeError: it has a path or another location, or a fix: the engine removes what is
            wrong or unused; or it is about something else too.
    """
    _check_no_location(finding)
    _check_alone(finding)
    _check_not_folded(finding)
    if finding.path or finding.range not in (None, suppression.range):
        raise TypeError("a finding about a suppression is at its `range`, with the path ()")
    if finding.fix is not None:
        raise TypeError("a finding about a suppression has no `fix`: the engine has one")


def _check_alone(finding: Finding) -> None:
    if finding.entity is not None or finding.related:
        raise TypeError(_OF_GROUPS)


def _check_not_folded(finding: Finding) -> None:
    if finding.fold:
        raise TypeError("`fold` is for findings about one document")


def _check_no_location(finding: Finding) -> None:
    if finding.location is not None:
        raise TypeError("`location` is for findings about definitions")


def _check_renames(finding: Finding) -> None:
    for change in finding.fix.changes if finding.fix else ():
        if isinstance(change, Rename) and not (change.path and isinstance(change.path[-1], str)):
            raise TypeError(f"a Rename has the path {change.path}, which ends in no field")


def document_problem(document: Document, finding: Finding) -> ValueError | None:
    """What is wrong with the place or the fix of a finding about a document; None for nothing.

    The finding is reported all the same, at the nearest place that does exist.
    """
    if finding.range is not None:
        lines, place = document.part.lines, tuple(finding.range)
        if finding.range.end_line >= lines.first_line + len(lines) + 1:
            return ValueError(f"it yielded the range {place}, which the text does not have")
        start = document.part.start  # its end would be searched for once for each finding
        if finding.range.line < lines.range(start, start).line:
            return ValueError(f"it yielded the range {place}, which is before the document: "
                              "`text.range` gives that of a piece of the text")  # fmt: skip
    elif document.part.problem is None and _lacks(document, finding.path):
        return ValueError(f"it yielded the path {finding.path}, which the document does not have")
    is_yaml = document.source.format == "yaml"
    for change in finding.fix.changes if finding.fix else ():
        if _lacks(document, change.path):
            return ValueError(f"its fix changes {change.path}, which the document does not have")
        text = change.name if isinstance(change, Rename) else change.value
        if isinstance(text, str) and is_yaml and has_half_character(text):
            return ValueError(f"its fix writes {shown_value(text)}, which no YAML text can hold")
    return None


def _lacks(document: Document, path: Path) -> bool:
    return (
        path != ROW_KEY and _is_missing(document.entity, path) and _is_missing(document.value, path)
    )


def _is_missing(entity: Any, path: Path) -> bool:
    for step in path:
        if isinstance(entity, dict):
            if step not in entity:
                return True
        elif not isinstance(entity, list) or type(step) is not int or not 0 <= step < len(entity):
            return True
        entity = entity[step]
    return False


def collected(rule: Rule, entity: EntityView) -> list[Fact]:
    """What a rule collects about one entity, if these are facts that an index can keep.

    Raises:
        TypeError: it is something else, its data are not plain, or there is no end of it; or the
            rule has changed the entity.
    """
    yielded = rule.collect(entity)
    # As of findings: one for each letter of the entity.
    facts = [*_checked(rule, yielded, "facts", _checked_fact, check_nothing,
                       lambda: len(repr(entity.fields)))]  # fmt: skip
    if rule._is_foreign:
        check_unchanged(entity)
    return facts


def _checked_fact(fact: object) -> Fact:
    if not isinstance(fact, Fact):
        raise TypeError(f"it collected {shown_value(fact)}, which is not a Fact")
    if type(fact.group) is not str:
        raise TypeError(f"the group of a fact is {shown_value(fact.group)}, which is not text")
    _check_path(fact.path)
    if not _is_plain(fact.data):
        raise TypeError(
            f"the data of a fact are {shown_value(fact.data)}, which is not a plain value"
        )
    return fact


def _check_path(path: object) -> None:
    if type(path) is not tuple or not all(type(step) in (str, int, bool) for step in path):
        raise TypeError(f"a path is {shown_value(path)}, which is not a tuple of names and numbers")


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return type(value) in _PLAIN
