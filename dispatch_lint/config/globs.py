"""Globs of the settings, which are patterns of .gitignore, and the paths that they match.

git matches bytes, so `?` stands for one byte: patterns and paths are bytes decoded as Latin-1.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.gitignore_patterns import NOTHING, read_pattern
from dispatch_lint.config.tree import real_name
from dispatch_lint.model.patterns import compiled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dispatch_lint.config.gitignore_patterns import Pattern

_OUTSIDE = "../"
_FOLDERS = 10_000
"""Folders whose match is cached."""


def matches(name: str, *globs: str) -> bool:
    """Whether globs match a path, or a folder that it is in: then git would ignore it.

    Args:
        name: relative to the folder of the settings (see `below`); a folder ends with `/`.
        globs: patterns of .gitignore. A leading `./` anchors as `/` does.
    """
    return _patterns(globs).match(name)


def first_match(name: str, table: Mapping[str, str]) -> str | None:
    """The value of a table from globs to values whose globs match a path; the first such value."""
    globs: dict[str, tuple[str, ...]] = {}
    for glob, value in table.items():
        globs[value] = (*globs.get(value, ()), glob)
    return next((value for value, of_value in globs.items() if matches(name, *of_value)), None)


def rules_at(name: str, per_path: Mapping[str, Collection[str]]) -> set[str]:
    """The rules that the setting `per-path` turns off for a path; `all` stands for every rule."""
    return {
        rule
        for rule in {rule for rules in per_path.values() for rule in rules}
        if matches(name, *(glob for glob, rules in per_path.items() if {rule, "all"} & {*rules}))
    }


@lru_cache(maxsize=1_000)
def _patterns(globs: tuple[str, ...]) -> Patterns:
    return Patterns(map(_pattern_line, globs))


def _pattern_line(glob: str) -> str:
    """A glob of the settings as a line of a .gitignore."""
    negation = "!" * glob.startswith("!")
    plain = glob.removeprefix("!")
    return _as_bytes(negation + re.sub(r"\A(?:\./)+", "/", plain))


def within(glob: str, folder: str) -> str:
    """A glob that is relative to a folder, as one that is relative to the settings.

    Args:
        folder: relative to the settings, as by `below`; ends with `/`. Empty for their own folder.
    """
    if not folder:
        return glob
    negation = "!" * glob.startswith("!")
    plain = glob.removeprefix("!").removeprefix("./")
    while plain.startswith(_OUTSIDE) and folder and not folder.endswith(_OUTSIDE):
        plain, folder = plain.removeprefix(_OUTSIDE), re.sub(r"[^/]*/\Z", "", folder)
        plain = f"/{plain}" if not plain.startswith(_OUTSIDE) else plain
    anywhere = "" if "/" in plain.removesuffix("/") else "**/"
    place = re.sub(r"[\\*?\[]", r"\\\g<0>", folder)
    return f"{negation}/{place}{anywhere}{plain.removeprefix('/')}"


def below(path: str, root: Path) -> str:
    """An absolute path, relative to the folder of the settings, with `/`.

    A path outside of that folder begins with `../`.
    """
    inside = os.path.join(root, "")  # noqa: PTH118 (a hot path)
    if not path.startswith(inside):
        folder = "/" if path.endswith(os.sep) else ""
        return (os.path.relpath(path, root) + folder).replace(os.sep, "/")
    return path.removeprefix(inside).replace(os.sep, "/")


def names_below(path: str, root: Path) -> tuple[str, ...]:
    """A path as globs of the settings match it: as it is written, and with no folder a link.

    Args:
        path: of a folder where it ends with `/`.
    """
    written = below(_absolute(path), root)
    folder, name = os.path.split(_absolute(path))
    real = below(os.path.join(_real(folder), name), Path(_real(str(root))))  # noqa: PTH118
    if written.startswith(_OUTSIDE):
        return (real,)
    return (written,) if written == real else (written, real)


def _absolute(path: str) -> str:
    absolute = os.path.abspath(path)  # noqa: PTH100 (links are not followed)
    return os.path.join(absolute, "") if path.endswith(("/", os.sep)) else absolute  # noqa: PTH118


@lru_cache(maxsize=_FOLDERS)
def _real(folder: str) -> str:
    """The path of a folder without links."""
    return real_name(folder)


def _as_bytes(text: str) -> str:
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


class Patterns:
    """The patterns of one .gitignore, or of one setting.

    Most paths match no pattern, so that all patterns are first tried at once.

    Args:
        lines: one pattern each, as bytes decoded as Latin-1.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        found = [read_pattern(line) for line in lines]
        self.patterns = [pattern for pattern in reversed(found) if pattern is not None]
        """From the last line to the first: the last matching line decides."""
        self._only_ignores = all(pattern.ignores for pattern in self.patterns)
        self._for_all = _AnyOf(pattern for pattern in self.patterns if not pattern.only_folders)
        self._for_folders = _AnyOf(pattern for pattern in self.patterns if pattern.only_folders)
        self._match_folders = lru_cache(maxsize=_FOLDERS)(self._any_folder)

    def ignores(self, name: str) -> bool | None:
        """Whether a path is ignored; None where no pattern matches it.

        Patterns that match a folder above the path are not considered: a walk asks about each
        folder before it enters it.

        Args:
            name: relative to the folder of the patterns; that of a folder ends with `/`.
        """
        name = _as_bytes(name)
        path = name.removesuffix("/")
        is_folder = path is not name
        last = path[path.rfind("/") + 1 :]
        matches = self._for_all.matches(path, last)
        if not matches and not (is_folder and self._for_folders.matches(path, last)):
            return None
        return self._only_ignores or next(
            pattern.ignores for pattern in self.patterns
            if (is_folder or not pattern.only_folders)
            and compiled(pattern.expression).fullmatch(last if pattern.by_name else path)
        )  # fmt: skip

    def match(self, name: str) -> bool:
        """Whether a path is ignored, or a folder that it is in."""
        if not self.patterns:
            return False
        folder = name[: name.rfind("/", 0, len(name) - 1) + 1]
        # What is in an ignored folder cannot be taken back.
        return bool(folder and self._match_folders(folder)) or self.ignores(name) is True

    def _any_folder(self, folder: str) -> bool:
        steps = accumulate(f"{step}/" for step in folder.split("/")[:-1])
        return any(self.ignores(step) for step in steps if not step.endswith(_OUTSIDE))


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
