"""String literals of Go."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_INTERPRETED = re.compile(
    r'"(?:[^"\\\n]|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|[abfnrtv\\"]))*"'
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def is_literal(literal: str) -> bool:
    """Whether a text in double quotes is a string literal of Go."""
    return _INTERPRETED.fullmatch(literal) is not None


def unquoted(literal: str) -> str:
    """The text of a string literal, which is in quotes or backquotes."""
    inner = literal[1:-1]
    if literal.startswith("`"):
        return inner.replace("\r", "")
    if "\\" not in inner:
        return inner
    # An escape stands for a letter, or for one byte of the text as UTF-8.
    parts = [part.encode() for part in _ESCAPE.split(inner)]
    escapes = [_unescaped(match[0][1:]) for match in _ESCAPE.finditer(inner)]
    pairs = zip(parts, [*escapes, b""], strict=True)
    return b"".join(part + escape for part, escape in pairs).decode("utf-8", "replace")


def _unescaped(code: str) -> bytes:
    """The bytes that an escape stands for, from what is behind its backslash."""
    if code[0] in "uU" and len(code) > 1:
        number = int(code[1:], 16)
        is_letter = number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
        return (chr(number) if is_letter else "\N{REPLACEMENT CHARACTER}").encode()
    if code[0] == "x" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    if len(code) == 3:
        return bytes([int(code, 8) & 0xFF])
    return _SIMPLE.get(code, code).encode()
