"""The protocol itself: messages that are no request of an editor, and how the server ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from lsprotocol import types as lsp

from dispatch_lint.lsp.text import Text
from dispatch_lint.lsp.uris import file_of, folder_of, uri_of

INITIALIZE = {"id": 1, "method": "initialize", "params": {"capabilities": {}}}
SHUTDOWN = {"id": 9, "method": "shutdown"}
EXIT = {"method": "exit"}


def talk(*messages: object, end: bool = True) -> tuple[list[Any], int, str]:
    """What a server sends for some messages, its exit code, and what it writes to its log."""
    sent = [*messages, *((SHUTDOWN, EXIT) if end else ())]
    data = b"".join(map(framed, sent))
    done = subprocess.run(
        [sys.executable, "-m", "dispatch_lint", "lsp"], input=data, capture_output=True,
        check=False, timeout=60,
    )  # fmt: skip
    return list(read(done.stdout)), done.returncode, done.stderr.decode()


def framed(message: object) -> bytes:
    if isinstance(message, dict):
        message = {"jsonrpc": "2.0", **message}
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def read(data: bytes) -> Iterator[Any]:
    while data:
        header, _, rest = data.partition(b"\r\n\r\n")
        length = int(header.split(b"\r\n")[0].removeprefix(b"Content-Length: "))
        yield json.loads(rest[:length])
        data = rest[length:]


def one_message(stream: IO[bytes]) -> bytes:
    """The next message of a server that goes on."""
    header = b"".join(iter(stream.readline, b"\r\n"))
    return header + b"\r\n" + stream.read(int(header.split()[1]))


def code_of(messages: list[Any], number: object) -> int | None:
    """The code of the error that a request is answered with; None for a result."""
    answer = next(message for message in messages if message.get("id", "") == number)
    return answer["error"]["code"] if "error" in answer else None


def test_a_session() -> None:
    messages, code, log = talk(INITIALIZE, {"method": "initialized", "params": {}})
    assert messages[0]["result"]["serverInfo"]["name"] == "dispatch-lint"
    assert messages[-1] == {"jsonrpc": "2.0", "id": 9, "result": None}
    assert (code, log) == (0, "")


@pytest.mark.parametrize(("message", "number", "code"), [
    (b"{", None, -32700),
    (b"[" * 100_000, None, -32700),
    ([], None, -32600),
    ({}, None, -32600),
    ({"id": [], "method": "x"}, None, -32600),
    ({"id": 2, "method": 3}, None, -32600),
    ({"id": 2, "method": "no/such"}, 2, -32601),
    ({"id": 2, "method": "no/such", "params": [1]}, 2, -32601),
    ({"id": "two", "method": "initialize", "params": {"capabilities": {}}}, "two", -32600),
])  # fmt: skip
def test_what_is_no_request_is_an_error(message: object, number: object, code: int) -> None:
    messages, exit_code, _ = talk(INITIALIZE, message)
    assert code_of(messages, number) == code
    assert [message["id"] for message in messages] == [1, number, 9]
    assert exit_code == 0


@pytest.mark.parametrize("message", [
    {"method": "no/such"}, {"method": "$/setTrace", "params": {"value": "off"}}, {"id": 77},
    {"id": 77, "error": {"code": 1, "message": "no"}},
    {"method": "$/cancelRequest", "params": {"id": 77}},
    {"method": "textDocument/didChange", "params": {
        "textDocument": {"uri": "file:///unknown.yaml", "version": 2}, "contentChanges": []}},
    {"method": "textDocument/didClose", "params": {"textDocument": {"uri": "file:///unknown"}}},
])  # fmt: skip
def test_what_needs_no_answer_gets_none(message: object) -> None:
    messages, code, _ = talk(INITIALIZE, message)
    assert [message["id"] for message in messages] == [1, 9]
    assert code == 0


def test_no_terminal_obeys_the_log() -> None:
    request = {"id": 2, "method": "\x1b]0;title\x07"}
    messages, _, log = talk(INITIALIZE, request)
    assert code_of(messages, 2) == -32601
    assert "\\x1b]0;title\\x07" in log and "\x1b" not in log


@pytest.mark.parametrize("params", [None, {}, {"textDocument": {"uri": "file:///x"}}])
def test_a_request_without_its_parameters_is_answered(params: object) -> None:
    request = {"id": 2, "method": "textDocument/definition", "params": params}
    begin = {"method": "initialized", "params": {}}
    messages, code, _ = talk(INITIALIZE, begin, request)
    assert code_of(messages, 2) == -32602
    assert code == 0


def test_a_notification_without_its_parameters_is_reported() -> None:
    messages, code, _ = talk(INITIALIZE, {"method": "textDocument/didOpen", "params": {}})
    assert "text_document" in messages[1]["params"]["message"]
    assert code == 0


def test_nothing_is_answered_before_the_beginning_and_after_the_end() -> None:
    position = {"textDocument": {"uri": "file:///x.yaml"}, "position": {"line": 0, "character": 0}}
    hover = {"id": 5, "method": "textDocument/hover", "params": position}
    messages, code, _ = talk(hover, INITIALIZE, SHUTDOWN, {**hover, "id": 6}, EXIT, end=False)
    assert [code_of(messages, number) for number in (5, 9, 6)] == [-32002, None, -32600]
    assert code == 0


@pytest.mark.parametrize("rest", [b"", b"Content-Length: 10\r\n\r\n{", b"x\r\n\r\n"])
def test_an_editor_that_is_gone_ends_the_server(rest: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dispatch_lint", "lsp"], input=framed(INITIALIZE) + rest,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="paths of Windows are others")
@pytest.mark.parametrize(("path", "uri"), [
    ("/a/b.yaml", "file:///a/b.yaml"),
    ("/a b/ä;#?%.yaml", "file:///a%20b/%C3%A4%3B%23%3F%25.yaml"),
    ("/c:/x", "file:///c:/x"),
    ("//host/share/x", "file://host/share/x"),
    ("/\udcff", "file:///%FF"),
])  # fmt: skip
def test_paths_and_uris(path: str, uri: str) -> None:
    assert uri_of(path) == uri
    assert file_of(uri) == ("c:/x" if path == "/c:/x" else path)


@pytest.mark.parametrize(("uri", "file"), [
    ("file:///a;b.yaml", "/a;b.yaml"), ("file:///%E4%F6", "/\udce4\udcf6"),
    ("untitled:Untitled-1", ""), ("file://[", ""), ("", ""), ("file:", ""),
])  # fmt: skip
def test_files_of_uris(uri: str, file: str) -> None:
    assert file_of(uri) == file


@pytest.mark.parametrize(("encoding", "codec", "size"), [
    ("utf-8", "utf-8", 1), ("utf-16", "utf-16-le", 2), ("utf-32", "utf-32-le", 4),
])  # fmt: skip
def test_positions_count_the_units_that_were_agreed(encoding: str, codec: str, size: int) -> None:
    line = "a\u00e9\U0001f600\u20ac b\U0001f600\U0001f600c"
    text = Text(f"{line}\n", encoding)
    for column in range(1, len(line) + 2):
        units = len(line[: column - 1].encode(codec)) // size
        assert text.position(1, column) == lsp.Position(0, units)
        assert text.line_and_column(lsp.Position(0, units)) == (1, column)
        assert text.place_of(column - 1, len(line)).start == lsp.Position(0, units)
    assert text.line_and_column(lsp.Position(0, 99)) == (1, len(line) + 1)
    inside = text.line_and_column(lsp.Position(0, text.position(1, 3).character + 1))
    assert inside == (1, 4)  # no position is inside of a letter


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_no_position_is_in_the_end_of_a_line_or_behind_it(end: str) -> None:
    text = Text(f"ab{end}c")
    for column in range(3, 7):
        assert text.position(1, column) == lsp.Position(0, 2)
    assert text.position(2, 9) == text.position(9, 9) == lsp.Position(1, 1)


def test_a_folder_is_the_same_with_a_slash() -> None:
    assert folder_of("file:///a/b/") == folder_of("file:///a/b") == os.path.abspath("/a/b")  # noqa: PTH100
    assert folder_of("untitled:a") == ""


def test_what_a_rule_prints_is_no_message(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text(
        '"""loud: prints."""\nfrom dispatch_lint.rule import Rule\n\n\n'
        'class Loud(Rule):\n    """Prints."""\n\n    name, summary = "loud", "prints"\n'
        "    def check_entity(self, entity):\n        print('loud', input.__name__)\n"
        "        return ()\n"
    )
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["rules.py"]\n')
    text = "kind: Image\nname: x\nbaseImageName: b\n"
    item = {"uri": (tmp_path / "x.yaml").as_uri(), "languageId": "yaml", "version": 1, "text": text}
    begin = {**INITIALIZE, "params": {
        "capabilities": {}, "rootUri": tmp_path.as_uri(), "initializationOptions": {"trust": True},
    }}  # fmt: skip
    opened = {"method": "textDocument/didOpen", "params": {"textDocument": item}}
    with subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", "lsp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as server:  # fmt: skip
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        for sent in (begin, {"method": "initialized", "params": {}}, opened):
            server.stdin.write(framed(sent))
        server.stdin.flush()
        message: dict[str, Any] = {}
        while message.get("method") != "textDocument/publishDiagnostics":
            (message,) = read(one_message(server.stdout))
        server.stdin.close()
        assert server.stderr.readline() == b"loud input\n"
    assert message["params"]["diagnostics"] == []
