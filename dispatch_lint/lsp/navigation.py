"""Where an editor can go, and what it shows about a place: definitions, references, hovers, links."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types as lsp

from dispatch_lint.config.tree import exists
from dispatch_lint.lsp.entities import (
    DocumentField,
    EntityName,
    documents,
    entity_of,
    field_in,
    find,
    reference_positions,
    references,
)
from dispatch_lint.lsp.uris import file_of, uri_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.documents.document import Document
    from dispatch_lint.lsp.entities import Place
    from dispatch_lint.lsp.session import Member, Session
    from dispatch_lint.lsp.text import Text
    from dispatch_lint.lsp.workspace import Workspace
    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.schema.shape import Shape

MAX_PLACES = 3
"""Places of an entity that a hover names."""


class At(NamedTuple):
    """A position of a buffer.

    Attributes:
        text: of the buffer.
        line, column: counted from 1.
        field: None outside all entity documents.
    """

    member: Member
    text: Text
    line: int
    column: int
    field: DocumentField | None

    @property
    def entity(self) -> EntityName | None:
        """The entity whose own name, or a foreign key to which, is at the position."""
        return entity_of(self.field) if self.field is not None else None


def at(session: Session, uri: str, position: lsp.Position) -> At | None:
    """What is at a position of a buffer; None where nothing checks the buffer."""
    member = session.member(uri)
    buffer = member.workspace.buffer(member.key) if member is not None else None
    if member is None or buffer is None:
        return None
    line, column = buffer.text.line_and_column(position)
    field = field_in(member.workspace, member.key, line, column)
    return At(member, buffer.text, line, column, field)


def locations(session: Session, workspace: Workspace, places: list[Place]) -> list[lsp.Location]:
    """Places as the editor counts; those in files that cannot be read are left out."""
    texts: dict[str, Text | None] = {}
    found = []
    for place in places:
        if place.key not in texts:
            buffer = workspace.buffer(place.key)
            name = workspace.name(place.key)
            texts[place.key] = buffer.text if buffer else session.text_of(name)
        text = texts[place.key]
        if text is not None:
            uri = session.uri_of(place.key, workspace)
            found.append(lsp.Location(uri, text.range(place.range)))
    return found


def _named_entity(
    session: Session, params: lsp.DefinitionParams | lsp.ReferenceParams
) -> tuple[Workspace, EntityName] | None:
    """The entity that is named at a position, and the workspace that is up to date about it."""
    found = at(session, params.text_document.uri, params.position)
    if found is None or found.entity is None:
        return None
    workspace = found.member.beside
    if workspace.is_loaded:
        session.catch_up(workspace)
    else:  # a part of the answer would look like the whole
        session.read_all(workspace)
    return workspace, found.entity


def definition(session: Session, params: lsp.DefinitionParams) -> list[lsp.Location]:
    """Where the entity is that is named at a position."""
    named = _named_entity(session, params)
    if named is None:
        return []
    workspace, entity = named
    return locations(session, workspace, find(workspace, entity))


def all_references(session: Session, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """Where the entity is used that is named at a position."""
    named = _named_entity(session, params)
    if named is None:
        return []
    workspace, entity = named
    declared = find(workspace, entity) if params.context.include_declaration else []
    return locations(session, workspace, [*declared, *references(workspace, entity)])


# Hover


def hover(session: Session, params: lsp.HoverParams, markup: lsp.MarkupKind) -> lsp.Hover | None:
    """The violations, the description and the entity at a position."""
    found = at(session, params.text_document.uri, params.position)
    text = "\n\n".join(_hover_texts(session, found)) if found is not None else ""
    return lsp.Hover(lsp.MarkupContent(markup, text)) if text else None


def _hover_texts(session: Session, found: At) -> Iterator[str]:
    workspace = found.member.workspace
    rules = {rule.name: rule for rule in workspace.configuration.checker.rules}
    here = (found.line, found.column)
    for violation in workspace.check(found.member.key).violations:
        place = violation.range
        if (place.line, place.column) <= here <= (place.end_line, place.end_column):
            rule = rules[violation.rule]
            yield f"**{rule.name}**: {violation.message}\n\n{rule.documentation()}"
    if found.field is None:
        return
    document, path = found.field.document, found.field.position.path
    shape = shape_of(document, path)
    if shape is not None and shape.description:
        reference = f" Refers to: {shape.reference.kind}." if shape.reference else ""
        yield f"**{path[-1] if path else document.kind}**: {shape.description}{reference}"
    entity = found.entity
    if entity is not None and found.field.position.on == "value":
        beside = found.member.beside
        session.catch_up(beside)
        for place_found in find(beside, entity)[:MAX_PLACES]:
            name = Path(beside.name(place_found.key)).name
            yield f"{place_found.entity.key} is in {name}, line {place_found.range.line}."


def shape_of(document: Document, path: FieldPath) -> Shape | None:
    """What the schema declares for a path of the text."""
    if document.row is not None:
        if not path or path[0] != "value":
            return None
        path = path[1:]
    return document.schema.shape.at(document.repaired_path(path))


# Links and lenses


def links(session: Session, uri: str) -> Iterator[lsp.DocumentLink]:
    """The files that manifests name: `sourcePath: ./hello.py`, and values such as `@tags.json`."""
    file, member = file_of(uri), session.member(uri)
    if member is None or not file:
        return
    buffer = member.workspace.buffer(member.key)
    if buffer is None:
        return
    folder = os.path.dirname(file)  # noqa: PTH120
    for document in documents(member.workspace, member.key):
        if document.form != "manifest":
            continue
        for path, named in _named_files(document.value, ()):
            target = Path(folder, named)
            if exists(target):
                place = buffer.text.range(document.part.range(path))
                yield lsp.DocumentLink(place, target=uri_of(os.path.normpath(target)))


def _named_files(value: object, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if (
        isinstance(value, list)
    ) else ()  # fmt: skip
    for step, inner in items:
        if isinstance(inner, str):
            if inner.startswith("@") and len(inner) > 1:
                yield (*path, step), inner[1:]
            elif step == "sourcePath" and inner:
                yield (*path, step), inner
        else:
            yield from _named_files(inner, (*path, step))


def lenses(session: Session, uri: str) -> Iterator[lsp.CodeLens]:
    """The number of references to each entity of a buffer.

    Where the editor has a command for it, a lens shows them: it gets the URI and the position.
    """
    member = session.member(uri)
    buffer = member.workspace.buffer(member.key) if member is not None else None
    if member is None or buffer is None:
        return
    session.catch_up(member.beside)
    for document in documents(member.workspace, member.key):
        if not document.name or not document.kind:
            continue
        entity = EntityName(document.kind, document.name, document.organization)
        count = sum(1 for _ in reference_positions(member.beside, entity))
        place = buffer.text.range(document.range(("name",)))
        title = f"{count} reference{'' if count == 1 else 's'}"
        start = {"line": place.start.line, "character": place.start.character}
        name = session.ways.show_references if count else ""
        command = lsp.Command(title, name, arguments=[uri, start] if name else None)
        yield lsp.CodeLens(place, command)
