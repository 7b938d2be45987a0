"""`dispatch-lint schema generate|check|show|list|diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo, remark, say
from dispatch_lint.documents.schema_files import drift, generate_files, read_kinds, write_files

if TYPE_CHECKING:
    from dispatch_lint.definitions.reading import Definitions


@click.group()
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
def generate(definitions: tuple[Path, ...], output: Path) -> int:
    """Write the schemas that definitions generate.

    Where a schema is open, because the code cannot be read far enough, that is said.
    """
    from dispatch_lint.api import load_settings
    from dispatch_lint.schema.generate import generate as schemas_of

    kinds, found = read_kinds(definitions, load_settings())
    files = schemas_of(kinds)
    written = write_files(files, output)
    say(f"{len(files)} schemas in {output}, {written} of them changed")
    return _tell(found)


@command.command()
@_DEFINITIONS
@_OUTPUT
def check(definitions: tuple[Path, ...], output: Path) -> int:
    """Fail where the schemas differ from what the definitions generate."""
    from dispatch_lint.api import load_settings

    files = generate_files(definitions, load_settings())
    lines = list(drift(files, output))
    say(*lines)
    if lines:
        remark("Run `dispatch-lint schema generate`.")
        return 1
    say(f"{len(files)} schemas in {output} are up to date")
    return 0


def _tell(found: Definitions) -> int:
    """Print what could not be read, and where schemas are open; returns the exit code."""
    from dispatch_lint.text.harmless import harmless

    for problem in found.problems:
        click.echo(harmless(f"{problem.location}: {problem.message}"), err=True)
    for note in dict.fromkeys(found.notes):
        click.echo(harmless(f"{note.location}: {note.message}"), err=True)
    return 1 if found.problems else 0


@command.command("list")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@_DEFINITIONS
@click.option("--skipped", is_flag=True, help="List what is nearly a kind, and why it is none.")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How they are listed.")  # fmt: skip
def list_(
    paths: tuple[Path, ...], definitions: tuple[Path, ...], skipped: bool, format_: str
) -> int:
    """List the kinds that definitions declare: form, place, and why each is a kind.

    PATHS are Go or OpenAPI files, or folders, as for --definitions.
    """
    from dispatch_lint.api import load_settings
    from dispatch_lint.documents.kind_list import as_json, as_text, kinds_in

    settings = load_settings()
    named = tuple(settings.root / path for path in settings.definitions)
    kinds, found = kinds_in((*paths, *definitions) or named, settings)
    listing = as_json if format_ == "json" else as_text
    click.echo(listing(kinds, found, skipped=skipped), nl=False)
    return _tell(found)


@command.command()
@click.argument("kind")
@click.option("--form", type=click.Choice(["stored", "manifest"]),
              help="The form.  [default: manifest where there is one]")  # fmt: skip
@settings_options
def show(kind: str, form: str | None) -> None:
    """Print the schema of a kind."""
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
    say(*dump(schema.schema).splitlines())


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
