"""Nodes of a YAML document → places in its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

from yaml import MappingNode, ScalarNode, SequenceNode
from yaml import Node as Composed

from dispatch_lint.model.patterns import compiled
from dispatch_lint.text.scalars import NULL_TAG, dispatch_key, is_text, may_differ, resolve_core
from dispatch_lint.text.tree import Cut, Duplicate, Node
from dispatch_lint.text.yaml_composer import READ_TAGS, is_merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dispatch_lint.model.location import Path
    from dispatch_lint.text.lines import Lines

_COMMENT = r"(?:(?<=[ \t\r\n])|\A)#[^\r\n]*"
# Libyaml takes a comment without a space before it, too, where no plain scalar goes on. Where the
# scalars are not known, it may as well be in one.
_COMMENT_BEHIND = r"""(?:(?<=[ \t\r\n"'\[\]{},])|\A)#[^\r\n]*"""
# What stands before the first value, from a directive to the marker that ends directives.
_DIRECTIVES = r"(?ms)^%.*?^---"
_PROPERTIES = r"(?:[&!]\S*(?:\s+(?:#[^\r\n]*\s*)*|\Z))*"


class Origin(NamedTuple):
    """Where the text of a document begins in a text."""

    text: str
    offset: int

    def span(self, node: Composed) -> tuple[int, int]:
        """Start and end of a key or scalar."""
        start = node.start_mark.index + self.offset
        end = node.end_mark.index + self.offset
        if not node.style and self.text[end - 1 : end].isspace():
            end = start + len(self.text[start:end].rstrip())
        return start, max(start, end)


class YamlNode(Node):
    """The place of a value; what is inside is looked at when it is asked for, level by level."""

    __slots__ = ("_children", "_composed", "_end", "_fields", "_keys", "_origin")

    def __init__(self, composed: Composed, origin: Origin) -> None:
        self._composed, self._origin = composed, origin
        self._end: int | None = None
        self._fields: dict[str, tuple[Composed, Composed]] | None = None
        self._keys: dict[str, tuple[int, int]] | None = None
        self._children: dict[str | int, Node] | None = None

    @property
    def composed(self) -> Composed:
        """The node that the parser made."""
        return self._composed

    @property
    def start(self) -> int:
        index: int = self._composed.start_mark.index
        return index + self._origin.offset

    @property
    def end(self) -> int:
        if self._end is None:
            self._end = _find_end(self._composed, self._origin)
        return self._end

    @property
    def keys(self) -> Mapping[str, tuple[int, int]]:
        if self._keys is None:
            span = self._origin.span
            self._keys = {name: span(key) for name, (key, _) in self._pairs().items()}
        return self._keys

    @property
    def children(self) -> Mapping[str | int, Node]:
        if self._children is None:
            node, origin = self._composed, self._origin
            if type(node) is SequenceNode:
                self._children = {
                    index: YamlNode(item, origin) for index, item in enumerate(node.value)
                }
            else:
                self._children = {
                    name: YamlNode(value, origin) for name, (_, value) in self._pairs().items()
                }
        return self._children

    def _pairs(self) -> dict[str, tuple[Composed, Composed]]:
        if self._fields is None:
            self._fields = _fields(self._composed)
        return self._fields


def _find_end(root: Composed, origin: Origin) -> int:
    """Where a value ends: a block ends for the parser where the next token begins, behind all
    comments; its text ends with the last value in it."""
    first: int = root.start_mark.index
    end = first + origin.offset
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        # An alias is elsewhere: its anchor is before the block, or was seen in it.
        if node.start_mark.index < first or id(node) in seen:
            continue
        seen.add(id(node))
        node_end = node.end_mark.index + origin.offset
        if type(node) is ScalarNode:
            end = max(end, origin.span(node)[1])
        elif node.flow_style and origin.text[node_end - 1] in "]}":
            end = max(end, node_end)
        elif type(node) is SequenceNode:
            waiting += node.value
        else:
            waiting += chain.from_iterable(node.value)
    return end


def _fields(node: Composed) -> dict[str, tuple[Composed, Composed]]:
    """Key and value of each field of a mapping, merged ones included; nothing of other nodes."""
    fields: dict[str, tuple[Composed, Composed]] = {}
    if type(node) is MappingNode:
        for mapping in _with_merged(node):
            own = {pair[0].value: pair for pair in mapping.value if not is_merge(pair[0])}
            fields.update({name: own[name] for name in own if name not in fields})
    return fields


def _with_merged(mapping: Composed) -> Iterator[Composed]:
    """A mapping and all that it merges, in the order of their precedence."""
    seen: set[int] = set()
    waiting = [mapping]
    while waiting:
        mapping = waiting.pop()
        if id(mapping) in seen:
            continue
        seen.add(id(mapping))
        yield mapping
        for key, value in reversed(mapping.value):
            if is_merge(key):
                waiting += [value] if type(value) is MappingNode else reversed(value.value)


class Notes:
    """The keys of a document that are repeated, and the plain scalars and keys that dispatch may
    read otherwise. A scalar is noted under each path that leads to it, a key where it is written."""

    def __init__(self, root: Composed, origin: Origin, lines: Lines) -> None:
        self.duplicates: list[Duplicate] = []
        self.read_duplicates: list[Duplicate] = []
        self.plain_keys: dict[Path, str | None] = {}
        self._origin, self._lines = origin, lines
        self._keys_noted: set[int] = set()
        """The mappings whose keys were looked at, by identity."""
        self._scalars: list[tuple[Path, str]] = []
        self._found: dict[int, tuple[int, int, int]] = {}
        """For each node, for aliases: the length of its path, and where its scalars begin and end."""
        self._visit(root, ())
        self.scalars = dict(self._scalars)

    def _visit(self, node: Composed, path: Path) -> None:
        found = self._found.get(id(node))
        if found is not None:  # an alias
            length, start, stop = found
            self._scalars += [
                ((*path, *inner[length:]), text) for inner, text in self._scalars[start:stop]
            ]
            return
        start = len(self._scalars)
        if type(node) is SequenceNode:
            for index, item in enumerate(node.value):
                self._visit(item, (*path, index))
        elif type(node) is MappingNode:
            self._visit_mapping(node, path)
        elif node.tag == NULL_TAG:
            self._scalars.append((path, "!!null"))
        elif node.tag in READ_TAGS and not is_text(node.value):
            value = resolve_core(node.value)
            if value is None or may_differ(node.value, value):
                self._scalars.append((path, node.value))
        self._found[id(node)] = len(path), start, len(self._scalars)

    def _visit_mapping(self, node: Composed, path: Path) -> None:
        """Note what is in a mapping, and in what it merges: that has the same path."""
        names: set[str] = set()
        for mapping in _with_merged(node):
            is_first = id(mapping) not in self._keys_noted
            self._keys_noted.add(id(mapping))
            written: dict[str, Composed] = {}
            read: dict[str, Composed] = {}
            own = [(key, value) for key, value in mapping.value if not is_merge(key)]
            last = {key.value: key for key, _ in own}
            for key, value in own:
                if is_first:
                    self._note_repeated(key, (*path, key.value), written, read)
                # What is merged does not replace what is there; what is repeated does.
                if key.value not in names and key is last[key.value]:
                    if is_first:
                        self._note_key(key, (*path, key.value))
                    self._visit(value, (*path, key.value))
            names |= {key.value for key, _ in own}

    def _note_repeated(
        self, key: Composed, path: Path, written: dict[str, Composed], before: dict[str, Composed]
    ) -> None:
        """Note a key that is repeated.

        Args:
            written: the keys before it in the same mapping, as they are written.
            before: the same by what dispatch reads.
        """
        name = key.value
        read = name if is_text(name) or key.tag not in READ_TAGS else dispatch_key(name)
        # A key that dispatch refuses is repeated where it is written twice.
        same = name if read is None else read
        first = written.get(name) or before.get(same)
        if first is not None:
            found = self.duplicates if name in written else self.read_duplicates
            spans = (self._origin.span(node) for node in (key, first))
            found.append(Duplicate(path, *(self._lines.range(*span) for span in spans)))
        written[name] = before[same] = key

    def _note_key(self, key: Composed, path: Path) -> None:
        """Note a key that dispatch reads otherwise."""
        if key.tag not in READ_TAGS or is_text(key.value):
            return
        if (read := dispatch_key(key.value)) != key.value:
            self.plain_keys[path] = read


def find_comments(root: Composed | None, origin: Origin, stop: int) -> list[tuple[int, int]]:
    """Start and end of each comment from the origin on.

    Args:
        root: tells what is no comment but part of a scalar; without it all that looks like one is.
    """
    text = origin.text[origin.offset : stop]
    scalars = sorted(_scalar_spans(root, text)) if root is not None else []
    pattern = compiled(_COMMENT if root is None else _COMMENT_BEHIND)
    found = []
    match = pattern.search(text)
    while match is not None:
        before = bisect_right(scalars, (match.start(), len(text))) - 1
        scalar_end = scalars[before][1] if before >= 0 else 0
        if match.start() >= scalar_end:
            found.append((match.start() + origin.offset, match.end() + origin.offset))
            scalar_end = match.end()
        match = pattern.search(text, scalar_end)
    return found


def _scalar_spans(root: Composed, text: str) -> Iterator[tuple[int, int]]:
    """Where the keys and scalars of a document have their text; none reaches into another."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if type(node) is SequenceNode:
            waiting += node.value
        elif type(node) is MappingNode:
            waiting += chain.from_iterable(node.value)
        else:
            # There may be comments behind an anchor, a tag, or the indicator of a block.
            start, end = node.start_mark.index, node.end_mark.index
            start = min(compiled(_PROPERTIES).match(text, start).end(), end)  # type: ignore[union-attr]
            if node.style in ("|", ">"):
                header = re.compile("[\r\n]").search(text, start, end)
                start = header.start() if header else end
            if start < end:
                yield start, end


def find_cuts(root: Node, lines: Lines, start: int) -> Iterator[Cut]:
    """The `---` inside a document: dispatch cuts the file at the bytes, wherever they are.

    A comment above the first field, or below the last, cuts nothing off.

    Args:
        start: where the document begins: there may be directives before its `---`.
    """
    if not root.keys:
        return
    text, end = lines.text, root.end
    directives = compiled(_DIRECTIVES).search(text, start, root.start)
    if directives is not None:
        yield Cut((), lines.range(directives.end() - 3, directives.end()), "directive")
    place = text.find("---", root.start)
    while 0 <= place < end:
        path, within = _enclosing(root, place)
        yield Cut(path, lines.range(place, place + 3), within)
        place = text.find("---", place + 3)
        while 0 <= place < end and text[place - 1] == "-":
            place = text.find("---", place + 1)  # one row of dashes is one cut


def _enclosing(node: Node, place: int) -> tuple[Path, Literal["value", "key", "comment"]]:
    path: Path = ()
    while True:
        for key, (start, end) in node.keys.items():
            if start <= place < end:
                return (*path, key), "key"
        found = next(
            (step for step, child in node.children.items() if child.start <= place < child.end),
            None,
        )
        if found is None:
            return path, "comment"
        path, node = (*path, found), node.children[found]
        if not node.children:
            return path, "value"
