"""`dispatch-lint audit`: the rules of `check` over whole estates, on Apache Spark."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.help import GroupedCommand
from dispatch_lint.cli.options import (
    baseline_option,
    entity_options,
    exit_options,
    rule_options,
    settings_from,
    settings_options,
)
from dispatch_lint.cli.output import remark, say, tell
from dispatch_lint.cli.progress import show_stage
from dispatch_lint.model.violation import Severity

if TYPE_CHECKING:
    from dispatch_lint.audit.estate import Audited
    from dispatch_lint.config.settings import Settings


def _pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(value.partition("=")[::2] for value in values)
    for name, value in pairs.items():
        if not (name and value):
            raise click.BadParameter(f"{name}: write NAME=VALUE")
    return pairs


@click.command(cls=GroupedCommand)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="A new folder to write the results to; the executors need it too.")  # fmt: skip
@click.option(
    "--master", metavar="URL", help="The Spark master: local[*], spark://…, yarn, k8s://…"
)
@click.option("--remote", metavar="URL", help="A Spark Connect server: sc://host:15002")
@click.option("--conf", multiple=True, callback=_pairs, metavar="NAME=VALUE",
              help="A setting of Spark, such as spark.executor.memory=4g.")  # fmt: skip
@click.option("--input-format", metavar="FORMAT",
              help="The format of the inputs: jsonl, or a data source of Spark.  [default: by their names]")  # fmt: skip
@click.option("--input-option", "input_options", multiple=True, callback=_pairs, metavar="NAME=VALUE",
              help="An option of the data source, such as dbtable=entity.")  # fmt: skip
@click.option("-f", "--format", "format_", type=click.Choice(["parquet", "jsonl"]), default="parquet",
              show_default=True, help="The format to write violations in.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Also write an HTML report.")  # fmt: skip
@rule_options
@settings_options
@entity_options("entity")
@baseline_option
@exit_options
@click.option("-q", "--quiet", is_flag=True,
              help="Write only violations at or above the fail level, and show no progress.")  # fmt: skip
def command(inputs: tuple[str, ...], **options: Any) -> int:
    """Check large amounts of entities on Apache Spark.

    INPUT is whatever Spark reads: JSONL, Parquet, folders with partitions, jdbc:… URLs, table:NAME.
    A row is an entity as JSON, a row of Dispatch's own table, or an entity with a column a field.
    All rows together are all there is: what they refer to and is not among them is missing.

    Exit codes are those of check.
    """
    from dispatch_lint.api import make_checker
    from dispatch_lint.audit import inputs as reading
    from dispatch_lint.audit.estate import WORK, Audit, remove_work
    from dispatch_lint.audit.plan import closed
    from dispatch_lint.audit.session import end_java, session
    from dispatch_lint.model.errors import InputError
    from dispatch_lint.store.urls import FILES, POSTGRES, match_scheme, scheme_of, shown
    from dispatch_lint.text.files import refuse_leading_out

    output: Path = options["output"]
    if options["master"] and options["remote"]:
        raise click.UsageError("use --master or --remote, not both")
    refuse_leading_out(output, output)  # Spark writes through links
    if output.exists() and (there := next(output.iterdir(), None)) is not None:
        hint = (
            f": {WORK} is left of an audit that was killed; remove it" if there.name == WORK else ""
        )
        raise click.UsageError(f"--output: {output} is not empty{hint}")
    for name in inputs:
        if not name:
            raise click.UsageError("an INPUT is empty")
        if match_scheme(name) and scheme_of(name) in (*FILES, *POSTGRES):
            raise click.UsageError(f"{shown(name)} is a store, which `dispatch-lint check` checks; "
                                   "an audit reads files, tables of Spark and jdbc:… URLs")  # fmt: skip
    settings = settings_from(options)
    baseline = _baseline_counts(settings)
    quiet = settings.fail_level if options["quiet"] else Severity.INFO
    make_checker(closed(settings))  # to report errors in the settings before Spark starts
    progress = not options["quiet"] and sys.stderr.isatty()
    spark = session(options["master"], options["remote"], options["conf"], progress=progress)
    stops = True
    try:
        rows = reading.read_rows(
            spark, list(inputs), options["input_format"], options["input_options"]
        )
        textual = reading.textual(list(inputs), options["input_format"])
        audit = Audit(spark, settings, output, quiet=quiet, format_=options["format_"],
                      tell=_show_nothing if options["quiet"] else show_stage,
                      has_page=options["report"] is not None)  # fmt: skip
        named = frozenset(map(reading.shown, inputs))
        found = audit.run(rows, textual=textual, baseline=baseline, named=named)
        show_stage("")
        if options["report"]:
            from dispatch_lint.audit.page import write_page

            write_page(spark, found, settings, options["report"])
    except (KeyboardInterrupt, SystemExit):  # the latter for SIGTERM
        if options["remote"]:
            with suppress(Exception):
                spark.interruptAll()
        else:  # Java was interrupted in the middle of an answer, and ends with this process
            end_java()
            stops = False
        remove_work(output)
        raise
    except InputError:
        if output.is_dir() and not any(output.iterdir()):
            output.rmdir()
        raise
    finally:
        if stops:
            spark.stop()
    return _conclude(found, settings, quiet=options["quiet"], exit_zero=options["exit_zero"])


def _baseline_counts(settings: Settings) -> dict[str, dict[str, int]]:
    from dispatch_lint.report.named_baseline import find_baseline

    baseline = find_baseline(settings)
    return {} if baseline is None else baseline.counts()


def _show_nothing(_: str) -> None:
    """Show no progress."""


def _conclude(found: Audited, settings: Settings, *, quiet: bool, exit_zero: bool) -> int:
    """Print the summary, and return the exit code."""
    from dispatch_lint.report import Outcome
    from dispatch_lint.report.shared import folded, summary_lines

    outcome = Outcome([], found.declared, found.summary, False, lambda *_: "")
    lines = list(folded(outcome))
    if lines and not quiet:
        say("Field names that the definitions declare against the guide:")
        say(*(f"  {line}" for line in lines))
    for rule, times in sorted(found.summary.rules.items(), key=lambda item: (-item[1], item[0])):
        say(f"{times:>10,}  {rule}")
    say(*summary_lines(outcome))
    remark(f"Violations written to {found.violations}")
    for problem in found.summary.problems:
        tell(problem)
    if found.summary.problems:
        return 2
    if not found.summary.documents:
        tell("there is no entity to check")
    failing = sum(
        count
        for severity, count in found.summary.violations.items()
        if severity >= settings.fail_level
    )
    return 1 if failing and not exit_zero else 0
