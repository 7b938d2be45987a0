"""`dispatch-lint store import|get|list|refs|history|export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import remark, say, tell
from dispatch_lint.naming import count, did_you_mean
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import Source
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import EntityStore


@click.group()
def command() -> None:
    """Keep a store of all entities and IDs, and look into one."""


_WITH_KEY = {"ignore_unknown_options": True}
"""The context of commands with a key as an argument, which may begin with a dash: `-/Image/x`."""
_STORE = click.option(
    "--store", "url", metavar="URL",
    help="The store: a SQLite file, or postgresql://…  [default: the setting `store`]",
)  # fmt: skip
_FORMAT = click.option(
    "-f", "--format", "format_", type=click.Choice(["table", "json"]), default="table",
    show_default=True, help="How it is shown.",
)  # fmt: skip


def _setup(url: str | None, **changes: Any) -> tuple[Settings, Classifier]:
    """The settings with the options of a command, and a classifier for them."""
    from dataclasses import replace

    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.store.urls import rooted

    settings = chosen_settings(replaced={"store"} if url else ())
    if url:
        changes["store"] = rooted(url, Path.cwd())
    settings = replace(settings, **{name: value for name, value in changes.items() if value})
    return settings, Classifier(settings, load_catalogue(settings))


@contextmanager
def _opened(url: str | None) -> Iterator[tuple[EntityStore, Classifier]]:
    from dispatch_lint.api import open_store
    from dispatch_lint.store.importing import ImportRefused

    settings, classifier = _setup(url)
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
@click.option("--prune", is_flag=True, help="Mark as deleted what the paths do not have.")
@click.option("--kind", help="The kind of every document.")
@click.option(
    "--form", type=click.Choice(["stored", "manifest"]), help="The form of every document."
)
@click.option("--organization", help="The organization of documents that do not name one.")
@click.option("--ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Also bring in the IDs of a ledger, as `export --ledger` writes it.")  # fmt: skip
@settings_options
def import_(
    paths: tuple[str, ...], url: str | None, prune: bool, ledger: Path | None, **options: Any
) -> None:
    """Bring documents into the store: all of them, or none.

    Files, folders, - for standard input, postgresql://… for a Dispatch database, bolt:///… for
    the file of Dispatch's default backend; an archive, as `export --all` writes it, brings in all
    that the other store remembers. What is there already is left as it is.
    """
    from dispatch_lint.store.archive import is_archive

    if not paths and ledger is None:
        raise click.UsageError("name what is to be imported")
    archives = [path for path in paths if is_archive(path)]
    others = tuple(path for path in paths if path not in archives)
    if archives and prune:
        raise click.UsageError("--prune is for documents; an archive says itself what is deleted")
    if others:
        _import_documents(others, url, prune, options)
    if archives or ledger is not None:
        _import_memory(archives, ledger, url)


def _import_memory(archives: list[str], ledger: Path | None, url: str | None) -> None:
    """Bring in archives, and a ledger file."""
    from dispatch_lint.api import store_url
    from dispatch_lint.store.archive import import_archive
    from dispatch_lint.store.ledger_file import LedgerFile
    from dispatch_lint.store.opening import open_for_writing

    settings, _ = _setup(url)
    store = open_for_writing(store_url(settings))
    try:
        for archive in archives:
            counts = import_archive(store, archive)
            say(f"{archive}: {counts.added} added, {counts.changed} changed, {counts.unchanged} "
                f"unchanged in {store.shown}")  # fmt: skip
        if ledger is not None:
            entries = list(LedgerFile(ledger, str(ledger)).entries())
            with store.transaction():
                store.restore([], entries)
            say(f"{ledger}: {count(len(entries), 'ID')} in {store.shown}")
    finally:
        store.close()


def _import_documents(
    paths: tuple[str, ...], url: str | None, prune: bool, options: dict[str, Any]
) -> None:
    from dispatch_lint.api import sources_of, store_url
    from dispatch_lint.documents.source import is_url
    from dispatch_lint.store.entity_store import ConnectionLost
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.opening import open_for_writing
    from dispatch_lint.store.urls import same_store

    settings, classifier = _setup(url, **options)
    target = store_url(settings)
    if any(is_url(path) and same_store(path, target) for path in paths):
        raise click.UsageError("a store cannot be imported into itself")
    store = open_for_writing(target)
    sources = sources_of(paths, settings)
    try:
        for attempt in (1, 2):
            try:
                with _progress(sources) as progress:
                    counts, skipped = import_sources(
                        store, sources, classifier, prune=prune, progress=progress
                    )
                break
            except ConnectionLost:
                # The first attempt was rolled back.
                if attempt == 2:
                    raise
    finally:
        store.close()
    say(f"{counts.added} added, {counts.changed} changed, {counts.unchanged} unchanged, "
        f"{counts.deleted} deleted in {store.shown}")  # fmt: skip
    if skipped:
        remark(f"skipped: {count(skipped, 'document')} that are no entities")


@contextmanager
def _progress(sources: list[Source]) -> Iterator[Callable[[int], None]]:
    """A progress bar, if standard error is a terminal and there is much to read."""
    length = sum(map(_size, sources)) if sys.stderr.isatty() else 0
    if length < 100_000:
        yield lambda _: None
        return
    with click.progressbar(length=length, label="Reading", file=sys.stderr) as bar:
        yield bar.update


def _size(source: Source) -> int:
    """The size of a source, in bytes of a file or in rows of a store."""
    return source.size() if source.rows is None else source.rows.count()


@command.command(context_settings=_WITH_KEY)
@click.argument("key")
@_STORE
@settings_options
def get(key: str, url: str | None) -> int:
    """Print the entity of a key, <organization>/<kind>/<name>, as JSON."""
    with _opened(url) as (store, classifier):
        found = _find(store, classifier, key)
        if found is None:
            return 1
        say(*json.dumps(found.entity, indent=2).splitlines())
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
            raise click.UsageError(f'"{key}" is no key: write <organization>/<kind>/<name>')
        near = [
            entity.key for entity in store.named([(parts[1], parts[2])])
        ] or [f"{parts[0]}/{parts[1]}/{name}" for name in store.names(parts[1], 2_000)]  # fmt: skip
        tell(f'there is no entity "{key}"{did_you_mean(canonical, near)}')
    return found


@command.command("list")
@_STORE
@click.option("--kind", help="Only entities of this kind.")
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


@command.command(context_settings=_WITH_KEY)
@click.argument("key")
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
            tell(f'the ID "{identity}" was never seen')
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
              help="Write to a file instead of standard output.")  # fmt: skip
@settings_options
@click.option("--all", "all_", is_flag=True,
              help="Write an archive of all that the store remembers, for `store import`.")  # fmt: skip
def export(url: str | None, ledger: Path | None, output: Path | None, all_: bool) -> None:
    """Write all entities as JSONL, the ledger of IDs as text, or an archive of both."""
    from dispatch_lint.store.archive import archive_lines
    from dispatch_lint.store.entity_store import Filter
    from dispatch_lint.store.ledger_file import ledger_lines, write_ledger
    from dispatch_lint.store.lookups import export_lines

    if all_ and ledger is not None:
        raise click.UsageError("--all has the ledger in it: leave --ledger out")
    with _opened(url) as (store, _):
        if all_:
            _write(archive_lines(store), output)
        elif ledger is None:
            _write(export_lines(store.entities(Filter())), output)
        elif str(ledger) == "-":
            _write(ledger_lines(store.ledger_entries()), output)
        else:
            count = write_ledger(ledger, str(ledger), store.ledger_entries())
            remark(f"{count} IDs in {ledger}")


def _write(lines: Iterable[str], output: Path | None) -> None:
    if output is None:
        for line in lines:
            sys.stdout.write(line)
        sys.stdout.flush()
        return
    from dispatch_lint.text.files import write_lines

    write_lines(output, lines)


def _show(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]], format_: str) -> None:
    if format_ == "json":
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        say(*json.dumps(objects, indent=2).splitlines())
        return
    texts = [
        tuple("-" if cell in (None, "") else harmless(str(cell)) for cell in row) for row in rows
    ]
    if not texts:
        tell("there is none")
        return
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    for row in (tuple(name.upper() for name in columns), *texts):
        line = "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True))
        say(line.rstrip())
