"""Which files of a tree may declare kinds, found without parsing the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_outline import LETTER, type_names
from dispatch_lint.definitions.go_types import Scope
from dispatch_lint.model.base_entity import BASE

if TYPE_CHECKING:
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.go_package import GoSource
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.definitions.golang import GoReader

_MARKS = (b"swagger:model", b"+dispatch:")
"""What a comment above a kind may have."""
_KIND_ON_THE_WIRE = (b'json:"kind"', b'json:"kind,', b'json:\\"kind')
_TYPE_GROUP = re.compile(rb"type\s*[(/]")
# What is in a line before a type that is embedded, or that another type is made of; in a group of
# types, and before a field that its tag embeds, there is a name alone.
_NAME = LETTER + rb"+(?:\[[^\]]*\])?[ \t]*=?[ \t]+"
_EMBEDDED = re.compile(rb"(?:.*[{;/])?[ \t]*(?:type[ \t]+" + _NAME + rb")?\*?")
_NAMED = re.compile(rb"(?:.*[{;/(])?[ \t]*" + _NAME + rb"\*?")
_QUALIFIER = re.compile(LETTER + rb"+\Z")
# Behind it: the end of the line, a tag, type arguments, the next field, the end, or a comment.
_BEHIND = rb"(?!" + LETTER + rb")(?=[ \t]*(?:\r?$|[`\"\[;})/]))"
_ANY_WORD = re.compile(LETTER + rb"+" + _BEHIND, re.MULTILINE)
_LONG = 10_000
"""Bytes of a line from which on it is not looked through for each name in it: its file is parsed."""
_MANY = 100
"""With more names, all words of a text are looked up, instead of each name looked for in it."""


def words_of_kinds(conventions: Conventions) -> tuple[bytes, ...]:
    """The words of which the text of a kind, or of a base of kinds, has one."""
    return (*_bases(conventions), *_MARKS)


def _bases(conventions: Conventions) -> tuple[bytes, ...]:
    names = (conventions.base.rpartition(".")[2], BASE)
    return tuple(name.encode() for name in dict.fromkeys(names))


def has_any(text: bytes, words: Sequence[bytes]) -> bool:
    """Whether a text has one of some words in it."""
    return any(word in text for word in words)


def files_with_kinds(
    tree: GoTree, reader: GoReader, sources: Iterable[GoSource], conventions: Conventions
) -> list[Scope]:
    """The files that may declare kinds: they mention one, or a type that makes a kind of theirs.

    Files that the user named are always among them. Those of one package follow each other, in
    the order of `sources`.
    """
    words = (*_bases(conventions), *_KIND_ON_THE_WIRE)
    names = _named_types(conventions)
    rest = list(sources)
    order = {source.name: number for number, source in enumerate(rest)}
    fresh = [
        source for source in rest
        if source.named or _may_declare_kinds(source.text, words)
        or _declares_any(source.text, names)
    ]  # fmt: skip
    found: dict[str, list[GoSource]] = {}
    outside = [*_embeddable_outside(tree, reader, words)]
    while fresh or outside:
        for source in fresh:
            found.setdefault(source.folder, []).append(source)
        chosen = {source.name for source in fresh}
        rest = [source for source in rest if source.name not in chosen]
        inside = (
            (source.folder, name)
            for source in fresh
            for name in reader.embeddable(_scope(tree, source))
        )
        embedding, outside = _Embedding([*outside, *inside]), []
        fresh = [source for source in rest if embedding.is_in(source)]
    return [
        _scope(tree, source)
        for in_package in found.values()
        for source in sorted(in_package, key=lambda source: order[source.name])
    ]


def _embeddable_outside(
    tree: GoTree, reader: GoReader, words: Sequence[bytes]
) -> Iterator[tuple[str, str]]:
    """The types that can make a kind of what embeds them, of packages read for their types only.

    Yields:
        The folder and the name of each.
    """
    for package in tree.only_for_types():
        for source in package.sources:
            if not _may_declare_kinds(source.text, words):
                source.forget()
                continue
            for name in reader.embeddable(Scope(package, source.file)):
                yield package.folder, name


def _may_declare_kinds(text: bytes, words: Sequence[bytes]) -> bool:
    """Whether the types of a file may be kinds by themselves.

    Args:
        words: a type with one of them may be a kind.
    """
    return (
        has_any(text, _MARKS)
        or any(_is_in_type(text, word) for word in words if word in text)
        # The kind of Kubernetes, with a name beside it.
        or (b"TypeMeta" in text and b'json:"name' in text)
    )


def _is_in_type(text: bytes, word: bytes) -> bool:
    """Whether a word may be in the declaration of a type: not only inside of functions."""
    at = text.find(word)
    while at >= 0:
        function = text.rfind(b"\nfunc ", 0, at)
        if text.rfind(b"type", max(function, 0), at) >= 0:
            return True
        at = text.find(word, at + 1)
    return False


def _scope(tree: GoTree, source: GoSource) -> Scope:
    package = tree.package(source.folder)
    assert package is not None
    return Scope(package, source.file)


def _named_types(conventions: Conventions) -> set[str]:
    """The names of the types that the settings mention."""
    names = {
        pattern.rpartition(".")[2]
        for selection in conventions.selections
        for pattern in selection.patterns()
    }
    return {name for name in names if "*" not in name}


def _declares_any(text: bytes, names: set[str]) -> bool:
    """Whether a file may declare one of some types."""
    likely = any(name.encode() in text for name in names)
    return likely and not names.isdisjoint(type_names(text))


class _Embedding:
    """Finds code that embeds some types, or makes types of them.

    Args:
        types: the folder and the name of each.
    """

    def __init__(self, types: Iterable[tuple[str, str]]) -> None:
        self._in_folder: dict[str, set[bytes]] = {}
        for folder, name in types:
            self._in_folder.setdefault(folder, set()).add(name.encode())
        self._names = frozenset[bytes]().union(*self._in_folder.values())
        # Names are compared one after the other.
        few = len(self._names) <= _MANY
        known = b"|".join(map(re.escape, sorted(self._names))) if few else LETTER + rb"+"
        self._qualified = re.compile(rb"\.(" + known + rb")" + _BEHIND, re.MULTILINE)

    def is_in(self, source: GoSource) -> bool:
        """Whether a file may have such code."""
        text, before = source.text, [*self._before(source)]
        if any(map(_EMBEDDED.fullmatch, before)):
            return True
        by_name = any(map(_NAMED.fullmatch, before))
        return by_name and (b",embed" in text or _TYPE_GROUP.search(text) is not None)

    def _before(self, source: GoSource) -> Iterator[bytes]:
        """What is before the types in the lines that have one."""
        text = source.text
        if not self._names:
            return
        for match in self._qualified.finditer(text):
            if match[1] in self._names:
                yield _QUALIFIER.sub(b"", _line_before(text, match))
        # The names of a package that is imported with a dot are written without a qualifier.
        names = self._names if b'. "' in text else self._in_folder.get(source.folder, ())
        if len(names) > _MANY:
            for match in _ANY_WORD.finditer(text):
                if match[0] in names and text[match.start() - 1 : match.start()] != b".":
                    yield _line_before(text, match)
            return
        for name in names:
            if name in text:
                for match in re.finditer(re.escape(name) + _BEHIND, text, re.MULTILINE):
                    before = _line_before(text, match)
                    # Not another name, that ends like this one.
                    if before[-1:] != b"." and not _QUALIFIER.search(before):
                        yield before


def _line_before(text: bytes, match: re.Match[bytes]) -> bytes:
    """What is before a match in its line; nothing, as if it began the line, where that is very long."""
    start = match.start()
    if start > _LONG and b"\n" not in text[start - _LONG : start]:
        return b""
    return text[text.rfind(b"\n", 0, start) + 1 : start]
