"""The connection to an editor: its files, its positions and its requests."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from dispatch_lint.lsp.mentions import EntityName
from dispatch_lint.lsp.positions import field_at
from dispatch_lint.lsp.untrusted import ACTION
from dispatch_lint.lsp.workspace import Workspace
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.relations import named_entity
from dispatch_lint.model.violation import Severity
from dispatch_lint.text.harmless import harmless
from dispatch_lint.trust.memory import digest_of, remember
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.documents.document import Document
    from dispatch_lint.lsp.mentions import Place
    from dispatch_lint.lsp.positions import FieldPosition
    from dispatch_lint.model.fix import TextEdit
    from dispatch_lint.model.location import Range
    from dispatch_lint.model.violation import Violation

SOURCE = "dispatch-lint"
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}


class DocumentField(NamedTuple):
    """The field at a position, and its document."""

    document: Document
    position: FieldPosition


class Server(LanguageServer):
    """The server of one editor.

    Attributes:
        project: None before it is read, and where its settings cannot be used.
        violations: the last ones of each open buffer, by its URI.

    Args:
        trust: whether settings may ask for code, servers, and paths elsewhere.
    """

    def __init__(self, *, trust: bool = False) -> None:
        super().__init__(SOURCE, __version__, lsp.TextDocumentSyncKind.Incremental)
        self.trust = trust
        self.project: Workspace | None = None
        self.violations: dict[str, Sequence[Violation]] = {}

    def start(self, root: Path) -> None:
        """Read the workspace; show the error where its settings cannot be used."""
        try:
            self.project = Workspace(root, trust=self.trust)
            self.project.load()
            # What was read now stays: garbage collections need not visit it at each keystroke.
            gc.collect()
            gc.freeze()
        except (UserError, OSError) as error:
            self.project = None
            self.show_error(error)

    def show_error(self, error: Exception) -> None:
        """Show the user an error."""
        message = f"dispatch-lint: {harmless(str(error))}"
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, message))

    async def ask_for_trust(self) -> None:
        """Where the workspace asks for what needs trust, say so, and remember it if it is given.

        The user may trust it in the editor, or later by `dispatch-lint trust`.
        """
        untrusted = self.project.untrusted if self.project is not None else None
        if self.project is None or untrusted is None:
            return
        digest = digest_of(untrusted.settings)  # of what the user is shown, not of what comes later
        message = f"dispatch-lint: {harmless(str(untrusted))}. Until then it is checked without."
        answer = await self.window_show_message_request_async(
            lsp.ShowMessageRequestParams(
                lsp.MessageType.Warning, message, [lsp.MessageActionItem(ACTION)]
            )
        )
        if answer is None or answer.title != ACTION:
            return
        remember(untrusted.settings, digest)
        self.start(self.project.root)
        for document in list(self.workspace.text_documents.values()):
            self.update(document.uri)

    # Diagnostics

    def update(self, uri: str) -> None:
        """Take the text of a buffer from the editor, and check it."""
        if self.project is not None:
            self.project.open(file_of(uri), self.workspace.get_text_document(uri).source)
            self.publish(uri)

    def publish(self, uri: str) -> None:
        """Check a buffer and send its diagnostics."""
        if self.project is None:
            return
        self.violations[uri] = self.project.lint(file_of(uri))
        diagnostics = [self.diagnostic(uri, violation) for violation in self.violations[uri]]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))

    def publish_all(self) -> None:
        """Check every open buffer anew: another file has changed."""
        for uri in list(self.violations):
            self.publish(uri)

    def close(self, uri: str) -> None:
        """Forget a buffer, and remove its diagnostics."""
        self.violations.pop(uri, None)
        if self.project is not None:
            self.project.close(file_of(uri))
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    def diagnostic(self, uri: str, violation: Violation) -> lsp.Diagnostic:
        """A violation as a diagnostic."""
        related = [
            lsp.DiagnosticRelatedInformation(self.location(place.file, place.range), place.message)
            for place in violation.related
            if not place.row
        ]
        message = violation.message
        return lsp.Diagnostic(
            range=self.range(uri, violation.range),
            message=f"{message}\n{violation.help}" if violation.help else message,
            severity=_SEVERITIES[violation.severity],
            code=violation.rule,
            source=SOURCE,
            related_information=related or None,
            data=violation.fingerprint,
        )

    # Positions: an editor counts from 0, in units that it chooses

    def range(self, uri: str, text_range: Range) -> lsp.Range:
        """A range of a text as the editor counts."""
        document = self.workspace.get_text_document(uri)
        return document.position_codec.range_to_client_units(
            document.lines,
            lsp.Range(
                lsp.Position(text_range.line - 1, text_range.column - 1),
                lsp.Position(text_range.end_line - 1, text_range.end_column - 1),
            ),
        )

    def location(self, file: str, text_range: Range) -> lsp.Location:
        """A range of a file as the editor counts."""
        uri = from_fs_path(str(Path(file).absolute())) or ""
        return lsp.Location(uri, self.range(uri, text_range))

    def locations(self, places: Iterable[Place]) -> list[lsp.Location]:
        """Places as the editor counts."""
        return [self.location(place.file, place.range) for place in places]

    def edits(self, uri: str, edits: Iterable[TextEdit]) -> list[lsp.TextEdit]:
        """Edits of a text as the editor counts."""
        return [lsp.TextEdit(self.range(uri, edit.range), edit.text) for edit in edits]

    def line_and_column(self, uri: str, position: lsp.Position) -> tuple[int, int]:
        """A position of the editor as a line and column that count from 1."""
        document = self.workspace.get_text_document(uri)
        found = document.position_codec.position_from_client_units(document.lines, position)
        return found.line + 1, found.character + 1

    # What is at a position

    def field_at(self, uri: str, position: lsp.Position) -> DocumentField | None:
        """The field at a position; None outside all entity documents."""
        if self.project is None:
            return None
        file = file_of(uri)
        field = field_at(self.project.parts(file), *self.line_and_column(uri, position))
        if field is None:
            return None
        documents = self.project.documents(file)
        document = next((found for found in documents if found.number == field.document), None)
        return DocumentField(document, field) if document is not None else None

    def entity_at(self, uri: str, position: lsp.Position) -> EntityName | None:
        """The entity whose own name, or a foreign key to which, is at a position."""
        found = self.field_at(uri, position)
        if found is None:
            return None
        document, path = found.document, found.position.path
        for use in document.uses:
            if use.reference.by == "name" and document.text_path(use.path) == path:
                kind = use.reference.kind
                return EntityName(kind, named_entity(use.value, kind), document.organization)
        if document.name and path == document.text_path(("name",)):
            return EntityName(document.kind, document.name, document.organization)
        return None


def file_of(uri: str) -> str:
    """The path of a URI; empty for what is no file."""
    return to_fs_path(uri) or ""
