"""`dispatch-lint store import|get|list|refs|history|export`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.completing import complete_keys, complete_kinds
from dispatch_lint.cli.formats import check_kept_files
from dispatch_lint.cli.help import CommandGroup
from dispatch_lint.cli.importing import Request, import_all
from dispatch_lint.cli.keys import KeyCommand
from dispatch_lint.cli.options import settings_options, store_settings
from dispatch_lint.cli.output import remark, say, say_json, standard_output, tell, use_utf8
from dispatch_lint.naming import count, did_you_mean
from dispatch_lint.text.harmless import harmless
from dispatch_lint.text.widths import padded, width

if TYPE_CHECKING:
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import EntityStore


@click.group(cls=CommandGroup)
def command() -> None:
    """Import entities into a store, and look them up in it."""


_STORE = click.option(
    "--store", "url", metavar="URL",
    help="The store: a SQLite file, or postgresql://…  [default: the setting `store`]",
)  # fmt: skip
_FORMAT = click.option(
    "-f", "--format", "format_", type=click.Choice(["table", "json"]), default="table",
    show_default=True, help="How it is shown.",
)  # fmt: skip


@contextmanager
def _opened(
    url: str | None, output: Path | None = None
) -> Iterator[tuple[EntityStore, Classifier]]:
    from dispatch_lint.api import open_store
    from dispatch_lint.store.importing import ImportRefused

    settings, classifier = store_settings(url)
    check_kept_files([str(output) if output else None], settings)
    store = open_store(settings, classifier)
    try:
        yield store, classifier
        if problems := list(store.problems):
            raise ImportRefused(problems)
    finally:
        store.close()


@command.command("import")
@click.argument("paths", nargs=-1, metavar="PATH|URL|-...")
@_STORE
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--prune", is_flag=True,
              help="Also mark as deleted what the paths no longer have, of their organizations, kinds "
              "and forms. Lists it, and asks.")  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Let --prune delete without asking.")
@click.option("--mixed", is_flag=True,
              help="Allow documents without an organization beside entities of one.")  # fmt: skip
@click.option("--kind", shell_complete=complete_kinds, help="The kind of every document.")
@click.option(
    "--form", type=click.Choice(["stored", "manifest"]), help="The form of every document."
)
@click.option("--organization", help="The organization of documents that do not name one.")
@click.option("--ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Also bring in the IDs of a ledger, as `export --ledger` writes it.")  # fmt: skip
@settings_options
def import_(
    paths: tuple[str, ...], url: str | None, ledger: Path | None, dry_run: bool, prune: bool,
    yes: bool, mixed: bool, **options: Any,
) -> None:  # fmt: skip
    """Add the entities of documents to the store, and update those that it has: all or none.

    Entities that the paths do not have stay as they are, unless --prune is given. PATH is a file,
    a folder, - for standard input, postgresql://… for a Dispatch database, or bolt:///… for the
    file of Dispatch's default backend. An archive, as `export --all` writes it, adds all that the
    other store has, its ledger of IDs included.
    """
    from dispatch_lint.store.archive import is_archive

    if not paths and ledger is None:
        raise click.UsageError("name at least one PATH, URL or --ledger FILE to import")
    archives = tuple(path for path in paths if is_archive(path))
    others = tuple(path for path in paths if path not in archives)
    if archives and prune:
        raise click.UsageError(
            "--prune does not apply to an archive, which records what is deleted"
        )
    if dry_run and (archives or ledger is not None):
        raise click.UsageError("--dry-run does not apply to an archive or a ledger")
    import_all(
        Request(others, archives, ledger, prune=prune, yes=yes or dry_run, mixed=mixed,
                dry_run=dry_run), url, options,
    )  # fmt: skip


@command.command(cls=KeyCommand)
@click.argument("key", shell_complete=complete_keys)
@_STORE
@settings_options
def get(key: str, url: str | None) -> int:
    """Print the entity of a key, <organization>/<kind>/<name>, as JSON."""
    with _opened(url) as (store, classifier):
        found = _find(store, classifier, key)
        if found is None:
            return 1
        say_json(json.dumps(found.entity, indent=2))
    return 0


def _find(store: EntityStore, classifier: Classifier, key: str) -> StoredEntity | None:
    """The entity with a key, in either layout; where there is none, print a message."""
    from dispatch_lint.store.keys import canonical_key

    kinds = classifier.catalogue.names
    canonical = canonical_key(key, kinds)
    found = store.get(canonical)
    if found is None:
        parts = canonical.split("/")
        if len(parts) != 3:
            raise click.UsageError(f'"{key}" is not a key; write <organization>/<kind>/<name>')
        near = [
            entity.key for entity in store.named([(parts[1], parts[2])])
        ] or [f"{parts[0]}/{parts[1]}/{name}" for name in store.names(parts[1], 2_000)]  # fmt: skip
        tell(f'there is no entity "{key}"{did_you_mean(canonical, near)}')
    return found


@command.command("list")
@_STORE
@click.option("--kind", shell_complete=complete_kinds, help="Only entities of this kind.")
@click.option("--organization", help="Only entities of this organization.")
@click.option("--status", help="Only entities of this status.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="Only with this tag.")
@_FORMAT
@settings_options
def list_(
    url: str | None, kind: str | None, organization: str | None, status: str | None,
    tags: tuple[str, ...], format_: str,
) -> None:  # fmt: skip
    """List entities."""
    from dispatch_lint.store.entity_store import Filter

    pairs = dict(map(_tag, tags))
    with _opened(url) as (store, classifier):
        if kind is not None:
            resolved = classifier.catalogue.resolve(kind)
            hint = did_you_mean(kind, classifier.catalogue.kinds)
            if resolved is None and hint and not store.names(kind, 1):
                raise click.UsageError(f'there is no kind "{kind}"{hint}')
            kind = resolved.name if resolved else kind
        found = store.entities(Filter(organization, kind, status, pairs))
        columns = ("key", "status", "revision", "id")
        rows = ((entity.key, entity.status, entity.revision, entity.identity) for entity in found)
        _show(columns, rows, format_)


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError(f'--tag "{text}": write NAME=VALUE')
    return name, value


@command.command(cls=KeyCommand)
@click.argument("key", shell_complete=complete_keys)
@_STORE
@_FORMAT
@settings_options
def refs(key: str, url: str | None, format_: str) -> int:
    """Show who refers to an entity, and what it refers to."""
    from dispatch_lint.store.lookups import relations_of

    with _opened(url) as (store, classifier):
        found = _find(store, classifier, key)
        if found is None:
            return 1
        rows = [
            (relation.direction, relation.key, "/".join(map(str, relation.path)), relation.state)
            for relation in relations_of(store, found)
        ]
        _show(("direction", "key", "field", "state"), rows, format_)
    return 0


@command.command()
@click.argument("identity", metavar="ID")
@_STORE
@_FORMAT
@settings_options
def history(identity: str, url: str | None, format_: str) -> int:
    """Show every key that an ID was ever seen with."""
    with _opened(url) as (store, _):
        entries = list(store.ledger([identity]))
        if not entries:
            tell(f'the ID "{identity}" is not in the ledger')
            return 1
        statuses = {entity.key: entity.status for entity in store.with_ids([identity])}
        rows = [
            (
                entry.key, entry.first_seen, entry.last_seen, entry.deleted or None,
                statuses.get(entry.key),
            )
            for entry in entries
        ]  # fmt: skip
        _show(("key", "firstSeen", "lastSeen", "deleted", "status"), rows, format_)
    return 0


@command.command()
@_STORE
@click.option("--ledger", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the ledger of IDs instead, to be committed; - for standard output.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to a file instead of standard output (-).")  # fmt: skip
@settings_options
@click.option("--all", "all_", is_flag=True,
              help="Write an archive of all that the store remembers, for `store import`.")  # fmt: skip
@click.option("--organization", help="Only entities of this organization.")
def export(
    url: str | None, ledger: Path | None, output: Path | None, all_: bool, organization: str | None
) -> None:
    """Write all entities as JSONL, the ledger of IDs as text, or an archive of both."""
    from dispatch_lint.store.archive import archive_lines
    from dispatch_lint.store.entity_store import Filter
    from dispatch_lint.store.ledger_file import ledger_lines, write_ledger
    from dispatch_lint.store.lookups import export_lines

    if all_ and ledger is not None:
        raise click.UsageError("--all includes the ledger; leave out --ledger")
    if organization is not None and (all_ or ledger is not None):
        raise click.UsageError(f"{'--all' if all_ else '--ledger'} is about all organizations; "
                               "leave out --organization")  # fmt: skip
    with _opened(url, output) as (store, classifier):
        if all_:
            _write(archive_lines(store), output)
        elif ledger is None:
            known = (organization, classifier.settings.organization)

            def unnamed(owner: str) -> None:
                if owner not in known:
                    remark(f"manifests name no organization, and these are of {owner}: import them with "
                           f"--organization {owner}, or use --all for an archive")  # fmt: skip

            found = store.entities(Filter(organization))
            lines = export_lines(found, classifier.organization_field, unnamed)
            written = _write(lines, output)
            if not written:
                whose = "" if organization is None else f' of the organization "{organization}"'
                tell(f"{store.shown} has no entity{whose}")
        elif str(ledger) == "-":
            _write(ledger_lines(store.ledger_entries()), output)
        else:
            written = write_ledger(ledger, str(ledger), store.ledger_entries())
            remark(f"{count(written, 'ID')} in {ledger}")


def _write(lines: Iterable[str], output: Path | None) -> int:
    """Write lines to a file or standard output, and return how many there are."""
    if output is None or str(output) == "-":
        use_utf8()
        written = sum(bool(standard_output().write(line)) for line in lines)
        standard_output().flush()
        return written
    from dispatch_lint.text.files import write_lines

    return write_lines(output, lines)


def _show(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]], format_: str) -> None:
    if format_ == "json":
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        say_json(json.dumps(objects, indent=2))
        return
    texts = [
        tuple("-" if cell in (None, "") else harmless(str(cell)) for cell in row) for row in rows
    ]
    if not texts:
        tell("nothing found")
        return
    widths = [max(map(width, column)) for column in zip(columns, *texts, strict=True)]
    for row in (tuple(name.upper() for name in columns), *texts):
        line = "  ".join(map(padded, row, widths))
        say(line.rstrip())
