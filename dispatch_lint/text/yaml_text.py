"""A text of YAML documents, as they share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import RecentTree

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits


class YamlText:
    """What the documents of a text share.

    Attributes:
        limits: that it is read with.
        recent: the tree of the document that was read, or asked for a place, last.
    """

    def __init__(self, text: str, limits: Limits) -> None:
        self.lines = Lines(text, returns=True)
        self.recent = RecentTree()
        self.limits = limits
