"""Where entities, and the foreign keys to them, are in a workspace: looked up in its index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.document import Document
from dispatch_lint.index.groups import by_id, by_name, document_of, source_of
from dispatch_lint.lsp.positions import field_at
from dispatch_lint.model.relations import key_text, named_entity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dispatch_lint.lsp.positions import FieldPosition
    from dispatch_lint.lsp.workspace import Workspace
    from dispatch_lint.model.location import Path, Range
    from dispatch_lint.model.relations import EntityRow
    from dispatch_lint.text.tree import Part

MAX_STORED = 5_000
"""Names of a kind that are taken from a store."""


class EntityName(NamedTuple):
    """What identifies an entity; the organization is None where nothing states it."""

    kind: str
    name: str
    organization: str | None

    @property
    def key(self) -> str:
        """`<organization>/<kind>/<name>` (guide, Key)."""
        return key_text(self.organization, self.kind, self.name)

    def has(self, organization: str | None) -> bool:
        """Whether an entity of an organization can be the one. What is not known matches any."""
        return None in (self.organization, organization) or self.organization == organization


class Place(NamedTuple):
    """Where an entity, or a foreign key to it, is.

    Attributes:
        key: of the file.
    """

    key: str
    range: Range
    entity: EntityName


class DocumentField(NamedTuple):
    """The field at a position, and its document."""

    document: Document
    position: FieldPosition


# In one file


def _document(workspace: Workspace, key: str, part: Part, number: int) -> Document | None:
    if part.problem is not None:
        return None
    document = workspace.configuration.classifier.read(part, workspace.source(key), number)
    return None if isinstance(document, Skipped) else document


def documents(
    workspace: Workspace, key: str, wanted: Collection[int] | None = None
) -> Iterator[Document]:
    """The entity documents of a file.

    Args:
        wanted: the numbers of those that are needed; None for all.
    """
    for number, part, _, error in workspace.parts(key, wanted):
        if error or not (wanted is None or number in wanted):
            continue
        document = _document(workspace, key, part, number)
        if document is not None:
            yield document


def field_in(workspace: Workspace, key: str, line: int, column: int) -> DocumentField | None:
    """The field at a place of a file; None outside all entity documents."""
    buffer = workspace.buffer(key)
    wanted = buffer.numbers_at(line, column) if buffer is not None else None
    parts = list(workspace.parts(key, wanted))
    position = field_at(parts, line, column)
    if position is None:
        return None
    part = next(read.part for read in parts if read.number == position.document)
    document = _document(workspace, key, part, position.document)
    return DocumentField(document, position) if document is not None else None


def entity_of(field: DocumentField) -> EntityName | None:
    """The entity whose own name, or a foreign key to which by name, is in a field."""
    document, path = field.document, field.position.path
    for use in document.uses:
        if use.reference.by == "name" and document.text_path(use.path) == path:
            kind = use.reference.kind
            return EntityName(kind, named_entity(use.value, kind), document.organization)
    if document.name and path == document.text_path(("name",)):
        return EntityName(document.kind, document.name, document.organization)
    return next(
        (
            EntityName(kind, name, document.organization)
            for inner, kind, name in document.contained
            if document.text_path((*inner, "name")) == path
        ),
        None,
    )


# In all files


def rows_of(workspace: Workspace, entity: EntityName) -> list[tuple[int, EntityRow]]:
    """The rows of the entities of a name, with their positions."""
    members = workspace.index.members(by_name(entity.kind, entity.name))
    return [row for row in members.entities if entity.has(row[1].organization)] if members else []


def find(workspace: Workspace, entity: EntityName) -> list[Place]:
    """Where the entities of a name are."""
    rows = rows_of(workspace, entity)
    return _places(workspace, entity, ((position, row.path) for position, row in rows))


def references(workspace: Workspace, entity: EntityName) -> list[Place]:
    """Where foreign keys to an entity are, by name or by ID."""
    return _places(workspace, entity, reference_positions(workspace, entity))


def reference_positions(workspace: Workspace, entity: EntityName) -> Iterator[tuple[int, Path]]:
    """The position of the document, and the path in it, of each foreign key to an entity."""
    identities = {row.id for _, row in rows_of(workspace, entity) if row.id}
    for group in (by_name(entity.kind, entity.name), *map(by_id, sorted(identities))):
        members = workspace.index.members(group)
        for row, positions in members.references.items() if members else ():
            if row.kind == entity.kind and entity.has(row.organization):
                yield from ((position, row.path) for position in positions)


def _places(
    workspace: Workspace, entity: EntityName, wanted: Iterable[tuple[int, Path]]
) -> list[Place]:
    """The places of paths in documents, in the order of files and documents."""
    by_file: dict[str, dict[int, list[Path]]] = {}
    for position, path in wanted:
        number = source_of(position)
        if number >= 0:
            paths = by_file.setdefault(workspace.key(number), {})
            paths.setdefault(document_of(position), []).append(path)
    return [
        Place(key, document.range(path), entity)
        for key, paths in sorted(by_file.items())
        # The file may have changed without notice: then it may lack some.
        for document in documents(workspace, key, paths)
        for path in paths[document.number]
    ]


def names(workspace: Workspace, kind: str) -> list[str]:
    """Names of a kind, of the workspace and of the store: of that, not more than `MAX_STORED`."""
    stored = workspace.configuration.lookups.names(kind, MAX_STORED)
    return sorted({*workspace.index.entities(kind), *stored})


def has_letters(text: str, letters: str) -> bool:
    """Whether a text has some letters in their order, small or capital."""
    rest = iter(text.casefold())
    return all(letter in rest for letter in letters.casefold())
