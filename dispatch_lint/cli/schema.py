"""`dispatch-lint schema generate|check|show|diff`."""

from __future__ import annotations

from pathlib import Path

import click

from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo, remark, say
from dispatch_lint.documents.schema_files import drift, generate_files, write_files


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
def generate(definitions: tuple[Path, ...], output: Path) -> None:
    """Write the schemas that definitions generate."""
    files = generate_files(definitions)
    written = write_files(files, output)
    say(f"{len(files)} schemas in {output}, {written} of them changed")


@command.command()
@_DEFINITIONS
@_OUTPUT
def check(definitions: tuple[Path, ...], output: Path) -> int:
    """Fail where the schemas differ from what the definitions generate."""
    files = generate_files(definitions)
    lines = list(drift(files, output))
    say(*lines)
    if lines:
        remark("Run `dispatch-lint schema generate`.")
        return 1
    say(f"{len(files)} schemas in {output} are up to date")
    return 0


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
@settings_options
def diff(old: str, new: str, format_: str) -> int:
    """Compare two states of definitions; exit with 1 where something breaks what is stored.

    OLD and NEW are folders of schemas, Go or OpenAPI definitions, or REVISION:PATH of git.
    """
    from dispatch_lint.api import breaking_changes
    from dispatch_lint.documents.schema_revisions import read_side
    from dispatch_lint.schema.diff import compare
    from dispatch_lint.schema.diff_report import report

    changes = compare(read_side(old), read_side(new))
    breaking = breaking_changes(changes, chosen_settings())
    echo(report(changes, breaking, format_).splitlines())
    return 1 if breaking else 0
