"""`store import`: documents, archives and ledgers, and what is printed of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    from dispatch_lint.store.entity_store import Counts, WritableStore


@dataclass(frozen=True)
class Request:
    """What to import, and how; all of it or nothing.

    Attributes:
        paths: documents.
        archives: files that `export --all` wrote.
        ledger: a file that `export --ledger` wrote.
        prune, mixed, dry_run: as `import_sources` takes them.
        yes: whether `prune` does not ask.
    """

    paths: tuple[str, ...]
    archives: tuple[str, ...]
    ledger: Path | None
    prune: bool
    yes: bool
    mixed: bool
    dry_run: bool


def import_all(request: Request, url: str | None, options: dict[str, Any]) -> None:
    """Import; on a terminal, ask for the organization that some documents do not name."""
    from dispatch_lint.store.importing import MixedOrganizations

    settings, classifier = store_settings(url, **options)
    try:
        _import_once(request, settings, classifier)
    except MixedOrganizations as error:
        if not error.unnamed or not sys.stdin.isatty():
            raise
        tell(str(error))
        first = error.organizations[0] if len(error.organizations) == 1 else None
        named = click.prompt("Organization of the documents that name none", default=first)
        settings, classifier = store_settings(url, **options | {"organization": named})
        _import_once(request, settings, classifier)


def _import_once(request: Request, settings: Settings, classifier: Classifier) -> None:
    from dispatch_lint.api import close_stores, sources_of, store_url
    from dispatch_lint.documents.source import is_url
    from dispatch_lint.store.entity_store import ConnectionLost
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.opening import open_for_trial, open_for_writing
    from dispatch_lint.store.urls import same_store

    target = store_url(settings)
    if any(is_url(path) and same_store(path, target) for path in request.paths):
        raise click.UsageError("the store cannot be imported into itself")
    store = open_for_trial(target) if request.dry_run else open_for_writing(target)
    memory = _Memory(store, request)
    sources: list[Source] = []
    try:
        sources = sources_of(request.paths, settings) if request.paths else []
        for attempt in (1, 2):
            try:
                with progress_bar("Importing") as update:
                    counts, skipped = import_sources(
                        store, sources, classifier, dry_run=request.dry_run, prune=request.prune,
                        progress=partial(_advance, update, sum(map(_size, sources))),
                        confirm=partial(_confirm_prune, yes=request.yes, shown=store.shown),
                        mixed=request.mixed, jobs=0, also=memory.restore,
                    )  # fmt: skip
                break
            except ConnectionLost:
                # The first attempt was rolled back.
                if attempt == 2:
                    raise
    finally:
        close_stores(sources, store)
    if request.paths:
        _tell_documents(counts, skipped, store.shown, dry_run=request.dry_run)
    memory.tell()


class _Memory:
    """What archives and a ledger file bring into a store."""

    def __init__(self, store: WritableStore, request: Request) -> None:
        self._store, self._request = store, request
        self._archives: list[tuple[str, Counts]] = []
        self._entries = 0

    def restore(self) -> None:
        """Bring it in, inside the caller's transaction, which may be a second attempt."""
        from dispatch_lint.store.archive import restore_archive
        from dispatch_lint.store.ledger_file import LedgerFile

        self._archives = [
            (archive, restore_archive(self._store, archive)) for archive in self._request.archives
        ]
        if (ledger := self._request.ledger) is not None:
            entries = list(LedgerFile(ledger, str(ledger)).entries())
            self._store.restore([], entries)
            self._entries = len(entries)

    def tell(self) -> None:
        """Say what was brought in."""
        for archive, counts in self._archives:
            say(f"{archive}: {counts.added} added, {counts.changed} changed, {counts.unchanged} "
                f"unchanged in {self._store.shown}")  # fmt: skip
            _tell_kept(counts, self._store.shown)
        if self._request.ledger is not None:
            say(f"{self._request.ledger}: {count(self._entries, 'ID')} in {self._store.shown}")


def _tell_documents(counts: Counts, skipped: int, shown: str, *, dry_run: bool) -> None:
    say(f"{'Dry run: ' if dry_run else ''}{counts.added} added, {counts.changed} changed, "
        f"{counts.unchanged} unchanged, {counts.deleted} deleted in {shown}")  # fmt: skip
    _tell_kept(counts, shown)
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
