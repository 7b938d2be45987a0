"""Go files and OpenAPI descriptions → the entity types that they declare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_syntax import GENERATED, NOT_TEXT, builds_keys, read_go
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.golang import GoReader
from dispatch_lint.definitions.model import BASE, DefinitionProblem
from dispatch_lint.definitions.modules import read_modules, vendored_files
from dispatch_lint.definitions.openapi import OpenApiReader

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_keys import KeyExpression
    from dispatch_lint.definitions.go_tree import GoPackage
    from dispatch_lint.definitions.model import EntityType, Skipped
    from dispatch_lint.definitions.openapi_refs import Other
    from dispatch_lint.text.tree import Part


@dataclass(frozen=True)
class GoSource:
    """One Go file.

    Attributes:
        named: whether the user named the file itself: then it is always read.
    """

    name: str
    read: Callable[[], bytes]
    named: bool = False


@dataclass(frozen=True)
class Description:
    """One OpenAPI description.

    Attributes:
        part: the description as a tree, from which locations are computed.
        kind_of: the kind that the settings give a model, by its name.
        other: reads a file that another one refers to.
    """

    name: str
    part: Part
    kind_of: Callable[[str], str | None] = field(default=lambda _: None)
    other: Other = field(default=lambda *_: None)


@dataclass
class Definitions:
    """What definitions declare.

    Attributes:
        layouts: the calls that may build keys.
        files: the Go files and descriptions that were read.
        notes: where what was read is open, or is chosen by the build, and why.
        skipped: the types and models that are nearly kinds.
    """

    types: list[EntityType] = field(default_factory=list)
    layouts: list[KeyExpression] = field(default_factory=list)
    problems: list[DefinitionProblem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    notes: list[DefinitionProblem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_sources(
    sources: Sequence[GoSource],
    descriptions: Sequence[Description],
    conventions: Conventions,
    fields: int = Limits().fields,
) -> Definitions:
    """Read all definitions. A part that cannot be read is a problem, and the rest is read.

    Args:
        fields: the limit of fields that all definitions together lead to (`limits.fields`).

    Raises:
        InputError: a file cannot be opened.
    """
    definitions, budget = Definitions(), Budget(fields)
    if sources:
        _read_go(sources, conventions, definitions, budget)
    for description in descriptions:
        reader = OpenApiReader(description, conventions, budget)
        types = reader.entity_types()
        definitions.types += types
        definitions.notes += reader.notes
        definitions.skipped += reader.skipped
        if types:
            definitions.files.add(description.name)
    if budget.exceeded is not None:
        message = (f"the types of this definition, and of those before it, lead to more than "
                   f"{fields:,} fields; limits.fields raises the limit")  # fmt: skip
        definitions.problems.append(DefinitionProblem(message, budget.exceeded, passed_over=True))
    return definitions


def _read_go(
    sources: Sequence[GoSource], conventions: Conventions, definitions: Definitions, budget: Budget
) -> None:
    contents = {source.name: source.read() for source in sources}
    named = {source.name for source in sources if source.named}
    files = ((name, _reader(data)) for name, data in contents.items())
    tree = GoTree(files, read_modules(contents), vendored_files)
    reader = GoReader(tree, conventions, budget)
    packages = _packages(tree, reader, contents, named, conventions)
    definitions.types += reader.entity_types(packages)
    definitions.notes += reader.notes
    definitions.skipped += reader.skipped
    ours = _ours(conventions)
    for package in tree.read:  # also the packages that were read to look types up
        for file in package.files:
            if package.vendored or file.generated:
                continue
            definitions.files.add(file.text.name)
            definitions.problems += [
                problem
                for problem in file.problems
                if problem.message != NOT_TEXT or file.text.name in named
            ]
            definitions.layouts += file.layouts
            definitions.problems += [
                DefinitionProblem("this is not valid Go", broken.location, passed_over=True)
                for broken in file.broken
                if _has_any(broken.text.encode(), ours) or file.text.name in named
            ]
    definitions.problems = list(dict.fromkeys(definitions.problems))
    _read_layouts(contents, definitions)


def _read_layouts(contents: dict[str, bytes], definitions: Definitions) -> None:
    """Add the code that builds keys in files that declare nothing."""
    for name, data in contents.items():
        if (
            name not in definitions.files
            and builds_keys(data)
            and not GENERATED.search(data[:2_000])
        ):
            file = read_go(data, name)
            definitions.files.add(name)
            definitions.layouts += file.layouts


def _ours(conventions: Conventions) -> tuple[bytes, ...]:
    """The words of which the text of a kind, or of a base of kinds, has one."""
    base = conventions.base.rpartition(".")[2].encode()
    return tuple(dict.fromkeys([base, BASE.encode(), b"swagger:model", b"+dispatch:"]))


def _has_any(text: bytes, words: Sequence[bytes]) -> bool:
    return any(word in text for word in words)


def _packages(
    tree: GoTree, reader: GoReader, contents: dict[str, bytes], named: set[str],
    conventions: Conventions,
) -> list[GoPackage]:  # fmt: skip
    """The packages that may declare kinds: they mention the base entity, or a type that embeds it."""
    wanted = (*_ours(conventions), b'json:"kind"', b'json:"kind,')
    folders: dict[str, None] = {}
    for name, data in contents.items():
        if name in named or _has_any(data, wanted):
            folders[name.rpartition("/")[0] or "."] = None
    for selection in conventions.selections:
        names = "|".join(
            re.escape(pattern.rpartition(".")[2]) for pattern in selection.include
            if "*" not in pattern.rpartition(".")[2]
        )  # fmt: skip
        folders |= _mentioning(contents, rf"^[ \t]*(?:type[ \t]+)?(?:{names})\b" if names else "")
    packages: dict[str, GoPackage] = {}
    while folders.keys() - packages.keys():
        fresh = [folder for folder in folders if folder not in packages]
        packages |= {folder: package for folder in fresh if (package := tree.package(folder))}
        for file in (file for folder in fresh for file in packages[folder].files):
            file.generated = file.generated and file.text.name not in named
        names = "|".join(sorted({*_embedding(reader, [packages[folder] for folder in fresh])}))
        # A line that has nothing but a type of another package embeds it.
        pattern = (
            rf"^[ \t]+\*?\w+\.(?:{names})\b(?!\.)[^\n(]*$"
            rf"|^[ \t]*(?:type[ \t]+)?\w+[ \t=]+\w+\.(?:{names})\b"
        )
        rest = {
            name: data for name, data in contents.items()
            if (name.rpartition("/")[0] or ".") not in packages
        }  # fmt: skip
        folders |= _mentioning(rest, pattern if names else "", rf"\.(?:{names})\b")
    return list(packages.values())


def _embedding(reader: GoReader, packages: Sequence[GoPackage]) -> Iterator[str]:
    """The names of the types of some packages that have the base entity in them."""
    for package in packages:
        for candidate in reader.candidates(package):
            if reader.has_base(candidate):
                yield re.escape(candidate.target.declared.name)


def _mentioning(contents: dict[str, bytes], pattern: str, likely: str = "") -> dict[str, None]:
    """The folders of the files that match a pattern; none for an empty one.

    Args:
        likely: a pattern that is in all of them, and faster to find.
    """
    if not pattern:
        return {}
    wanted, first = re.compile(pattern.encode(), re.MULTILINE), re.compile(likely.encode())
    return {
        name.rpartition("/")[0] or ".": None
        for name, data in contents.items()
        if first.search(data) and wanted.search(data)
    }


def _reader(data: bytes) -> Callable[[], bytes]:
    return lambda: data
