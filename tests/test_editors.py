"""Real editors: the YAML and JSON servers of VS Code with our schema, Neovim with our server.

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
from ruamel.yaml import YAML

from tests.command import WAIT
from tests.conftest import Lint

yaml = YAML(typ="safe", pure=True)
ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "schemas/dispatch.schema.json"
JSON_SERVER = next(
    (ROOT / ".venv/editors").glob("*/node_modules/.bin/vscode-json-language-server"), None
)
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
    """A client of a YAML or JSON server, with our schema for every file.

    Attributes:
        root: the folder that is open.
        language: `yaml` or `json`.
    """

    def __init__(self, root: Path, language: str) -> None:
        self.root, self.language = root, language
        self.client = LanguageClient("editor", "1")
        self.diagnostics: dict[str, asyncio.Future[list[int]]] = {}
        self.wrong = (root / f"wrong.{language}").as_uri()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            lines = [one.range.start.line + 1 for one in params.diagnostics]
            waiting = self.diagnostics.get(params.uri)
            is_early = not lines and params.uri == self.wrong
            if waiting is not None and not waiting.done() and not is_early:
                waiting.set_result(lines)

        @self.client.feature(lsp.WORKSPACE_CONFIGURATION)  # type: ignore[untyped-decorator]
        def configuration(params: lsp.ConfigurationParams) -> list[dict[str, object]]:
            return [self.settings.get(str(one.section), {}) for one in params.items]

        @self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        def register(params: lsp.RegistrationParams) -> None:
            return None

    @property
    def settings(self) -> dict[str, dict[str, object]]:
        yaml: dict[str, object] = {"schemas": {SCHEMA.as_uri(): ["*.yaml"]}, "validate": True, "hover": True,
                "completion": True, "schemaStore": {"enable": False}}  # fmt: skip
        json_: dict[str, object] = {"schemas": [{"fileMatch": ["*.json"], "url": SCHEMA.as_uri()}],
                 "validate": {"enable": True}}  # fmt: skip
        return {"yaml": yaml, "json": json_}

    async def start(self, server: str) -> None:
        await self.client.start_io(server, "--stdio")
        workspace = lsp.WorkspaceClientCapabilities(configuration=True)
        markdown = lsp.CompletionClientCapabilities(
            completion_item=lsp.ClientCompletionItemOptions(
                documentation_format=[lsp.MarkupKind.Markdown]
            )
        )
        await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(
                    workspace=workspace,
                    text_document=lsp.TextDocumentClientCapabilities(completion=markdown),
                ),
                initialization_options={"handledSchemaProtocols": ["file"]},
                root_uri=self.root.as_uri(),
                workspace_folders=[lsp.WorkspaceFolder(self.root.as_uri(), "project")],
            )
        )
        self.client.initialized(lsp.InitializedParams())
        settings = lsp.DidChangeConfigurationParams(settings=self.settings)
        self.client.workspace_did_change_configuration(settings)
        # Servers ask for the settings, and know no schema until they have the answer.
        await self.open(f"wrong.{self.language}", '{"kind": "Function", "nonsense": 1}')

    async def open(self, name: str, text: str) -> list[int]:
        """The lines of the diagnostics of a text."""
        uri = (self.root / name).as_uri()
        self.diagnostics[uri] = asyncio.get_running_loop().create_future()
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, self.language, 1, text))
        )
        return sorted(set(await asyncio.wait_for(self.diagnostics[uri], WAIT)))

    async def open_all(self, texts: dict[str, str]) -> dict[str, list[int]]:
        """The lines of the diagnostics of some texts, by name: a server waits a while for each."""
        found = await asyncio.gather(*(self.open(name, text) for name, text in texts.items()))
        return dict(zip(texts, found, strict=True))

    async def complete(self, name: str, text: str) -> dict[str, object]:
        """What is offered at the `|` of a text, each with its description."""
        before, after = text.split("|")
        await self.open(name, before + after)
        lines = before.split("\n")
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(
                lsp.TextDocumentIdentifier((self.root / name).as_uri()),
                lsp.Position(len(lines) - 1, len(lines[-1])),
            )
        )
        items = found.items if isinstance(found, lsp.CompletionList) else found or []
        return {one.label.strip('"'): one.documentation for one in items}

    async def hover(self, name: str, line: int, character: int) -> str:
        """What is told of a place of an open text; line and character count from 0."""
        found = await self.client.text_document_hover_async(
            lsp.HoverParams(
                lsp.TextDocumentIdentifier((self.root / name).as_uri()),
                lsp.Position(line, character),
            )
        )
        return str(found.contents) if found else ""

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)


def schema_lines(lint: Lint, name: str, text: str) -> list[int]:
    """The lines where `check` finds what a schema can find."""
    found = lint({name: text})
    return sorted({
        one.range.line for one in found if one.rule in ("schema", "unknown-field", "status-value")
    })  # fmt: skip


@pytest.mark.skipif(not YAML_SERVERS, reason="yaml-language-server is not installed")
@pytest.mark.parametrize("server", YAML_SERVERS, ids=lambda one: str(one).split("/")[-4])
def test_yaml_language_server_finds_what_check_finds(
    server: str | Path, tmp_path: Path, lint: Lint
) -> None:
    async def run() -> None:
        editor = Editor(tmp_path, "yaml")
        await editor.start(str(server))
        texts = manifests()
        for name, lines in (await editor.open_all(texts)).items():
            assert lines == schema_lines(lint, name, texts[name]), name
        fields = await editor.complete("fields.yaml", "kind: Function\nname: f\n|")
        assert {"image", "handler", "secrets"} <= set(fields)
        statuses = await editor.complete("status.yaml", "kind: Function\nname: f\nstatus: |")
        assert "Ready to be used." in str(statuses["READY"])
        assert "The Image the function runs in" in await editor.hover("Function-none.yaml", 2, 1)
        await editor.stop()

    asyncio.run(asyncio.wait_for(run(), WAIT))


@pytest.mark.skipif(JSON_SERVER is None, reason="the JSON server of VS Code is not installed")
def test_the_json_server_of_vs_code_finds_what_check_finds(tmp_path: Path, lint: Lint) -> None:
    async def run() -> None:
        editor = Editor(tmp_path, "json")
        await editor.start(str(JSON_SERVER))
        values: dict[str, object] = {
            name.replace(".yaml", ".json"): yaml.load(text)
            for name, text in manifests().items() if name != "many.yaml"
        }  # fmt: skip
        values["many.json"] = list(values.values())
        texts = {name: json.dumps(value, indent=1) for name, value in values.items()}
        for name, lines in (await editor.open_all(texts)).items():
            assert lines == schema_lines(lint, name, texts[name]), name
        fields = await editor.complete("fields.json", '{"kind": "Function", "name": "f", |}')
        assert {"image", "handler", "secrets"} <= set(fields)
        statuses = await editor.complete(
            "status.json", '{"kind": "Function", "name": "f", "status": |}'
        )
        assert "Ready to be used." in str(statuses["READY"])
        assert "The Image the function runs in" in await editor.hover("Function-none.json", 3, 3)
        await editor.stop()

    asyncio.run(asyncio.wait_for(run(), WAIT))


NEOVIM = """
vim.cmd('edit function.yaml')
local client = vim.lsp.start_client({
  name = 'dispatch-lint', cmd = COMMAND, root_dir = vim.fn.getcwd(),
})
vim.lsp.buf_attach_client(0, client)
local function errors()
  return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end
vim.wait(60000, function() return #errors() > 0 end, 50)
local found = errors()
vim.api.nvim_win_set_cursor(0, { 4, 9 })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, 3) }
for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 60000)) do
  for _, action in ipairs(answer.result) do
    if action.isPreferred then vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16') end
  end
end
vim.wait(60000, function() return #errors() < #found end, 50)
local fixed = vim.api.nvim_buf_get_lines(0, 0, -1, false)
-- A word with a dash is completed as a whole.
vim.api.nvim_buf_set_lines(0, 2, 3, false, { 'image: image-' })
vim.api.nvim_win_set_cursor(0, { 3, 13 })
local position = vim.lsp.util.make_position_params()
for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/completion', position, 60000)) do
  vim.lsp.util.apply_text_edits({ answer.result.items[1].textEdit }, 0, 'utf-16')
end
local file = io.open('result.json', 'w')
file:write(vim.fn.json_encode({
  line = found[1].lnum, message = found[1].message, left = #errors(),
  text = fixed, completed = vim.api.nvim_buf_get_lines(0, 2, 3, false)[1],
}))
file:close()
vim.cmd('qall!')
"""


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_neovim_shows_a_violation_and_mends_it(tmp_path: Path) -> None:
    (tmp_path / "function.yaml").write_text("kind: Function\nname: f\nimage: é\nstatus: ready\n")
    (tmp_path / "image.yaml").write_text("kind: Image\nname: image-0\nbaseImageName: b\n")
    command = f"{{ '{Path(sys.executable).absolute()}', '-m', 'dispatch_lint', 'lsp' }}"
    (tmp_path / "drive.lua").write_text(NEOVIM.replace("COMMAND", command))
    subprocess.run(
        ["nvim", "--headless", "--clean", "-c", "luafile drive.lua", "-c", "qall!"],
        cwd=tmp_path, check=True, timeout=WAIT, capture_output=True,
    )  # fmt: skip
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["line"] == 3 and '"ready" is not a status' in result["message"]
    assert result["text"] == ["kind: Function", "name: f", "image: é", "status: READY"]
    assert result["completed"] == "image: image-0"


EGLOT = """
(require 'package)
(package-initialize)
(require 'eglot)
(find-file "function.yaml")
(fundamental-mode)
(defun wait (holds)
  (let ((end (+ (float-time) 120)))
    (while (and (not (funcall holds)) (< (float-time) end))
      (accept-process-output nil 0.1))))
(defvar found nil)
(setq eglot-sync-connect 120)
(add-to-list 'eglot-server-programs '(fundamental-mode . (COMMAND "-m" "dispatch_lint" "lsp")))
(cl-defmethod eglot-handle-notification :after
  (_server (_method (eql textDocument/publishDiagnostics)) &key uri diagnostics &allow-other-keys)
  (setq found (append diagnostics nil)))
(eglot '(fundamental-mode) (cons 'transient default-directory) 'eglot-lsp-server
       '(COMMAND "-m" "dispatch_lint" "lsp") "yaml")
(wait (lambda () found))
(let ((first (format "%s" (plist-get (car found) :code))))
  (setq found 'again)
  (goto-char (point-min))
  (search-forward "a b")
  (replace-match "ab")
  (eglot--signal-textDocument/didChange)
  (wait (lambda () (null found)))
  (with-temp-file "result.txt" (insert first " " (format "%s" found))))
"""


@pytest.mark.skipif(
    not list(Path("/usr/share/emacs/site-lisp").glob("elpa/eglot-*")),
    reason="Emacs with eglot is not installed",
)
def test_eglot_shows_a_violation_and_that_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "function.yaml").write_text("kind: Secret\nname: a b\n")
    command = json.dumps(str(Path(sys.executable).absolute()))
    (tmp_path / "drive.el").write_text(EGLOT.replace("COMMAND", command))
    done = subprocess.run(
        ["emacs", "--batch", "-l", "drive.el"], cwd=tmp_path, timeout=WAIT, capture_output=True,
        check=False,
    )  # fmt: skip
    assert (tmp_path / "result.txt").exists(), done.stderr.decode()
    assert (tmp_path / "result.txt").read_text() == "name-format nil"
