"""`dispatch-lint audit`: the rules of `check` over whole estates, on Apache Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.check import _names, _settings
from dispatch_lint.config.settings import SEVERITIES
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


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="A new folder for what is found; executors write to it.")  # fmt: skip
@click.option("--master", metavar="URL", help="Spark's master: local[*], spark://…, yarn, k8s://…")
@click.option("--remote", metavar="URL", help="A Spark Connect server: sc://host:15002")
@click.option("--conf", multiple=True, callback=_pairs, metavar="NAME=VALUE",
              help="A setting of Spark, such as spark.executor.memory=4g.")  # fmt: skip
@click.option("--input-format", metavar="FORMAT",
              help="What the inputs are: jsonl, or a data source of Spark.  [default: by their names]")  # fmt: skip
@click.option("--input-option", "input_options", multiple=True, callback=_pairs, metavar="NAME=VALUE",
              help="An option of the data source, such as dbtable=entity.")  # fmt: skip
@click.option("-f", "--format", "format_", type=click.Choice(["parquet", "jsonl"]), default="parquet",
              show_default=True, help="How violations are written.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Also write a page to look at.")  # fmt: skip
@click.option("--select", multiple=True, callback=_names, metavar="RULES",
              help='Check these rules only; "all" is every rule.')  # fmt: skip
@click.option(
    "--ignore", multiple=True, callback=_names, metavar="RULES", help="Leave these rules out."
)
@click.option("--extend-select", multiple=True, callback=_names, metavar="RULES",
              help="Check these rules too.")  # fmt: skip
@click.option("--config", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="The settings file, instead of the one found upward from here.")  # fmt: skip
@click.option("--isolated", is_flag=True, help="Use no settings file.")
@click.option("--kind", help="The kind of every entity.")
@click.option("--form", type=click.Choice(["stored", "manifest"]), help="The form of every entity.")
@click.option("--organization", help="The organization of entities that do not name one.")
@click.option("--baseline", metavar="FILE", help="Violations that are known and do not fail.")
@click.option("--fail-level", type=click.Choice([name for name in SEVERITIES if name != "off"]),
              help="The lowest severity that makes the exit code 1.  [default: warning]")  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("-q", "--quiet", is_flag=True,
              help="Write only what is at or above the fail level, and do not tell of progress.")  # fmt: skip
def command(inputs: tuple[str, ...], **options: Any) -> int:
    """Check entities in whatever Spark reads: JSONL, Parquet, partitioned folders, jdbc:… URLs,
    table:NAME.

    A row is an entity as JSON, a row of Dispatch's own table, or an entity with a column a field.
    All rows together are all there is: what they refer to and is not among them is missing.

    Exit codes are those of check.
    """
    from dispatch_lint.api import make_run
    from dispatch_lint.audit import inputs as reading
    from dispatch_lint.audit.estate import Audit
    from dispatch_lint.audit.plan import closed
    from dispatch_lint.audit.session import session
    from dispatch_lint.model.errors import InputError

    output: Path = options["output"]
    if options["master"] and options["remote"]:
        raise click.UsageError("--master and --remote name two engines: use one")
    if output.exists() and any(output.iterdir()):
        raise click.UsageError(f"--output: {output} is not empty")
    settings = _settings({**dict.fromkeys(("store", "schemas", "definitions")), **options})
    known = _known(settings)
    quiet = settings.fail_level if options["quiet"] else Severity.INFO
    make_run(closed(settings))  # what is wrong with the settings is said before Spark starts
    spark = session(options["master"], options["remote"], options["conf"])
    try:
        rows = reading.read_rows(
            spark, list(inputs), options["input_format"], options["input_options"]
        )
        textual = reading.textual(list(inputs), options["input_format"])
        audit = Audit(spark, settings, output, quiet=quiet, format_=options["format_"],
                      tell=_teller(quiet=options["quiet"]))  # fmt: skip
        found = audit.run(rows, textual=textual, baseline=known)
        if options["report"]:
            from dispatch_lint.audit.page import write_page

            write_page(spark, found, settings, options["report"])
    except KeyboardInterrupt:
        if options["remote"]:
            spark.interruptAll()
        else:
            spark.sparkContext.cancelAllJobs()
        raise
    except InputError:
        if output.is_dir() and not any(output.iterdir()):
            output.rmdir()
        raise
    finally:
        spark.stop()
    return _conclude(found, settings, exit_zero=options["exit_zero"])


def _known(settings: Settings) -> dict[str, dict[str, int]]:
    from dispatch_lint.report.baseline import read_baseline

    if settings.baseline is None:
        return {}
    path = settings.root / settings.baseline
    return read_baseline(path, str(settings.baseline)).counts()


def _teller(*, quiet: bool) -> Any:
    def tell(stage: str) -> None:
        if not quiet:
            click.echo(f"dispatch-lint: {stage}", err=True)

    return tell


def _conclude(found: Audited, settings: Settings, *, exit_zero: bool) -> int:
    from dispatch_lint.report import Outcome
    from dispatch_lint.report.shared import folded, summary_lines
    from dispatch_lint.text.harmless import harmless

    outcome = Outcome([], found.declared, found.summary, False, lambda *_: "")
    lines = list(folded(outcome))
    if lines:
        click.echo("Names that the definitions declare against the guide:")
        for line in lines:
            click.echo(f"  {line}")
    for rule, times in sorted(found.summary.rules.items(), key=lambda one: (-one[1], one[0])):
        click.echo(f"{times:>10,}  {rule}")
    for line in summary_lines(outcome):
        click.echo(line)
    click.echo(f"Violations: {found.violations}", err=True)
    for problem in found.summary.problems:
        click.echo(f"dispatch-lint: {harmless(problem)}", err=True)
    if found.summary.problems:
        return 2
    if not found.summary.documents:
        click.echo("dispatch-lint: there is no entity to check", err=True)
    failing = sum(
        count
        for severity, count in found.summary.violations.items()
        if severity >= settings.fail_level
    )
    return 1 if failing and not exit_zero else 0
