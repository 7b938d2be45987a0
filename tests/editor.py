"""An editor that drives the language server over its protocol, with the client of pytest-lsp."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.uris import to_fs_path
from pytest_lsp.client import LanguageClient

from tests.command import WAIT, processor_seconds

Answer = TypeVar("Answer")


def capabilities(
    *, watchers: bool = True, pull: bool = False, snippets: bool = False, progress: bool = False,
    versioned: bool = True, creates: bool = False,
    encodings: Sequence[lsp.PositionEncodingKind | str] | None = None,
) -> lsp.ClientCapabilities:  # fmt: skip
    """What an editor says that it can do."""
    return lsp.ClientCapabilities(
        workspace=lsp.WorkspaceClientCapabilities(
            workspace_edit=lsp.WorkspaceEditClientCapabilities(
                document_changes=versioned,
                resource_operations=[lsp.ResourceOperationKind.Create] if creates else None,
            ),
            did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=watchers
            ),
            diagnostics=lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=pull),
            workspace_folders=True,
        ),
        text_document=lsp.TextDocumentClientCapabilities(
            publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(
                version_support=True, related_information=True
            ),
            diagnostic=lsp.DiagnosticClientCapabilities() if pull else None,
            completion=lsp.CompletionClientCapabilities(
                completion_item=lsp.ClientCompletionItemOptions(
                    snippet_support=snippets, documentation_format=[lsp.MarkupKind.Markdown]
                )
            ),
            rename=lsp.RenameClientCapabilities(prepare_support=True),
        ),
        window=lsp.WindowClientCapabilities(work_done_progress=progress),
        general=lsp.GeneralClientCapabilities(position_encodings=encodings) if encodings else None,
    )


class Editor:
    """An editor with some folders open.

    Attributes:
        roots: the folders.
        versions: of each text by URI, as the server was told.
        published: by URI, the version and diagnostics that were sent last.
        watched: whether the server asked to be told of changed files.
        asked: what the server asked the user, who does not answer.
    """

    def __init__(self) -> None:
        self.client = LanguageClient()
        self.roots: tuple[Path, ...] = ()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: dict[str, tuple[int | None, Sequence[lsp.Diagnostic]]] = {}
        self.arrived = asyncio.Event()
        self.watched: list[str] = []
        self.progress: list[object] = []
        self.refreshes = 0
        self.asked: list[str] = []
        client: Any = self.client

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = (params.version, params.diagnostics)
            self.arrived.set()

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        def register(params: lsp.RegistrationParams) -> None:
            self.watched += [registration.method for registration in params.registrations]

        @client.feature(lsp.WORKSPACE_DIAGNOSTIC_REFRESH)  # type: ignore[untyped-decorator]
        def refresh(params: None) -> None:
            self.refreshes += 1
            self.arrived.set()

        @client.feature(lsp.PROGRESS)  # type: ignore[untyped-decorator]
        def progress(params: lsp.ProgressParams) -> None:
            self.progress.append(params.value)
            self.arrived.set()

        @client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)  # type: ignore[untyped-decorator]
        def question(params: lsp.ShowMessageRequestParams) -> None:
            self.asked.append(params.message)
            self.arrived.set()

        @client.feature(lsp.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]
        def message(params: lsp.ShowMessageParams) -> None:
            self.client.messages.append(params)
            self.arrived.set()

    async def start(
        self, *roots: Path, options: dict[str, object] | None = None, **can: Any
    ) -> Editor:
        """Start the server."""
        self.roots = roots
        await self.client.start_io(sys.executable, "-m", "dispatch_lint", "lsp")
        folders = [lsp.WorkspaceFolder(root.as_uri(), root.name) for root in roots]
        self.client.capabilities = capabilities(**can)
        self.answer = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=self.client.capabilities, process_id=os.getpid(),
                root_uri=roots[0].as_uri() if roots else None, workspace_folders=folders or None,
                initialization_options=options,
            )
        )  # fmt: skip
        self.client.initialized(lsp.InitializedParams())
        return self

    async def loaded(self) -> Editor:
        """Wait until the server has read all files of its folder, with an editor that shows progress.

        Until then it checks each text alone, knows no other names, and does not say what is missing.
        """
        await self.until(lambda: any(
            isinstance(value, dict) and value.get("kind") == "end" for value in self.progress
        ))  # fmt: skip
        return self

    def processor_seconds(self) -> float:
        """The processor time that the server has used so far."""
        server: Any = self.client._server
        return processor_seconds(server.pid)

    async def stop(self) -> int | None:
        """Stop the server, and return its exit code."""
        server: Any = self.client._server
        await asyncio.wait_for(self.client.shutdown_async(None), WAIT)
        self.client.exit(None)
        code: int | None = await asyncio.wait_for(server.wait(), WAIT)
        await self.client.stop()  # type: ignore[no-untyped-call]
        return code

    # Texts

    def open(self, file: Path | str, text: str | None = None, language: str = "yaml") -> str:
        """Open a file, or another text in its place."""
        uri = file.as_uri() if isinstance(file, Path) else file
        if text is None:
            assert isinstance(file, Path)
            text = file.read_bytes().decode()
        self.texts[uri], self.versions[uri] = text, 1
        self.published.pop(uri, None)
        item = lsp.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace the text of a buffer: what differs in the middle, as editors do."""
        old = self.texts[uri]
        start = _same(old, text)
        if old[start - 1 : start] == "\r":
            start -= 1  # the end of a line is not cut
        most = min(len(old), len(text)) - start
        end = min(_same(old[::-1], text[::-1]), most)
        if old[len(old) - end :].startswith("\n"):
            end -= 1
        place = lsp.Range(position(old, start), position(old, len(old) - end))
        change = lsp.TextDocumentContentChangePartial(place, text[start : len(text) - end])
        self.edit(uri, change)
        self.texts[uri] = text

    def edit(self, uri: str, *changes: lsp.TextDocumentContentChangeEvent) -> None:
        """Send changes of a buffer."""
        self.versions[uri] += 1
        document = lsp.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(document, list(changes))
        )

    def save(self, uri: str) -> None:
        """Write a buffer to its file, and tell the server."""
        Path(to_fs_path(uri) or "").write_bytes(self.texts[uri].encode())
        here = lsp.TextDocumentIdentifier(uri)
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(here))

    def close(self, uri: str) -> None:
        """Close a buffer without saving it."""
        here = lsp.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(here))
        self.texts.pop(uri)

    def tell(self, *files: Path) -> None:
        """Tell the server that other programs changed files."""
        changes = [
            lsp.FileEvent(
                file.as_uri(),
                lsp.FileChangeType.Changed if file.exists() else lsp.FileChangeType.Deleted,
            )
            for file in files
        ]
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(changes))

    # Answers

    async def until(self, holds: Callable[[], Answer], wait: float = WAIT) -> Answer:
        """Wait until something holds, which what the server sends may make true."""
        end = time.monotonic() + wait
        while not (found := holds()):
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{self.published}")
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), min(left, 0.2))
            except TimeoutError:
                continue
        return found

    async def diagnostics(self, uri: str) -> Sequence[lsp.Diagnostic]:
        """The diagnostics of the present version of a text."""

        def present() -> bool:
            return self.published.get(uri, (None,))[0] == self.versions[uri]

        await self.until(present)
        return self.published[uri][1]

    async def codes(self, uri: str) -> list[object]:
        """The rules that the present version of a text violates."""
        return [diagnostic.code for diagnostic in await self.diagnostics(uri)]

    async def becomes(self, uri: str, *codes: str) -> None:
        """Wait until the rules that a text violates are certain ones."""

        def are() -> bool:
            found = self.published.get(uri, (None, ()))[1]
            return [diagnostic.code for diagnostic in found] == list(codes)

        await self.until(are)


def _same(first: str, second: str) -> int:
    """How many letters two texts have in common at their beginning."""
    pairs = zip(first, second, strict=False)
    least = min(len(first), len(second))
    return next((number for number, (one, two) in enumerate(pairs) if one != two), least)


def position(text: str, offset: int) -> lsp.Position:
    """An offset as a position that counts UTF-16; lines end as the protocol says."""
    before = text[:offset]
    ends = [*re.finditer(r"\r\n|\r|\n", before)]
    start = ends[-1].end() if ends else 0
    return lsp.Position(len(ends), len(before[start:].encode("utf-16-le")) // 2)


def place(line: int, character: int) -> lsp.Position:
    """A position of a line and character that count from 1."""
    return lsp.Position(line - 1, character - 1)
