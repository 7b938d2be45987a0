"""Globs of the settings, and the paths that they match."""

from __future__ import annotations

import os
import re
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def matches(name: str, *globs: str) -> bool:
    """Whether a path matches one of some globs: `*` also matches `/`."""
    return _compiled(globs).match(name) is not None


def excludes(name: str, *globs: str) -> bool:
    """Whether one of some globs matches a path, or the path with a `/` at its end."""
    return _compiled(globs, end="/?").match(f"{name}/") is not None


@cache
def _compiled(globs: tuple[str, ...], end: str = "") -> re.Pattern[str]:
    """All globs as one expression, because a walk matches every file.

    Args:
        end: an expression for what may follow the match of a glob.
    """
    if not globs:
        return re.compile(r"(?!)")
    alternatives = []
    for glob in globs:
        plain = glob.removeprefix("./")
        if plain.endswith("/"):
            plain += "*"
        whole = translate(plain).removesuffix(r"\Z")
        alternatives.append(f"(?:(?s:.*)/)?{whole}{end}\\Z")
        if "*" not in plain:
            alternatives.append(re.escape(f"{plain}/"))
    return re.compile("|".join(alternatives))


def below(path: str, root: Path) -> str:
    """An absolute path, relative to the folder of the settings if it is inside it; with `/`."""
    return path.removeprefix(os.path.join(root, "")).replace(os.sep, "/")  # noqa: PTH118 (a hot path)
