"""The baseline of `check`: what is read, told and written of it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch_lint.cli.output import tell
from dispatch_lint.naming import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result, Summary
    from dispatch_lint.report.baseline import Baseline, Looked


def covers_project(paths: Sequence[str], settings: Settings) -> bool:
    """Whether the folder of the settings is among some paths, or below one of them."""
    return any(settings.root.resolve().is_relative_to(Path(path).resolve()) for path in paths)


def without_limit(settings: Settings) -> Settings:
    """Settings with which all violations of a file are located, not only the first ones."""
    return replace(settings, limits=replace(settings.limits, violations_per_file=sys.maxsize))


def find_baseline(settings: Settings) -> Baseline | None:
    """The baseline that the settings name; None where they name none.

    Raises:
        BaselineError: it cannot be read.
    """
    if settings.baseline is None:
        return None
    from dispatch_lint.config.settings import in_file
    from dispatch_lint.report.baseline import BaselineError, read_baseline

    try:
        return read_baseline(settings.root / settings.baseline, settings)
    except BaselineError as error:
        raise in_file(error, settings) from error


def tell_stale(
    result: Result, sources: Sequence[Source], settings: Settings, baseline: Baseline, *,
    is_whole: bool,
) -> None:  # fmt: skip
    """Print the entries of a baseline that hid nothing, though the run looked for some.

    Args:
        is_whole: see `Looked`.
    """
    looked = _looked(result, sources, settings, baseline, is_whole=is_whole)
    for entry in baseline.stale(looked):
        tell(f"the baseline knows what is no more: {entry}")


def write_baseline(
    settings: Settings, sources: Sequence[Source], *, jobs: int, is_whole: bool
) -> Summary | None:
    """Write what is found to the baseline that the settings name.

    Args:
        is_whole: see `Looked`.

    Returns:
        The summary of a run with problems, after which nothing is written; else None.
    """
    from dispatch_lint.api import check
    from dispatch_lint.report.baseline import Baseline, base_of, read_baseline

    if settings.baseline is None:
        raise click.UsageError("--write-baseline: name the file by --baseline, or the setting")
    path = Path(os.path.relpath(settings.root / settings.baseline))
    exists = path.exists()
    baseline = read_baseline(path, settings) if exists else Baseline(base_of(path, settings))
    result = check(without_limit(settings), sources, jobs=jobs)
    if result.summary.problems:
        return result.summary
    looked = _looked(result, sources, settings, baseline, is_whole=is_whole)
    renewed = baseline.renewed(looked, result.violations)
    renewed.write(path)
    tell(f"{count(len(renewed), 'violation')} in {os.path.relpath(path)}")
    return None


def _looked(
    result: Result, sources: Sequence[Source], settings: Settings, baseline: Baseline, *,
    is_whole: bool,
) -> Looked:  # fmt: skip
    """What a run looked for, with files as a baseline names them."""
    from dispatch_lint.config.globs import names_below, rules_at
    from dispatch_lint.report.baseline import Looked

    files = {baseline.name(source.name): source.name for source in sources if source.reported}
    gone = baseline.gone() if is_whole else ()

    def off(file: str) -> set[str]:
        name = names_below(files.get(file, file), settings.root)[0]
        return rules_at(name, settings.per_path)

    return Looked({*files, *gone}, result.rules, result.across, is_whole, off)
