"""Documents → a store: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.line_ranges import line_ranges
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.index.references import named_entity
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.location import Location, Range
from dispatch_lint.store.entity_store import Counts, is_storable

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
Progress = Callable[[int], None]
"""Told how many bytes, or rows, have been read since it was told last."""


class ImportRefused(StoreError):
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
    batch: int = BATCH,
) -> tuple[Counts, int]:  # fmt: skip
    """Bring the documents of some sources into a store, in one transaction.

    Args:
        prune: whether to mark as deleted what the sources do not have.
        now: the time that the ledger notes, RFC 3339.
        batch: entities that are written together.

    Returns:
        What changed; how many documents were skipped because they are no entities.

    Raises:
        ImportRefused: a document does not parse, or has no key: nothing was imported.
        InputError: a source, or the store, cannot be used: nothing was imported.
    """
    when = now or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    reader = _Reader(classifier, progress)
    with store.transaction():
        if prune:
            store.begin_prune()
        counts = Counts()
        waiting: list[StoredEntity] = []
        for source in sources:
            for one in reader.entities(source):
                if len(waiting) >= batch:
                    counts += store.put(waiting, when)
                    waiting = []
                if not reader.reasons:
                    waiting.append(one)
        if reader.reasons:
            raise ImportRefused(reader.reasons)
        counts += store.put(waiting, when)
        if prune:
            counts += store.prune(when)
    return counts, reader.skipped


class _Reader:
    """Reads the entities of sources, and notes what cannot be imported."""

    def __init__(self, classifier: Classifier, progress: Progress) -> None:
        self._classifier, self._progress = classifier, progress
        self._limits = classifier.settings.limits
        self.skipped = 0
        self.reasons: list[str] = []

    def entities(self, source: Source) -> Iterator[StoredEntity]:
        """The entities of a source; Go files declare kinds, and hold none."""
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
        span = part.problem.range
        self.reasons.append(f"{source.name}:{span.line}:{span.column}: this does not parse: "
                            f"{part.problem.message}")  # fmt: skip

    def _entity(
        self, document: Document | Skipped, source: Source, part: Part, row_key: str
    ) -> Iterator[StoredEntity]:
        if isinstance(document, Skipped):
            self.skipped += 1
            return
        if row_key:
            where, place = f"{source.name}: {row_key}", Location(source.name)
        elif source.format == "jsonl":
            line = part.lines.first_line
            where, place = f"{source.name}:{line}", Location(source.name, Range(line, 1, line, 1))
        else:
            found = document.range(("name",))
            where, place = (
                f"{source.name}:{found.line}:{found.column}",
                Location(source.name, found),
            )
        if document.key is None:
            missing = "name" if document.kind else "kind"
            self.reasons.append(f"{where}: the entity has no {missing}, and so no key")
        elif not is_storable(document.key + document.identity):
            self.reasons.append(f"{where}: the key holds a character that no store can keep")
        else:
            yield stored_entity(document, place)


def _pieces(source: Source, limits: Limits) -> Iterable[LineRange | None]:
    return line_ranges(source, _RANGE, limits) if source.format == "jsonl" else (None,)


def stored_entity(document: Document, place: Location | None = None) -> StoredEntity:
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
        uses_text=json.dumps(uses) if uses else "", place_text=place.text if place else "",
    )  # fmt: skip


def _named(use: ForeignKey) -> str:
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
