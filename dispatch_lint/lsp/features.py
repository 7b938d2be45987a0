"""What an editor can ask for, and the answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.uris import from_fs_path

from dispatch_lint.lsp.completion import completions
from dispatch_lint.lsp.server import SOURCE, Server, file_of
from dispatch_lint.model.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.schema.shape import Shape

MAX_PLACES = 3
"""Places of an entity that a hover names."""


def make_server(*, trust: bool = False) -> Server:
    """A server with everything that an editor can ask for.

    Args:
        trust: as of `Server`.
    """
    server = Server(trust=trust)
    _add_synchronization(server)
    _add_requests(server)
    return server


def _add_synchronization(server: Server) -> None:
    """What an editor notifies the server of."""

    @server.feature(lsp.INITIALIZE)
    def initialize(ls: Server, params: lsp.InitializeParams) -> None:
        # An extension hands on what the editor knows, such as VS Code's workspace trust.
        options = params.initialization_options
        if isinstance(options, dict) and options.get("trust") is True:
            ls.trust = True

    @server.feature(lsp.INITIALIZED)
    async def initialized(ls: Server, _: lsp.InitializedParams) -> None:
        root = ls.workspace.root_path
        ls.start(Path(root) if root else Path.cwd())
        try:
            await ls.ask_for_trust()
        except (UserError, OSError) as error:
            ls.show_error(error)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.update(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        ls.update(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, _: lsp.DidSaveTextDocumentParams) -> None:
        ls.publish_all()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
        if ls.project is not None:
            for change in params.changes:
                ls.project.reread(file_of(change.uri))
        ls.publish_all()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.close(params.text_document.uri)


def _add_requests(server: Server) -> None:
    """What an editor requests."""

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    )
    def actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return list(_quick_fixes(ls, params))

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        text = "\n\n".join(_hover_texts(ls, params.text_document.uri, params.position))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text)) if text else None

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[":", " ", '"', "-"])
    )
    def complete(ls: Server, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        if ls.project is None:
            return []
        document = ls.workspace.get_text_document(params.text_document.uri)
        return list(completions(ls.project, document.lines, params.position))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
        entity = ls.entity_at(params.text_document.uri, params.position)
        if ls.project is None or entity is None:
            return []
        return ls.locations(ls.project.find(entity))

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
        entity = ls.entity_at(params.text_document.uri, params.position)
        if ls.project is None or entity is None:
            return []
        declarations = ls.project.find(entity) if params.context.include_declaration else []
        return ls.locations([*declarations, *ls.project.references(entity)])

    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    def rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        return _rename(ls, params)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return list(_symbols(ls, params.text_document.uri))


def _quick_fixes(ls: Server, params: lsp.CodeActionParams) -> Iterator[lsp.CodeAction]:
    """The fixes of the diagnostics that a request names; of all where it names none."""
    uri = params.text_document.uri
    wanted = {
        diagnostic.data for diagnostic in params.context.diagnostics if diagnostic.source == SOURCE
    }
    for violation in ls.violations.get(uri, ()):
        if violation.fix is None or (wanted and violation.fingerprint not in wanted):
            continue
        yield lsp.CodeAction(
            title=f"dispatch-lint: {violation.fix.message}",
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[ls.diagnostic(uri, violation)],
            is_preferred=violation.fix.safety == "safe",
            edit=lsp.WorkspaceEdit(changes={uri: ls.edits(uri, violation.fix.edits)}),
        )


def _hover_texts(ls: Server, uri: str, position: lsp.Position) -> Iterator[str]:
    """The violations, the description and the entity at a position."""
    if ls.project is None:
        return
    line, column = ls.line_and_column(uri, position)
    rules = {rule.name: rule for rule in ls.project.checker.rules}
    for violation in ls.violations.get(uri, ()):
        text_range = violation.range
        if (
            text_range.line <= line <= text_range.end_line
            and text_range.column <= column <= text_range.end_column
        ):
            rule = rules[violation.rule]
            yield f"**{rule.name}**: {violation.message}\n\n{rule.documentation()}"
    field = ls.field_at(uri, position)
    if field is None:
        return
    document, path = field.document, field.position.path
    shape = _shape(document, path)
    if shape is not None and shape.description:
        reference = f" Refers to: {shape.reference.kind}." if shape.reference else ""
        yield f"**{path[-1] if path else document.kind}**: {shape.description}{reference}"
    entity = ls.entity_at(uri, position)
    if entity is not None and field.position.on == "value":
        for place in ls.project.find(entity)[:MAX_PLACES]:
            name = Path(place.file).name
            yield f"{place.entity.key} is in {name}, line {place.range.line}."


def _shape(document: Document, path: FieldPath) -> Shape | None:
    """What the schema declares for a path of the text."""
    if document.row is not None:
        if not path or path[0] != "value":
            return None
        path = path[1:]
    return document.schema.shape.at(document.repaired_path(path))


def _rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """The edits that give the entity at a position another name."""
    from dispatch_lint.fix.rename import rename

    entity = ls.entity_at(params.text_document.uri, params.position)
    if ls.project is None or entity is None:
        return None
    done = rename(ls.project.classifier, ls.project.sources(), entity.key, params.new_name)
    changes = {}
    for file, edits in done.edits.items():
        uri = from_fs_path(file) or ""
        changes[uri] = ls.edits(uri, edits)
    return lsp.WorkspaceEdit(changes=changes)


def _symbols(ls: Server, uri: str) -> Iterator[lsp.DocumentSymbol]:
    """The entity documents of a text."""
    for document in ls.project.documents(file_of(uri)) if ls.project is not None else ():
        extent = ls.range(uri, document.part.extent)
        name = ls.range(uri, document.range(("name",)))
        yield lsp.DocumentSymbol(
            name=document.name or "(no name)", detail=document.kind or None,
            kind=lsp.SymbolKind.Object, range=extent,
            # The protocol wants it inside the extent.
            selection_range=name if _is_within(name, extent) else lsp.Range(
                extent.start, extent.start
            ),
        )  # fmt: skip


def _is_within(inner: lsp.Range, outer: lsp.Range) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
