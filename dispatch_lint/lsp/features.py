"""What an editor can ask for."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as lsp

from dispatch_lint.lsp import navigation, pulling, renaming, symbols
from dispatch_lint.lsp.actions import KINDS, Actions
from dispatch_lint.lsp.completion import complete
from dispatch_lint.lsp.protocol import end_with
from dispatch_lint.lsp.server import Server
from dispatch_lint.lsp.uris import folder_of
from dispatch_lint.lsp.watching import add_notifications, register_watchers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")


def make_server(*, trust: bool = False) -> Server:
    """A server with everything that an editor can ask for.

    Args:
        trust: as of `Server`.
    """
    server = Server(trust=trust)
    _add_life(server)
    add_notifications(server)
    _add_navigation(server)
    _add_edits(server)
    return server


def _folders(params: lsp.InitializeParams) -> list[str]:
    """The folders that an editor has open."""
    folders = [folder_of(folder.uri) for folder in params.workspace_folders or ()]
    if not folders and params.root_uri:
        folders = [folder_of(params.root_uri)]
    elif not folders and params.root_path:
        folders = [os.path.abspath(params.root_path)]  # noqa: PTH100
    return [folder for folder in folders if folder]


def _add_life(server: Server) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.ways.take(params.initialization_options)
        # Settings are read while the editor takes the answer.
        asyncio.get_running_loop().call_soon(server.prepare, _folders(params))
        end_with(params.process_id)
        server.session.encoding = (
            server.workspace.position_encoding or lsp.PositionEncodingKind.Utf16
        )
        document = params.capabilities.text_document
        if document is not None and document.diagnostic is not None:
            server.publisher.is_asked = True
            _add_diagnostics(server)

    @server.feature(lsp.INITIALIZED)
    def initialized(params: lsp.InitializedParams) -> None:
        server.start()
        register_watchers(server)

    @server.feature(lsp.SHUTDOWN)
    def shutdown(params: None) -> None:
        server.worker.stop()


def _add_diagnostics(server: Server) -> None:
    """For editors that ask for diagnostics themselves; others are sent them."""
    options = lsp.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=True, identifier="dispatch-lint"
    )

    @server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def document(params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        return await server.ask(partial(pulling.document, server.publisher, server.session, params))

    @server.feature(lsp.WORKSPACE_DIAGNOSTIC)
    async def workspace(params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        answer: Future[lsp.WorkspaceDiagnosticReport] = Future()
        steps = pulling.workspace(server.publisher, server.session, params, answer)
        server.worker.in_background(f"pull {id(answer)}", steps)
        return await asyncio.wrap_future(answer)


def _markup(formats: Sequence[lsp.MarkupKind] | None) -> lsp.MarkupKind:
    """The markup of what is shown: the one that an editor prefers."""
    return formats[0] if formats else lsp.MarkupKind.PlainText


def _listed(items: Callable[..., Iterator[Item]], *arguments: object) -> Callable[[], list[Item]]:
    """A function that returns all items of an iterator."""
    return lambda: list(items(*arguments))


def _add_navigation(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.client_capabilities.text_document
        formats = document.hover.content_format if document and document.hover else None
        return await server.ask(partial(navigation.hover, session, params, _markup(formats)))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        return await server.ask(partial(navigation.definition, session, params))

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        return await server.ask(partial(navigation.all_references, session, params))

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def links(params: lsp.DocumentLinkParams) -> list[lsp.DocumentLink]:
        return await server.ask(_listed(navigation.links, session, params.text_document.uri))

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        return await server.ask(_listed(navigation.lenses, session, params.text_document.uri))

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return await server.ask(
            _listed(symbols.document_symbols, session, params.text_document.uri)
        )

    @server.feature(lsp.WORKSPACE_SYMBOL)
    async def workspace_symbols(params: lsp.WorkspaceSymbolParams) -> list[lsp.WorkspaceSymbol]:
        return await server.ask(partial(symbols.workspace_symbols, session, params.query))


def _add_edits(server: Server) -> None:
    session = server.session

    def edits() -> lsp.WorkspaceEditClientCapabilities:
        workspace = server.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace is not None else None
        return edit or lsp.WorkspaceEditClientCapabilities()

    def versioned() -> bool:
        return bool(edits().document_changes)

    def creates() -> bool:
        return lsp.ResourceOperationKind.Create in (edits().resource_operations or ())

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=KINDS))
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        asked = Actions(session, params, versioned=versioned(), creates=creates())
        return await server.ask(lambda: list(asked.all()))

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION,
        lsp.CompletionOptions(trigger_characters=[":", " ", '"', "-", "/"]),
    )
    async def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        document = server.client_capabilities.text_document
        capability = document.completion if document is not None else None
        item = capability.completion_item if capability is not None else None
        snippets = bool(item and item.snippet_support)
        markup = _markup(item.documentation_format if item else None)
        ask = partial(complete, session, params, snippets=snippets, markup=markup)
        return await server.ask(ask)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        return await server.ask(partial(renaming.prepare, session, params))

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        return await server.ask(partial(renaming.new_name, session, params, versioned=versioned()))
