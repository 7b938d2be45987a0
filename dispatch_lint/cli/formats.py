"""The options -f and -o: the formats of reports, and the files that they are written to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dispatch_lint.cli.arguments import order_of, with_empty_values
from dispatch_lint.cli.help import GroupedCommand, group
from dispatch_lint.naming import did_you_mean
from dispatch_lint.report import built_in_formats, formats, lists_declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source


class WantedReport(NamedTuple):
    """A report that the command line asks for.

    Attributes:
        format: the name of the format.
        output: the file or folder to write it to; None for standard output.
    """

    format: str
    output: str | None


ARGUMENTS = "dispatch_lint.arguments"
"""Where a `ReportingCommand` keeps its arguments, among the data of its context."""


class _Attached(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A value that may stand behind a `=` also after a short option: `-o=FILE`.

    Click takes the `=` for a part of it. `-o ./=a` names a file that begins with one.
    """

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value.removeprefix("=")


class FormatName(_Attached):
    """The name of a format. Formats are only listed when the option is used."""

    name = "format"

    def get_metavar(self, *_: Any, **__: Any) -> str:
        return "FORMAT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        value = super().convert(value, param, ctx)
        if value not in formats():
            self.fail(f'there is no format "{value}"{did_you_mean(value, formats())}; the formats are '
                      f"{', '.join(formats())}", param, ctx)  # fmt: skip
        return value


class ReportingCommand(GroupedCommand):
    """A command that keeps the order of -f and -o, and has options with optional values."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_text(", ".join(formats()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        args = with_empty_values(self, ctx, args)
        ctx.meta[ARGUMENTS] = args
        ctx.meta[_ORDER] = [
            parameter.name for parameter in order_of(self, ctx, args) if parameter.name in _PAIRED
        ]
        return super().parse_args(ctx, [*args])


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Built-in formats only: nothing of another package is imported, or named, at a TAB."""
    return [name for name in built_in_formats() if name.startswith(incomplete)]


_ORDER = "dispatch_lint.reports"
_PAIRED = _FORMAT, _OUTPUT = "formats_", "output"
report_options: Callable[[Any], Any] = group(
    click.option("-f", "--format", _FORMAT, type=FormatName(), multiple=True,
                 shell_complete=_complete,
                 help="The format of the report; give it several times for several reports.  "
                 "[default: full; github under GitHub Actions]"),
    click.option("-o", "--output", _OUTPUT, type=_Attached(), multiple=True, metavar="FILE",
                 help="Write the report in the format given before to a file, instead of to "
                 "standard output (-)."),
    heading="Report",
)  # fmt: skip


def wanted_reports() -> list[WantedReport]:
    """The reports that the command line of the current command asks for.

    A file is for the format before it; where that has one, or there is none, for the next.
    """
    context = click.get_current_context()
    values = {name: iter(context.params[name]) for name in _PAIRED}
    pairs: list[dict[str, str]] = []
    for name in context.meta[_ORDER]:
        if not pairs or name in pairs[-1]:
            pairs.append({})
        pairs[-1][name] = next(values[name])
    default = "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full"
    reports = [
        WantedReport(pair.get(_FORMAT, default), pair.get(_OUTPUT)) for pair in pairs or [{}]
    ]
    return [report._replace(output=None) if report.output == "-" else report for report in reports]


_INSTEAD = ("diff", "list_files", "add_ignore", "write_baseline")
"""The options of which each takes the place of the report."""


def check_modes(options: Mapping[str, Any]) -> None:
    """Refuse what an option that takes the place of the report would leave undone.

    Raises:
        click.UsageError: there are two such options, or a file for the report that is not written.
    """
    given = [
        f"--{name.replace('_', '-')}" for name in _INSTEAD if options[name] not in (False, None)
    ]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]}: each takes the place of the report")
    if given and options["output"]:
        raise click.UsageError(
            f"-o {options['output'][0]}: {given[0]} takes the place of the report"
        )


def check_outputs(outputs: Iterable[str | None], paths: Iterable[str]) -> None:
    """Refuse outputs that would replace each other, or a file that is read.

    Raises:
        click.UsageError: one would.
    """
    written: set[str] = set()
    for output in outputs:
        if output is None or (os.path.exists(output) and not os.path.isfile(output)):  # noqa: PTH110, PTH113
            continue  # devices take several reports
        place = os.path.realpath(output)
        if place in written:
            raise click.UsageError(f"-o {output}: two reports cannot be one file")
        if place in map(os.path.realpath, paths):
            raise click.UsageError(f"-o {output}: the report would replace a file that is read")
        written.add(place)


def check_found_outputs(
    outputs: Iterable[str | None], sources: Sequence[Source], settings: Settings
) -> None:
    """Refuse outputs that were found below a folder, and are no report of an earlier run.

    Raises:
        click.UsageError: a report would replace entities, or a definition.
    """
    from dispatch_lint.api import is_input

    named = {os.path.realpath(output): output for output in outputs if output is not None}
    for source in sources if named else ():
        output = named.get(os.path.realpath(source.path)) if source.path else None
        if output is not None and is_input(settings, source):
            raise click.UsageError(f"-o {output}: the report would replace a file that is checked")


def check_kept_files(
    outputs: Iterable[str | None], settings: Settings, stores: Iterable[str] = ()
) -> None:
    """Refuse outputs that are the settings, or a store, baseline or ledger that they name.

    Args:
        stores: the URLs of further stores that are read.

    Raises:
        click.UsageError: one of these files would be replaced.
    """
    from dispatch_lint.store.urls import file_of

    urls = [(url, Path.cwd()) for url in stores]
    urls += [(settings.store, settings.root)] if settings.store else []
    named = (settings.file, settings.baseline, settings.ledger)
    files = [settings.root / name for name in named if name is not None]
    files += [file for url, root in urls if (file := file_of(url, root)) is not None]
    kept = {os.path.realpath(file) for file in files}
    for output in outputs:
        if output is not None and os.path.realpath(output) in kept:
            raise click.UsageError(f"-o {output}: it would replace a file that is read")


def is_for_machines(reports: list[WantedReport]) -> bool:
    """Whether the report on standard output is for a program to read."""
    return any(report.output is None and lists_declared(report.format) for report in reports)
