"""The unified diff of changed texts."""

from __future__ import annotations

import os
import re
from difflib import SequenceMatcher
from itertools import groupby
from operator import eq
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dispatch_lint.fix.fixed import Fixed

_FEW_LINES = 1_000
"""Up to so many lines, `difflib` is fast enough whatever the texts are."""


def diff_lines(fixed: Fixed) -> Iterator[str]:
    """All changes as one unified diff."""
    for name, text in sorted(fixed.texts.items()):
        old, new = _git_lines(fixed.before[name]), _git_lines(text)
        yield f"--- {_git_name(f'a/{name}')}\n+++ {_git_name(f'b/{name}')}\n"
        for hunk in LineMatcher(old, new).get_grouped_opcodes():
            _, old_start, _, new_start, _ = hunk[0]
            _, _, old_end, _, new_end = hunk[-1]
            yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
            for tag, old_start, old_end, new_start, new_end in hunk:
                yield from _marked(" " if tag == "equal" else "-", old[old_start:old_end])
                if tag != "equal":
                    yield from _marked("+", new[new_start:new_end])


def _git_lines(text: str) -> list[str]:
    """The lines of a text, each with its end: for git only a line feed ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


_ESCAPES = {
    **{byte: f"\\{byte:03o}" for byte in (*range(32), *range(127, 256))},
    **{ord(letter): f"\\{letter}" for letter in '"\\'},
    **dict(zip(b"\a\b\t\n\v\f\r", ("\\a", "\\b", "\\t", "\\n", "\\v", "\\f", "\\r"), strict=True)),
}


def _git_name(path: str) -> str:
    """A path as git writes it: in quotes where it has special characters, or bytes above 127."""
    quoted = "".join(_ESCAPES.get(byte, chr(byte)) for byte in os.fsencode(path))
    if quoted != path:
        return f'"{quoted}"'
    return f"{path}\t" if " " in path else path  # a tab ends a name with spaces


class LineMatcher(SequenceMatcher[str]):
    """Compares large texts with the same number of lines line by line.

    `difflib` looks for the longest run of equal lines, which takes minutes where many are alike.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new)
        self._old, self._new = old, new

    def get_opcodes(self) -> Any:
        if len(self._old) != len(self._new) or len(self._old) <= _FEW_LINES:
            return super().get_opcodes()
        return list(self._line_by_line())

    def _line_by_line(self) -> Iterator[tuple[str, int, int, int, int]]:
        start = 0
        for is_equal, lines in groupby(map(eq, self._old, self._new)):
            end = start + sum(1 for _ in lines)
            yield "equal" if is_equal else "replace", start, end, start, end
            start = end


def _range(start: int, end: int) -> str:
    """The range of a hunk: first line and count. An empty one names the line before it."""
    count = end - start
    return f"{start + bool(count)}{'' if count == 1 else f',{count}'}"


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield mark + (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
