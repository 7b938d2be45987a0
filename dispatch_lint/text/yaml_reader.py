"""YAML text → its documents.

YAML is what libyaml's grammar takes for it, as dispatch does, and scalars mean what the core schema
of YAML 1.2 says.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from yaml import YAMLError
from yaml.reader import ReaderError

from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import Cut, Duplicate, Node, Part, Problem, RecentTree
from dispatch_lint.text.yaml_composer import (
    Refused,
    Unsure,
    compose,
    compose_events,
    may_have_aliases,
)
from dispatch_lint.text.yaml_places import Notes, Origin, YamlNode, find_comments, find_cuts
from dispatch_lint.text.yaml_split import is_marker, split_documents
from dispatch_lint.text.yaml_values import Values

if TYPE_CHECKING:
    from yaml import Node as Composed

    from dispatch_lint.model.location import Path


def read_yaml(text: str, *, depth: int, aliases: int) -> list[Part]:
    """The documents of a text. What does not parse has a `problem`.

    Args:
        text: without a byte order mark.
        depth: levels of lists and mappings inside each other; 500 at most.
        aliases: values that the aliases of one document may stand for.
    """
    shared = _Text(text, depth, aliases)
    spans = split_documents(text)
    following = [*(start for start, _ in spans), len(text)][1:]
    return [
        shared.read(start, stop, end) for (start, stop), end in zip(spans, following, strict=True)
    ]


class YamlPart(Part):
    """A YAML document."""

    __slots__ = ("_following", "_is_notable", "_notes", "_shared")

    def __init__(
        self,
        shared: _Text,
        value: Any,
        problem: Problem | None,
        place: tuple[int, int, int],
        *,
        is_notable: bool,
    ) -> None:
        """Take a document that was read.

        Args:
            place: where its text begins and ends, and where the next document begins.
            is_notable: whether it has duplicates, or scalars that dispatch may read otherwise.
        """
        start, stop, self._following = place
        super().__init__(
            value, shared.lines, problem=problem, start=start, stop=stop, recent=shared.recent
        )
        self._shared, self._is_notable = shared, is_notable
        self._notes: Notes | None = None

    @property
    def duplicates(self) -> list[Duplicate]:
        return self._read_notes().duplicates if self._is_notable else []

    @property
    def scalars(self) -> dict[Path, str]:
        return self._read_notes().scalars if self._is_notable else {}

    @property
    def cuts(self) -> list[Cut]:
        text, start = self.lines.text, self.start
        if is_marker(text, start):
            start += len("---")
        if self.problem is not None or text.find("---", start, self._stop) < 0:
            return []
        return list(find_cuts(self.node, self.lines)) if self.node is not None else []

    def comments(self) -> list[tuple[int, int]]:
        if self.lines.text.find("#", self.start, self._following) < 0:
            return []
        origin = Origin(self.lines.text, self.start)
        return find_comments(self._composed(), origin, self._following)

    def _read_tree(self) -> Node | None:
        return self._shared.compose(self.start, self._stop)

    def _composed(self) -> Composed | None:
        node = self.node
        return node.composed if isinstance(node, YamlNode) else None

    def _read_notes(self) -> Notes:
        if self._notes is None:
            origin = Origin(self.lines.text, self.start)
            self._notes = Notes(self._composed(), origin, self.lines)
        return self._notes


class _Text:
    """What the documents of a text share."""

    def __init__(self, text: str, depth: int, aliases: int) -> None:
        self.lines = Lines(text)
        self.recent = RecentTree()
        self._depth, self._aliases = depth, aliases

    def read(self, start: int, stop: int, following: int) -> YamlPart:
        """Read a document.

        Args:
            following: where the next one begins.
        """
        place = (start, stop, following)
        text = self.lines.text[start:stop]
        try:
            root, values = self._compose_and_read(text)
        except Refused as refused:
            where = self.lines.range(start + refused.start, start + refused.end)
            problem = Problem(refused.message, where)
        except (YAMLError, UnicodeError) as error:
            problem = _problem(error, text, start, self.lines)
        else:
            self.recent.start, self.recent.node = start, self._tree(root, start)
            return YamlPart(self, values.value, None, place, is_notable=values.is_notable)
        return YamlPart(self, None, problem, place, is_notable=False)

    def compose(self, start: int, stop: int) -> Node | None:
        """The tree of a document that was read before."""
        text = self.lines.text[start:stop]
        if not may_have_aliases(text):
            with suppress(YAMLError):  # an anchor is redefined
                return self._tree(compose(text), start)
        return self._tree(compose_events(text, self._depth, self._aliases), start)

    def _compose_and_read(self, text: str) -> tuple[Composed | None, Values]:
        if not may_have_aliases(text):
            with suppress(Unsure, YAMLError, UnicodeError):  # `compose_events` says why
                root = compose(text)
                return root, Values(root, self._depth)
        root = compose_events(text, self._depth, self._aliases)
        return root, Values(root, self._depth)

    def _tree(self, root: Composed | None, start: int) -> YamlNode | None:
        return YamlNode(root, Origin(self.lines.text, start)) if root is not None else None


def _problem(error: Exception, text: str, start: int, lines: Lines) -> Problem:
    """What libyaml says of a text that does not parse."""
    message = str(getattr(error, "problem", None) or error).strip()
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        index = mark.index
        context, context_mark = (
            getattr(error, "context", None),
            getattr(error, "context_mark", None),
        )
        if context and context_mark:
            begin = start + context_mark.index
            message = f"{message}, {context} that begins in line {lines.range(begin, begin).line}"
    else:
        index = 0
        if isinstance(error, ReaderError):
            index = _count_characters(text, error.position)
            message = f"the character U+{error.character:04X} is not allowed in YAML"
    # "at the end" is more help on the last line that has something on it.
    offset = start + min(index, len(text.rstrip()))
    return Problem(message, lines.range(offset, offset + 1))


def _count_characters(text: str, size: int) -> int:
    """How many characters the first bytes of a text are."""
    return len(text.encode()[:size].decode(errors="ignore"))
