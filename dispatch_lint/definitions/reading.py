"""Sources of definitions → every entity type that they declare, Go and OpenAPI together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.go_syntax import GENERATED, DefinitionProblem, KeyExpression
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.golang import Conventions, GoReader
from dispatch_lint.definitions.modules import read_modules
from dispatch_lint.definitions.openapi import OpenApiReader

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.text.tree import Part

# A folder is looked into where one of its files speaks of entities at all.
_WORDS = re.compile(rb"BaseEntity|swagger:model|\+dispatch:|json:\"kind[\",]")
_KEYS = re.compile(rb"Sprintf\(|strings\.Join\(")


@dataclass(frozen=True)
class GoSource:
    """One Go file.

    Attributes:
        named: whether the user named the file itself: then it is read whatever is in it.
    """

    name: str
    read: Callable[[], bytes]
    named: bool = False


@dataclass(frozen=True)
class Description:
    """One OpenAPI description, with its places.

    Attributes:
        kind_of: the kind that the settings give a model, by its name.
    """

    name: str
    part: Part
    kind_of: Callable[[str], str | None] = field(default=lambda _: None)


@dataclass
class Definitions:
    """What was read.

    Attributes:
        files: the Go files and descriptions that were looked into.
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
    """Read all definitions. What cannot be read is a problem, and the rest is read.

    Args:
        fields: that they may lead to in all (`limits.fields`).

    Raises:
        InputError: a file that was there cannot be opened.
    """
    found, budget = Definitions(), Budget(fields)
    if sources:
        _read_go(sources, conventions, found, budget)
    for one in descriptions:
        reader = OpenApiReader(one.part, one.name, conventions, one.kind_of, budget)
        types = reader.entity_types()
        found.types += types
        found.files |= {one.name} if types else set()
    if budget.exceeded is not None:
        message = (f"the types of this definition, and of those before it, lead to more than "
                   f"{fields:,} fields; limits.fields raises the limit")  # fmt: skip
        found.problems.append(DefinitionProblem(message, budget.exceeded))
    return found


def _read_go(
    sources: Sequence[GoSource], conventions: Conventions, found: Definitions, budget: Budget
) -> None:
    kept: dict[str, bytes] = {}
    seeds: dict[str, None] = {}
    for one in sources:
        data = one.read()
        if not one.named and GENERATED.search(data[:2_000]):
            continue
        kept[one.name] = data
        if one.named or _WORDS.search(data):
            seeds[one.name.rpartition("/")[0] or "."] = None
        elif _KEYS.search(data) and re.search(rb"key", data, re.IGNORECASE):
            seeds.setdefault(one.name.rpartition("/")[0] or ".")
    tree = GoTree(((name, _giver(data)) for name, data in kept.items()), read_modules(kept))
    packages = [package for folder in seeds if (package := tree.package(folder)) is not None]
    found.types += GoReader(tree, conventions, budget).entity_types(packages)
    for package in tree.read:  # those too that types led to
        for file in package.files:
            found.files.add(file.text.name)
            found.problems += file.problems
            found.layouts += file.layouts


def _giver(data: bytes) -> Callable[[], bytes]:
    return lambda: data
