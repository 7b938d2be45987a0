"""Which Go types are kinds, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from dispatch_lint.definitions.go_base import base_of
from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_syntax import embedding_fields, read_fields
from dispatch_lint.definitions.go_types import (
    MAX_NESTING,
    Bound,
    StructKey,
    Target,
    structs,
    targets,
)
from dispatch_lint.definitions.go_types import type_name as name_of_type
from dispatch_lint.definitions.kind_names import why_never_named, why_no_kind, why_other_model
from dispatch_lint.definitions.model import Skipped

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.go_syntax import GoField, GoType
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.definitions.go_types import Scope
    from dispatch_lint.definitions.go_values import ValueReader

RoleName = Literal["base", "stored", "manifest", "value", ""]

# What the names of types that only serve to be embedded begin or end with.
_MIXIN = re.compile(r"(?:Base|Abstract|Common)[A-Z]|.*(?:Base|Meta|Mixin|Common)\Z")


_MAX_SEEN = 1_000
"""Structs that one embeds, and lines that embed them, at any depth; no real one has as many."""


class Role(NamedTuple):
    """What a type declares; without a name no entity."""

    name: RoleName
    why: str = ""


Named = tuple[Target, Bound, Role]


class _Wire(NamedTuple):
    """A field of a struct, or of one that it embeds.

    Attributes:
        name: on the wire.
        depth: how many embedded structs it is inside.
        line: where it is declared; None for what is known of Kubernetes.
    """

    name: str
    depth: int
    scope: Scope
    line: GoField | None = None


class Roles:
    """Tells which types are kinds.

    Attributes:
        skipped: the types that are nearly kinds, and why they are none.
    """

    def __init__(self, tree: GoTree, conventions: Conventions, values: ValueReader) -> None:
        self._tree, self._conventions, self._values = tree, conventions, values
        self._base_name = values.base_name
        self.skipped: list[Skipped] = []

    def role(self, target: Target, struct: Bound) -> Role:
        """What a type declares, as the settings, a marker, its base or its fields say."""
        declared, package = target.declared, target.scope.package
        generated = target.scope.file.generated
        if self._base_name.declares(package, declared.name) and not (
            generated or package.only_types
        ):
            return Role("base", "it is the base entity")
        form, kind = declared.comment.marker("form"), declared.comment.marker("kind")
        base, _ = base_of(self._tree, self._base_name, struct.scope, struct.node)
        names = self.names(struct)
        near = base != "none" or bool(form or kind) or {"kind", "name"} <= names
        file = declared.location.file
        chosen = self._conventions.chosen(file, package.name, declared.name)
        generated = generated and chosen.state != "named"
        if chosen.state == "excluded" or generated or package.only_types:
            if near:
                code = "generated" if generated else "vendored"
                self._skip(target, chosen.why or f"it is in {code} code")
            return Role("")
        if form is not None:
            role: RoleName = "manifest" if form == "manifest" else "stored"
            return Role(role, f"the marker +dispatch:form={form}")
        if base != "none":
            return self._stored(target)
        if kind is not None:
            return Role("manifest", f"the marker +dispatch:kind={kind}")
        if not self._conventions.foreign:
            return Role("")
        if chosen.state == "named":
            return Role("manifest", chosen.why)
        return self._model(target, struct, names)

    def _stored(self, target: Target) -> Role:
        declared = target.declared
        if declared.alias and declared.type.type != "generic_type":
            if declared.type.type != "struct_type":
                self._skip(target, f"it is another name of {name_of_type(declared.type)}")
                return Role("")
        elif declared.parameters and declared.comment.marker("kind") is None:
            self._skip(target, "it has type parameters: the types made from it are kinds")
            return Role("")
        return Role("stored", f"it embeds {self._base_name.simple}")

    def _model(self, target: Target, struct: Bound, names: set[str]) -> Role:
        """An API model: it has `kind` and `name` on the wire, or a `swagger:model` comment."""
        declared = target.declared
        annotated = declared.comment.annotation("model") is not None
        if not {"kind", "name"} <= names or declared.alias:
            return Role("value", "the comment swagger:model") if annotated else Role("")
        reason = "" if annotated else self._no_model(declared.name, struct, names)
        reason = reason or self._why_never_named(declared, struct)
        if reason:
            self._skip(target, reason)
            return Role("value", "the comment swagger:model") if annotated else Role("")
        if annotated:
            return Role("manifest", "it has a kind and a name on the wire, and swagger:model")
        return Role("manifest", "it has a kind and a name on the wire")

    def _no_model(self, name: str, struct: Bound, names: set[str]) -> str:
        """Why a type with a kind and a name is no API model; empty if it is one."""
        conventions = self._conventions
        if name in conventions.kinds or name in conventions.aliases:
            return ""
        if not name[:1].isupper():
            return "it has a kind and a name, but is not exported"
        reason = why_no_kind(name, names)
        if reason or not conventions.statuses:
            return reason
        own = self._values.enumerations.statuses(struct.scope, struct.node)
        return why_other_model(own.texts, conventions.statuses) if own is not None else ""

    def _why_never_named(self, declared: GoType, struct: Bound) -> str:
        """Why the field `kind` of a struct never has the name of the kind; empty if it can."""
        found = [wire for wire in self._wires(struct.scope, struct.node, set())
                 if wire.name == "kind"]  # fmt: skip
        nearest = min(wire.depth for wire in found)
        kind = self._values.kind_of(declared)
        aliases = self._conventions.aliases
        names = {kind, declared.name, *declared.comment.all_markers("alias")}
        names |= {alias for alias, canonical in aliases.items() if canonical == kind}
        reasons = [
            why_never_named(self._values.type_of_line(wire.scope, wire.line), names)
            if wire.line is not None else ""
            for wire in found if wire.depth == nearest
        ]  # fmt: skip
        return "" if "" in reasons else reasons[0]

    def _skip(self, target: Target, why: str) -> None:
        self.skipped.append(Skipped(target.declared.name, why, target.declared.location))

    def names(self, struct: Bound) -> set[str]:
        """The names on the wire of a struct, if `kind` may be among them."""
        if "kind" not in text_of(struct.node) and not embedding_fields(
            struct.node, struct.scope.file
        ):
            return set()
        return {wire.name for wire in self._wires(struct.scope, struct.node, set())}

    def _wires(
        self, scope: Scope, struct: Node, seen: set[StructKey], depth: int = 0
    ) -> Iterator[_Wire]:
        """The fields of a struct, and of those that it embeds.

        Args:
            seen: the embedded structs of which the fields are known, and the lines that embed some.
        """
        for field in embedding_fields(struct, scope.file):
            seen.add(Bound(scope, field.type).key)
            if len(seen) > _MAX_SEEN:
                break
            if not field.tag.skipped and not field.tag.name and depth < MAX_NESTING:
                if name_of_type(field.type).rpartition(".")[2] == "TypeMeta":
                    yield from (_Wire(name, depth + 1, scope) for name in ("kind", "apiVersion"))
                for _, bound in structs(self._tree, scope, field.type):
                    if bound.key not in seen:
                        seen.add(bound.key)
                        yield from self._wires(bound.scope, bound.node, seen, depth + 1)
        text = text_of(struct)
        if depth or "kind" in text or "name" in text:
            for field in read_fields(struct, scope.file):
                for name in field.names:
                    if name[:1].isupper() and not field.tag.skipped:
                        yield _Wire(field.tag.name or name, depth, scope, field)

    # Types that exist only to be embedded

    def without_mixins(self, named: Sequence[Named]) -> list[Named]:
        """The types that are kinds; those that only serve to be embedded are left out.

        A kind stays a kind although another type embeds it, as a view or a list of it does.
        """
        embedded = {
            target.key: embedding
            for embedding, struct, role in named
            if role.name
            for field in embedding_fields(struct.node, struct.scope.file)
            for target in self._embedded(struct.scope, field)
            if target.declared is not embedding.declared
        }
        kept = []
        for target, struct, role in named:
            if not role.name:
                continue
            embedding = embedded.get(target.key)
            if embedding is not None and self._is_mixin(target, role):
                self._skip(
                    target, f"it only serves to be embedded, as in {embedding.declared.name}"
                )
                continue
            kept.append((target, struct, role))
        return kept

    def _embedded(self, scope: Scope, field: GoField) -> list[Target]:
        return targets(self._tree, scope, field.type)

    def _is_mixin(self, target: Target, role: Role) -> bool:
        declared = target.declared
        marked = any(
            declared.comment.marker(name) is not None for name in ("form", "kind", "alias")
        )
        if role.name == "base" or marked or declared.name in self._conventions.kinds:
            return False
        if role.name in ("manifest", "value") and declared.comment.annotation("model") is None:
            return True
        return not declared.name[:1].isupper() or _MIXIN.match(declared.name) is not None
