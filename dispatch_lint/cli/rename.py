"""`dispatch-lint rename`: rename an entity and all references to it."""

from __future__ import annotations

from dataclasses import replace

import click

from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import say, tell, write_patch
from dispatch_lint.naming import count


# A key may begin with a dash: `-/Image/nodejs`.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("name", metavar="NEW-NAME")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--organization", help="The organization of documents that do not name one.")
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--force", is_flag=True, help="Go on where a file does not parse and may refer to the entity."
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
    """Rename the entity KEY, <organization>/<kind>/<name> or <kind>/<name>, and all that refers to it.

    In the documents below the paths, or below this folder: every file as a whole, or none.
    """
    from dispatch_lint.api import sources_of
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.fix.diff import diff_lines
    from dispatch_lint.fix.fixed import write_fixed
    from dispatch_lint.fix.rename import rename

    settings = chosen_settings()
    settings = replace(settings, organization=organization or settings.organization)
    classifier = Classifier(settings, load_catalogue(settings))
    renamed = rename(classifier, sources_of(paths or ["."], settings), key, name, force=force)
    for problem in renamed.fixed.withdrawn:
        tell(problem)
    if diff:
        write_patch(diff_lines(renamed.fixed))
        return
    write_fixed(renamed.fixed)
    entities = count(renamed.entities, "entity")
    references, files = count(renamed.references, "reference"), len(renamed.fixed.texts)
    say(f"{entities} and {references} in {count(files, 'file')} have the new name")
