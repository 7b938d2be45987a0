"""Where entities, and the foreign keys to them, are in the documents of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.location import Path, Range
from dispatch_lint.model.relations import same_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dispatch_lint.documents.document import Document
    from dispatch_lint.text.tree import Part


class EntityName(NamedTuple):
    """What identifies an entity; the organization is None where nothing states it."""

    kind: str
    name: str
    organization: str | None

    @property
    def key(self) -> str:
        """`<organization>/<kind>/<name>` (guide, Key)."""
        return f"{self.organization or '-'}/{self.kind}/{self.name}"


class Place(NamedTuple):
    """Where an entity, or a foreign key to it, is."""

    file: str
    range: Range
    entity: EntityName


class Mention(NamedTuple):
    """An entity, or a foreign key to it, in a document.

    Attributes:
        document: its number in the file.
        path: in the text of the document.
        is_reference: whether it is a foreign key, by name.
    """

    entity: EntityName
    document: int
    path: Path
    is_reference: bool


def find_mentions(documents: Iterable[Document]) -> list[Mention]:
    """The entities of some documents, those that others contain included, and the foreign keys."""
    return [mention for document in documents for mention in _mentions_in(document)]


def _mentions_in(document: Document) -> Iterator[Mention]:
    if document.name is not None and document.kind:
        yield _mention(document, ("name",), document.kind, document.name)
        for path, kind, name in document.contained:
            yield _mention(document, path, kind, name)
    for use in document.uses:
        if use.reference.by == "name":
            yield _mention(document, use.path, use.reference.kind, use.value, is_reference=True)


def _mention(
    document: Document, path: Path, kind: str, name: str, *, is_reference: bool = False
) -> Mention:
    entity = EntityName(kind, name, document.organization)
    return Mention(entity, document.number, document.text_path(path), is_reference)


def places_of(
    entity: EntityName, mentions: Iterable[Mention], file: str, parts: Callable[[], Sequence[Part]]
) -> Iterator[Place]:
    """Where some mentions are of one entity.

    Args:
        mentions: of one file.
        parts: reads the documents of the file, which takes time.
    """
    wanted = [
        mention
        for mention in mentions
        if mention.entity.kind == entity.kind and same_key(mention.entity.key, entity.key)
    ]
    read = parts() if wanted else ()
    for mention in wanted:
        if mention.document < len(read):  # the file may have changed without notice
            yield Place(file, read[mention.document].range(mention.path), mention.entity)
