"""What an editor notifies a server of: buffers, files, folders."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.config.settings_file import FILE, PROJECT
from dispatch_lint.documents.formats import FORMATS, format_of
from dispatch_lint.lsp.buffers import key_of
from dispatch_lint.lsp.inputs import known_inputs, rule_inputs
from dispatch_lint.lsp.uris import file_of, folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.lsp.folder import Folder
    from dispatch_lint.lsp.server import Server

_SETTINGS = frozenset({FILE, PROJECT})
_IGNORE_FILES = frozenset({".gitignore", "exclude"})
_ENDINGS = [ending[1:] for format_ in FORMATS.values() for ending in format_.endings]
_WATCHED = (f"**/*.{{{','.join(_ENDINGS)},toml,py,db,sqlite,bolt}}", "**/.gitignore")
_SHORT = 0.05
"""Seconds in which changes of files are collected."""
_ALL_FILES = lsp.FileOperationRegistrationOptions([
    lsp.FileOperationFilter(lsp.FileOperationPattern("**/*"), "file")
])  # fmt: skip


def add_notifications(server: Server) -> None:
    """Let a server take what an editor notifies it of."""
    _add_buffers(server)
    _add_files(server)


def _add_buffers(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        session.put(item.uri, item.text, item.version, item.language_id)
        server.opened(item.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        session.change(document.uri, document.version, list(params.content_changes))
        server.edited(document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        file = file_of(params.text_document.uri)
        server.worker.later("save", _SHORT, partial(_saved, server))
        if file and Path(file).name in _IGNORE_FILES:
            server.worker.later("files", _SHORT, server.reread)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        session.buffers.pop(uri, None)
        server.worker.forget(f"check {uri}")
        server.worker.later(f"close {uri}", 0, partial(_closed, server, uri))


def _closed(server: Server, uri: str) -> None:
    if uri not in server.session.buffers:  # it may be open again
        server.session.forget(uri)
        server.publisher.closed(uri)
        for loose in server.session.drop_unused_loose():
            server.publisher.forget(loose)


def _saved(server: Server) -> None:
    """Notice what a saved file changes: settings and the like, and without watchers, all files."""
    server.refresh(with_rules=True)
    if not has_watchers(server):
        server.reread()


def _add_files(server: Server) -> None:
    changed: set[str] = set()

    def collect(files: Iterable[str]) -> None:
        changed.update(filter(None, files))

        def take() -> None:
            files = set(changed)
            changed.difference_update(files)
            try:
                take_files(server, files)
            except BaseException:  # more changes came meanwhile: all are taken together
                changed.update(files)
                raise

        server.worker.later("watched", _SHORT, take)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: lsp.DidChangeWatchedFilesParams) -> None:
        collect(file_of(change.uri) for change in params.changes)

    @server.feature(lsp.WORKSPACE_DID_CREATE_FILES, _ALL_FILES)
    def created(params: lsp.CreateFilesParams) -> None:
        collect(file_of(file.uri) for file in params.files)

    @server.feature(lsp.WORKSPACE_DID_DELETE_FILES, _ALL_FILES)
    def deleted(params: lsp.DeleteFilesParams) -> None:
        collect(file_of(file.uri) for file in params.files)

    @server.feature(lsp.WORKSPACE_DID_RENAME_FILES, _ALL_FILES)
    def renamed(params: lsp.RenameFilesParams) -> None:
        collect(file_of(uri) for file in params.files for uri in (file.old_uri, file.new_uri))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        for path in filter(None, (folder_of(folder.uri) for folder in params.event.removed)):
            server.close_folder(path)
        added = (folder_of(folder.uri) for folder in params.event.added)
        server.open_folders([path for path in added if path])

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: lsp.DidChangeConfigurationParams) -> None:
        server.worker.later("save", _SHORT, partial(_saved, server))


def take_files(server: Server, files: Iterable[str]) -> None:
    """Take the present state of files that another program wrote or removed."""
    session = server.session
    has_settings = may_be_more = False
    others: list[str] = []
    unknown: list[str] = []
    """What is no document: mostly nothing that matters, but perhaps a folder."""
    for file in files:
        if os.path.basename(file) in _IGNORE_FILES:  # noqa: PTH119
            may_be_more = True
        elif _is_of_settings(server, file):
            has_settings = True
        elif format_of(file) in (None, "go"):
            unknown.append(file)
        else:
            others.append(file)
    if has_settings:
        server.refresh(with_rules=True)
    if may_be_more or _has_folder(server, unknown):
        server.reread()
        return
    for file in others:
        key = key_of(file)
        opened = session.buffers_of(key)
        for workspace in [folder.workspace for folder in session.folders_of(file)]:
            if workspace is None:
                continue
            if workspace.finds(file) or (opened and key in workspace):
                workspace.read(key, file, opened[-1] if opened else None)
            else:
                workspace.forget(key)
    server.publisher.refresh()


def _has_folder(server: Server, paths: Iterable[str]) -> bool:
    """Whether there is a folder among paths, or one that is gone with files that were known."""
    gone = set()
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112
            return True
        if not os.path.lexists(path):
            gone.add(path)
    known = server.session.known_folders() if gone else set[str]()
    return any(
        str(around) in gone for folder in known for around in (Path(folder), *Path(folder).parents)
    )


def _is_of_settings(server: Server, file: str) -> bool:
    """Whether a file is one of settings, or of what they name."""
    if os.path.basename(file) in _SETTINGS:  # noqa: PTH119
        return True
    return any(_names(folder, Path(file)) for folder in server.session.all_folders())


def _names(folder: Folder, file: Path) -> bool:
    configuration = folder.configuration
    if configuration is None:
        return folder.problem != ""
    settings = configuration.settings
    named = [*rule_inputs(settings), *known_inputs(settings)]
    return any(file.is_relative_to(os.path.normpath(path)) for path in named)


# Watchers


def has_watchers(server: Server) -> bool:
    """Whether the editor can be asked to watch files."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace is not None else None
    return bool(watched and watched.dynamic_registration)


def register_watchers(server: Server) -> None:
    """Ask the editor to watch the files that matter, where it can."""
    if not has_watchers(server):
        return
    watchers = [lsp.FileSystemWatcher(glob) for glob in _WATCHED]
    options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = lsp.Registration(
        "dispatch-lint-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options
    )
    server.client_register_capability(lsp.RegistrationParams([registration]))
