"""String literals of Go."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unquoted(literal: str) -> str:
    """The text of a string literal, which is in quotes or backquotes."""
    inner = literal[1:-1]
    if literal.startswith("`"):
        return inner.replace("\r", "")
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(match: re.Match[str]) -> str:
    code = match[0][1:]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
    elif len(code) == 3:
        number = int(code, 8)
    else:
        return _SIMPLE.get(code, code)
    return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"
