"""`check --fix`, `--diff` and `--add-ignore`: what changes files, or shows what would."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.exit import EXIT_FAILURE
from dispatch_lint.cli.output import tell, write_patch
from dispatch_lint.model.errors import InputError
from dispatch_lint.naming import count
from dispatch_lint.report.named_baseline import find_baseline, without_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.fix.fixed import Fixed
    from dispatch_lint.fix.rounds import Check


def fix_files(settings: Settings, sources: Sequence[Source], options: dict[str, Any]) -> Fixed:
    """Fix what can be fixed in files; with `--diff` only show it.

    Raises:
        InputError: a source is no file.
    """
    from dispatch_lint.fix.diff import diff_lines
    from dispatch_lint.fix.fixed import write_fixed
    from dispatch_lint.fix.rounds import fix_sources

    _refuse_streams(sources, "--fix and --diff need")
    fixed = fix_sources(_check_function(settings, options), sources, unsafe=options["unsafe_fixes"])
    for withdrawn in fixed.withdrawn:
        tell(withdrawn)
    if options["diff"]:
        write_patch(diff_lines(fixed))
        return fixed
    write_fixed(fixed)
    if fixed.texts:
        total, files = sum(fixed.counts.values()), len(fixed.texts)
        tell(f"fixed {count(total, 'violation')} in {count(files, 'file')}")
    return fixed


def _refuse_streams(sources: Sequence[Source], need: str) -> None:
    """Refuse standard input and pipes, which cannot be changed.

    Raises:
        InputError: a source is one.
    """
    if any(source.opener and source.named for source in sources):  # not a folder without access
        raise InputError(f"{need} files, not standard input")


def diff_code(fixed: Fixed, options: dict[str, Any]) -> int:
    """Print what keeps a diff from being complete, and return the exit code."""
    unparsed = [violation for violation in fixed.violations if violation.rule == "syntax-error"]
    for problem in fixed.problems:
        tell(problem)
    for violation in unparsed:
        tell(f"{violation.place}: {violation.message}")
    if fixed.problems or fixed.changed:
        return EXIT_FAILURE
    return 1 if (fixed.texts or unparsed) and not options["exit_zero"] else 0


def _check_function(settings: Settings, options: dict[str, Any]) -> Check:
    """A check function that locates all violations one by one."""
    from dispatch_lint.api import check
    from dispatch_lint.engine.checker import Options

    wanted = Options(unfolded=True)
    return partial(check, without_limit(settings), jobs=options["jobs"], options=wanted)


def write_ignores(settings: Settings, sources: Sequence[Source], options: dict[str, Any]) -> int:
    """Write a suppression comment for each violation, and return the exit code.

    Raises:
        click.UsageError: the reason is more than a line of text.
        InputError: a source is no file.
    """
    from unicodedata import category

    from dispatch_lint.api import check
    from dispatch_lint.documents.reading import changed_error
    from dispatch_lint.engine.checker import Options
    from dispatch_lint.fix.add_ignores import add_ignores
    from dispatch_lint.fix.fixed import write_fixed
    from dispatch_lint.report.baseline import hide_known

    reason = options["add_ignore"]
    if any(category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in reason):
        raise click.UsageError("--add-ignore: the reason must be one line of text")
    _refuse_streams(sources, "--add-ignore needs")
    result = check(
        without_limit(settings), sources, jobs=options["jobs"], options=Options(fold=True)
    )
    baseline = find_baseline(settings)
    if baseline is not None:
        result = hide_known(result, baseline, fold=True)
    violations = [violation for violation in result.violations if not violation.heading]
    fixed = add_ignores(sources, violations, reason, result.readings)
    changed = {str(changed_error(file)) for file in fixed.changed}
    for problem in (*result.summary.problems, *fixed.withdrawn):
        if problem not in changed:
            tell(problem)
    write_fixed(fixed)
    total, files = sum(fixed.counts.values()), len(fixed.texts)
    tell(f"suppressed {count(total, 'violation')} in {count(files, 'file')}")
    if result.summary.problems or fixed.changed:
        return EXIT_FAILURE
    return 1 if fixed.withdrawn else 0
