"""A text of YAML documents, as they share it."""

from __future__ import annotations

from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import RecentTree


class YamlText:
    """What the documents of a text share.

    Attributes:
        depth, aliases: the limits that it is read with.
        recent: the tree of the document that was read, or asked for a place, last.
    """

    def __init__(self, text: str, depth: int, aliases: int) -> None:
        self.lines = Lines(text, returns=True)
        self.recent = RecentTree()
        self.depth, self.aliases = depth, aliases
