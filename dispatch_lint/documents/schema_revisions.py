"""Reads the two sides that `schema diff` compares: schemas or definitions, or a git revision's."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dispatch_lint.config.named_files import MIB
from dispatch_lint.config.settings import Settings
from dispatch_lint.config.tree import exists, is_folder
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.definitions.model import DefinitionError
from dispatch_lint.documents.definition_files import conventions_of, kinds_of, read_paths
from dispatch_lint.schema.catalogue import Catalogue
from dispatch_lint.schema.folder import read_folder
from dispatch_lint.schema.generate import generate

if TYPE_CHECKING:
    from dispatch_lint.schema.shape import Schema

_REVISION = re.compile(r"(?P<revision>[^:-][^:]+):(?P<path>.*)\Z", re.DOTALL)
_MAX_BYTES = 256 * MIB
"""Definitions of a revision that are read, with all that they need."""
_MAX_LISTED = 64 * MIB
"""Bytes of the list of the files of a revision. A few objects of git can be a tree of billions."""
_ENDINGS = (".go", ".json", ".yaml", ".yml", "go.mod")
# A repository that was unpacked, not cloned, may have a configuration that runs programs.
_HARMLESS = (
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never",
    "-c", "core.pager=cat", "-c", "core.sshCommand=false",
)  # fmt: skip


def read_side(argument: str, settings: Settings | None = None) -> dict[str, Schema]:
    """The schemas of one side.

    Args:
        argument: a folder of schemas, Go or OpenAPI definitions, or `REVISION:PATH` of git.
        settings: what they say of kinds, foreign keys and the base entity.

    Raises:
        DefinitionError, CatalogueError: it cannot be read.
    """
    settings = settings or Settings()
    if exists(argument):
        return _schemas(Path(argument), "", settings)
    match = _REVISION.match(argument)
    if match is None:
        raise DefinitionError(f"{argument}: no such file or folder, and not a REVISION:PATH")
    with _exported(match["revision"], match["path"] or ".") as folder:
        return _schemas(folder / match["path"], f"{folder.as_posix()}/", settings)


def _schemas(path: Path, prefix: str, settings: Settings) -> dict[str, Schema]:
    """The schemas of a path; names of files are reported without `prefix`."""
    if is_folder(path) and any(any(path.glob(f"{form}/*.json")) for form in ("stored", "manifest")):
        return read_folder(path)
    conventions = conventions_of(Catalogue(read_folder(builtin_folder())), settings)
    inside = replace(settings, root=Path(prefix)) if prefix else settings
    found = read_paths(
        [str(path)], inside, conventions, lambda name: name.removeprefix(prefix), prefix
    )
    kinds = kinds_of(found, conventions)
    if not kinds:
        raise DefinitionError(f"no kind is declared in {str(path).removeprefix(prefix) or '.'}")
    return generate(kinds)


@contextmanager
def _exported(revision: str, path: str) -> Iterator[Path]:
    """The Go, JSON and YAML files of a revision below a path, in a temporary folder.

    With those elsewhere that they need: go.mod above, vendored packages, and what `$ref` names.
    """
    listed = _git("ls-tree", "-r", "-l", "-z", "--full-tree", revision, most=_MAX_LISTED)
    wanted = [*_wanted(listed.decode("utf-8", "surrogateescape").split("\0"))]
    objects = {name: identity for name, identity, _ in wanted}
    sizes = {name: size for name, _, size in wanted}
    below = os.path.normpath(_from_top(path))
    names = {name for name in objects if _is_below(name, below) and "vendor" not in name.split("/")}
    if not names:
        raise DefinitionError(f"{revision}:{path}: there are no definitions and no schemas")
    names |= {name for name in objects if name == "go.mod" or (
        name.endswith("/go.mod") and _is_below(below, name.removesuffix("/go.mod"))
    )}  # fmt: skip
    folders: dict[str, list[str]] = {}
    for name in objects:
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    done: set[str] = set()
    left = _MAX_BYTES
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-") as temporary:
        folder = Path(temporary).resolve()
        while fresh := sorted(names - done):
            some = fresh[:500]
            left -= sum(map(sizes.__getitem__, some))
            if left < 0:  # a small repository can have objects that are huge
                raise DefinitionError(
                    f"{revision}:{path}: more than {_MAX_BYTES // MIB} MiB of definitions"
                )
            for name, data in zip(some, _contents([objects[name] for name in some]), strict=True):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
                names.update(_needed(name, data, objects, folders))
            done.update(some)
        (folder / _from_top(path)).parent.mkdir(parents=True, exist_ok=True)
        yield folder / _working_directory()


def _is_below(name: str, folder: str) -> bool:
    return folder == "." or name == folder or name.startswith(f"{folder}/")


_IMPORT = re.compile(
    rb'^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([\w-]+\.[\w./~-]+)"', re.MULTILINE
)
_REFERENCE = re.compile(rb"""\$ref["']?[ \t]*:[ \t]*["']?([^"'#\s}]+)""")


def _needed(
    name: str, data: bytes, objects: Collection[str], folders: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The files that one needs: packages passed over that it imports, or files that it refers to.

    Args:
        objects: the names of all files.
        folders: these names by their folder.
    """
    folder = name.rpartition("/")[0]
    if not name.endswith(".go"):
        for reference in _REFERENCE.findall(data):
            other = os.path.normpath(
                f"{folder or '.'}/{unquote(reference.decode('utf-8', 'replace'))}"
            )
            if other in objects:
                yield other
        return
    steps = folder.split("/") if folder else []
    for imported in _IMPORT.findall(data):
        yield from _generated(imported.decode("utf-8", "replace").split("/"), folders)
        for depth in range(len(steps), -1, -1):
            vendored = "/".join([*steps[:depth], "vendor", imported.decode("utf-8", "replace")])
            if vendored in folders:
                yield from (file for file in folders[vendored] if not file.endswith("_test.go"))
                break


def _generated(path: Sequence[str], folders: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The files of a package in a folder `gen`, by the steps of its import path."""
    if "gen" in path:
        for number in range(1, path.index("gen") + 1):
            yield from folders.get("/".join(path[number:]), ())


def _wanted(lines: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """The names of the files that can be read, each with its object and size, from lines of `ls-tree`."""
    for line in lines:
        entry, _, name = line.partition("\t")
        mode, _, identity = entry.partition(" blob ")
        is_file = mode.startswith("100") and name.rpartition("/")[2].endswith(_ENDINGS)
        if is_file and not {"..", ".git"} & set(name.split("/")):
            identity, size = identity.split()
            if not size.isdecimal():  # a partial clone, or a damaged one
                raise _missing(identity)
            yield name, identity, int(size)


def _contents(identities: Sequence[str]) -> Iterator[bytes]:
    """The contents of objects as they are stored: no filter of a repository is run."""
    found = io.BytesIO(_git("cat-file", "--batch", data="\n".join(identities).encode()))
    for identity in identities:
        header = found.readline().split()
        if len(header) != 3:
            raise _missing(identity)
        yield found.read(int(header[2]))
        found.read(1)  # the end of the line


def _missing(identity: str) -> DefinitionError:
    return DefinitionError(f"git: the object {identity} is missing")


def _working_directory() -> str:
    """The path of the working directory from the top of the repository."""
    return _git("rev-parse", "--show-prefix").decode().strip().rstrip("/") or "."


def _from_top(path: str) -> str:
    """A path relative to the top of the repository."""
    return (Path(_working_directory()) / path).as_posix()


def _git(*arguments: str, data: bytes = b"", most: int = _MAX_BYTES + MIB) -> bytes:
    """The output of git, which runs no program that the configuration of a repository names.

    Args:
        data: its standard input.
        most: the bytes of output from which on it is refused.
    """
    command = ["git", "--no-pager", *_HARMLESS, *arguments]
    # An older git knows no GIT_NO_LAZY_FETCH, and `protocol.file.allow` is stronger than `protocol.allow`.
    environment = os.environ | {
        "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""
    }  # fmt: skip
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
        given.write(data)
        given.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=given, stdout=subprocess.PIPE, stderr=told, env=environment
            )
        except OSError as error:
            raise DefinitionError(f"git cannot be run: {error.strerror}") from error
        output = bytearray()
        with process:  # at the end, git can write no more, and ends
            assert process.stdout is not None
            while len(output) <= most and (more := process.stdout.read(MIB)):
                output += more
        if len(output) > most:
            raise DefinitionError(f"git {arguments[0]}: more than {most // MIB} MiB of output")
        if process.returncode != 0:
            told.seek(0)
            message = told.read(MIB).decode("utf-8", "replace").strip().split("\n")[0]
            raise DefinitionError(f"git: {message}")
    return bytes(output)
