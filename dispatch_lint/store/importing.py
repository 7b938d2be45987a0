"""Documents → a store: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.source import BadRow, Source
from dispatch_lint.documents.stored_entity import Place, StoredEntity
from dispatch_lint.documents.undeclared import find_undeclared, repair
from dispatch_lint.index.references import named_entity
from dispatch_lint.model.errors import StoreError
from dispatch_lint.old import json_placed, json_text, yaml_placed
from dispatch_lint.store.entity_store import Counts, is_storable

if TYPE_CHECKING:
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import Use
    from dispatch_lint.old.placed import Part
    from dispatch_lint.store.entity_store import WritableStore

_BATCH = 2_000
Progress = Callable[[int], None]
"""Told how many bytes, or rows, have been read since it was told last."""


class Refused(StoreError):
    """Documents that cannot be imported. Nothing was.

    Attributes:
        reasons: one for each, with its place.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def import_sources(
    store: WritableStore, sources: Sequence[Source], classifier: Classifier, *,
    prune: bool = False, progress: Progress = lambda _: None, now: str | None = None,
) -> tuple[Counts, int]:  # fmt: skip
    """Bring the documents of some sources into a store, in one transaction.

    Args:
        prune: whether to mark as deleted what the sources do not have.
        now: the time that the ledger notes, RFC 3339.

    Returns:
        What changed; how many documents were skipped because they are no entities.

    Raises:
        Refused: a document does not parse, or has no key: nothing was imported.
        InputError: a source, or the store, cannot be used: nothing was imported.
    """
    when = now or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    reader = _Reader(classifier, progress)
    with store.transaction():
        if prune:
            store.begin_prune()
        counts = Counts()
        batch: list[StoredEntity] = []
        for source in sources:
            for one in reader.entities(source):
                if len(batch) >= _BATCH:
                    counts += store.put(batch, when)
                    batch = []
                if not reader.reasons:
                    batch.append(one)
        if reader.reasons:
            raise Refused(reader.reasons)
        counts += store.put(batch, when)
        if prune:
            counts += store.prune(when)
    return counts, reader.skipped


class _Reader:
    """Reads the entities of sources, and notes what cannot be imported."""

    def __init__(self, classifier: Classifier, progress: Progress) -> None:
        self._classifier, self._progress = classifier, progress
        self._kinds = classifier.catalogue.kind_names
        self.skipped = 0
        self.reasons: list[str] = []

    def entities(self, source: Source) -> Iterator[StoredEntity]:
        if source.rows is not None:
            for key, value in source.rows.rows():
                self._progress(1)
                if isinstance(value, StoredEntity):
                    yield value
                elif isinstance(value, BadRow):
                    self.reasons.append(f"{source.name}: {key}: {value.message}")
                else:
                    read = self._classifier.read(value, source, 0)
                    yield from self._entity(
                        read, source, f"{source.name}: {key}", Place(source.name)
                    )
        elif source.format == "jsonl":
            yield from self._lines(source)
        elif source.format != "go":  # which declares kinds, and holds no entities
            yield from self._whole(source)

    def _lines(self, source: Source) -> Iterator[StoredEntity]:
        for index, (number, line) in enumerate(source.lines()):
            self._progress(len(line))
            try:
                value = json_text.read_value(line)
                read = self._classifier.read(value, source, index)
            except ValueError:
                part = json_placed.read_placed_line(line, number)
                if part.problem is not None:
                    self._refuse(source, part)
                    continue
                read = self._classifier.read(part.value, source, index, part)
            where = f"{source.name}:{number}"
            yield from self._entity(read, source, where, Place(source.name, number, 1, number, 1))

    def _whole(self, source: Source) -> Iterator[StoredEntity]:
        text = source.text()
        reader = yaml_placed if source.format == "yaml" else json_placed
        unparsed, entities = [], 0
        for index, part in enumerate(reader.read_placed(text)):
            if part.problem is not None:
                unparsed.append((index, part))
                continue
            read = self._classifier.read(part.value, source, index, part)
            entities += isinstance(read, Document)
            span = read.range(("name",)) if isinstance(read, Document) else part.extent
            place = Place(source.name, span.line, span.column, span.end_line, span.end_column)
            where = f"{source.name}:{span.line}:{span.column}"
            yield from self._entity(read, source, where, place)
        for index, part in unparsed:
            read = self._classifier.unparsed(part, source, index, beside=entities > 0)
            if isinstance(read, Document):
                self._refuse(source, part)
            else:
                self.skipped += 1
        self._progress(len(text))

    def _refuse(self, source: Source, part: Part) -> None:
        assert part.problem is not None
        span = part.problem.range
        self.reasons.append(f"{source.name}:{span.line}:{span.column}: this does not parse: "
                            f"{part.problem.message}")  # fmt: skip

    def _entity(
        self, read: Document | Skipped, source: Source, where: str, place: Place
    ) -> Iterator[StoredEntity]:
        if isinstance(read, Skipped):
            self.skipped += 1
            return
        if not is_plain(read):
            read.undeclared = find_undeclared(read, self._kinds)
            repair(read, {one.path for one in read.undeclared if one.closed})
        if read.key is None:
            missing = "name" if read.kind else "kind"
            self.reasons.append(f"{where}: the entity has no {missing}, and so no key")
        elif not is_storable(read.key + read.identity):
            self.reasons.append(f"{where}: the key holds a character that no store can keep")
        else:
            yield stored_entity(read, place)


def is_plain(document: Document) -> bool:
    """Whether a document has no field that its kind does not have, at its top."""
    return all(name in document.schema.shape.properties for name in document.value)


def stored_entity(document: Document, place: Place | None = None) -> StoredEntity:
    """A document that has a key, as a store remembers it."""
    entity = document.entity
    contained = [[list(path), kind, name] for path, kind, name in document.contained]
    uses = [
        [list(use.path), use.reference.kind, use.reference.by, _named(use), use.owner]
        for use in document.uses
    ]
    status = document.status
    return StoredEntity(
        key=document.key or "", organization=document.organization, kind=document.kind,
        name=document.name or "", identity=document.identity, form=document.form,
        stored_status=status, revision=document.revision, revision_of=document.revision_of,
        deleted="", tags_text=json.dumps(_tags(entity.get("tags")), sort_keys=True), value_text=json.dumps(entity),
        contained_text=json.dumps(contained) if contained else "",
        uses_text=json.dumps(uses) if uses else "", place_text=str(place) if place else "",
    )  # fmt: skip


def _named(use: Use) -> str:
    return use.value if use.reference.by == "id" else named_entity(use.value, use.reference.kind)


def _tags(said: Any) -> dict[str, str]:
    """Tags as a map, whether they are a map or a manifest's list of keys and values."""
    if isinstance(said, dict):
        return {name: value for name, value in said.items() if isinstance(value, str)}
    if isinstance(said, list):
        return {
            one["key"]: str(one["value"])
            for one in said
            if isinstance(one, dict) and isinstance(one.get("key"), str) and "value" in one
        }
    return {}
