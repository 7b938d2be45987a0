"""What every task of an audit is told, and the checker that it makes of it."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.model.violation import Severity


class Starts(NamedTuple):
    """Where a block of a file begins.

    Attributes:
        source: the position of the file among those of the audit.
        line, document: how many lines and documents of the file are before it.
    """

    source: int
    line: int
    document: int


class RowNumbers(NamedTuple):
    """Which row of an audit a row is.

    Attributes:
        source: the position of its file among those of the audit.
        document: counts the documents of the file from 0.
        line: counts the lines of the file from 1.
    """

    source: int
    document: int
    line: int


class Plan(NamedTuple):
    """What every task is told.

    Attributes:
        settings: of the audit; the world is closed.
        files: their names, as reports show them, by position.
        starts: by the file as Spark names it, and block.
        quiet: violations below this are only counted.
        textual: whether the rows are the lines of files, so that columns mean something.
        named: those of the files that are inputs themselves, and not only found in a folder.
    """

    settings: Settings
    files: tuple[str, ...]
    starts: Mapping[tuple[str, int], Starts]
    quiet: Severity
    textual: bool
    named: frozenset[str] = frozenset()

    def numbers(self, file: str, block: int, line: int, document: int) -> RowNumbers:
        """The numbers of a row among all of the audit.

        Args:
            file, block, line, document: as `inputs.ROWS` has them.
        """
        start = self.starts[file, block]
        return RowNumbers(start.source, start.document + document, start.line + line + 1)

    def source(self, position: int) -> Source:
        """The file at a position, as the engine knows it."""
        return Source(self.files[position], "jsonl", named=False)


def closed(settings: Settings) -> Settings:
    """The settings as an audit takes them: what is not among the rows is missing."""
    limits = settings.limits._replace(violations_per_file=sys.maxsize)
    return replace(settings, complete=True, limits=limits, store=None, ledger=None)


def checker_of(plan: Plan) -> Checker:
    """What tasks check with; a process makes it once for all of its tasks."""
    return _make_checker(pickle.dumps((plan.settings, plan.quiet)))


@lru_cache(maxsize=1)
def _make_checker(packed: bytes) -> Checker:
    from dispatch_lint.api import make_checker
    from dispatch_lint.engine.checker import Options

    settings, quiet = pickle.loads(packed)
    return make_checker(settings, Options(fold=True, quiet=quiet))
