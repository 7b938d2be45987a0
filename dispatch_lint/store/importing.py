"""Documents → a store, all or none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.line_ranges import line_ranges
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.relations import named_entity
from dispatch_lint.naming import count
from dispatch_lint.store.entity_store import Counts, Scope
from dispatch_lint.store.keys import unstorable

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.store.entity_store import WritableStore
    from dispatch_lint.text.tree import Part

BATCH = 2_000
"""Entities that are written together."""
_RANGE = 1024 * 1024
"""Bytes of lines that are read together."""
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
    batch: int = BATCH,
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

    Returns:
        What changed, and how many documents were skipped because they are not entities.

    Raises:
        ImportRefused: a document does not parse, or has no key: nothing was imported.
        MixedOrganizations: `mixed` is false, and they are.
        InputError: a source, or the store, cannot be used: nothing was imported.
    """
    when = now or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    reader = _Reader(classifier, progress)
    counts = Counts()
    with suppress(_DryRun), store.transaction():
        before = () if mixed else store.organizations()
        if prune:
            store.begin_prune()
        waiting: list[StoredEntity] = []
        scopes: Counter[Scope] = Counter()
        for source in sources:
            for entity in reader.entities(source):
                if len(waiting) >= batch:
                    counts += store.put(waiting, when)
                    waiting = []
                if not reader.reasons:
                    waiting.append(entity)
                    kind = None if source.rows is not None else entity.kind
                    scopes[Scope(entity.organization or "", kind, entity.form)] += 1
        if reader.reasons:
            raise ImportRefused(reader.reasons)
        if not mixed:
            _refuse_mixed(store.shown, before, scopes)
        counts += store.put(waiting, when)
        if prune:
            confirm(store.unseen(scopes.keys()))
            counts += store.prune(scopes.keys(), when)
        if dry_run:
            raise _DryRun
    return counts, reader.skipped


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


class _Reader:
    """Reads the entities of sources.

    Attributes:
        skipped: the number of documents that are not entities.
        reasons: a message for each document that cannot be imported.
    """

    def __init__(self, classifier: Classifier, progress: Progress) -> None:
        self._classifier, self._progress = classifier, progress
        self._limits = classifier.settings.limits
        self.skipped = 0
        self.reasons: list[str] = []

    def entities(self, source: Source) -> Iterator[StoredEntity]:
        """The entities of a source; Go files have none."""
        if source.format == "go":
            return
        unparsed, entities = [], 0
        for piece in _pieces(source, self._limits):
            read = read_source(source, self._limits, lines=piece)
            for index, part, row_key, error in read.parts:
                if source.rows is not None:
                    self._progress(1)
                if error:
                    self.reasons.append(error)
                elif isinstance(part.value, StoredEntity):
                    yield part.value
                elif part.problem is not None:
                    unparsed.append((index, part))
                else:
                    document = self._classifier.read(part, source, index)
                    entities += isinstance(document, Document)
                    yield from self._entity(document, source, part, row_key)
            if source.rows is None:
                self._progress(piece.end - piece.start if piece else len(read.text))
        for index, part in unparsed:
            document = self._classifier.unparsed(
                part, source, index, beside=entities > 0 or source.format == "jsonl"
            )
            if isinstance(document, Document):
                self._refuse(source, part)
            else:
                self.skipped += 1

    def _refuse(self, source: Source, part: Part) -> None:
        assert part.problem is not None
        start = part.problem.range
        self.reasons.append(f"{source.name}:{start.line}:{start.column}: cannot be parsed: "
                            f"{part.problem.message}")  # fmt: skip

    def _entity(
        self, document: Document | Skipped, source: Source, part: Part, row_key: str
    ) -> Iterator[StoredEntity]:
        if isinstance(document, Skipped):
            self.skipped += 1
            return
        if row_key:
            location = Location(source.name)
        elif source.format == "jsonl":
            line = part.lines.first_line
            location = Location(source.name, Range(line, 1, line, 1))
        else:
            location = Location(source.name, document.range(("name",)))
        if document.key is None:
            missing = "name" if document.kind else "kind"
            reason = f"the entity has no {missing}, and therefore no key"
        else:
            stored = stored_entity(document, location)
            reason = unstorable(stored)
            if not reason:
                yield stored
                return
        if row_key:
            shown = f"{source.name}: {row_key}"
        elif source.format == "jsonl":
            shown = str(location)
        else:
            shown = f"{location}:{location.range.column}"
        self.reasons.append(f"{shown}: {reason}")


def _pieces(source: Source, limits: Limits) -> Iterable[LineRange | None]:
    return line_ranges(source, _RANGE, limits) if source.format == "jsonl" else (None,)


def stored_entity(document: Document, location: Location | None = None) -> StoredEntity:
    """A document that has a key, as an entity of a store."""
    entity = document.entity
    contained = [[list(path), kind, name] for path, kind, name in document.contained]
    foreign_keys = [
        [list(key.path), key.reference.kind, key.reference.by, _named(key), key.owner]
        for key in document.uses
    ]
    tags = _tags(entity.get("tags"))
    return StoredEntity(
        key=document.key or "", organization=document.organization, kind=document.kind,
        name=document.name or "", identity=document.identity, form=document.form,
        stored_status=document.status, revision=document.revision, revision_of=document.revision_of,
        deleted="", tags_text=_sorted_json(tags) if tags else "{}", value_text=json.dumps(entity),
        contained_text=json.dumps(contained) if contained else "",
        uses_text=json.dumps(foreign_keys) if foreign_keys else "",
        location_text=_as_unicode(location.text) if location else "",
    )  # fmt: skip


def _as_unicode(text: str) -> str:
    """A text in which what a file name has beside Unicode is replaced by escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


_sorted_json = json.JSONEncoder(sort_keys=True).encode
"""As `json.dumps` with sorted keys, which makes an encoder for each value."""


def _named(key: ForeignKey) -> str:
    return key.value if key.reference.by == "id" else named_entity(key.value, key.reference.kind)


def _tags(tags: Any) -> dict[str, str]:
    """Tags as a map, from a map or from a manifest's list of keys and values."""
    if isinstance(tags, dict):
        return {name: value for name, value in tags.items() if isinstance(value, str)}
    if isinstance(tags, list):
        return {
            tag["key"]: str(tag["value"])
            for tag in tags
            if isinstance(tag, dict) and isinstance(tag.get("key"), str) and "value" in tag
        }
    return {}
