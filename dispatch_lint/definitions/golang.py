"""Go declarations → `EntityType`: structs flattened as encoding/json does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_base import base_of
from dispatch_lint.definitions.go_kinds import Named, Role, Roles
from dispatch_lint.definitions.go_promotion import promoted, shadowing, with_standard
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.go_types import Bound, Scope, Target, methods_of, structs
from dispatch_lint.definitions.go_values import ValueReader, guide_package
from dispatch_lint.definitions.model import (
    DefinitionProblem,
    EntityType,
    Field,
    Skipped,
    Type,
)
from dispatch_lint.definitions.recursion import are_small, without_recursion
from dispatch_lint.model.base_entity import BASE

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_syntax import GoType
    from dispatch_lint.model.reference import Form


class StructType(NamedTuple):
    """A declared type that may be a kind, and the struct that it is in the end."""

    target: Target
    struct: Bound


class GoReader:
    """Reads the entity types of a tree.

    Attributes:
        skipped: the types that are nearly kinds, and why they are none.
    """

    def __init__(
        self, tree: GoTree, conventions: Conventions, budget: Budget | None = None
    ) -> None:
        self._tree, self._conventions = tree, conventions
        self._budget = budget or Budget(Limits().fields)
        self._values = ValueReader(tree, conventions, self._budget)
        self._roles = Roles(tree, conventions, self._values)
        self.skipped: list[Skipped] = []
        self._structs: dict[str, Sequence[StructType]] = {}

    @property
    def notes(self) -> list[DefinitionProblem]:
        """Where what was read is open, or is chosen by the build, and why."""
        return list(self._values.notes)

    def entity_types(self, files: Sequence[Scope]) -> list[EntityType]:
        """Every kind that some files declare, in the order of files and lines."""
        for file in files:
            self._tell_marked(file)
        chosen = self._roles.without_mixins(list(self._named(files)))
        self.skipped += self._roles.skipped
        kinds = [
            self._values.kind_of(target.declared)
            for target, _, role in chosen
            if role.name not in ("value", "base")
        ]
        self._values.kinds = tuple(dict.fromkeys([*kinds, *sorted(self._conventions.kinds)]))
        types = []
        for target, struct, role in chosen:
            if not self._budget.allows(target.declared.location):
                break  # each of the others would still cost what its own fields do
            types.append(self._entity_type(target, struct, role))
            self._budget.spend_kind()
        return types

    def _named(self, files: Sequence[Scope]) -> Iterator[Named]:
        """The types of some files that are structs, and what each declares, as far as the limit allows."""
        kinds = 0
        for file in files:
            for target, struct in self._struct_types(file):
                role = self._roles.role(target, struct)
                if role.name:
                    if not self._budget.allows(target.declared.location, kinds):
                        return
                    kinds += 1
                yield target, struct, role

    def _tell_marked(self, scope: Scope) -> None:
        """Report the types of a file that a marker makes kinds, but that are no structs."""
        structs_ = {declared.target.declared.name for declared in self._struct_types(scope)}
        for declared in scope.file.types.values():
            kind = declared.comment.marker("kind")
            if kind is None or declared.name in structs_:
                continue
            self.skipped.append(Skipped(declared.name, "it is no struct", declared.location))
            message = f"+dispatch:kind={kind} has no effect: {declared.name} is no struct"
            problem = DefinitionProblem(message, declared.location)
            if problem not in scope.file.problems:
                scope.file.problems.append(problem)

    def _struct_types(self, scope: Scope) -> Sequence[StructType]:
        """The types of a file that are structs, written there or taken over by name."""
        name = scope.file.text.name
        if name not in self._structs:  # types may be taken over by many names, one from the other
            self._structs[name] = [*self._found_structs(scope)]
        return self._structs[name]

    def _found_structs(self, scope: Scope) -> Iterator[StructType]:
        package, file = scope.package, scope.file
        for declared in file.types.values():
            target = Target(Scope(package, file, dict.fromkeys(declared.parameters)), declared)
            if declared.type.type == "struct_type":
                yield StructType(target, Bound(target.scope, declared.type))
                continue
            for _, struct in structs(self._tree, target.scope, declared.type):
                yield StructType(target, struct)
                break

    def embeddable(self, file: Scope) -> Iterator[str]:
        """The names of the types of a file that can make a kind of what embeds them.

        They have the base entity, or are another name of it, or have a kind.
        """
        base_name = self._values.base_name
        for declared in file.file.types.values():
            if declared.alias and base_name.is_meant(self._tree, file, declared.type):
                yield declared.name
        for target, struct in self._struct_types(file):
            base, _ = base_of(self._tree, base_name, struct.scope, struct.node)
            if base != "none" or "kind" in self._roles.names(struct):
                yield target.declared.name

    def _entity_type(self, target: Target, struct: Bound, role: Role) -> EntityType:
        declared, conventions, values = target.declared, self._conventions, self._values
        comment, kind = declared.comment, values.kind_of(declared)
        form: Form = "manifest" if role.name in ("manifest", "value") else "stored"
        values.start(kind, declared.location, form)
        candidates = list(values.fields.candidates(struct.scope, struct.node, 0, ()))
        fields = promoted(candidates)
        standard = values.fields.standard(declared)
        if standard:
            fields = [with_standard(field, standard) for field in fields]
        base, base_location = base_of(self._tree, values.base_name, struct.scope, struct.node)
        own = methods_of(self._tree, target)
        opaque = values.decides_itself(own) or "MarshalText" in own
        reason = values.fields.openness(struct.scope, struct.node).reason
        recursive = values.recursive()
        if not are_small(recursive):
            fields, recursive = [*without_recursion(fields)], {}
        if role.name == "base":
            fields = [field._replace(base=True) for field in fields]
        if opaque:
            fields, reason = _opaque(fields), f"{declared.name} has a method {min(own)}"
            values.note(f"open: {reason}", declared.location)
        return EntityType(
            kind=kind,
            name=declared.name,
            form=form,
            description=comment.text,
            fields=tuple(fields),
            location=declared.location,
            aliases=comment.all_markers("alias") or self._aliases(declared),
            nested=comment.marker("nested") is not None or (kind, form) in conventions.nested,
            ignored=comment.marker("ignored") is not None or (kind, form) in conventions.ignored,
            base=base,
            base_location=base_location,
            hidden=tuple(shadowing(candidates)),
            statuses=values.enumerations.statuses(struct.scope, struct.node),
            value=role.name == "value",
            why=role.why,
            open=reason,
            opaque=opaque,
            annotated=comment.annotation("model") is not None,
            generated=target.scope.file.generated,
            is_base=role.name == "base",
            recursive=tuple(recursive.items()),
        )

    def _aliases(self, declared: GoType) -> tuple[str, ...]:
        return (declared.name,) if declared.name in self._conventions.aliases else ()


def _opaque(fields: Sequence[Field]) -> list[Field]:
    """Fields of a type whose methods decide what is on the wire: nothing is known of them."""
    return [
        field._replace(type=Type("any", nullable=True), omitempty=True, pattern="")
        for field in fields
    ]


@lru_cache(maxsize=1)
def guide_base() -> EntityType:
    """The guide's BaseEntity (guide, Base Entity)."""
    tree, package = guide_package()
    scopes = [Scope(package, source.file) for source in package.sources]
    types = GoReader(tree, Conventions()).entity_types(scopes)
    return next(entity for entity in types if entity.name == BASE)
