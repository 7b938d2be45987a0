"""The tree of files that a run is about, and what leads out of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def real_path(path: Path) -> Path:
    """A path without links, see `real_name`."""
    return Path(real_name(path))


def real_name(path: str | Path) -> str:
    """A path without links, for any text that a checked tree names, and for any of its links.

    It stays as it is where nothing can be opened: where links lead in a circle, or to more links
    than the system follows, and where a text cannot be a path (NUL, half a character).
    """
    try:
        os.stat(path)  # noqa: PTH116 (a hot path)
    except OSError as error:
        if error.errno == errno.ELOOP:  # `realpath` follows each, and recurses
            return os.path.abspath(path)  # noqa: PTH100 (links are not followed)
    except ValueError:
        return os.path.abspath(path)  # noqa: PTH100
    return os.path.realpath(path)


# Those of `pathlib` raise where a name is too long: a checked tree may name anything.


def exists(path: str | Path) -> bool:
    """Whether there is a file or folder of a path."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: str | Path) -> bool:
    """Whether a path is that of a file."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: str | Path) -> bool:
    """Whether a path is that of a folder."""
    return os.path.isdir(path)  # noqa: PTH112


def repository_of(folder: Path) -> Path | None:
    """The root of the git repository around an absolute folder; None where there is none."""
    return next((above for above in (folder, *folder.parents) if exists(above / ".git")), None)


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
