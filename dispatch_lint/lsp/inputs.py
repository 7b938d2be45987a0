"""What a configuration was read from, so that a change of it is noticed."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.settings_file import FILE, PROJECT, searched
from dispatch_lint.config.tree import is_folder
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.urls import bolt_path, rooted, scheme_of, sqlite_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dispatch_lint.config.settings import Settings

MAX_FILES = 5_000
"""Files of one folder that are looked at, at most."""
Stamp = tuple[int, int, int] | None
"""The number, size and time of a file; None where there is none."""
_SKIPPED = frozenset({".git", "node_modules", "__pycache__"})


def stamp(file: str | Path) -> Stamp:
    """What a file, or whatever is there, is known by."""
    try:
        status = os.stat(file)  # noqa: PTH116 (a hot path)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def state_of(paths: Iterable[Path]) -> dict[str, Stamp]:
    """The stamps of some files, and of the files in some folders."""
    return {file: stamp(file) for path in paths for file in _files(path)}


def _files(path: Path) -> Iterator[str]:
    yield str(path)
    if is_folder(path):
        yield from islice(_below(path), MAX_FILES)


def _below(folder: Path) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        yield from (os.path.join(root, name) for name in sorted(files))  # noqa: PTH118


def settings_files(root: Path) -> list[Path]:
    """The files that may be the settings of a folder, whether they exist or not."""
    return [folder / name for folder in searched(root) for name in (FILE, PROJECT)]


def rule_inputs(settings: Settings) -> list[Path]:
    """What the kinds and rules come from: schemas, definitions, and the code of plugins."""
    names = (*settings.schemas, *settings.definitions, *settings.plugins)
    return [settings.root / name for name in names]


def known_inputs(settings: Settings) -> list[Path]:
    """What is known beside the documents: the baseline, the ledger, and the file of a store."""
    found = [settings.root / name for name in (settings.baseline, settings.ledger) if name]
    store = store_file(settings)
    return [*found, store] if store else found


def store_file(settings: Settings) -> Path | None:
    """The file of the store; None where there is none, or a server."""
    if not settings.store:
        return None
    try:
        url = rooted(settings.store, settings.root)
        path_of: Any = {"sqlite": sqlite_path, "bolt": bolt_path}.get(scheme_of(url))
        return path_of(url) if path_of is not None else None
    except StoreError:
        return None  # opening it says why
