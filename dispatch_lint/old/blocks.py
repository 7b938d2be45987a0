"""YAML by blocks: most of what stands in a manifest stands in others too, and is read once.

A block is a field of a document with all that belongs to it: a line that begins with a letter, and
the lines behind it that begin with a space or a dash. A text of nothing but such blocks means what
its blocks mean, each read by itself. What a block means, the fast parser says; only fields of a
single plain word, a number, a time, a UUID or a quoted text, which differ from document to
document, are read here.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dispatch_lint.config.limits import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIELD = re.compile(
    r"(?P<key>[A-Za-z][A-Za-z0-9_-]*): (?:(?P<word>(?:\.\.?/|[A-Za-z/])[A-Za-z0-9_./-]*"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<quote>['\"])(?P<text>[A-Za-z0-9_./:@+=, -]*)(?P=quote)|(?P<number>0|[1-9][0-9]{0,14}))"
)
_NO_TEXT = frozenset(
    "".join(letters)
    for word in ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
    for letters in product(*((letter, letter.upper()) for letter in word))
)
"""Words that some reader takes for something else than a text, in whichever case."""
_KEPT = re.compile(r"[|>][1-9]?\+")
"""A text that keeps the empty lines behind it: they belong to no block."""
_MAX_KNOWN = 20_000
"""Blocks that are remembered."""
MAX_BLOCK = 2_000
"""Letters of a block that is remembered."""
Learned = TypeVar("Learned")


class Memory(Generic[Learned]):
    """What blocks were found to be, under the limit of depth that held then."""

    def __init__(self) -> None:
        self._known: dict[str, Learned | None] = {}
        self._depth = 0

    def known(self) -> Mapping[str, Learned | None]:
        """What holds under the limit of now; None of what has to be read with its document."""
        if self._depth != CURRENT.depth or len(self._known) > _MAX_KNOWN:
            self._known.clear()
            self._depth = CURRENT.depth
        return self._known

    def is_odd(self, block: str) -> bool:
        """Whether it is remembered that a block has to be read with its document."""
        return block in self._known and self._known[block] is None

    def keep(self, block: str, learned: Learned | None) -> None:
        """Remember a block, if it is not too long."""
        if len(block) <= MAX_BLOCK:
            self._known[block] = learned


_memory: Memory[tuple[str, Any]] = Memory()


def read_blocks(text: str, read: Callable[[str], list[Any] | None]) -> list[Any] | None:
    """The documents of a text as plain values; None where they cannot be told apart.

    A document that does not consist of blocks is `UNREAD`. Values are shared between documents:
    nobody may change them.

    Args:
        read: reads a text as documents, or None where it may not be trusted to.
    """
    if not (text.isascii() and text.endswith("\n")) or "\r" in text or "\0" in text:
        return None
    if text.startswith("---\n"):
        text = text[4:]
    documents: list[Any] = []
    suppresses = "dispatch-lint:" in text
    for chunk in text[:-1].split("\n---\n"):
        known, blocks = _memory.known(), cut(chunk)
        if "#" in chunk or "" in blocks:
            blocks = [block for block in blocks if not _says_nothing(block)]
        try:
            document = dict([known.get(block) or _learn(block, read) for block in blocks])
            if len(document) == len(blocks) and blocks:
                documents.append(document)
                continue
        except _Unreadable:
            pass
        # Where it ends has to be sure, and a comment that suppresses may concern all of the text.
        if (
            not (blocks and all(block[:1].isalpha() for block in blocks))
            or "---" in chunk or "..." in chunk or suppresses
        ):  # fmt: skip
            return None
        documents.append(UNREAD)
    return None if documents == [UNREAD] else documents


def cut(chunk: str) -> list[str]:
    """The blocks of a document: the lines of one are held together by a NUL, which no text has."""
    return chunk.replace("\n ", "\0 ").replace("\n-", "\0-").split("\n")


UNREAD = object()
"""Stands for a document that has to be read in another way."""


class _Unreadable(Exception):
    """A block that has to be read in another way."""


def _says_nothing(block: str) -> bool:
    """Whether it is an empty line, or a comment that is addressed to nobody.

    A comment that other lines are held together with may stand inside a field.
    """
    if not block:
        return True
    return (
        block[0] == "#" and block.isprintable()  # "\0" is not, nor is what YAML allows nowhere
        and not ("---" in block or "dispatch-lint:" in block)
    )  # fmt: skip


def _learn(block: str, read: Callable[[str], list[Any] | None]) -> tuple[str, Any]:
    """The name and value of the field that a block is.

    Raises:
        _Unreadable: it is no field, or may not be read so.
    """
    found = read_field(block)
    if found is None and not _memory.is_odd(block):
        found = _read_alone(block, read)
    if found is None or found[0] != "name":  # a name seldom stands in two documents
        _memory.keep(block, found)
    if found is None:
        raise _Unreadable
    return found


def _read_alone(block: str, read: Callable[[str], list[Any] | None]) -> tuple[str, Any] | None:
    """The same of a field of any value; None where it is no field, or may not be read so."""
    if not block[:1].isalpha() or ("+" in block and _KEPT.search(block)):
        return None
    values = read(block.replace("\0", "\n") + "\n")
    if values is None or len(values) != 1 or type(values[0]) is not dict:
        return None
    [*fields] = values[0].items()
    return fields[0] if len(fields) == 1 and type(fields[0][0]) is str else None


def read_field(block: str) -> tuple[str, Any] | None:
    """The name and value of a field of one plain word, number or quoted word; None for others."""
    match = _FIELD.fullmatch(block)
    if match is None:
        return None
    key, word, quote, text, number = match.groups()
    if key in _NO_TEXT or "---" in block:
        return None
    if word is not None:
        return None if word in _NO_TEXT else (key, word)
    return (key, text) if quote is not None else (key, int(number))
