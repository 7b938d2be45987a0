"""`dispatch-lint graph`: draw the kinds, or the entities of documents, and their references."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from dispatch_lint.cli.formats import check_outputs
from dispatch_lint.cli.options import chosen_settings, given_organization, settings_options
from dispatch_lint.cli.output import echo, use_utf8

FORMATS = ("mermaid", "dot", "svg")


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH|STORE-URL|-]...")
@click.option("-f", "--format", "format_", type=click.Choice(FORMATS),
              help="How it is drawn.  [default: by the name of --output, else mermaid]")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to a file instead of standard output (-).")  # fmt: skip
@click.option("--definitions", multiple=True, type=click.Path(exists=True), metavar="PATH",
              help="Definitions that join the built-in kinds, or replace them.")  # fmt: skip
@click.option("--no-builtin", is_flag=True,
              help="Leave out the built-in kinds that no definition replaces.")  # fmt: skip
@click.option("--organization", help="The organization of documents that do not name one.")
@settings_options
def command(
    paths: tuple[str, ...], format_: str | None, output: Path | None,
    definitions: tuple[str, ...], no_builtin: bool, organization: str | None,
) -> None:  # fmt: skip
    """Draw kinds or entities, and the references between them.

    Without a path: the kinds, and the foreign keys between them. With documents: their entities;
    a reference to what does not exist is drawn broken.
    """
    from importlib import import_module

    from dispatch_lint.api import graph_of
    from dispatch_lint.text.files import write_lines

    if str(output) == "-":
        output = None
    check_outputs([str(output) if output else None], paths)
    settings = chosen_settings()
    added = tuple(str(Path(path).absolute()) for path in definitions)
    settings = replace(
        settings,
        definitions=(*settings.definitions, *added),
        organization=given_organization(organization) or settings.organization,
    )
    ending = output.suffix.removeprefix(".").replace("mmd", "mermaid") if output else ""
    chosen = format_ or (ending if ending in FORMATS else "mermaid")
    lines = import_module(f"dispatch_lint.graph.{chosen}").draw(
        graph_of(paths, settings, builtin=not no_builtin)
    )
    if output is not None:
        write_lines(output, (f"{line}\n" for line in lines))
        return
    use_utf8()
    echo(lines)
