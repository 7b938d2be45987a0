"""Installs two versions side by side, as users install them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HOME = ROOT / ".venv/golden"
_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")


def install_base(revision: str, extras: Sequence[str]) -> Path:
    """Install a revision; returns its command. What is installed already stays."""
    commit = _git("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    mark, wanted = HOME / "base/.golden", f"{commit} {','.join(extras)}"
    command = HOME / "base/bin/dispatch-lint"
    if command.exists() and mark.exists() and mark.read_text() == wanted:
        return command
    source = _emptied(HOME / "base-src")
    archive = subprocess.Popen(
        ["git", "-C", ROOT, "archive", "--format=tar", commit], stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x", "-C", source], stdin=archive.stdout, check=True)
    if archive.wait():
        raise SystemExit(f"git archive {commit} failed")
    _install("base", source, extras)
    mark.write_text(wanted)
    return command


def install_head(extras: Sequence[str]) -> Path:
    """Install a copy of the working tree, so that no editable install is measured; returns its command."""
    source = _emptied(HOME / "head-src")
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
        file = ROOT / name
        if file.is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, source / name)
    _install("head", source, extras)
    return HOME / "head/bin/dispatch-lint"


def _install(name: str, source: Path, extras: Sequence[str]) -> None:
    home = HOME / name
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
    project = f"{source}[{','.join(extras)}]" if extras else str(source)
    subprocess.run([python, *_PIP, project], check=True)
    # What has the same version would stay as it is.
    subprocess.run([python, *_PIP, "--force-reinstall", "--no-deps", source], check=True)


def _git(*arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", ROOT, *arguments], check=True, capture_output=True
    ).stdout  # fmt: skip


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
