"""JSON text → documents with their places."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import CURRENT
from dispatch_lint.old.placed import Duplicate, Lines, Node, Part, Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from dispatch_lint.model.location import Path

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_OTHER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")


def read_placed(text: str) -> list[Part]:
    """The documents of a JSON text, each with its places."""
    lines = Lines(text)
    scanner = _Scanner(text, lines)
    whole = Part(None, lines, start=0, end=len(text.rstrip()))
    try:
        whole.value, whole.node = scanner.scan()
    except _Stop as stop:
        whole.problem = _problem(stop, text, lines)
        whole.text = text
        return [whole]
    if not isinstance(whole.value, list):
        whole.duplicates = scanner.duplicates
        return [whole]
    parts = []
    for index, value in enumerate(whole.value):
        node = whole.node.children[index]
        parts.append(Part(value, lines, node, start=node.start, end=node.end))
    for (number, *path), span, first in scanner.duplicates:
        parts[int(number)].duplicates.append(Duplicate(tuple(path), span, first))
    return parts


def read_wanted(
    text: str, wanted: Collection[int], count: int | None = None
) -> list[tuple[int, Part]] | None:
    """Some of the documents that `read_placed` gives, by number; the others cost little.

    Args:
        count: how many documents there have to be; None for any number.

    Returns:
        None where there is another number of them.
    """
    spans = _items(text)
    if spans is not None and count in (None, len(spans)):
        lines = Lines(text)
        with suppress(_Stop):
            return [
                (index, _read_item(text, spans[index], lines))
                for index in sorted(wanted)
                if index < len(spans)
            ]
    every = read_placed(text)
    if count not in (None, len(every)):
        return None
    return [(index, every[index]) for index in sorted(wanted) if index < len(every)]


def _read_item(text: str, span: tuple[int, int], lines: Lines) -> Part:
    start, end = span
    scanner = _Scanner(text, lines, start, outside=1)
    value, node = scanner.scan_one()
    return Part(value, lines, node, start=start, end=end, duplicates=scanner.duplicates)


def _items(text: str) -> list[tuple[int, int]] | None:
    """Where the items of a list begin and end; None where it is no list, or does not parse."""
    # It is C: to place every item takes ten times as long.
    decode = json.JSONDecoder(parse_constant=_refuse).raw_decode
    found: list[tuple[int, int]] = []
    try:
        at = _behind_space(text, 0)
        if text[at] != "[":
            return None
        at = _behind_space(text, at + 1)
        while text[at] != "]" or found:
            start, (_, end) = at, decode(text, at)
            found.append((start, end))
            at = _behind_space(text, end)
            if text[at] == "]":
                break
            if text[at] != ",":
                return None
            at = _behind_space(text, at + 1)
    except (ValueError, IndexError, RecursionError):
        return None
    return found if _behind_space(text, at + 1) == len(text) else None


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _behind_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def read_placed_line(line: str, number: int) -> Part:
    """One line of JSONL, with its places in the file."""
    lines = Lines(line, number)
    scanner = _Scanner(line, lines)
    part = Part(None, lines, start=0, end=len(line.rstrip()), duplicates=scanner.duplicates)
    try:
        part.value, part.node = scanner.scan()
    except _Stop as stop:
        part.problem = _problem(stop, line, lines)
        part.text = line
        part.duplicates = []
    return part


class _Stop(Exception):
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


def _problem(stop: _Stop, text: str, lines: Lines) -> Problem:
    # "at the end" is more help on the last line that has something on it.
    at = min(stop.at, len(text.rstrip()))
    return Problem(stop.message, lines.range(at, at + 1))


class _Open:
    __slots__ = ("key", "node", "path", "value")

    def __init__(self, value: Any, node: Node, path: Path) -> None:
        self.value, self.node, self.path = value, node, path
        self.key: str | None = None


class _Scanner:
    """JSON → values with a `Node` beside each; a loop and a stack, so that depth is no danger."""

    def __init__(self, text: str, lines: Lines, at: int = 0, *, outside: int = 0) -> None:
        self.text, self.lines = text, lines
        self.at = at
        self.outside = outside
        """Collections that all of it is inside of."""
        self.stack: list[_Open] = []
        self.duplicates: list[Duplicate] = []
        self.root: tuple[Any, Node] | None = None
        self.opened = False
        """Whether the last value was the beginning of a collection."""

    def scan(self) -> tuple[Any, Node]:
        """The value of the whole text."""
        found = self.scan_one()
        self._space()
        if self.at < len(self.text):
            raise _Stop("there is more text behind the end of the JSON value", self.at)
        return found

    def scan_one(self) -> tuple[Any, Node]:
        """The value that stands here."""
        while True:
            self.opened = False
            self._value()
            while not self.opened and self.stack and self._after_value():
                pass
            if not self.stack:
                break
        assert self.root is not None
        return self.root

    def _space(self) -> str:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _value(self) -> None:
        first = self._space()
        start = self.at
        if first in ("{", "["):
            if len(self.stack) + self.outside >= CURRENT.depth:
                raise _Stop(f"values are nested deeper than {CURRENT.depth} levels", start)
            self.at += 1
            value: Any = {} if first == "{" else []
            opened = _Open(value, Node(start, start), self._path())
            closing = "}" if first == "{" else "]"
            if self._space() == closing:
                self._close(opened)
                return
            self.stack.append(opened)
            if first == "{":
                self._key(opened)
            self.opened = True
            return
        self._add(self._scalar(first), Node(start, self.at))

    def _scalar(self, first: str) -> Any:
        if first == '"':
            return self._string("a string")
        match = _OTHER.match(self.text, self.at)
        if match is None:
            found = f'"{first}"' if first else "the end of the text"
            raise _Stop(f"a value was expected, not {found}", self.at)
        if len(match[0]) > 400:
            raise _Stop("a number of more than 400 digits", self.at)
        self.at = match.end()
        return json.loads(match[0])

    def _string(self, what: str) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise _Stop(f"{what} that does not end on its line, or holds a control character",
                        self.at)  # fmt: skip
        try:
            value: str = json.loads(match[0])
        except ValueError as error:
            raise _Stop(f"{what} with an escape that is not JSON", self.at) from error
        self.at = match.end()
        return value

    def _key(self, top: _Open) -> None:
        found = self._space()
        if found != '"':
            shown = f'"{found}"' if found else "the end of the text"
            raise _Stop(f'a field name in "double quotes" was expected, not {shown}', self.at)
        start = self.at
        key = self._string("a field name")
        if key in top.node.keys:
            first = self.lines.range(*top.node.keys[key])
            self.duplicates.append(
                Duplicate((*top.path, key), self.lines.range(start, self.at), first)
            )
        top.node.keys[key] = (start, self.at)
        top.key = key
        if self._space() != ":":
            raise _Stop('":" was expected after the field name', self.at)
        self.at += 1

    def _after_value(self) -> bool:
        """Read what follows a value; True while collections end."""
        top = self.stack[-1]
        closing = "}" if isinstance(top.value, dict) else "]"
        found = self._space()
        if found == ",":
            self.at += 1
            if isinstance(top.value, dict):
                self._key(top)
            return False
        if found == closing:
            self.stack.pop()
            self._close(top)
            return True
        shown = f'"{found}"' if found else "the end of the text"
        raise _Stop(f'"," or "{closing}" was expected, not {shown}', self.at)

    def _close(self, done: _Open) -> None:
        self.at += 1
        done.node.end = self.at
        self._add(done.value, done.node)

    def _path(self) -> Path:
        if not self.stack:
            return ()
        top = self.stack[-1]
        step = len(top.value) if isinstance(top.value, list) else top.key
        return (*top.path, step if step is not None else "")

    def _add(self, value: Any, node: Node) -> None:
        if not self.stack:
            self.root = (value, node)
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.node.children[len(top.value)] = node
            top.value.append(value)
        else:
            assert top.key is not None
            top.value[top.key] = value
            top.node.children[top.key] = node
