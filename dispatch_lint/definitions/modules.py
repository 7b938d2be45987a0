"""The import paths of folders, from the go.mod files at or above some Go files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial

from dispatch_lint.config.tree import is_file, real_name
from dispatch_lint.definitions.go_package import ONLY_TYPES, GoSource

_MODULE = re.compile(rb"^module[ \t]+(\S+)", re.MULTILINE)

_MAX_BYTES = 1 << 20
"""Bytes of a go.mod that are read."""
_MAX_SOURCE = 16 << 20
"""Bytes of a file that is read for its types only."""


def module_files(files: Iterable[str]) -> list[str]:
    """The path of every go.mod that may apply to some Go files, whether it exists or not."""
    folders = {name.rpartition("/")[0] or "." for name in files}
    if not folders:
        return []
    for folder in list(folders):
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            folders.add(folder)
    return [os.path.join(folder, "go.mod") for folder in sorted({*folders, "."})]  # noqa: PTH118


def read_modules(files: Iterable[str], base: str = "") -> dict[str, str]:
    """The import path that each go.mod at or above some Go files declares, by its folder.

    Args:
        base: what the names are relative to, with a slash at the end.
    """
    return {
        os.path.dirname(file): path  # noqa: PTH120
        for file in module_files(files)
        for path in _path_in(f"{base}{file}")
    }


def _path_in(file: str) -> Iterator[str]:
    if not is_file(file):
        return  # opening a pipe could block for ever
    try:
        with open(file, "rb") as stream:  # noqa: PTH123
            module = _MODULE.search(stream.read(_MAX_BYTES))
    except OSError:
        return
    if module:
        yield module[1].decode("utf-8", "replace").strip('"')


def passed_over_files(folder: str, base: str = "") -> list[GoSource]:
    """The files of a package that is read for its types only, see `ONLY_TYPES`.

    None elsewhere, and none that links lead out of that folder to.

    Args:
        base: what the folder is relative to, with a slash at the end.
    """
    path = f"{base}{folder}"
    steps = path.split("/")
    number = next((number for number, step in enumerate(steps) if step in ONLY_TYPES), None)
    if number is None or ".." in steps:
        return []
    root = "/".join(steps[:number]) or ("/" if path.startswith("/") else ".")
    try:
        names = sorted(os.listdir(path))  # noqa: PTH208
    except (OSError, ValueError):  # an import may name anything, NUL included
        return []
    top = os.path.join(real_name(root), "")  # noqa: PTH118
    files = [
        f"{path}/{name}" for name in names if name.endswith(".go") and not name.endswith("_test.go")
    ]
    return [
        GoSource(file.removeprefix(base), partial(_content, file))
        for file in files
        if is_file(file) and real_name(file).startswith(top)
    ]


def _content(file: str) -> bytes:
    """The content of a file; empty if it cannot be read."""
    try:
        with open(file, "rb") as stream:  # noqa: PTH123
            return stream.read(_MAX_SOURCE)
    except OSError:
        return b""
