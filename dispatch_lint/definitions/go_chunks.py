"""The top-level declarations of Go source text, found without parsing it.

Most of a Go file is functions, and nothing is read in most of them: they are made blank before
the file is parsed, which keeps all places as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# Strings and comments are matched too, so that a keyword inside of them begins no declaration.
_TOKEN = re.compile(
    rb'`[^`]*`|"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|\'(?:[^\'\\\n]|\\.)*\''
    rb"|^(?P<keyword>func|type|const|var|import|package)\b",
    re.MULTILINE | re.DOTALL,
)
# What gofmt never leaves: declarations that are indented, or share a line.
_UNUSUAL = re.compile(rb"^[ \t]+(?:func [\w(]|package )|;[ \t]*(?:type|const|func) ", re.MULTILINE)
_METHOD = re.compile(
    rb"func[ \t]*\(\s*(?:\w+[ \t]+)?(?P<pointer>\*?)\s*(?P<type>\w+)(?:\[[^\]\n]*\])?\s*\)\s*"
    rb"(?P<method>\w+)\("
)


_SPACES = bytes(10 if byte == 10 else 32 for byte in range(256))
# One of these is in all that `_UNUSUAL` finds, and much faster to find.
_SIGNS = (b"\tfunc ", b" func ", b"\tpackage ", b" package ", b";type ", b"; type ", b";const ",
          b"; const ", b";func ", b"; func ", b";\t")  # fmt: skip


class Chunk(NamedTuple):
    """A top-level declaration, with the comments behind it."""

    keyword: str
    start: int
    end: int


class Method(NamedTuple):
    """The head of a method."""

    type: str
    name: str
    pointer: bool


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


def method(source: bytes, chunk: Chunk) -> Method | None:
    """The head of the method that a declaration is; None for anything else."""
    match = _METHOD.match(source, chunk.start, chunk.end) if chunk.keyword == "func" else None
    if match is None:
        return None
    return Method(match["type"].decode(), match["method"].decode(), bool(match["pointer"]))


def without(source: bytes, omitted: list[Chunk]) -> bytes:
    """Source text in which some declarations are blank; the comments behind them stay."""
    parts, at = [], 0
    for chunk in omitted:
        end = _end_of_code(source, chunk)
        parts += [source[at : chunk.start], blank(source[chunk.start : end])]
        at = end
    return b"".join([*parts, source[at:]])


def blank(text: bytes) -> bytes:
    """As much blank text, with the same lines."""
    return text.translate(_SPACES)


def _end_of_code(source: bytes, chunk: Chunk) -> int:
    """Where the comments and empty lines at the end of a declaration begin."""
    end = chunk.end
    for line in _lines_backwards(source, chunk):
        stripped = line.strip()
        if stripped and not stripped.startswith((b"//", b"/*", b"*")):
            break
        end -= len(line) + 1
    return max(end, chunk.start)


def _lines_backwards(source: bytes, chunk: Chunk) -> Iterator[bytes]:
    """The lines of a declaration from the last one; an end of line at its end makes none."""
    end = chunk.end - 1 if source[chunk.end - 1 : chunk.end] == b"\n" else chunk.end
    while end > chunk.start:
        start = max(source.rfind(b"\n", chunk.start, end) + 1, chunk.start)
        yield source[start:end]
        end = start - 1
