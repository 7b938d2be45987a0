"""Violations, and what is wrong with settings, as an editor shows them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.config.settings_file import find
from dispatch_lint.engine.plugins import file_of
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule_pages import address_of
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.lsp.session import Session
    from dispatch_lint.lsp.text import Text
    from dispatch_lint.lsp.workspace import Checked
    from dispatch_lint.model.violation import Related, Violation

SOURCE = "dispatch-lint"
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}
_TAGS = {
    "unused-suppression": lsp.DiagnosticTag.Unnecessary,
    "ignored-document": lsp.DiagnosticTag.Unnecessary,
    "server-owned-field": lsp.DiagnosticTag.Unnecessary,
}
"""What editors show faintly: it has no effect."""


def diagnostics_of(
    session: Session, checker: Checker, text: Text, name: str, checked: Checked
) -> list[lsp.Diagnostic]:
    """The diagnostics of a file.

    Args:
        text: the one that was checked.
        name: of the file, as problems name it.
    """
    found = [diagnostic(session, checker, text, violation) for violation in checked.violations]
    return [*found, *map(_whole_file, _unreadable(checked.problems, name))]


def diagnostic(
    session: Session, checker: Checker, text: Text, violation: Violation
) -> lsp.Diagnostic:
    """A violation as a diagnostic."""
    message = violation.message
    tag = _TAGS.get(violation.rule)
    return lsp.Diagnostic(
        range=text.range(violation.range),
        message=f"{message}\n{violation.help}" if violation.help else message,
        severity=_SEVERITIES[violation.severity],
        code=violation.rule,
        code_description=page_of(checker, violation.rule),
        source=SOURCE,
        tags=[tag] if tag is not None else None,
        related_information=list(_related(session, checker, violation.related)) or None,
        data=violation.fingerprint,
    )


def page_of(checker: Checker, rule: str) -> lsp.CodeDescription | None:
    """The page about a rule: on the web, or else the file of a rule of one's own."""
    if rule not in checker.active:
        return None
    class_ = type(checker.rule(rule))
    file = file_of(class_)
    address = address_of(class_) or (file.resolve().as_uri() if file else None)
    return lsp.CodeDescription(address) if address else None


def _related(
    session: Session, checker: Checker, places: Iterable[Related]
) -> Iterator[lsp.DiagnosticRelatedInformation]:
    """The related places that can be shown.

    A store remembers places relative to where it was imported, which may be elsewhere, and files
    that may be gone.
    """
    for place in places:
        if place.row:
            continue
        file = os.path.normpath(checker.settings.root / place.file)
        text = session.text_of(file)
        if text is None or place.range.line > len(text.lines):
            continue
        location = lsp.Location(session.uri_of_file(file), text.range(place.range))
        yield lsp.DiagnosticRelatedInformation(location, place.message)


def _unreadable(problems: Iterable[str], name: str) -> Iterator[str]:
    """Why a file itself cannot be checked, such as its size."""
    for problem in problems:
        if problem.startswith(f"{name}: ") and "internal error in the rule" not in problem:
            yield problem.removeprefix(f"{name}: ")


def _whole_file(message: str) -> lsp.Diagnostic:
    return lsp.Diagnostic(
        _AT_START, harmless(message), severity=lsp.DiagnosticSeverity.Error, source=SOURCE
    )


_AT_START = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


def settings_diagnostics(session: Session, file: str, problems: Iterable[str]) -> (
    list[lsp.Diagnostic]
):  # fmt: skip
    """What is wrong with settings, each at the place in their file that it is about.

    Args:
        file: the settings file.
    """
    text = session.text_of(file)
    found = []
    for problem in problems:
        message = harmless(problem.removeprefix(f"{file}: "))
        place = _place_in(text, message) if text is not None else _AT_START
        found.append(
            lsp.Diagnostic(place, message, severity=lsp.DiagnosticSeverity.Error, source=SOURCE)
        )
    return found


def _place_in(text: Text, message: str) -> lsp.Range:
    """The line of a settings file that has what a message quotes; the first where none has it."""
    line = re.search(r"\(at line ([1-9][0-9]{0,8}), column ([1-9][0-9]{0,8})\)", message)
    if line:
        start = text.position(int(line[1]), int(line[2]))
        return lsp.Range(start, start)
    quoted = [*re.findall(r'"([^"]+)"', message), message.split(": ")[0]]
    for value in [part for name in quoted for part in (name, name.rpartition(".")[2])]:
        at = text.text.find(value) if value else -1
        if at >= 0:
            return text.place_of(at, at + len(value))
    return _AT_START


def settings_path(folder: Path) -> str:
    """The settings file of a folder; empty where it has none."""
    file = find(folder)
    return str(file) if file else ""
