"""Real editors: yaml-language-server with our schema, Neovim with our server.

They run where these programs are; `.ci/run` installs them.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from tests.conftest import Lint

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "schemas/dispatch.schema.json"
YAML_SERVERS = [
    one for one in (
        *sorted((ROOT / ".venv/editors").glob("*/node_modules/.bin/yaml-language-server")),
        shutil.which("yaml-language-server"),
    ) if one
]  # fmt: skip
MANIFESTS = {
    "Function": "name: f\nimage: nodejs\nhandler: h\ntimeout: 5\nsecrets:\n  - a\n",
    "Image": "name: i\nbaseImageName: b\n",
    "BaseImage": "name: b\ndockerUrl: x/y\nlanguage: nodejs\n",
    "Secret": "name: s\nsecrets:\n  a: b\n",
    "API": "name: a\nfunction: f\nmethods:\n  - GET\nuris:\n  - /x\n",
    "Subscription": "name: s\neventType: a.b\nfunction: f\n",
    "DriverType": "name: t\nimage: x\n",
    "Driver": "name: d\ntype: t\nconfig:\n  - key: a\n    value: b\n",
    "Policy": "name: p\nrules:\n  - subjects: [a]\n    actions: [get]\n    resources: ['*']\n",
}
MISTAKES = {"none": "", "status": "status: ready\n", "field": "colour: red\n", "type": "tags: 3\n"}


def manifests() -> dict[str, str]:
    """36 texts of one document, and one of many."""
    found = {
        f"{kind}-{mistake}.yaml": f"kind: {kind}\n{text}{wrong}"
        for kind, text in MANIFESTS.items()
        for mistake, wrong in MISTAKES.items()
    }
    return found | {"many.yaml": "---\n".join(found.values())}


class Editor:
    """yaml-language-server, with our schema for every YAML file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.client = LanguageClient("editor", "1")
        self.diagnostics: dict[str, asyncio.Future[list[int]]] = {}

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            lines = [one.range.start.line + 1 for one in params.diagnostics]
            waiting = self.diagnostics.get(params.uri)
            if waiting is not None and not waiting.done():
                waiting.set_result(lines)

        @self.client.feature(lsp.WORKSPACE_CONFIGURATION)  # type: ignore[untyped-decorator]
        def configuration(params: lsp.ConfigurationParams) -> list[dict[str, object]]:
            return [self.settings if one.section == "yaml" else {} for one in params.items]

        @self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        def register(params: lsp.RegistrationParams) -> None:
            return None

    @property
    def settings(self) -> dict[str, object]:
        return {"schemas": {SCHEMA.as_uri(): ["*.yaml"]}, "validate": True, "hover": True,
                "completion": True, "schemaStore": {"enable": False}}  # fmt: skip

    async def start(self, server: str) -> None:
        await self.client.start_io(server, "--stdio")
        workspace = lsp.WorkspaceClientCapabilities(configuration=True)
        await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(workspace=workspace),
                root_uri=self.root.as_uri(),
                workspace_folders=[lsp.WorkspaceFolder(self.root.as_uri(), "project")],
            )
        )
        self.client.initialized(lsp.InitializedParams())
        settings = lsp.DidChangeConfigurationParams(settings={"yaml": self.settings})
        self.client.workspace_did_change_configuration(settings)

    async def open(self, name: str, text: str) -> list[int]:
        """The lines of the diagnostics of a text."""
        uri = (self.root / name).as_uri()
        self.diagnostics[uri] = asyncio.get_running_loop().create_future()
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", 1, text))
        )
        return sorted(set(await asyncio.wait_for(self.diagnostics[uri], 60)))

    async def complete(self, name: str, text: str) -> dict[str, object]:
        """What is offered at the end of a text, each with its description."""
        await self.open(name, text)
        lines = text.split("\n")
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(
                lsp.TextDocumentIdentifier((self.root / name).as_uri()),
                lsp.Position(len(lines) - 1, len(lines[-1])),
            )
        )
        items = found.items if isinstance(found, lsp.CompletionList) else found or []
        return {one.label: one.documentation for one in items}


@pytest.mark.skipif(not YAML_SERVERS, reason="yaml-language-server is not installed")
@pytest.mark.parametrize("server", YAML_SERVERS, ids=lambda one: str(one).split("/")[-4])
def test_yaml_language_server_finds_what_check_finds(
    server: str | Path, tmp_path: Path, lint: Lint
) -> None:
    async def run() -> None:
        editor = Editor(tmp_path)
        await editor.start(str(server))
        for name, text in manifests().items():
            found = [
                one for one in lint({name: text})
                if one.rule in ("schema", "unknown-field", "status-value")
            ]  # fmt: skip
            assert await editor.open(name, text) == sorted({one.span.line for one in found}), name
        fields = await editor.complete("fields.yaml", "kind: Function\nname: f\n")
        assert {"image", "handler", "secrets"} <= set(fields)
        statuses = await editor.complete("status.yaml", "kind: Function\nname: f\nstatus: ")
        assert "Ready to be used." in str(statuses["READY"])
        hover = await editor.client.text_document_hover_async(
            lsp.HoverParams(
                lsp.TextDocumentIdentifier((tmp_path / "Function-none.yaml").as_uri()),
                lsp.Position(2, 1),
            )
        )
        assert hover is not None and "The Image the function runs in" in str(hover.contents)
        await editor.client.shutdown_async(None)
        editor.client.exit(None)

    asyncio.run(asyncio.wait_for(run(), 120))


NEOVIM = """
vim.cmd('edit function.yaml')
local client = vim.lsp.start_client({
  name = 'dispatch-lint', cmd = COMMAND, root_dir = vim.fn.getcwd(),
})
vim.lsp.buf_attach_client(0, client)
local function errors()
  return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end
vim.wait(20000, function() return #errors() > 0 end, 50)
local found = errors()
vim.api.nvim_win_set_cursor(0, { 4, 9 })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, 3) }
for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 20000)) do
  for _, action in ipairs(answer.result) do
    vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
  end
end
vim.wait(20000, function() return #errors() == 0 end, 50)
local file = io.open('result.json', 'w')
file:write(vim.fn.json_encode({
  line = found[1].lnum, message = found[1].message, left = #errors(),
  text = vim.api.nvim_buf_get_lines(0, 0, -1, false),
}))
file:close()
vim.cmd('qall!')
"""


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_neovim_shows_a_violation_and_mends_it(tmp_path: Path) -> None:
    (tmp_path / "function.yaml").write_text("kind: Function\nname: f\nimage: é\nstatus: ready\n")
    command = f"{{ '{sys.executable}', '-m', 'dispatch_lint', 'lsp' }}"
    (tmp_path / "drive.lua").write_text(NEOVIM.replace("COMMAND", command))
    subprocess.run(
        ["nvim", "--headless", "--clean", "-c", "luafile drive.lua"],
        cwd=tmp_path, check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["line"] == 3 and '"ready" is no status' in result["message"]
    assert result["text"] == ["kind: Function", "name: f", "image: é", "status: READY"]
    assert result["left"] == 0
