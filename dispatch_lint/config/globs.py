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
    """Whether a path matches one of the globs. A `*` matches `/` too."""
    return _compiled(globs).match(name) is not None


def excludes(name: str, *globs: str) -> bool:
    """Whether one of the globs matches a path, or matches it as that of a folder, with `/`."""
    return _compiled(globs, end="/?").match(f"{name}/") is not None


@cache
def _compiled(globs: tuple[str, ...], end: str = "") -> re.Pattern[str]:
    """All globs as one expression, because a walk matches every file.

    Args:
        end: an expression for what may follow the text that a glob matches.
    """
    if not globs:
        return re.compile(r"(?!)")
    alternatives = []
    for glob in globs:
        relative = glob.removeprefix("./")
        if relative.endswith("/"):
            relative += "*"
        expression = translate(relative).removesuffix(r"\Z")
        alternatives.append(f"(?:(?s:.*)/)?{expression}{end}\\Z")
        if "*" not in relative:
            alternatives.append(re.escape(f"{relative}/"))
    return re.compile("|".join(alternatives))


def below(path: str, root: Path) -> str:
    """An absolute path relative to a root, if it is below it; with `/`."""
    return path.removeprefix(os.path.join(root, "")).replace(os.sep, "/")  # noqa: PTH118 (a hot path)
