"""The server itself: requests of an editor → the workspace, and back."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from dispatch_lint.index.references import named_entity
from dispatch_lint.lsp.positions import Under, under
from dispatch_lint.lsp.workspace import Workspace, shape_at
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Severity
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.lsp.workspace import Mention
    from dispatch_lint.model.fix import TextEdit
    from dispatch_lint.model.violation import Violation

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}
SOURCE = "dispatch-lint"


class Server(LanguageServer):
    """One editor, one workspace."""

    def __init__(self) -> None:
        super().__init__(SOURCE, __version__, lsp.TextDocumentSyncKind.Incremental)
        self.project: Workspace | None = None
        self.found: dict[str, list[Violation]] = {}

    def start(self, root: Path) -> None:
        """Read the workspace; where its settings cannot be used, say so and stay silent."""
        try:
            self.project = Workspace(root)
            self.project.load()
            # What was read now stays: to look for garbage in it at each keystroke takes long.
            gc.collect()
            gc.freeze()
        except (UserError, OSError) as error:
            self.project = None
            message = lsp.ShowMessageParams(lsp.MessageType.Error, f"dispatch-lint: {error}")
            self.window_show_message(message)

    def renew(self, uri: str) -> None:
        """Take what an editor has, and tell it what is wrong."""
        if self.project is None:
            return
        file = to_fs_path(uri) or ""
        self.project.open(file, self.workspace.get_text_document(uri).source)
        self.tell(uri)

    def tell(self, uri: str) -> None:
        """Send the diagnostics of a file."""
        if self.project is None:
            return
        file = to_fs_path(uri) or ""
        self.found[uri] = self.project.lint(file)
        diagnostics = [self.diagnostic(uri, one) for one in self.found[uri]]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))

    def diagnostic(self, uri: str, one: Violation) -> lsp.Diagnostic:
        related = [
            lsp.DiagnosticRelatedInformation(self.location(other.file, other.range), other.message)
            for other in one.related
            if not other.row
        ]
        return lsp.Diagnostic(
            range=self.range(uri, one.range),
            message=f"{one.message}\n{one.help}" if one.help else one.message,
            severity=_SEVERITIES[one.severity],
            code=one.rule,
            source=SOURCE,
            related_information=related or None,
            data=one.fingerprint,
        )

    # Places: an editor counts from 0, in units that it names

    def range(self, uri: str, span: Range) -> lsp.Range:
        document = self.workspace.get_text_document(uri)
        codec = document.position_codec
        return codec.range_to_client_units(
            document.lines,
            lsp.Range(
                lsp.Position(span.line - 1, span.column - 1),
                lsp.Position(span.end_line - 1, span.end_column - 1),
            ),
        )

    def location(self, file: str, span: Range) -> lsp.Location:
        uri = from_fs_path(str(Path(file).absolute())) or ""
        return lsp.Location(uri, self.range(uri, span))

    def place(self, uri: str, position: lsp.Position) -> tuple[int, int]:
        document = self.workspace.get_text_document(uri)
        found = document.position_codec.position_from_client_units(document.lines, position)
        return found.line + 1, found.character + 1

    def edits(self, uri: str, edits: Sequence[TextEdit]) -> list[lsp.TextEdit]:
        return [lsp.TextEdit(self.range(uri, one.range), one.text) for one in edits]

    def at(self, uri: str, position: lsp.Position) -> tuple[Workspace, Under, Document] | None:
        """The field under the cursor, and its document."""
        if self.project is None:
            return None
        file = to_fs_path(uri) or ""
        source = self.project.source(file)
        if source is None:
            return None
        found = under(self.project.parts(file), *self.place(uri, position))
        if found is None:
            return None
        document = next(
            (one for one in self.project.documents(file) if one.number == found.document), None
        )
        return (self.project, found, document) if document is not None else None

    def meant(
        self, uri: str, position: lsp.Position
    ) -> tuple[Workspace, str, str, str | None] | None:
        """The entity under the cursor: its own name, or a foreign key to it."""
        found = self.at(uri, position)
        if found is None:
            return None
        project, here, document = found
        use = project.use_at(document, here.path)
        if use is not None and use.reference.by == "name":
            kind = use.reference.kind
            return project, kind, named_entity(use.value, kind), document.organization
        if document.name and here.path == document.text_path(("name",)):
            return project, document.kind, document.name, document.organization
        return None


def make_server() -> Server:
    """A server with all that it can do."""
    server = Server()

    @server.feature(lsp.INITIALIZED)
    def initialized(ls: Server, _: lsp.InitializedParams) -> None:
        root = ls.workspace.root_path
        ls.start(Path(root) if root else Path.cwd())

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.renew(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        ls.renew(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        # What other files say of this one may have changed.
        for uri in list(ls.found):
            ls.tell(uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
        if ls.project is not None:
            for one in params.changes:
                ls.project.reread(to_fs_path(one.uri) or "")
        for uri in list(ls.found):
            ls.tell(uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.found.pop(uri, None)
        if ls.project is not None:
            ls.project.close(to_fs_path(uri) or "")
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    )
    def actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return list(_actions(ls, params))

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        said = "\n\n".join(_hover(ls, params.text_document.uri, params.position))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, said)) if said else None

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[":", " ", '"', "-"])
    )
    def complete(ls: Server, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        return list(_completions(ls, params.text_document.uri, params.position))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
        found = ls.meant(params.text_document.uri, params.position)
        return _locations(ls, found[0].find(*found[1:])) if found else []

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
        found = ls.meant(params.text_document.uri, params.position)
        if found is None:
            return []
        mentions = found[0].references(*found[1:])
        if params.context.include_declaration:
            mentions = [*found[0].find(*found[1:]), *mentions]
        return _locations(ls, mentions)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    def rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        found = ls.meant(params.text_document.uri, params.position)
        return _rename(ls, found[0], found[1:], params.new_name) if found else None

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return list(_symbols(ls, params.text_document.uri))

    return server


def _actions(ls: Server, params: lsp.CodeActionParams) -> Iterator[lsp.CodeAction]:
    uri = params.text_document.uri
    wanted = {one.data for one in params.context.diagnostics if one.source == SOURCE}
    for one in ls.found.get(uri, ()):
        if one.fix is None or (wanted and one.fingerprint not in wanted):
            continue
        yield lsp.CodeAction(
            title=f"dispatch-lint: {one.fix.message}",
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[ls.diagnostic(uri, one)],
            is_preferred=one.fix.safety == "safe",
            edit=lsp.WorkspaceEdit(changes={uri: ls.edits(uri, one.fix.edits)}),
        )


def _hover(ls: Server, uri: str, position: lsp.Position) -> Iterator[str]:
    line, column = ls.place(uri, position)
    for one in ls.found.get(uri, ()):
        if one.range.line <= line <= one.range.end_line and one.range.column <= column:
            rule = next((rule for rule in (ls.project.rules if ls.project else ()) if
                         rule.name == one.rule), None)  # fmt: skip
            if rule is not None and column <= one.range.end_column:
                yield f"**{one.rule}**: {one.message}\n\n{rule.documentation()}"
    found = ls.at(uri, position)
    if found is None:
        return
    project, here, document = found
    shape = shape_at(project, document, here.path)
    if shape is not None and shape.description:
        reference = f" Refers to: {shape.reference.kind}." if shape.reference else ""
        yield f"**{here.path[-1] if here.path else document.kind}**: {shape.description}{reference}"
    meant = ls.meant(uri, position)
    if meant is not None and here.on == "value":
        for mention in meant[0].find(*meant[1:])[:3]:
            yield f"{mention.key} is in {Path(mention.file).name}, line {mention.range.line}."


def _completions(ls: Server, uri: str, position: lsp.Position) -> Iterator[lsp.CompletionItem]:
    if ls.project is None:
        return
    document = ls.workspace.get_text_document(uri)
    line = document.lines[position.line] if position.line < len(document.lines) else ""
    name, colon, _ = line[: position.character].strip().lstrip("- ").partition(":")
    field = name.strip().strip('"{')
    if colon and field == "kind":
        for kind, known in sorted(ls.project.catalogue.kinds.items()):
            if "manifest" in known.forms and not known.nested and not known.ignored:
                yield lsp.CompletionItem(kind, kind=lsp.CompletionItemKind.Class)
        return
    if colon and field == "status":
        for status in ls.project.catalogue.statuses:
            yield lsp.CompletionItem(status, kind=lsp.CompletionItemKind.EnumMember)
        return
    target = _reference_kind(ls, uri, position, field if colon else "")
    for one in ls.project.names(target) if target else ():
        item = lsp.CompletionItemKind.Reference
        yield lsp.CompletionItem(one, kind=item, detail=target)
    if not colon and target is None:
        yield from _field_names(ls, uri, position)


def _before(ls: Server, uri: str, position: lsp.Position) -> list[str]:
    """The lines of the document around a position, up to it; from its `---`."""
    lines = ls.workspace.get_text_document(uri).lines[: position.line + 1]
    start = max((i for i, line in enumerate(lines) if line.startswith("---")), default=-1)
    return [line.rstrip("\r\n") for line in lines[start + 1 :]]


def _kind_here(ls: Server, uri: str, position: lsp.Position) -> str | None:
    """The kind of the document at a position: the text may be too unfinished to parse."""
    lines = ls.workspace.get_text_document(uri).lines
    before = _before(ls, uri, position)
    after = []
    for line in lines[position.line + 1 :]:
        if line.startswith("---"):
            break
        after.append(line)
    for line in (*before, *after):
        if line.startswith("kind:"):
            return line.removeprefix("kind:").split("#")[0].strip().strip("'\"")
    return None


def _reference_kind(ls: Server, uri: str, position: lsp.Position, field: str) -> str | None:
    """The kind that the field at a position refers to."""
    assert ls.project is not None
    if not field:  # an item of a list: the field is above
        before = _before(ls, uri, position)
        if not before[-1].lstrip().startswith("-"):
            return None
        for line in reversed(before[:-1]):
            if line and not line.lstrip().startswith(("-", "#")):
                field = line.strip().partition(":")[0]
                break
    kind = ls.project.catalogue.resolve(_kind_here(ls, uri, position) or "")
    for schema in kind.forms.values() if kind else ():
        for route in schema.references:
            if route.name == field and route.shape.reference and not route.shape.reference.key:
                return route.shape.reference.kind
    return None


def _field_names(ls: Server, uri: str, position: lsp.Position) -> Iterator[lsp.CompletionItem]:
    """The fields that the document may have and has not yet."""
    assert ls.project is not None
    before = _before(ls, uri, position)
    if before and before[-1][:1] in (" ", "\t", "-"):
        return
    kind = ls.project.catalogue.resolve(_kind_here(ls, uri, position) or "")
    schema = kind.forms.get("manifest") if kind else None
    written = {line.partition(":")[0] for line in before}
    for name, shape in (schema.shape.properties if schema else {}).items():
        if name not in written:
            yield lsp.CompletionItem(
                name, kind=lsp.CompletionItemKind.Field, documentation=shape.description or None,
                insert_text=f"{name}: ",
            )  # fmt: skip


def _locations(ls: Server, mentions: Sequence[Mention]) -> list[lsp.Location]:
    return [ls.location(one.file, one.range) for one in mentions]


def _rename(
    ls: Server, project: Workspace, meant: tuple[str, str, str | None], name: str
) -> lsp.WorkspaceEdit:
    from dispatch_lint.fix.rename import rename

    kind, old, organization = meant
    sources = [source for file in project.files if (source := project.source(file)) is not None]
    done = rename(project.classifier, sources, f"{organization or '-'}/{kind}/{old}", name)
    changes = {}
    for file, edits in done.edits.items():
        uri = from_fs_path(file) or ""
        changes[uri] = ls.edits(uri, edits)
    return lsp.WorkspaceEdit(changes=changes)


def _symbols(ls: Server, uri: str) -> Iterator[lsp.DocumentSymbol]:
    if ls.project is None:
        return
    for document in ls.project.documents(to_fs_path(uri) or ""):
        assert document.part is not None
        extent = ls.range(uri, document.part.extent)
        chosen = ls.range(uri, document.range(("name",)))
        yield lsp.DocumentSymbol(
            name=document.name or "(no name)", detail=document.kind or None,
            kind=lsp.SymbolKind.Object, range=extent, selection_range=_within(chosen, extent),
        )  # fmt: skip


def _within(one: lsp.Range, other: lsp.Range) -> lsp.Range:
    inside = (other.start.line, other.start.character) <= (
        one.start.line,
        one.start.character,
    ) and ((one.end.line, one.end.character) <= (other.end.line, other.end.character))
    return one if inside else lsp.Range(other.start, other.start)
