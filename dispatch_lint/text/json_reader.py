"""JSON text → its documents: an object, the items of an array, or a line of JSONL.

Values are what a native decoder reads where it can be trusted. The scanner of our own gives places, the keys
that are repeated, and the reason where a text does not parse.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import orjson

from dispatch_lint.config.limits import Limits
from dispatch_lint.model.patterns import compiled
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
    from collections.abc import Iterable, Iterator

_NESTED = frozenset({dict, list})
_MOST = Limits().values
"""The number of values of a text that no settings are for."""
# A text that never ends is one token: looking for its end once more at each `"` would take long.
_TOKEN = r'(?s)"(?:[^"\\]++|\\.)*+"?|[^\s\[\]{},:"]+|[\[\]{}]'


def read_json(text: str, limits: Limits) -> Iterable[Part]:
    """The documents of a text: the items of an array, or the one value.

    Args:
        text: without a byte order mark.
        limits: `depth` is 500 at most.

    Returns:
        One part with a `problem` where the text does not parse.
    """
    lines = Lines(text, returns=True)
    if not text.startswith("[", skip_space(text, 0)):
        return [_read_whole(lines, limits)]
    if _may_have_more(text, limits.values) and _excess(text, 0, limits.values) is not None:
        return _read_large(lines, limits)
    recent = RecentTree()
    whole = _read_native(text, limits.depth)
    if whole is not None:
        places = _Places(lines, limits)
        return [
            JsonItem(value, places, index, limits.depth - 1, recent)
            for index, value in enumerate(whole[0])
        ]
    try:
        return [
            JsonPart(value, lines, (start, stop), duplicates, limits.depth - 1, recent)
            for start, (value, stop, duplicates) in _items(lines, limits)
        ]
    except Stop as stop:
        return [_broken(stop, lines)]


def _read_large(lines: Lines, limits: Limits) -> Iterator[Part]:
    """The items of an array that has many values: one is held at a time."""
    try:
        for _ in _items(lines, limits):
            pass
    except Stop as stop:
        yield _broken(stop, lines)
        return
    recent = RecentTree()
    for start, (value, end, duplicates) in _items(lines, limits):
        yield JsonPart(value, lines, (start, end), duplicates, limits.depth - 1, recent)


def read_json_line(line: str, number: int, limits: Limits) -> Part:
    """A line of JSONL; it has a `problem` where it does not parse.

    Args:
        number: of the line in its file, from 1.
        limits: `depth` is 500 at most.
    """
    return _read_whole(Lines(line, number), limits)


def read_value(text: str | bytes) -> Any:
    """The value of a text that no document is made of: a row of a store, or a line of an archive.

    Raises:
        ValueError: it has none, or one with more values than a document has by default; the
            message says why.
    """
    try:
        text = text if isinstance(text, str) else text.decode()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    if _may_have_more(text, _MOST) and _excess(text, 0, _MOST) is not None:
        raise ValueError(f"it has more than {_MOST:,} values")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} (column {error.colno})") from None
    except ValueError:
        raise ValueError("a number in it is too long") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


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

    def __init__(self, lines: Lines, limits: Limits) -> None:
        self.lines, self._limits = lines, limits
        self._found: list[tuple[int, int]] = []

    def of(self, index: int) -> tuple[int, int]:
        """Where an item begins and ends."""
        if not self._found:
            items = _items(self.lines, self._limits)
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


def _read_whole(lines: Lines, limits: Limits) -> Part:
    text, depth = lines.text, limits.depth
    try:
        if _may_have_more(text, limits.values):
            _refuse_many(text, 0, limits)
        value, stop, duplicates = _read_native(text, depth) or _read_value(
            lines, skip_space(text, 0), depth
        )
        _expect_end(text, stop)
    except Stop as stop:
        return _broken(stop, lines)
    return JsonPart(value, lines, (0, len(text)), duplicates, depth)


def _items(lines: Lines, limits: Limits) -> Iterator[tuple[int, _Found]]:
    """The items of the array that a text is, and where each begins."""
    text = lines.text
    at = skip_space(text, skip_space(text, 0) + 1)
    more = not text.startswith("]", at)
    for number in count():
        if not more:
            break
        if number >= limits.values:
            raise Stop(limits.too_many_values, at)
        _refuse_many(text, at, limits)
        item = _read_value(lines, at, limits.depth, outside=1)
        yield at, item
        at = skip_space(text, item[1])
        more = text.startswith(",", at)
        if more:
            at = skip_space(text, at + 1)
        elif not text.startswith("]", at):
            refuse_comment(text, at)
            raise Stop(f'expected "," or "]", found {shown(text[at : at + 1])}', at)
    _expect_end(text, at + 1)


def _may_have_more(text: str, values: int) -> bool:
    """Whether a text may have more values, keys included: one is left for each of these."""
    return len(text) > values and sum(map(text.count, ",:[{")) >= values


def _refuse_many(text: str, at: int, limits: Limits) -> None:
    excess = _excess(text, at, limits.values)
    if excess is not None:
        raise Stop(limits.too_many_values, excess)


def _excess(text: str, at: int, values: int) -> int | None:
    """Where the first value is that is too many inside the one that begins at an offset.

    Args:
        values: how many it may have, keys included.
    """
    if len(text) - at <= values:  # a value is a character at least
        return None
    level = 0
    for token in compiled(_TOKEN).finditer(text, at):
        first = text[token.start()]
        if first in "]}":
            level -= 1
        else:
            values -= 1
            if values < 0:
                return token.start()
            level += first in "[{"
        if level <= 0:
            return None
    return None


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
