"""The wheel holds what the tree holds: an editable install would not notice a missing folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def tracked(*patterns: str) -> set[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in result.stdout.splitlines() if (ROOT / name).exists()}


def test_the_wheel_holds_the_tree(tmp_path: Path) -> None:
    # Of a copy: what is built writes entry points beside the code, and others read these just then.
    tree = tmp_path / "tree"
    for name in tracked("."):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tree / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(tree)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        name.replace("rules/", "dispatch_lint_rules/", 1) if name.startswith("rules/")
        else name.replace("schemas/", "dispatch_lint_schemas/", 1) if name.startswith("schemas/")
        else name
        for name in tracked("dispatch_lint", "rules", "schemas")
    }  # fmt: skip
    assert packed == expected


def test_nothing_of_the_machine_is_committed() -> None:
    names = tracked(".")
    assert not [
        name for name in names if name.endswith(("uv.lock", "poetry.lock", "package-lock.json"))
    ]
