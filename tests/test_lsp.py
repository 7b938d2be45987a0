"""The language server over its protocol, as an editor speaks it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp

from tests.editor import Editor, place

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMAGES = "kind: Image\nname: nodejs\nbaseImageName: base\n---\nkind: Image\nname: python\nbaseImageName: base\n"
FUNCTION = "kind: Function\nname: hello\nimage: nodejs\nstatus: ready\nsecrets:\n  - key\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "images.yaml").write_text(IMAGES)
    (folder / "function.yaml").write_text(FUNCTION)
    (folder / "secret.yaml").write_text("kind: Secret\nname: key\n")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(root: Path) -> AsyncIterator[Editor]:
    started = await Editor().start(root, progress=True, versioned=False)
    yield await started.loaded()
    assert await started.stop() == 0


async def test_diagnostics_follow_the_buffer(editor: Editor, root: Path) -> None:
    uri = editor.open(root / "function.yaml", FUNCTION)
    found = await editor.diagnostics(uri)
    assert [(one.code, one.range.start.line) for one in found if one.severity == 1] == [
        ("status-value", 3)
    ]
    editor.change(uri, FUNCTION.replace("nodejs", "nodjs"))
    found = await editor.diagnostics(uri)
    unresolved = next(one for one in found if one.code == "unresolved-reference")
    assert 'did you mean "nodejs"?' in unresolved.message
    editor.close(uri)
    await editor.until(lambda: editor.published[uri] == (None, ()))


async def test_quick_fixes(editor: Editor, root: Path) -> None:
    uri = editor.open(root / "function.yaml", FUNCTION)
    found = await editor.diagnostics(uri)
    status = next(one for one in found if one.code == "status-value")
    assert status.code_description
    assert status.code_description.href.endswith("/rules/status-value.html")
    actions = await editor.client.text_document_code_action_async(
        lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(uri), status.range, lsp.CodeActionContext([status])
        )
    )
    assert actions is not None
    assert [action.title for action in actions] == [
        "dispatch-lint: write READY", "dispatch-lint: ignore status-value here",
        "dispatch-lint: fix all that has a safe fix",
    ]  # fmt: skip
    action = actions[0]
    assert isinstance(action, lsp.CodeAction) and action.is_preferred
    assert action.edit is not None and action.edit.changes is not None
    (edit,) = action.edit.changes[uri]
    assert (edit.new_text, edit.range) == ("READY", status.range)
    editor.close(uri)


async def test_hover_definition_references_and_rename(editor: Editor, root: Path) -> None:
    uri = editor.open(root / "function.yaml", FUNCTION)
    await editor.diagnostics(uri)
    here = lsp.TextDocumentIdentifier(uri)
    hover = await editor.client.text_document_hover_async(lsp.HoverParams(here, place(3, 9)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "Refers to: Image" in hover.contents.value
    assert "-/Image/nodejs is in images.yaml, line 2" in hover.contents.value
    hover = await editor.client.text_document_hover_async(lsp.HoverParams(here, place(4, 10)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "Status is represented by an enumeration" in hover.contents.value
    found = await editor.client.text_document_definition_async(
        lsp.DefinitionParams(here, place(3, 9))
    )
    assert isinstance(found, list)
    assert [(one.uri, one.range.start) for one in found if isinstance(one, lsp.Location)] == [
        ((root / "images.yaml").as_uri(), lsp.Position(1, 6))
    ]
    references = await editor.client.text_document_references_async(
        lsp.ReferenceParams(
            lsp.ReferenceContext(True), lsp.TextDocumentIdentifier(uri), place(3, 9)
        )
    )
    assert references is not None and len(references) == 2
    edit = await editor.client.text_document_rename_async(
        lsp.RenameParams(here, place(3, 9), "node18")
    )
    assert edit is not None and edit.changes is not None
    assert {name: [one.new_text for one in edits] for name, edits in edit.changes.items()} == {
        uri: ["node18"], (root / "images.yaml").as_uri(): ["node18"],
    }  # fmt: skip
    editor.close(uri)


async def test_an_alias_is_what_it_stands_for(editor: Editor, root: Path) -> None:
    text = (
        "kind: Function\nname: alias\nimage: nodejs\nhandler: &one key\nreason: &all [*one]\n"
        "secrets: [*one, &two other, *two,\n  *one]\nservices: *all\ntags: [{*one : *two}]\n"
    )
    uri = editor.open(root / "alias.yaml", text)
    await editor.diagnostics(uri)
    here = lsp.TextDocumentIdentifier(uri)
    client = editor.client
    for at in (place(6, 11), place(6, 14), place(7, 3)):
        found = await client.text_document_definition_async(lsp.DefinitionParams(here, at))
        assert isinstance(found, list)
        assert [one.uri for one in found if isinstance(one, lsp.Location)] == [
            (root / "secret.yaml").as_uri()
        ]
        hover = await client.text_document_hover_async(lsp.HoverParams(here, at))
        assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
        assert "-/Secret/key is in secret.yaml" in hover.contents.value
        params = lsp.PrepareRenameParams(here, at)  # what could be edited is elsewhere
        assert await client.text_document_prepare_rename_async(params) is None
    hover = await client.text_document_hover_async(lsp.HoverParams(here, place(8, 12)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "Refers to: ServiceInstance" in hover.contents.value
    editor.close(uri)


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
    text: str, line: int, column: int, labels: set[str], editor: Editor, root: Path
) -> None:
    uri = editor.open(root / "new.yaml", text)
    await editor.diagnostics(uri)
    offered = await editor.client.text_document_completion_async(
        lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), place(line, column))
    )
    assert isinstance(offered, lsp.CompletionList)
    found = {one.label for one in offered.items}
    assert labels <= found
    assert "name" not in found
    editor.close(uri)


async def test_symbols_and_places_after_wide_letters(editor: Editor, root: Path) -> None:
    text = "kind: Secret\nname: a\n---\n{kind: Secret, tags: [{key: '😀', value: on}], name: b}\n"
    uri = editor.open(root / "wide.yaml", text)
    found = await editor.diagnostics(uri)
    (scalar,) = [one for one in found if one.code == "ambiguous-scalar"]
    line = text.split("\n")[3]
    # an editor counts the face as two
    assert scalar.range.start.character == line.index("on}") + 1
    symbols = await editor.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
    )
    assert symbols is not None
    assert [(one.name, getattr(one, "detail", None)) for one in symbols] == [
        ("a", "Secret"), ("b", "Secret"),
    ]  # fmt: skip
    editor.close(uri)


async def test_a_buffer_that_does_not_parse(editor: Editor, root: Path) -> None:
    uri = editor.open(root / "broken.yaml", "kind: Secret\nname: a\nsecrets: {a: b\n")
    found = await editor.diagnostics(uri)
    assert [one.code for one in found] == ["syntax-error"]
    hover = await editor.client.text_document_hover_async(
        lsp.HoverParams(lsp.TextDocumentIdentifier(uri), place(1, 1))
    )
    assert hover is None
    editor.close(uri)


async def test_a_large_file_is_judged_soon(editor: Editor, root: Path) -> None:
    text = "---\n".join(
        f"kind: Function\nname: f{number}\nimage: nodejs\n" for number in range(1000)
    )
    uri = editor.open(root / "large.yaml", text)
    assert await editor.codes(uri) == []
    start = time.perf_counter()
    editor.change(uri, text.replace("name: f0\n", "name: f1\n"))
    found = await editor.diagnostics(uri)
    assert [(one.code, one.range.start.line) for one in found] == [("unique-key", 5)]
    print(f"{time.perf_counter() - start:.3f} s from keystroke to diagnostics")
    editor.close(uri)


async def test_a_file_that_another_program_writes(editor: Editor, root: Path) -> None:
    uri = editor.open(root / "uses.yaml", "kind: Function\nname: uses\nimage: ruby\n")
    assert await editor.codes(uri) == ["unresolved-reference"]
    (root / "new.yaml").write_text("kind: Image\nname: ruby\nbaseImageName: base\n")
    editor.tell(root / "new.yaml")
    await editor.becomes(uri)
    (root / "new.yaml").unlink()
    editor.tell(root / "new.yaml")
    await editor.becomes(uri, "unresolved-reference")
    editor.close(uri)
