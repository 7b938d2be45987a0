"""What the names in Go types stand for, and the methods that types have by themselves or by embedding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_package import GoPackage
from dispatch_lint.definitions.go_syntax import (
    MARSHALERS,
    GoFile,
    GoType,
    embedded_fields,
    read_fields,
    standing_for,
)
from dispatch_lint.definitions.go_tree import GoTree

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_NESTING = 30
"""Levels of types inside types that are followed."""
_MAX_SEARCHED = 1_000
"""Types that are looked at to find the methods of one; no real one embeds as many."""


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


StructKey = tuple[str, int]


class Bound(NamedTuple):
    """A type with the scope in which it is written."""

    scope: Scope
    node: Node

    @property
    def key(self) -> StructKey:
        """The file and the node of the type: of one name there are several, if builds choose."""
        return self.scope.file.text.name, self.node.id


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
        library: the type of Go's library whose method it is, by its import path.
    """

    pointer: bool
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
    "encoding/json/v2.Marshaler": {"MarshalJSON": _VALUE},
    "encoding/json/v2.MarshalerTo": {"MarshalJSON": _VALUE},
    "encoding/json/v2.Unmarshaler": {"UnmarshalJSON": _VALUE},
    "encoding/json/v2.UnmarshalerFrom": {"UnmarshalJSON": _VALUE},
    "encoding/json/jsontext.Value": _JSON,
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
    "log/slog.LevelVar": {"MarshalText": _POINTER, "UnmarshalText": _POINTER},
    "crypto/x509.OID": _TEXT,
    "uuid.UUID": _TEXT,
    "regexp.Regexp": {"MarshalText": _POINTER, "UnmarshalText": _POINTER},
}
"""The types of Go's library that have marshaling methods: all that there are in Go 1.27."""


class _Embedded(NamedTuple):
    """What one or more lines of a level embed.

    Attributes:
        types: what the line names, see `_declared`.
        pointer: whether a pointer led there.
        several: whether several lines of the level embed it: then nothing of it can be selected.
    """

    types: Sequence[Target | Bound]
    pointer: bool
    several: bool = False


def methods(tree: GoTree, scope: Scope, node: Node) -> Methods:
    """The marshaling methods of a type, its own and those of the types that it embeds."""
    node, pointer = without_pointer(node)
    return _selected(tree, _Embedded(_declared(tree, Bound(scope, node)), pointer))


def methods_of(tree: GoTree, target: Target) -> Methods:
    """The marshaling methods of a declared type."""
    return _selected(tree, _Embedded(_declared(tree, target), pointer=False))


def _selected(tree: GoTree, type_: _Embedded) -> Methods:
    """The methods that can be selected, level by level (Go specification, Selectors).

    Of a method or field, only the least deep level counts that has it, and there it has to be alone.
    """
    found: dict[str, Receiver] = {}
    known: set[str] = set()
    seen: set[object] = set()
    level: dict[object, _Embedded] = {None: type_}
    left = _MAX_SEARCHED
    while level and left > 0:
        left -= len(level)
        names: dict[str, list[Receiver | None]] = {}
        deeper: dict[object, _Embedded] = {}
        for embedded in level.values():
            if left <= 0:
                break
            own, structs_ = _direct(tree, embedded.types)
            left -= sum(len(embedded_fields(node, scope.file)) for scope, node in structs_)
            for method, receiver in own.items():
                pointer = receiver.pointer and not embedded.pointer
                one = None if embedded.several else receiver._replace(pointer=pointer)
                names.setdefault(method, []).append(one)
            embeds: dict[object, _Embedded] = {}
            for struct in structs_:  # of what builds choose between, each may be
                embeds |= _embeds(tree, embedded, struct)
            for key, inner in embeds.items():
                deeper[key] = inner._replace(several=inner.several or key in deeper)
            for scope, node in structs_ if deeper or len(level) > 1 else ():
                for name in {
                    name for field in read_fields(node, scope.file) for name in field.names
                }:
                    names.setdefault(name, []).append(None)
        for name in names.keys() - known:
            receiver_, *others = names[name]
            if receiver_ is not None and not others:
                found[name] = receiver_
        known |= names.keys()
        seen |= level.keys()
        level = {key: embedded for key, embedded in deeper.items() if key not in seen}
    return found


def _embeds(tree: GoTree, around: _Embedded, struct: Bound) -> dict[object, _Embedded]:
    """What the lines of a struct embed, by what identifies it."""
    found: dict[object, _Embedded] = {}
    for field in embedded_fields(struct.node, struct.scope.file):
        types = _declared(tree, Bound(struct.scope, field.type))
        key: object = tuple(
            type_.declared.location if isinstance(type_, Target) else
            external_name(tree, type_.scope, type_.node) for type_ in types
        )  # fmt: skip
        if any(type_.scope.arguments for type_ in types):
            key = object()  # types of one name that may differ
        several = around.several or key in found
        found[key] = _Embedded(types, around.pointer or field.pointer, several)
    return found


def _declared(tree: GoTree, type_: Target | Bound) -> list[Target | Bound]:
    """The declared or literal type that one stands for, through aliases and type parameters.

    There are several where builds choose between them; aliases, which may have methods, are there too.
    """
    pending, found = [type_], list[Target | Bound]()
    while pending and len(found) < _MAX_SEARCHED:
        type_ = pending.pop()
        if isinstance(type_, Target):
            found.append(type_)
            pending += [Bound(type_.scope, type_.declared.type)] if type_.declared.alias else []
            continue
        node, _ = without_pointer(type_.node)
        argument = type_.scope.arguments.get(text_of(node))
        named = [argument] if argument is not None else targets(tree, type_.scope, node)
        pending += named
        if not named:
            found.append(Bound(type_.scope, node))
    return found


def _direct(tree: GoTree, types: Iterable[Target | Bound]) -> tuple[Methods, list[Bound]]:
    """What types have by themselves: methods, and the structs that they are."""
    own: dict[str, Receiver] = {}
    structs_ = []
    for type_ in types:
        literal = type_ if isinstance(type_, Bound) else None
        if isinstance(type_, Target):
            own |= _own_methods(type_)
            if not type_.declared.alias:
                # `type B A` has none of the methods of A, but those that its fields bring.
                literal = underlying(tree, type_.scope, type_.declared.type)
        if literal is None:
            continue
        if literal.node.type == "struct_type":
            structs_.append(literal)
        elif literal.node.type == "interface_type":
            own |= _of_interface(tree, literal)
        elif literal is type_:
            own |= _of_library(tree, literal)
    return own, structs_


def _of_library(tree: GoTree, bound: Bound) -> Methods:
    """The methods of a type that is not in the tree."""
    name = external_name(tree, *bound)
    own = _LIBRARY.get(name, {})
    return {method: receiver._replace(library=name) for method, receiver in own.items()}


def external_name(tree: GoTree, scope: Scope, node: Node) -> str:
    """A type that is not in the tree, by the import path of its package: `encoding/json.Number`."""
    qualifier, _, name = type_name(node).rpartition(".")
    return f"{tree.import_path(scope.file, qualifier)}.{name}" if qualifier else name


def _own_methods(target: Target) -> Methods:
    own = target.scope.package.methods(target.declared.name)
    return {method: Receiver(pointer) for method, pointer in own.items()}


def _of_interface(tree: GoTree, interface: Bound) -> Methods:
    """The methods of an interface, and of those that it embeds."""
    found: dict[str, Receiver] = {}
    pending, seen = [interface], set[StructKey]()
    while pending and len(seen) < _MAX_SEARCHED:
        bound = pending.pop()
        if bound.node.type != "interface_type":
            found |= _of_library(tree, bound)
            continue
        if bound.key in seen:
            continue
        seen.add(bound.key)
        for element in bound.node.named_children:
            if element.type in ("method_elem", "method_spec"):
                name = text_of(element.child_by_field_name("name"))
                if name in MARSHALERS:
                    found[standing_for(name)] = _VALUE
            elif element.type == "type_elem" and element.named_child_count == 1:
                pending.append(underlying(tree, bound.scope, element.named_children[0]))
    return found
