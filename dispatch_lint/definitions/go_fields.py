"""The fields of Go structs, those of embedded structs included, as encoding/json has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from dispatch_lint.definitions.go_library import BASIC, WITHOUT_FIELDS, external, quoted
from dispatch_lint.definitions.go_promotion import Candidate, with_standard
from dispatch_lint.definitions.go_syntax import embedded_fields, read_fields
from dispatch_lint.definitions.go_types import (
    MAX_NESTING,
    Scope,
    external_name,
    methods,
    structs,
    type_name,
    underlying,
)
from dispatch_lint.definitions.model import EnumValue, Field, Type
from dispatch_lint.model.reference import parse_reference

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.budget import Budget
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.go_base import BaseName
    from dispatch_lint.definitions.go_syntax import GoField, GoType
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.model.location import Location

Around = tuple[tuple[str, str], ...]
"""The types around one, by folder and name: a type that contains itself is not followed again."""


class Types(Protocol):
    """Reads the types of fields.

    Attributes:
        kind: that of the entity type that is being read.
        kinds: every kind that a field may refer to.
        addressable: whether the values that are read can be addressed.
    """

    kind: str
    kinds: tuple[str, ...]
    addressable: bool

    def type(self, scope: Scope, node: Node, around: Around) -> Type:
        """What encoding/json makes of the values of a type."""

    def inside(self, scope: Scope, node: Node, around: Around, *, addressable: bool) -> Type:
        """The same, of values that can or cannot be addressed."""

    def note(self, message: str, location: Location) -> None:
        """Note something about what was read."""

    def broken(self, scope: Scope, name: str) -> None:
        """Report a type that does not parse, because something of ours needs it."""


class FieldReader:
    """Reads the fields of structs.

    Args:
        guide: the fields of the guide's BaseEntity, for code that has none, at some depth.
    """

    def __init__(
        self, tree: GoTree, conventions: Conventions, budget: Budget, base_name: BaseName,
        types: Types, guide: Callable[[int], tuple[Candidate, ...]],
    ) -> None:  # fmt: skip
        self._tree, self._conventions, self._budget = tree, conventions, budget
        self._base_name, self._types, self._guide = base_name, types, guide

    def candidates(
        self, scope: Scope, struct: Node, depth: int, around: Around
    ) -> Iterator[Candidate]:
        """The fields of a struct, those of embedded structs included.

        Args:
            depth: how many embedded structs it is inside.
        """
        if len(around) > MAX_NESTING:
            return
        for field in read_fields(struct, scope.file):
            if field.tag.skipped:
                continue
            if not field.names and not field.tag.name:
                yield from self._embedded(scope, field, depth, around)
                continue
            names = field.names or (type_name(field.type).rpartition(".")[2],)
            for name, location in zip(names, field.locations, strict=True):
                if name[:1].isupper() or (not field.names and self._is_struct(scope, field.type)):
                    yield Candidate(self._field(scope, field, name, location, around), depth)

    def _is_struct(self, scope: Scope, node: Node) -> bool:
        return any(True for _ in structs(self._tree, scope, node))

    def _embedded(
        self, scope: Scope, field: GoField, depth: int, around: Around
    ) -> Iterator[Candidate]:
        simple_name = type_name(field.type).rpartition(".")[2]
        found = list(structs(self._tree, scope, field.type))
        is_base = self._base_name.is_meant(self._tree, scope, field.type)
        for target, bound in found:
            if target.key in around:
                continue
            inner = self.candidates(bound.scope, bound.node, depth + 1, (*around, target.key))
            standard = self.standard(target.declared)
            for candidate in inner:
                base = candidate.field.base or is_base
                promoted_field = candidate.field._replace(base=base)
                if standard or promoted_field.standard:
                    standard_name = promoted_field.standard or standard
                    promoted_field = with_standard(promoted_field, standard_name)
                if field.pointer or len(found) > 1:
                    # The fields of an embedded pointer that is nil are not there.
                    promoted_field = promoted_field._replace(omitempty=True)
                yield candidate._replace(field=promoted_field)
        if found:
            return
        if is_base:
            # A code base without a BaseEntity of its own uses the guide's.
            for candidate in self._guide(depth):
                optional = candidate.field._replace(omitempty=True)
                yield candidate._replace(field=optional) if field.pointer else candidate
        elif self._is_declared(scope, field.type) and simple_name[:1].isupper():
            yield Candidate(
                self._field(scope, field, simple_name, field.locations[0], around), depth
            )

    def _is_declared(self, scope: Scope, node: Node) -> bool:
        """Whether a type is known, and no struct."""
        bound = underlying(self._tree, scope, node)
        name = external_name(self._tree, bound.scope, bound.node)
        if bound.node.type in ("type_identifier", "qualified_type", "generic_type"):
            return name in BASIC or external(name) is not None or name in ("error", "any")
        return bound.node.type != "struct_type"

    def open_because(self, scope: Scope, struct: Node, around: Around = ()) -> str:
        """Why a struct may have more fields than those that are known; empty if it cannot."""
        for field in embedded_fields(struct, scope.file):
            if field.tag.name or field.tag.skipped:
                continue
            if self._base_name.is_meant(self._tree, scope, field.type):
                continue
            found = list(structs(self._tree, scope, field.type))
            name = type_name(field.type)
            if not found and not self._is_declared(scope, field.type):
                if external_name(self._tree, scope, field.type) in WITHOUT_FIELDS:
                    continue
                reason = f"the embedded {name} was not read"
                self._types.note(f"open to further fields: {reason}", field.locations[0])
                self._types.broken(scope, name)
                return reason
            for target, bound in found:
                if target.key not in around and len(around) < MAX_NESTING:
                    reason = self.open_because(bound.scope, bound.node, (*around, target.key))
                    if reason:
                        return reason
        return ""

    def standard(self, declared: GoType) -> str:
        """The standard that the fields of a type follow; empty for the guide."""
        standards = self._conventions.standards
        return declared.comment.marker("standard") or standards.get(declared.name, "")

    def _field(
        self, scope: Scope, field: GoField, name: str, location: Location, around: Around
    ) -> Field:
        wire_name = field.tag.name or name
        self._budget.spend()
        type_ = self._types.inside(
            scope, field.type, around, addressable=self._types.addressable or field.pointer
        )
        if field.pointer:
            type_ = type_._replace(pointer=True, nullable=True)
        comment = field.comment
        if allowed := comment.marker("enum"):
            values = tuple(EnumValue(value) for value in allowed.split(","))
            type_ = type_._replace(wire_type="enum", values=values, zero=False, limits=())
        if "string" in field.tag.options and self._is_quotable(scope, field.type, around):
            type_ = quoted(type_)
        marker = comment.marker("reference")
        readonly = comment.marker("readonly") is not None
        return Field(
            name=wire_name,
            source_name=name,
            type=type_,
            description=comment.text,
            location=location,
            omitempty=not {"omitempty", "omitzero"}.isdisjoint(field.tag.options),
            tagged=bool(field.tag.name),
            tag_problem=field.tag.problem,
            reference=parse_reference(marker)
            if marker is not None
            else self._conventions.reference(
                self._types.kind, wire_name, type_, self._types.kinds, top=scope.top
            ),
            pattern=comment.marker("pattern") or comment.annotation("pattern") or "",
            readonly=readonly or comment.annotation("readonly") == "true",
            required=comment.annotation("required") == "true",
            examples=tuple(_example(text, type_) for text in comment.all_markers("example")),
        )

    def _is_quotable(self, scope: Scope, node: Node, around: Around) -> bool:
        """Whether the option `string` holds for a type: not behind two pointers, or with methods."""
        while node.type == "parenthesized_type":
            node = node.named_children[0]
        inner = node.named_children[0] if node.type == "pointer_type" else node
        return not (
            self._types.type(scope, inner, around).pointer or methods(self._tree, scope, inner)
        )


def _example(text: str, type_: Type) -> Any:
    """The value of an example marker: JSON, or text."""
    if type_.wire_type in ("string", "enum", "time"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
