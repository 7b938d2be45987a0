"""Whether every text that fits one pattern fits another, for the regular part of ECMA-262."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

_MAX_CODE = 0x10FFFF
_MAX_STATES = 5_000
_MAX_PAIRS = 20_000
_MAX_REPEAT = 1_000
Ranges = tuple[tuple[int, int], ...]
"""Code points, each range with both of its ends."""


class _Unsupported(Exception):
    """A pattern has something that is not regular, or not read here, such as a look-ahead."""


def includes(wide: str, narrow: str) -> bool | None:
    """Whether every text that fits `narrow` fits `wide`; None if that is not found out."""
    try:
        return _is_included(_Automaton(narrow), _Automaton(wide))
    except (_Unsupported, RecursionError):
        return None


def _is_included(narrow: _Automaton, wide: _Automaton) -> bool:
    """Walk through both automata at once, with one letter for all that neither tells apart."""
    letters = sorted({*narrow.bounds, *wide.bounds})
    start = (narrow.start, wide.start)
    seen, pending = {start}, [start]
    while pending:
        left, right = pending.pop()
        if narrow.end in left and wide.end not in right:
            return False
        for letter in letters:
            after = (narrow.step(left, letter), wide.step(right, letter))
            if after[0] and after not in seen:
                seen.add(after)
                pending.append(after)
                if len(seen) > _MAX_PAIRS:
                    raise _Unsupported
    return True


@dataclass
class _Automaton:
    """A nondeterministic automaton that accepts the texts in which a pattern has a match."""

    pattern: str
    _empty: list[list[int]] = field(default_factory=list)
    _edges: list[list[tuple[Ranges, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self._state()
        last = self._add(_Parser(self.pattern).parse(), first)
        self.end = last
        self.start = self._closed({first})

    @cached_property
    def bounds(self) -> set[int]:
        """The code points at which the automaton begins to tell letters apart."""
        bounds = {0}
        for edges in self._edges:
            for ranges, _ in edges:
                for low, high in ranges:
                    bounds |= {low, min(high + 1, _MAX_CODE)}
        return bounds

    def step(self, states: frozenset[int], letter: int) -> frozenset[int]:
        """The states behind a letter."""
        return self._closed({
            target for state in states for ranges, target in self._edges[state]
            if any(low <= letter <= high for low, high in ranges)
        })  # fmt: skip

    def _closed(self, states: set[int]) -> frozenset[int]:
        pending = list(states)
        while pending:
            for target in self._empty[pending.pop()]:
                if target not in states:
                    states.add(target)
                    pending.append(target)
        return frozenset(states)

    def _state(self) -> int:
        if len(self._edges) >= _MAX_STATES:
            raise _Unsupported
        self._empty.append([])
        self._edges.append([])
        return len(self._edges) - 1

    def _add(self, node: _Node, start: int) -> int:
        """Add the states of a part of a pattern behind a state; returns the last one."""
        if node.kind == "set":
            end = self._state()
            self._edges[start].append((node.ranges, end))
            return end
        if node.kind == "sequence":
            for part in node.parts:
                start = self._add(part, start)
            return start
        if node.kind == "choice":
            end = self._state()
            for part in node.parts:
                first = self._state()
                self._empty[start].append(first)
                self._empty[self._add(part, first)].append(end)
            return end
        return self._repeated(node, start)

    def _repeated(self, node: _Node, start: int) -> int:
        part = node.parts[0]
        for _ in range(node.least):
            start = self._add(part, start)
        end = self._state()
        self._empty[start].append(end)
        if node.most is None:
            loop = self._state()
            self._empty[start].append(loop)
            last = self._add(part, loop)
            self._empty[last] += [loop, end]
            return end
        for _ in range(node.most - node.least):
            start = self._add(part, start)
            self._empty[start].append(end)
        return end


@dataclass(frozen=True)
class _Node:
    """A part of a pattern: a set of letters, a sequence, a choice, or a repetition."""

    kind: str
    ranges: Ranges = ()
    parts: tuple[_Node, ...] = ()
    least: int = 0
    most: int | None = None


_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 13), (32, 32), (160, 160), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
                  (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF))  # fmt: skip
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "v": 11, "f": 12, "0": 0}
_ANY = _Node("repeat", parts=(_Node("set", ((0, _MAX_CODE),)),))


def _without(ranges: Ranges) -> Ranges:
    """All code points but those of some ranges."""
    rest, next_ = [], 0
    for low, high in sorted(ranges):
        if low > next_:
            rest.append((next_, low - 1))
        next_ = max(next_, high + 1)
    return (*rest, (next_, _MAX_CODE)) if next_ <= _MAX_CODE else tuple(rest)


class _Parser:
    """Reads a pattern. Anchors are supported at its ends, or at those of its alternatives."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0

    def parse(self) -> _Node:
        """The whole pattern, with any text before and behind where it has no anchor.

        Raises:
            _Unsupported: it has something that is not read here.
        """
        node = self._choice(top=True)
        if self._at < len(self._text):
            raise _Unsupported
        return node

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        letter = self._peek()
        if not letter:
            raise _Unsupported
        self._at += 1
        return letter

    def _choice(self, *, top: bool = False) -> _Node:
        parts = [self._sequence(top=top)]
        while self._peek() == "|":
            self._take()
            parts.append(self._sequence(top=top))
        return parts[0] if len(parts) == 1 else _Node("choice", parts=tuple(parts))

    def _sequence(self, *, top: bool) -> _Node:
        parts: list[_Node] = []
        starts = ends = False
        if top and self._peek() == "^":
            self._take()
            starts = True
        while self._peek() and self._peek() not in "|)":
            if top and self._peek() == "$" and self._text[self._at + 1 : self._at + 2] in ("", "|"):
                self._take()
                ends = True
                break
            parts.append(self._quantified(self._atom()))
        if top:
            parts = [*([] if starts else [_ANY]), *parts, *([] if ends else [_ANY])]
        return _Node("sequence", parts=tuple(parts))

    def _quantified(self, node: _Node) -> _Node:
        bounds = re.compile(r"([*+?])|\{(\d{1,4})(,(\d{1,4})?)?\}").match(self._text, self._at)
        if bounds is None:
            return node
        self._at = bounds.end()
        if self._peek() == "?":
            self._take()  # lazy: the same texts match
        sign, least, comma, most = bounds.groups()
        if sign:
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        else:
            low = int(least)
            high = int(most) if most else (None if comma else low)
        if low > _MAX_REPEAT or (high is not None and high > _MAX_REPEAT):
            raise _Unsupported
        return _Node("repeat", parts=(node,), least=low, most=high)

    def _atom(self) -> _Node:
        letter = self._take()
        if letter == "(":
            if self._peek() == "?":
                if self._text[self._at : self._at + 2] != "?:":
                    raise _Unsupported
                self._at += 2
            node = self._choice()
            if self._take() != ")":
                raise _Unsupported
            return node
        if letter == "[":
            return _Node("set", self._class())
        if letter == ".":
            return _Node("set", _without(((10, 10), (13, 13), (0x2028, 0x2029))))
        if letter == "\\":
            return _Node("set", self._escape())
        if letter in "^$*+?{":
            raise _Unsupported
        return _Node("set", ((ord(letter), ord(letter)),))

    def _class(self) -> Ranges:
        negated = self._peek() == "^"
        self._at += negated
        ranges: list[tuple[int, int]] = []
        while self._peek() != "]":
            low = self._member()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._take()
                high = self._member()
                if len(low) != 1 or len(high) != 1:
                    raise _Unsupported
                low = ((low[0][0], high[0][1]),)
            ranges += low
        self._take()
        return _without(tuple(ranges)) if negated else tuple(ranges)

    def _member(self) -> Ranges:
        letter = self._take()
        return self._escape() if letter == "\\" else ((ord(letter), ord(letter)),)

    def _escape(self) -> Ranges:
        letter = self._take()
        if letter.lower() in _CLASSES:
            ranges = _CLASSES[letter.lower()]
            return _without(ranges) if letter.isupper() else ranges
        if letter in "ux":
            digits = self._text[self._at : self._at + (4 if letter == "u" else 2)]
            if not re.fullmatch(r"[0-9a-fA-F]{2,4}", digits):
                raise _Unsupported
            self._at += len(digits)
            return ((int(digits, 16),) * 2,)
        if letter.isalnum() and letter not in _CONTROLS:
            raise _Unsupported  # `\b`, `\p{…}`, `\1`
        code = _CONTROLS.get(letter, ord(letter))
        return ((code, code),)
