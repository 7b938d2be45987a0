"""Reads the two sides that `schema diff` compares: schemas or definitions, or a git revision's."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.settings import Settings
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.definitions.model import DefinitionError
from dispatch_lint.documents.definition_files import conventions_of, kinds_of, read_paths
from dispatch_lint.schema.catalogue import Catalogue
from dispatch_lint.schema.folder import read_folder
from dispatch_lint.schema.generate import generate

if TYPE_CHECKING:
    from dispatch_lint.schema.shape import Schema

_REVISION = re.compile(r"(?P<revision>[^:]{2,}):(?P<path>.*)\Z", re.DOTALL)


def read_side(argument: str, settings: Settings | None = None) -> dict[str, Schema]:
    """The schemas of one side.

    Args:
        argument: a folder of schemas, Go or OpenAPI definitions, or `REVISION:PATH` of git.
        settings: what they say of kinds, foreign keys and the base entity.

    Raises:
        DefinitionError, CatalogueError: it cannot be read.
    """
    settings = settings or Settings()
    if Path(argument).exists():
        return _schemas(Path(argument), "", settings)
    match = _REVISION.match(argument)
    if match is None:
        raise DefinitionError(
            f"{argument}: there is no such file or folder, and it is no REVISION:PATH"
        )
    with _exported(match["revision"], match["path"] or ".") as folder:
        return _schemas(folder / match["path"], f"{folder.as_posix()}/", settings)


def _schemas(path: Path, prefix: str, settings: Settings) -> dict[str, Schema]:
    """The schemas of a path; names of files are reported without `prefix`."""
    if path.is_dir() and any(any(path.glob(f"{form}/*.json")) for form in ("stored", "manifest")):
        return read_folder(path)
    conventions = conventions_of(Catalogue(read_folder(builtin_folder())), settings)
    inside = replace(settings, root=Path(prefix)) if prefix else settings
    found = read_paths([str(path)], inside, conventions, lambda name: name.removeprefix(prefix))
    kinds = kinds_of(found, conventions)
    if not kinds:
        raise DefinitionError(f"no kind is declared in {str(path).removeprefix(prefix) or '.'}")
    return generate(kinds)


@contextmanager
def _exported(revision: str, path: str) -> Iterator[Path]:
    """The Go, JSON and YAML files of a revision below a path, in a temporary folder."""
    wanted = ("*.go", "*.json", "*.yaml", "*.yml", "go.mod")
    listed = _git(
        "ls-tree", "-r", "-z", "--full-tree", "--name-only", revision, "--", _from_top(path)
    )
    names = [
        name for name in listed.decode("utf-8", "surrogateescape").split("\0")
        if name and any(Path(name).match(glob) for glob in wanted) and "/vendor/" not in f"/{name}"
    ]  # fmt: skip
    if not names:
        raise DefinitionError(f"{revision}:{path}: there are no definitions and no schemas")
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-") as temporary:
        folder = Path(temporary).resolve()
        for start in range(0, len(names), 500):
            archive = _git("-C", _top(), "archive", "--format=tar", revision, "--",
                           *names[start : start + 500])  # fmt: skip
            with tarfile.open(fileobj=io.BytesIO(archive)) as files:
                if hasattr(tarfile, "data_filter"):
                    files.extractall(folder, filter="data")
                else:  # Python 3.11 before 3.11.4; the archive is git's own
                    files.extractall(folder)
        (folder / _from_top(path)).parent.mkdir(parents=True, exist_ok=True)
        yield folder / _working_directory()


def _working_directory() -> str:
    """The path of the working directory from the top of the repository."""
    return _git("rev-parse", "--show-prefix").decode().strip().rstrip("/") or "."


def _from_top(path: str) -> str:
    """A path relative to the top of the repository."""
    return (Path(_working_directory()) / path).as_posix()


def _top() -> str:
    """The top of the working tree; in a bare repository, which has none, the repository."""
    if _git("rev-parse", "--is-bare-repository").strip() == b"true":
        return "."
    return _git("rev-parse", "--show-toplevel").decode().strip()


def _git(*arguments: str) -> bytes:
    try:
        result = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except OSError as error:
        raise DefinitionError(f"git cannot be run: {error.strerror}") from error
    if result.returncode != 0:
        message = result.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise DefinitionError(f"git: {message}")
    return result.stdout
