"""The VS Code extension in VS Code itself, as code-server packages it for browsers.

`make vscode-editor` installs it and runs this; elsewhere it is skipped. What needs a compiler (the
hash of passwords, a watchdog) is replaced: neither plays a part here.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api")
ROOT = Path(__file__).parent.parent
MODULES = ROOT / ".venv/editors/code-server/node_modules"
VSIX = ROOT / "editors/vscode/dist/dispatch-lint.vsix"
CHROMIUM = shutil.which("chromium")
REPLACED = {
    "argon2/argon2.js": "module.exports = {};\n",
    "code-server/lib/vscode/node_modules/native-watchdog/index.js": "exports.start = () => {};\n",
}
RULE = '''"""A rule of the workspace."""
from dispatch_lint.rule import Finding, Rule, Severity


class OwnRule(Rule):
    """Reports every document."""

    name = "own-rule"
    summary = "Reports every document."
    severity = Severity.ERROR
    valid = ()
    invalid = ()

    def check_entity(self, entity):
        yield Finding((), "seen")
'''

pytestmark = [
    pytest.mark.skipif(not MODULES.is_dir(), reason="no VS Code is installed: make vscode-editor"),
    pytest.mark.skipif(not VSIX.is_file(), reason="the extension is not built: make vscode"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a VS Code with the extension, and no other."""
    for name, text in REPLACED.items():
        (MODULES / name).write_text(text)
    settings = tmp_path / "user" / "User" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({
        "dispatch-lint.path": str(Path(sys.executable).parent / "dispatch-lint"),
        "workbench.startupEditor": "none",
        "security.workspace.trust.startupPrompt": "never",
        "security.workspace.trust.banner": "never",
    }))  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: list[str | Path] = [
        "node", MODULES / "code-server/out/node/entry.js", "--user-data-dir", tmp_path / "user",
        "--extensions-dir", tmp_path / "extensions", "--config", tmp_path / "config.yaml",
    ]  # fmt: skip
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    subprocess.run(
        [*command, "--install-extension", VSIX],
        env=environment, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--auth", "none", "--bind-addr", f"127.0.0.1:{port}",
             "--disable-telemetry", "--disable-update-check"],
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", tmp_path / "log")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(url: str, log: Path) -> None:
    for _ in range(60):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"VS Code does not answer: {log.read_text()}")


def run_command(page: Page, title: str) -> None:
    """Run a command by the palette."""
    page.keyboard.press("F1")
    entry = page.locator(".quick-input-widget input")
    entry.wait_for()
    entry.fill(f">{title}")
    page.locator(".quick-input-list .monaco-list-row", has_text=title).first.click()


def test_a_session_in_vs_code(address: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "rules").mkdir(parents=True)
    (project / "rules" / "own.py").write_text(RULE)
    (project / "dispatch-lint.toml").write_text(
        "plugins = ['rules']\nignore = ['server-owned-field']\nextend-select = ['own-rule']\n"
    )
    (project / "function.yaml").write_text(
        "kind: Function\nname: f\nimage: nodejs\nstatus: ready\n"
    )
    expect = sync_api.expect
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        page.goto(f"{address}?folder={project}")
        page.get_by_text("function.yaml").first.dblclick()
        status = page.locator('[id="dispatch-lint.dispatch-lint.dispatch-lint.status"]')

        # Restricted Mode: the user's own program, and nothing of the workspace
        page.locator(".squiggly-error").first.wait_for()
        expect(status).to_contain_text("1")
        expect(status).to_contain_text("untrusted")
        expect(page.locator(".notification-list-item", has_text="needs your trust")).to_be_visible()

        page.locator(".view-lines").click()
        run_command(page, "dispatch-lint: Fix All in File")
        expect(page.locator(".view-lines")).to_contain_text("READY")
        expect(page.locator(".squiggly-error")).to_have_count(0)

        # Trust, given in the editor's own page
        run_command(page, "dispatch-lint: Trust This Workspace")
        page.get_by_role("button", name="Trust", exact=True).click()
        expect(status).not_to_contain_text("untrusted")
        expect(status).to_contain_text("1")  # the workspace's own rule

        run_command(page, "dispatch-lint: Show the Report")
        report = page.frame_locator("iframe.webview").frame_locator("#active-frame")
        expect(report.locator("h1")).to_contain_text("dispatch-lint report")
        browser.close()
