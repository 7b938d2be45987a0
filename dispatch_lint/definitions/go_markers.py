"""What the markers `+dispatch:enum` and `+dispatch:pattern` make of the type of a field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.model import EnumValue, Type, is_json

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_comments import Comment

_CONTAINERS = ("list", "map")
_TEXTS = ("string", "enum", "time")
_SCALARS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "integer": ("an integer", (int,)),
    "unsigned": ("an integer from 0", (int,)),
    "number": ("a number", (int, float)),
    "boolean": ("true or false", (bool,)),
}
"""What the values of a type are, in words and in Python."""


class _NoEffectError(Exception):
    """A marker cannot hold for a type; the message says why."""


class Narrowed(NamedTuple):
    """What markers make of a field.

    Attributes:
        pattern: of the text of the field itself; that of elements is part of the type.
        problems: messages about the markers that have no effect.
    """

    type: Type
    pattern: str
    problems: Sequence[str]


def with_markers(type_: Type, comment: Comment) -> Narrowed:
    """A type as the markers above its field narrow it: of a list or map, the elements."""
    texts, pattern = comment.marker("enum"), comment.marker("pattern") or ""
    problems = []
    if texts:
        values = [text.strip() for text in texts.split(",")]
        try:
            type_ = _of_elements(type_, lambda element: _enumeration(element, values))
        except _NoEffectError as error:
            problems.append(f"open: +dispatch:enum has no effect: {error}")
    if pattern:
        try:
            if type_.wire_type in _CONTAINERS:
                type_ = _of_elements(type_, lambda element: _matching(element, pattern))
                pattern = ""
            else:
                _check_text(type_)
        except _NoEffectError as error:
            problems.append(f"open: +dispatch:pattern has no effect: {error}")
            pattern = ""
    return Narrowed(type_, pattern, problems)


def _check_text(type_: Type) -> None:
    """Check that texts are among the values of a type."""
    if not type_.text and type_.wire_type not in (*_TEXTS, "any", "union"):
        raise _NoEffectError(f"{_called(type_)} is no text")


def _of_elements(type_: Type, change: Callable[[Type], Type]) -> Type:
    if type_.wire_type in _CONTAINERS:
        return type_._replace(item=_of_elements(type_.item or Type("any"), change))
    return change(type_)


def _matching(type_: Type, pattern: str) -> Type:
    _check_text(type_)
    if type_.same_as or (type_.text and type_.wire_type not in _TEXTS):
        raise _NoEffectError(f"{_called(type_)} is not always a text")
    return type_._replace(text=False).limited(pattern=pattern)


def _enumeration(type_: Type, texts: list[str]) -> Type:
    if "contentMediaType" in dict(type_.limits):
        raise _NoEffectError("the option string makes a text of the value")
    if type_.wire_type in _TEXTS:
        values = tuple(map(EnumValue, texts))
        return type_._replace(wire_type="enum", values=values, zero=False, limits=(), text=False)
    if type_.wire_type == "any" and not type_.same_as:
        return _of_anything(type_, texts)
    if type_.text or type_.wire_type not in _SCALARS:
        raise _NoEffectError(f"{_called(type_)} is neither a text, a number nor a boolean")
    what, sorts = _SCALARS[type_.wire_type]
    parsed = [_scalar(text) for text in texts]
    for text, value in zip(texts, parsed, strict=True):
        negative = type_.wire_type == "unsigned" and text.startswith("-")
        if type(value) not in sorts or negative:
            raise _NoEffectError(f'"{text}" is not {what}')
    values = tuple(EnumValue(value) for value in parsed if value is not None)
    return type_._replace(values=values, zero=False)


def _scalar(text: str) -> int | float | None:
    """The number or boolean that a text stands for; None if it stands for none."""
    if not text.startswith((*"-0123456789", "true", "false")):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, int | float) and is_json(value) else None


def _of_anything(type_: Type, texts: list[str]) -> Type:
    """The values of a type of which nothing is known: they may be numbers as well as texts."""
    scalars = [value for value in map(_scalar, texts) if value is not None]
    if scalars:
        return type_.limited(enum=[*texts, *scalars])
    return type_._replace(wire_type="enum", values=tuple(map(EnumValue, texts)), limits=())


def _called(type_: Type) -> str:
    return type_.name or f"the type {type_.wire_type}"
