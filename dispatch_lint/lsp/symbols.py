"""The entities of a buffer, and those of all folders, as an editor lists them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.lsp.entities import EntityName, documents, find, has_letters
from dispatch_lint.lsp.navigation import locations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.lsp.session import Session
    from dispatch_lint.lsp.workspace import Workspace

MAX_SYMBOLS = 200
"""Entities of all folders that one query finds."""


def document_symbols(session: Session, uri: str) -> Iterator[lsp.DocumentSymbol]:
    """The entity documents of a buffer."""
    member = session.member(uri)
    buffer = member.workspace.buffer(member.key) if member is not None else None
    if member is None or buffer is None:
        return
    for document in documents(member.workspace, member.key):
        extent = buffer.text.range(document.part.extent)
        name = buffer.text.range(document.range(("name",)))
        is_within = extent.start <= name.start and name.end <= extent.end
        yield lsp.DocumentSymbol(
            name=document.name or "(no name)", detail=document.kind or None,
            kind=lsp.SymbolKind.Object, range=extent,
            # The protocol wants it inside the extent.
            selection_range=name if is_within else lsp.Range(extent.start, extent.start),
        )  # fmt: skip


def workspace_symbols(session: Session, query: str) -> list[lsp.WorkspaceSymbol]:
    """The entities of all folders whose name has the letters of a query, in their order."""
    found: list[lsp.WorkspaceSymbol] = []
    for folder in session.folders.values():
        if folder.workspace is not None:
            session.catch_up(folder.workspace)
            symbols = _symbols(session, folder.workspace, query)
            found += islice(symbols, MAX_SYMBOLS - len(found))
    return found


def _symbols(session: Session, workspace: Workspace, query: str) -> Iterator[lsp.WorkspaceSymbol]:
    letters = query.casefold()
    matches = [
        (not name.casefold().startswith(letters), name, kind)
        for kind in workspace.index.kinds()
        for name in workspace.index.entities(kind)
        if has_letters(f"{kind} {name}", letters) or has_letters(name, letters)
    ]
    for _, name, kind in sorted(matches):
        places = find(workspace, EntityName(kind, name, None))
        for location in locations(session, workspace, places):
            yield lsp.WorkspaceSymbol(location, name, lsp.SymbolKind.Object, container_name=kind)
