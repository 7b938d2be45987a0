"""Documents of a text: their values, and the places of all that is in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.model.location import Path, Range
from dispatch_lint.text.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

On = Literal["key", "value"]


class Node(ABC):
    """The place of a value, and of what is inside it. Offsets count code points of the text."""

    __slots__ = ()

    @property
    @abstractmethod
    def start(self) -> int:
        """Where the value begins."""

    @property
    @abstractmethod
    def end(self) -> int:
        """Where it ends, exclusive."""

    @property
    @abstractmethod
    def keys(self) -> Mapping[str, tuple[int, int]]:
        """Start and end of each key of a mapping; of a key that is repeated, the last."""

    @property
    @abstractmethod
    def children(self) -> Mapping[str | int, Node]:
        """The values of a mapping by key, or of a list by index."""

    def at(self, path: Path) -> Node | None:
        """The node at a path below this one, or None."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            node = node.children.get(step)
        return node


class Problem(NamedTuple):
    """Why a document does not parse.

    Attributes:
        is_text: whether there is a text at all, and the message says how its language is broken.
    """

    message: str
    range: Range
    is_text: bool = True


class Duplicate(NamedTuple):
    """A key that a mapping has twice.

    Attributes:
        range: the place of the key that repeats another.
        first: the place of the key before it.
    """

    path: Path
    range: Range
    first: Range


class Cut(NamedTuple):
    """A `---` inside a document, at which dispatch cuts the file."""

    path: Path
    range: Range
    within: Literal["value", "key", "comment", "directive"]


class RecentTree:
    """The tree of the document of a text whose places were asked for last.

    Places are asked for document by document, so that one tree is enough: those of a large file
    would need many times the memory of its text.
    """

    __slots__ = ("node", "start")

    def __init__(self) -> None:
        self.start: int | None = None
        self.node: Node | None = None


class Part:
    """One document of a text. Its tree is read when a place is asked for, and not kept for long.

    Attributes:
        value: dict, list, str, int, float, bool, None inside each other; parts that share a
            value in the text (aliases) share the object.
        lines: of the whole text.
        problem: why it does not parse; then there is no value, and no tree.
    """

    __slots__ = ("_place", "_recent", "lines", "problem", "value")

    def __init__(
        self,
        value: Any,
        lines: Lines,
        *,
        problem: Problem | None = None,
        start: int = 0,
        stop: int = 0,
        recent: RecentTree | None = None,
    ) -> None:
        """Take a document that was read.

        Args:
            start: where it begins.
            stop: where the text ends that it was read from.
            recent: shared by all documents of the text; None where it is the only one.
        """
        self.value, self.lines, self.problem = value, lines, problem
        self._place = (start, stop)
        self._recent = recent

    @property
    def place(self) -> tuple[int, int]:
        """The offsets between which it was read."""
        return self._place

    @property
    def start(self) -> int:
        """The offset in the text where it begins."""
        return self.place[0]

    @property
    def end(self) -> int:
        """The offset behind its last character that is no white space."""
        return self.start + len(self.text.rstrip())

    @property
    def text(self) -> str:
        """The text that it was read from."""
        start, stop = self.place
        return self.lines.text[start:stop]

    @property
    def is_plain(self) -> bool:
        """Whether it parses, and has no duplicates, scalars, plain keys and cuts."""
        return self.problem is None

    @property
    def may_have_aliases(self) -> bool:
        """Whether two paths may lead to one place."""
        return False

    def alias_at(self, offset: int) -> Path | None:
        """The path of the value for which an alias stands at an offset; None where none is."""
        return None

    @property
    def duplicates(self) -> list[Duplicate]:
        """The keys that a mapping has more than once."""
        return []

    @property
    def scalars(self) -> dict[Path, str]:
        """Plain scalars that dispatch may read otherwise, as they are written (`may_differ`).

        One that has aliases is there under each path.
        """
        return {}

    @property
    def read_duplicates(self) -> list[Duplicate]:
        """The keys that dispatch reads as one key, though they are written differently."""
        return []

    @property
    def plain_keys(self) -> dict[Path, str | None]:
        """Plain keys that dispatch reads otherwise (`dispatch_key`), and what it reads."""
        return {}

    @property
    def cuts(self) -> list[Cut]:
        """The `---` inside of it."""
        return []

    def comments(self) -> list[tuple[int, int]]:
        """Start and end of each comment, from its `#` to the end of the line."""
        return []

    @property
    def node(self) -> Node | None:
        """The tree of its places; None where it does not parse, or has no text."""
        if self.problem is not None:
            return None
        recent = self._recent
        if recent is None:
            recent = self._recent = RecentTree()
        if recent.start != self.start:
            recent.node, recent.start = self._read_tree(), self.start
        return recent.node

    def _read_tree(self) -> Node | None:
        return None

    def range(self, path: Path, on: On = "value") -> Range:
        """The place of a key or value; of the nearest that exists where the path does not."""
        root = self.node
        if root is None:
            return self.lines.range(self.start, self.start)
        while True:
            key = _key_place(root, path) if on == "key" else None
            if key is not None:
                return self.lines.range(*key)
            found = root.at(path)
            if found is not None:
                return self._show(root, path, found)
            path = path[:-1]
            on = "value" if path else on

    def _show(self, root: Node, path: Path, found: Node) -> Range:
        key = _key_place(root, path)
        # A whole mapping is pointed at by its own key, or by its first: a caret under twenty
        # lines helps nobody.
        if found.keys:
            return self.lines.range(*(key or next(iter(found.keys.values()))))
        # Where nothing is written (`name:`) the key stands for the value; so it does for a list
        # below it, as a comment that hides what is said of the list stands beside the key.
        if key:
            between = self.lines.range(key[1], found.start)
            is_below = between.end_line > between.line and bool(found.children)
            if is_below or found.start == found.end:
                return self.lines.range(*key)
        return self.lines.range(found.start, found.end)

    @property
    def extent(self) -> Range:
        """From its first to its last character."""
        return self.lines.range(self.start, self.end)


def _key_place(root: Node, path: Path) -> tuple[int, int] | None:
    """The place of the key that a path ends with, if it ends with one."""
    if not path or not isinstance(path[-1], str):
        return None
    parent = root.at(path[:-1])
    return parent.keys.get(path[-1]) if parent is not None else None


def row_part(index: int, value: Any = None) -> Part:
    """The part of a store row, which has no text: all its places are in "line" `index + 1`."""
    return Part(value, Lines("", index + 1))
