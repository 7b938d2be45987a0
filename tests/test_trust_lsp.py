"""Trust in the language server: an untrusted workspace is checked without what needs trust."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from tests.command import WAIT
from tests.test_trust import (
    Listener,
    another_tree,
    ask,
    home,
    listener,
    package,
    python_path,
    ran,
    tree,
)

__all__ = ["home", "listener", "tree"]

pytestmark = pytest.mark.asyncio
WRONG = "kind: Secret\nname: a b\n"


class Editor:
    """An editor that opens a folder, and gives one answer to each question.

    Attributes:
        questions: the messages that the server asked with actions, and the actions.
        codes: the rules of the diagnostics that were last sent for the open text.
    """

    def __init__(self, answer: str | None) -> None:
        self.client = LanguageClient("editor", "1")
        self.questions: list[tuple[str, list[str]]] = []
        self.uri = ""
        self.codes: list[object] = []
        self.published = asyncio.Event()

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)  # type: ignore[untyped-decorator]
        def question(params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem | None:
            titles = [action.title for action in params.actions or ()]
            self.questions.append((params.message, titles))
            return lsp.MessageActionItem(answer) if answer else None

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri == self.uri:  # and not the settings
                self.codes = [diagnostic.code for diagnostic in params.diagnostics]
                self.published.set()

    async def start(
        self, root: Path, *arguments: str, options: dict[str, object] | None = None,
        folders: Sequence[Path] = (),
    ) -> None:  # fmt: skip
        await self.client.start_io(sys.executable, "-m", "dispatch_lint", "lsp", *arguments)
        await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(), root_uri=root.as_uri(),
                workspace_folders=[
                    lsp.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders
                ] or None,
                # The rule of these tests reports names that our own definitions declare.
                initialization_options={"declaredNames": True, **(options or {})},
            )
        )  # fmt: skip
        self.client.initialized(lsp.InitializedParams())

    async def until_own_rule(self) -> None:
        """Wait until the rule that needs trust has found something in the open text."""
        while "own-rule" not in self.codes:
            self.published.clear()
            await asyncio.wait_for(self.published.wait(), WAIT)

    async def diagnose(self, file: Path, text: str) -> list[object]:
        """The rules of the diagnostics of a text."""
        self.published.clear()
        self.uri = file.as_uri()
        item = lsp.TextDocumentItem(self.uri, "yaml", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        await asyncio.wait_for(self.published.wait(), WAIT)
        return self.codes

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()  # type: ignore[no-untyped-call]


async def session(
    root: Path, *arguments: str, answer: str | None = None, options: dict[str, object] | None = None
) -> tuple[Sequence[object], Sequence[tuple[str, list[str]]]]:
    """The rules that a wrong text violates, and the questions of the server."""
    editor = Editor(answer)
    await editor.start(root, *arguments, options=options)
    try:
        await editor.diagnose(root / "b.yaml", WRONG)
        if answer:  # what follows the answer
            await editor.until_own_rule()
        return editor.codes, editor.questions
    finally:
        await editor.stop()


@pytest.fixture
def workspace(tree: Path) -> Path:
    """A tree whose own rule reports every field."""
    rule = (tree / "rules" / "own.py").read_text()
    finding = "from dispatch_lint.rule import Finding\n"
    rule = finding + rule.replace("return ()", "yield Finding((), 'seen')")
    (tree / "rules" / "own.py").write_text(rule)
    return tree


@pytest.mark.parametrize("asked", [
    "plugins = ['rules']\nextend-select = ['own-rule']\nseverity = {{ own-rule = 'error' }}",
    "store = 'postgresql://x@127.0.0.1:{port}/db'",
    "schemas = ['../outside']\nkinds = {{ 'x/*' = 'Widget' }}",
    "definitions = ['../outside/widget.go']\nkinds = {{ 'x/*' = 'Widget' }}",
    "ledger = '/etc/passwd'",
])  # fmt: skip
async def test_an_untrusted_workspace_is_checked_without(
    asked: str, workspace: Path, listener: Listener
) -> None:
    ask(workspace, asked.format(port=listener.port))
    codes, questions = await session(workspace)
    assert "name-format" in codes
    ((message, actions),) = questions  # once
    assert "asks for what needs your trust" in message and "dispatch-lint.toml" in message
    assert actions == ["Trust this workspace"]
    assert "--trust" not in message and "DISPATCH_LINT_TRUST" not in message
    assert (ran(workspace), listener.calls) == (False, 0)


@pytest.mark.parametrize(
    "more", ["select = ['own-rule']", "extend-select = ['own-rule']\nselect = []"]
)
async def test_it_is_asked_where_all_rules_need_trust(more: str, workspace: Path) -> None:
    ask(workspace, f"plugins = ['rules']\n{more}")
    codes, questions = await session(workspace)
    assert (codes, len(questions), ran(workspace)) == ([], 1, False)


async def test_the_action_trusts_it_from_then_on(workspace: Path) -> None:
    ask(workspace, "plugins = ['rules']")
    codes, questions = await session(workspace, answer="Trust this workspace")
    assert "own-rule" in codes and len(questions) == 1 and ran(workspace)
    codes, questions = await session(workspace)
    assert "own-rule" in codes and not questions and ran(workspace)


async def test_the_settings_beside_a_file_in_no_folder(workspace: Path, tmp_path: Path) -> None:
    ask(workspace, "plugins = ['rules']")
    (tmp_path / "open").mkdir()
    editor = Editor("Trust this workspace")
    await editor.start(tmp_path / "open")
    try:
        await editor.diagnose(workspace / "b.yaml", WRONG)
        await editor.until_own_rule()
    finally:
        await editor.stop()
    assert len(editor.questions) == 1 and ran(workspace)


async def test_the_trust_of_an_editor_is_for_its_folders(workspace: Path, tmp_path: Path) -> None:
    ask(workspace, "plugins = ['rules']")
    (tmp_path / "open").mkdir()
    editor = Editor(None)
    await editor.start(tmp_path / "open", options={"trust": True})
    try:
        codes = await editor.diagnose(workspace / "b.yaml", WRONG)
    finally:
        await editor.stop()
    assert "name-format" in codes and len(editor.questions) == 1 and not ran(workspace)


@pytest.mark.parametrize("way", ["option", "environment", "extension"])
async def test_other_ways_of_trust(
    way: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(workspace, "plugins = ['rules']")
    if way == "environment":
        monkeypatch.setenv("DISPATCH_LINT_TRUST", "1")
    arguments = ["--trust"] if way == "option" else []
    options: dict[str, object] | None = {"trust": True} if way == "extension" else None
    codes, questions = await session(workspace, *arguments, options=options)
    assert "own-rule" in codes and not questions


async def test_packages_of_the_tree_are_not_imported(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(workspace / "lib", workspace.parent / "ran")
    monkeypatch.setenv("PYTHONPATH", python_path(workspace / "lib"))
    codes, questions = await session(workspace)
    assert "name-format" in codes and len(questions) == 1 and not ran(workspace)


@pytest.mark.parametrize("order", [["other"], ["other", "tree"], ["tree", "other"]])
async def test_packages_of_any_folder_are_not_imported(
    order: list[str], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folders of a workspace share what the server imports, whichever is read first."""
    other = another_tree(workspace)
    monkeypatch.setenv("PYTHONPATH", python_path(other / "lib"))
    editor = Editor(None)
    folders = [workspace.parent / name for name in order]
    await editor.start(folders[0], folders=folders)
    try:
        for folder in folders:
            assert "name-format" in await editor.diagnose(folder / "b.yaml", WRONG)
    finally:
        await editor.stop()
    ((message, _),) = editor.questions
    assert 'the package "their-rules" in ' in message and not ran(workspace)


@pytest.mark.parametrize("order", [["other", "tree"], ["tree", "other"]])
async def test_packages_of_a_folder_that_is_trusted(
    order: list[str], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another_tree(workspace)
    rule = (workspace / "rules" / "own.py").read_text()
    (other / "lib" / "their_rules.py").write_text(rule)
    monkeypatch.setenv("PYTHONPATH", python_path(other / "lib"))
    folders = [workspace.parent / name for name in order]
    editor = Editor("Trust this workspace")
    await editor.start(folders[0], folders=folders)
    try:
        await editor.diagnose(other / "b.yaml", WRONG)
        await editor.until_own_rule()
    finally:
        await editor.stop()
    assert len(editor.questions) == 1 and ran(workspace)
    editor = Editor(None)
    await editor.start(folders[0], folders=folders)  # it is remembered
    try:
        for folder in folders:
            assert "own-rule" in await editor.diagnose(folder / "b.yaml", WRONG)
    finally:
        await editor.stop()
    assert not editor.questions


async def test_packages_of_a_folder_that_is_added_and_closed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another_tree(workspace)
    monkeypatch.setenv("PYTHONPATH", python_path(other / "lib"))
    editor = Editor(None)
    await editor.start(other, folders=[other])
    try:
        await editor.diagnose(other / "b.yaml", WRONG)
        gone, new = (lsp.WorkspaceFolder(folder.as_uri(), "") for folder in (other, workspace))
        event = lsp.WorkspaceFoldersChangeEvent(added=[new], removed=[gone])
        editor.client.workspace_did_change_workspace_folders(
            lsp.DidChangeWorkspaceFoldersParams(event)
        )
        assert "name-format" in await editor.diagnose(workspace / "b.yaml", WRONG)
    finally:
        await editor.stop()
    assert not ran(workspace)
