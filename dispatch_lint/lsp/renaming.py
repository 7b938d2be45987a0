"""Another name for an entity, from an editor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.fix.rename import rename
from dispatch_lint.fix.stored_references import left_in_store
from dispatch_lint.index.groups import by_name, source_of
from dispatch_lint.lsp.entities import rows_of
from dispatch_lint.lsp.navigation import at
from dispatch_lint.lsp.protocol import Refused
from dispatch_lint.model.errors import InputError, StoreError, UserError
from dispatch_lint.model.relations import DELETED
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.documents.source import Source
    from dispatch_lint.lsp.entities import EntityName
    from dispatch_lint.lsp.navigation import At
    from dispatch_lint.lsp.session import Session
    from dispatch_lint.lsp.workspace import Workspace
    from dispatch_lint.store.rows import StoreRows

_FORCE = re.compile(r",? or use --force\b")
"""What only a command line can do."""


def prepare(session: Session, params: lsp.PrepareRenameParams) -> (
    lsp.PrepareRenamePlaceholder | None
):  # fmt: skip
    """The range and the name of the entity at a position; None where there is none.

    Raises:
        Refused: no document has the entity, so that there is nothing to rename; or the store, which
            may refer to it, cannot be read.
    """
    found = at(session, params.text_document.uri, params.position)
    entity = found.entity if found is not None else None
    if found is None or entity is None or found.field is None:
        return None
    part, path = found.field.document.part, found.field.position.path
    place = found.text.range(part.range(path))
    if not place.start <= params.position <= place.end:  # an alias stands for it
        return None
    session.read_all(found.member.workspace)
    _refuse_missing(found.member.workspace, entity)
    _refuse_unread_store(found.member.workspace)
    return lsp.PrepareRenamePlaceholder(place, entity.name)


def _refuse_missing(workspace: Workspace, entity: EntityName) -> None:
    """Refuse to rename what is no entity of the documents.

    Raises:
        Refused: only another entity contains it, only the store has it, or nothing does.
    """
    rows = [row for _, row in rows_of(workspace, entity) if row.live]
    if any(row.container is None for row in rows):
        return
    what = f"{entity.kind} {entity.name}"
    if rows:
        raise Refused(
            harmless(f"{what} is part of another entity, and cannot be renamed by itself")
        )
    where = ": only the store has it" if _is_stored(workspace, entity) else ""
    raise Refused(harmless(f"there is no {what} in these documents{where}"))


def _is_stored(workspace: Workspace, entity: EntityName) -> bool:
    try:
        with workspace.configuration.lookups.reading() as rows:
            store = rows.store if rows is not None else None
            found = store.named([(entity.kind, entity.name)]) if store is not None else ()
            return any(
                stored.status != DELETED and entity.has(stored.organization) for stored in found
            )
    except StoreError:
        return False


def new_name(session: Session, params: lsp.RenameParams, *, versioned: bool) -> (
    lsp.WorkspaceEdit | None
):  # fmt: skip
    """The edits that give the entity at a position another name.

    Args:
        versioned: whether the editor takes edits of certain versions of texts.

    Raises:
        Refused: the name is none, or a file that does not parse, or a store that cannot be read,
            may refer to the entity.
    """
    found = at(session, params.text_document.uri, params.position)
    entity = found.entity if found is not None else None
    if found is None or entity is None:
        raise Refused("there is no name of an entity here")
    workspace = found.member.workspace
    session.read_all(workspace)
    sources = {
        workspace.name(key): (key, workspace.source(key))
        for key in _concerned(workspace, found, entity, params.new_name)
    }
    try:
        done = rename(
            workspace.configuration.classifier,
            [source._replace(reported=True) for _, source in sources.values()],
            entity.key, params.new_name,
        )  # fmt: skip
        with workspace.configuration.lookups.reading() as rows:
            _refuse_stored(workspace, rows, entity.key, params.new_name)
        _refuse_unread_store(workspace)
    except UserError as error:
        raise Refused(harmless(_FORCE.sub("", str(error)))) from None
    edits: dict[str, tuple[int | None, list[lsp.TextEdit]]] = {}
    for file, changes in done.edits.items():
        key = sources[file][0]
        buffer = workspace.buffer(key)
        text = buffer.text if buffer is not None else session.text_of(file)
        if text is not None:
            uri = session.uri_of(key, workspace)
            edits[uri] = (buffer.version if buffer is not None else None, text.edits(changes))
    return workspace_edit(edits, versioned=versioned)


def _refuse_unread_store(workspace: Workspace) -> None:
    """Refuse to rename where nobody can tell what refers to the entity.

    Raises:
        Refused: there is a store, which the user does not trust, or which cannot be used.
    """
    configuration = workspace.configuration
    untrusted, settings = configuration.untrusted, configuration.settings
    if untrusted is not None and untrusted.settings.store and not settings.store:
        raise Refused("the store may refer to it, and is not read until you trust this workspace")
    if settings.store:
        with configuration.lookups.reading():
            problem = configuration.lookups.problem
        if problem:
            raise Refused(harmless(problem))


def _refuse_stored(workspace: Workspace, rows: StoreRows | None, key: str, name: str) -> None:
    """Refuse a rename that leaves references in the store.

    Raises:
        Refused: it has some, or an entity of the new name.
        StoreError: it cannot be read.
    """

    def is_document(stored: str) -> bool:
        owner, kind, named = stored.split("/", 2)
        members = workspace.index.members(by_name(kind, named))
        return members is not None and any(
            row.container is None and row.organization in (owner, None, "-")
            for _, row in members.entities
        )

    if rows is None or rows.store is None:
        return
    if left := left_in_store(rows.store, key, name, is_document):
        raise Refused(harmless(left))


def _concerned(workspace: Workspace, found: At, entity: EntityName, name: str) -> Iterator[str]:
    """The keys of the files that have the old or the new name, or may have."""
    groups = (by_name(entity.kind, entity.name), by_name(entity.kind, name))
    numbers = set()
    for members in map(workspace.index.members, groups):
        if members is not None:
            numbers |= {source_of(position) for position, _ in members.entities}
            for positions in members.references.values():
                numbers |= set(map(source_of, positions))
    certain = {workspace.key(number) for number in numbers if number >= 0} | {found.member.key}
    for key in workspace.ordered() or [found.member.key]:
        if key in certain or _may_have(workspace.source(key), entity.name):
            yield key


def _may_have(source: Source, name: str) -> bool:
    """Whether a text has a name, or could have it in another spelling."""
    try:
        with source.open() as stream:
            data = stream.read()
    except InputError:
        return False
    return name.encode("utf-8", "surrogatepass") in data or (
        source.format != "yaml" and b"\\" in data
    )


def workspace_edit(
    edits: dict[str, tuple[int | None, list[lsp.TextEdit]]], *, versioned: bool
) -> lsp.WorkspaceEdit:
    """Edits of several texts.

    Args:
        edits: by URI, with the version of the buffer; None for a file.
        versioned: whether the editor takes edits of certain versions of texts.
    """
    if not versioned:
        return lsp.WorkspaceEdit(changes={uri: changes for uri, (_, changes) in edits.items()})
    return lsp.WorkspaceEdit(document_changes=[
        lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri, version), changes)
        for uri, (version, changes) in edits.items()
    ])  # fmt: skip
