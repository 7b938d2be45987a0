"""`store import`: documents, archives and ledgers, and what is printed of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.options import store_settings
from dispatch_lint.cli.output import remark, say, tell
from dispatch_lint.cli.progress import progress_bar
from dispatch_lint.naming import count

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import Source
    from dispatch_lint.store.entity_store import Counts


def import_memory(archives: list[str], ledger: Path | None, url: str | None) -> None:
    """Bring in archives, and a ledger file."""
    from dispatch_lint.api import store_url
    from dispatch_lint.store.archive import import_archive
    from dispatch_lint.store.ledger_file import LedgerFile
    from dispatch_lint.store.opening import open_for_writing

    settings, _ = store_settings(url)
    store = open_for_writing(store_url(settings))
    try:
        for archive in archives:
            counts = import_archive(store, archive)
            say(f"{archive}: {counts.added} added, {counts.changed} changed, {counts.unchanged} "
                f"unchanged in {store.shown}")  # fmt: skip
            _tell_kept(counts, store.shown)
        if ledger is not None:
            entries = list(LedgerFile(ledger, str(ledger)).entries())
            with store.transaction():
                store.restore([], entries)
            say(f"{ledger}: {count(len(entries), 'ID')} in {store.shown}")
    finally:
        store.close()


def import_documents(
    paths: tuple[str, ...], url: str | None, options: dict[str, Any], *, prune: bool, yes: bool,
    mixed: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Import documents; on a terminal, ask for the organization that some of them do not name."""
    from dispatch_lint.store.importing import MixedOrganizations

    settings, classifier = store_settings(url, **options)
    try:
        _import_once(
            paths, settings, classifier, prune=prune, yes=yes, mixed=mixed, dry_run=dry_run
        )
    except MixedOrganizations as error:
        if not error.unnamed or not sys.stdin.isatty():
            raise
        tell(str(error))
        first = error.organizations[0] if len(error.organizations) == 1 else None
        named = click.prompt("Organization of the documents that name none", default=first)
        settings, classifier = store_settings(url, **options | {"organization": named})
        _import_once(
            paths, settings, classifier, prune=prune, yes=yes, mixed=mixed, dry_run=dry_run
        )


def _import_once(
    paths: tuple[str, ...], settings: Settings, classifier: Classifier, *, prune: bool, yes: bool,
    mixed: bool, dry_run: bool,
) -> None:  # fmt: skip
    from dispatch_lint.api import sources_of, store_url
    from dispatch_lint.documents.source import is_url
    from dispatch_lint.store.entity_store import ConnectionLost
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.opening import open_for_trial, open_for_writing
    from dispatch_lint.store.urls import same_store

    target = store_url(settings)
    if any(is_url(path) and same_store(path, target) for path in paths):
        raise click.UsageError("the store cannot be imported into itself")
    store = open_for_trial(target) if dry_run else open_for_writing(target)
    sources = sources_of(paths, settings)
    try:
        for attempt in (1, 2):
            try:
                with progress_bar("Importing") as update:
                    counts, skipped = import_sources(
                        store, sources, classifier, dry_run=dry_run,
                        progress=partial(_advance, update, sum(map(_size, sources))),
                        confirm=partial(_confirm_prune, yes=yes, shown=store.shown), prune=prune, mixed=mixed, jobs=0,
                    )  # fmt: skip
                break
            except ConnectionLost:
                # The first attempt was rolled back.
                if attempt == 2:
                    raise
    finally:
        store.close()
    say(f"{'Dry run: ' if dry_run else ''}{counts.added} added, {counts.changed} changed, "
        f"{counts.unchanged} unchanged, {counts.deleted} deleted in {store.shown}")  # fmt: skip
    _tell_kept(counts, store.shown)
    if counts.repeated:
        they = "has" if counts.repeated == 1 else "have"
        remark(f"{count(counts.repeated, 'key')} {they} several entities with different contents, of "
               "which one is kept; `check` shows them")  # fmt: skip
    if skipped:
        remark(f"skipped {count(skipped, 'document')} that {'is' if skipped == 1 else 'are'} no "
               f"{'entity' if skipped == 1 else 'entities'}")  # fmt: skip


def _tell_kept(counts: Counts, shown: str) -> None:
    """Say that documents without an ID did not replace entities that have one."""
    if counts.kept:
        they, it = ("entity", "it") if counts.kept == 1 else ("entities", "them")
        remark(f"left out {count(counts.kept, 'document')} without an ID: {shown} has the {they}, "
               f"with the ID and the status that a server gave {it}")  # fmt: skip


def _advance(update: Callable[[int, int], None], total: int, amount: int) -> None:
    update(amount, total)


_MOST_LISTED = 20
"""The number of entities that `--prune` lists."""


def _confirm_prune(keys: Iterator[str], *, yes: bool, shown: str) -> None:
    """Say what will be marked as deleted, and ask.

    Raises:
        ImportRefused: the user does not want it.
        click.UsageError: there is nobody to ask.
    """
    from dispatch_lint.store.importing import ImportRefused

    first = list(islice(keys, _MOST_LISTED))
    total = len(first) + sum(1 for _ in keys)
    if not total:
        return
    remark(f"{count(total, 'entity')} of {shown} to be marked as deleted:")
    for key in first:
        remark(f"  {key}")
    if total > len(first):
        remark(f"  and {total - len(first)} more")
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("--prune asks before it deletes: use --yes to delete without asking, "
                               "or --dry-run to only see what it would delete")  # fmt: skip
    if not click.confirm("Mark them as deleted?", err=True):
        raise ImportRefused(["nothing was imported"])


def _size(source: Source) -> int:
    """The size of a source, in bytes of a file or in rows of a store."""
    return source.size() if source.rows is None else source.rows.count()
