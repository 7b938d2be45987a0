"""The tree of files that a run is about, and what leads out of it."""

from __future__ import annotations

import os
from pathlib import Path


def real_path(path: Path) -> Path:
    """A path without links. `Path.resolve` raises where links lead in a circle."""
    return Path(os.path.realpath(path))


def repository_of(folder: Path) -> Path | None:
    """The root of the git repository around an absolute folder; None where there is none."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)


def tree_of(folder: Path) -> Path:
    """The tree that a folder belongs to: the git repository around it, else the folder itself.

    Links in the result are resolved.
    """
    folder = folder.absolute()
    return real_path(repository_of(folder) or folder)


def is_inside(path: Path, tree: Path) -> bool:
    """Whether a path lies in a tree when links are followed; it need not exist.

    Args:
        tree: as `tree_of` returns it.
    """
    return real_path(path).is_relative_to(tree)
