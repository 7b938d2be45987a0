"""What the names in Go types stand for, and the methods that types have by themselves or by embedding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_syntax import (
    MARSHALERS,
    GoFile,
    GoType,
    embedded_fields,
    read_fields,
)
from dispatch_lint.definitions.go_tree import GoPackage, GoTree

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_NESTING = 30
"""Levels of types inside types that are followed."""


class Scope(NamedTuple):
    """Where a type is written: the meaning of the names in it depends on that.

    Attributes:
        arguments: the types that its type parameters stand for, by name; None if that is open.
        top: whether its fields are those of the kind itself, embedded ones included.
    """

    package: GoPackage
    file: GoFile
    arguments: Mapping[str, Bound | None] = {}
    top: bool = True


class Bound(NamedTuple):
    """A type with the scope in which it is written."""

    scope: Scope
    node: Node


class Target(NamedTuple):
    """A declared type with the scope in which it is written."""

    scope: Scope
    declared: GoType

    @property
    def key(self) -> tuple[str, str]:
        """The folder and the name of the type."""
        return self.scope.package.folder, self.declared.name


def type_name(node: Node) -> str:
    """The name of a type, without its pointer and its type arguments."""
    node, _ = without_pointer(node)
    if node.type == "generic_type":
        node = node.child_by_field_name("type") or node
    return text_of(node).lstrip("*")


def without_pointer(node: Node) -> tuple[Node, bool]:
    """A type without parentheses and pointers, and whether it had a pointer."""
    pointer = False
    while node.type in ("pointer_type", "parenthesized_type") and node.named_children:
        pointer = pointer or node.type == "pointer_type"
        node = node.named_children[0]
    return node, pointer


def targets(tree: GoTree, scope: Scope, node: Node) -> list[Target]:
    """The declared types that a type by name may be: several if builds choose between them."""
    name = type_name(node)
    found = tree.lookup(scope.package, scope.file, name)
    if not found:
        return []
    node, _ = without_pointer(node)
    written = node.child_by_field_name("type_arguments") if node.type == "generic_type" else None
    elements = written.named_children if written else []
    arguments = [
        Bound(scope, element.named_children[0] if element.type == "type_elem" else element)
        for element in elements
        if element.type != "type_elem" or element.named_children
    ]
    return [
        Target(
            Scope(package, file, _bound(declared.parameters, arguments), top=scope.top), declared
        )
        for package, file, declared in found
    ]


def _bound(parameters: tuple[str, ...], arguments: list[Bound]) -> dict[str, Bound | None]:
    return {
        name: arguments[number] if number < len(arguments) else None
        for number, name in enumerate(parameters)
    }


def structs(
    tree: GoTree, scope: Scope, node: Node, depth: int = 0
) -> Iterator[tuple[Target, Bound]]:
    """The structs that a type by name stands for, through aliases and `type B A`.

    Yields:
        The type that is named, and the struct with its scope.
    """
    for target in targets(tree, scope, node):
        inner, _ = without_pointer(target.declared.type)
        if inner.type == "struct_type":
            yield target, Bound(target.scope, inner)
        elif depth < MAX_NESTING:
            for _, bound in structs(tree, target.scope, inner, depth + 1):
                yield target, bound


def underlying(tree: GoTree, scope: Scope, node: Node, depth: int = 0) -> Bound:
    """The type that a name stands for in the end: a literal type, or a name that is not in the tree."""
    node, _ = without_pointer(node)
    bound = scope.arguments.get(text_of(node))
    if bound is not None and depth < MAX_NESTING:
        return underlying(tree, bound.scope, bound.node, depth + 1)
    found = targets(tree, scope, node)
    if not found or depth > MAX_NESTING:
        return Bound(scope, node)
    return underlying(tree, found[0].scope, found[0].declared.type, depth + 1)


class Receiver(NamedTuple):
    """How a type has a method.

    Attributes:
        pointer: whether only a pointer to the type has it.
        depth: how many embedded types it is inside.
        library: the type of Go's library whose method it is, by its import path.
    """

    pointer: bool
    depth: int = 0
    library: str = ""


Methods = Mapping[str, Receiver]
_VALUE, _POINTER = Receiver(False), Receiver(True)
_JSON = {"MarshalJSON": _VALUE, "UnmarshalJSON": _POINTER}
_TEXT = {"MarshalText": _VALUE, "UnmarshalText": _POINTER}
_LIBRARY: Mapping[str, Methods] = {
    "time.Time": _JSON | _TEXT,
    "encoding/json.RawMessage": _JSON,
    "encoding/json.Marshaler": {"MarshalJSON": _VALUE},
    "encoding/json.Unmarshaler": {"UnmarshalJSON": _VALUE},
    "encoding.TextMarshaler": {"MarshalText": _VALUE},
    "encoding.TextUnmarshaler": {"UnmarshalText": _VALUE},
    "math/big.Int": {"MarshalJSON": _POINTER, "UnmarshalJSON": _POINTER, "MarshalText": _POINTER},
    "math/big.Float": {"MarshalText": _POINTER, "UnmarshalText": _POINTER},
    "math/big.Rat": {"MarshalText": _POINTER, "UnmarshalText": _POINTER},
    "net.IP": _TEXT,
    "net/netip.Addr": _TEXT,
    "net/netip.AddrPort": _TEXT,
    "net/netip.Prefix": _TEXT,
    "log/slog.Level": _JSON | _TEXT,
    "regexp.Regexp": {"MarshalText": _POINTER, "UnmarshalText": _POINTER},
}
"""The types of Go's library that have marshaling methods."""


def methods(
    tree: GoTree, scope: Scope, node: Node, seen: frozenset[tuple[str, str]] = frozenset()
) -> Methods:
    """The marshaling methods of a type, its own and those of the types that it embeds."""
    node, pointer = without_pointer(node)
    if node.type == "struct_type":
        found = _promoted(tree, scope, node, seen)
    elif node.type == "interface_type":
        found = _of_interface(tree, scope, node, seen)
    else:
        found = _of_name(tree, scope, node, seen)
    if pointer:
        return {method: receiver._replace(pointer=False) for method, receiver in found.items()}
    return found


def external_name(tree: GoTree, scope: Scope, node: Node) -> str:
    """A type that is not in the tree, by the import path of its package: `encoding/json.Number`."""
    qualifier, _, name = type_name(node).rpartition(".")
    return f"{tree.import_path(scope.file, qualifier)}.{name}" if qualifier else name


def _of_name(
    tree: GoTree, scope: Scope, node: Node, seen: frozenset[tuple[str, str]]
) -> Methods:  # fmt: skip
    bound = scope.arguments.get(text_of(node))
    if bound is not None and len(seen) < MAX_NESTING:
        return methods(tree, bound.scope, bound.node, seen | {("", text_of(node))})
    found = targets(tree, scope, node)
    if not found:
        name = external_name(tree, scope, node)
        own = _LIBRARY.get(name, {})
        return {method: receiver._replace(library=name) for method, receiver in own.items()}
    all_methods: dict[str, Receiver] = {}
    for target in found:
        if target.key not in seen and len(seen) < MAX_NESTING:
            all_methods |= methods_of(tree, target, seen | {target.key})
    return all_methods


def methods_of(
    tree: GoTree, target: Target, seen: frozenset[tuple[str, str]] = frozenset()
) -> Methods:
    """The marshaling methods of a declared type."""
    declared = target.declared
    bound = Bound(target.scope, declared.type)
    if not declared.alias:
        # `type B A` has none of the methods of A, but those that its fields bring.
        bound = underlying(tree, target.scope, declared.type)
        if bound.node.type not in ("struct_type", "interface_type"):
            return _own_methods(target)
    return {**methods(tree, bound.scope, bound.node, seen), **_own_methods(target)}


def _own_methods(target: Target) -> Methods:
    own = target.scope.package.methods.get(target.declared.name, {})
    return {method: Receiver(pointer) for method, pointer in own.items()}


def _promoted(
    tree: GoTree, scope: Scope, struct: Node, seen: frozenset[tuple[str, str]]
) -> Methods:
    """The methods that a struct has from those that it embeds: the least deep one, if it is alone."""
    found: dict[str, list[Receiver]] = {}
    for field in embedded_fields(struct, scope.file):
        for method, receiver in methods(tree, scope, field.type, seen).items():
            by_pointer = receiver.pointer and not field.pointer
            deeper = receiver._replace(pointer=by_pointer, depth=receiver.depth + 1)
            found.setdefault(method, []).append(deeper)
    if not found:
        return {}
    named = {name for field in read_fields(struct, scope.file) for name in field.names}
    promoted = {}
    for method, receivers in found.items():
        depth = min(receiver.depth for receiver in receivers)
        shallowest = [receiver for receiver in receivers if receiver.depth == depth]
        if len(shallowest) == 1 and method not in named:
            promoted[method] = shallowest[0]
    return promoted


def _of_interface(
    tree: GoTree, scope: Scope, interface: Node, seen: frozenset[tuple[str, str]]
) -> Methods:
    found: dict[str, Receiver] = {}
    for element in interface.named_children:
        if element.type in ("method_elem", "method_spec"):
            name = text_of(element.child_by_field_name("name"))
            if name in MARSHALERS:
                found[name] = _VALUE
        elif element.type == "type_elem" and element.named_child_count == 1:
            found |= methods(tree, scope, element.named_children[0], seen)
    return found
