"""Which packages of a tree may declare kinds, found without parsing the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import BASE

if TYPE_CHECKING:
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.go_tree import GoPackage, GoTree
    from dispatch_lint.definitions.golang import GoReader


def words_of_kinds(conventions: Conventions) -> tuple[bytes, ...]:
    """The words of which the text of a kind, or of a base of kinds, has one."""
    base = conventions.base.rpartition(".")[2].encode()
    return tuple(dict.fromkeys([base, BASE.encode(), b"swagger:model", b"+dispatch:"]))


def has_any(text: bytes, words: Sequence[bytes]) -> bool:
    """Whether a text has one of some words in it."""
    return any(word in text for word in words)


def packages_with_kinds(
    tree: GoTree, reader: GoReader, contents: Mapping[str, bytes], named: set[str],
    conventions: Conventions,
) -> list[GoPackage]:  # fmt: skip
    """The packages that may declare kinds: they mention one, or a type that has one in it.

    Args:
        contents: the text of each file, by its name.
        named: the files that the user named: their packages are always among them.
    """
    wanted = (*words_of_kinds(conventions), b'json:"kind"', b'json:"kind,')
    folders = dict.fromkeys(
        _folder(name) for name, text in contents.items() if name in named or has_any(text, wanted)
    )
    folders |= dict.fromkeys(_with_named_types(contents, conventions))
    packages: dict[str, GoPackage] = {}
    while fresh := [folder for folder in folders if folder not in packages]:
        for folder in fresh:
            package = tree.package(folder)
            assert package is not None
            packages[folder] = package
            for file in package.files:
                file.generated = file.generated and file.text.name not in named
        rest = {name: text for name, text in contents.items() if _folder(name) not in packages}
        names = {*_embeddable(reader, [packages[folder] for folder in fresh])}
        folders |= dict.fromkeys(_embedding(rest, sorted(names)))
    return list(packages.values())


def _folder(name: str) -> str:
    return name.rpartition("/")[0] or "."


def _with_named_types(contents: Mapping[str, bytes], conventions: Conventions) -> Iterator[str]:
    """The folders with types that the settings name as kinds."""
    names = {
        pattern.rpartition(".")[2]
        for selection in conventions.selections
        for pattern in selection.include
    }
    known = "|".join(re.escape(name) for name in sorted(names) if "*" not in name)
    if known:
        wanted = re.compile(rf"^[ \t]*(?:type[ \t]+)?(?:{known})\b".encode(), re.MULTILINE)
        yield from (_folder(name) for name, text in contents.items() if wanted.search(text))


def _embeddable(reader: GoReader, packages: Iterable[GoPackage]) -> Iterator[str]:
    """The names of the types of some packages that make a kind of what embeds them."""
    for package in packages:
        for declared in reader.struct_types(package):
            if reader.makes_kinds(declared):
                yield declared.target.declared.name


def _embedding(contents: Mapping[str, bytes], names: Sequence[str]) -> Iterator[str]:
    """The folders with code that embeds a type of another package, or takes it over."""
    if not names:
        return
    known = "|".join(map(re.escape, names))
    # A line of a struct that has nothing but a type embeds it.
    embedding = rf"^[ \t]+\*?\w+\.(?:{known})\b(?!\.)[^\n(]*$"
    taking_over = rf"^[ \t]*(?:type[ \t]+)?\w+[ \t=]+\w+\.(?:{known})\b"
    wanted = re.compile(f"{embedding}|{taking_over}".encode(), re.MULTILINE)
    likely = re.compile(rf"\.(?:{known})\b".encode())  # much faster to find
    for name, text in contents.items():
        if likely.search(text) and wanted.search(text):
            yield _folder(name)
