"""The files that git ignores, by .gitignore and .git/info/exclude (gitignore(5)).

The patterns of a project are untrusted input: a pattern that git rejects is ignored here too, and
no pattern takes exponential time to match. git matches bytes, so `?` stands for one byte: all
patterns and paths are bytes decoded as Latin-1.
"""

from __future__ import annotations

import os
import re
import stat
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch_lint.documents.gitignore_patterns import NOTHING, read_pattern
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dispatch_lint.documents.gitignore_patterns import Pattern

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
        self._files: list[tuple[Path, IgnoreFile]] = []
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
            # Like git, do not follow a link to a .gitignore; and opening a pipe may block for ever.
            status = os.lstat(file) if file.name == ".gitignore" else os.stat(file)  # noqa: PTH116
            if not stat.S_ISREG(status.st_mode):
                return
            with file.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError:
            return
        if len(data) > MAX_BYTES:
            raise InputError(
                f"{file}: patterns of more than {MAX_BYTES >> 10} KiB; name the files to check"
            )
        ignore_file = IgnoreFile(data)
        if ignore_file.patterns:  # git creates an info/exclude with nothing but comments
            self._files.append((folder, ignore_file))

    def of(self, folder: Path) -> list[tuple[str, IgnoreFile]]:
        """The ignore files that apply to the entries of a folder, the innermost first.

        Each comes with the path of the folder relative to its own, ending with `/`: the prefix of
        the paths that it matches.
        """
        return [
            (f"{folder.relative_to(base).as_posix()}/".removeprefix("./"), ignore_file)
            for base, ignore_file in reversed(self._files)
            if folder.is_relative_to(base)
        ]


def is_ignored(name: str, ignore_files: list[tuple[str, IgnoreFile]]) -> bool:
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


class _AnyOf:
    """Matches any of a set of patterns.

    Compiling a regular expression takes as long as matching a hundred files, so plain patterns
    are compared as text, and the others are joined into one expression.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._names: set[str] = set()
        endings: list[str] = []
        expressions: dict[bool, list[str]] = {True: [], False: []}
        for pattern in patterns:
            if not pattern.plain:
                expressions[pattern.by_name].append(pattern.expression)
            elif pattern.plain.startswith("*"):
                endings.append(pattern.plain[1:])
            else:
                self._names.add(pattern.plain)
        self._endings = tuple(endings)
        self._name_expression, self._path_expression = (
            re.compile("|".join(expressions[by_name]) or NOTHING) for by_name in (True, False)
        )

    def matches(self, path: str, last: str) -> bool:
        """Whether one of the patterns matches a path, whose last name is `last`."""
        return (
            last in self._names
            or last.endswith(self._endings)
            or self._name_expression.fullmatch(last) is not None
            or self._path_expression.fullmatch(path) is not None
        )


class IgnoreFile:
    """One file of patterns, such as a .gitignore.

    Most paths match no pattern, so that all patterns are first tried at once.

    Args:
        data: the content of the file.
    """

    def __init__(self, data: bytes) -> None:
        lines = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
        found = [read_pattern(line.removesuffix("\r")) for line in lines]
        self.patterns = [pattern for pattern in reversed(found) if pattern is not None]
        """From the last line to the first: the last matching line decides."""
        self._only_ignores = all(pattern.ignores for pattern in self.patterns)
        self._for_all = _AnyOf(pattern for pattern in self.patterns if not pattern.only_folders)
        self._for_folders = _AnyOf(pattern for pattern in self.patterns if pattern.only_folders)

    def ignores(self, name: str) -> bool | None:
        """Whether a path is ignored; None where no pattern matches it.

        Patterns that match a folder above the path are not considered: the walk asks about each
        folder before it enters it.

        Args:
            name: relative to the folder of the file; that of a folder ends with `/`.
        """
        if not name.isascii():
            name = os.fsencode(name).decode("latin-1")
        path = name.removesuffix("/")
        is_folder = path is not name
        last = path[path.rfind("/") + 1 :]
        matches = self._for_all.matches(path, last)
        if not matches and not (is_folder and self._for_folders.matches(path, last)):
            return None
        return self._only_ignores or next(
            pattern.ignores for pattern in self.patterns
            if (is_folder or not pattern.only_folders)
            and _compiled(pattern.expression).fullmatch(last if pattern.by_name else path)
        )  # fmt: skip


_compiled = cache(re.compile)
