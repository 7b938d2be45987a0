"""Go files and OpenAPI descriptions → the entity types that they declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_package import GoSource as GoSource
from dispatch_lint.definitions.go_search import files_with_kinds, has_any, words_of_kinds
from dispatch_lint.definitions.go_syntax import NOT_TEXT, builds_keys
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.golang import GoReader
from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.definitions.modules import passed_over_files, read_modules
from dispatch_lint.definitions.openapi import OpenApiReader
from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.progress import Progress, tell_nobody

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_keys import KeyExpression
    from dispatch_lint.definitions.model import EntityType, Skipped
    from dispatch_lint.definitions.openapi import Description


@dataclass
class Definitions:
    """What definitions declare.

    Attributes:
        layouts: the calls that may build keys.
        files: the Go files and descriptions that were read.
        notes: where what was read is open, or is chosen by the build, and why.
        skipped: the types and models that are nearly kinds.
        unused: messages about patterns in the settings that fit no type.
        without_base: a message about a base entity in the settings that no type is.
    """

    types: list[EntityType] = field(default_factory=list)
    layouts: list[KeyExpression] = field(default_factory=list)
    problems: list[DefinitionProblem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    notes: list[DefinitionProblem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    without_base: str = ""


def read_sources(
    sources: Sequence[GoSource],
    descriptions: Sequence[Description],
    conventions: Conventions,
    fields: int = Limits().fields,
    folder: str = "",
    progress: Progress = tell_nobody,
) -> Definitions:
    """Read all definitions. A part that cannot be read is a problem, and the rest is read.

    Args:
        fields: the limit of fields that all definitions together lead to (`limits.fields`).
        folder: what the names of Go files are relative to, with a slash at the end; empty for the
            working directory.
        progress: is told which of the Go files are read: those that declare what is asked for.

    Raises:
        InputError: a file cannot be opened.
    """
    definitions, budget = Definitions(), Budget(fields)
    if sources:
        _read_go(sources, conventions, definitions, budget, folder, progress)
    for description in descriptions:
        reader = OpenApiReader(description, conventions, budget)
        types = reader.entity_types()
        definitions.types += types
        definitions.notes += reader.notes
        definitions.skipped += reader.skipped
        if types:
            definitions.files.add(description.name)
    names = [source.name for source in sources]
    names += [description.name for description in descriptions]
    definitions.unused += _unused(conventions, names)
    bases = any(type_.is_base or type_.base != "none" for type_ in definitions.types)
    if conventions.base != BASE and definitions.types and not bases:
        definitions.without_base = f'base-entity.type: there is no type "{conventions.base}"'
    if budget.exceeded is not None:
        message = (f"the types of this definition, and of those before it, lead to more than "
                   f"{fields:,} fields; limits.fields raises the limit")  # fmt: skip
        definitions.problems.append(DefinitionProblem(message, budget.exceeded))
    return definitions


def _unused(conventions: Conventions, names: Sequence[str]) -> Iterator[str]:
    """Messages about the patterns in the settings that fit no type which could be a kind."""
    for selection in conventions.selections:
        if any(map(selection.holds_for, names)):
            for pattern in selection.patterns():
                if (selection.path, pattern) not in conventions.fitting:
                    yield f'definitions: "{pattern}" fits no type that could be a kind'


def _read_go(
    sources: Sequence[GoSource], conventions: Conventions, definitions: Definitions,
    budget: Budget, folder: str, progress: Progress,
) -> None:  # fmt: skip
    for source in sources:
        source.on_parse = partial(progress, 1, len(sources))
    modules = read_modules((source.name for source in sources), folder)
    tree = GoTree(sources, modules, partial(passed_over_files, base=folder))
    reader = GoReader(tree, conventions, budget)
    definitions.types += reader.entity_types(files_with_kinds(tree, reader, sources, conventions))
    definitions.notes += reader.notes
    definitions.skipped += reader.skipped
    words = words_of_kinds(conventions)
    for package in tree.used:  # also the packages in which types were looked up
        for source in package.sources:
            if package.only_types or source.is_generated:
                continue
            definitions.files.add(source.name)
            if source.is_parsed:
                definitions.problems += _problems(source, words)
    definitions.problems = list(dict.fromkeys(definitions.problems))
    for source in sources:
        if not source.is_generated and builds_keys(source.text):
            definitions.files.add(source.name)
            definitions.layouts += source.file.layouts


def _problems(source: GoSource, words: Sequence[bytes]) -> Iterator[DefinitionProblem]:
    """What could not be read in a file: all of it, if the user named the file.

    Args:
        words: one of them is in a declaration that matters in any file.
    """
    for problem in source.file.problems:
        if problem.message != NOT_TEXT or source.named:
            yield problem
    for broken in source.file.broken:
        if source.named or has_any(broken.text.encode(), words):
            yield DefinitionProblem("this is not valid Go", broken.location, passed_over=True)
