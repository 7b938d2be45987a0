"""Where Go says what the import paths of folders are: in the go.mod at, or above, the files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

_MODULE = re.compile(rb"^module[ \t]+(\S+)", re.MULTILINE)

_MOST = 1 << 20
"""Bytes of a go.mod that are read."""


def module_files(files: Iterable[str]) -> list[str]:
    """Every go.mod that could speak of some Go files, there or not."""
    folders = {name.rpartition("/")[0] or "." for name in files}
    if not folders:
        return []
    for folder in list(folders):
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            folders.add(folder)
    return [os.path.join(folder, "go.mod") for folder in sorted({*folders, "."})]  # noqa: PTH118


def read_modules(files: Iterable[str]) -> dict[str, str]:
    """Import paths of the folders, at or above some Go files, that have a go.mod."""
    return {os.path.dirname(file): path for file in module_files(files) for path in _path_in(file)}  # noqa: PTH120


def _path_in(file: str) -> Iterator[str]:
    if not os.path.isfile(file):  # noqa: PTH113
        return  # to open a pipe may wait for ever
    try:
        with open(file, "rb") as stream:  # noqa: PTH123
            found = _MODULE.search(stream.read(_MOST))
    except OSError:
        return
    if found:
        yield found[1].decode("utf-8", "replace").strip('"')
