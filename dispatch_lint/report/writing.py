"""Makes reports of a result, and writes them to files and folders."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.documents.source import is_url
from dispatch_lint.model.violation import Severity
from dispatch_lint.report import Outcome, files_of, format_named
from dispatch_lint.report.excerpts import Excerpts
from dispatch_lint.store.urls import shown
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result, Summary
    from dispatch_lint.rule import Rule

MANY_DOCUMENTS = 20_000
"""The number of documents up to which they are read again for a graph of them."""


def outcome_of(
    result: Result, sources: Sequence[Source], *, color: bool, with_declared: bool,
    find_rules: Callable[[], Mapping[str, type[Rule]]],
    documents: Callable[[], Iterable[Document]], fail_level: Severity = Severity.WARNING,
    about: Sequence[tuple[str, str]] = (), columns: int | None = None,
) -> Outcome:  # fmt: skip
    """What a report shows of a result.

    Args:
        sources: the sources that were checked, for excerpts of them.
        with_declared: whether infos about declared fields are shown.
        find_rules: returns all rules by name.
        documents: reads the documents that were checked, for a graph of them.
        fail_level, about, columns: see `Outcome`.
    """
    few = result.summary.documents <= MANY_DOCUMENTS
    return Outcome(
        result.violations, list(result.declared) if with_declared else [], result.summary, color,
        Excerpts(sources, result.changed).line, result.hidden, find_rules, documents if few else tuple,
        fail_level, about, columns,
    )  # fmt: skip


_YEAR_10_000 = 253_402_300_800
"""The first second, since 1970, that no date can show."""


def about_run(settings: Settings, arguments: Sequence[str]) -> list[tuple[str, str]]:
    """What is to be known of a run: its date, version, command and settings.

    The date is that of the environment variable SOURCE_DATE_EPOCH, where it is set.

    Args:
        arguments: those of the command line, without the program.
    """
    from shlex import join

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    is_date = epoch.isascii() and epoch.isdigit() and int(epoch[:20]) < _YEAR_10_000
    seconds = int(epoch) if is_date else time.time()
    date = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    # A command line may have the URL of a store, and so a password.
    words = [shown(word) if is_url(word) else _option_shown(word) for word in arguments]
    file = os.path.relpath(settings.file) if settings.file else "none: the defaults"
    return [("date", date), ("version", f"dispatch-lint {__version__}"),
            ("command", join(["dispatch-lint", *words])), ("settings", file)]  # fmt: skip


def _option_shown(word: str) -> str:
    name, equals, value = word.partition("=")
    return f"{name}={shown(value)}" if equals and is_url(value) else word


def write_report(
    outcome: Outcome, format_: str, output: Path, writable: Callable[[str], str]
) -> None:
    """Write a report to a file, or the files of a format that has several to a folder.

    Args:
        writable: replaces characters that cannot be encoded.

    Raises:
        OSError: a file cannot be written; the old file is kept.
    """
    from dispatch_lint.text.files import made_folder, write_lines

    files = files_of(format_, outcome)
    if files is None:
        lines = format_named(format_)(outcome)
        write_lines(output, (writable(line) + "\n" for line in lines))
        return
    with made_folder(output):
        for name, text in files.items():
            write_lines(output / name, [text])


def statistics(summary: Summary) -> Iterator[str]:
    """The number of violations of each rule, the most frequent first."""
    width = max((len(str(times)) for times in summary.rules.values()), default=1)
    for name, times in sorted(summary.rules.items(), key=lambda item: (-item[1], item[0])):
        yield f"{times:>{width}}  {name}"
