"""Build constraints of Go: lines `//go:build …`."""

from __future__ import annotations

import re

HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*", re.DOTALL)
"""What is above the package clause: comments, and a byte order mark."""
_GO_BUILD = re.compile(rb"^//go:build[ \t]+(.+?)\r?$", re.MULTILINE)
_PLUS_BUILD = re.compile(rb"^//[ \t]*\+build[ \t]+(.+?)\r?$", re.MULTILINE)
_TOKEN = re.compile(r"\|\||&&|[!()]|[\w.]+")
_MAX_DEPTH = 50
"""Parentheses and negations inside each other that are read."""


def is_ignored(source: bytes) -> bool:
    """Whether no build contains a file, because of the tag `ignore`."""
    constraint = _constraint(source)
    return constraint is not None and _Reader(constraint).value() is False


def _constraint(source: bytes) -> str | None:
    """The build constraint in the comments above the package clause, as an expression."""
    if b"build" not in source:
        return None
    match = HEAD.match(source)
    head = match[0] if match else b""
    if line := _GO_BUILD.search(head):
        return line[1].decode("utf-8", "replace")
    lines = [line[1].decode("utf-8", "replace") for line in _PLUS_BUILD.finditer(head)]
    # The older form: a space is `or`, a comma is `and`, and all lines hold.
    parts = ["||".join(f"({option.replace(',', '&&')})" for option in line.split()) for line in lines]  # fmt: skip
    return "&&".join(f"({part})" for part in parts) or None


class _Reader:
    """Evaluates a constraint in which `ignore` is false, and every other tag is unknown."""

    def __init__(self, constraint: str) -> None:
        self._tokens = ["", *reversed(_TOKEN.findall(constraint))]
        """Those that are left, the next one last."""
        self._depth = 0

    def value(self) -> bool | None:
        """True, false, or None where that depends on the build."""
        value = self._and()
        while self._tokens[-1] == "||":
            self._tokens.pop()
            right = self._and()
            value = True if value or right else None if None in (value, right) else False
        return value

    def _and(self) -> bool | None:
        value = self._not()
        while self._tokens[-1] == "&&":
            self._tokens.pop()
            right = self._not()
            value = False if False in (value, right) else None if None in (value, right) else True
        return value

    def _not(self) -> bool | None:
        token = self._tokens.pop() if self._tokens[-1] else ""
        if token not in ("!", "("):
            return False if token == "ignore" else None
        if self._depth == _MAX_DEPTH:
            self._tokens = [""]  # nobody writes that: no part of it is known
            return None
        self._depth += 1
        value = self._not() if token == "!" else self.value()
        self._depth -= 1
        if token == "!":
            return None if value is None else not value
        if self._tokens[-1] == ")":
            self._tokens.pop()
        return value
