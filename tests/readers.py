"""Whether the two readers of a text agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

from dispatch_lint.old import yaml_placed
from dispatch_lint.old.blocks import UNREAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.old.placed import Node, Part


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


def agree_on_places(text: str) -> None:
    """Fail where a text read by blocks is another one, or stands elsewhere, than read as a whole."""
    by_blocks = [_plain(part) for part in yaml_placed.read_placed(text)]
    with mock.patch.object(yaml_placed, "place_blocks", lambda *_: False):
        as_a_whole = [_plain(part) for part in yaml_placed.read_placed(text)]
    assert by_blocks == as_a_whole


def _plain(part: Part) -> tuple[object, ...]:
    return (
        repr(part.value), _plain_node(part.node), part.problem, part.duplicates, part.cuts,
        part.scalars, part.start, part.end, part.text,
    )  # fmt: skip


def _plain_node(node: Node | None) -> object:
    return node and (
        node.start, node.end, list(node.keys.items()),
        [(step, _plain_node(child)) for step, child in node.children.items()],
    )  # fmt: skip
