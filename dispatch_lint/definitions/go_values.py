"""Go types → `Type`: what encoding/json makes of the values of a type."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_base import BaseName, base_of
from dispatch_lint.definitions.go_constants import integer
from dispatch_lint.definitions.go_enumerations import Enumerations
from dispatch_lint.definitions.go_fields import FieldReader
from dispatch_lint.definitions.go_instances import (
    Around,
    are_too_many,
    instance_key,
    shell,
    unique_name,
)
from dispatch_lint.definitions.go_library import (
    ANYTHING,
    BASIC,
    BYTES,
    WITHOUT_METHODS,
    external,
    keys,
)
from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_notes import Notes
from dispatch_lint.definitions.go_package import GoSource
from dispatch_lint.definitions.go_promotion import Candidate, promoted, with_standard
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.go_types import (
    MAX_NESTING,
    Bound,
    Methods,
    Scope,
    Target,
    external_name,
    methods,
    methods_of,
    targets,
    type_name,
    underlying,
    without_pointer,
)
from dispatch_lint.definitions.model import DefinitionProblem, Type
from dispatch_lint.definitions.variants import union
from dispatch_lint.model.base_entity import BASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from dispatch_lint.definitions.go_package import GoPackage
    from dispatch_lint.definitions.go_syntax import GoField, GoType
    from dispatch_lint.model.location import Location
    from dispatch_lint.model.reference import Form


class ValueReader:
    """Reads the types of fields, for one kind after the other.

    Attributes:
        kind: that of the entity type that is being read.
        kinds: every kind that a field may refer to.
        definition: the location of the entity type that is being read.
        notes: where what was read is open, or is chosen by the build, and why.
    """

    def __init__(self, tree: GoTree, conventions: Conventions, budget: Budget) -> None:
        self._tree, self._conventions, self._budget = tree, conventions, budget
        self.base_name = BaseName(conventions.base)
        self.kind = ""
        self.kinds: tuple[str, ...] = tuple(sorted(conventions.kinds))
        self.definition: Location | None = None
        self.notes = Notes()
        self.enumerations = Enumerations(tree, self.notes.add)
        self.fields = FieldReader(
            tree, conventions, budget, self.base_name, self, guide_base_candidates
        )
        self._depth = 0
        self._form: Form = "stored"
        # Whether the values that are read can be addressed: those of a map cannot, so that methods
        # of pointers to them are not called.
        self.addressable = True
        self._recursive: dict[str, Type] = {}
        self._again_inside: dict[str, list[Target]] = {}
        """The types that contain themselves, of the entity type that is being read."""

    def start(self, kind: str, definition: Location, form: Form) -> None:
        """Begin with another entity type."""
        self.kind, self.definition, self._form = kind, definition, form
        self._recursive, self._again_inside = {}, {}

    def recursive(self) -> dict[str, Type]:
        """The types that contain themselves, of the entity type that was read."""
        while missing := self._again_inside.keys() - self._recursive.keys():
            for name in sorted(missing):  # the fields of those that are embedded were read alone
                self._recursive[name] = self._union(self._again_inside[name], ())
        return self._recursive

    def type_of_line(self, scope: Scope, line: GoField) -> Type:
        """The type of a line of a struct, which may be no part of a kind: nothing is noted."""
        with self.notes.aside():
            return self.fields.field(scope, line, line.names[0], line.locations[0], ()).type

    def note(self, message: str, location: Location) -> None:
        """Note something about what was read."""
        self.notes.add(message, location)

    def broken(self, scope: Scope, name: str) -> None:
        """Report a type that does not parse, because something of ours needs it."""
        broken = scope.package.broken(name)
        if broken is not None:
            message = "this is not valid Go"
            problem = DefinitionProblem(message, broken.location, passed_over=True)
            if problem not in scope.file.problems:
                scope.file.problems.append(problem)

    def type(self, scope: Scope, node: Node, around: Around) -> Type:
        """What encoding/json makes of the values of a type."""
        if self._depth > MAX_NESTING:
            return Type("any", nullable=True)
        self._depth += 1
        try:
            return self._written_type(scope, node, around)
        finally:
            self._depth -= 1

    def _written_type(self, scope: Scope, node: Node, around: Around) -> Type:
        syntax, first = node.type, next(iter(node.named_children), None)
        if syntax == "pointer_type" and first is not None:
            return self._pointer(scope, first, around)
        if syntax == "parenthesized_type" and first is not None:
            return self.type(scope, first, around)
        if syntax in ("slice_type", "array_type"):
            return self._list(scope, node, around)
        if syntax == "map_type":
            return self._map(scope, node, around)
        if syntax == "interface_type":
            return Type("any", nullable=True)
        if syntax == "struct_type":
            if decided := self._marshaled(Bound(scope, node), methods(self._tree, scope, node), ""):
                return decided
            return self._struct(Bound(scope._replace(top=False), node), (*around, ("", "")))
        return self._named(scope, node, around)

    def _pointer(self, scope: Scope, node: Node, around: Around) -> Type:
        type_ = self.inside(scope, node, around, addressable=True)
        return type_._replace(pointer=True, nullable=True)

    def inside(self, scope: Scope, node: Node, around: Around, *, addressable: bool) -> Type:
        before, self.addressable = self.addressable, addressable
        try:
            return self.type(scope, node, around)
        finally:
            self.addressable = before

    def _list(self, scope: Scope, node: Node, around: Around) -> Type:
        element = node.child_by_field_name("element")
        if element is None:
            return Type("any")
        if node.type == "array_type":
            item = self.type(scope, element, around)
            length = integer(text_of(node.child_by_field_name("length")))
            return Type("list", item=item).limited(maxItems=length)
        if self._is_byte(scope, element):
            return BYTES
        item = self.inside(scope, element, around, addressable=True)
        return Type("list", item=item, nullable=True)

    def _is_byte(self, scope: Scope, node: Node) -> bool:
        """Whether a list of a type is written as base64: of bytes without methods of their own."""
        if without_pointer(node)[1]:
            return False
        bound = underlying(self._tree, scope, node)
        if text_of(bound.node) not in ("byte", "uint8") or bound.node.type == "pointer_type":
            return False
        return {"MarshalJSON", "MarshalText"}.isdisjoint(methods(self._tree, scope, node))

    def _map(self, scope: Scope, node: Node, around: Around) -> Type:
        value, key = node.child_by_field_name("value"), node.child_by_field_name("key")
        if value is None or key is None:
            return Type("any")
        item = self.inside(scope, value, around, addressable=False)
        limits = keys(self.type(scope, key, around))
        return Type("map", item=item, nullable=True).limited(**limits)

    def _named(self, scope: Scope, node: Node, around: Around) -> Type:
        name = text_of(node)
        if name in scope.arguments:
            bound = scope.arguments[name]
            return (
                self.type(bound.scope, bound.node, around) if bound else Type("any", nullable=True)
            )
        known = external(external_name(self._tree, scope, node))
        if known is not None:
            return known
        found = targets(self._tree, scope, node)
        if not found:
            return self._outside(scope, node, name)
        if len(found) > 1:
            self.notes.variants(found)
        return self._union(found, around)

    def _union(self, found: Sequence[Target], around: Around) -> Type:
        """The type of a name that builds may choose several types for."""
        type_ = union([self._declared(target, around) for target in found])
        if not type_.same_as and unique_name(found[0]) in self._again_inside:
            self._recursive[unique_name(found[0])] = type_
        return type_

    def _outside(self, scope: Scope, node: Node, name: str) -> Type:
        """A type of Go itself, or one outside of the tree, which may be anything."""
        self.broken(scope, name)
        path = external_name(self._tree, scope, node)
        named = node.type in ("type_identifier", "qualified_type", "generic_type")
        if named and path not in BASIC and path not in ANYTHING:
            self.notes.unread(path, type_name(node), scope.file.text.location(node))
        return BASIC.get(name, Type("any", nullable=True))

    def _declared(self, target: Target, around: Around) -> Type:
        declared = target.declared
        key = instance_key(target)
        if key in around or are_too_many(target, around):
            return self._again(target, known=key in around)
        if len(around) > MAX_NESTING:
            return Type("any", nullable=True)
        if not self._budget.allows(self.definition):
            return Type("any", nullable=True)
        inner = target.scope._replace(top=False)
        bound = Bound(inner, declared.type)
        own = {} if declared.alias else methods_of(self._tree, target)
        if underlying(self._tree, inner, declared.type).node.type == "interface_type":
            return Type("any", nullable=True, name=declared.name)
        if decided := self._marshaled(bound, own, declared.name):
            return decided
        if declared.type.type == "struct_type":
            type_ = self._kind_struct(Target(inner, declared), (*around, key))
        else:
            type_ = self.type(inner, declared.type, (*around, key))
            if not declared.alias:
                name = external_name(self._tree, *underlying(self._tree, inner, declared.type))
                type_ = WITHOUT_METHODS.get(name, type_)
                type_ = self.enumerations.of(type_, target)
        return type_._replace(name=declared.name, text=type_.text or _also_text(own))

    def _again(self, target: Target, *, known: bool) -> Type:
        """A type inside itself.

        Args:
            known: it is the same type, and not another one of the same generic type.
        """
        node = underlying(self._tree, target.scope, target.declared.type).node
        if not known or node.type not in ("struct_type", "slice_type", "map_type"):
            self.notes.add(
                f"open: {target.declared.name} contains itself", target.declared.location
            )
            return shell(node)
        name = unique_name(target)
        same = self._again_inside.setdefault(name, [])
        if target.declared not in [known.declared for known in same]:
            same.append(target)
        return Type("any", same_as=name, nullable=node.type != "struct_type")

    def decides_itself(self, found: Methods) -> bool:
        """Whether methods make anything of a type.

        What has UnmarshalJSON alone is written by its parts, but may be read from anything: users
        write manifests, and the code itself what is stored.
        """
        return "MarshalJSON" in found or ("UnmarshalJSON" in found and self._form == "manifest")

    def _marshaled(self, bound: Bound, found: Methods, name: str) -> Type | None:
        """What methods make of a type; None where it is written as its parts are."""
        if self.decides_itself(found):
            written = found.get("MarshalJSON")
            inherited = external(written.library) if written and written.library else None
            if inherited is None:
                message = f"open: {name or 'the struct'} has a method {min(found)}"
                self.notes.add(message, bound.scope.file.text.location(bound.node))
            return (inherited or Type("any", nullable=True))._replace(name=name)
        text = found.get("MarshalText")
        if text is not None and (self.addressable or not text.pointer):
            return Type("string", name=name, text=True)
        return None

    def _kind_struct(self, target: Target, around: Around) -> Type:
        declared = target.declared
        type_ = self._struct(Bound(target.scope, declared.type), around)
        standard = self.fields.standard(declared)
        if standard:
            fields = tuple(with_standard(field, standard) for field in type_.fields)
            type_ = type_._replace(fields=fields, standard=standard)
        base, _ = base_of(self._tree, self.base_name, target.scope, declared.type)
        is_entity = base != "none" or declared.comment.marker("form") is not None
        return type_._replace(kind=self.kind_of(declared) if is_entity else "")

    def _struct(self, bound: Bound, around: Around) -> Type:
        fields = promoted(list(self.fields.candidates(bound.scope, bound.node, 0, around)))
        openness = self.fields.openness(bound.scope, bound.node)
        return Type("object", fields=tuple(fields), open=openness.reason, unread=openness.methods)

    def kind_of(self, declared: GoType) -> str:
        """The canonical kind of a type: from its marker, else from its name."""
        name = declared.comment.marker("kind") or declared.name
        return self._conventions.aliases.get(name, name)


def _also_text(found: Methods) -> bool:
    """Whether a type is text where it can be addressed, and written by its parts where not."""
    return "MarshalText" in found or "UnmarshalText" in found


@lru_cache(maxsize=1)
def guide_package() -> tuple[GoTree, GoPackage]:
    """The package of the guide's BaseEntity, which is part of dispatch-lint."""
    file = builtin_folder() / "definitions" / "base.go"
    tree = GoTree([GoSource("schemas/definitions/base.go", file.read_bytes)], {})
    package = tree.package("schemas/definitions")
    assert package is not None
    return tree, package


@lru_cache(maxsize=8)
def guide_base_candidates(depth: int) -> tuple[Candidate, ...]:
    """The fields of a struct that embeds the guide's BaseEntity, at some depth."""
    tree, package = guide_package()
    reader = ValueReader(tree, Conventions(), Budget(Limits().fields))
    file, declared = package.types(BASE)[0]
    around = ((package.folder, BASE),)
    return tuple(
        candidate._replace(field=candidate.field._replace(base=True))
        for candidate in reader.fields.candidates(
            Scope(package, file), declared.type, depth + 1, around
        )
    )
