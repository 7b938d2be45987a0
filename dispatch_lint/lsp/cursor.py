"""What is around the cursor in a text that is being written, and mostly does not parse.

A mark is put where the cursor is, and the tokens of YAML's grammar are read, of which JSON is a
part. Tokens can be had of a text that is unfinished further down, or even at the cursor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import yaml

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path

MARK = "\ue000"
MAX_TEXT = 1_000_000
"""The longest document, in characters, in which anything is offered."""
_WORD = r"[\w./@$-]*"
_BEFORE = re.compile(rf"{_WORD}\Z")
_AFTER = re.compile(_WORD)
_DOCUMENT = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_COMMENT = re.compile(r"(?:\A|[ \t])#")
_SCALAR = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)


On = Literal["key", "value", "item"]
_Found = tuple["Path", On, bool, int, tuple[str, str]]


class Node:
    """A value of an unfinished document.

    Attributes:
        keys: of a mapping, with their values; None for a key without one.
        items: of a list.
        text: of a scalar.
    """

    __slots__ = ("items", "keys", "kind", "text")

    def __init__(self, kind: Literal["mapping", "list", "scalar"], text: str = "") -> None:
        self.kind, self.text = kind, text
        self.keys: dict[str, Node | None] = {}
        self.items: list[Node] = []

    def value(self) -> Any:
        """The value as plain data, in which every scalar is text; the mark is left out."""
        if self.kind == "mapping":
            return {
                key: inner.value() if inner is not None else None
                for key, inner in self.keys.items()
                if MARK not in key
            }
        if self.kind == "list":
            return [item.value() for item in self.items]
        return None if self.text == MARK else self.text.replace(MARK, "")

    def at(self, path: Path) -> Node | None:
        """The value at a path."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(step, int):
                node = node.items[step] if step < len(node.items) else None
            else:
                node = node.keys.get(step)
        return node


class Cursor(NamedTuple):
    """What is around a cursor.

    Attributes:
        start, end: the offsets of the word that it is in.
        root: the document.
        path: of the mapping, list or field that it is in.
        on: whether a field name, the value of a field, or an item of a list is being written.
        has_colon: whether a colon is behind the word.
        quote: the quote that is open before it.
        is_flow: whether it is between braces or brackets.
        indent: the column of the mapping that it is in.
        lead: what has to be written before the word, such as the blank behind a colon.
        is_first: whether nothing but blanks and dashes is before it in its line.
        document: where the document begins and ends.
    """

    start: int
    end: int
    root: Node
    path: Path
    on: On
    has_colon: bool
    quote: str
    is_flow: bool
    indent: int
    lead: str
    is_first: bool
    document: tuple[int, int]

    @property
    def siblings(self) -> dict[str, Node | None]:
        """The fields that the mapping around a field name has."""
        around = self.root.at(self.path)
        return around.keys if around is not None and around.kind == "mapping" else {}


def cursor_in(text: str, offset: int, format_: str) -> Cursor | None:
    """What is around a cursor; None in a comment, in what is no text of a document, or where it
    cannot be told.

    Args:
        format_: of the text: `yaml`, `json` or `jsonl`.
    """
    first, last = _document(text, offset, format_)
    if last - first > MAX_TEXT:
        return None
    line_start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    before = text[max(line_start, first) : offset]
    bare = _SCALAR.sub("", before)
    if format_ == "yaml" and _COMMENT.search(bare):
        return None
    quote = next((mark for mark in "\"'" if mark in bare), "")
    word = _BEFORE.search(before)
    start = offset - len(word[0]) if word else offset
    if format_ == "yaml" and text.startswith("---", line_start) and offset <= line_start + 3:
        return None  # the line between two documents
    is_first = bool(re.fullmatch(r"[ \t]*(?:-[ \t]+)*", text[max(line_start, first) : start]))
    if is_first:
        while text[start:offset].startswith("-"):  # the dash of an item, and no word
            start += 1
    after = _AFTER.match(text, offset)
    end = after.end() if after else offset
    rest = text[end : _line_end(text, end)]
    closes = bool(quote) and quote in rest
    has_colon = bool(re.match(r"""["']?[ \t]*:(?=[ \t]|\Z)""" if not closes else
                              r"""["'][ \t]*:""", rest))  # fmt: skip
    is_url = text.startswith("/", start)  # the colon before it is a part of the word
    lead = " " if start > first and text[start - 1] in ":-" and not (quote or is_url) else ""
    tail = quote if quote and not closes else ""
    for mark in (f"{lead}{MARK}{tail}", f"{lead}{MARK}{tail}:"):
        if mark.endswith(":") and has_colon:
            continue
        marked = f"{text[first:start]}{mark}{text[end:last]}"
        found = _Reader(marked).read()
        if found is not None:
            root, path, on, is_flow, indent, (prefix, suffix) = found
            start, end = start - len(prefix), end + len(suffix)
            if not text.startswith(prefix, start) or not text.startswith(suffix, end - len(suffix)):
                return None
            return Cursor(start, end, root, path, on, has_colon, quote, is_flow, indent, lead,
                          is_first, (first, last))  # fmt: skip
    return None


def _line_end(text: str, offset: int) -> int:
    ends = [at for at in (text.find("\n", offset), text.find("\r", offset)) if at >= 0]
    return min(ends, default=len(text))


def _document(text: str, offset: int, format_: str) -> tuple[int, int]:
    """Where the document around an offset begins and ends."""
    if format_ == "jsonl":
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        return start, end if end >= 0 else len(text)
    if format_ != "yaml":
        return 0, len(text)
    start, end = int(text.startswith("\ufeff")), len(text)
    for match in _DOCUMENT.finditer(text):
        if match.end() <= offset:
            start = match.end()
        else:
            end = max(match.start(), start)
            break
    return start, end


class _Frame:
    """A collection whose tokens are being read.

    Attributes:
        key: of a mapping, the key whose value is read.
        state: whether a key, a value, or nothing has been announced.
        is_implied: whether it is a list without an indent of its own.
    """

    def __init__(self, node: Node, *, is_flow: bool, column: int, is_implied: bool = False) -> None:
        self.node, self.is_flow, self.column, self.is_implied = node, is_flow, column, is_implied
        self.key: str | None = None
        self.state: Literal["", "key", "value"] = "key" if is_flow else ""


class _Reader:
    """Builds the values of an unfinished document from its tokens, and finds the mark in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._frames: list[_Frame] = []
        self._root: Node | None = None
        self._found: _Found | None = None

    def read(self) -> tuple[Node, Path, On, bool, int, tuple[str, str]] | None:
        """The document, and the place of the mark; None where it was not reached.

        The last item is the rest of the scalar that the mark is in, before and behind it.
        """
        try:
            for token in _tokens(self._text):
                self._take(token)
        except yaml.YAMLError:
            pass  # what was read before is enough, if the mark was
        if self._found is None or self._root is None:
            return None
        return self._root, *self._found

    def _take(self, token: Any) -> None:
        name = type(token).__name__.removesuffix("Token")
        column = token.start_mark.column
        if name in ("Key", "BlockEnd") and self._frames and self._frames[-1].is_implied:
            self._frames.pop()
        if name in ("BlockMappingStart", "FlowMappingStart"):
            self._push(Node("mapping"), is_flow=name[0] == "F", column=column)
        elif name in ("BlockSequenceStart", "FlowSequenceStart"):
            self._push(Node("list"), is_flow=name[0] == "F", column=column)
        elif name in ("BlockEnd", "FlowMappingEnd", "FlowSequenceEnd"):
            if self._frames:
                self._frames.pop()
        elif name == "BlockEntry":
            if self._frames and self._frames[-1].node.kind == "mapping":
                self._push(Node("list"), is_flow=False, column=column, is_implied=True)
        elif name == "FlowEntry" or name == "Key":
            if self._frames:
                self._frames[-1].state = "key"
        elif name == "Value":
            if self._frames:
                self._frames[-1].state = "value"
        elif name == "Scalar":
            self._scalar(token.value)

    def _push(self, node: Node, *, is_flow: bool, column: int, is_implied: bool = False) -> None:
        self._add(node)
        self._frames.append(_Frame(node, is_flow=is_flow, column=column, is_implied=is_implied))

    def _add(self, node: Node) -> None:
        """Add a value to the collection that is being read."""
        if not self._frames:
            if self._root is None:
                self._root = node
            return
        frame = self._frames[-1]
        if frame.node.kind == "list":
            frame.node.items.append(node)
        elif frame.key is not None:
            frame.node.keys[frame.key] = node
            frame.state = ""

    def _scalar(self, text: str) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.node.kind == "mapping" and frame.state == "key":
            if MARK in text:
                self._note("key", text)
            frame.key, frame.state = text, ""
            frame.node.keys.setdefault(text, None)
            return
        self._add(Node("scalar", text))
        if MARK in text:
            if frame is None:
                self._root = Node("mapping")
            on: On = "key" if frame is None else "item" if frame.node.kind == "list" else "value"
            self._note(on, text)

    def _note(self, on: On, text: str) -> None:
        before, _, behind = text.partition(MARK)
        if re.search(r"\s", before + behind):
            return  # a text of several words is no name
        path: list[str | int] = []
        for frame in self._frames:
            if frame.node.kind == "list":
                path.append(max(len(frame.node.items) - 1, 0))
            elif frame is not self._frames[-1] or on == "value":
                path.append(frame.key or "")
        around = self._frames[-1] if self._frames else None
        is_flow = around is not None and around.is_flow
        column = around.column if around is not None else 0
        self._found = (tuple(path), on, is_flow, column, (before, behind))


def _tokens(text: str) -> Iterator[Any]:
    yield from yaml.scan(text, Loader=_LOADER)
