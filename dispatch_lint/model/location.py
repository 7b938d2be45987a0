"""Where something is: ranges of a text, paths inside an entity, and locations in files."""

from __future__ import annotations

from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way to a value inside an entity: `("methods", 0)`."""


class Range(NamedTuple):
    """A piece of a text. Lines and columns count from 1, in code points; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


def pointer(path: Path) -> str:
    """A path as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
