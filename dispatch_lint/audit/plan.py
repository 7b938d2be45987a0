"""What every task of an audit is told, and the run that it makes of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.documents.source import Source
from dispatch_lint.old.engine import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.violation import Severity
    from dispatch_lint.rule import Rule


class Starts(NamedTuple):
    """Where a block of a file begins: lines and documents before it."""

    source: int
    line: int
    document: int


class Plan(NamedTuple):
    """What every task is told.

    Attributes:
        settings: of the run; the world is closed.
        files: as reports show them, by the numbers of sources.
        starts: by the file as Spark names it, and block.
        quiet: violations below this are counted only.
        textual: whether the rows are the lines of files, so that columns mean something.
    """

    settings: Settings
    files: tuple[str, ...]
    starts: Mapping[tuple[str, int], Starts]
    quiet: Severity
    textual: bool

    def place(self, file: str, block: int, line: int, document: int) -> tuple[int, int, int]:
        """The numbers of source, document (from 0) and line (from 1) of a row."""
        start = self.starts[file, block]
        return start.source, start.document + document, start.line + line + 1


def closed(settings: Settings) -> Settings:
    """The settings as an audit takes them: what is not among the rows is missing."""
    limits = replace(settings.limits, violations_per_file=sys.maxsize)
    return replace(settings, complete=True, limits=limits, store=None, ledger=None)


class AuditRun(Run):
    """A run that hands the facts of documents on instead of keeping them."""

    collected: list[tuple[str, str, int, tuple[Any, ...]]]
    """Facts: table, group, place, and what they say."""

    def collect(self, document: Document, number: int) -> None:
        place = number << 32 | document.index
        if document.kind:
            self._kinds.add(document.kind)
        for name, rule in self._collectors.items():
            try:
                for group, path, data in rule.all_facts(document):
                    self.collected.append((name, group, place, (path, tuple(data), "", "")))
            except Exception as error:
                self.fail(rule, document.source.name, document.index, error)

    def empty(self) -> None:
        """Let go of what was found."""
        self.drain()
        self.collected = []


_runs: dict[str, AuditRun] = {}


def run_of(plan: Plan) -> AuditRun:
    """The run of this process: what takes long to load is loaded once."""
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.plugins import instantiate, load_rules

    name = repr((plan.settings, plan.files, plan.quiet))
    run = _runs.get(name)
    if run is None:
        settings = plan.settings
        catalogue = load_catalogue(settings)
        rules = load_rules(settings.root / folder for folder in settings.plugins)
        run = AuditRun(
            settings, catalogue, instantiate(rules, settings, catalogue), known=rules, fold=True,
            quiet=plan.quiet,
        )  # fmt: skip
        run.sources = [Source(file, "jsonl", named=False) for file in plan.files]
        _runs.clear()
        _runs[name] = run
    run.empty()
    return run


def tables_of(run: Run) -> Mapping[str, list[Rule]]:
    """The corpus rules by the table of facts that they share."""
    return run._corpus_rules
