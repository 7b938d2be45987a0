"""Where something is: ranges of a text, paths inside an entity, and locations in files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

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


_INDEX = r"(?:0|[1-9][0-9]{0,8})\Z"


def follow(value: Any, steps: Iterable[str]) -> tuple[Path, Any] | None:
    """The path along which a JSON Pointer leads in a value, and what is there; None for nowhere.

    Args:
        steps: what is between the slashes of the pointer, from anybody.
    """
    path: Path = ()
    for written in steps:
        step: str | int = written.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            step = int(written) if re.match(_INDEX, written) else -1
            found = 0 <= step < len(value)
        else:
            found = isinstance(value, dict) and step in value
        if not found:
            return None
        path, value = (*path, step), value[step]
    return path, value


_TEXT = r"[^\0]+(?::[1-9][0-9]{0,8}){4}\Z"
"""The name of a file, which may have every character but NUL, and numbers that count from 1."""


class Location(NamedTuple):
    """A range of a file."""

    file: str
    range: Range = Range(1, 1, 1, 1)

    def __str__(self) -> str:
        return f"{self.file}:{self.range.line}"

    @property
    def text(self) -> str:
        """The location as a store keeps it: `file:line:column:end line:end column`."""
        return ":".join(map(str, (self.file, *self.range)))

    @staticmethod
    def is_text(text: str) -> bool:
        """Whether a text is one that `parse` reads."""
        return isinstance(text, str) and re.match(_TEXT, text) is not None

    @classmethod
    def parse(cls, text: str) -> Location:
        """The location that a text of `Location.text` stands for."""
        file, *numbers = text.rsplit(":", 4)
        return cls(file, Range(*map(int, numbers)))
