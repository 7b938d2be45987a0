"""How BaseEntity is part of Go structs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_syntax import embedding_fields, read_fields
from dispatch_lint.definitions.go_types import (
    MAX_NESTING,
    Bound,
    Scope,
    StructKey,
    structs,
    targets,
    type_name,
)
from dispatch_lint.model.base_entity import BASE

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.go_package import GoPackage
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.definitions.model import Base
    from dispatch_lint.model.location import Location


class BaseName:
    """The name of the base entity: BaseEntity, or what the setting `base-entity` says.

    Args:
        name: `Type`, or `package.Type`.
    """

    def __init__(self, name: str = BASE) -> None:
        self._qualifier, _, self.simple = name.rpartition(".")
        self.found: dict[StructKey, tuple[Base, Location | None]] = {}
        """What `base_of` has found."""

    def declares(self, package: GoPackage, name: str) -> bool:
        """Whether a type is the base entity."""
        return name == self.simple and self._fits(package.name, package.folder)

    def _fits(self, name: str, folder: str) -> bool:
        wanted = self._qualifier
        return not wanted or wanted == name or f"/{folder}".endswith(f"/{wanted.lstrip('/')}")

    def is_meant(self, tree: GoTree, scope: Scope, node: Node, depth: int = 0) -> bool:
        """Whether a type is the base entity, as far as its name tells, or an alias of it."""
        name = type_name(node)
        found = targets(tree, scope, node)
        for target in found:
            if self.declares(target.scope.package, target.declared.name):
                return True
            declared = target.declared
            if declared.alias and depth < MAX_NESTING:
                return self.is_meant(tree, target.scope, declared.type, depth + 1)
        qualifier, _, simple = name.rpartition(".")
        if found or simple != self.simple:
            return False
        path = tree.import_path(scope.file, qualifier) if qualifier else scope.package.folder
        return self._fits(qualifier or scope.package.name, path)


def base_of(
    tree: GoTree, base_name: BaseName, scope: Scope, struct: Node
) -> tuple[Base, Location | None]:
    """How BaseEntity is part of a struct, directly or through embedded structs.

    Returns:
        `none`, or else with the location of the field that brings it in.
    """
    key = Bound(scope, struct).key
    if key not in base_name.found:
        seen: set[StructKey] = set()
        found = base_name.found[key] = _base_of(tree, base_name, scope, struct, seen, 0)
        if found[0] == "none":  # none of what it embeds has a base either
            base_name.found |= dict.fromkeys(seen, found)
    return base_name.found[key]


def _base_of(
    tree: GoTree, base_name: BaseName, scope: Scope, struct: Node, seen: set[StructKey],
    depth: int,
) -> tuple[Base, Location | None]:  # fmt: skip
    """The same of one struct, where `seen` has the embedded ones without a base."""
    for field in embedding_fields(struct, scope.file):
        if base_name.is_meant(tree, scope, field.type):
            tagged = field.tag.name or field.tag.skipped
            return ("tagged" if tagged else "flat"), field.locations[0]
        if field.tag.name or field.tag.skipped:
            continue
        for _, bound in structs(tree, scope, field.type):
            if bound.key in seen or depth > MAX_NESTING:
                continue
            seen.add(bound.key)
            if bound.key in base_name.found:
                base, _ = base_name.found[bound.key]
            else:
                base, _ = _base_of(tree, base_name, bound.scope, bound.node, seen, depth + 1)
            if base != "none":
                return base, field.locations[0]
    return _held(base_name, scope, struct)


def _held(base_name: BaseName, scope: Scope, struct: Node) -> tuple[Base, Location | None]:
    """Whether the base entity is a named field of a struct.

    Only the name of a type counts: to follow each would read most packages that the code imports.
    """
    if base_name.simple not in text_of(struct):
        return "none", None
    for field in read_fields(struct, scope.file):
        if field.names and type_name(field.type).rpartition(".")[2] == base_name.simple:
            return "named", field.locations[0]
    return "none", None
