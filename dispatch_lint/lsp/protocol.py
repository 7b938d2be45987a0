"""The protocol: how a server begins and ends, and what it answers to what it cannot do."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cattrs import ClassValidationError, transform_error
from lsprotocol import types as lsp
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCRequest
from pygls.protocol.language_server import lsp_method

_LOG = logging.getLogger(__name__)
_INTERVAL = 3
"""Seconds between two looks at the process that started the server."""


class Refused(JsonRpcException):
    """A request that is understood and not fulfilled; the editor shows the reason."""

    CODE = lsp.LSPErrorCodes.RequestFailed.value
    MESSAGE = "Request failed"


class _Unreadable(NamedTuple):
    """What is no message, or has no parameters that its method can be called with."""

    id: int | str | None
    error: JsonRpcException


class Protocol(LanguageServerProtocol):
    """The protocol of a server that keeps the texts of buffers itself."""

    @property
    def is_shut_down(self) -> bool:
        """Whether the editor asked the server to shut down."""
        return self._shutdown

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message. A request that cannot be read is answered: else an editor waits for ever."""
        if "jsonrpc" not in data:
            return data  # a part of a message, or none
        number, method = data.get("id"), data.get("method", "")
        is_message = isinstance(number, int | str | None) and isinstance(method, str)
        if not is_message or data.keys().isdisjoint(("id", "method")):
            return _Unreadable(None, JsonRpcInvalidRequest("this is no message"))
        if "method" not in data:
            data.setdefault("result", None)
        elif self.get_message_type(method) is None:
            data.setdefault("params", None)
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            readable = error
            if isinstance(error.__cause__, ClassValidationError):
                readable = JsonRpcInvalidParams("; ".join(transform_error(error.__cause__)))
            if "method" in data and "id" in data:
                _LOG.warning("Unable to read a request of %s: %s", method, readable)
                return _Unreadable(number, readable)
            raise readable from None

    def handle_message(self, message: Any) -> None:
        """Refuse what is no message, and requests before `initialize` and after `shutdown`."""
        if isinstance(message, _Unreadable):
            self.refuse(message.id, message.error)
        elif not hasattr(message, "jsonrpc"):
            self.refuse(None, JsonRpcInvalidRequest("this is no message"))
        elif not isinstance(message, RPCRequest):
            if self._workspace is not None or getattr(message, "method", "") == lsp.EXIT:
                super().handle_message(message)
        elif self._shutdown:
            self.refuse(message.id, JsonRpcInvalidRequest("the server is shut down"))
        elif self._workspace is None and message.method != lsp.INITIALIZE:
            error = JsonRpcServerNotInitialized("the server is not initialized")
            self.refuse(message.id, error)
        elif self._workspace is not None and message.method == lsp.INITIALIZE:
            self.refuse(message.id, JsonRpcInvalidRequest("the server is initialized already"))
        else:
            super().handle_message(message)

    def refuse(self, number: int | str | None, error: JsonRpcException) -> None:
        """Answer a request with an error; what is none with one that has no number."""
        response = {"jsonrpc": self.VERSION, "id": number, "error": error.to_response_error()}
        self._send_data(response)

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        """Answer a refused request without a record of an error: it is none of the server."""
        error = None if future.cancelled() else future.exception()
        if isinstance(error, Refused):
            self._request_futures.pop(msg_id, None)
            self.refuse(msg_id, error)
            return
        super()._send_handler_result(future, msg_id=msg_id)

    # The texts of buffers are those of `Session`: pygls cuts lines at characters that end none.

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Iterator[Any]:
        yield from self._hand_on(lsp.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: lsp.DidChangeTextDocumentParams
    ) -> Iterator[Any]:
        yield from self._hand_on(lsp.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Iterator[Any]:
        yield from self._hand_on(lsp.TEXT_DOCUMENT_DID_CLOSE, params)

    def _hand_on(self, method: str, params: object) -> Iterator[Any]:
        handler = self.fm.features.get(method)
        if handler is not None:
            yield handler, (params,), None


def end_with(process_id: int | None) -> None:
    """End the server when the process that started it is gone: nobody is left who could."""
    if process_id is None:
        return

    def watch() -> None:
        while _is_running(process_id):
            time.sleep(_INTERVAL)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _is_running(process_id: int) -> bool:
    if sys.platform == "win32":
        return _is_running_on_windows(process_id)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # it belongs to somebody else
    return not _is_zombie(process_id)


def _is_zombie(process_id: int) -> bool:
    """Whether a process has ended and nobody asked how, as in containers; only Linux tells."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return False
    return state[:1] in ([b"Z"], [b"X"])


def _is_running_on_windows(process_id: int) -> bool:
    import ctypes

    synchronize, still_waiting = 0x00100000, 0x00000102
    kernel: Any = vars(ctypes)["windll"].kernel32
    handle = kernel.OpenProcess(synchronize, False, process_id)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == still_waiting)
    finally:
        kernel.CloseHandle(handle)
