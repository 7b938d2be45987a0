"""YAML text → nodes, by libyaml's parser.

Two ways lead to the same nodes. `compose` is libyaml's own composer: fast, for documents without
aliases that are not large. `compose_events` builds the nodes from events: it follows aliases within limits, and says
of each document that is refused why and where, in the order of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml import MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml._yaml import CParser

from dispatch_lint.model.patterns import compiled

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.model.location import Path

PLAIN = (True, False)
"""The tag of a plain scalar without a tag: what libyaml says of it, (plain, quoted)."""
READ_TAGS = frozenset({PLAIN, *(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool"))})
"""The tags of scalars that dispatch reads as it reads plain ones."""
TEXT_TAG = "tag:yaml.org,2002:str"
MERGE = "<<"
# An alias begins behind white space or an indicator; a `*` inside a word is none.
_ALIAS = r"""(?<![^\s\[\]{},:?"'\ufeff-])\*\S"""
_DEEPEST = "exceeded maximum nesting depth"


class Refused(Exception):
    """A document that is not read. Offsets are those of its own text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


class Unsure(Exception):
    """A document that `compose_events` has to look at."""


def may_have_aliases(text: str) -> bool:
    """Whether there may be aliases in a document."""
    return "&" in text and compiled(_ALIAS).search(text) is not None


def is_merge(key: Node) -> bool:
    """Whether a key is the merge key `<<`."""
    return bool(key.value == MERGE and key.tag == PLAIN)


class _Composer(CParser):  # type: ignore[misc]
    """Libyaml's composer. A node without a tag gets what libyaml says of it for its tag."""

    def resolve(self, kind: type[Node], value: str | None, implicit: object) -> object:
        return implicit

    def descend_resolver(self, node: Node, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def compose(text: str) -> Node | None:
    """The nodes of a document; None where the text has none.

    Raises:
        Unsure: the text goes on behind the document.
        YAMLError, UnicodeError: it does not parse, or an anchor is redefined.
    """
    composer = _Composer(text)
    if not composer.check_node():
        return None
    root = composer.get_node()
    if composer.check_node():
        raise Unsure
    return root


def compose_events(text: str, limits: Limits) -> Node | None:
    """The nodes of a document; an alias is the node of its anchor. None where the text has none.

    Raises:
        Refused: the text is YAML, but too deep, too large, or nothing that values can be made of.
        YAMLError, UnicodeError: it does not parse.
    """
    try:
        return _build(text, limits)
    except YAMLError as error:
        if getattr(error, "problem", None) != _DEEPEST:
            raise
        # Libyaml reads ahead: the events of what is before that place tell where it is too deep.
        place: int = error.problem_mark.index
        _build(text[:place], limits)
        raise


def alias_at(text: str, offset: int, limits: Limits) -> Path | None:
    """The path of the value for which an alias stands at an offset; None where none is.

    Args:
        text: of a document that can be read.
    """
    builder = _Builder(limits)
    for event in iter(CParser(text).get_event, None):
        start, end = _marks(event)
        if start > offset:
            break
        if offset <= end and type(event).__name__ == "AliasEvent":
            return builder.path
        builder.add(event)
    return None


def _build(text: str, limits: Limits) -> Node | None:
    builder = _Builder(limits)
    for event in iter(CParser(text).get_event, None):
        builder.add(event)
    return builder.root


class _Open:
    """A collection whose end is still to come.

    Attributes:
        key: of a mapping: the key whose value is next.
        size: how many values there are, itself included.
    """

    __slots__ = ("anchor", "key", "node", "size")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node, self.anchor = node, anchor
        self.key: Node | None = None
        self.size = 1

    @property
    def wants_key(self) -> bool:
        return self.key is None and type(self.node) is MappingNode


class _Builder:
    """Makes nodes of events."""

    def __init__(self, limits: Limits) -> None:
        self.root: Node | None = None
        self._limits = limits
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._values = self._expanded = 0
        self._documents = 0

    @property
    def path(self) -> Path | None:
        """Where the next value belongs; None for a key."""
        if self._open and self._open[-1].wants_key:
            return None
        return tuple(
            collection.key.value if collection.key is not None else len(collection.node.value)
            for collection in self._open
        )

    def add(self, event: Any) -> None:
        """Take the next event."""
        name = type(event).__name__
        if name == "ScalarEvent":
            self._count(event)
            tag = event.tag if event.tag not in (None, "!") else event.implicit
            node = ScalarNode(tag, event.value, event.start_mark, event.end_mark, event.style)
            self._place(node, 1, event.anchor)
        elif name == "MappingStartEvent":
            self._start(event, MappingNode)
        elif name == "SequenceStartEvent":
            self._start(event, SequenceNode)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            done.node.end_mark = event.end_mark
            self._place(done.node, done.size, done.anchor)
        elif name == "AliasEvent":
            self._alias(event)
        elif name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise _refused("another document begins here, after a line break that only "
                               "YAML 1.1 knows (U+0085, U+2028, U+2029)", event)  # fmt: skip

    def _count(self, event: Any) -> None:
        self._values += 1
        if self._values > self._limits.values:
            raise _refused(self._limits.too_many_values, event)

    def _start(self, event: Any, kind: type[Node]) -> None:
        self._count(event)
        if len(self._open) >= self._limits.depth:
            raise _refused(f"values are nested deeper than {self._limits.depth} levels", event)
        if self._open and self._open[-1].wants_key:
            raise _refused("a field name must be text, not a list or mapping", event)
        node = kind(event.tag, [], event.start_mark, event.end_mark, event.flow_style)
        self._open.append(_Open(node, event.anchor))

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if any(collection.anchor == name for collection in self._open):
            raise _refused(f'the alias "*{name}" is inside its own anchor', event)
        if name not in self._anchors:
            raise _refused(f'the alias "*{name}" has no anchor "&{name}" before it in this '
                           "document", event)  # fmt: skip
        node, size = self._anchors[name]
        self._expanded += size
        if self._expanded > self._limits.aliases:
            raise _refused(f"aliases stand for more than {self._limits.aliases:,} values", event)
        if self._open and self._open[-1].wants_key:
            if type(node) is not ScalarNode:
                raise _refused("a field name must be text, not a list or mapping", event)
            # A key has a place of its own.
            node = ScalarNode(TEXT_TAG, node.value, event.start_mark, event.end_mark, "*")
        self._place(node, size, None)

    def _place(self, node: Node, size: int, anchor: str | None) -> None:
        """Put a complete node where it belongs."""
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        if type(top.node) is SequenceNode:
            top.node.value.append(node)
        elif top.key is None:
            top.key = node
            return
        else:
            if is_merge(top.key) and not _is_mergeable(node):
                raise Refused('"<<" merges a mapping or a list of mappings', *_marks(node))
            top.node.value.append((top.key, node))
            top.key = None
        top.size += size


def _is_mergeable(node: Node) -> bool:
    if type(node) is SequenceNode:
        return all(type(item) is MappingNode for item in node.value)
    return type(node) is MappingNode


def _marks(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _refused(message: str, event: Any) -> Refused:
    return Refused(message, *_marks(event))
