"""Where the documents of a YAML text begin and end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKERS = ("---", "...")
_LINE_ENDS = ("\n", "\r")
"""A carriage return alone ends a line too."""
_BEHIND_MARKER = ("", " ", "\t", *_LINE_ENDS)
# The first line that is neither empty nor a directive nor a comment.
_CONTENT = re.compile(r"(?:^|(?<=\r))(?!%)[^\S\r\n]*[^\s#]", re.MULTILINE)
_CONTENT_OR_DIRECTIVE = re.compile(r"(?:^|(?<=\r))[^\S\r\n]*[^\s#]", re.MULTILINE)


def split_documents(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each document.

    A marker at the beginning of a line ends a document wherever it is, so that the error of one
    document cannot reach into the next. Comments alone are no document; directives without one are an
    error, which is left to the parser.
    """
    start, begun = 0, False
    for marker in _find_markers(text):
        opens = text[marker] == "-"
        if begun or _has_content(text, start, marker, directives=not opens):
            yield start, marker
            start = marker
        begun = opens
        if not begun:
            start = marker + len("...")
    if begun or _has_content(text, start, len(text), directives=True):
        yield start, len(text)


def is_marker(text: str, at: int) -> bool:
    """Whether there is a marker at an offset."""
    return (
        text[at : at + 3] in _MARKERS
        and (at == 0 or text[at - 1] in _LINE_ENDS)
        and text[at + 3 : at + 4] in _BEHIND_MARKER
    )


def _find_markers(text: str) -> Iterator[int]:
    opening, closing = (_occurrences(text, marker) for marker in _MARKERS)
    if "..." not in text:
        return opening
    from heapq import merge

    return merge(opening, closing)


def _occurrences(text: str, marker: str) -> Iterator[int]:
    # Most texts have few of them: to look for them is ten times as fast as a pattern.
    at = text.find(marker)
    while at >= 0:
        if is_marker(text, at):
            yield at
        at = text.find(marker, at + 1)


def _has_content(text: str, start: int, end: int, *, directives: bool) -> bool:
    """Whether there is anything but comments, or but comments and directives."""
    pattern = _CONTENT_OR_DIRECTIVE if directives else _CONTENT
    return pattern.search(text[start:end]) is not None
