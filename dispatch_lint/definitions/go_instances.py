"""The types that generic types of Go make, each told from the others by its type arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.model import Type

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.go_types import Bound, Target

Around = tuple[tuple[str, str], ...]
"""The types around one, by folder and name: a type that contains itself is not followed again."""
_MAX_INSTANCES = 4
"""Types of one generic type inside one another: one that makes ever more of them ends there."""


def instance_key(target: Target) -> tuple[str, str]:
    """The folder and the name of a type, with its type arguments."""
    folder, name = target.key
    if not target.scope.arguments:
        return folder, name
    arguments = ",".join(_written(argument) for argument in target.scope.arguments.values())
    return folder, f"{name}[{arguments}]"


def _written(argument: Bound | None, depth: int = 0) -> str:
    """A type argument as text, with those that it gets from the types around it."""
    if argument is None or depth > _MAX_INSTANCES:
        return "?"
    scope, text = argument.scope, text_of(argument.node)
    if text in scope.arguments:
        return _written(scope.arguments[text], depth + 1)
    inner = ",".join(_written(one, depth + 1) for one in scope.arguments.values())
    where = f"{scope.file.text.name}.{text}"  # what is imported there, tells what the text means
    return f"{where}{{{inner}}}" if inner else where


def are_too_many(target: Target, around: Around) -> bool:
    """Whether the types around one have too many others of the same generic type."""
    if not target.scope.arguments:
        return False
    folder, name = target.key
    same = [one for one in around if one[0] == folder and one[1].startswith(f"{name}[")]
    return len(same) >= _MAX_INSTANCES


def unique_name(target: Target) -> str:
    """The name of a type among the definitions of a schema."""
    folder, name = instance_key(target)
    if target.scope.arguments:
        name = f"{target.declared.name}-{crc32(name.encode()):08x}"
    return re.sub(r"[^A-Za-z0-9_.-]", "_", f"{folder}.{name}".replace("/", ".").lstrip("."))


def shell(node: Node) -> Type:
    """A type that contains itself: inside itself only its outermost layer is said."""
    if node.type == "struct_type":
        return Type("object", open="the type contains itself")
    if node.type == "slice_type":
        return Type("list", item=Type("any"), nullable=True)
    if node.type == "map_type":
        return Type("map", item=Type("any"), nullable=True)
    return Type("any", nullable=True)
