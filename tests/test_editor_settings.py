"""docs/editors.md: each block that is to be pasted, in the editor that it is for, without a screen."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from tests.command import WAIT

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "editors.md").read_text()
MANIFEST = "kind: Function\nname: f\nimage: é\nstatus: ready\n"
NEWER_NEOVIM = next((ROOT / ".venv/editors").glob("neovim/*/install/bin/nvim"), None)


def block(heading: str, page: str = PAGE) -> str:
    """The first block below a heading."""
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = re.search(r"^```\w*\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def neovim_version(program: str | Path | None) -> tuple[int, ...]:
    """The version of a Neovim; (0,) where there is none."""
    if program is None:
        return (0,)
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return tuple(int(number) for number in re.findall(r"\d+", output.stdout.splitlines()[0]))


INSTALLED = [found for found in (shutil.which("nvim"), NEWER_NEOVIM) if found]
OLDER = next((found for found in INSTALLED if (0, 7) <= neovim_version(found) < (0, 11)), None)
NEWER = next((found for found in INSTALLED if neovim_version(found) >= (0, 11)), None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder below the root of a project, with a manifest that has two violations."""
    (tmp_path / "dispatch-lint.toml").write_text("extend-select = ['server-owned-field']\n")
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "function.yaml").write_text(MANIFEST)
    return tmp_path


def run(project: Path, *command: str | Path) -> str:
    """Run an editor where `dispatch-lint` is on the PATH; what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        command, cwd=project / "functions", capture_output=True, text=True, check=False, timeout=WAIT,
        env={**os.environ, "PATH": path, "HOME": str(project), "XDG_CONFIG_HOME": str(project)},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def check(found: list[dict[str, object]]) -> None:
    """Both violations are shown, in the line where they are (from 0)."""
    assert {(one["rule"], one["line"]) for one in found} == {
        ("server-owned-field", 3), ("status-value", 3),
    }  # fmt: skip


DRIVE_NEOVIM = """
vim.cmd('edit function.yaml')
vim.wait(60000, function() return #vim.diagnostic.get(0) >= 2 end, 50)
local found = {}
for _, one in ipairs(vim.diagnostic.get(0)) do
  local code = one.code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code)
  table.insert(found, { line = one.lnum, rule = code })
end
local file = io.open('result.json', 'w')
file:write(vim.fn.json_encode({ found = found, roots = vim.tbl_map(function(client)
  return client.config.root_dir
end, (vim.lsp.get_clients or vim.lsp.get_active_clients)()) }))
file:close()
vim.cmd('qall!')
"""


@pytest.mark.parametrize(("heading", "program"), [
    pytest.param("Neovim 0.7 to 0.10", OLDER, marks=pytest.mark.skipif(
        OLDER is None, reason="no Neovim of 0.7 to 0.10 is installed")),
    pytest.param("Neovim 0.11 and newer", NEWER, marks=pytest.mark.skipif(
        NEWER is None, reason="no Neovim from 0.11 on is installed: make editors")),
])  # fmt: skip
def test_neovim(heading: str, program: str | Path, project: Path) -> None:
    (project / "init.lua").write_text(block(heading))
    (project / "drive.lua").write_text(DRIVE_NEOVIM)
    run(
        project, program, "--headless", "-i", "NONE", "-n", "-u", project / "init.lua",
        "-c", "filetype on", "-c", f"luafile {project / 'drive.lua'}", "-c", "qall!",
    )  # fmt: skip
    result = json.loads((project / "functions" / "result.json").read_text())
    check(result["found"])
    assert result["roots"] == [str(project)]


EGLOT = """
(package-initialize)
(setq eglot-connect-timeout 120)
(load (expand-file-name "../init.el"))
(require 'eglot)
(find-file "function.yaml")
(run-hooks 'post-command-hook)
(let ((end (+ (float-time) 60)))
  (while (and (< (float-time) end) (< (length (flymake-diagnostics)) 2))
    (accept-process-output nil 0.1)
    (when (bound-and-true-p flymake-mode) (flymake-start))))
(dolist (found (flymake-diagnostics))
  (princ (format "line %s: %s\\n" (line-number-at-pos (flymake-diagnostic-beg found))
                 (flymake-diagnostic-text found))))
(kill-emacs 0)
"""
LSP_MODE = """
(package-initialize)
(setq lsp-auto-guess-root t lsp-enable-file-watchers nil lsp-enable-snippet nil
      lsp-session-file (expand-file-name "../session"))
(load (expand-file-name "../init.el"))
(require 'lsp-mode)
(lsp-workspace-folders-add (directory-file-name (expand-file-name "..")))
(find-file "function.yaml")
(lsp)
(let ((end (+ (float-time) 60)))
  (while (and (< (float-time) end) (zerop (hash-table-count (lsp-diagnostics t))))
    (accept-process-output nil 0.1)))
(maphash (lambda (_ all)
           (dolist (found all)
             (princ (format "line %s: [%s]\\n" (1+ (lsp-get (lsp-get (lsp-get found :range) :start) :line))
                            (lsp-get found :code)))))
         (lsp-diagnostics t))
(kill-emacs 0)
"""


def _has_emacs(*packages: str) -> bool:
    """Whether Emacs has packages."""
    if shutil.which("emacs") is None:
        return False
    requires = "".join(f"(require '{package})" for package in packages)
    return not subprocess.run(
        ["emacs", "--batch", "--eval", f"(progn (package-initialize) {requires})"],
        capture_output=True, check=False,
    ).returncode  # fmt: skip


@pytest.mark.parametrize(("heading", "package", "drive"), [
    ("Emacs, eglot", "eglot", EGLOT), ("Emacs, lsp-mode", "lsp-mode", LSP_MODE),
])  # fmt: skip
def test_emacs(heading: str, package: str, drive: str, project: Path) -> None:
    if not _has_emacs("yaml-mode", package):
        pytest.skip(f"Emacs with yaml-mode and {package} is not installed")
    (project / "init.el").write_text(block(heading))
    (project / "drive.el").write_text(drive)
    output = run(project, "emacs", "--batch", "--load", project / "drive.el")
    found = re.findall(r"^line (\d+): .*?\[([\w-]+)\]", output, re.MULTILINE)
    check([{"line": int(line) - 1, "rule": rule} for line, rule in found])


KATE = [shutil.which(name) for name in ("dbus-run-session", "kate")]


@pytest.mark.skipif(None in KATE, reason="kate and dbus-run-session are not installed")
def test_kate(project: Path) -> None:
    """Kate shows nothing without a screen: what its server told it is what counts."""
    program = project / "bin" / "dispatch-lint"
    files = {
        program: f'#!/bin/sh\n{sys.executable} -m dispatch_lint "$@" | tee -a {project}/told\n',
        project / "kate/lspclient/settings.json": block("Kate"),
        # What the user answers when Kate asks whether it may start the server.
        project / "katerc": f"[lspclient]\nAllowedServerCommandLines={program} lsp\n",
        project / "data/kate/anonymous.katesession": "[Kate Plugins]\nlspclientplugin=true\n",
    }
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    program.chmod(0o755)
    (project / "run").mkdir(mode=0o700)
    environment = {
        **os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "QT_QPA_PLATFORM": "offscreen", "HOME": str(project), "XDG_CONFIG_HOME": str(project),
        "XDG_DATA_HOME": str(project / "data"), "XDG_CACHE_HOME": str(project / "cache"),
        "XDG_RUNTIME_DIR": str(project / "run"),
    }  # fmt: skip
    told = project / "told"
    with subprocess.Popen(
        [*map(str, KATE), "--startanon", "--block", "functions/function.yaml"], cwd=project,
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as kate:  # fmt: skip
        try:
            end = time.monotonic() + WAIT
            while not told.exists() or "status-value" not in told.read_text():
                assert time.monotonic() < end and kate.poll() is None
                time.sleep(0.1)
        finally:
            os.killpg(kate.pid, signal.SIGKILL)
    found = re.findall(r'"code": "([\w-]+)"', told.read_text())
    assert sorted(set(found)) == ["server-owned-field", "status-value"]


def test_blocks_of_other_editors_parse() -> None:
    helix = tomllib.loads(block("Helix"))
    assert helix["language-server"]["dispatch-lint"] == {
        "command": "dispatch-lint",
        "args": ["lsp"],
    }
    assert all("dispatch-lint" in one["language-servers"] for one in helix["language"])
    for one in json.loads(block("Kate"))["servers"].values():
        assert one["command"] == ["dispatch-lint", "lsp"]
    client = json.loads(block("Sublime Text"))["clients"]["dispatch-lint"]
    assert client["command"] == block("JetBrains").split() == ["dispatch-lint", "lsp"]
    package = json.loads((ROOT / "editors/vscode/package.json").read_text())
    properties = package["contributes"]["configuration"]["properties"]
    assert set(json.loads(block("Visual Studio Code"))) <= set(properties)


def test_the_entry_for_a_schema_catalogue() -> None:
    entry = json.loads(block("In a schema catalogue", (ROOT / "docs" / "schemas.md").read_text()))
    assert set(entry) == {"name", "description", "fileMatch", "url"}
    assert all(re.fullmatch(r"\*\.dispatch\.(yaml|yml|json)", name) for name in entry["fileMatch"])
    path = entry["url"].split("/main/", 1)[1]
    schema = json.loads((ROOT / path).read_text())
    assert schema["title"] == entry["name"] and "draft-07" in schema["$schema"]
