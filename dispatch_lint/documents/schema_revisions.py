"""The sides of a comparison: schema folders, definitions, or either at a revision of git."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


def read_side(said: str) -> dict[str, Schema]:
    """The schemas of one side.

    Args:
        said: a folder of schemas, Go or OpenAPI definitions, or `REVISION:PATH` of git.

    Raises:
        DefinitionError, CatalogueError: it cannot be read.
    """
    if Path(said).exists():
        return _schemas(Path(said), "")
    match = _REVISION.match(said)
    if match is None:
        raise DefinitionError(
            f"{said}: there is no such file or folder, and it is no REVISION:PATH"
        )
    with _exported(match["revision"], match["path"] or ".") as folder:
        return _schemas(folder / match["path"], f"{folder.as_posix()}/")


def _schemas(path: Path, prefix: str) -> dict[str, Schema]:
    """The schemas of a path; `prefix` is not part of the names that people see."""
    if path.is_dir() and any(any(path.glob(f"{form}/*.json")) for form in ("stored", "manifest")):
        return read_folder(path)
    conventions = conventions_of(Catalogue(read_folder(builtin_folder())), Settings())
    found = read_paths([str(path)], Settings(), conventions, lambda name: name.removeprefix(prefix))
    kinds = kinds_of(found, conventions)
    if not kinds:
        raise DefinitionError(f"no kind is declared in {str(path).removeprefix(prefix) or '.'}")
    return generate(kinds)


@contextmanager
def _exported(revision: str, path: str) -> Iterator[Path]:
    """The files of a revision below a path, in a folder that goes with the block.

    Only what definitions and schemas are made of: a revision may hold whatever else.
    """
    wanted = ("*.go", "*.json", "*.yaml", "*.yml", "go.mod")
    listed = _git(
        "ls-tree", "-r", "-z", "--full-tree", "--name-only", revision, "--", _from_top(path)
    )
    names = [
        name for name in listed.decode("utf-8", "surrogateescape").split("\0")
        if name and any(Path(name).match(one) for one in wanted) and "/vendor/" not in f"/{name}"
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
        yield folder / _above(path)


def _above(path: str) -> str:
    """Where the working directory is, seen from the top of the repository."""
    return _git("rev-parse", "--show-prefix").decode().strip().rstrip("/") or "."


def _from_top(path: str) -> str:
    joined = (Path(_above(path)) / path).as_posix()
    return joined if joined != "" else "."


def _top() -> str:
    return _git("rev-parse", "--show-toplevel").decode().strip()


def _git(*arguments: str) -> bytes:
    try:
        result = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except OSError as error:
        raise DefinitionError(f"git cannot be run: {error.strerror}") from error
    if result.returncode != 0:
        said = result.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise DefinitionError(f"git: {said}")
    return result.stdout
