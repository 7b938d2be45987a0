"""How BaseEntity is part of Go structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_syntax import GoFile, GoType, read_fields
from dispatch_lint.definitions.go_tree import GoPackage, GoTree
from dispatch_lint.definitions.model import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from dispatch_lint.definitions.model import Base
    from dispatch_lint.model.location import Location

MAX_NESTING = 30
"""Levels of types inside types that are followed."""


class Scope(NamedTuple):
    """Where a type is written: the meaning of the names in it depends on that.

    Attributes:
        parameters: the names of its type parameters.
        top: whether its fields are those of the kind itself, embedded ones included.
    """

    package: GoPackage
    file: GoFile
    parameters: frozenset[str] = frozenset()
    top: bool = True


def base_of(
    tree: GoTree, scope: Scope, struct: Node, seen: frozenset[tuple[str, str]] = frozenset()
) -> tuple[Base, Location | None]:
    """How BaseEntity is part of a struct, directly or through embedded structs.

    Args:
        seen: folder and name of the types that led here.

    Returns:
        `none`, or else with the location of the field that brings it in.
    """
    held: tuple[Base, Location | None] = ("none", None)
    for field in read_fields(struct, scope.file):
        name = type_name(field.type)
        if name.rpartition(".")[2] == BASE:
            if field.names:
                held = ("named", field.locations[0])
                continue
            tagged = field.tag.name or field.tag.skipped
            return ("tagged" if tagged else "flat"), field.locations[0]
        if field.names or field.tag.name:
            continue
        target = tree.lookup(scope.package, scope.file, name)
        if target is None:
            continue
        package, file, declared = target
        key = (package.folder, declared.name)
        if key in seen or declared.type.type != "struct_type" or len(seen) > MAX_NESTING:
            continue
        base, _ = base_of(tree, Scope(package, file), declared.type, seen | {key})
        if base != "none":
            return base, field.locations[0]
    return held


def mixins(tree: GoTree, structs: Iterable[tuple[Scope, GoType]]) -> set[tuple[str, str]]:
    """The structs that others embed to get BaseEntity with them: they are not kinds themselves.

    Returns:
        Folder and name of each.
    """
    embedded = set()
    for scope, declared in structs:
        if declared.comment.marker("form") is not None:
            continue
        for field in read_fields(declared.type, scope.file):
            target = tree.lookup(scope.package, scope.file, type_name(field.type))
            if field.names or target is None or target[2] is declared:
                continue
            if target[2].name != BASE:
                embedded.add((target[0].folder, target[2].name))
    return embedded


def type_name(node: Node) -> str:
    """The name of a type, without its pointer and its type arguments."""
    while node.type in ("pointer_type", "parenthesized_type") and node.named_children:
        node = node.named_children[0]
    if node.type == "generic_type":
        node = node.child_by_field_name("type") or node
    return text_of(node).lstrip("*")
