"""What rules raise: a rule that fails is one problem of the run, and never ends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError, UserError
from dispatch_lint.signals import ends_run
from dispatch_lint.text.harmless import without_addresses

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from dispatch_lint.rule import Rule

Method = Callable[..., object]
"""A method of a rule."""
MAX_FAILED = 100_000
"""The number of documents that a rule failed for is counted up to this."""


MAX_REASON = 1_000
"""The letters of the text of an exception that are shown: it may have a whole document in it."""


class PluginError(UserError):
    """A rule that cannot be loaded; the message names it."""


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
        self, rule: Rule, error: BaseException, where: str, order: tuple[int, int] | None = None,
        method: Method | None = None,
    ) -> None:  # fmt: skip
        """Add the failure of a rule.

        Args:
            where: the document, or what else the rule was asked about.
            order: the sort key of the document; by default one of `where`, after all documents.
            method: the one that was called, see `line_of`.
        """
        order = order or (sys.maxsize, _number(where))
        first = self._first.get(rule.name)
        if first is None or order < first.order:
            failure = Failure(rule.name, internal_error(rule, error, method), where, order)
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

    if isinstance(error, InputError | Wanted) or ends_run(error):
        raise error


def document_name(source: str, number: int) -> str:
    """A document as messages name it."""
    return f"{source}: document {number}"


def internal_error(rule: Rule, error: BaseException, method: Method | None = None) -> str:
    """The message for a rule that failed: with the line of the rule that raised, see `line_of`."""
    where = line_of(type(rule), error, method)
    return f"internal error in the rule {rule.name} ({where}): {reason_of(error)}"


def reason_of(error: BaseException) -> str:
    """An exception of a plugin as one line."""
    try:
        text = str(error)
    except BaseException as problem:  # an exception can fail too
        if ends_run(problem):
            raise
        text = f"(its text cannot be had: {type(problem).__name__})"
    name, text = type(error).__name__, without_addresses(text)
    if len(text) > MAX_REASON:
        text = f"{text[:MAX_REASON]}…"
    return f"{name}: {text}" if text else name


def line_of(rule: type[Rule], error: BaseException, method: Method | None = None) -> str:
    """The file and line of a rule where an exception was raised, or else of its method, or of its class.

    Args:
        method: the one that was called; by default that of a rule that has one.
    """
    import inspect

    module = sys.modules.get(rule.__module__)
    file = getattr(module, "__file__", None) or "?"
    line = line_in(file, error)
    if line is None:  # what it returned is wrong, or the method is one of a base class elsewhere
        code = _code_of(method or _only_method(rule))
        if code is not None:
            file = code.co_filename
            line = line_in(file, error) or code.co_firstlineno
    if line is None:
        try:
            line = inspect.getsourcelines(rule)[1]
        except (OSError, TypeError):
            line = 1
    return f"{_shown(file)}:{line}"


def _code_of(method: Method | None) -> CodeType | None:
    """The code of a method, as its author wrote it; None for what is no function, or in no file."""
    import inspect

    code: CodeType | None = getattr(method and inspect.unwrap(method), "__code__", None)
    # `@dataclass` makes methods whose file is "<string>".
    return None if code is None or code.co_filename.startswith("<") else code


def _only_method(rule: type[Rule]) -> Method | None:
    """The method of a rule that has no other one which checks something."""
    from dispatch_lint.rule import SCOPES

    methods: list[Method] = [getattr(rule, name) for name in SCOPES if rule.has(name)]
    return methods[0] if len(methods) == 1 else None


def running_rule(frame: FrameType | None) -> str:
    """The rule of others that is at work, with its file and line; empty for none.

    Args:
        frame: what a signal interrupted.
    """
    from dispatch_lint.rule import Rule

    while frame is not None:
        rule = frame.f_locals.get("self")
        if isinstance(rule, Rule) and rule._is_foreign:
            return f"{rule.name} ({_shown(frame.f_code.co_filename)}:{frame.f_lineno})"
        frame = frame.f_back
    return ""


def place_of(error: BaseException) -> str:
    """The file and line where loading code failed; empty where that is in no file of its author."""
    import traceback

    if isinstance(error, SyntaxError) and error.filename:
        return f" ({error.filename}:{error.lineno})"
    loaders = ("<frozen ", str(FilePath(__file__).parent))
    standard = str(FilePath(os.__file__).parent)
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(loaders)
        and ("-packages" in frame.filename or not frame.filename.startswith(standard))
    ]  # fmt: skip
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""


def line_in(file: str, error: BaseException) -> int | None:
    """The line of a file where an exception was raised; None for one that came from elsewhere."""
    import traceback

    # What a generator raises may be the cause of another exception: StopIteration is.
    raised = (error, error.__cause__)
    frames = [
        frame for each in raised if each for frame in traceback.extract_tb(each.__traceback__)
    ]
    return next((frame.lineno for frame in reversed(frames) if frame.filename == file), None)


def _shown(file: str) -> str:
    path = FilePath(file)
    try:
        return path.relative_to(FilePath.cwd()).as_posix()
    except (ValueError, OSError):
        return path.name


def _number(where: str) -> int:
    """A number for what a rule was asked about, the same in every process."""
    from zlib import crc32

    return crc32(where.encode("utf-8", "surrogatepass"))
