"""The baseline that settings name, and the settings for a run that hides what it knows."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch_lint.config.origin import in_file
from dispatch_lint.model.errors import Setting, UserError, about

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.report.baseline import Baseline


def without_limit(settings: Settings) -> Settings:
    """Settings with which all violations of a file are located, not only the first ones."""
    return replace(settings, limits=settings.limits._replace(violations_per_file=sys.maxsize))


def find_baseline(settings: Settings) -> Baseline | None:
    """The baseline that the settings name; None where they name none.

    Raises:
        BaselineError: it cannot be read.
    """
    if settings.baseline is None:
        return None
    from dispatch_lint.report.baseline import read_baseline

    try:
        with about(Setting("baseline")):
            return read_baseline(settings.root / settings.baseline, settings)
    except UserError as error:
        raise in_file(error, settings) from error
