"""Documents → a store, all or none."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.relations import DELETED
from dispatch_lint.naming import count
from dispatch_lint.store.entity_store import Counts, Scope
from dispatch_lint.store.import_reading import read_for_import

if TYPE_CHECKING:
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import Source
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import WritableStore
    from dispatch_lint.store.import_reading import ReadEntities, Unparsed

BATCH = 2_000
"""Entities that are written together."""
_FEW = 3
"""The number of organizations that a message names."""
Confirm = Callable[[Iterator[str]], None]
Progress = Callable[[int], None]
"""Called with the number of bytes, or rows, that were read since the last call."""


class ImportRefused(StoreError):
    """Documents that cannot be imported. Nothing was imported.

    Attributes:
        reasons: a message for each document, with its location.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons

    @property
    def lines(self) -> Sequence[str]:
        return self.reasons


class MixedOrganizations(StoreError):
    """Some entities would name an organization in a store, and others none. Nothing was imported.

    Attributes:
        organizations: those that are named, sorted.
        unnamed: how many of the documents to import name none.
    """

    def __init__(self, shown: str, organizations: Sequence[str], unnamed: int) -> None:
        names = ", ".join(organizations[:_FEW]) + (", …" if len(organizations) > _FEW else "")
        if unnamed:
            verb = "names" if unnamed == 1 else "name"
            message = (f"{count(unnamed, 'document')} to import {verb} no organization, but other "
                       f"entities are of {names}; use --organization NAME (or the setting "
                       "`organization`), or --mixed to import them as they are")  # fmt: skip
        else:
            message = (f"{shown} has entities of no organization, but the documents to import are of "
                       f"{names}; use another store, or --mixed to import them as they are")  # fmt: skip
        super().__init__(message)
        self.organizations, self.unnamed = organizations, unnamed


class _DryRun(Exception):
    """Ends the transaction of a dry run: all that was written in it is undone."""


def import_sources(
    store: WritableStore, sources: Sequence[Source], classifier: Classifier, *,
    prune: bool = False, confirm: Confirm = lambda _: None, mixed: bool = True,
    dry_run: bool = False, progress: Progress = lambda _: None, now: str | None = None,
    batch: int = BATCH, jobs: int = 1, also: Callable[[], None] = lambda: None,
) -> tuple[Counts, int]:  # fmt: skip
    """Import the documents of some sources into a store, in one transaction.

    Args:
        prune: whether to mark entities as deleted that the sources do not have: those of the
            organizations, kinds and forms that the sources have, and of every kind where a source
            is a store.
        confirm: called with the keys of what `prune` would mark, in order; it may raise, and
            nothing is imported then.
        mixed: whether entities that name no organization may come beside others that do.
        dry_run: whether to undo all in the end: the counts are those of an import.
        now: the time that the ledger records, RFC 3339; by default the current time.
        batch: entities that are written together.
        jobs: the number of processes that read; 0 for one on each processor, where there is enough to read.
        also: called at the end of the transaction, to write more into the store; it may raise.

    Returns:
        What changed, and how many documents were skipped because they are not entities.

    Raises:
        ImportRefused: a document does not parse, or has no key: nothing was imported.
        MixedOrganizations: `mixed` is false, and they are.
        InputError: a source, or the store, cannot be used: nothing was imported.
    """
    when = now or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    gathered = _Gathered(sources, progress)
    counts = Counts()
    # Other processes begin before the transaction does: they have no part in it.
    with read_for_import(sources, classifier, jobs) as read, suppress(_DryRun), store.transaction():
        before = () if mixed else store.organizations()
        if prune:
            store.begin_prune()
        waiting: list[StoredEntity] = []
        scopes: Counter[Scope] = Counter()
        for entity, kind in gathered.entities(read):
            if len(waiting) >= batch:
                counts += store.put(waiting, when)
                waiting = []
            if not gathered.reasons:
                waiting.append(entity)
                scopes[Scope(entity.organization or "", kind, entity.form)] += 1
        if gathered.reasons:
            raise ImportRefused(gathered.reasons)
        if not mixed:
            _refuse_mixed(store.shown, before, scopes)
        counts += store.put(waiting, when)
        if prune:
            confirm(store.unseen(scopes.keys()))
            counts += store.prune(scopes.keys(), when)
        counts.repeated = gathered.contents.repeated()
        also()
        if dry_run:
            raise _DryRun
    return counts, gathered.skipped


def _refuse_mixed(shown: str, before: Collection[str], scopes: Mapping[Scope, int]) -> None:
    """Refuse an import after which some entities of a store name an organization, and some do not.

    Of a store that has both already, only documents that name none are refused.

    Raises:
        MixedOrganizations: there are both.
    """
    unnamed = sum(number for scope, number in scopes.items() if not scope.organization)
    named = sorted({scope.organization for scope in scopes} - {""})
    if unnamed and (named or {*before} - {""}):
        raise MixedOrganizations(shown, sorted({*named, *before} - {""}), unnamed)
    if named and {*before} == {""}:
        raise MixedOrganizations(shown, named, 0)


class _Gathered:
    """What an import has read of its sources.

    Attributes:
        skipped: the number of documents that are not entities.
        reasons: a message for each document that cannot be imported.
        contents: what has been read of each key, except of what is deleted.
    """

    def __init__(self, sources: Sequence[Source], progress: Progress) -> None:
        self._sources, self._progress = sources, progress
        self.skipped = 0
        self.reasons: list[str] = []
        self.contents = _Contents()

    def entities(self, read: Iterable[ReadEntities]) -> Iterator[tuple[StoredEntity, str | None]]:
        """The entities, and the kind to which `prune` is confined by each; None for all kinds."""
        for position, parts in groupby(read, attrgetter("position")):
            source = self._sources[position]
            unparsed: list[Unparsed] = []
            beside = source.format == "jsonl"
            for part in parts:
                self._progress(part.size)
                self.reasons += part.reasons
                self.skipped += part.skipped
                unparsed += part.unparsed
                beside = beside or part.documents > 0
                for entity in part.entities:
                    if entity.status != DELETED:
                        self.contents.add(entity.key, entity.value_text)
                    yield entity, None if source.rows is not None else entity.kind
            for reason, is_entity in unparsed:
                if is_entity or (beside and is_entity is None):
                    self.reasons.append(reason)
                else:
                    self.skipped += 1


class _Contents:
    """The keys and contents of entities, of which there may be millions: 16 bytes for each."""

    _PARTS = 256

    def __init__(self) -> None:
        # Hashes of a key and of its contents, one after the other.
        self._parts = [array("q") for _ in range(self._PARTS)]

    def add(self, key: str, contents: str) -> None:
        """Add an entity."""
        number = hash(key)
        part = self._parts[number % self._PARTS]
        part.append(number)
        part.append(hash(contents))

    def repeated(self) -> int:
        """How many keys came again with other contents."""
        return sum(map(_repeated, self._parts))


def _repeated(part: array[int]) -> int:
    first: dict[int, int] = {}
    repeated = {
        key
        for key, contents in zip(part[::2], part[1::2], strict=True)
        if first.setdefault(key, contents) != contents
    }
    return len(repeated)
