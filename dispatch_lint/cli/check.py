"""`dispatch-lint check`: check documents and definitions."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.arguments import OptionalValue
from dispatch_lint.cli.baseline import covers_project, tell_stale, write_baseline
from dispatch_lint.cli.changing import diff_code, fix_files, write_ignores
from dispatch_lint.cli.exit import EXIT_FAILURE
from dispatch_lint.cli.formats import (
    ReportingCommand,
    check_found_outputs,
    check_kept_files,
    check_modes,
    check_outputs,
    is_for_machines,
    report_options,
    wanted_reports,
)
from dispatch_lint.cli.help import group
from dispatch_lint.cli.options import (
    baseline_option,
    catalogue_options,
    entity_options,
    exit_options,
    rule_options,
    settings_from,
    settings_options,
    store_option,
)
from dispatch_lint.cli.output import (
    echo,
    remark,
    say,
    tell,
    terminal_columns,
    use_color,
    use_utf8,
    writable,
)
from dispatch_lint.cli.progress import progress_bar
from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import count
from dispatch_lint.report import format_named, is_for_people, lists_declared
from dispatch_lint.report.named_baseline import find_baseline, without_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.excludes import Excludes
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result, Summary
    from dispatch_lint.engine.timings import RuleTimings
    from dispatch_lint.report.baseline import Baseline

_input_options = group(
    click.option("--index", multiple=True, metavar="PATH",
                 help="Also read these for keys and references, without reporting on them."),
    click.option("--exclude", multiple=True, metavar="GLOB",
                 help="Leave out files that match, instead of those of the setting; relative to this "
                 "folder."),
    click.option("--extend-exclude", multiple=True, metavar="GLOB",
                 help="Leave out files that match, besides those of the setting."),
    click.option("--force-exclude", is_flag=True,
                 help="Leave out excluded files also where they are named as a PATH."),
    click.option("--stdin-filename", metavar="NAME",
                 help="The file name to report standard input under."),
    click.option("--require-documents", is_flag=True,
                 help="Exit with 2 if there is no entity document to check."),
    heading="Input",
)  # fmt: skip
_fix_options = group(
    click.option("--fix", is_flag=True,
                 help="Apply safe fixes to the files; everything else in them stays byte for byte."),
    click.option("--unsafe-fixes", is_flag=True,
                 help="With --fix and --diff: apply also fixes that may change the meaning."),
    click.option("--diff", is_flag=True,
                 help="Show what --fix would change, and change nothing."),
    click.option("--add-ignore", metavar="[=REASON]", cls=OptionalValue,
                 help="Write a suppression comment for each violation, and remove unused ones."),
    heading="Fixes",
)  # fmt: skip
_baseline_options = group(
    baseline_option,
    click.option("--write-baseline", is_flag=True,
                 help="Record the violations in the baseline, instead of reporting them."),
    heading="Baseline",
)  # fmt: skip
_show_options = group(
    click.option("-q", "--quiet", is_flag=True,
                 help="Report only violations at or above the fail level; count the rest."),
    click.option("-v", "--verbose", is_flag=True,
                 help="Also print, on standard error, the settings, the files, and the time of each "
                 "rule (in one process, unless -j is given)."),
    click.option("--statistics", is_flag=True, help="Also print the number of violations by rule."),
    click.option("--list-files", is_flag=True,
                 help="Print each document with its form and kind, or why it is skipped, instead of "
                 "violations."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                 show_default=True, help="Whether to colour the report."),
    heading="Report",
)  # fmt: skip
_run_options = group(
    click.option("--watch", is_flag=True,
                 help="Check again whenever a file changes, until Ctrl-C."),
    click.option("-j", "--jobs", type=click.IntRange(0), default=0, metavar="N",
                 help="The number of processes.  [default: chosen by the amount of work]"),
)  # fmt: skip


@click.command(cls=ReportingCommand)
@click.argument("paths", nargs=-1, metavar="[PATH|STORE-URL|-]...")
@report_options
@_show_options
@rule_options
@exit_options
@entity_options("document")
@_input_options
@_fix_options
@_baseline_options
@settings_options
@catalogue_options
@store_option
@_run_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Check entity documents: files, folders, stores, or - for standard input.

    Exit codes: 0 nothing at or above the fail level, 1 violations, 2 usage, settings, unreadable
    input or internal error.
    """
    check_modes(options)
    paths = paths or (".",)
    if options["watch"]:
        from dispatch_lint.cli.watching import watch

        return watch(paths, options)
    settings, sources, excludes = _inputs(paths, options)
    fixed = None
    if options["fix"] or options["diff"]:
        fixed = fix_files(settings, sources, options)
        if options["diff"]:
            return diff_code(fixed, options)
    if options["add_ignore"] is not None:
        return write_ignores(settings, sources, options)
    is_whole = covers_project((*paths, *options["index"]), settings)
    if options["write_baseline"]:
        failed = write_baseline(settings, sources, jobs=options["jobs"], is_whole=is_whole)
        return _exit_code(failed, settings, options) if failed is not None else 0
    baseline = find_baseline(settings)
    result = _checked(settings, sources, baseline, options)
    if covers_project(paths, settings):
        _tell_unused(result, settings, sources, excludes)
    if result.listed is not None:
        _show_listed(result)
    else:
        _show(result, settings, sources, options)
        if baseline is not None and not result.summary.problems:
            tell_stale(result, sources, settings, baseline, is_whole=is_whole)
    code = _exit_code(result.summary, settings, options, paths)
    return EXIT_FAILURE if fixed is not None and fixed.changed else code


def _inputs(
    paths: Sequence[str], options: dict[str, Any]
) -> tuple[Settings, list[Source], Excludes]:
    """The settings of a run, its sources, and the globs that left others out."""
    check_outputs((report.output for report in wanted_reports()), (*paths, *options["index"]))
    from dispatch_lint.api import sources_of
    from dispatch_lint.documents.excludes import Excludes
    from dispatch_lint.documents.source import is_url

    # A run keeps many small objects and creates hardly any cycles: collect garbage rarely.
    gc.set_threshold(200_000, 1_000, 1_000)
    settings = settings_from(options)
    excludes = Excludes(settings, (*options["exclude"], *options["extend_exclude"]))
    sources = sources_of(
        paths, settings, index=options["index"], stdin_filename=options["stdin_filename"],
        force_exclude=options["force_exclude"], excludes=excludes,
    )  # fmt: skip
    outputs = [report.output for report in wanted_reports()]
    check_kept_files(outputs, settings, filter(is_url, paths))
    check_found_outputs(outputs, sources, settings)
    return settings, sources, excludes


def _checked(
    settings: Settings, sources: Sequence[Source], baseline: Baseline | None,
    options: dict[str, Any],
) -> Result:  # fmt: skip
    """The result of a run, without what its baseline knows."""
    from dispatch_lint.api import check
    from dispatch_lint.engine.checker import Options

    fold = not any(lists_declared(report.format) for report in wanted_reports())
    least = settings.fail_level if options["quiet"] else Severity.INFO
    # A baseline needs each info with its location, and has to be told of what is not shown too.
    wanted = Options(
        fold=fold and baseline is None, quiet=least if baseline is None else Severity.INFO,
        listing=options["list_files"],
    )  # fmt: skip
    with (
        progress_bar("Checking") as progress,
        _verbose(settings, sources, options) as timings,
    ):
        result = check(
            settings if baseline is None else without_limit(settings), sources,
            jobs=options["jobs"], options=wanted, progress=progress, timings=timings,
        )  # fmt: skip
    if baseline is None:
        return result
    from dispatch_lint.report.baseline import hide_known

    return hide_known(result, baseline, fold=fold, least=least)


def _tell_unused(
    result: Result, settings: Settings, sources: Sequence[Source], excludes: Excludes
) -> None:
    """Name the globs and settings that had nothing to do in a run over the whole project."""
    from dispatch_lint.documents.excludes import unmatched_globs
    from dispatch_lint.documents.formats import ENDINGS

    for setting, glob in unmatched_globs(settings, sources, excludes):
        ending = f" that ends in {', '.join(ENDINGS)}" if setting == "include" else ""
        tell(f'info: {setting}: "{glob}" matches no file{ending}')
    for message in result.unused:
        tell(f"info: {message}")


@contextmanager
def _verbose(
    settings: Settings, sources: Sequence[Source], options: dict[str, Any]
) -> Iterator[RuleTimings | None]:
    """With `--verbose`: print what the run goes by, measure its rules, and print that too."""
    if not options["verbose"]:
        yield None
        return
    from dispatch_lint.cli.verbose import tell_inputs, tell_timings
    from dispatch_lint.engine.timings import RuleTimings

    tell_inputs(settings, sources)
    options["jobs"] = options["jobs"] or 1  # what other processes measure is not known here
    started, timings = perf_counter(), RuleTimings()
    yield timings
    if options["jobs"] == 1:
        tell_timings(timings, perf_counter() - started)
    else:
        remark("The time of rules is measured with one process: use -j 1.")


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
            columns=terminal_columns() if report.output is None else None,
        )  # fmt: skip
        if report.output is None:
            if not is_for_people(report.format):
                use_utf8()
            echo(format_named(report.format)(outcome))
        else:
            write_report(outcome, report.format, Path(report.output), writable)
    if options["statistics"]:
        echo(statistics(result.summary), error=is_for_machines(reports))


# Exit codes


def _exit_code(
    summary: Summary, settings: Settings, options: dict[str, Any], paths: Sequence[str] = ()
) -> int:
    """Print problems to standard error, and return the exit code."""
    for file, number in summary.not_shown.items():
        more = count(number, "further violation")
        tell(f"{file}: {more} not shown (limits.violations-per-file)")
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
    from dispatch_lint.documents.walk import ignored_folders

    skipped = count(summary.skipped, "document")
    skipped = f" ({skipped} skipped)" if summary.skipped else ""
    tell(f"no entity document found to check{skipped}")
    for folder in ignored_folders(paths):
        tell(f"{folder} is ignored by git; name its files to check them")
