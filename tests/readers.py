"""Whether the two readers of a text agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.blocks import UNREAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.documents.placed import Part


def agree(values: Sequence[Any] | None, parts: Sequence[Part]) -> None:
    """Fail where the fast reader says anything else than the one with places.

    What it leaves to the other one, as a whole or some documents, is no difference.
    """
    if values is None:
        return
    values, parts = list(values), list(parts)
    if UNREAD not in values:  # documents without content count alike, whatever they are called
        values = [one for one in values if one is not None]
        parts = [one for one in parts if one.value is not None or one.problem is not None]
    assert len(values) == len(parts), (values, parts)
    for value, part in zip(values, parts, strict=True):
        if value is not UNREAD:
            assert part.problem is None, part
            assert not (part.duplicates or part.cuts or part.scalars), part
            # Equal in type too, NaN included.
            assert repr(value) == repr(part.value)
