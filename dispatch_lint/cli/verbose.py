"""`check --verbose`: what a run goes by, and how long its rules take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.cli.output import remark
from dispatch_lint.config.effective import DEFAULT, effective
from dispatch_lint.naming import count
from dispatch_lint.rule_pages import toml
from dispatch_lint.store.urls import without_passwords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.timings import RuleTimings


def tell_inputs(settings: Settings, sources: Sequence[Source]) -> None:
    """Print the settings that are not the default, and the files of a run."""
    remark(f"settings file: {settings.file or 'none'}")
    for entry in effective(settings):
        if entry.origin != DEFAULT and entry.value is not None:
            remark(without_passwords(f"  {entry.key} = {toml(entry.value)}  # {entry.origin}"))
    remark(f"{count(len(sources), 'file')} to read:")
    for source in sources:
        remark(f"  {source.name}{'' if source.reported else ' (keys and references only)'}")


def tell_timings(timings: RuleTimings, seconds: float) -> None:
    """Print how long each rule took, the slowest first.

    Args:
        seconds: the time of the whole run.
    """
    remark(f"rules took {sum(timings.seconds.values()):.3f} s of {seconds:.3f} s")
    remark(f"  {'seconds':>8}  {'calls':>9}  rule")
    for rule, took in sorted(timings.seconds.items(), key=lambda item: (-item[1], item[0])):
        remark(f"  {took:>8.3f}  {timings.calls[rule]:>9,}  {rule}")
