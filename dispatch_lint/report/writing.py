"""Makes reports of a result, and writes them to files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.report import Outcome, files_of, format_named
from dispatch_lint.report.excerpts import Excerpts
from dispatch_lint.text.files import write_lines

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result, Summary
    from dispatch_lint.rule import Rule

MANY_DOCUMENTS = 20_000
"""The number of documents up to which they are read again for a graph of them."""


def outcome_of(
    result: Result, sources: Sequence[Source], *, color: bool, with_declared: bool,
    find_rules: Callable[[], Mapping[str, type[Rule]]],
    documents: Callable[[], Iterable[Document]],
) -> Outcome:  # fmt: skip
    """What a report shows of a result.

    Args:
        sources: the sources that were checked, for excerpts of them.
        with_declared: whether infos about declared fields are shown.
        find_rules: returns all rules by name.
        documents: reads the documents that were checked, for a graph of them.
    """
    few = result.summary.documents <= MANY_DOCUMENTS
    return Outcome(
        result.violations, list(result.declared) if with_declared else [], result.summary, color,
        Excerpts(sources, result.changed).line, result.hidden, find_rules, documents if few else tuple,
    )  # fmt: skip


def write_report(
    outcome: Outcome, format_: str, output: Path, writable: Callable[[str], str]
) -> None:
    """Write a report to a file, or the files of a format that has several to a folder.

    Args:
        writable: replaces characters that cannot be encoded.

    Raises:
        OSError: a file cannot be written; the old file is kept.
    """
    files = files_of(format_, outcome)
    if files is None:
        lines = format_named(format_)(outcome)
        write_lines(output, (writable(line) + "\n" for line in lines))
        return
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_lines(output / name, [text])


def statistics(summary: Summary) -> Iterator[str]:
    """The number of violations of each rule, the most frequent first."""
    width = max((len(str(times)) for times in summary.rules.values()), default=1)
    for name, times in sorted(summary.rules.items(), key=lambda item: (-item[1], item[0])):
        yield f"{times:>{width}}  {name}"
