"""How BaseEntity is part of Go structs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_syntax import read_fields
from dispatch_lint.definitions.go_types import MAX_NESTING, Scope, structs, targets, type_name
from dispatch_lint.definitions.model import BASE

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.go_tree import GoPackage, GoTree
    from dispatch_lint.definitions.model import Base
    from dispatch_lint.model.location import Location


class BaseName:
    """The name of the base entity: BaseEntity, or what the setting `base-entity` says.

    Args:
        name: `Type`, or `package.Type`.
    """

    def __init__(self, name: str = BASE) -> None:
        self._qualifier, _, self.simple = name.rpartition(".")

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
    tree: GoTree, base_name: BaseName, scope: Scope, struct: Node,
    seen: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Base, Location | None]:  # fmt: skip
    """How BaseEntity is part of a struct, directly or through embedded structs.

    Args:
        seen: folder and name of the types that led here.

    Returns:
        `none`, or else with the location of the field that brings it in.
    """
    held: tuple[Base, Location | None] = ("none", None)
    for field in read_fields(struct, scope.file):
        if base_name.is_meant(tree, scope, field.type):
            if field.names:
                held = ("named", field.locations[0])
                continue
            tagged = field.tag.name or field.tag.skipped
            return ("tagged" if tagged else "flat"), field.locations[0]
        if field.names or field.tag.name or field.tag.skipped:
            continue
        for target, bound in structs(tree, scope, field.type):
            if target.key in seen or len(seen) > MAX_NESTING:
                continue
            base, _ = base_of(tree, base_name, bound.scope, bound.node, seen | {target.key})
            if base != "none":
                return base, field.locations[0]
    return held
