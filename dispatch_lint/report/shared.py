"""Texts that several formats have: colours, names of files, counted infos, and the summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.tree import repository_of
from dispatch_lint.documents.source import STDIN_NAME, is_url
from dispatch_lint.model.violation import BUILT_IN_DEFINITION, Severity
from dispatch_lint.naming import count
from dispatch_lint.report import Outcome
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.engine.summary import Declared
    from dispatch_lint.model.violation import Violation

COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


def paint(text: str, code: str, outcome: Outcome) -> str:
    """Text in a colour, if colours are used."""
    return f"\x1b[{code}m{text}\x1b[0m" if outcome.color else text


def names_in_repository() -> Callable[[str], str]:
    """A function that names a file from the root of the repository, as the hosts of one want it.

    What is in no repository keeps its name, relative to the working directory.
    """
    here = Path.cwd()
    root = repository_of(here)

    def name(file: str) -> str:
        if root is None or is_url(file) or file == STDIN_NAME:
            return file
        path = os.path.relpath(here / file, root)
        return file if path.startswith(f"{os.pardir}{os.sep}") else path.replace(os.sep, "/")

    return name


def folded(outcome: Outcome) -> Iterator[str]:
    """One line for each declared field whose name violates the guide."""
    for field in sorted(outcome.declared, key=lambda field: (field.heading, field.rule)):
        yield harmless(f"{field.heading}: {_places(field)} ({field.rule}: {field.message})")


def with_help(violation: Violation) -> str:
    """The message and the help, for formats that have one text for both."""
    advice = help_of(violation)
    return f"{violation.message} ({advice})" if advice else violation.message


def help_of(violation: Violation) -> str:
    """The help of a violation; empty where the message ends with the same words."""
    return "" if violation.message.endswith(violation.help) else violation.help


def _places(field: Declared) -> str:
    places = count(field.places, "place")
    at = "in" if field.declared_at.startswith(BUILT_IN_DEFINITION) else "at"
    return f"{places}, declared {at} {field.declared_at}" if field.declared_at else places


def summary_lines(outcome: Outcome) -> Iterator[str]:
    """The summary: the number of violations, and of the documents and definitions checked."""
    summary = outcome.summary
    counts = [
        count(summary.violations[severity], str(severity))
        for severity in sorted(Severity, reverse=True)
        if summary.violations[severity]
    ]
    if summary.problems:
        counts.append(f"{count(len(summary.problems), 'problem')} (see standard error)")
    found = ", ".join(counts) if counts else "No deviations"
    files = summary.files - summary.stores
    places = [count(files, "file")] if files or not summary.stores else []
    places += [count(summary.stores, "store")] if summary.stores else []
    checked = f"{count(summary.documents, 'document')} in {' and '.join(places)}"
    if summary.definition_files:
        definitions = count(summary.definitions, "definition")
        definitions = f"{definitions} in {count(summary.definition_files, 'file')}"
        checked = f"{checked}, {definitions}" if summary.documents else definitions
    parts = [f"{checked} checked", f"{summary.skipped} skipped"]
    if summary.suppressed:
        parts.append(f"{summary.suppressed} suppressed")
    if summary.baselined:
        parts.append(f"{summary.baselined} in the baseline")
    if summary.closed and summary.not_judged:
        parts.append(f"closed world: {count(summary.not_judged, 'reference')} not checked (what they mean "
                     "cannot be read)")  # fmt: skip
    elif summary.closed and summary.problems:
        parts.append("closed world")  # what could not be read was not checked
    elif summary.closed:
        parts.append("closed world: all references checked")
    elif summary.definition_files and not summary.documents:
        pass
    elif summary.not_judged:
        parts.append(
            f"open world: {count(summary.not_judged, 'reference')} not checked (no document of that "
            "kind in this run; `--store` or `complete` says what exists)"
        )
    else:
        parts.append("open world")
    yield f"{found}. {', '.join(parts)}."
