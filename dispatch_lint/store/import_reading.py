"""Sources → what an import has to know of them, read by several processes."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.document import Document, tags_of
from dispatch_lint.documents.pieces import FEW_BYTES, are_shareable, chunks_of, pieces_of, weight_of
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.relations import named_entity
from dispatch_lint.processes import NotStarted, Workers, processes_for
from dispatch_lint.store.archive import is_header
from dispatch_lint.store.keys import unstorable
from dispatch_lint.text.harmless import as_unicode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.pieces import Piece
    from dispatch_lint.documents.source import Source
    from dispatch_lint.text.tree import Part

_MOST = 2_000
"""Entities that are kept in memory of a source that is one piece."""
_CHUNK_BYTES = 1024 * 1024
"""The size of what a process reads, and sends, at once."""
_MOST_BYTES = 4 * 1024 * 1024
"""A file that is larger, and no JSONL, is read here: all of it would be sent at once."""


class Unparsed(NamedTuple):
    """A document that does not parse.

    Attributes:
        reason: why not, with its location.
        is_entity: whether it is an entity; None where it is one if the source has others.
    """

    reason: str
    is_entity: bool | None


@dataclass
class ReadEntities:
    """What was read of a source, or of a part of it.

    Attributes:
        position: the position of the source.
        entities: those that can be imported.
        reasons: a message for each document that is an entity and cannot be imported.
        unparsed: documents that do not parse.
        documents: how many documents are entities.
        skipped: how many are not.
        size: how much was read, in bytes of a text or in rows.
    """

    position: int
    entities: list[StoredEntity] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    unparsed: list[Unparsed] = field(default_factory=list)
    documents: int = 0
    skipped: int = 0
    size: int = 0


@contextmanager
def read_for_import(
    sources: Sequence[Source], classifier: Classifier, jobs: int = 1
) -> Iterator[Iterator[ReadEntities]]:
    """What is read of some sources, in their order; Go files have no entities.

    Args:
        jobs: the number of processes; 0 for one on each processor, where there is enough to read.

    Raises:
        InputError: a source cannot be read; here, or where what was read is taken.
    """
    reader = _Reader(sources, classifier)
    pieces = [
        piece
        for piece in pieces_of(sources, classifier.settings.limits, _fail, _CHUNK_BYTES)
        if sources[piece.position].format != "go"
    ]
    processes = processes_for(jobs, weight_of(pieces), FEW_BYTES)
    workers = None
    if processes > 1 and len(pieces) > 1 and are_shareable(sources):
        with suppress(NotStarted):
            workers = Workers(reader.share, chunks_of(pieces, _CHUNK_BYTES), processes)
    if workers is None:
        yield reader.parts(pieces)
        return
    with workers:
        yield chain.from_iterable(
            reader.parts(chunk) if read is None else read for chunk, read in workers.in_order()
        )


def _fail(_position: int, error: InputError) -> None:
    raise error


class _Reader:
    """Reads pieces of some sources."""

    def __init__(self, sources: Sequence[Source], classifier: Classifier) -> None:
        self._sources, self._classifier = sources, classifier

    def share(self, chunk: Sequence[Piece]) -> list[ReadEntities] | None:
        """What is read of a chunk, to be sent; None where it is too much to be sent at once."""
        return [*self.parts(chunk)] if weight_of(chunk) <= _MOST_BYTES else None

    def parts(self, pieces: Iterable[Piece]) -> Iterator[ReadEntities]:
        """What is read of some pieces, each of which may be a whole store: in parts of a few entities."""
        for piece in pieces:
            source = self._sources[piece.position]
            read = read_source(source, self._classifier.settings.limits, lines=piece.lines)
            found = ReadEntities(piece.position)
            for one in read.parts:
                if len(found.entities) == _MOST:
                    yield found
                    found = ReadEntities(piece.position)
                self._add(found, source, *one)
            if source.rows is None:
                found.size = piece.lines.end - piece.lines.start if piece.lines else len(read.text)
            yield found

    def _add(
        self, found: ReadEntities, source: Source, index: int, part: Part, row_key: str, error: str
    ) -> None:
        """Add a document, as `read_source` gives it."""
        if source.rows is not None:
            found.size += 1
        if error:
            found.reasons.append(error)
        elif isinstance(part.value, StoredEntity):
            found.entities.append(part.value)
        elif part.problem is not None:
            found.unparsed.append(self._unparsed(source, index, part))
        else:
            if index == 0 and is_header(part.value):  # its lines would all be passed over
                raise InputError(f"{source.name}: an archive of a store is read from a file, "
                                 "not from a pipe")  # fmt: skip
            document = self._classifier.read(part, source, index)
            if isinstance(document, Skipped):
                found.skipped += 1
            else:
                found.documents += 1
                _add_entity(found, source, document, part, row_key)

    def _unparsed(self, source: Source, index: int, part: Part) -> Unparsed:
        assert part.problem is not None
        start = part.problem.range
        reason = (f"{source.name}:{start.line}:{start.column}: cannot be parsed: "
                  f"{part.problem.message}")  # fmt: skip
        alone, beside = (
            isinstance(self._classifier.unparsed(part, source, index, beside=beside), Document)
            for beside in (False, True)
        )
        return Unparsed(reason, alone or (None if beside else False))


def _add_entity(
    found: ReadEntities, source: Source, document: Document, part: Part, row_key: str
) -> None:
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
            found.entities.append(stored)
            return
    if row_key:
        shown = f"{source.name}: {row_key}"
    elif source.format == "jsonl":
        shown = str(location)
    else:
        shown = f"{location}:{location.range.column}"
    found.reasons.append(f"{shown}: {reason}")


def stored_entity(document: Document, location: Location | None = None) -> StoredEntity:
    """A document that has a key, as an entity of a store."""
    entity = document.entity
    contained = [[list(path), kind, name] for path, kind, name in document.contained]
    foreign_keys = [
        [list(key.path), key.reference.kind, key.reference.by, _named(key), key.owner]
        for key in document.uses
    ]
    tags = tags_of(entity.get("tags"))
    return StoredEntity(
        key=document.key or "", organization=document.organization, kind=document.kind,
        name=document.name or "", identity=document.identity, form=document.form,
        stored_status=document.status, revision=document.revision, revision_of=document.revision_of,
        deleted="", tags_text=_sorted_json(tags) if tags else "{}", value_text=json.dumps(entity),
        contained_text=json.dumps(contained) if contained else "",
        uses_text=json.dumps(foreign_keys) if foreign_keys else "",
        location_text=as_unicode(location.text) if location else "",
    )  # fmt: skip


_sorted_json = json.JSONEncoder(sort_keys=True).encode
"""As `json.dumps` with sorted keys, which makes an encoder for each value."""


def _named(key: ForeignKey) -> str:
    return key.value if key.reference.by == "id" else named_entity(key.value, key.reference.kind)
