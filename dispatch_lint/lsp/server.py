"""The server of one editor: it takes texts and requests, and sends what was found."""

from __future__ import annotations

import asyncio
import gc
import os
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcParseError

from dispatch_lint.lsp.configuration import Ways
from dispatch_lint.lsp.connection import Connection
from dispatch_lint.lsp.publishing import Publisher
from dispatch_lint.lsp.session import Session
from dispatch_lint.lsp.untrusted import ACTION, question
from dispatch_lint.lsp.worker import Worker
from dispatch_lint.model.errors import UserError
from dispatch_lint.text.harmless import harmless
from dispatch_lint.trust.memory import digest_of, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch_lint.lsp.folder import Folder

Answer = TypeVar("Answer")
DELAY = 0.03
"""Seconds that a check waits for further keystrokes."""
SOON = 0.2
"""Seconds that what another file has changed waits."""
POLL = 3
"""Seconds between two looks at settings, baselines, ledgers and stores."""
_PROGRESS_STEP = 100
"""Files between two reports of progress."""


class Server(Connection):
    """The server of one editor.

    Args:
        trust: whether settings may ask for code, servers, and paths elsewhere.
    """

    def __init__(self, *, trust: bool = False) -> None:
        super().__init__()
        self.ways = Ways(trust=trust)
        self.worker = Worker(self._report)
        self.session = Session(self.ways, self.worker.pause, self.outdated)
        self.publisher = Publisher(self, self.session)
        self._asked: set[str] = set()
        """The folders whose trust the user was asked for."""

    # From the worker to the editor

    def _report(self, error: Exception) -> None:
        """Tell the user of an error that is none of theirs, or of one that ended some work."""
        self.send(partial(self.show_error, error))

    def show_error(self, error: Exception) -> None:
        """Show the user an error."""
        message = f"dispatch-lint: {harmless(str(error) or type(error).__name__)}"
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, message))

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Answer what is no JSON; show the user what else went wrong, but in requests."""
        if source is JsonRpcException and isinstance(error, ValueError | RecursionError):
            self.protocol.refuse(None, JsonRpcParseError(harmless(str(error))))
        elif source is not FeatureRequestError:
            self.show_error(error)

    async def ask(self, function: Callable[[], Answer]) -> Answer:
        """Let the worker answer a request."""
        return await asyncio.wrap_future(self.worker.request(function))

    # Checks

    def opened(self, uri: str) -> None:
        """Check a buffer that was opened, or has new settings: before further files are read."""
        self._check_later(uri, 0)

    def edited(self, uri: str) -> None:
        """Check a buffer that was changed."""
        self._check_later(uri, DELAY)

    def _check_later(self, uri: str, delay: float) -> None:
        self.worker.later(f"check {uri}", delay, partial(self._check, uri, was_edited=True))

    def outdated(self, uri: str) -> None:
        """Check a buffer soon, because something else changed."""
        check = partial(self._check, uri, was_edited=False)
        self.worker.later(f"check {uri}", SOON, check)

    def _check(self, uri: str, *, was_edited: bool) -> None:
        self.publisher.check(uri, was_edited=was_edited)
        member = self.session.member(uri)
        if member is not None and member.folder is not None:
            # The settings beside a file that is in no folder are read only now.
            self.send(partial(self._ask_for_trust, member.folder))

    def check_all(self) -> None:
        """Check every open buffer."""
        for uri in list(self.session.buffers):
            self.outdated(uri)

    # Folders

    def prepare(self, folders: list[str]) -> None:
        """Read the settings of the folders of the editor; it is told nothing before `start`."""
        self.worker.start()
        # All are known before the first is read: the packages in each need trust.
        for path, folder in [(path, self.session.add_folder(path)) for path in folders]:
            self.worker.later(f"prepare {path}", 0, partial(folder.refresh, with_rules=True))

    def start(self) -> None:
        """Begin with the folders of the editor."""
        self.loop = asyncio.get_running_loop()
        for path, folder in self.session.folders.items():
            self.worker.later(f"open {path}", 0, partial(self._open, folder))
        self._poll_later()

    def _open(self, folder: Folder) -> None:
        """Go on with a folder whose settings were read before."""
        folder.refresh(with_rules=True)
        self.settled(folder, is_new=folder.workspace is not None)

    def open_folders(self, paths: list[str]) -> None:
        """Read folders of the editor: first the settings of each, then its files."""
        for path, folder in [(path, self.session.add_folder(path)) for path in paths]:
            for loose in self.session.drop_loose(path):
                self.worker.later(f"close {loose.root}", 0, partial(self.publisher.forget, loose))
            self.worker.later(f"open {path}", 0, partial(self.reload, folder))

    def close_folder(self, path: str) -> None:
        """Forget a folder of the editor."""
        self.worker.forget(f"open {path}")
        self.worker.forget(f"load {path}")
        folder = self.session.remove_folder(path)
        if folder is not None:
            self.worker.later(f"close {path}", 0, partial(self.publisher.forget, folder))
        self.check_all()

    def reload(self, folder: Folder) -> None:
        """Read the settings of a folder anew, and all of its files where there are new ones."""
        is_new = folder.configure()
        self.settled(folder, is_new=is_new)

    def settled(self, folder: Folder, *, is_new: bool) -> None:
        """Go on after the settings of a folder were read."""
        self.session.forget_places()
        self.publisher.settings(folder)
        if not is_new:
            return
        self.send(partial(self._ask_for_trust, folder))
        for uri in list(self.session.buffers):
            self.opened(uri)
        self.load(folder)

    def load(self, folder: Folder) -> None:
        """Read the files of a folder that changed, while nothing else is to do."""
        # One of the same path may be what a loose file is checked with, or may be closed by now.
        if self.session.folders.get(str(folder.root)) is folder:
            self.worker.in_background(f"load {folder.root}", self._load(folder))

    def _load(self, folder: Folder) -> Iterator[None]:
        workspace = folder.workspace
        if workspace is None:
            return
        is_first = not workspace.is_loaded
        progress = self.publisher.progress(f"Reading {folder.root.name}") if is_first else None
        try:
            for done, total in workspace.load(self.session.buffer_of):
                if progress is not None and total and done % _PROGRESS_STEP == 0:
                    progress.report(done, total)
                yield
        finally:
            if progress is not None:
                progress.end()
        if is_first:
            # What was read now stays: garbage collections need not visit it at each keystroke.
            gc.collect()
            gc.freeze()
        self.publisher.refresh()

    def _poll_later(self) -> None:
        self.worker.later("poll", POLL, self._poll)

    def _poll(self) -> None:
        """Notice what no watcher tells: a store elsewhere, a folder that is gone with its files."""
        try:
            self.refresh(with_rules=False)
            if not all(map(os.path.isdir, self.session.known_folders())):
                self.reread()  # editors may tell that a folder is gone, and not that its files are
        finally:
            self._poll_later()

    def reread(self) -> None:
        """Find out anew which files there are, and read those that changed."""
        self.session.forget_places()
        for folder in self.session.folders.values():
            self.load(folder)
        self.check_all()

    def refresh(self, *, with_rules: bool) -> None:
        """Notice changes of the settings of all folders, and of what they name."""
        for folder in self.session.all_folders():
            before = folder.problems()
            is_new = folder.refresh(with_rules=with_rules)
            if is_new or folder.problems() != before:
                self.settled(folder, is_new=is_new)

    # Trust

    def _ask_for_trust(self, folder: Folder) -> None:
        configuration = folder.configuration
        untrusted = configuration.untrusted if configuration is not None else None
        if untrusted is not None and str(untrusted) not in self._asked:
            task = asyncio.ensure_future(self._wait_for_trust(folder))
            task.add_done_callback(lambda done: done.exception())

    async def _wait_for_trust(self, folder: Folder) -> None:
        """Where a folder asks for what needs trust, say so, and remember it if it is given.

        The user may trust it in the editor, or later by `dispatch-lint trust`.
        """
        configuration = folder.configuration
        untrusted = configuration.untrusted if configuration is not None else None
        if untrusted is None or str(untrusted) in self._asked:
            return
        self._asked.add(str(untrusted))
        try:
            # Of what the user is shown, not of what comes.
            digest = digest_of(untrusted.settings, untrusted.demands)
            message = question(untrusted)
            answer = await self.window_show_message_request_async(
                lsp.ShowMessageRequestParams(
                    lsp.MessageType.Warning, message, [lsp.MessageActionItem(ACTION)]
                )
            )
            if answer is None or answer.title != ACTION:
                return
            remember(untrusted.settings, digest)
        except (UserError, OSError) as error:
            self.show_error(error)
            return
        self.worker.later(f"open {folder.root}", 0, partial(self.reload, folder))
