"""The top-level declarations of Go source text, found without parsing it.

Most of a Go file is functions, and nothing is read in most of them: they are made blank before
the file is parsed, which keeps all places as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# Strings and comments are matched too, so that a keyword inside of them begins no declaration. One
# without an end reaches as far as it can: else its text is looked through from each quote in it.
_OPAQUE = rb'`[^`]*`|"(?:[^"\\\n]|\\.)*+"?|//[^\n]*|/\*.*?(?:\*/|\Z)|\'(?:[^\'\\\n]|\\.)*+\'?'
_TOKEN = re.compile(
    _OPAQUE + rb"|^(?P<keyword>func|type|const|var|import|package)\b", re.MULTILINE | re.DOTALL
)
_PARENTHESIS = re.compile(_OPAQUE + rb"|[()]", re.DOTALL)
# What gofmt never leaves: declarations that are indented, or share a line.
_UNUSUAL = re.compile(rb"^[ \t]+(?:func [\w(]|package )|;[ \t]*(?:type|const|func) ", re.MULTILINE)
_NOT_AT_THE_LEFT = re.compile(
    rb"^(?:[ \t]+|[ \t]*/\*[^\n]*\*/[ \t]*)(?:type|const)\b", re.MULTILINE
)
_METHOD = re.compile(rb"func\s*\([^)]*\)\s*(\w+)")


_SPACES = bytes(10 if byte == 10 else 32 for byte in range(256))
# One of these is in all that `_UNUSUAL` finds, and much faster to find.
_SIGNS = (b"\tfunc ", b" func ", b"\tpackage ", b" package ", b";type ", b"; type ", b";const ",
          b"; const ", b";func ", b"; func ", b";\t")  # fmt: skip


_QUALIFIED = re.compile(rb"\b[A-Za-z_]\w*\.([A-Z]\w*)")
_IMPORTED_ALIAS = re.compile(rb"\w+[ \t]*=[ \t]*[A-Za-z_]\w*\.([A-Z]\w*)")


_MAX_OPEN = 50
"""Comments without an end that a parser is given: it looks for the end of each, up to that of the file."""


class Chunk(NamedTuple):
    """A top-level declaration, with the comments behind it."""

    keyword: str
    start: int
    end: int


def chunks(source: bytes) -> list[Chunk] | None:
    """The declarations of a file; None for a file that is not laid out as gofmt does it."""
    if any(sign in source for sign in _SIGNS) and _UNUSUAL.search(source):
        return None
    starts = [
        (match.start(), match["keyword"].decode())
        for match in _TOKEN.finditer(source)
        if match["keyword"]
    ]
    if not starts:
        return None
    ends = [start for start, _ in starts[1:]] + [len(source)]
    return [Chunk(keyword, start, end) for (start, keyword), end in zip(starts, ends, strict=True)]


def with_few_open_comments(source: bytes) -> bytes:
    """Source text in which no more than some `/*` have no end; behind these, the others are blank."""
    behind = source.rfind(b"*/") + 1
    if source.count(b"/*", behind) <= _MAX_OPEN:
        return source
    *few, rest = source[behind:].split(b"/*", _MAX_OPEN)
    return source[:behind] + b"/*".join([*few, rest.replace(b"/*", b"  ")])


def imported_in_constants(source: bytes) -> set[str]:
    """The names of other packages in the constants of a file, and in aliases that constants may use."""
    if b"\nconst" not in source:
        return set()
    names = {
        name
        for keyword, wanted in ((b"const", _QUALIFIED), (b"type", _IMPORTED_ALIAS))
        for part in _declared_with(source, keyword)
        for name in wanted.findall(part)
    }
    return {name.decode() for name in names}


def _declared_with(source: bytes, keyword: bytes) -> Iterator[bytes]:
    """The declarations that begin with a keyword: groups of them, or the line that has it."""
    at = source.find(b"\n" + keyword)
    while at >= 0:
        start = at + len(keyword) + 1
        is_group = source[start : start + 40].lstrip(b" \t").startswith(b"(")
        end = source.find(b"\n)" if is_group else b"\n", start)
        yield source[start : end if end >= 0 else len(source)]
        at = source.find(b"\n" + keyword, start)


def may_hide_types(source: bytes, chunk: Chunk) -> bool:
    """Whether types or constants may be behind a declaration, in lines that do not begin with them."""
    start = chunk.start
    if chunk.keyword == "func":  # its end is a brace at the left, or that of its only line
        end = source.find(b"\n}", start, chunk.end)
        start = end if end >= 0 else source.find(b"\n", start, chunk.end)
    return start >= 0 and _NOT_AT_THE_LEFT.search(source, start, chunk.end) is not None


def method_name(source: bytes, chunk: Chunk) -> str:
    """The name of the method that a declaration is; empty for anything else."""
    match = _METHOD.match(source, chunk.start, chunk.end) if chunk.keyword == "func" else None
    return match[1].decode() if match else ""


def without(source: bytes, omitted: list[Chunk]) -> bytes:
    """Source text in which some declarations are blank; the comments behind them stay."""
    parts, at = [], 0
    for chunk in omitted:
        end = _end_of_code(source, chunk)
        parts += [source[at : chunk.start], blank(source[chunk.start : end])]
        at = end
    return b"".join([*parts, source[at:]])


def with_semicolon(source: bytes) -> bytes:
    """A group of constants, `const (A = 1; B = 2)`, with the semicolon that the grammar wants."""
    depth = 0
    for match in _PARENTHESIS.finditer(source):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if match[0] == b")" and depth == 0:
            return source[: match.start()] + b";" + source[match.start() :]
    return source


def blank(text: bytes) -> bytes:
    """As much blank text, with the same lines."""
    return text.translate(_SPACES)


def _end_of_code(source: bytes, chunk: Chunk) -> int:
    """Where the comments and empty lines at the end of a declaration begin."""
    end = chunk.end
    while end > chunk.start:
        stop = end - 1 if source[end - 1 : end] == b"\n" else end
        start = max(source.rfind(b"\n", chunk.start, stop) + 1, chunk.start)
        line = source[start:stop].strip()
        if line.endswith(b"*/") and not line.startswith(b"//"):
            start = _start_of_comment(source, chunk.start, source.rfind(b"*/", start, stop))
            if start < 0:
                break  # it stands behind code
        elif line and not line.startswith(b"//"):
            break
        end = start
    return end


def _start_of_comment(source: bytes, start: int, close: int) -> int:
    """Where the line is that a comment of some lines begins with; -1 if it begins behind code."""
    opening = source.rfind(b"/*", start, close)
    while opening >= 0:
        line = max(source.rfind(b"\n", start, opening) + 1, start)
        if source[line : opening + 2].lstrip().startswith(b"/*"):
            return line
        opening = source.rfind(b"/*", start, line)  # no other one of this line is the first in it
    return -1
