"""Completion over the protocol: what is offered where, and what it writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp

from dispatch_lint.lsp.text import Text
from tests.editor import Editor, position

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[bool, Editor]]:
    """Two editors with one folder: without and with snippets."""
    root = tmp_path_factory.mktemp("workspace")
    images = "---\n".join(
        f"kind: Image\nname: {name}\nbaseImageName: b\n" for name in ("image-0", "'yes'")
    )
    (root / "images.yaml").write_text(images)
    (root / "secret.yaml").write_text("kind: Secret\nname: key\n")
    found = {}
    for snippets in (False, True):
        editor = await Editor().start(root, snippets=snippets, progress=True)
        found[snippets] = await editor.loaded()
    yield found
    for editor in found.values():
        assert await editor.stop() == 0


async def completed(
    editor: Editor, marked: str, name: str = "new.yaml", language: str = "yaml"
) -> dict[str, str]:
    """What is offered where `|` is, with the text that comes out."""
    text = marked.replace("|", "", 1)
    uri = (editor.roots[0] / name).as_uri()
    editor.open(uri, text, language)
    await editor.diagnostics(uri)
    offered = await editor.client.text_document_completion_async(
        lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), position(text, marked.index("|")))
    )
    editor.close(uri)
    assert isinstance(offered, lsp.CompletionList)
    assert not offered.is_incomplete
    result = {}
    for item in offered.items:
        edit = item.text_edit
        assert isinstance(edit, lsp.TextEdit)
        assert item.kind == lsp.CompletionItemKind.EnumMember or item.documentation is not None
        change = lsp.TextDocumentContentChangePartial(edit.range, edit.new_text)
        result[item.label] = Text(text).changed([change]).text
    return result


@pytest.mark.parametrize(("marked", "label", "expected"), [
    ("kind: Function\nimage: image-|\n", "image-0", "kind: Function\nimage: image-0\n"),
    ("kind: Function\nimage: im|age-x # it\n", "image-0", "kind: Function\nimage: image-0 # it\n"),
    ("kind: Function\nimage:|\n", "image-0", "kind: Function\nimage: image-0\n"),
    ("kind: Function\nimage: \"|\"\n", "image-0", 'kind: Function\nimage: "image-0"\n'),
    ("kind: Function\nimage: |\n", "yes", 'kind: Function\nimage: "yes"\n'),
    ("kind: Function\nsecrets:\n  - |\n", "key", "kind: Function\nsecrets:\n  - key\n"),
    ("kind: Function\nsecrets: [a, |]\n", "key", "kind: Function\nsecrets: [a, key]\n"),
    ("{kind: Function, im|}\n", "image", "{kind: Function, image: }\n"),
    ("kind: Function\nname: a\nim|\n", "image", "kind: Function\nname: a\nimage: \n"),
    ("kind: Function\nim|: x\n", "image", "kind: Function\nimage: x\n"),
    ("kind: Function\nschema:\n  i|\n", "in", "kind: Function\nschema:\n  in: \n"),
    ("kind: Function\ntags:\n  - key: a\n    v|\n", "value", "kind: Function\ntags:\n  - key: a\n    value: \n"),
    ("kind: Function\ntags:\n  - |\n", "key", "kind: Function\ntags:\n  - key: \n"),
    ("kind: Function\nstatus: R|\n", "READY", "kind: Function\nstatus: READY\n"),
    ("kind: Subscription\nname: a\nkind: |\n", "Image", "kind: Subscription\nname: a\nkind: Image\n"),
    ("kind: |", "Image", "kind: Image"), ("|", "kind", "kind: "),
    ("---\nkind: Image\n---\nkind: F|\n---\nkind: Image\n", "Function",
     "---\nkind: Image\n---\nkind: Function\n---\nkind: Image\n"),
])  # fmt: skip
async def test_what_is_written(
    marked: str, label: str, expected: str, editors: dict[bool, Editor]
) -> None:
    assert (await completed(editors[False], marked))[label] == expected


@pytest.mark.parametrize(("marked", "name", "label", "expected"), [
    ('{"kind": "Function", "image": "|"}', "a.json", "image-0", '{"kind": "Function", "image": "image-0"}'),
    ('{"kind": "Function", "image": |}', "a.json", "image-0", '{"kind": "Function", "image": "image-0"}'),
    ('{"kind": "Function",\n  "im|\n}', "a.json", "image", '{"kind": "Function",\n  "image\n}'),
    ('{"kind": "Function",\n  |\n}', "a.json", "image", '{"kind": "Function",\n  "image": \n}'),
    ('[{"kind": "|"}]', "a.json", "Function", '[{"kind": "Function"}]'),
    ('{"kind": "Image"}\n{"kind": "Function", "secrets": ["|"]}\n', "a.jsonl", "key",
     '{"kind": "Image"}\n{"kind": "Function", "secrets": ["key"]}\n'),
])  # fmt: skip
async def test_json(
    marked: str, name: str, label: str, expected: str, editors: dict[bool, Editor]
) -> None:
    found = await completed(editors[False], marked, name, name.partition(".")[2])
    assert found[label] == expected


@pytest.mark.parametrize("marked", [
    "kind: Function # im|\n", "apiVersion: v1\nkind: |\n", "apiVersion: v1\nkind: Pod\nmeta|\n",
    "on: push\njobs:\n  x|\n", "on: push\n|\n", "kind: Image\n-|--\nkind: Secret\n",
    "kind: Function\nname: |\n", "kind: Function\nsourcePath: some text |\n",
    "kind: Function\nreason: |>\n  im\n", "- |\n",
])  # fmt: skip
async def test_nothing_is_offered(marked: str, editors: dict[bool, Editor]) -> None:
    assert await completed(editors[True], marked) == {}


async def test_fields_that_are_there_or_not_theirs_to_write(editors: dict[bool, Editor]) -> None:
    found = await completed(editors[False], "kind: Function\nname: a\n|\nimage: b\n")
    assert {"handler", "secrets"} <= found.keys()
    assert not found.keys() & {"name", "image", "kind", "id", "status", "createdTime", "reason"}


async def test_snippets(editors: dict[bool, Editor]) -> None:
    found = await completed(editors[True], "|")
    assert found["kind: Function"] == "kind: Function\nname: $1\nimage: $2"
    found = await completed(editors[True], "kind: |\n")
    assert found["Image"] == "kind: Image\nname: $1\nbaseImageName: $2\n"
    found = await completed(editors[True], "kind: |\nname: a\n")
    assert found["Image"] == "kind: Image\nname: a\n"
    found = await completed(editors[True], "|", "a.json", "json")
    assert found["kind: Image"] == ('{"kind": "Image", "name": "$1", "baseImageName": "$2"}')


async def test_snippets_of_what_is_required_inside_of_a_field(editors: dict[bool, Editor]) -> None:
    start = "kind: Image\nname: a\nsystemDependencies:\n  "
    found = await completed(editors[True], f"{start}|\n")
    assert found["packages"] == f"{start}packages:\n  - name: $1\n"  # and the indent
    found = await completed(editors[True], "kind: Image\nsystemDependencies: {|}\n")
    assert found["packages"] == "kind: Image\nsystemDependencies: {packages: [{name: $1}]}\n"
    found = await completed(editors[True], '{"kind": "Run", |}', "a.json", "json")
    assert found["error"] == '{"kind": "Run", "error": {"message": "$1"}}'
    found = await completed(editors[False], "kind: Run\n|\n")
    assert found["error"] == "kind: Run\nerror: \n"
    found = await completed(editors[True], "  kind: |\n")  # editors add the indent of the line
    assert found["Image"] == "  kind: Image\nname: $1\nbaseImageName: $2\n"


@pytest.mark.parametrize(("kind", "start", "cases"), [
    ("Secret", "secrets: [", [("", "s0000"), ("s12", "s1200"), ("12", "s0012")]),
    ("Source", "sourceURL: ", [("es", "es://s0000"), ("es:/", "es://s0000"), ("es://s12", "es://s1200")]),
])  # fmt: skip
async def test_of_many_names_those_are_offered_that_fit_what_was_typed(
    kind: str, start: str, cases: list[tuple[str, str]], tmp_path: Path
) -> None:
    text = "---\n".join(f"kind: {kind}\nname: s{number:04}\n" for number in range(1500))
    (tmp_path / "named.yaml").write_text(text)
    editor = await (await Editor().start(tmp_path, progress=True)).loaded()
    for typed, first in cases:
        line = f"{start}{typed}"
        uri = editor.open(tmp_path / "f.yaml", f"kind: Function\nname: f\nimage: i\n{line}\n")
        offered = await editor.client.text_document_completion_async(
            lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(3, len(line)))
        )
        assert isinstance(offered, lsp.CompletionList)
        assert offered.is_incomplete  # the editor asks anew when more is typed
        assert offered.items[0].label == first
        assert len(offered.items) <= 500
    assert await editor.stop() == 0
