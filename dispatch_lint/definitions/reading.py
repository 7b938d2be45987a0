"""Go files and OpenAPI descriptions → the entity types that they declare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_search import has_any, packages_with_kinds, words_of_kinds
from dispatch_lint.definitions.go_syntax import GENERATED, NOT_TEXT, builds_keys, read_go
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.golang import GoReader
from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.definitions.modules import read_modules, vendored_files
from dispatch_lint.definitions.openapi import OpenApiReader

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_keys import KeyExpression
    from dispatch_lint.definitions.go_syntax import GoFile
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
    packages = packages_with_kinds(tree, reader, contents, named, conventions)
    definitions.types += reader.entity_types(packages)
    definitions.notes += reader.notes
    definitions.skipped += reader.skipped
    words = words_of_kinds(conventions)
    for package in tree.read:  # also the packages that were read to look types up
        for file in package.files:
            if package.vendored or file.generated:
                continue
            definitions.files.add(file.text.name)
            definitions.problems += _problems(file, words, named=file.text.name in named)
            definitions.layouts += file.layouts
    definitions.problems = list(dict.fromkeys(definitions.problems))
    _read_layouts(contents, definitions)


def _problems(file: GoFile, words: Sequence[bytes], *, named: bool) -> Iterator[DefinitionProblem]:
    """What could not be read in a file: all of it, if the user named the file.

    Args:
        words: one of them is in a declaration that matters in any file.
    """
    for problem in file.problems:
        if problem.message != NOT_TEXT or named:
            yield problem
    for broken in file.broken:
        if named or has_any(broken.text.encode(), words):
            yield DefinitionProblem("this is not valid Go", broken.location, passed_over=True)


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


def _reader(data: bytes) -> Callable[[], bytes]:
    return lambda: data
