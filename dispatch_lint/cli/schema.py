"""`dispatch-lint schema generate|check|show|list|diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch_lint.cli.completing import complete_kinds
from dispatch_lint.cli.help import CommandGroup
from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo, remark, say, say_json
from dispatch_lint.cli.progress import progress_bar
from dispatch_lint.documents.schema_files import drift, generate_files, read_kinds, write_files
from dispatch_lint.naming import count

if TYPE_CHECKING:
    from dispatch_lint.definitions.reading import Definitions


SETTINGS = "settings"
"""What `schema show` calls the schema of the settings: no kind has such a name."""


def _complete_schemas(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    kinds = complete_kinds(context, parameter, incomplete)
    return [*kinds, *(name for name in (SETTINGS,) if name.startswith(incomplete))]


@click.group(cls=CommandGroup)
def command() -> None:
    """Generate, check, show and compare JSON Schemas."""


_DEFINITIONS = click.option(
    "--definitions", multiple=True, type=click.Path(exists=True, path_type=Path), metavar="PATH",
    help="Go or OpenAPI files, or folders.  [default: schemas/definitions, else the built-in ones]",
)  # fmt: skip
_OUTPUT = click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("schemas"),
    show_default=True, metavar="DIR", help="The folder of the schemas.",
)  # fmt: skip


@command.command()
@_DEFINITIONS
@_OUTPUT
@settings_options
def generate(definitions: tuple[Path, ...], output: Path) -> int:
    """Write the schemas that definitions generate.

    Where a schema is open, because the code cannot be read far enough, that is said.
    """
    from dispatch_lint.schema.generate import generate as schemas_of

    with progress_bar("Reading definitions") as progress:
        kinds, found = read_kinds(definitions, chosen_settings(), progress=progress)
    files = schemas_of(kinds)
    written = write_files(files, output)
    say(f"{count(len(files), 'schema')} in {output}, {written} changed")
    return _tell(found)


@command.command()
@_DEFINITIONS
@_OUTPUT
@settings_options
def check(definitions: tuple[Path, ...], output: Path) -> int:
    """Fail where the schemas differ from what the definitions generate."""
    files = generate_files(definitions, chosen_settings())
    lines = list(drift(files, output))
    say(*lines)
    if lines:
        remark("Run `dispatch-lint schema generate`.")
        return 1
    say(
        f"{count(len(files), 'schema')} in {output} {'is' if len(files) == 1 else 'are'} up to date"
    )
    return 0


def _tell(found: Definitions) -> int:
    """Print what could not be read, and where schemas are open; returns the exit code."""
    for problem in found.problems:
        remark(f"{problem.location}: {problem.message}")
    for message in filter(None, (*found.unused, found.without_base)):
        remark(message)
    for note in dict.fromkeys(found.notes):
        remark(f"{note.location}: {note.message}")
    return 1 if found.problems else 0


@command.command("list")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@_DEFINITIONS
@click.option("--skipped", is_flag=True, help="List what is nearly a kind, and why it is none.")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How they are listed.")  # fmt: skip
@settings_options
def list_(
    paths: tuple[Path, ...], definitions: tuple[Path, ...], skipped: bool, format_: str
) -> int:
    """List the kinds that definitions declare: form, place, and why each is a kind.

    PATHS are Go or OpenAPI files, or folders, as for --definitions.
    """
    from dispatch_lint.documents.kind_list import as_json, as_text, kinds_in

    settings = chosen_settings()
    named = tuple(settings.root / path for path in settings.definitions)
    read = (*paths, *definitions) or named
    kinds, found = kinds_in(read, settings)
    if format_ == "json":
        say_json(as_json(kinds, found, skipped=skipped))
    else:
        text = as_text(kinds, found, read, skipped=skipped)
        say(*text.removesuffix("\n").split("\n"))
    if not kinds and not skipped:
        remark("No type is a kind" + ("; `--skipped` says why." if found.skipped else "."))
    return _tell(found)


@command.command()
@click.argument("kind", shell_complete=_complete_schemas)
@click.option("--form", type=click.Choice(["stored", "manifest"]),
              help="The form.  [default: manifest where there is one]")  # fmt: skip
@settings_options
def show(kind: str, form: str | None) -> None:
    """Print the schema of a kind; `settings` is that of the settings file."""
    if kind == SETTINGS:
        from dispatch_lint.api import known_rules
        from dispatch_lint.engine.settings_schema import settings_schema

        settings = chosen_settings()
        # The rules of a project are known. What is printed outside of one is for any.
        printed = settings_schema(known_rules(settings), more_rules=settings.file is None)
        say_json(json.dumps(printed, indent=2))
        return
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.naming import did_you_mean
    from dispatch_lint.schema.generate import dump

    catalogue = load_catalogue(chosen_settings())
    resolved = catalogue.resolve(kind)
    if resolved is None:
        raise click.UsageError(f'there is no kind "{kind}"{did_you_mean(kind, catalogue.kinds)}')
    forms = resolved.forms
    chosen = form or ("manifest" if "manifest" in forms else "stored")
    schema = next((schema for name, schema in forms.items() if name == chosen), None)
    if schema is None:
        raise click.UsageError(f"{resolved.name} has no {chosen} form")
    say_json(dump(schema.schema))


@command.command()
@click.argument("old")
@click.argument("new")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json", "markdown"]),
              default="text", show_default=True, help="How changes are shown.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["breaking", "any"]), default="breaking",
              show_default=True, help="The changes for which the exit code is 1.")  # fmt: skip
@settings_options
def diff(old: str, new: str, format_: str, fail_on: str) -> int:
    """Compare two states of definitions; exit with 1 where something breaks what is stored.

    OLD and NEW are folders of schemas, Go or OpenAPI definitions, or REVISION:PATH of git.
    """
    from dispatch_lint.api import breaking_changes
    from dispatch_lint.documents.schema_revisions import read_side
    from dispatch_lint.schema.diff import compare
    from dispatch_lint.schema.diff_report import report

    settings = chosen_settings()
    changes = compare(read_side(old, settings), read_side(new, settings))
    breaking = breaking_changes(changes, settings)
    echo(report(changes, breaking, format_).splitlines())
    return 1 if breaking or (fail_on == "any" and changes) else 0
