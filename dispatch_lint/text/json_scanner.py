"""JSON text → values with their places, and the reason where it does not parse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.patterns import compiled
from dispatch_lint.text.tree import Duplicate, Node

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.lines import Lines

MAX_DIGITS = 400
"""Letters of a number; longer ones take long to convert."""
_WHITE = frozenset(" \t\r\n")
_COMMENTS = ("//", "/*", "#")
_SPACE = r"[ \t\r\n]*"
_STRING = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
_SOUND = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*'
_WORD = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null"


class JsonNode(Node):
    """The place of a value of JSON."""

    __slots__ = ("_children", "_end", "_keys", "_start")

    def __init__(self, start: int, end: int) -> None:
        self._start, self._end = start, end
        self._keys: dict[str, tuple[int, int]] = {}
        self._children: dict[str | int, Node] = {}

    @property
    def start(self) -> int:
        return self._start

    @property
    def end(self) -> int:
        return self._end

    @end.setter
    def end(self, end: int) -> None:
        self._end = end

    @property
    def keys(self) -> dict[str, tuple[int, int]]:
        return self._keys

    @property
    def children(self) -> dict[str | int, Node]:
        return self._children


class Stop(Exception):
    """Where a text is no JSON any more, and why."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


class _Open:
    """A collection whose end is still to come."""

    __slots__ = ("key", "node", "path", "value")

    def __init__(self, value: Any, node: JsonNode, path: Path) -> None:
        self.value, self.node, self.path = value, node, path
        self.key = ""

    @property
    def closing(self) -> str:
        return "}" if isinstance(self.value, dict) else "]"

    @property
    def step(self) -> str | int:
        """The step to the next value."""
        return self.key if isinstance(self.value, dict) else len(self.value)

    def add(self, value: Any, node: JsonNode) -> None:
        self.node.children[self.step] = node
        if isinstance(self.value, dict):
            self.value[self.key] = value
        else:
            self.value.append(value)


class Scanner:
    """Reads one value of a text; a loop and a stack, so that depth is no danger.

    Attributes:
        duplicates: the keys that an object has more than once.
    """

    def __init__(self, lines: Lines, depth: int, at: int = 0, *, outside: int = 0) -> None:
        """Begin at an offset of a text.

        Args:
            depth: levels of collections inside each other.
            outside: levels around the value.
        """
        self.duplicates: list[Duplicate] = []
        self._text, self._lines, self._depth = lines.text, lines, depth
        self._at, self._outside = at, outside
        self._open: list[_Open] = []

    def scan(self) -> tuple[Any, JsonNode]:
        """The value that begins here.

        Raises:
            Stop: it is no JSON.
        """
        while True:
            first = self._next()
            if first in ("{", "["):
                done = self._start(first)
            else:
                start = self._at
                done = self._scalar(first), JsonNode(start, self._at)
            while done is not None:
                if not self._open:
                    return done
                self._open[-1].add(*done)
                done = self._after_value()

    def _next(self) -> str:
        """The next character that is no white space; nothing at the end."""
        self._at = skip_space(self._text, self._at)
        refuse_comment(self._text, self._at)
        return self._text[self._at : self._at + 1]

    def _start(self, first: str) -> tuple[Any, JsonNode] | None:
        """Begin a collection.

        Returns:
            It, where it is empty.
        """
        if len(self._open) + self._outside >= self._depth:
            raise Stop(f"values are nested deeper than {self._depth} levels", self._at)
        path = (*self._open[-1].path, self._open[-1].step) if self._open else ()
        top = _Open({} if first == "{" else [], JsonNode(self._at, self._at), path)
        self._open.append(top)
        self._at += 1
        if self._next() == top.closing:
            return self._close()
        if first == "{":
            self._key(top)
        return None

    def _close(self) -> tuple[Any, JsonNode]:
        done = self._open.pop()
        self._at += 1
        done.node.end = self._at
        return done.value, done.node

    def _after_value(self) -> tuple[Any, JsonNode] | None:
        """Read what follows a value.

        Returns:
            The collection, where it ends here.
        """
        top = self._open[-1]
        found = self._next()
        if found == top.closing:
            return self._close()
        if found != ",":
            raise Stop(f'expected "," or "{top.closing}", found {shown(found)}', self._at)
        self._at += 1
        if isinstance(top.value, dict):
            self._key(top)
        return None

    def _key(self, top: _Open) -> None:
        found = self._next()
        if found != '"':
            raise Stop(f'expected a field name in "double quotes", found {shown(found)}', self._at)
        start = self._at
        key = self._string("a field name")
        place = (start, self._at)
        if key in top.node.keys:
            first = self._lines.range(*top.node.keys[key])
            self.duplicates.append(Duplicate((*top.path, key), self._lines.range(*place), first))
        top.node.keys[key] = place
        top.key = key
        if self._next() != ":":
            raise Stop('expected ":" after the field name', self._at)
        self._at += 1

    def _scalar(self, first: str) -> Any:
        if first == '"':
            return self._string("a string")
        match = compiled(_WORD).match(self._text, self._at)
        if match is None:
            raise Stop(f"expected a value, found {shown(first)}", self._at)
        if len(match[0]) > MAX_DIGITS:
            raise Stop(f"a number of more than {MAX_DIGITS} digits", self._at)
        self._at = match.end()
        return json.loads(match[0])

    def _string(self, what: str) -> str:
        match = compiled(_STRING).match(self._text, self._at)
        if match is not None:
            try:
                value: str = json.loads(match[0])
            except ValueError:
                pass
            else:
                self._at = match.end()
                return value
        raise self._broken_string(what)

    def _broken_string(self, what: str) -> Stop:
        sound = compiled(_SOUND).match(self._text, self._at)
        at = sound.end() if sound else self._at
        letter = self._text[at : at + 1]
        if letter == "\\":
            escape = self._text[at : at + 2].rstrip()
            return Stop(f'{what} with "{escape}", an escape that JSON does not have', at)
        if letter in ("", "\n", "\r"):
            return Stop(f"{what} without its closing quote", self._at)
        return Stop(f"{what} with the control character U+{ord(letter):04X}: escape it", at)


def skip_space(text: str, at: int) -> int:
    """The offset of the next character that is no white space."""
    if text[at : at + 1] not in _WHITE:
        return at
    match = compiled(_SPACE).match(text, at)
    return match.end() if match else at


def refuse_comment(text: str, at: int) -> None:
    """Say of a comment that it is one, which is more help than what was expected instead.

    Raises:
        Stop: there is a comment at the offset.
    """
    if text.startswith(_COMMENTS, at):
        raise Stop("JSON has no comments", at)


def shown(character: str) -> str:
    """A character in a message; nothing stands for the end of the text."""
    return f'"{character}"' if character else "the end of the text"
