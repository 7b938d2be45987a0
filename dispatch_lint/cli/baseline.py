"""The baseline of `check`: what is read, told and written of it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch_lint.cli.output import tell
from dispatch_lint.naming import count
from dispatch_lint.report.named_baseline import without_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result, Summary
    from dispatch_lint.report.baseline import Baseline, Looked


def covers_project(paths: Sequence[str], settings: Settings) -> bool:
    """Whether the folder of the settings is among some paths, or below one of them."""
    from dispatch_lint.config.tree import real_path

    return any(real_path(settings.root).is_relative_to(real_path(Path(path))) for path in paths)


def tell_stale(
    result: Result, sources: Sequence[Source], settings: Settings, baseline: Baseline, *,
    is_whole: bool,
) -> None:  # fmt: skip
    """Print the entries of a baseline that hid nothing, though the run looked for some.

    Args:
        is_whole: see `Looked`.
    """
    looked = _looked(result, sources, settings, baseline, is_whole=is_whole)
    for place, entries in Counter(baseline.stale(looked)).items():
        what = "an entry" if entries == 1 else f"{entries} entries"
        them = "it" if entries == 1 else "them"
        tell(f"the baseline has {what} without a violation: {place}; remove {them} with "
             "--write-baseline")  # fmt: skip


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
        raise click.UsageError(
            "--write-baseline needs a file: --baseline FILE, or the setting `baseline`"
        )
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
