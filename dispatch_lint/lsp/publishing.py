"""What a server sends of itself: diagnostics, progress, and that something has to be asked anew."""

from __future__ import annotations

import uuid
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.lsp.diagnostics import diagnostics_of, settings_diagnostics, settings_path
from dispatch_lint.lsp.text import Text
from dispatch_lint.lsp.uris import file_of, uri_of
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.lsp.connection import Connection
    from dispatch_lint.lsp.folder import Folder
    from dispatch_lint.lsp.session import Member, Session
    from dispatch_lint.lsp.workspace import Checked


def _identity(found: list[lsp.Diagnostic]) -> str:
    return sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:16]


NOTHING = _identity([])
"""What identifies no diagnostics."""


class Publisher:
    """Sends diagnostics to an editor; to one that asks for them, that it is to ask."""

    def __init__(self, server: Connection, session: Session) -> None:
        self._server, self._session = server, session
        self.is_asked = False
        """Whether the editor asks for diagnostics itself."""
        self._identities: dict[str, tuple[Checked, str]] = {}
        """What identifies the diagnostics of a file, and the result that they were made of."""
        self._shown: dict[str, list[str]] = {}
        """The settings files that have problems, and what was said without one, by folder."""

    # Diagnostics

    def check(self, uri: str, *, was_edited: bool) -> None:
        """Check a buffer, and send its diagnostics.

        Args:
            was_edited: whether the editor, if it asks for diagnostics itself, does so anyway.
        """
        buffer = self._session.buffers.get(uri)
        if buffer is None:
            return
        member = self._session.member(uri)
        if member is None:
            found: list[lsp.Diagnostic] = []
            for folder in self._session.all_folders():
                self.settings(folder)  # they may be why
        else:
            found = self.diagnostics(member)
            for workspace in member.around:
                workspace.catch_up()
            buffer = member.workspace.buffer(member.key) or buffer
        if self._session.buffers.get(uri) is not buffer:
            return  # there is a newer state, which is checked next
        if member is None and self._is_of_settings(uri):
            return  # it shows what is wrong with them
        if not self.is_asked:
            self._publish(uri, found, buffer.version)
        elif not was_edited:
            self.refresh()

    def diagnostics(self, member: Member) -> list[lsp.Diagnostic]:
        """The diagnostics of a buffer or file. What went wrong is said in the settings."""
        return self._made_of(member, member.workspace.check(member.key))

    def _made_of(self, member: Member, checked: Checked) -> list[lsp.Diagnostic]:
        workspace, key = member.workspace, member.key
        self._note(member, checked)
        name = workspace.name(key)
        text = checked.buffer.text if checked.buffer else self._session.text_of(name)
        if text is None:  # it cannot be read, or is gone
            text, checked = Text(""), checked._replace(violations=())
        checker = workspace.configuration.checker
        return diagnostics_of(self._session, checker, text, name, checked)

    def identified(self, member: Member) -> tuple[list[lsp.Diagnostic], str]:
        """The diagnostics of a buffer or file, and what is the same for the same ones."""
        checked = member.workspace.check(member.key)
        found = self._made_of(member, checked)
        identity = _identity(found)
        self._identities[member.key] = checked, identity
        return found, identity

    def known_identity(self, member: Member) -> str | None:
        """What `identified` returned last; None where there may be other diagnostics by now."""
        checked, identity = self._identities.get(member.key, (None, None))
        return identity if checked is member.workspace.check(member.key) else None

    def _note(self, member: Member, checked: Checked) -> None:
        if member.folder is not None:
            member.folder.note(checked.problems)
            self.settings(member.folder)

    def closed(self, uri: str) -> None:
        """Remove the diagnostics of a buffer."""
        if not self.is_asked and not self._is_of_settings(uri):
            self._publish(uri, [], None)

    def _is_of_settings(self, uri: str) -> bool:
        """Whether a text is a settings file, with which the diagnostics of settings stay."""
        return file_of(uri) in [shown[0] for shown in self._shown.values() if shown[0]]

    def _publish(self, uri: str, found: list[lsp.Diagnostic], version: int | None) -> None:
        params = lsp.PublishDiagnosticsParams(uri, found, version)
        self._server.send(partial(self._server.text_document_publish_diagnostics, params))

    def settings(self, folder: Folder) -> None:
        """Say what is wrong with the settings of a folder: in their file, or once as a message."""
        problems = folder.problems()
        before = self._shown.get(str(folder.root), [])
        if problems == before[1:]:
            return
        file = settings_path(folder.root)
        shown = [file, *problems]
        self._shown[str(folder.root)] = shown
        if before and before[0] and before[0] != file:
            self._publish(uri_of(before[0]), [], None)
        if file:
            found = settings_diagnostics(self._session, file, problems)
            self._publish(self._session.uri_of_file(file), found, None)
            return
        for problem in problems:
            if problem not in before:
                message = f"dispatch-lint: {harmless(problem)}"
                params = lsp.ShowMessageParams(lsp.MessageType.Error, message)
                self._server.send(partial(self._server.window_show_message, params))

    def forget(self, folder: Folder) -> None:
        """Remove what is wrong with the settings of a folder that is closed."""
        before = self._shown.pop(str(folder.root), [])
        if before and before[0] and not self._is_of_settings(uri_of(before[0])):
            self._publish(self._session.uri_of_file(before[0]), [], None)

    # What is asked for

    def refresh(self) -> None:
        """Let the editor ask anew for what depends on other files."""
        workspace = self._server.client_capabilities.workspace
        if workspace is None:
            return
        if self.is_asked and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self._request(lsp.WORKSPACE_DIAGNOSTIC_REFRESH)
        if workspace.code_lens and workspace.code_lens.refresh_support:
            self._request(lsp.WORKSPACE_CODE_LENS_REFRESH)

    def _request(self, method: str) -> None:
        self._server.send(partial(self._server.protocol.send_request, method, None))

    def progress(self, title: str) -> Progress | None:
        """Progress that the editor shows; None where it cannot."""
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return None
        return Progress(self._server, title)


class Progress:
    """Work whose progress an editor shows."""

    def __init__(self, server: Connection, title: str) -> None:
        self._server, self._token = server, str(uuid.uuid4())
        params = lsp.WorkDoneProgressCreateParams(self._token)
        server.send(
            partial(server.protocol.send_request, lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, params)
        )
        self._send(lsp.WorkDoneProgressBegin(title, cancellable=False, percentage=0))

    def report(self, done: int, total: int) -> None:
        """Say how much is done."""
        message = f"{done} of {total} files"
        self._send(lsp.WorkDoneProgressReport(message=message, percentage=done * 100 // total))

    def end(self) -> None:
        """Say that all is done."""
        self._send(lsp.WorkDoneProgressEnd())

    def _send(self, value: object) -> None:
        params = lsp.ProgressParams(self._token, value)
        self._server.send(partial(self._server.protocol.notify, lsp.PROGRESS, params))
