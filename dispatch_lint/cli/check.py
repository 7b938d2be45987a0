"""`dispatch-lint check`: check documents and definitions."""

from __future__ import annotations

import gc
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.baseline import (
    covers_project,
    find_baseline,
    tell_stale,
    without_limit,
    write_baseline,
)
from dispatch_lint.cli.exit import EXIT_FAILURE
from dispatch_lint.cli.formats import (
    ReportingCommand,
    is_for_machines,
    report_options,
    wanted_reports,
)
from dispatch_lint.cli.options import (
    baseline_option,
    catalogue_options,
    entity_options,
    exit_zero_option,
    fail_level_option,
    group,
    rule_options,
    settings_from,
    settings_options,
)
from dispatch_lint.cli.output import echo, say, tell, use_color, writable, write_patch
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import count
from dispatch_lint.report import format_named, lists_declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result, Summary
    from dispatch_lint.fix.fixed import Fixed

_input_options = group(
    click.option("--store", metavar="URL",
                 help="The store that knows what else exists: a SQLite file, postgresql://… or "
                 "bolt:///…"),
    catalogue_options,
    click.option("--index", multiple=True, metavar="PATH",
                 help="Read these too for keys and references, and report nothing of them."),
    click.option("--require-documents", is_flag=True,
                 help="Fail where there is no entity document to check."),
)  # fmt: skip
_fix_options = group(
    click.option("--fix", is_flag=True, help="Mend what has a safe fix; every other byte stays."),
    click.option("--unsafe-fixes", is_flag=True,
                 help="Count fixes that may not be what was meant."),
    click.option("--diff", is_flag=True,
                 help="Show what --fix would change, and change nothing."),
    click.option("--add-ignore", metavar="[=REASON]", is_flag=False, flag_value="",
                 help="Write a suppression comment above everything that is found, and remove those "
                 "that are unused."),
)  # fmt: skip
_show_options = group(
    click.option("--statistics", is_flag=True, help="Show how often each rule was violated."),
    click.option("--stdin-filename", metavar="NAME", help="What standard input is called."),
    click.option("--exclude", multiple=True, metavar="GLOB",
                 help="Leave out what matches, as the setting does; relative to this folder."),
    click.option("--force-exclude", is_flag=True,
                 help="Let `exclude` hold for files that are named, too."),
    click.option("--list-files", is_flag=True,
                 help="Say of every document what it is, or why it was skipped, instead of "
                 "reporting."),
    click.option("-q", "--quiet", is_flag=True,
                 help="Show only what is at or above the fail level; count the rest."),
    click.option("-j", "--jobs", type=click.IntRange(0), default=0, metavar="N",
                 help="Processes that check files.  [default: as many as help]"),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                 show_default=True, help="Whether the report has colours."),
)  # fmt: skip


@click.command(cls=ReportingCommand)
@click.argument("paths", nargs=-1, metavar="[PATH|STORE-URL|-]...")
@report_options
@rule_options
@settings_options
@entity_options("document")
@_input_options
@fail_level_option
@_fix_options
@baseline_option
@click.option("--write-baseline", is_flag=True,
              help="Write what is found to the baseline: it is known from then on.")  # fmt: skip
@exit_zero_option
@_show_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Check entity documents: files, folders, stores, or - for standard input.

    Exit codes: 0 nothing at or above the fail level, 1 violations, 2 usage, settings, unreadable
    input or internal error.
    """
    from dispatch_lint.api import check, sources_of
    from dispatch_lint.documents.excludes import Excludes, unmatched_globs
    from dispatch_lint.engine.checker import Options
    from dispatch_lint.report.baseline import hide_known

    # A run keeps many small objects and creates hardly any cycles: collect garbage rarely.
    gc.set_threshold(200_000, 1_000, 1_000)
    settings = settings_from(options)
    excludes = Excludes(settings, options["exclude"])
    sources = sources_of(
        paths or ["."], settings, index=options["index"],
        stdin_filename=options["stdin_filename"], force_exclude=options["force_exclude"],
        excludes=excludes,
    )  # fmt: skip
    fixed = None
    if options["fix"] or options["diff"]:
        fixed = _fix(settings, sources, options)
        if options["diff"]:
            return _diff_code(fixed, options)
    if options["add_ignore"] is not None:
        return _add_ignores(settings, sources, options)
    is_whole = covers_project((*(paths or ["."]), *options["index"]), settings)
    if options["write_baseline"]:
        failed = write_baseline(settings, sources, jobs=options["jobs"], is_whole=is_whole)
        return _exit_code(failed, settings, options) if failed is not None else 0
    baseline = find_baseline(settings)
    fold = not any(lists_declared(report.format) for report in wanted_reports())
    result = check(
        settings if baseline is None else without_limit(settings), sources, jobs=options["jobs"],
        options=Options(
            fold=fold and baseline is None,  # a baseline needs each info with its location
            # A baseline has to be told of what is not shown too.
            quiet=settings.fail_level if options["quiet"] and baseline is None else Severity.INFO,
            listing=options["list_files"],
        ),
    )  # fmt: skip
    if covers_project(paths or ["."], settings):
        for setting, glob in unmatched_globs(settings, sources, excludes):
            tell(f'info: {setting}: "{glob}" matches nothing')
    if baseline is not None:
        least = settings.fail_level if options["quiet"] else Severity.INFO
        result = hide_known(result, baseline, fold=fold, least=least)
    if result.listed is not None:
        _show_listed(result)
    else:
        _show(result, settings, sources, options)
        if baseline is not None and not result.summary.problems:
            tell_stale(result, sources, settings, baseline, is_whole=is_whole)
    code = _exit_code(result.summary, settings, options, paths or ["."])
    return EXIT_FAILURE if fixed is not None and fixed.changed else code


def _show_listed(result: Result) -> None:
    listed = sorted(result.listed or (), key=lambda entry: (entry.file, entry.document))
    say(*(f"{entry.file}: document {entry.document}: {entry.what}" for entry in listed))


def _show(
    result: Result, settings: Settings, sources: Sequence[Source], options: dict[str, Any]
) -> None:
    from dispatch_lint.api import documents_of, known_rules
    from dispatch_lint.report.writing import about_run, outcome_of, statistics, write_report

    reports = wanted_reports()
    for report in reports:
        outcome = outcome_of(
            result, sources,
            color=use_color(options["color"]) and report.output is None,
            with_declared=not options["quiet"],
            find_rules=cache(partial(known_rules, settings)),
            documents=partial(documents_of, settings, sources),
            fail_level=settings.fail_level,
            about=about_run(settings, sys.argv[1:]),
        )  # fmt: skip
        if report.output is None:
            echo(format_named(report.format)(outcome))
        else:
            write_report(outcome, report.format, Path(report.output), writable)
    if options["statistics"]:
        echo(statistics(result.summary), error=is_for_machines(reports))


# Changing files


def _fix(settings: Settings, sources: Sequence[Source], options: dict[str, Any]) -> Fixed:
    from dispatch_lint.documents.source import STDIN_NAME
    from dispatch_lint.fix.diff import diff_lines
    from dispatch_lint.fix.fixed import write_fixed
    from dispatch_lint.fix.rounds import fix_sources

    if any(source.name == STDIN_NAME or source.opener for source in sources):
        raise InputError("--fix and --diff mend files; standard input is none")
    fixed = fix_sources(_check_all(settings, options), sources, unsafe=options["unsafe_fixes"])
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


def _diff_code(fixed: Fixed, options: dict[str, Any]) -> int:
    """Print what keeps a diff from being complete, and return the exit code."""
    unparsed = [violation for violation in fixed.violations if violation.rule == "syntax-error"]
    for problem in fixed.problems:
        tell(problem)
    for violation in unparsed:
        tell(f"{violation.place}: {violation.message}")
    if fixed.problems or fixed.changed:
        return EXIT_FAILURE
    return 1 if (fixed.texts or unparsed) and not options["exit_zero"] else 0


def _check_all(settings: Settings, options: dict[str, Any]) -> Any:
    """A check function that locates all violations one by one."""
    from dispatch_lint.api import check
    from dispatch_lint.engine.checker import Options

    wanted = Options(unfolded=True)
    return partial(check, without_limit(settings), jobs=options["jobs"], options=wanted)


def _add_ignores(settings: Settings, sources: Sequence[Source], options: dict[str, Any]) -> int:
    from dispatch_lint.api import check
    from dispatch_lint.documents.reading import changed_error
    from dispatch_lint.engine.checker import Options
    from dispatch_lint.fix.add_ignores import add_ignores
    from dispatch_lint.fix.fixed import write_fixed
    from dispatch_lint.report.baseline import hide_known

    result = check(
        without_limit(settings), sources, jobs=options["jobs"], options=Options(fold=True)
    )
    baseline = find_baseline(settings)
    if baseline is not None:
        result = hide_known(result, baseline, fold=True)
    violations = [violation for violation in result.violations if not violation.heading]
    fixed = add_ignores(sources, violations, options["add_ignore"], result.readings)
    changed = {str(changed_error(file)) for file in fixed.changed}
    for problem in (*result.summary.problems, *fixed.withdrawn):
        if problem not in changed:
            tell(problem)
    write_fixed(fixed)
    total, files = sum(fixed.counts.values()), len(fixed.texts)
    tell(f"now ignored: {count(total, 'violation')} in {count(files, 'file')}")
    if result.summary.problems or fixed.changed:
        return EXIT_FAILURE
    return 1 if fixed.withdrawn else 0


# Exit codes


def _exit_code(
    summary: Summary, settings: Settings, options: dict[str, Any], paths: Sequence[str] = ()
) -> int:
    """Print problems to standard error, and return the exit code."""
    for file, number in summary.not_shown.items():
        more = count(number, "further violation")
        tell(f"{file}: {more} of this file: counted, and not shown (limits.violations-per-file)")
    for problem in summary.problems:
        tell(problem)
    if summary.problems:
        return 2
    if summary.documents + summary.definitions == 0:
        _tell_nothing_checked(summary, paths)
        if options["require_documents"]:
            return 2
    if options["exit_zero"] or options["list_files"]:
        return 0
    failing = sum(
        number for severity, number in summary.violations.items() if severity >= settings.fail_level
    )
    return 1 if failing else 0


def _tell_nothing_checked(summary: Summary, paths: Sequence[str]) -> None:
    from dispatch_lint.documents.discover import ignored_folders

    skipped = count(summary.skipped, "document")
    skipped = f" ({skipped} skipped)" if summary.skipped else ""
    tell(f"there is no entity document to check{skipped}")
    for folder in ignored_folders(paths):
        tell(f"git ignores {folder}: name its files to have them checked")
