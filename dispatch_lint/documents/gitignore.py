"""The files that git ignores, by .gitignore and .git/info/exclude (gitignore(5)).

The patterns of a project are untrusted input: a pattern that git rejects is ignored here too, and
no pattern takes exponential time to match.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch_lint.config.globs import Patterns
from dispatch_lint.config.named_files import open_regular
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1 << 18
"""The largest ignore file that is read, in bytes."""


class Ignores:
    """The ignore files that apply to a walk, from the root of the repository down.

    Args:
        start: the folder where the walk begins.

    Raises:
        InputError: an ignore file is larger than `MAX_BYTES`.
    """

    def __init__(self, start: Path) -> None:
        self._files: list[tuple[Path, Patterns]] = []
        """Each with the folder that its patterns are relative to; outer ones first."""
        self.start_is_ignored = False
        """Whether the folder where the walk begins is ignored, or one above it."""
        above = [start, *start.parents]
        root = next((depth for depth, folder in enumerate(above) if (folder / ".git").exists()), 0)
        self._read(above[root], above[root] / ".git" / "info" / "exclude")
        for folder, inner in pairwise(above[root::-1]):
            self.enter(folder, [".gitignore"])
            if is_ignored(f"{inner.name}/", self.of(folder)):
                self.start_is_ignored = True

    def enter(self, folder: Path, files: list[str]) -> None:
        """Read the .gitignore of a folder, if there is one.

        Args:
            files: the names of the files in the folder.

        Raises:
            InputError: as of the class.
        """
        if ".gitignore" in files:
            self._read(folder, folder / ".gitignore")

    def _read(self, folder: Path, file: Path) -> None:
        """Read an ignore file for a folder, if it can be read."""
        try:
            if file.name == ".gitignore" and file.is_symlink():  # git does not follow it
                return
            with open_regular(file) as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError:
            return
        if len(data) > MAX_BYTES:
            raise InputError(
                f"{file}: larger than {MAX_BYTES >> 10} KiB; name the files to check instead"
            )
        ignore_file = ignore_file_patterns(data)
        if ignore_file.patterns:  # git creates an info/exclude with nothing but comments
            self._files.append((folder, ignore_file))

    def of(self, folder: Path) -> list[tuple[str, Patterns]]:
        """The ignore files that apply to the entries of a folder, the innermost first.

        Each comes with the path of the folder relative to its own, ending with `/`: the prefix of
        the paths that it matches.
        """
        return [
            (f"{folder.relative_to(base).as_posix()}/".removeprefix("./"), ignore_file)
            for base, ignore_file in reversed(self._files)
            if folder.is_relative_to(base)
        ]


def is_ignored(name: str, ignore_files: list[tuple[str, Patterns]]) -> bool:
    """Whether a pattern ignores an entry of a folder. The folder itself is not considered.

    Args:
        name: of the entry; that of a folder ends with `/`.
        ignore_files: what `Ignores.of` returns for the folder.
    """
    for prefix, ignore_file in ignore_files:
        ignored = ignore_file.ignores(prefix + name)
        if ignored is not None:
            return ignored  # the innermost file with a matching pattern decides
    return False


def ignore_file_patterns(data: bytes) -> Patterns:
    """The patterns of a .gitignore, or of a file like it."""
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
    return Patterns(line.removesuffix("\r") for line in lines)
