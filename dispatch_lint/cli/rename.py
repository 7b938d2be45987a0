"""`dispatch-lint rename`: rename an entity and all references to it."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import replace

import click

from dispatch_lint.cli.keys import KeyCommand
from dispatch_lint.cli.options import chosen_settings, given_organization, settings_options
from dispatch_lint.cli.output import say, tell, write_patch
from dispatch_lint.naming import count


@click.command(cls=KeyCommand)
@click.argument("key")
@click.argument("name", metavar="NEW-NAME")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--organization", help="The organization of documents that do not name one.")
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--force",
    is_flag=True,
    help="Go on where a file does not parse and may refer to the entity, or where the store has what "
    "refers to it, or has the new name.",
)
@settings_options
def command(
    key: str,
    name: str,
    paths: tuple[str, ...],
    organization: str | None,
    diff: bool,
    force: bool,
) -> None:
    """Rename an entity, and every reference to it.

    KEY is <organization>/<kind>/<name>, or <kind>/<name>. Changes the documents below the paths,
    or below this folder: every file as a whole, or none. A store is never changed: where that of
    the settings has what refers to the entity and is no document, nothing is renamed.
    """
    from dispatch_lint.api import open_store, sources_of
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.fix.diff import diff_lines
    from dispatch_lint.fix.fixed import write_fixed
    from dispatch_lint.fix.rename import rename

    settings = chosen_settings()
    settings = replace(
        settings, organization=given_organization(organization) or settings.organization
    )
    classifier = Classifier(settings, load_catalogue(settings))
    store = open_store(settings, classifier) if settings.store else None
    with closing(store) if store is not None else nullcontext():
        renamed = rename(
            classifier, sources_of(paths or ["."], settings), key, name, force=force, store=store
        )
    for problem in renamed.fixed.withdrawn:
        tell(problem)
    if diff:
        write_patch(diff_lines(renamed.fixed))
        return
    write_fixed(renamed.fixed)
    entities = count(renamed.entities, "entity")
    references, files = count(renamed.references, "reference"), len(renamed.fixed.texts)
    say(f"renamed {entities} and {references} in {count(files, 'file')}")
