"""Go files and OpenAPI descriptions → the entity types that they declare."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_syntax import GENERATED, KeyExpression
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.golang import GoReader
from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.definitions.modules import read_modules
from dispatch_lint.definitions.openapi import OpenApiReader

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.text.tree import Part

# A folder is read if one of its files mentions entities, or builds keys.
_ENTITIES = re.compile(rb"BaseEntity|swagger:model|\+dispatch:|json:\"kind[\",]")
_JOINING = re.compile(rb"Sprintf\(|strings\.Join\(")


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
    """

    name: str
    part: Part
    kind_of: Callable[[str], str | None] = field(default=lambda _: None)


@dataclass
class Definitions:
    """What definitions declare.

    Attributes:
        layouts: the calls that may build keys.
        files: the Go files and descriptions that were read.
    """

    types: list[EntityType] = field(default_factory=list)
    layouts: list[KeyExpression] = field(default_factory=list)
    problems: list[DefinitionProblem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


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
        reader = OpenApiReader(
            description.part, description.name, conventions, description.kind_of, budget
        )
        types = reader.entity_types()
        definitions.types += types
        if types:
            definitions.files.add(description.name)
    if budget.exceeded is not None:
        message = (f"the types of this definition, and of those before it, lead to more than "
                   f"{fields:,} fields; limits.fields raises the limit")  # fmt: skip
        definitions.problems.append(DefinitionProblem(message, budget.exceeded))
    return definitions


def _read_go(
    sources: Sequence[GoSource], conventions: Conventions, definitions: Definitions, budget: Budget
) -> None:
    contents: dict[str, bytes] = {}
    folders: dict[str, None] = {}
    for source in sources:
        data = source.read()
        if not source.named and GENERATED.search(data[:2_000]):
            continue
        contents[source.name] = data
        if source.named or _ENTITIES.search(data) or _builds_keys(data):
            folders[source.name.rpartition("/")[0] or "."] = None
    files = ((name, _reader(data)) for name, data in contents.items())
    tree = GoTree(files, read_modules(contents))
    packages = [package for folder in folders if (package := tree.package(folder)) is not None]
    definitions.types += GoReader(tree, conventions, budget).entity_types(packages)
    for package in tree.read:  # also the packages that were read to look types up
        for file in package.files:
            definitions.files.add(file.text.name)
            definitions.problems += file.problems
            definitions.layouts += file.layouts


def _builds_keys(data: bytes) -> bool:
    return bool(_JOINING.search(data) and re.search(rb"key", data, re.IGNORECASE))


def _reader(data: bytes) -> Callable[[], bytes]:
    return lambda: data
