"""What rules yield and raise: a rule of a plugin is not trusted to keep to its types."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from dispatch_lint.documents.document import ROW_KEY
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.fix import Fix, Put, Rename
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import EntityView, Fact, Finding

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Rule

MAX_FINDINGS = 100_000
"""The findings of one call of a rule; it may have more in a group of more entities."""
MAX_FAILED = 100_000
"""The number of documents that a rule failed for is counted up to this."""
_NONE = type(None)
_FINDING_FIELDS: Mapping[str, tuple[type, ...]] = {
    "message": (str,), "severity": (Severity, _NONE), "help": (str,), "subject": (tuple, _NONE),
    "fix": (Fix, _NONE), "entity": (EntityView, _NONE), "related": (tuple,), "fold": (str,),
    "range": (Range, _NONE), "location": (Location, _NONE), "declared_at": (str,),
    "heading": (str,),
}  # fmt: skip
"""The types of the fields of a finding."""
_PLAIN = frozenset({str, int, float, bool, type(None)})


class Failure(NamedTuple):
    """A rule that failed.

    Attributes:
        reason: the exception, with the file and line in the rule.
        where: the first document, or what else the rule was asked about.
        order: the sort key of the first document.
    """

    rule: str
    reason: str
    where: str
    order: tuple[int, int]

    def message(self, documents: int) -> str:
        """The problem as it is reported.

        Args:
            documents: the number of documents that it failed for.
        """
        more = documents - 1
        plural = "s" if more > 1 else ""
        least = "at least " if documents >= MAX_FAILED else ""
        further = f" ({least}{more:,} further document{plural})" if more else ""
        return f"{self.where}: {self.reason}{further}"


class Failures:
    """The rules that failed, each with the documents that it failed for."""

    def __init__(self) -> None:
        self._first: dict[str, Failure] = {}
        self._documents: dict[str, set[tuple[int, int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._first)

    def add(
        self, rule: Rule, error: BaseException, where: str, order: tuple[int, int] | None = None
    ) -> None:
        """Add the failure of a rule.

        Args:
            where: the document, or what else the rule was asked about.
            order: the sort key of the document; by default one of `where`.
        """
        order = order or (-1, crc32(where.encode("utf-8", "surrogatepass")))
        first = self._first.get(rule.name)
        if first is None or order < first.order:
            failure = Failure(rule.name, internal_error(rule, error), where, order)
            self._first[rule.name] = failure
        documents = self._documents.setdefault(rule.name, set())
        if len(documents) < MAX_FAILED:
            documents.add(order)

    def merge(self, other: Failures) -> None:
        """Add the failures of other documents, or of the same."""
        for name, failure in other._first.items():
            first = self._first.get(name)
            if first is None or failure.order < first.order:
                self._first[name] = failure
            documents = self._documents.setdefault(name, set())
            if len(documents) < MAX_FAILED:
                documents |= other._documents[name]

    def messages(self) -> list[str]:
        """One message for each rule, in the order of the documents."""
        ordered = sorted(self._first.values(), key=lambda failure: (failure.order, failure.rule))
        return [failure.message(len(self._documents[failure.rule])) for failure in ordered]


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
    except BaseException as problem:  # an exception can fail too
        if isinstance(problem, KeyboardInterrupt):
            raise
        text = f"(its text cannot be had: {type(problem).__name__})"
    return f"{type(error).__name__}: {text}"


def _line_of(rule: Rule, error: BaseException) -> str:
    """The file and line of a rule where an exception was raised, or else of its class."""
    import inspect
    import sys
    import traceback

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
    for yielded_finding in _ending(yielded, "findings", size):
        yield checked_finding(yielded_finding)


def _ending(yielded: object, what: str, size: int = 1) -> Iterator[object]:
    """What a rule yielded, which has to end."""
    if yielded is None:
        raise TypeError(f"it returned None: a rule yields its {what}")
    limit = MAX_FINDINGS + 10 * size
    for number, item in enumerate(yielded):  # type: ignore[arg-type, var-annotated]
        if number >= limit:
            raise TypeError(f"it yielded more than {limit:,} {what} for one document or group")
        yield item


def checked_finding(yielded: object) -> Finding:
    """What a rule yielded, if it is a finding.

    Raises:
        TypeError: it is something else, or a field of it is.
    """
    if not isinstance(yielded, Finding):
        raise TypeError(f"it yielded {yielded!r:.60}, which is no Finding")
    _check_path(yielded.path)
    if yielded.subject is not None:
        _check_path(yielded.subject)
    for name, types in _FINDING_FIELDS.items():
        value = getattr(yielded, name)
        if not isinstance(value, types):
            _check_type(f"`{name}` of a Finding", value, *types)
    if yielded.on not in ("key", "value"):
        raise TypeError(f'`on` of a Finding is {yielded.on!r:.60}, and has to be "key" or "value"')
    if yielded.range is not None:
        for number in yielded.range:
            if type(number) is not int or number < 1:
                raise TypeError(f"a Range has {number!r:.60}: lines and columns count from 1")
    for pair in yielded.related:
        if type(pair) is not tuple or len(pair) != 2 or not isinstance(pair[1], str):
            raise TypeError(
                f"`related` of a Finding has {pair!r:.60}: it holds pairs with a message"
            )
    if yielded.fix is not None:
        _check_fix(yielded.fix)
    return yielded


def _check_fix(fix: Fix) -> None:
    if fix.safety not in ("safe", "unsafe"):
        raise TypeError(
            f'the safety of a Fix is {fix.safety!r:.60}, and has to be "safe" or "unsafe"'
        )
    _check_type("the message of a Fix", fix.message, str)
    _check_type("`changes` of a Fix", fix.changes, tuple)
    for change in fix.changes:
        if not isinstance(change, Put | Rename):
            raise TypeError(f"a Fix has {change!r:.60}, which is no Put and no Rename")
        _check_path(change.path)
        if isinstance(change, Rename):
            _check_type("the name of a Rename", change.name, str)
        else:
            _check_type("the value of a Put", change.value, str, int)


def _check_type(what: str, value: object, *types: type) -> None:
    if not isinstance(value, types):
        names = " or ".join("None" if type_ is _NONE else type_.__name__ for type_ in types)
        raise TypeError(f"{what} is {value!r:.60}, and has to be {names}")


def check_of_document(findings: Iterable[Finding]) -> None:
    """Check findings about one document, which cannot speak of others as those about groups can.

    Raises:
        TypeError: a finding has an `entity`, or something `related`, or renames the entity itself.
    """
    for finding in findings:
        _check_renames(finding)
        if finding.entity is not None or finding.related:
            raise TypeError("`entity` and `related` are for findings about groups and references")


def check_of_group(finding: Finding) -> None:
    """Check a finding about a group.

    Raises:
        TypeError: it is counted with others of its file, or renames an entity itself.
    """
    _check_renames(finding)
    if finding.fold:
        raise TypeError("`fold` is for findings about one document")


def check_locations(findings: Iterable[Finding], files: Container[str]) -> None:
    """Check that findings about definitions have a location.

    Args:
        files: the files that have definitions.

    Raises:
        TypeError: a finding has none, or one elsewhere.
    """
    for finding in findings:
        location = finding.location
        if location is None or location.file not in files:
            raise TypeError(
                f"the finding {finding.message!r:.60} has no `location` in a file with definitions"
            )


def _check_renames(finding: Finding) -> None:
    for change in finding.fix.changes if finding.fix else ():
        if isinstance(change, Rename) and not (change.path and isinstance(change.path[-1], str)):
            raise TypeError(f"a Rename has the path {change.path}, which ends in no field")


def path_problem(document: Document, finding: Finding) -> ValueError | None:
    """What is wrong with the path of a finding about a document; None where it exists.

    The finding is reported all the same, at the nearest place that does exist.
    """
    path = finding.path
    if finding.range is not None or path == ROW_KEY or document.part.problem is not None:
        return None
    if not _is_missing(document.entity, path) or not _is_missing(document.value, path):
        return None
    return ValueError(f"it yielded the path {path}, which the document does not have")


def _is_missing(entity: Any, path: Path) -> bool:
    for step in path:
        if isinstance(entity, dict):
            if step not in entity:
                return True
        elif not isinstance(entity, list) or type(step) is not int or not 0 <= step < len(entity):
            return True
        entity = entity[step]
    return False


def checked_facts(yielded: object) -> Iterator[Fact]:
    """What a rule collected about one entity, if these are facts that an index can keep.

    Raises:
        TypeError: it is something else, its data are not plain, or there is no end of it.
    """
    for fact in _ending(yielded, "facts"):
        if not isinstance(fact, Fact):
            raise TypeError(f"it collected {fact!r:.60}, which is no Fact")
        if type(fact.group) is not str:
            raise TypeError(f"the group of a fact is {fact.group!r:.60}, which is no text")
        _check_path(fact.path)
        if not _is_plain(fact.data):
            raise TypeError(f"the data of a fact are {fact.data!r:.60}, which is no plain value")
        yield fact


def _check_path(path: object) -> None:
    if type(path) is not tuple or not all(isinstance(step, (str, int)) for step in path):
        raise TypeError(f"a path is {path!r:.60}, which is no tuple of names and numbers")


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return type(value) in _PLAIN
