"""The difference of two records, short enough to be read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

MOST_LINES = 40
_LONG = 300
_WINDOW = 2_000
"""Lines that are compared from the first difference on: difflib takes the square of their number."""
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")


def difference(base: str, head: str) -> str:
    """A unified diff, cut to a sensible length; "" where the records are the same."""
    if base == head:
        return ""
    old, new = list(_lines(base)), list(_lines(head))
    start = next(
        (
            number
            for number, (left, right) in enumerate(zip(old, new, strict=False))
            if left != right
        ),
        min(len(old), len(new)),
    )
    begin = max(0, start - 3)
    heading = next((line for line in reversed(old[: start + 1]) if line.startswith("$ ")), "")
    end = begin + _WINDOW
    diff = list(difflib.unified_diff(old[begin:end], new[begin:end], "base", "head", lineterm=""))
    shown = [_cut(line) for line in diff[:MOST_LINES]]
    left_out = len(diff) - len(shown)
    if left_out or max(len(old), len(new)) > end:
        more = f"{left_out} more lines of the diff" if left_out else "more that is not compared"
        shown.append(f"… {more}")
    place = f"from line {begin + 1} of the record"
    return "\n".join([f"{place}, below {heading}" if heading else place, *shown])


def _lines(record: str) -> Iterator[str]:
    """Lines, where long ones are broken behind what separates values; control characters are shown."""
    for line in record.split("\n"):
        text = _ODD.sub(lambda match: f"\\u{ord(match[0]):04x}", line)
        if len(text) <= _LONG:
            yield text
        else:
            yield from re.split(r"(?<=[,}>\]])", text)


def _cut(line: str) -> str:
    return line if len(line) <= _LONG else f"{line[:_LONG]}… ({len(line)} characters)"
