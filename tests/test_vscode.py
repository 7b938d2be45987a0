"""The VS Code extension: it compiles, is packaged without a network, and drives the real server.

editors/vscode/test/session.ts is the session: the compiled extension against a stand-in of the
module `vscode`. It runs where there is node, and where `make editors` has installed what builds it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dispatch_lint.version import __version__
from tests.vsix import MAX_BYTES, NEEDED, problems

FOLDER = Path(__file__).parent.parent / "editors" / "vscode"
STEPS = 18  # of the session, and tests besides


def _missing() -> str:
    """Why the extension cannot be built here; empty where it can be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node and npm are not installed"
    if not (FOLDER / "node_modules" / "esbuild").is_dir():
        return "what builds the extension is not installed: make editors"
    return ""


def npm(script: str, **environment: str) -> str:
    """Run a script of the extension; its output."""
    result = subprocess.run(
        ["npm", "run", "--silent", script],
        cwd=FOLDER, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "FORCE_COLOR": "0", **environment},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.skipif(bool(_missing()), reason=_missing() or "it can be built")
def test_the_extension_is_built_and_works() -> None:
    npm("types")
    npm("build")
    npm("package")
    assert list(problems(FOLDER / "dist" / "dispatch-lint.vsix")) == []
    program = Path(sys.executable).parent / "dispatch-lint"
    log = npm("test", DISPATCH_LINT=str(program))
    assert log.count("✔") >= STEPS and "✖" not in log and "skipped 0" in log, log


def test_the_manifest_agrees_with_the_program_and_the_documentation() -> None:
    package = json.loads((FOLDER / "package.json").read_text())
    readme = (FOLDER / "README.md").read_text()
    assert package["version"] == __version__
    settings = package["contributes"]["configuration"]["properties"]
    for name, setting in settings.items():
        assert f"| `{name}` |" in readme
        assert setting.get("description") or setting.get("markdownDescription")
    for command in package["contributes"]["commands"]:
        assert f"| {command['category']}: {command['title']} |" in readme
    trust = package["capabilities"]["untrustedWorkspaces"]
    assert (
        trust["supported"] == "limited"
        and "dispatch-lint.path" in trust["restrictedConfigurations"]
    )


@pytest.mark.parametrize(("changes", "problem"), [
    ({}, ""),
    ({"extension/src/client.ts": "x"}, "extension/src/client.ts does not belong there"),
    ({"extension/dist/extension.js": None}, "extension/dist/extension.js is missing"),
    ({"extension/LICENSE.txt": None}, "extension/LICENSE.txt is missing"),
    ({"extension/dist/extension.js": "/home/me/x"}, "names a place of this machine"),
    ({"extension/package.json": '{"dependencies": {}}'}, "should be bundled"),
    ({"extension/media/large.png": os.urandom(MAX_BYTES)}, "more than 1,000,000"),
])  # fmt: skip
def test_what_is_wrong_with_a_package(
    changes: dict[str, str | bytes | None], problem: str, tmp_path: Path
) -> None:
    files: dict[str, str | bytes | None] = {**dict.fromkeys(NEEDED, "{}"), **changes}
    with zipfile.ZipFile(tmp_path / "a.vsix", "w") as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name, content)
    found = list(problems(tmp_path / "a.vsix"))
    assert len(found) == bool(problem) and problem in "".join(found)
