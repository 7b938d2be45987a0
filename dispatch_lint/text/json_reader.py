"""JSON text → its documents: an object, the items of an array, or a line of JSONL.

Values are what a native decoder reads where it can be trusted. The scanner of our own gives places, the keys
that are repeated, and the reason where a text does not parse.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from dispatch_lint.text.json_scanner import (
    MAX_DIGITS,
    Scanner,
    Stop,
    refuse_comment,
    shown,
    skip_space,
)
from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import Duplicate, Node, Part, Problem, RecentTree

if TYPE_CHECKING:
    from collections.abc import Iterator

_NESTED = frozenset({dict, list})


def read_json(text: str, *, depth: int) -> list[Part]:
    """The documents of a text: the items of an array, or the one value.

    Args:
        text: without a byte order mark.
        depth: levels of objects and arrays inside each other; 500 at most.

    Returns:
        One part with a `problem` where the text does not parse.
    """
    lines = Lines(text, returns=True)
    if not text.startswith("[", skip_space(text, 0)):
        return [_read_whole(lines, depth)]
    recent = RecentTree()
    whole = _read_native(text, depth)
    if whole is not None:
        places = _Places(lines, depth)
        return [
            JsonItem(value, places, index, depth - 1, recent)
            for index, value in enumerate(whole[0])
        ]
    try:
        return [
            JsonPart(value, lines, (start, stop), duplicates, depth - 1, recent)
            for start, (value, stop, duplicates) in _items(lines, depth)
        ]
    except Stop as stop:
        return [_broken(stop, lines)]


def read_json_line(line: str, number: int, *, depth: int) -> Part:
    """A line of JSONL; it has a `problem` where it does not parse.

    Args:
        number: of the line in its file, from 1.
        depth: levels of objects and arrays inside each other; 500 at most.
    """
    return _read_whole(Lines(line, number), depth)


_Found = tuple[Any, int, list[Duplicate]]
"""A value, the offset behind it, and the keys that are repeated in it."""


class JsonPart(Part):
    """A document of JSON."""

    __slots__ = ("_depth", "_duplicates")

    def __init__(
        self,
        value: Any,
        lines: Lines,
        place: tuple[int, int],
        duplicates: list[Duplicate],
        depth: int,
        recent: RecentTree | None = None,
    ) -> None:
        """Take a value that was read.

        Args:
            place: where its text begins and ends.
            depth: levels that it may have.
            recent: shared by all documents of the text.
        """
        super().__init__(value, lines, start=place[0], stop=place[1], recent=recent)
        self._duplicates, self._depth = duplicates, depth

    @property
    def is_plain(self) -> bool:
        return not self._duplicates

    @property
    def duplicates(self) -> list[Duplicate]:
        return self._duplicates

    def _read_tree(self) -> Node | None:
        return Scanner(self.lines, self._depth, self.start).scan()[1]


class _Places:
    """Where the items of an array are. They are looked for when one of them is asked for."""

    def __init__(self, lines: Lines, depth: int) -> None:
        self.lines, self._depth = lines, depth
        self._found: list[tuple[int, int]] = []

    def of(self, index: int) -> tuple[int, int]:
        """Where an item begins and ends."""
        if not self._found:
            items = _items(self.lines, self._depth)
            self._found = [(start, stop) for start, (_, stop, _) in items]
        return self._found[index]


class JsonItem(JsonPart):
    """A document of JSON: an item of an array that was read as a whole."""

    __slots__ = ("_index", "_places")

    def __init__(
        self, value: Any, places: _Places, index: int, depth: int, recent: RecentTree
    ) -> None:
        super().__init__(value, places.lines, (0, 0), [], depth, recent)
        self._places, self._index = places, index

    @property
    def place(self) -> tuple[int, int]:
        return self._places.of(self._index)


def _read_whole(lines: Lines, depth: int) -> Part:
    text = lines.text
    try:
        value, stop, duplicates = _read_native(text, depth) or _read_value(
            lines, skip_space(text, 0), depth
        )
        _expect_end(text, stop)
    except Stop as stop:
        return _broken(stop, lines)
    return JsonPart(value, lines, (0, len(text)), duplicates, depth)


def _items(lines: Lines, depth: int) -> Iterator[tuple[int, _Found]]:
    """The items of the array that a text is, and where each begins."""
    text = lines.text
    at = skip_space(text, skip_space(text, 0) + 1)
    more = not text.startswith("]", at)
    while more:
        item = _read_value(lines, at, depth, outside=1)
        yield at, item
        at = skip_space(text, item[1])
        more = text.startswith(",", at)
        if more:
            at = skip_space(text, at + 1)
        elif not text.startswith("]", at):
            refuse_comment(text, at)
            raise Stop(f'expected "," or "]", found {shown(text[at : at + 1])}', at)
    _expect_end(text, at + 1)


def _read_native(text: str, depth: int) -> _Found | None:
    """The value of a whole text, by a faster decoder; None where the text has to be looked at.

    What is written for the value has to be the text itself, but for white space: so no key is
    repeated, and no number is read as another, which the faster decoder does not tell.
    """
    try:
        data = text.encode()
        value = orjson.loads(data)
        written = orjson.dumps(value)
    except (ValueError, TypeError):  # TypeError: nested deeper than it writes
        return None
    # White space inside of texts is left out on both sides: it changes neither keys nor numbers.
    if written != data and b"".join(written.split()) != b"".join(data.split()):
        return None
    return None if _is_deeper(value, text, depth) else (value, len(text), [])


def _read_value(lines: Lines, at: int, depth: int, *, outside: int = 0) -> _Found:
    """The value that begins at an offset.

    Args:
        outside: levels around it.

    Raises:
        Stop: there is none.
    """
    text = lines.text
    try:
        value, stop = _decoder.raw_decode(text, at)
        if not _is_deeper(value, text[at:stop], depth - outside):
            return value, stop, []
    except (ValueError, RecursionError):
        pass
    scanner = Scanner(lines, depth, at, outside=outside)
    value, node = scanner.scan()
    return value, node.end, scanner.duplicates


def _expect_end(text: str, at: int) -> None:
    at = skip_space(text, at)
    refuse_comment(text, at)
    if at < len(text):
        raise Stop("extra data after the JSON value (JSON Lines need the ending .jsonl)", at)


def _broken(stop: Stop, lines: Lines) -> Part:
    # "at the end" is more help on the last line that has something on it.
    at = min(stop.at, len(lines.text.rstrip()))
    problem = Problem(stop.message, lines.range(at, at + 1))
    return Part(None, lines, problem=problem, stop=len(lines.text))


def _is_deeper(value: Any, text: str, depth: int) -> bool:
    """Whether lists and dictionaries are inside each other in more levels.

    Args:
        text: that the value was read from.
    """
    if text.count("{") + text.count("[") <= depth:
        return False
    level = [value] if type(value) in _NESTED else []
    for _ in range(depth):
        inside: list[Any] = []
        for collection in level:
            inside += collection.values() if type(collection) is dict else collection
        level = [value for value in inside if type(value) in _NESTED]
    return bool(level)


class _Odd(ValueError):
    """Something that the scanner has to look at."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Odd
    return fields


def _constant(name: str) -> Any:
    raise _Odd  # NaN, Infinity


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _Odd
    return int(digits)


def _float(digits: str) -> float:
    if len(digits) > MAX_DIGITS:
        raise _Odd
    return float(digits)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
)
