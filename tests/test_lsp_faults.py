"""The life of the language server inside of an editor: a recorded session for each fault it had."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from dispatch_lint.lsp.text import Text
from tests.command import WAIT, run
from tests.editor import Editor, place

pytestmark = pytest.mark.asyncio

IMAGE = "kind: Image\nname: {}\nbaseImageName: base\n"
FUNCTION = "kind: Function\nname: {}\nimage: {}\n"
Start = Callable[..., Awaitable[Editor]]


@pytest_asyncio.fixture
async def start() -> AsyncIterator[Start]:
    """Starts an editor, which is stopped in the end."""
    editors: list[Editor] = []

    async def begin(*roots: Path, options: dict[str, object] | None = None, **can: Any) -> Editor:
        editors.append(editor := Editor())
        return await editor.start(*roots, options=options, **can)

    yield begin
    for editor in editors:
        assert await editor.stop() == 0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "image.yaml").write_text(IMAGE.format("nodejs"))
    return tmp_path


def lint(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return run(root, *arguments, DISPATCH_LINT_TRUST="")


def here(uri: str) -> lsp.TextDocumentIdentifier:
    return lsp.TextDocumentIdentifier(uri)


# 1, 2: stores


async def test_an_import_is_not_blocked_and_a_store_is_noticed(start: Start, root: Path) -> None:
    assert lint(root, "store", "import", "image.yaml", "--store", "known.db").returncode == 0
    (root / "image.yaml").unlink()
    (root / "dispatch-lint.toml").write_text('store = "known.db"\n')
    editor = await start(root)
    uri = editor.open(
        root / "f.yaml", FUNCTION.format("f", "nodejs") + "---\n" + FUNCTION.format("g", "new")
    )
    await editor.becomes(uri, "unresolved-reference")
    (root / "new.yaml").write_text(IMAGE.format("new"))
    done = await asyncio.to_thread(lint, root, "store", "import", "new.yaml", "--store", "known.db")
    assert done.returncode == 0, done.stderr  # 2 where the store stays locked
    (root / "new.yaml").unlink()
    await editor.becomes(uri)  # the store is noticed without any message
    (root / "known.db").rename(root / "gone.db")
    settings = (root / "dispatch-lint.toml").as_uri()
    problems = await editor.until(lambda: editor.published.get(settings, (None, ()))[1])
    assert "no such store" in problems[0].message
    (root / "gone.db").rename(root / "known.db")
    await editor.until(lambda: not editor.published[settings][1])
    await editor.becomes(uri)


async def test_related_places_that_are_gone_are_left_out(start: Start, root: Path) -> None:
    (root / "old.yaml").write_text(
        "kind: Secret\nname: a\nid: '1'\norganizationId: acme\nstatus: READY\n"
    )
    lint(root, "store", "import", "old.yaml", "--store", "known.db")
    (root / "old.yaml").unlink()
    (root / "dispatch-lint.toml").write_text('store = "known.db"\n')
    editor = await start(root)
    uri = editor.open(
        root / "b.yaml", "kind: Secret\nname: b\nid: '1'\norganizationId: acme\nstatus: READY\n"
    )

    def holders() -> list[lsp.Diagnostic]:
        found = editor.published.get(uri, (None, ()))[1]
        return [one for one in found if one.code == "unique-id"]

    (holder,) = await editor.until(holders)
    assert holder.related_information is None
    assert not editor.client.messages
    (root / "old.yaml").write_text(
        "kind: Secret\nname: a\nid: '1'\norganizationId: acme\nstatus: READY\n"
    )
    editor.change(uri, editor.texts[uri] + "# again\n")
    (holder,) = [one for one in await editor.diagnostics(uri) if one.code == "unique-id"]
    assert [Path(one.location.uri).name for one in holder.related_information or ()] == ["old.yaml"]


# 3: linear, and interruptible


async def test_symbols_of_many_documents(start: Start, root: Path) -> None:
    text = "---\n".join(FUNCTION.format(f"f{number}", "nodejs") for number in range(4000))
    editor = await start(root)
    uri = editor.open(root / "large.yaml", text)
    begun = editor.processor_seconds()
    symbols = await editor.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(here(uri))
    )
    assert symbols is not None and len(symbols) == 4000
    assert [getattr(one, "detail", None) for one in symbols[:2]] == ["Function"] * 2
    assert editor.processor_seconds() - begun < 20  # it took minutes
    await editor.diagnostics(uri)
    finished: list[str] = []

    async def ask(name: str, request: Awaitable[object]) -> None:
        await request
        finished.append(name)

    client, at = editor.client, place(1, 2)
    await asyncio.gather(
        ask(
            "large", client.text_document_document_symbol_async(lsp.DocumentSymbolParams(here(uri)))
        ),
        ask("small", client.text_document_hover_async(lsp.HoverParams(here(uri), at))),
    )
    assert finished == ["small", "large"]


async def test_many_documents_in_one_line(start: Start, root: Path) -> None:
    """As programs write JSON; a letter that fills two units must not make each place slow."""
    document = '{{"kind": "Function", "name": "f{}", "image": "nodejs", "handler": "😀"}}'
    editor = await start(root)
    uri = editor.open(
        root / "one.json", f"[{', '.join(map(document.format, range(2000)))}]", language="json"
    )
    await editor.diagnostics(uri)
    begun = editor.processor_seconds()
    symbols = await editor.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(here(uri))
    )
    assert symbols is not None and len(symbols) == 2000
    assert editor.processor_seconds() - begun < 4


async def test_many_requests_about_a_large_text(start: Start, root: Path) -> None:
    text = "---\n".join(FUNCTION.format(f"f{number}", "nodejs") for number in range(300))
    editor = await start(root)
    uri = editor.open(root / "large.yaml", text)
    ask = editor.client.text_document_code_lens_async
    answers = await asyncio.gather(*(ask(lsp.CodeLensParams(here(uri))) for _ in range(120)))
    assert [len(answer or ()) for answer in answers] == [300] * 120


async def test_references_in_a_large_file_that_is_not_open(start: Start, root: Path) -> None:
    text = "---\n".join(FUNCTION.format(f"f{number}", "nodejs") for number in range(3000))
    (root / "large.yaml").write_text(text)
    editor = await start(root, progress=True)
    await editor.until(
        lambda: any(isinstance(one, dict) and one["kind"] == "end" for one in editor.progress)
    )
    uri = editor.open(root / "image.yaml")
    context = lsp.ReferenceContext(include_declaration=False)
    found = await asyncio.wait_for(
        editor.client.text_document_references_async(
            lsp.ReferenceParams(context, here(uri), place(2, 8))
        ),
        WAIT,
    )
    assert found is not None
    assert len(found) == 3000


# 4: where lines end


async def test_a_form_feed_ends_no_line(start: Start, root: Path) -> None:
    editor = await start(root)
    uri = editor.open(root / "s.yaml", "kind: Secret\nname: s\n# a\x0cb\ntags: []\n")
    assert await editor.codes(uri) == ["syntax-error"]  # YAML has no form feeds
    for line, old, new in ((2, 3, " "), (1, 6, "a b")):
        where = lsp.Range(lsp.Position(line, old), lsp.Position(line, old + 1))
        editor.edit(uri, lsp.TextDocumentContentChangePartial(where, new))
    found = await editor.diagnostics(uri)
    assert [(one.code, one.range.start.line) for one in found] == [("name-format", 1)]


@pytest.mark.parametrize("letter", ["\u2028", "\u2029", "\x85"])
async def test_what_ends_no_line(letter: str, start: Start, root: Path) -> None:
    text = f'kind: Secret\nname: s\ntags:\n  - key: "a{letter}b"\n    value: c\nsecrets: 1\n'
    editor = await start(root)
    uri = editor.open(root / "s.yaml", text)
    await editor.diagnostics(uri)
    edit = lsp.TextDocumentContentChangePartial(
        lsp.Range(lsp.Position(1, 6), lsp.Position(1, 7)), "a b"
    )
    editor.edit(uri, edit)
    found = await editor.diagnostics(uri)
    (name,) = [one for one in found if one.code == "name-format"]
    assert (name.range.start, name.range.end) == (lsp.Position(1, 6), lsp.Position(1, 9))
    edit = lsp.TextDocumentContentChangePartial(
        lsp.Range(lsp.Position(5, 9), lsp.Position(5, 10)), "{x: [}"
    )
    editor.edit(uri, edit)
    assert "syntax-error" in await editor.codes(uri)


# 5: what changes outside of buffers


async def test_watchers_are_registered(start: Start, root: Path) -> None:
    editor = await start(root)
    await editor.until(lambda: lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in editor.watched)


async def test_without_watchers_a_save_rereads(start: Start, root: Path) -> None:
    editor = await start(root, watchers=False)
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "ruby"))
    await editor.becomes(uri, "unresolved-reference")
    (root / "ruby.yaml").write_text(IMAGE.format("ruby"))
    editor.save(uri)
    await editor.becomes(uri)
    assert not editor.watched


async def test_settings_break_and_are_repaired(start: Start, root: Path) -> None:
    settings = root / "dispatch-lint.toml"
    settings.write_text('ignore = ["name-format"]\n')
    editor = await start(root)
    uri = editor.open(root / "f.yaml", FUNCTION.format("a b", "nodejs"))
    assert await editor.codes(uri) == []
    settings.write_text('ignore = ["name-formt"]\n')
    editor.tell(settings)
    (problem,) = await editor.until(lambda: editor.published.get(settings.as_uri(), (None, ()))[1])
    assert "name-formt" in problem.message and problem.range.start.character == 11
    editor.change(uri, editor.texts[uri] + "# still checked\n")
    assert await editor.codes(uri) == []  # by the last good settings
    settings.write_text(f'"(at line {"9" * 5_000}, column 0)" = 1\n')
    editor.tell(settings)
    await editor.until(lambda: "99999" in editor.published[settings.as_uri()][1][0].message)
    settings.write_text("")
    editor.tell(settings)
    await editor.becomes(uri, "name-format")
    assert not editor.published[settings.as_uri()][1]
    settings.unlink()
    assert not editor.client.messages


FAILING = """
class {title}(Rule):
    "It fails."
    name = "{name}"
    summary = "fails"
    collect = lambda self, entity: [Fact("group")]
    judge = lambda self, group: ()
    {method} = lambda self, given: fail()
"""
METHODS = [
    "check_text", "check_field", "check_entity", "check_key", "check_id", "check_reference",
    "collect", "judge",
]  # fmt: skip


async def test_what_is_wrong_with_settings_stays_while_they_are_open(
    start: Start, root: Path
) -> None:
    settings = root / "dispatch-lint.toml"
    settings.write_text('ignore = ["status-valu"]\n')
    editor = await start(root)
    uri = settings.as_uri()
    found = await editor.until(lambda: editor.published.get(uri, (None, ()))[1])
    editor.open(settings, language="toml")
    editor.published[uri] = (None, found)  # `open` forgets what was shown before
    editor.change(uri, settings.read_text() + "# why?\n")
    function = editor.open(root / "f.yaml", FUNCTION.format("f", "nodejs"))
    await editor.diagnostics(function)
    assert editor.published[uri] == (None, found)
    editor.close(uri)
    editor.change(function, FUNCTION.format("g", "nodejs"))
    await editor.diagnostics(function)
    assert editor.published[uri] == (None, found)
    closed = lsp.WorkspaceFoldersChangeEvent([], [lsp.WorkspaceFolder(root.as_uri(), root.name)])
    editor.close(function)
    editor.client.workspace_did_change_workspace_folders(
        lsp.DidChangeWorkspaceFoldersParams(closed)
    )
    await editor.until(lambda: not editor.published[uri][1])


async def test_a_rule_that_fails_is_said_once(start: Start, root: Path) -> None:
    """Whatever it fails at; and the other rules go on."""
    names = {method: f"bad-{method.rpartition('_')[2]}" for method in METHODS}
    (root / "rules").mkdir()
    (root / "rules" / "broken.py").write_text(
        "from dispatch_lint.rule import Fact, Rule\ndef fail(): raise RuntimeError('on purpose')\n"
        + "".join(
            FAILING.format(title=name.title().replace("-", ""), name=name, method=method)
            for method, name in names.items()
        )
    )
    settings = root / "dispatch-lint.toml"
    settings.write_text('plugins = ["rules"]\n')
    editor = await start(root, options={"trust": True})
    for name in ("a", "b"):
        text = (
            f"kind: Function\nname: {name} x\nimage: i\nid: '1'\norganizationId: o\nstatus: READY\n"
        )
        uri = editor.open(root / f"{name}.yaml", text)
        assert "name-format" in await editor.codes(uri)

    def said() -> list[str]:
        messages = [each.message for each in editor.published.get(settings.as_uri(), (None, ()))[1]]
        assert all("on purpose" in message for message in messages)
        return sorted(message.partition("in the rule ")[2].split()[0] for message in messages)

    await editor.until(lambda: said() == sorted(names.values()))


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "GeneratorExit"])
async def test_no_exception_of_a_rule_ends_the_server(error: str, start: Start, root: Path) -> None:
    (root / "own.py").write_text(
        "from dispatch_lint.rule import Rule\n\n\nclass Own(Rule):\n    'It raises.'\n    name = 'own'\n"
        f"    summary = 'raises'\n    def check_entity(self, entity): raise {error}\n"
        f"    def check_key(self, group): raise {error}\n"
    )
    (root / "dispatch-lint.toml").write_text('plugins = ["own.py"]\n')
    editor = await start(root, options={"trust": True})
    for name in ("a", "b"):
        uri = editor.open(root / f"{name}.yaml", f"kind: Secret\nname: {name} x\n")
        assert await editor.codes(uri) == ["name-format"]


async def test_what_a_rule_prints_does_not_get_between_the_messages(
    start: Start, root: Path
) -> None:
    (root / "own.py").write_text(
        "from dispatch_lint.rule import Rule\n\n\nclass Own(Rule):\n    'It prints.'\n    name = 'own'\n"
        "    summary = 'prints'\n    def check_entity(self, entity):\n"
        "        print('Content-Length: 5', flush=True)\n        return ()\n"
    )
    (root / "dispatch-lint.toml").write_text('plugins = ["own.py"]\n')
    editor = await start(root, options={"trust": True})
    uri = editor.open(root / "a.yaml", "kind: Secret\nname: a x\n")
    assert await editor.codes(uri) == ["name-format"]


# 6: what holds in `check` holds here


async def test_baseline_ledger_and_per_path(start: Start, root: Path) -> None:
    wrong = "kind: Secret\nname: a b\n"
    (root / "old").mkdir()
    (root / "old" / "a.yaml").write_text(wrong)
    (root / "b.yaml").write_text(wrong)
    (root / "dispatch-lint.toml").write_text(
        'baseline = "known.json"\nledger = "ids.txt"\n[per-path]\n"old/" = ["name-format"]\n'
    )
    (root / "ids.txt").write_text("1\tacme/Secret/x\t2026-01-01T00:00:00Z\t2026-01-02T00:00:00Z\n")
    lint(root, "check", ".", "--write-baseline")
    editor = await start(root)
    assert await editor.codes(editor.open(root / "old" / "a.yaml")) == []
    known = editor.open(root / "b.yaml")
    assert await editor.codes(known) == []
    editor.change(known, wrong + "status: x\n")
    assert await editor.codes(known) == ["unknown-field"]
    stored = "kind: Secret\nname: new\nid: '1'\norganizationId: acme\nstatus: READY\n"
    uri = editor.open(root / "c.yaml", stored)
    await editor.until(
        lambda: "unique-id" in [one.code for one in editor.published.get(uri, (None, ()))[1]]
    )
    (root / "ids.txt").write_text("")
    editor.tell(root / "ids.txt")
    await editor.until(lambda: "unique-id" not in [one.code for one in editor.published[uri][1]])


# 7: folders


async def test_each_folder_has_its_own_settings_and_entities(start: Start, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "dispatch-lint.toml").write_text("complete = true\n")
    (first / "image.yaml").write_text(IMAGE.format("nodejs"))
    (second / "dispatch-lint.toml").write_text('complete = true\nignore = ["name-format"]\n')
    editor = await start(first, second)
    text = FUNCTION.format("a b", "nodejs")
    one = editor.open(first / "f.yaml", text)
    two = editor.open(second / "f.yaml", text)
    await editor.becomes(one, "name-format")
    await editor.becomes(two, "unresolved-reference")
    added = lsp.WorkspaceFolder(second.as_uri(), "second")
    client = editor.client
    client.workspace_did_change_workspace_folders(
        lsp.DidChangeWorkspaceFoldersParams(lsp.WorkspaceFoldersChangeEvent([], [added]))
    )
    client.workspace_did_change_workspace_folders(
        lsp.DidChangeWorkspaceFoldersParams(lsp.WorkspaceFoldersChangeEvent([added], []))
    )
    (second / "image.yaml").write_text(IMAGE.format("nodejs"))
    editor.tell(second / "image.yaml")
    await editor.becomes(two)


@pytest.mark.parametrize("is_late", [True, False])
async def test_a_folder_that_comes_late_has_its_files_after_a_change_of_settings(
    start: Start, root: Path, is_late: bool
) -> None:
    editor = await (start() if is_late else start(root))
    inner = root / "sub"
    inner.mkdir()
    image = editor.open(root / "image.yaml")
    uri = editor.open(inner / "f.yaml", IMAGE.format("nodejs"))
    await editor.diagnostics(image)
    folder = lsp.WorkspaceFolder(root.as_uri(), "root")
    tell = editor.client.workspace_did_change_workspace_folders
    if not is_late:
        await editor.becomes(uri, "unique-key")
        tell(lsp.DidChangeWorkspaceFoldersParams(lsp.WorkspaceFoldersChangeEvent([], [folder])))
        await editor.becomes(uri)
    tell(lsp.DidChangeWorkspaceFoldersParams(lsp.WorkspaceFoldersChangeEvent([folder], [])))
    await editor.becomes(uri, "unique-key")
    (root / "dispatch-lint.toml").write_text('ignore = ["name-format"]\n')
    editor.tell(root / "dispatch-lint.toml")
    editor.change(uri, IMAGE.format("other"))
    await editor.becomes(uri)
    editor.change(uri, IMAGE.format("nodejs"))
    await editor.becomes(uri, "unique-key")


async def test_a_folder_that_is_not_on_this_machine_is_none(
    start: Start, root: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "dispatch-lint.toml").write_text("nonsense = 1\n")
    monkeypatch.chdir(elsewhere)
    editor = await start(root)
    folder = lsp.WorkspaceFolder("vscode-vfs://github/dispatch/dispatch", "dispatch")
    for added, removed in (([folder], []), ([], [folder])):
        editor.client.workspace_did_change_workspace_folders(
            lsp.DidChangeWorkspaceFoldersParams(lsp.WorkspaceFoldersChangeEvent(added, removed))
        )
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "new"))
    await editor.becomes(uri, "unresolved-reference")
    assert not editor.client.messages
    assert editor.published.keys() == {uri}


async def test_wrong_settings_of_a_loose_file_are_those_of_the_folder_that_has_it(
    start: Start, root: Path
) -> None:
    inner = root / "sub"
    inner.mkdir()
    (inner / "dispatch-lint.toml").write_text("nonsense = 1\n")
    settings = (inner / "dispatch-lint.toml").as_uri()
    editor = await start()
    editor.open(inner / "f.yaml", IMAGE.format("nodejs"))
    await editor.until(lambda: editor.published.get(settings, (None, ()))[1])
    added = lsp.WorkspaceFoldersChangeEvent([lsp.WorkspaceFolder(root.as_uri(), "root")], [])
    editor.client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(added))
    await editor.until(lambda: not editor.published[settings][1])


async def test_what_loose_files_were_checked_with_is_forgotten_when_all_are_closed(
    start: Start, root: Path
) -> None:
    (root / "dispatch-lint.toml").write_text("nonsense = 1\n")
    settings = (root / "dispatch-lint.toml").as_uri()
    editor = await start()
    uris = [editor.open(root / name, IMAGE.format("nodejs")) for name in ("a.yaml", "b.yaml")]
    await editor.until(lambda: editor.published.get(settings, (None, ()))[1])
    for uri in uris:
        assert editor.published[settings][1]
        editor.close(uri)
    await editor.until(lambda: not editor.published[settings][1])
    editor.open(root / "a.yaml", IMAGE.format("nodejs"))
    await editor.until(lambda: editor.published[settings][1])


async def test_a_folder_has_the_files_of_one_inside_of_it(start: Start, root: Path) -> None:
    inner = root / "in"
    inner.mkdir()
    editor = await (await start(root, inner, progress=True)).loaded()
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "new"))
    await editor.becomes(uri, "unresolved-reference")
    (inner / "new.yaml").write_text(IMAGE.format("new"))
    editor.tell(inner / "new.yaml")
    await editor.becomes(uri)
    image = editor.open(inner / "new.yaml", IMAGE.format("newer"))
    await editor.becomes(uri, "unresolved-reference")
    editor.change(image, IMAGE.format("new"))
    await editor.becomes(uri)
    editor.change(image, IMAGE.format("newest"))
    await editor.becomes(uri, "unresolved-reference")
    editor.close(image)
    await editor.becomes(uri)
    (inner / "new.yaml").unlink()
    editor.tell(inner / "new.yaml")
    await editor.becomes(uri, "unresolved-reference")


async def test_folders_come_and_go_while_requests_are_answered(
    start: Start, tmp_path: Path
) -> None:
    folders = [tmp_path / str(number) for number in range(4)]
    for folder in folders:
        folder.mkdir()
    for number in range(150):
        (folders[0] / f"{number}.yaml").write_text(FUNCTION.format(f"f{number}", "nodejs"))
    editor = await (await start(folders[0], progress=True)).loaded()
    client = editor.client
    answers = []
    for number in range(150):
        folder = folders[1 + number % 3]
        known = [lsp.WorkspaceFolder(folder.as_uri(), folder.name)]
        event = lsp.WorkspaceFoldersChangeEvent(*((known, []) if number // 3 % 2 else ([], known)))
        client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        answer = client.workspace_symbol_async(lsp.WorkspaceSymbolParams("f"))
        answers.append(asyncio.ensure_future(answer))
        await asyncio.sleep(0.003)
    await asyncio.gather(*answers)  # none is an error
    assert not client.messages


async def test_without_a_folder_only_the_open_file_is_read(start: Start, root: Path) -> None:
    editor = await start()
    uri = editor.open(root / "f.yaml", FUNCTION.format("a b", "gone"))
    assert await editor.codes(uri) == ["name-format"]  # nothing is known of images


async def test_a_large_folder_is_read_in_the_background(start: Start, root: Path) -> None:
    for number in range(400):
        (root / f"f{number}.yaml").write_text(FUNCTION.format(f"f{number}", "nodejs"))
    editor = await start(root, progress=True)
    uri = editor.open(root / "new.yaml", FUNCTION.format("a b", "gone"))
    await editor.becomes(uri, "name-format", "unresolved-reference")

    def kinds() -> list[object]:
        return [value["kind"] for value in editor.progress if isinstance(value, dict)]

    await editor.until(lambda: "end" in kinds())
    assert kinds()[0] == "begin" and "report" in kinds()


# 8: other buffers


async def test_other_buffers_follow(start: Start, root: Path) -> None:
    editor = await start(root)
    function = editor.open(root / "f.yaml", FUNCTION.format("f", "nodejs"))
    image = editor.open(root / "image.yaml")
    assert await editor.codes(function) == []
    editor.change(image, IMAGE.format("python"))
    await editor.becomes(function, "unresolved-reference")
    editor.close(image)  # without saving
    await editor.becomes(function)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights")
async def test_a_file_that_is_open_twice(start: Start, root: Path) -> None:
    (root / "real").mkdir()
    (root / "link").symlink_to(root / "real")
    (root / "real" / "python.yaml").write_text(IMAGE.format("python"))
    editor = await start(root)
    function = editor.open(root / "f.yaml", FUNCTION.format("f", "python"))
    await editor.becomes(function)
    editor.open(root / "real" / "python.yaml")
    by_link = editor.open(root / "link" / "python.yaml")
    editor.change(by_link, IMAGE.format("ruby"))
    await editor.becomes(function, "unresolved-reference")
    editor.close(by_link)  # the other buffer counts again
    await editor.becomes(function)


# 10: rename


async def test_rename(start: Start, root: Path) -> None:
    editor = await start(root)
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "nodejs"))
    await editor.diagnostics(uri)
    client = editor.client
    ready = await client.text_document_prepare_rename_async(
        lsp.PrepareRenameParams(here(uri), place(3, 9))
    )
    assert isinstance(ready, lsp.PrepareRenamePlaceholder) and ready.placeholder == "nodejs"
    assert ready.range == lsp.Range(place(3, 8), place(3, 14))
    assert await client.text_document_prepare_rename_async(
        lsp.PrepareRenameParams(here(uri), place(1, 2))
    ) is None  # fmt: skip
    edit = await client.text_document_rename_async(lsp.RenameParams(here(uri), place(3, 9), "n2"))
    assert edit is not None and edit.document_changes is not None
    versions = {
        one.text_document.uri: one.text_document.version
        for one in edit.document_changes if isinstance(one, lsp.TextDocumentEdit)
    }  # fmt: skip
    assert versions == {uri: 1, (root / "image.yaml").as_uri(): None}
    for name, why in (("not a name", "cannot be part of a key"), ("", "cannot be part of a key")):
        with pytest.raises(JsonRpcException, match=why) as refused:
            await client.text_document_rename_async(lsp.RenameParams(here(uri), place(3, 9), name))
        assert refused.value.code == lsp.LSPErrorCodes.RequestFailed and refused.value.data is None
    editor.open(root / "broken.yaml", "kind: Function\nimage: {nodejs\n")
    with pytest.raises(JsonRpcException, match=r"broken\.yaml:.*does not parse") as refused:
        await client.text_document_rename_async(lsp.RenameParams(here(uri), place(3, 9), "n2"))
    assert "--force" not in str(refused.value)


async def test_references_are_all_while_files_are_still_read(start: Start, root: Path) -> None:
    for number in range(200):
        (root / f"f{number}.yaml").write_text(FUNCTION.format(f"f{number}", "nodejs"))
    editor = await start(root)
    uri = editor.open(root / "image.yaml")
    found = await editor.client.text_document_references_async(
        lsp.ReferenceParams(lsp.ReferenceContext(False), here(uri), place(2, 7))
    )
    assert found is not None and len(found) == 200


async def test_a_rename_waits_for_files_that_are_not_read_yet(start: Start, root: Path) -> None:
    for number in range(200):
        (root / f"f{number}.yaml").write_text(FUNCTION.format(f"f{number}", "nodejs"))
    editor = await start(root, watchers=False)
    uri = editor.open(root / "image.yaml")
    rename = editor.client.text_document_rename_async
    edit = await rename(lsp.RenameParams(here(uri), place(2, 7), "node18"))
    assert edit is not None and len(edit.document_changes or ()) == 201
    (root / "later.yaml").write_text(FUNCTION.format("later", "nodejs"))  # nobody tells of it
    edit = await rename(lsp.RenameParams(here(uri), place(2, 7), "node18"))
    assert edit is not None and len(edit.document_changes or ()) == 202


async def test_a_rename_that_leaves_references_in_the_store_is_refused(
    start: Start, root: Path
) -> None:
    (root / "f.yaml").write_text(FUNCTION.format("f", "nodejs"))
    assert lint(root, "store", "import", ".", "--store", "known.db").returncode == 0
    (root / "f.yaml").unlink()
    (root / "dispatch-lint.toml").write_text('store = "known.db"\n')
    editor = await start(root, progress=True)
    await editor.loaded()
    uri = editor.open(root / "image.yaml")
    await editor.diagnostics(uri)
    rename = editor.client.text_document_rename_async
    with pytest.raises(JsonRpcException, match="-/Function/f") as refused:
        await rename(lsp.RenameParams(here(uri), place(2, 7), "node18"))
    assert "--force" not in str(refused.value)  # which an editor does not have
    editor.open(root / "f.yaml", FUNCTION.format("f", "nodejs"))  # it is a document again
    edit = await rename(lsp.RenameParams(here(uri), place(2, 7), "node18"))
    assert edit is not None and len(edit.document_changes or ()) == 2


async def test_a_rename_is_refused_where_the_store_cannot_be_read(start: Start, root: Path) -> None:
    settings = root / "dispatch-lint.toml"
    settings.write_text('store = "known.db"\n')
    (root / "known.db").write_bytes(b"no database" * 100)
    editor = await start(root)
    uri = editor.open(root / "image.yaml")
    here_, client = here(uri), editor.client
    for message in ("not a SQLite database", "until you trust this workspace"):
        with pytest.raises(JsonRpcException, match=message):
            await client.text_document_rename_async(lsp.RenameParams(here_, place(2, 7), "new"))
        with pytest.raises(JsonRpcException, match=message):
            await client.text_document_prepare_rename_async(
                lsp.PrepareRenameParams(here_, place(2, 7))
            )
        settings.write_text('store = "postgresql://localhost/dispatch"\n')
        editor.tell(settings)
        await editor.until(lambda: editor.asked)


async def test_what_no_document_has_is_refused_before_a_name_is_asked_for(
    start: Start, root: Path
) -> None:
    (root / "stored.yaml").write_text(IMAGE.format("stored"))
    assert lint(root, "store", "import", "stored.yaml", "--store", "known.db").returncode == 0
    (root / "stored.yaml").unlink()
    (root / "dispatch-lint.toml").write_text('store = "known.db"\n')
    editor = await start(root, progress=True)
    await editor.loaded()
    prepare = editor.client.text_document_prepare_rename_async
    for name, why in (
        ("stored", "no Image stored in .*only the store"),
        ("nope", "no Image nope in [^:]*$"),
    ):
        uri = editor.open(root / f"{name}.yaml", FUNCTION.format("f", name))
        with pytest.raises(JsonRpcException, match=why) as refused:
            await prepare(lsp.PrepareRenameParams(here(uri), place(3, 9)))
        assert refused.value.code == lsp.LSPErrorCodes.RequestFailed
    editor.change(uri, FUNCTION.format("f", "new") + "---\n" + IMAGE.format("new"))
    ready = await prepare(lsp.PrepareRenameParams(here(uri), place(3, 9)))
    assert isinstance(ready, lsp.PrepareRenamePlaceholder) and ready.placeholder == "new"


# 11: code actions


async def actions(
    editor: Editor, uri: str, found: list[lsp.Diagnostic], only: list[str] | None = None,
    where: lsp.Range | None = None,
) -> list[lsp.CodeAction]:  # fmt: skip
    where = where or (found[0].range if found else lsp.Range(place(1, 1), place(1, 1)))
    answer = await editor.client.text_document_code_action_async(
        lsp.CodeActionParams(here(uri), where, lsp.CodeActionContext(found, only))
    )
    return [one for one in answer or () if isinstance(one, lsp.CodeAction)]


def new_text(change: lsp.TextDocumentEdit) -> str:
    (edit,) = change.edits
    assert isinstance(edit, lsp.TextEdit)
    return edit.new_text


async def test_code_actions(start: Start, root: Path) -> None:
    (root / "dispatch-lint.toml").write_text("complete = true\n[severity]\n")
    editor = await start(root)
    text = FUNCTION.format("f", "nodjs") + "status: ready\nhandler: on\n"
    uri = editor.open(root / "f.yaml", text)
    await editor.becomes(uri, "unresolved-reference", "server-owned-field", "status-value",
                         "ambiguous-scalar")  # fmt: skip
    found = {str(one.code): one for one in editor.published[uri][1]}
    titles = [one.title for one in await actions(editor, uri, [found["unresolved-reference"]])]
    assert titles == [
        "dispatch-lint: write nodejs", "dispatch-lint: ignore unresolved-reference here",
        "dispatch-lint: declare Image/nodjs external",
        "dispatch-lint: fix all that has a safe fix",
    ]  # fmt: skip
    bare = lsp.Diagnostic(
        found["status-value"].range, "x", code="status-value", source="dispatch-lint"
    )
    first = (await actions(editor, uri, [bare], ["quickfix"]))[0]
    assert first.title == "dispatch-lint: write READY" and first.is_preferred
    (all_of_them,) = await actions(editor, uri, [], ["source.fixAll"])
    assert all_of_them.kind == "source.fixAll.dispatch-lint" and all_of_them.edit
    (change,) = all_of_them.edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit) and change.text_document.version == 1
    assert new_text(change) == 'status: READY\nhandler: "on"\n'
    assert await actions(editor, uri, [], ["refactor"]) == []
    assert await actions(editor, uri, [], ["quickfix"]) == []  # nothing at the first letter
    external = (await actions(editor, uri, [found["unresolved-reference"]], ["quickfix"]))[2]
    assert external.edit is not None and external.edit.document_changes is not None
    (change,) = external.edit.document_changes
    assert isinstance(change, lsp.TextDocumentEdit)
    assert change.text_document.uri == (root / "dispatch-lint.toml").as_uri()
    assert new_text(change) == 'external = ["Image/nodjs"]\n\n'
    ignore = (await actions(editor, uri, [found["status-value"]], ["quickfix"]))[1]
    assert ignore.edit is not None and ignore.edit.document_changes is not None
    (change,) = ignore.edit.document_changes
    assert isinstance(change, lsp.TextDocumentEdit)
    assert new_text(change) == "# dispatch-lint: ignore[status-value]\n"


async def test_no_fix_is_offered_that_a_run_would_withdraw(start: Start, root: Path) -> None:
    editor = await start(root)
    uri = editor.open(root / "s.yaml", "kind: Secret\nname: a\nTags: []\ntags: []\n")
    found = [*await editor.diagnostics(uri)]
    assert found
    titles = [one.title for one in await actions(editor, uri, found, ["quickfix"])]
    assert not [title for title in titles if "ignore" not in title]


async def test_all_fixes_change_only_lines_that_are_wrong(start: Start, root: Path) -> None:
    """What is the same keeps its marks and folds in an editor."""
    editor = await start(root)
    text = "---\n".join(FUNCTION.format(f"f{n}", "nodejs") + "status: READY\n" for n in range(400))
    wrong = text.replace("READY", "ready", 1).removesuffix("READY\n") + "ready"
    for end in ("\n", "\r\n"):
        written = f"\ufeff# 😀\n{wrong}".replace("\n", end)
        uri = editor.open(root / "f.yaml", written)
        await editor.diagnostics(uri)
        (all_of_them,) = await actions(editor, uri, [], ["source.fixAll"])
        assert all_of_them.edit is not None
        (change,) = all_of_them.edit.document_changes or ()
        assert isinstance(change, lsp.TextDocumentEdit)
        edits = [
            lsp.TextDocumentContentChangePartial(edit.range, edit.new_text)
            for edit in change.edits if isinstance(edit, lsp.TextEdit)
        ]  # fmt: skip
        assert [edit.range.start for edit in edits] == [lsp.Position(4, 0), lsp.Position(1999, 0)]
        assert Text(written).changed(reversed(edits)).text == written.replace("ready", "READY")
        editor.close(uri)


# 12: texts that are no files, and the life of the process


@pytest.mark.parametrize(("uri", "language", "text", "codes"), [
    ("untitled:Untitled-1", "yaml", "kind: Secret\nname: a b\n", ["name-format"]),
    ("untitled:Untitled-1", "json", '{"kind": "Secret", "name": "a b"}', ["name-format"]),
    ("{root}/x.jsonc", "jsonc", '{// it\n"kind": "Secret", /* is */ "name": "a b",}', ["name-format"]),
    ("{root}/x.tmpl", "yaml", "kind: Secret\nname: a b\n", ["name-format"]),
    ("{root}/x.yaml", "helm", "kind: Secret\nname: {{ .Values.x }}\n", []),
    ("{root}/x.md", "markdown", "kind: Secret\nname: a b\n", []),
])  # fmt: skip
async def test_languages(
    uri: str, language: str, text: str, codes: list[str], start: Start, root: Path
) -> None:
    editor = await start(root)
    uri = editor.open(uri.replace("{root}", root.as_uri()), text, language)
    assert await editor.codes(uri) == codes
    hover = await editor.client.text_document_hover_async(
        lsp.HoverParams(here(uri), place(2 if "\n" in text else 1, 8))
    )
    assert (hover is not None) == bool(codes)


async def test_the_end() -> None:
    editor = await Editor().start()
    server: Any = editor.client._server
    editor.client.exit(None)
    assert await asyncio.wait_for(server.wait(), WAIT) == 1  # without `shutdown`
    await editor.client.stop()  # type: ignore[no-untyped-call]


def message(text: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text)


def request(method: str, params: object, number: int | None = None) -> bytes:
    value = {"jsonrpc": "2.0", "method": method, "params": params}
    return message(json.dumps(value if number is None else {**value, "id": number}).encode())


INITIALIZE = request("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)


@pytest.mark.parametrize(("wrong", "said"), [
    (message(b"{]x"), "JSONDecodeError"), (message(b'"\xff\xfe"'), "UnicodeDecodeError"),
    (message(b"[" * 200_000), "RecursionError"), (request("textDocument/hover", {"nope": 1}, 2), "required field missing"),
    (request("textDocument/didOpen", {"nope": "\x1b[31m\n::error::"}), "JsonRpcInvalidParams"),
    (request("textDocument/\x1b[31m\n::error::", {}), "unknown method"),
])  # fmt: skip
async def test_a_wrong_message_is_a_line_of_the_log(wrong: bytes, said: str, root: Path) -> None:
    """It was a traceback; requests that come later are answered."""
    ends = request("shutdown", None, 9) + request("exit", None)
    made = run(root, "lsp", stdin=INITIALIZE + wrong + ends)
    assert made.returncode == 0, made.stderr
    lines = made.stderr.decode().splitlines()
    assert len(lines) == 1 and lines[0].startswith("dispatch-lint: ") and said in lines[0], lines
    assert b"\x1b" not in made.stderr and b'"id": 9' in made.stdout


@pytest.mark.parametrize("length", ["99999999999999", "9" * 5_000])
async def test_a_message_that_is_too_large_ends_the_server(length: str, root: Path) -> None:
    """It was told that memory is exhausted, or a traceback."""
    announced = f"Content-Length: {length}\r\n\r\n{{}}".encode()
    made = run(root, "lsp", stdin=INITIALIZE + announced)
    said = f"the editor announces a message of {length[:20]} bytes; the limit is 268,435,456"
    assert made.stderr.decode() == f"dispatch-lint: {said}\n"
    assert made.returncode == 2


async def test_requests_after_shutdown(start: Start, root: Path) -> None:
    editor = await Editor().start(root)
    await editor.client.shutdown_async(None)
    with pytest.raises(JsonRpcException) as refused:
        await asyncio.wait_for(
            editor.client.text_document_hover_async(lsp.HoverParams(here("x:y"), place(1, 1))), WAIT
        )
    assert refused.value.code == lsp.ErrorCodes.InvalidRequest
    server: Any = editor.client._server
    editor.client.exit(None)
    assert await asyncio.wait_for(server.wait(), WAIT) == 0
    await editor.client.stop()  # type: ignore[no-untyped-call]


@pytest.mark.skipif(os.name == "nt", reason="processes end otherwise there")
@pytest.mark.parametrize("is_zombie", [
    False, pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells"))
])  # fmt: skip
async def test_a_server_ends_with_its_parent(tmp_path: Path, is_zombie: bool) -> None:
    """The pipe stays open: only the number of the process tells that nobody is there any more."""
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    params: dict[str, object] = {"processId": parent.pid, "rootUri": None, "capabilities": {}}
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    message = json.dumps(request)
    server = subprocess.Popen(
        [sys.executable, "-m", "dispatch_lint", "lsp"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(f"Content-Length: {len(message)}\r\n\r\n{message}".encode())
    server.stdin.flush()
    assert server.stdout.readline().startswith(b"Content-Length")
    assert parent.stdin is not None
    parent.stdin.close()
    if not is_zombie:
        parent.wait()
    try:
        assert await asyncio.to_thread(server.wait, WAIT) == 1
    finally:
        server.kill()
        parent.wait()
    server.stdin.close()
    server.stdout.close()


# 13: what diagnostics carry


async def test_what_a_diagnostic_carries(start: Start, root: Path) -> None:
    editor = await start(root)
    uri = editor.open(root / "f.yaml", "kind: Image\nname: a\nbaseImageName: b\nstatus: READY\n")
    found = {str(one.code): one for one in await editor.diagnostics(uri)}
    assert editor.published[uri][0] == 1
    owned = found["server-owned-field"]
    assert owned.code_description is not None
    assert owned.code_description.href.endswith("/rules/server-owned-field.html")
    assert list(owned.tags or ()) == [lsp.DiagnosticTag.Unnecessary]
    assert "foreign-key-naming" not in found
    other = await start(root, options={"declaredNames": True})
    uri = other.open(root / "f.yaml", "kind: Image\nname: a\nbaseImageName: b\n")
    assert "foreign-key-naming" in await other.codes(uri)


# 14: keystrokes


async def test_the_newest_state_wins(start: Start, root: Path) -> None:
    large = "---\n".join(FUNCTION.format(f"f{number}", "nodejs") for number in range(500))
    editor = await start(root)
    uri = editor.open(root / "large.yaml", large)
    await editor.diagnostics(uri)
    seen: list[int | None] = []
    for number in range(30):
        editor.change(uri, f"{large}# {number}\n")
    begun = editor.processor_seconds()
    await editor.client.text_document_hover_async(lsp.HoverParams(here(uri), place(1, 2)))
    assert editor.processor_seconds() - begun < 10
    await editor.diagnostics(uri)
    seen.append(editor.published[uri][0])
    assert seen == [31]


# Besides


async def test_pulled_diagnostics(start: Start, root: Path) -> None:
    (root / "wrong.yaml").write_text("kind: Secret\nname: a b\n")
    (root / "latin.yaml").write_bytes(b"kind: Secret\nname: \xe4\n")
    editor = await start(root, pull=True, progress=True)
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "gone"))
    await editor.until(
        lambda: any(isinstance(one, dict) and one["kind"] == "end" for one in editor.progress)
    )
    ask = editor.client.text_document_diagnostic_async
    report = await ask(lsp.DocumentDiagnosticParams(here(uri)))
    assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
    assert [one.code for one in report.items] == ["unresolved-reference"]
    again = await ask(lsp.DocumentDiagnosticParams(here(uri), previous_result_id=report.result_id))
    assert isinstance(again, lsp.RelatedUnchangedDocumentDiagnosticReport)
    everything = await editor.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams([]))
    codes = {
        Path(one.uri).name: [found.code for found in one.items]
        for one in everything.items if isinstance(one, lsp.WorkspaceFullDocumentDiagnosticReport)
    }  # fmt: skip
    assert codes == {
        "f.yaml": ["unresolved-reference"], "latin.yaml": [None], "wrong.yaml": ["name-format"],
    }  # fmt: skip
    closed = lsp.DocumentDiagnosticParams(here((root / "wrong.yaml").as_uri()))
    in_a_tab = await ask(closed)  # some editors ask so about what is not open yet
    assert isinstance(in_a_tab, lsp.RelatedFullDocumentDiagnosticReport)
    assert [found.code for found in in_a_tab.items] == ["name-format"]
    assert in_a_tab.result_id in {one.result_id for one in everything.items}
    before = editor.refreshes
    (root / "gone.yaml").write_text(IMAGE.format("gone"))
    editor.tell(root / "gone.yaml")
    await editor.until(lambda: editor.refreshes > before)
    async with asyncio.timeout(WAIT):
        while report.items:  # a refresh may be about something before
            report = await ask(lsp.DocumentDiagnosticParams(here(uri)))
            assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
    assert uri not in editor.published


async def test_diagnostics_are_pulled_again_and_again(start: Start, tmp_path: Path) -> None:
    """As VS Code does every two seconds, with URIs that it writes in its own way."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "dispatch-lint.toml").write_text('ignore = ["unknown-field"]\n')
    for name in ("a(1).yaml", "b+2.yaml", "in/c.yaml"):
        (tmp_path / name).write_text(f"kind: Secret\nname: {name}\nfoo: 1\n")
    editor = await start(tmp_path, tmp_path / "in", pull=True)

    async def ask(
        *known: lsp.PreviousResultId,
    ) -> Sequence[lsp.WorkspaceDocumentDiagnosticReport]:
        params = lsp.WorkspaceDiagnosticParams(known)
        return (await editor.client.workspace_diagnostic_async(params)).items

    async with asyncio.timeout(WAIT):
        while len(found := await ask()) < 3:  # until the files are read
            await asyncio.sleep(0.1)
    full = [item for item in found if isinstance(item, lsp.WorkspaceFullDocumentDiagnosticReport)]
    codes = {unquote(item.uri)[-8:]: {one.code for one in item.items} for item in full}
    both = {"name-format", "unknown-field"}
    # The file of both folders has the settings of the inner one, and is there once.
    assert codes == {"(1).yaml": both, "b+2.yaml": both, "n/c.yaml": {"name-format"}}
    assert len(full) == 3
    known = [lsp.PreviousResultId(unquote(item.uri), item.result_id or "") for item in full]
    assert known[0].uri != full[0].uri
    assert [item.kind for item in await ask(*known)] == ["unchanged"] * 3
    (tmp_path / "b+2.yaml").unlink()
    editor.tell(tmp_path / "b+2.yaml")
    async with asyncio.timeout(WAIT):
        while "full" not in [item.kind for item in await ask(*known)]:
            await asyncio.sleep(0.1)
    (gone,) = [item for item in await ask(*known) if item.kind == "full"]
    assert gone == lsp.WorkspaceFullDocumentDiagnosticReport(known[1].uri, ())


async def test_symbols_links_and_lenses(start: Start, root: Path) -> None:
    (root / "hello.py").write_text("")
    editor = await start(root, options={"showReferencesCommand": "show"})
    more = "sourcePath: ./hello.py\ntags: ['@" + "a" * 300 + "', \"@a\\0b\", '@gone']\n"
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "nodejs") + more)
    await editor.diagnostics(uri)
    client = editor.client
    links = await client.text_document_document_link_async(lsp.DocumentLinkParams(here(uri)))
    assert [one.target for one in links or ()] == [(root / "hello.py").as_uri()]
    image = editor.open(root / "image.yaml")
    lenses = await client.text_document_code_lens_async(lsp.CodeLensParams(here(image)))
    assert [one.command and (one.command.title, one.command.command) for one in lenses or ()] == [
        ("1 reference", "show")
    ]
    found = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("njs"))
    assert [(one.name, one.container_name) for one in found or ()] == [("nodejs", "Image")]


# What strangers found


async def test_a_replacement_of_thousands_of_words_is_one_edit(start: Start, root: Path) -> None:
    editor = await start(root)
    text = FUNCTION.format("f", "nodejs") + "# word\n" * 10_000
    uri = editor.open(root / "f.yaml", text)
    assert await editor.codes(uri) == []
    changes = [
        lsp.TextDocumentContentChangePartial(lsp.Range(place(line, 3), place(line, 7)), "other")
        for line in range(10_003, 3, -1)
    ]
    begun = editor.processor_seconds()
    editor.edit(uri, *changes, lsp.TextDocumentContentChangePartial(
        lsp.Range(place(2, 7), place(2, 8)), "a b"
    ))  # fmt: skip
    assert await editor.codes(uri) == ["name-format"]
    assert editor.processor_seconds() - begun < 15  # it was a minute


async def test_the_position_encoding_is_the_one_that_was_agreed(start: Start, root: Path) -> None:
    editor = await start(root, encodings=["utf-7", "utf-8"])
    assert editor.answer.capabilities.position_encoding == "utf-8"
    uri = editor.open("untitled:a", 'kind: Image\nname: "\U0001f600"\nbaseImageName: b\n')
    (found,) = await editor.diagnostics(uri)
    assert (found.range.start.character, found.range.end.character) == (6, 12)


async def test_a_folder_that_vanishes_or_is_not_there_yet(start: Start, root: Path) -> None:
    (root / "dispatch-lint.toml").write_text("complete = true\n")
    (root / "images").mkdir()
    (root / "image.yaml").rename(root / "images" / "image.yaml")
    editor = await start(root, root.parent / "missing", progress=True)
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", "nodejs"))
    await editor.loaded()
    assert await editor.codes(uri) == []
    (root / "images").rename(root.parent / "elsewhere")  # nothing is told of what was in it
    await editor.becomes(uri, "unresolved-reference")
    (root.parent / "elsewhere").rename(root / "images")
    editor.tell(root / "images")
    await editor.becomes(uri)
    assert editor.client.messages == []


async def test_files_that_change_while_others_are_read(start: Start, root: Path) -> None:
    (root / "dispatch-lint.toml").write_text("complete = true\n")
    (root / "base.yaml").write_text("kind: BaseImage\nname: base\ndockerUrl: b\nlanguage: go\n")
    batches = [[root / f"{batch}-{number}.yaml" for number in range(200)] for batch in range(5)]
    editor = await start(root)
    uri = editor.open(root / "f.yaml", "---\n".join(
        FUNCTION.format(f"f-{file.stem}", file.stem) for batch in batches for file in batch
    ))  # fmt: skip
    await editor.until(lambda: len(editor.published.get(uri, (None, ()))[1]) == 1000)
    for batch in batches:
        for file in batch:
            file.write_text(IMAGE.format(file.stem))
        editor.tell(*batch)
        await asyncio.sleep(0.1)
    await editor.becomes(uri)


async def test_an_external_entity_is_declared_in_new_settings(start: Start, root: Path) -> None:
    titles = {}
    for creates in (True, False):
        editor = await start(root, creates=creates)
        uri = editor.open(root / "f.yaml", FUNCTION.format("f", "nodjs"))
        await editor.becomes(uri, "unresolved-reference")
        found = await actions(editor, uri, list(editor.published[uri][1]), ["quickfix"])
        titles[creates] = {action.title: action for action in found}
    title = "dispatch-lint: declare Image/nodjs external, in a new dispatch-lint.toml"
    assert titles[True].keys() - titles[False].keys() == {title}
    edit = titles[True][title].edit
    assert edit is not None and edit.document_changes is not None
    create, change = edit.document_changes
    assert isinstance(create, lsp.CreateFile) and isinstance(change, lsp.TextDocumentEdit)
    assert create.uri == change.text_document.uri == (root / "dispatch-lint.toml").as_uri()
    assert new_text(change) == 'external = ["Image/nodjs"]\n'


@pytest.mark.parametrize(("written", "declared"), [
    ("a\"b", 'external = ["Image/a\\"b"]\n'), ("there is no Secret \"s\"", 'external = ["Image/there is no Secret \\"s\\""]\n'),
    ("a/b", ""),
])  # fmt: skip
async def test_what_is_declared_external_is_what_the_foreign_key_means(
    written: str, declared: str, start: Start, root: Path
) -> None:
    """It was read out of the message; no setting can name an entity whose name has a slash."""
    (root / "i.yaml").write_text(IMAGE.format("other"))
    editor = await start(root, creates=True)
    uri = editor.open(root / "f.yaml", FUNCTION.format("f", f"'{written}'"))
    await editor.becomes(uri, "unresolved-reference")
    found = await actions(editor, uri, list(editor.published[uri][1]), ["quickfix"])
    edits = [action.edit for action in found if "external" in action.title]
    changes = [edit.document_changes[1] for edit in edits if edit and edit.document_changes]
    texts = [new_text(change) for change in changes if isinstance(change, lsp.TextDocumentEdit)]
    assert texts == [declared] * bool(declared)
