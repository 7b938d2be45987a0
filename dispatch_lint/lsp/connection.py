"""The connection to an editor: what other threads send goes through the one of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from dispatch_lint.lsp.diagnostics import SOURCE
from dispatch_lint.lsp.protocol import Protocol
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Connection(LanguageServer):
    """What a server is to the parts of it that only send.

    Attributes:
        loop: of the thread of the protocol; None before the editor has begun.
    """

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            SOURCE, __version__, lsp.TextDocumentSyncKind.Incremental, protocol_cls=Protocol
        )
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_shut_down(self) -> bool:
        """Whether the editor asked the server to shut down."""
        return self.protocol.is_shut_down

    def send(self, function: Callable[[], object]) -> None:
        """Send something from the thread of the protocol."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(function)
