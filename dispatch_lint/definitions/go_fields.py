"""The fields of Go structs, those of embedded structs included, as encoding/json has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dispatch_lint.definitions.go_instances import Around, instance_key
from dispatch_lint.definitions.go_library import (
    BASIC,
    WITHOUT_FIELDS,
    WITHOUT_METHODS_OF_THEIR_OWN,
    external,
    quoted,
)
from dispatch_lint.definitions.go_markers import with_markers
from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_promotion import Candidate, promoted, with_standard
from dispatch_lint.definitions.go_syntax import embedding_fields, read_fields
from dispatch_lint.definitions.go_types import (
    MAX_NESTING,
    Bound,
    Scope,
    StructKey,
    Target,
    external_name,
    methods,
    structs,
    type_name,
    underlying,
    without_pointer,
)
from dispatch_lint.definitions.model import Field, Type
from dispatch_lint.definitions.variants import merged_fields
from dispatch_lint.model.reference import parse_reference

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.budget import Budget
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.go_base import BaseName
    from dispatch_lint.definitions.go_syntax import GoField, GoType
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.model.location import Location

_MAX_EMBEDDED = 200
"""Structs that one embeds, at any depth: with more of them, it is open; no real one has more."""


_BEYOND = 50
"""How many a struct counts as beyond the limit of fields."""


class Openness(NamedTuple):
    """What a struct may have on the wire beyond the fields that are known.

    Attributes:
        reason: why it may have more fields; empty if it cannot.
        methods: a type that was not read may bring methods that make anything of the struct.
    """

    reason: str = ""
    methods: bool = False


class Types(Protocol):
    """Reads the types of fields.

    Attributes:
        kind: that of the entity type that is being read.
        kinds: every kind that a field may refer to.
        definition: the location of that entity type.
        addressable: whether the values that are read can be addressed.
    """

    kind: str
    kinds: tuple[str, ...]
    definition: Location | None
    addressable: bool

    def type(self, scope: Scope, node: Node, around: Around) -> Type:
        """What encoding/json makes of the values of a type."""

    def inside(self, scope: Scope, node: Node, around: Around, *, addressable: bool) -> Type:
        """The same, of values that can or cannot be addressed."""

    def note(self, message: str, location: Location) -> None:
        """Note something about what was read."""

    def broken(self, scope: Scope, name: str) -> None:
        """Report a type that does not parse, because something of ours needs it."""


class _Walk:
    """A walk through the structs that one embeds.

    Attributes:
        root: what identifies that one, see `Bound.key`.
        left: how many more are read.
        followed: the lines, with the depth of their structs, whose embedded types were read.
    """

    __slots__ = ("followed", "left", "root")

    def __init__(self, root: StructKey) -> None:
        self.root, self.left = root, _MAX_EMBEDDED
        self.followed: set[tuple[StructKey, int]] = set()

    def follows(self, scope: Scope, line: GoField, depth: int) -> bool:
        """Whether to read what a line embeds.

        Of a struct that others embed twice at one depth, encoding/json takes the fields twice, so
        that they cancel out, but what it embeds once.
        """
        key = (Bound(scope, line.type).key, depth)
        if scope.arguments:
            return True  # the lines of a generic type are those of several types
        if key in self.followed:
            return False
        self.followed.add(key)
        return True


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
        self._cut: set[StructKey] = set()
        """The structs of which not all embedded ones are read."""

    def candidates(
        self, scope: Scope, struct: Node, depth: int, around: Around, walk: _Walk | None = None
    ) -> Iterator[Candidate]:
        """The fields of a struct, those of embedded structs included.

        Args:
            depth: how many embedded structs it is inside.
        """
        if walk is None:
            walk = _Walk(Bound(scope, struct).key)
            self._cut.discard(walk.root)  # elsewhere it may be inside of too many types
        if len(around) > MAX_NESTING or walk.left < 0:
            self._cut.add(walk.root)
            return
        for field in read_fields(struct, scope.file):
            if field.tag.skipped:
                continue
            if self._is_flattened(scope, field):
                yield from self._embedded(scope, field, depth, around, walk)
                continue
            names = field.names or (type_name(field.type).rpartition(".")[2],)
            for name, location in zip(names, field.locations, strict=True):
                if name[:1].isupper() or (not field.names and self._is_struct(scope, field.type)):
                    yield Candidate(self.field(scope, field, name, location, around), depth)

    def _is_flattened(self, scope: Scope, line: GoField) -> bool:
        """Whether the fields of the type of a line are fields of the struct itself."""
        if line.tag.name or not (line.tag.embeds or not line.names):
            return False
        return (
            not line.names
            or self._is_struct(scope, line.type)
            or self._is_map(scope, line.type)
            or not self._is_declared(scope, line.type)
        )

    def _is_struct(self, scope: Scope, node: Node) -> bool:
        return any(True for _ in self._structs(scope, node))

    def _structs(self, scope: Scope, node: Node) -> Iterator[tuple[Target | None, Bound]]:
        """The structs that a type stands for, and what is named there."""
        inner, _ = without_pointer(node)
        if inner.type == "struct_type":
            yield None, Bound(scope, inner)
        else:
            yield from structs(self._tree, scope, inner)

    def _is_map(self, scope: Scope, node: Node) -> bool:
        """Whether a type is a map by text."""
        bound = underlying(self._tree, scope, node)
        key = bound.node.child_by_field_name("key") if bound.node.type == "map_type" else None
        if key is None:
            return False
        return text_of(underlying(self._tree, bound.scope, key).node) == "string"

    def _embedded(
        self, scope: Scope, field: GoField, depth: int, around: Around, walk: _Walk
    ) -> Iterator[Candidate]:
        simple_name = type_name(field.type).rpartition(".")[2]
        found = [
            (target, bound) for target, bound in self._structs(scope, field.type)
            if target is None or instance_key(target) not in around
        ]  # fmt: skip
        is_base = self._base_name.is_meant(self._tree, scope, field.type)
        if (found or is_base) and not walk.follows(scope, field, depth):
            return
        self._budget.spend(len(around))
        variants, followed = [], walk.followed
        for target, bound in found:
            walk.followed = {*followed} if len(found) > 1 else followed
            embedded = self._of_embedded(target, bound, depth, around, walk, is_base=is_base)
            variants.append([*embedded])
        # The fields of an embedded pointer that is nil are not there.
        pointer = field.pointer or without_pointer(field.type)[1]
        for promoted_field, inner_depth in _either(variants):
            omitempty = promoted_field.omitempty or pointer
            yield Candidate(promoted_field._replace(omitempty=omitempty), inner_depth)
        if found or self._is_struct(scope, field.type):
            return
        if is_base:
            # A code base without a BaseEntity of its own uses the guide's.
            for candidate in self._guide(depth):
                optional = candidate.field._replace(omitempty=True)
                yield candidate._replace(field=optional) if pointer else candidate
        elif not field.names and simple_name[:1].isupper() and self._is_declared(scope, field.type):
            yield Candidate(
                self.field(scope, field, simple_name, field.locations[0], around), depth
            )

    def _of_embedded(
        self, target: Target | None, bound: Bound, depth: int, around: Around, walk: _Walk, *,
        is_base: bool,
    ) -> Iterator[Candidate]:  # fmt: skip
        """The fields of a struct inside another."""
        walk.left -= 1 if self._budget.allows(self._types.definition) else _BEYOND
        key = instance_key(target) if target is not None else ("", "")
        standard = self.standard(target.declared) if target is not None else ""
        for candidate in self.candidates(bound.scope, bound.node, depth + 1, (*around, key), walk):
            inner = candidate.field._replace(base=candidate.field.base or is_base)
            if standard or inner.standard:
                inner = with_standard(inner, inner.standard or standard)
            yield candidate._replace(field=inner)

    def _is_declared(self, scope: Scope, node: Node) -> bool:
        """Whether a type is known, and no struct."""
        bound = underlying(self._tree, scope, node)
        name = external_name(self._tree, bound.scope, bound.node)
        if bound.node.type in ("type_identifier", "qualified_type", "generic_type"):
            return name in BASIC or external(name) is not None or name in ("error", "any")
        return bound.node.type != "struct_type"

    def openness(self, scope: Scope, struct: Node) -> Openness:
        """Whether and why a struct, whose fields were read, may have more than those."""
        if Bound(scope, struct).key in self._cut:
            return Openness("it embeds too many types", methods=True)
        found = Openness()
        seen: set[tuple[StructKey, bool]] = set()
        pending = [*self._embedding(scope, struct, promotes=True)]
        while pending and not found.methods:
            scope, line, promotes = pending.pop()
            inner = [bound for _, bound in self._structs(scope, line.type)]
            if not inner:
                reason = self._openness_of(scope, line)
                reason = reason._replace(methods=reason.methods and promotes)
                found = reason if reason.methods or not found.reason else found
            for bound in reversed(inner):
                if (bound.key, promotes) not in seen:
                    seen.add((bound.key, promotes))
                    pending += self._embedding(*bound, promotes=promotes)
        return found

    def _embedding(
        self, scope: Scope, struct: Node, *, promotes: bool
    ) -> Iterator[tuple[Scope, GoField, bool]]:
        """The lines that embed something else than the base entity, the last one first.

        Yields:
            A line with its scope, and whether the methods of its type are those of the struct too.
        """
        for line in reversed(embedding_fields(struct, scope.file)):
            if line.tag.name or line.tag.skipped:
                continue
            if not self._base_name.is_meant(self._tree, scope, line.type):
                yield scope, line, promotes and not line.names

    def _openness_of(self, scope: Scope, line: GoField) -> Openness:
        """The same, of what the type of one line brings along that is no struct."""
        name, external_type = type_name(line.type), external_name(self._tree, scope, line.type)
        if line.names and self._is_map(scope, line.type):
            reason = f"the keys of {line.names[0]} are embedded"
        elif self._is_declared(scope, line.type) or external_type in WITHOUT_FIELDS:
            return Openness()
        else:
            reason = f"the embedded {name} was not read"
            self._types.broken(scope, name)
        self._types.note(f"open to further fields: {reason}", line.locations[0])
        path = external_type.rpartition(".")[0]
        # The methods of Go's own library are all known: see `methods`.
        library = path in scope.file.imports.values() and "." not in path.partition("/")[0]
        known = line.names or library or external_type in WITHOUT_METHODS_OF_THEIR_OWN
        return Openness(reason, not known)

    def standard(self, declared: GoType) -> str:
        """The standard that the fields of a type follow; empty for the guide."""
        standards = self._conventions.standards
        return declared.comment.marker("standard") or standards.get(declared.name, "")

    def field(
        self, scope: Scope, field: GoField, name: str, location: Location, around: Around
    ) -> Field:
        """One name of a line of a struct, as a field."""
        wire_name = field.tag.name or name
        self._budget.spend(len(around))
        type_ = self._types.inside(
            scope, field.type, around, addressable=self._types.addressable or field.pointer
        )
        if field.pointer:
            type_ = type_._replace(pointer=True, nullable=True)
        comment = field.comment
        if "string" in field.tag.options and self._is_quotable(scope, field.type, around):
            type_ = quoted(type_)
        narrowed = with_markers(type_, comment)
        type_ = narrowed.type
        for problem in narrowed.problems:
            self._types.note(problem, location)
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
            pattern=narrowed.pattern or comment.annotation("pattern") or "",
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


def _either(variants: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """The fields of an embedded struct; of several if the build chooses between them."""
    if len(variants) < 2:
        yield from (candidate for variant in variants for candidate in variant)
        return
    merged: Sequence[Field] = promoted([*variants[0]])
    for variant in variants[1:]:
        merged = merged_fields(merged, promoted([*variant]))
    depths = {
        candidate.field.name: candidate.depth
        for variant in variants for candidate in sorted(variant, key=lambda one: -one.depth)
    }  # fmt: skip
    yield from (Candidate(field, depths[field.name]) for field in merged)


def _example(text: str, type_: Type) -> Any:
    """The value of an example marker: JSON, or text."""
    if type_.wire_type in ("string", "enum", "time"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
