"""YAML text → documents with their places: slow, and right where `yaml_text` steps aside."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import CURRENT
from dispatch_lint.model.location import Range
from dispatch_lint.old.placed import Cut, Duplicate, Lines, Node, Part, Problem
from dispatch_lint.old.placed_blocks import place_blocks
from dispatch_lint.text.scalars import may_differ, resolve_core

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from dispatch_lint.model.location import Path

# A carriage return alone breaks a line too.
_MARKER = re.compile(r"(?:^|(?<=\r))(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)


def read_placed(text: str) -> list[Part]:
    """The documents of a text, each with its places. What does not parse is a `Problem`."""
    lines = Lines(text)
    return [_read_part(text, start, end, lines) for start, end in _split(text)]


def read_wanted(
    text: str, wanted: Collection[int], count: int | None = None
) -> list[tuple[int, Part]] | None:
    """Some of the documents that `read_placed` gives, by number; the others cost nothing.

    Args:
        count: how many documents there have to be; None for any number.

    Returns:
        None where there is another number of them.
    """
    lines, spans = Lines(text), _split(text)
    if count is not None and len(spans) != count:
        return None
    return [
        (index, _read_part(text, *spans[index], lines))
        for index in sorted(wanted)
        if index < len(spans)
    ]


def count_parts(text: str) -> int:
    """How many documents `read_placed` gives."""
    return len(_split(text))


def _split(text: str) -> list[tuple[int, int]]:
    """Cut a text where YAML ends documents.

    A marker at the beginning of a line ends a document wherever it stands, so that one
    document's error cannot reach into the next.
    """
    spans = _split_by_lines(text)
    return list(_split_by_markers(text)) if spans is None else spans


def _split_by_lines(text: str) -> list[tuple[int, int]] | None:
    """The same where nothing but lines of three dashes is near to a marker: nearly always.

    It takes a tenth of the time.
    """
    pieces = text.split("\n---\n")
    at_once = text.startswith("---\n")
    if text.count("---") != len(pieces) - 1 + at_once or "..." in text or "\r" in text:
        return None
    before = accumulate(map(len, pieces[:-1]))
    starts = [0, *(length + 5 * number + 1 for number, length in enumerate(before))]
    if not (at_once or _has_content(pieces[0], 0, len(pieces[0]))):
        if len(pieces) == 1:
            return []
        del starts[1]  # what stands before the first marker belongs to what follows
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _split_by_markers(text: str) -> Iterator[tuple[int, int]]:
    start, begun = 0, False
    for marker in _MARKER.finditer(text):
        at = marker.start()
        if begun or _has_content(text, start, at):
            yield start, at
            start = at
        begun = text[at] == "-"
        if not begun:
            start = marker.end()
    if begun or _has_content(text, start, len(text)):
        yield start, len(text)


def _has_content(text: str, start: int, end: int) -> bool:
    """Whether anything but comments and directives stands there."""
    return any(
        line.strip() and not line.lstrip().startswith("#") and not line.startswith("%")
        for line in re.split(r"[\r\n]", text[start:end])
    )


def _read_part(text: str, start: int, end: int, lines: Lines) -> Part:
    chunk = text[start:end]
    part = _new_part(chunk, start, lines)
    if place_blocks(chunk, part, _compose_alone):
        return part
    part = _composed(chunk, start, lines, _native_events)
    complaint = part.problem.message if part.problem is not None else ""
    if complaint.startswith((_COLON, _IN_BRACKETS)) and lines.second_looks + len(chunk) <= MAX_PURE:
        # `[http://x]`, `[a?b]`: libyaml refuses what YAML 1.2 and the fast parser read. Where both
        # refuse, libyaml says it better, except of a colon, which is no mistake.
        lines.second_looks += len(chunk) + 20
        other = _composed(chunk, start, lines, _pure_events)
        if other.problem is None or complaint.startswith(_COLON):
            part = other
    if part.problem is None:
        part.cuts = list(_cuts(chunk, start, part))
    else:
        part.value, part.node, part.text = None, None, chunk
        part.duplicates, part.scalars = [], {}
    return part


_COLON = "found unexpected ':'"
_IN_BRACKETS = "did not find expected ',' or"
MAX_PURE = 200_000
"""Letters of a text that the slowest parser is asked about: some seconds."""


def _new_part(chunk: str, start: int, lines: Lines) -> Part:
    return Part(None, lines, start=start, end=start + len(chunk.rstrip()))


def _compose_alone(text: str) -> Part:
    return _composed(text, 0, Lines(text), _native_events)


def _composed(chunk: str, start: int, lines: Lines, events: Callable[[str], Iterator[Any]]) -> Part:
    part = _new_part(chunk, start, lines)
    try:
        _Composer(chunk, start, part).compose(events(chunk))
    except _Refused as refused:
        part.problem = Problem(refused.message, lines.range(refused.start, refused.end))
    except Exception as error:
        part.problem = _problem(error, chunk, start, lines)
    return part


def _native_events(chunk: str) -> Iterator[Any]:
    # ruamel.yaml.clib: importing ruamel.yaml itself would cost six times as much.
    from _ruamel_yaml import CParser

    return iter(CParser(chunk).get_event, None)


def _pure_events(chunk: str) -> Iterator[Any]:
    """The same events, from a parser that takes thirty times as long."""
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(chunk)


class _Refused(Exception):
    """Text that is YAML, but not of a kind that a reader should follow."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


class _Open:
    """A collection whose end is still to come."""

    __slots__ = ("anchor", "count", "key", "merges", "node", "path", "value")

    def __init__(self, value: Any, node: Node, path: Path, anchor: str | None) -> None:
        self.value, self.node, self.path, self.anchor = value, node, path, anchor
        self.key: str | None = None
        self.merges: list[tuple[Any, Node]] = []
        self.count = 1


_MERGE = "<<"
"""The merge key itself, told from a quoted "<<" by identity."""


class _Composer:
    """Events of the native parser → plain values, and a `Node` beside each."""

    def __init__(self, chunk: str, offset: int, part: Part) -> None:
        self.chunk, self.offset, self.part = chunk, offset, part
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, Node, int]] = {}
        self.expanded = 0

    def compose(self, events: Iterator[Any]) -> None:
        for event in events:
            name = type(event).__name__
            if name == "ScalarEvent":
                self._scalar(event)
            elif name in ("MappingStartEvent", "SequenceStartEvent"):
                self._open(event, {} if name[0] == "M" else [])
            elif name in ("MappingEndEvent", "SequenceEndEvent"):
                self._close(event)
            elif name == "AliasEvent":
                self._alias(event)

    def _places(self, event: Any) -> tuple[int, int]:
        return event.start_mark.index + self.offset, event.end_mark.index + self.offset

    def _scalar(self, event: Any) -> None:
        start, end = self._places(event)
        text = event.value
        plain = event.implicit[0] and event.style in (None, "")
        if not event.style and self.chunk[end - self.offset - 1 : end - self.offset].isspace():
            end = start + len(self.chunk[start - self.offset : end - self.offset].rstrip())
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, text, start, end, merge=plain and text == "<<")
            return
        value: object = text
        if plain:
            value = resolve_core(text)
            if may_differ(text, value):
                self.part.scalars[self._path()] = text
        elif event.tag and event.tag != "tag:yaml.org,2002:str" and not event.style:
            value = resolve_core(text)
        self._add(value, Node(start, max(start, end)), event.anchor, 1)

    def _key(self, top: _Open, text: str, start: int, end: int, *, merge: bool) -> None:
        if merge:
            top.key = _MERGE
            return
        top.key = text
        if text in top.node.keys:
            lines = self.part.lines
            first = lines.range(*top.node.keys[text])
            path = (*top.path, text)
            self.part.duplicates.append(Duplicate(path, lines.range(start, end), first))
        top.node.keys[text] = (start, end)

    def _open(self, event: Any, value: Any) -> None:
        start, end = self._places(event)
        if len(self.stack) >= CURRENT.depth:
            raise _Refused(f"values are nested deeper than {CURRENT.depth} levels", start, end)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise _Refused("a field name has to be text, not a list or mapping", start, end)
        self.stack.append(_Open(value, Node(start, end), self._path(), event.anchor))

    def _close(self, event: Any) -> None:
        done = self.stack.pop()
        end = event.end_mark.index + self.offset
        if self.chunk[end - self.offset - 1 : end - self.offset] not in ("]", "}"):
            # A block ends for the parser where the next one begins, behind all comments.
            ends = [one.end for one in done.node.children.values()]
            ends += [key_end for _, key_end in done.node.keys.values()]
            end = max(ends, default=done.node.start)
        done.node.end = end
        for value, node in done.merges:
            for key in value:
                if key not in done.value:
                    done.value[key] = value[key]
                    done.node.children[key] = node.children[key]
                    done.node.keys[key] = node.keys[key]
        self._add(done.value, done.node, done.anchor, done.count)

    def _alias(self, event: Any) -> None:
        start, end = self._places(event)
        if any(one.anchor == event.anchor for one in self.stack):
            raise _Refused(f'the alias "*{event.anchor}" stands inside its own anchor', start, end)
        if event.anchor not in self.anchors:
            raise _Refused(f'the alias "*{event.anchor}" has no anchor "&{event.anchor}" '
                           "before it in this document", start, end)  # fmt: skip
        value, node, count = self.anchors[event.anchor]
        self.expanded += count
        if self.expanded > CURRENT.aliases:
            raise _Refused(f"aliases stand for more than {CURRENT.aliases:,} values", start, end)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, str(value), start, end, merge=False)
            return
        self._add(value, node, None, count)

    def _path(self) -> Path:
        if not self.stack:
            return ()
        top = self.stack[-1]
        step = len(top.value) if isinstance(top.value, list) else top.key
        return (*top.path, step if step is not None else "")

    def _add(self, value: Any, node: Node, anchor: str | None, count: int) -> None:
        if anchor:
            self.anchors[anchor] = (value, node, count)
        if not self.stack:
            self.part.value, self.part.node = value, node
            return
        top = self.stack[-1]
        top.count += count
        if isinstance(top.value, list):
            top.node.children[len(top.value)] = node
            top.value.append(value)
            return
        assert top.key is not None
        if top.key is _MERGE:
            self._merge(top, value, node)
        else:
            top.value[top.key] = value
            top.node.children[top.key] = node
        top.key = None

    def _merge(self, top: _Open, value: Any, node: Node) -> None:
        several = value if isinstance(value, list) else [value]
        nodes = node.children.values() if isinstance(value, list) else [node]
        if not all(isinstance(one, dict) for one in several):
            raise _Refused('"<<" merges a mapping or a list of mappings', node.start, node.end)
        top.merges.extend(zip(several, nodes, strict=True))


def _problem(error: Exception, chunk: str, start: int, lines: Lines) -> Problem:
    """What the native parser says of a text that does not parse, at the parser's place."""
    mark = getattr(error, "problem_mark", None)
    message = str(getattr(error, "problem", None) or error).strip()
    if mark is not None:
        index = mark.index
        context = getattr(error, "context", None)
        context_mark = getattr(error, "context_mark", None)
        if context and context_mark:
            begin = start + context_mark.index
            message = f"{message}, {context} that begins in line {lines.range(begin, begin).line}"
    else:
        # The reader's errors (characters that YAML does not allow) give a position only.
        index = int(getattr(error, "position", 0) or 0)
        character = getattr(error, "character", None)
        if isinstance(character, int):
            message = f"the character U+{character:04X} is not allowed in YAML"
    # "at the end" is more help on the last line that has something on it.
    offset = start + min(index, len(chunk.rstrip()))
    return Problem(message, lines.range(offset, offset + 1))


def _cuts(chunk: str, offset: int, part: Part) -> Iterator[Cut]:
    """The `---` inside a document: dispatch cuts the file at the bytes, wherever they stand.

    A comment above the first field, or after the last, cuts nothing off.
    """
    if part.node is None or not part.node.keys:
        return
    begin, end = part.node.start, part.node.end
    position = chunk.find("---", max(0, begin - offset))
    while 0 <= position < end - offset:
        place = position + offset
        path, within = _enclosing(part.node, place)
        found: Range = part.lines.range(place, place + 3)
        yield Cut(path, found, within)  # type: ignore[arg-type]
        position = chunk.find("---", position + 3)
        while 0 <= position < len(chunk) and chunk[position - 1] == "-":
            position = chunk.find("---", position + 1)  # one row of dashes is one cut


def _enclosing(node: Node, place: int, path: Path = ()) -> tuple[Path, str]:
    for key, (start, end) in node.keys.items():
        if start <= place < end:
            return (*path, key), "key"
    for step, child in node.children.items():
        if child.start <= place < child.end:
            inside = (*path, step)
            return _enclosing(child, place, inside) if child.children else (inside, "value")
    return path, "comment"
