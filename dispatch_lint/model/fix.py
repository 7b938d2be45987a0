"""Fixes: changes of an entity's fields, and the text edits that they come to."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dispatch_lint.model.location import Path, Range

Safety = Literal["safe", "unsafe"]
"""`safe`: it is what was meant; `unsafe`: it may not be."""


class Rename(NamedTuple):
    """A field gets another name."""

    path: Path
    name: str


class Put(NamedTuple):
    """A field that is there gets another value: a text, number or boolean.

    It cannot be written over a list, a map, or a text in several lines: no fix is offered then.
    """

    path: Path
    value: str | int | bool


Change = Rename | Put


class Fix(NamedTuple):
    """The changes that remove a violation."""

    safety: Safety
    message: str
    changes: tuple[Change, ...]


class TextEdit(NamedTuple):
    """The text that replaces a range."""

    range: Range
    text: str


class TextFix(NamedTuple):
    """A fix as edits of a text.

    Attributes:
        renamed: the fields that get another name, by their paths as they are written.
    """

    safety: Safety
    message: str
    edits: tuple[TextEdit, ...]
    renamed: tuple[Rename, ...] = ()
