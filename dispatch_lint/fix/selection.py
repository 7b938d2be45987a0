"""Which fixes of a text can be made at once, and the text with them."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from dispatch_lint.text.edits import BYTE_ORDER_MARK, apply_edits, offsets_of
from dispatch_lint.text.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.model.location import Path
    from dispatch_lint.model.violation import Violation


def select_apart(violations: Iterable[Violation], text: str) -> list[Violation]:
    """Of violations whose fixes overlap, or give two fields one name, only the first.

    Args:
        violations: with a fix.
    """
    lines = Lines(text.removeprefix(BYTE_ORDER_MARK), returns=True)
    selected: list[Violation] = []
    taken: list[tuple[int, int]] = []  # sorted, and apart
    taken_names: set[tuple[int, Path]] = set()
    for violation in violations:
        assert violation.fix is not None
        ranges = [offsets_of(edit, lines) for edit in violation.fix.edits]
        names = {(violation.document, (*path[:-1], name)) for path, name in violation.fix.renamed}
        if taken_names.isdisjoint(names) and all(_is_free(place, taken) for place in ranges):
            selected.append(violation)
            taken_names |= names
            for place in ranges:
                insort(taken, place)
    return selected


def _is_free(place: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    at = bisect_left(taken, place)
    return all(
        place[1] <= start or end <= place[0] for start, end in taken[max(at - 1, 0) : at + 1]
    )


def apply_fixes(text: str, violations: Iterable[Violation]) -> str:
    """A text in which some violations are fixed; see `apply_edits`."""
    return apply_edits(
        text, [edit for violation in violations if violation.fix for edit in violation.fix.edits]
    )
