"""The language server over its protocol, as an editor speaks it."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient

pytestmark = pytest.mark.asyncio

IMAGES = "kind: Image\nname: nodejs\nbaseImageName: base\n---\nkind: Image\nname: python\nbaseImageName: base\n"
FUNCTION = "kind: Function\nname: hello\nimage: nodejs\nstatus: ready\nsecrets:\n  - key\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "images.yaml").write_text(IMAGES)
    (folder / "function.yaml").write_text(FUNCTION)
    (folder / "secret.yaml").write_text("kind: Secret\nname: key\n")
    return folder


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]
    config=ClientServerConfig(server_command=[sys.executable, "-m", "dispatch_lint", "lsp"])
)
async def client(lsp_client: LanguageClient, root: Path) -> AsyncIterator[None]:
    await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=root.as_uri())
    )
    yield
    await lsp_client.shutdown_session()


def open_text(client: LanguageClient, file: Path, text: str) -> str:
    uri = file.as_uri()
    client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", 1, text))
    )
    return uri


def close(client: LanguageClient, uri: str) -> None:
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))


async def diagnostics(client: LanguageClient, uri: str) -> list[lsp.Diagnostic]:
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return list(client.diagnostics.get(uri, ()))


def place(line: int, character: int) -> lsp.Position:
    return lsp.Position(line - 1, character - 1)


async def test_diagnostics_follow_the_buffer(client: LanguageClient, root: Path) -> None:
    uri = open_text(client, root / "function.yaml", FUNCTION)
    found = await diagnostics(client, uri)
    assert [(one.code, one.range.start.line) for one in found if one.severity == 1] == [
        ("status-value", 3)
    ]
    change = lsp.TextDocumentContentChangePartial(
        range=lsp.Range(place(3, 8), place(3, 14)), text="nodjs"
    )
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(2, uri), [change])
    )
    found = await diagnostics(client, uri)
    unresolved = next(one for one in found if one.code == "unresolved-reference")
    assert 'did you mean "nodejs"?' in unresolved.message
    close(client, uri)
    assert await diagnostics(client, uri) == []


async def test_quick_fixes(client: LanguageClient, root: Path) -> None:
    uri = open_text(client, root / "function.yaml", FUNCTION)
    found = await diagnostics(client, uri)
    status = next(one for one in found if one.code == "status-value")
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(uri), status.range, lsp.CodeActionContext([status])
        )
    )
    assert actions is not None
    (action,) = actions
    assert isinstance(action, lsp.CodeAction) and action.is_preferred
    assert action.edit is not None and action.edit.changes is not None
    (edit,) = action.edit.changes[uri]
    assert (edit.new_text, edit.range) == ("READY", status.range)
    close(client, uri)
    await diagnostics(client, uri)


async def test_hover_definition_references_and_rename(client: LanguageClient, root: Path) -> None:
    uri = open_text(client, root / "function.yaml", FUNCTION)
    await diagnostics(client, uri)
    here = lsp.TextDocumentIdentifier(uri)
    hover = await client.text_document_hover_async(lsp.HoverParams(here, place(3, 9)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "Refers to: Image" in hover.contents.value
    assert "-/Image/nodejs is in images.yaml, line 2" in hover.contents.value
    hover = await client.text_document_hover_async(lsp.HoverParams(here, place(4, 10)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "Status is represented by an enumeration" in hover.contents.value
    found = await client.text_document_definition_async(lsp.DefinitionParams(here, place(3, 9)))
    assert isinstance(found, list)
    assert [(one.uri, one.range.start) for one in found if isinstance(one, lsp.Location)] == [
        ((root / "images.yaml").as_uri(), lsp.Position(1, 6))
    ]
    references = await client.text_document_references_async(
        lsp.ReferenceParams(
            lsp.ReferenceContext(True), lsp.TextDocumentIdentifier(uri), place(3, 9)
        )
    )
    assert references is not None and len(references) == 2
    edit = await client.text_document_rename_async(lsp.RenameParams(here, place(3, 9), "node18"))
    assert edit is not None and edit.changes is not None
    assert {name: [one.new_text for one in edits] for name, edits in edit.changes.items()} == {
        uri: ["node18"], (root / "images.yaml").as_uri(): ["node18"],
    }  # fmt: skip
    close(client, uri)
    await diagnostics(client, uri)


@pytest.mark.parametrize(
    ("text", "line", "column", "labels"),
    [
        ("kind: \n", 1, 7, {"Function", "Secret", "API"}),
        ("kind: Image\nname: a\nstatus: \n", 3, 9, {"READY", "MISSING"}),
        ("kind: Function\nname: a\nimage: \n", 3, 8, {"nodejs", "python"}),
        ("kind: Function\nname: a\nsecrets:\n  - \n", 4, 5, {"key"}),
        ("kind: Function\nname: a\nim\n", 3, 3, {"image", "sourcePath"}),
    ],
)
async def test_completion(
    text: str, line: int, column: int, labels: set[str], client: LanguageClient, root: Path
) -> None:
    uri = open_text(client, root / "new.yaml", text)
    await diagnostics(client, uri)
    items = await client.text_document_completion_async(
        lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), place(line, column))
    )
    assert isinstance(items, list)
    found = {one.label for one in items}
    assert labels <= found
    assert "name" not in found
    close(client, uri)
    await diagnostics(client, uri)


async def test_symbols_and_places_after_wide_letters(client: LanguageClient, root: Path) -> None:
    text = "kind: Secret\nname: a\n---\n{kind: Secret, tags: [{key: '😀', value: on}], name: b}\n"
    uri = open_text(client, root / "wide.yaml", text)
    found = await diagnostics(client, uri)
    (scalar,) = [one for one in found if one.code == "ambiguous-scalar"]
    line = text.split("\n")[3]
    # an editor counts the face as two
    assert scalar.range.start.character == line.index("on}") + 1
    symbols = await client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
    )
    assert symbols is not None
    assert [(one.name, getattr(one, "detail", None)) for one in symbols] == [
        ("a", "Secret"), ("b", "Secret"),
    ]  # fmt: skip
    close(client, uri)
    await diagnostics(client, uri)


async def test_a_buffer_that_does_not_parse(client: LanguageClient, root: Path) -> None:
    uri = open_text(client, root / "broken.yaml", "kind: Secret\nname: a\nsecrets: {a: b\n")
    found = await diagnostics(client, uri)
    assert [one.code for one in found] == ["syntax-error"]
    hover = await client.text_document_hover_async(
        lsp.HoverParams(lsp.TextDocumentIdentifier(uri), place(1, 1))
    )
    assert hover is None
    close(client, uri)
    await diagnostics(client, uri)


async def test_a_large_file_is_judged_soon(client: LanguageClient, root: Path) -> None:
    text = "---\n".join(
        f"kind: Function\nname: f{number}\nimage: nodejs\n" for number in range(1000)
    )
    uri = open_text(client, root / "large.yaml", text)
    assert await diagnostics(client, uri) == []
    start = time.perf_counter()
    change = lsp.TextDocumentContentChangePartial(
        range=lsp.Range(place(2, 7), place(2, 9)), text="f1"
    )
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(2, uri), [change])
    )
    found = await diagnostics(client, uri)
    assert [(one.code, one.range.start.line) for one in found] == [("unique-key", 5)]
    print(f"{time.perf_counter() - start:.3f} s from keystroke to diagnostics")
    close(client, uri)
    await diagnostics(client, uri)


async def test_a_file_that_another_program_writes(client: LanguageClient, root: Path) -> None:
    def tell(kind: lsp.FileChangeType) -> None:
        changes = [lsp.FileEvent((root / "new.yaml").as_uri(), kind)]
        client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(changes))

    uri = open_text(client, root / "uses.yaml", "kind: Function\nname: uses\nimage: ruby\n")
    assert [one.code for one in await diagnostics(client, uri)] == ["unresolved-reference"]
    (root / "new.yaml").write_text("kind: Image\nname: ruby\nbaseImageName: base\n")
    tell(lsp.FileChangeType.Created)
    assert await diagnostics(client, uri) == []
    (root / "new.yaml").unlink()
    tell(lsp.FileChangeType.Deleted)
    assert [one.code for one in await diagnostics(client, uri)] == ["unresolved-reference"]
    close(client, uri)
    await diagnostics(client, uri)
