"""What an editor has open: its folders, each with settings and entities of its own, and buffers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.named_files import open_regular
from dispatch_lint.lsp.buffers import Buffer, key_of
from dispatch_lint.lsp.configuration import Configuration
from dispatch_lint.lsp.folder import Folder
from dispatch_lint.lsp.text import Text
from dispatch_lint.lsp.uris import file_of, uri_of
from dispatch_lint.lsp.workspace import Checked, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsprotocol import types as lsp

    from dispatch_lint.lsp.configuration import Ways


class Member(NamedTuple):
    """A buffer as a file of a workspace.

    Attributes:
        folder: None for a buffer that is in none.
        beside: the workspace whose entities it may refer to: its own, or that of a folder.
        around: the workspaces of outer folders, which have the file too.
    """

    workspace: Workspace
    key: str
    folder: Folder | None
    beside: Workspace
    around: tuple[Workspace, ...] = ()


class Session:
    """The folders and buffers of an editor.

    Buffers are opened, changed and closed, and folders added and removed, by the thread of the
    protocol; all else is done by the worker.

    Args:
        pause: is called between the parts of long work.
        outdated: is called with the URI of a buffer whose result is out of date.

    Attributes:
        buffers: by URI.
    """

    def __init__(
        self, ways: Ways, pause: Callable[[], None], outdated: Callable[[str], None]
    ) -> None:
        self.ways = ways
        self.encoding: lsp.PositionEncodingKind | str = "utf-16"
        self.buffers: dict[str, Buffer] = {}
        self.folders: dict[str, Folder] = {}
        self._pause, self._outdated = pause, outdated
        self._loose: dict[str, Workspace] = {}
        """The workspaces of buffers that are in no folder, by URI."""
        self._loose_folders: dict[str, Folder] = {}
        """What such buffers are checked with, by the folder of their files."""
        self._members: dict[str, Member | None] = {}

    # Buffers

    def put(self, uri: str, text: str, version: int | None, language: str) -> Buffer:
        """Take a buffer that was opened."""
        buffer = Buffer(uri, Text(text, self.encoding), version, language)
        self.buffers[uri] = buffer
        return buffer

    def change(
        self, uri: str, version: int | None, changes: list[lsp.TextDocumentContentChangeEvent]
    ) -> None:
        """Take a new state of a buffer."""
        old = self.buffers.get(uri)
        if old is not None:
            self.buffers[uri] = Buffer(uri, old.text.changed(changes), version, old.language)

    def buffers_of(self, key: str) -> list[Buffer]:
        """The open buffers of a file."""
        return [buffer for buffer in list(self.buffers.values()) if buffer.key == key]

    def buffer_of(self, key: str) -> Buffer | None:
        """The open buffer of a file that counts instead of it."""
        opened = [buffer for buffer in self.buffers_of(key) if buffer.format]
        return opened[-1] if opened else None

    # Folders

    def add_folder(self, path: str) -> Folder:
        """Take a folder of the editor."""
        self.ways.packages.add(Path(path), trust=self.ways.trust)
        folder = Folder(Path(path), self.ways, self._pause, self._changed)
        self._set_folders({**self.folders, path: folder})
        return folder

    def remove_folder(self, path: str) -> Folder | None:
        """Forget a folder of the editor, and return it."""
        removed = self.folders.get(path)
        self._set_folders({other: self.folders[other] for other in self.folders if other != path})
        return removed

    def drop_loose(self, path: str) -> list[Folder]:
        """Forget what loose files inside of a folder were checked with, which has them now."""
        inside = [loose for loose in list(self._loose_folders) if Path(loose).is_relative_to(path)]
        return [self._loose_folders.pop(loose) for loose in inside]

    def drop_unused_loose(self) -> list[Folder]:
        """Forget what loose files were checked with that are all closed."""
        used = {os.path.dirname(buffer.file) for buffer in list(self.buffers.values())}  # noqa: PTH120
        unused = [loose for loose in list(self._loose_folders) if loose and loose not in used]
        return [self._loose_folders.pop(loose) for loose in unused]

    def _set_folders(self, folders: dict[str, Folder]) -> None:
        # The worker may be going through the old ones, and looking for the place of a buffer.
        self.folders, self._members = folders, {}

    def forget_places(self) -> None:
        """Find out anew which workspace each buffer belongs to: files or settings have changed."""
        self._members = {}

    def folders_of(self, file: str) -> list[Folder]:
        """The folders that a file is in, the innermost first."""
        folders = self.folders  # others may take their place
        around = [path for path in folders if Path(file).is_relative_to(path)]
        return [folders[path] for path in sorted(around, key=len, reverse=True)]

    def folder_of(self, file: str) -> Folder | None:
        """The innermost folder that a file is in."""
        return next(iter(self.folders_of(file)), None)

    def known_folders(self) -> set[str]:
        """The folders that files of workspaces were found in."""
        workspaces = [folder.workspace for folder in self.folders.values()]
        return set().union(*(workspace.folders() for workspace in workspaces if workspace))

    def _changed(self, key: str) -> None:
        for buffer in self.buffers_of(key):
            self._outdated(buffer.uri)

    # What a buffer belongs to

    def member(self, uri: str) -> Member | None:
        """The workspace of a buffer, which has its present state then; None where nothing checks it."""
        buffer = self.buffers.get(uri)
        if buffer is None or buffer.format is None:
            return None
        members = self._members
        if uri not in members:
            members[uri] = self._find_member(buffer)
        member = members[uri]
        if member is not None:
            for workspace in (member.workspace, *member.around):
                workspace.read(member.key, buffer.file or buffer.uri, buffer)
        return member

    def member_of_file(self, uri: str) -> Member | None:
        """The workspace of a file that is not open; None where nothing checks it."""
        file = file_of(uri)
        folder = self.folder_of(file) if file else None
        workspace = folder.workspace if folder is not None else None
        key = key_of(file)
        if workspace is None or key not in workspace:
            return None
        self.catch_up(workspace)
        return Member(workspace, key, folder, workspace)

    def _find_member(self, buffer: Buffer) -> Member | None:
        key = buffer.key
        folder = self.folder_of(buffer.file) if buffer.file else None
        if folder is not None and buffer.is_walked and folder.workspace is not None:
            if folder.workspace.finds(buffer.file) or key in folder.workspace:
                around = tuple(
                    outer.workspace
                    for outer in self.folders_of(buffer.file)
                    if outer is not folder
                    and outer.workspace
                    and outer.workspace.finds(buffer.file)
                )
                return Member(folder.workspace, key, folder, folder.workspace, around)
            return None  # git or the settings leave it out
        for other in self.folders.values():
            if other.workspace is not None and key in other.workspace:  # through a link
                return Member(other.workspace, key, other, other.workspace)
        return self._loose_member(buffer, folder)

    def _loose_member(self, buffer: Buffer, folder: Folder | None) -> Member | None:
        """A buffer that is checked by itself."""
        if folder is None and not buffer.file:
            folder = next(iter(self.folders.values()), None)
        owner = folder or self._folder_of_loose(buffer)
        if owner.configuration is None:
            return None
        workspace = self._loose.get(buffer.uri)
        if workspace is None or workspace.configuration is not owner.configuration:
            workspace = Workspace(None, owner.configuration, pause=self._pause)
            self._loose[buffer.uri] = workspace
        beside = folder.workspace if folder is not None and folder.workspace else workspace
        return Member(workspace, buffer.key, owner, beside)

    def _folder_of_loose(self, buffer: Buffer) -> Folder:
        """What the settings beside a file say; without a file, and where they cannot be used, none."""
        path = os.path.dirname(buffer.file) if buffer.file else ""  # noqa: PTH120
        folder = self._loose_folders.get(path)
        if folder is None:
            folder = Folder(Path(path or os.sep), self.ways.outside(), self._pause, self._changed)
            if path:
                folder.configure()
            else:
                folder.configuration = Configuration(Path(os.sep), self.ways, isolated=True)
            self._loose_folders[path] = folder
        return folder

    def all_folders(self) -> list[Folder]:
        """The folders of the editor, and those of loose files."""
        return [*self.folders.values(), *self._loose_folders.values()]

    def forget(self, uri: str) -> None:
        """Take the file of a closed buffer itself again, or what another buffer has of it."""
        self._loose.pop(uri, None)
        self._members.pop(uri, None)
        for folder in self.folders.values():
            if folder.workspace is not None:
                self._forget_in(folder.workspace, uri)

    def _forget_in(self, workspace: Workspace, uri: str) -> None:
        key = key_of(file_of(uri)) if file_of(uri) else uri
        old = workspace.buffer(key)
        if old is None or old.uri != uri:
            return
        others = self.buffers_of(key)
        name = workspace.name(key)
        if others or workspace.finds(name):
            workspace.read(key, name, others[-1] if others else None)
            workspace.catch_up()  # nobody may ask for the other buffer soon
        else:
            workspace.forget(key)

    def catch_up(self, workspace: Workspace) -> None:
        """Let the index of a workspace have the present state of every buffer."""
        for uri in list(self.buffers):
            self.member(uri)
        workspace.catch_up()

    def read_all(self, workspace: Workspace) -> None:
        """Let the index of a workspace have the present state of every file and buffer.

        Files may still be unread, or may have come where nothing watches them.
        """
        if workspace.root is not None:
            for _ in workspace.load(self.buffer_of):
                self._pause()
        self.catch_up(workspace)

    def check(self, uri: str) -> tuple[Buffer, Checked] | None:
        """The result for the present state of a buffer; None where nothing checks it."""
        member = self.member(uri)
        if member is None:
            return None
        buffer = member.workspace.buffer(member.key)
        checked = member.workspace.check(member.key)
        return (buffer, checked) if buffer is not None else None

    # Texts of files

    def uri_of(self, key: str, workspace: Workspace) -> str:
        """The URI of a file, as the editor writes it where it is open."""
        opened = self.buffers_of(key)
        return opened[-1].uri if opened else uri_of(workspace.name(key))

    def uri_of_file(self, file: str) -> str:
        """The URI of the path of a file."""
        opened = next(
            (buffer for buffer in list(self.buffers.values()) if buffer.file == file), None
        )
        return opened.uri if opened else uri_of(file)

    def text_of(self, file: str) -> Text | None:
        """The text of a file or its buffer; None where it cannot be read."""
        for buffer in list(self.buffers.values()):
            if buffer.file == file:
                return buffer.text
        try:
            with open_regular(file) as stream:
                return Text(stream.read().decode(), self.encoding)
        except (OSError, ValueError):
            return None
