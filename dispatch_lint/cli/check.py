"""`dispatch-lint check`: the main job."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.config.settings import SEVERITIES
from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import count, did_you_mean
from dispatch_lint.old.replay import Printed, Watch
from dispatch_lint.report import (
    Outcome,
    files_of,
    format_named,
    formats,
    is_our_own,
    lists_declared,
)
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.fix.fixing import Fixed
    from dispatch_lint.old.outcome import Result, Summary
    from dispatch_lint.old.replay import Replay
    from dispatch_lint.report.baseline import Baseline
    from dispatch_lint.rule import Rule

_LEVELS = [name for name in SEVERITIES if name != "off"]


def _names(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


class _FormatName(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """The name of a format. Which there are is looked up only when one is named."""

    name = "format"

    def get_metavar(self, *_: Any, **__: Any) -> str:
        return f"[{'|'.join(formats())}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in formats():
            self.fail(f'there is no format "{value}"{did_you_mean(value, formats())}: it is one of '
                      f"{', '.join(formats())}", param, ctx)  # fmt: skip
        return value


class _Paired(click.Command):
    """Keeps which -o follows which -f: click itself forgets it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_REPORTS] = _pairs(args)
        return super().parse_args(ctx, args)


_REPORTS = "dispatch_lint.reports"
_OPTION = re.compile(
    r"(?:-(?P<short>[fo])|--(?P<long>format|output))(?:=?(?P<value>.+))?\Z", re.DOTALL
)


def _pairs(args: list[str]) -> list[tuple[str | None, str | None]]:
    """Formats with the files that they go to, in the order they were said."""
    pairs: list[tuple[str | None, str | None]] = []
    rest = iter(args)
    for one in rest:
        if one == "--":
            break
        match = _OPTION.match(one)
        if match is None:
            continue
        value = match["value"] or next(rest, "")
        if (match["short"] or match["long"]) in ("f", "format"):
            if pairs and pairs[-1][0] is None:
                pairs[-1] = (value, pairs[-1][1])
            else:
                pairs.append((value, None))
        elif pairs and pairs[-1][1] is None:
            pairs[-1] = (pairs[-1][0], value)
        else:
            pairs.append((None, value))
    return pairs


@click.command(cls=_Paired)
@click.argument("paths", nargs=-1, metavar="[PATH|STORE-URL|-]...")
@click.option(
    "-f",
    "--format",
    "formats_",
    type=_FormatName(),
    multiple=True,
    help="How violations are shown; several times for several reports.  "
    "[default: full; github under GitHub Actions]",
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FILE",
    help="Write the report of the format before it to a file instead of standard output.",
)
@click.option(
    "--select",
    multiple=True,
    callback=_names,
    metavar="RULES",
    help='Check these rules only; "all" is every rule.',
)
@click.option(
    "--ignore", multiple=True, callback=_names, metavar="RULES", help="Leave these rules out."
)
@click.option(
    "--extend-select",
    multiple=True,
    callback=_names,
    metavar="RULES",
    help="Check these rules too.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The settings file, instead of the one found upward from here.",
)
@click.option("--isolated", is_flag=True, help="Use no settings file.")
@click.option("--kind", help="The kind of every document.")
@click.option(
    "--form", type=click.Choice(["stored", "manifest"]), help="The form of every document."
)
@click.option("--organization", help="The organization of documents that do not name one.")
@click.option(
    "--store",
    metavar="URL",
    help="The store that knows what else exists: a SQLite file, postgresql://… or bolt:///…",
)
@click.option(
    "--schemas",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Schemas that replace the built-in ones.",
)
@click.option(
    "--definitions",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="Go or OpenAPI definitions that join the built-in kinds, or replace them.",
)
@click.option(
    "--index",
    multiple=True,
    metavar="PATH",
    help="Read these too for keys and references, and report nothing of them.",
)
@click.option(
    "--require-documents", is_flag=True, help="Fail where there is no entity document to check."
)
@click.option(
    "--fail-level",
    type=click.Choice(_LEVELS),
    help="The lowest severity that makes the exit code 1.  [default: warning]",
)
@click.option("--fix", is_flag=True, help="Mend what has a safe fix; every other byte stays.")
@click.option("--unsafe-fixes", is_flag=True, help="Count fixes that may not be what was meant.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--add-ignore", metavar="REASON", is_flag=False, flag_value="",
              help="Write a suppression comment above everything that is found.")  # fmt: skip
@click.option("--baseline", metavar="FILE", help="Violations that are known and do not fail.")
@click.option("--write-baseline", is_flag=True,
              help="Write what is found to the baseline: it is known from then on.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--statistics", is_flag=True, help="Show how often each rule was violated.")
@click.option("--stdin-filename", metavar="NAME", help="What standard input is called.")
@click.option(
    "--force-exclude", is_flag=True, help="Let `exclude` hold for files that are named, too."
)
@click.option(
    "--list-files",
    is_flag=True,
    help="Say of every document what it is, or why it was skipped, instead of reporting.",
)
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="Show only what is at or above the fail level; count the rest.",
)
@click.option("-j", "--jobs", type=click.IntRange(0), default=0, metavar="N",
              help="Processes that check files.  [default: as many as help]")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Judge again what an earlier run has judged.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
              show_default=True, help="Whether the report has colours.")  # fmt: skip
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Check entity documents: files, folders, stores, or - for standard input.

    Exit codes: 0 nothing at or above the fail level, 1 violations, 2 usage, settings, unreadable
    input or internal error.
    """
    from dispatch_lint.api import check
    from dispatch_lint.documents.discover import discover

    watch, printed = Watch(), Printed()
    settings = _settings(options)
    # Whoever wants to do something about violations wants all of them.
    limits = replace(settings.limits, violations_per_file=sys.maxsize)
    of_all = replace(settings, limits=limits)
    if settings.baseline or options["add_ignore"] is not None:
        settings = of_all
    sources = list(discover(
        paths or ["."], settings, index=options["index"],
        stdin_filename=options["stdin_filename"], force_exclude=options["force_exclude"],
        watch=watch,
    ))  # fmt: skip
    reports = _reports()
    baseline = _baseline(settings, options)
    fold = not any(lists_declared(name) for name, _ in reports)
    folds_at_once = fold and baseline is None  # a baseline knows them one by one
    judge = partial(
        check, sources=sources, jobs=options["jobs"], cached=not options["no_cache"],
        fold=folds_at_once, listing=options["list_files"],
    )  # fmt: skip
    quiet = settings.fail_level if options["quiet"] else Severity.INFO
    if options["fix"] or options["diff"]:
        _refuse_streams(sources)
        fixed = _fix(partial(judge, of_all, quiet=Severity.INFO), sources, options)
        if options["diff"]:
            return 1 if fixed.texts and not options["exit_zero"] else 0
        if fixed.result is None:
            result = judge(settings, quiet=quiet)
        else:
            result = fixed.result
            result.show(quiet, settings.limits.violations_per_file)
    else:
        result = judge(settings, quiet=quiet)
    if options["write_baseline"]:
        assert baseline is not None
        return _write_baseline(result, baseline, settings, sources, printed)
    if baseline is not None:
        result.hide(baseline, fold=fold)
    if result.listed is not None:
        for one in sorted(result.listed, key=lambda one: (one.file, one.document)):
            what = f"{harmless(one.file)}: document {one.document}: {harmless(one.what)}"
            _echo([what], printed)
    elif options["add_ignore"] is not None:
        return _add_ignores(result, sources, options["add_ignore"])
    else:
        for name, output in reports:
            _write(result, name, output, settings, options, sources, printed)
        if options["statistics"]:
            _echo(_statistics(result.summary), printed, error=_is_machine(reports))
        if baseline is not None:
            for stale in baseline.stale({source.name for source in sources}):
                _say(f"the baseline knows what is no more: {harmless(stale)}", printed)
    code = _exit_code(result.summary, settings, options, printed, paths or ["."])
    replay: Replay | None = click.get_current_context().obj
    if replay is not None and result.look is not None and _only_prints(settings, options):
        _watch_more(watch, settings, options, sources)
        replay.keep(printed, code, [source.name for source in sources], result.look, watch)
    return code


def _only_prints(settings: Settings, options: dict[str, Any]) -> bool:
    """Whether a run changes nothing, and asks nothing but our own code what to print."""
    changes = any(options[one] for one in ("fix", "diff", "write_baseline", "output"))
    foreign = settings.plugins or settings.schemas or settings.definitions
    return not (changes or foreign) and all(map(is_our_own, options["formats_"]))


def _watch_more(
    watch: Watch, settings: Settings, options: dict[str, Any], sources: Iterable[Source]
) -> None:
    """Watch what says how to check: settings, a baseline, modules of Go, and the code."""
    from dispatch_lint.config.settings import FILE, PROJECT, searched
    from dispatch_lint.definitions.modules import module_files
    from dispatch_lint.old.cache import code_files

    if options["config"]:
        watch.files.append(options["config"])
    elif not options["isolated"]:
        for folder in searched(Path.cwd().resolve()):
            watch.files += [str(folder / FILE), str(folder / PROJECT)]
            watch.markers.append(str(folder / ".git"))
    if settings.baseline:
        watch.files.append(str(settings.root / settings.baseline))
    watch.files += module_files(one.name for one in sources if one.format == "go")
    watch.files += code_files()


def _refuse_streams(sources: Iterable[Source]) -> None:
    from dispatch_lint.documents.source import STDIN_NAME
    from dispatch_lint.model.errors import InputError

    if any(source.name == STDIN_NAME or source.opener for source in sources):
        raise InputError("--fix and --diff mend files; standard input is none")


def _fix(judge: Callable[..., Result], sources: list[Source], options: dict[str, Any]) -> Fixed:
    """Fix what can be fixed.

    Args:
        judge: checks the sources, or others, and finds of each file all there is.
    """
    from dispatch_lint.fix.fixing import diff_lines, fix_sources, write_fixed

    def check(changed: Sequence[Source], unfolded: bool) -> Result:
        return judge(sources=changed, **({"fold": False, "unfolded": True} if unfolded else {}))

    fixed = fix_sources(check, sources, unsafe=options["unsafe_fixes"], first=judge())
    for said in fixed.withdrawn:
        click.echo(f"dispatch-lint: {harmless(said)}", err=True)
    if options["diff"]:
        for line in diff_lines(fixed):
            sys.stdout.write(line)
    else:
        write_fixed(fixed)
        if fixed.texts:
            total, files = sum(fixed.counts.values()), len(fixed.texts)
            said = f"{count(total, 'violation')} in {count(files, 'file')}"
            click.echo(f"dispatch-lint: fixed {said}", err=True)
    return fixed


def _settings(options: dict[str, Any]) -> Settings:
    from dispatch_lint.api import load_settings
    from dispatch_lint.config import settings as module

    here = Path.cwd()
    if options["config"]:
        settings = module.load(Path(options["config"]))
    else:
        settings = module.Settings(root=here) if options["isolated"] else load_settings(here)
    said: dict[str, Any] = {
        name: options[name] for name in ("kind", "form", "organization") if options[name]
    }
    if options["baseline"]:
        said["baseline"] = str(Path(options["baseline"]).absolute())
    if options["store"]:
        from dispatch_lint.store.urls import rooted

        said["store"] = rooted(options["store"], here)
    if options["select"]:
        said["select"] = options["select"]
    if options["fail_level"]:
        said["fail_level"] = SEVERITIES[options["fail_level"]]
    said["ignore"] = (*settings.ignore, *options["ignore"])
    said["extend_select"] = (*settings.extend_select, *options["extend_select"])
    for name in ("schemas", "definitions"):
        if options[name]:
            added = tuple(str(Path(one).absolute()) for one in options[name])
            said[name] = added if name == "schemas" else (*settings.definitions, *added)
    return replace(settings, **said)


def _reports() -> list[tuple[str, str | None]]:
    """The formats that were asked for, each with the file it goes to."""
    usual = "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full"
    asked = click.get_current_context().meta[_REPORTS] or [(None, None)]
    return [(name or usual, output) for name, output in asked]


def _is_machine(reports: list[tuple[str, str | None]]) -> bool:
    return any(output is None and lists_declared(name) for name, output in reports)


def _baseline(settings: Settings, options: dict[str, Any]) -> Baseline | None:
    if settings.baseline is None:
        if options["write_baseline"]:
            raise click.UsageError("--write-baseline: name the file by --baseline, or the setting")
        return None
    from dispatch_lint.report.baseline import Baseline, read_baseline

    path = settings.root / settings.baseline
    if options["write_baseline"] and not path.exists():
        return Baseline()
    return read_baseline(path, os.path.relpath(path))


def _add_ignores(result: Result, sources: list[Source], reason: str) -> int:
    from dispatch_lint.fix.add_ignores import add_ignores
    from dispatch_lint.fix.fixing import write_fixed

    fixed = add_ignores(sources, [one for one in result.violations if not one.heading], reason)
    for said in (*result.summary.problems, *fixed.withdrawn):
        click.echo(f"dispatch-lint: {harmless(said)}", err=True)
    write_fixed(fixed)
    total = sum(fixed.counts.values())
    said = f"{count(total, 'violation')} in {count(len(fixed.texts), 'file')}"
    click.echo(f"dispatch-lint: now ignored: {said}", err=True)
    return 2 if result.summary.problems else 1 if fixed.withdrawn else 0


def _write_baseline(
    result: Result, baseline: Baseline, settings: Settings, sources: list[Source],
    printed: Printed,
) -> int:  # fmt: skip
    assert settings.baseline is not None
    files = {source.name for source in sources if source.reported}
    renewed = baseline.renewed(files, result.violations)
    if result.summary.problems:
        said = {"exit_zero": True, "list_files": False}
        return _exit_code(result.summary, settings, said, printed)
    path = settings.root / settings.baseline
    renewed.write(path)
    known = count(len(renewed), "violation")
    click.echo(f"dispatch-lint: {known} in {os.path.relpath(path)}", err=True)
    return 0


def _write(
    result: Result, name: str, output: str | None, settings: Settings, options: dict[str, Any],
    sources: Sequence[Source], printed: Printed,
) -> None:  # fmt: skip
    from dispatch_lint.report.excerpts import Excerpts

    outcome = Outcome(
        result.violations, [] if options["quiet"] else result.declared, result.summary,
        _use_color(options["color"]) and output is None, Excerpts(sources).line, result.hidden,
        cache(partial(_rules, settings)), partial(_entities, settings, sources, result),
    )  # fmt: skip
    lines = format_named(name)(outcome)
    if output is None:
        _echo(lines, printed)
        return
    from dispatch_lint.text.files import write_lines

    files = files_of(name, outcome)
    if files is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            write_lines(Path(output) / file, [text])
        return
    write_lines(Path(output), (_writable(line) + "\n" for line in lines))


def _entities(settings: Settings, sources: Sequence[Source], result: Result) -> Iterable[Document]:
    from dispatch_lint.api import documents_of

    return documents_of(settings, sources) if result.summary.documents <= MANY_DOCUMENTS else ()


MANY_DOCUMENTS = 20_000
"""More than these are not read again for a picture of them."""


def _rules(settings: Settings) -> dict[str, type[Rule]]:
    from dispatch_lint.engine.plugins import load_rules

    return load_rules(settings.root / folder for folder in settings.plugins)


def _echo(lines: Iterable[str], printed: Printed, *, error: bool = False) -> None:
    target = sys.stderr if error else sys.stdout
    if isinstance(encoding := target.encoding, str) and encoding.lower() not in ("utf-8", "utf8"):
        lines = (line.encode(encoding, "backslashreplace").decode(encoding) for line in lines)
    rest = iter(lines)
    while several := list(islice(rest, _AT_ONCE)):
        printed.write(_writable("\n".join(several)) + "\n", error=error)
    target.flush()


_AT_ONCE = 500
"""Lines that are written together."""


def _say(said: str, printed: Printed) -> None:
    printed.write(f"dispatch-lint: {said}\n", error=True)


def _writable(line: str) -> str:
    """A line with half characters, which no encoding has, as escapes."""
    return line if line.isascii() else line.encode("utf-8", "backslashreplace").decode("utf-8")


def _statistics(summary: Summary) -> Iterable[str]:
    width = max((len(str(times)) for times in summary.rules.values()), default=1)
    for name, times in sorted(summary.rules.items(), key=lambda item: (-item[1], item[0])):
        yield f"{times:>{width}}  {name}"


def _use_color(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def _exit_code(
    summary: Summary, settings: Settings, options: dict[str, Any], printed: Printed,
    paths: Sequence[str] = (),
) -> int:  # fmt: skip
    for file, number in summary.not_shown.items():
        more = count(number, "further violation")
        _say(f"{harmless(file)}: {more} of this file: counted, and not shown "
             "(limits.violations-per-file)", printed)  # fmt: skip
    for problem in summary.problems:
        _say(harmless(problem), printed)
    if summary.problems:
        return 2
    if summary.documents + summary.definitions == 0:
        skipped = count(summary.skipped, "document")
        skipped = f" ({skipped} skipped)" if summary.skipped else ""
        _say(f"there is no entity document to check{skipped}", printed)
        from dispatch_lint.documents.discover import ignored_folders

        for folder in ignored_folders(paths):
            _say(f"git ignores {harmless(folder)}: name its files to have them checked", printed)
        if options["require_documents"]:
            return 2
    if options["exit_zero"] or options["list_files"]:
        return 0
    failing = sum(
        count for severity, count in summary.violations.items() if severity >= settings.fail_level
    )
    return 1 if failing else 0
