"""Go declarations → `EntityType`: structs flattened as encoding/json does it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_base import MAX_NESTING, Scope, base_of, mixins, type_name
from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_promotion import Candidate, promoted, shadowing, with_standard
from dispatch_lint.definitions.go_syntax import GoType, read_fields
from dispatch_lint.definitions.go_tree import GoPackage, GoTree
from dispatch_lint.definitions.model import BASE, EntityType, Enumeration, EnumValue, Field, Type
from dispatch_lint.model.reference import parse_reference

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.go_syntax import GoField
    from dispatch_lint.model.location import Location
    from dispatch_lint.model.reference import Form

_BASIC: Mapping[str, Type] = {
    **dict.fromkeys(["string", "error"], Type("string")),
    **dict.fromkeys(["int", "int8", "int16", "int32", "int64", "rune"], Type("integer")),
    **dict.fromkeys(
        ["uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte"], Type("unsigned")
    ),
    **dict.fromkeys(["float32", "float64"], Type("number")),
    "bool": Type("boolean"),
    "any": Type("any"),
    "time.Time": Type("time"),
    "time.Duration": Type("integer"),
    "strfmt.UUID": Type("string"),
    "strfmt.Base64": Type("string"),
    "strfmt.DateTime": Type("string"),
    "strfmt.URI": Type("string"),
    "strfmt.Email": Type("string"),
}


class GoReader:
    """Reads the entity types of a tree, one after the other.

    Where a type is inside another, the types around it are handed down as `open_types`, by
    folder and name: a type that contains itself is not followed again.
    """

    def __init__(
        self, tree: GoTree, conventions: Conventions, budget: Budget | None = None
    ) -> None:
        self._tree, self._conventions = tree, conventions
        self._budget = budget or Budget(Limits().fields)
        self._kinds: tuple[str, ...] = tuple(sorted(conventions.kinds))
        # Of the entity type that is being read.
        self._kind = ""
        self._location: Location | None = None
        self._depth = 0

    def entity_types(self, packages: Sequence[GoPackage]) -> list[EntityType]:
        """Every kind that some packages declare, in the order of files and lines."""
        structs = [
            (Scope(package, file, declared.parameters), declared)
            for package in packages
            for file in package.files
            for declared in file.types.values()
            if declared.type.type == "struct_type" and not declared.alias
        ]
        roles = [
            (scope, declared, role)
            for scope, declared in structs
            if (role := self._role(scope, declared))
        ]
        mixed_in = mixins(self._tree, [(scope, declared) for scope, declared, _ in roles])
        kinds = [
            self._kind_of(declared) for _, declared, role in roles if role not in ("value", "base")
        ]
        self._kinds = tuple(dict.fromkeys([*kinds, *sorted(self._conventions.kinds)]))
        return [
            self._entity_type(scope, declared, role)
            for scope, declared, role in roles
            if (scope.package.folder, declared.name) not in mixed_in
        ]

    def _kind_of(self, declared: GoType) -> str:
        """The canonical kind of a type: from its marker, else from its name."""
        name = declared.comment.marker("kind") or declared.name
        return self._conventions.aliases.get(name, name)

    def _role(self, scope: Scope, declared: GoType) -> str:
        """What a struct declares: `base`, `stored`, `manifest`, `value`; empty for no entity."""
        if declared.name == BASE:
            return "base"
        form = declared.comment.marker("form")
        if form is not None:
            return form
        if base_of(self._tree, scope, declared.type)[0] != "none":
            return "stored"
        if not self._conventions.foreign:
            return ""
        if {"kind", "name"} <= set(_written_names(scope, declared.type)):
            return "manifest"
        return "value" if declared.comment.annotation("model") is not None else ""

    def _entity_type(self, scope: Scope, declared: GoType, role: str) -> EntityType:
        comment, conventions = declared.comment, self._conventions
        self._kind, self._location = self._kind_of(declared), declared.location
        candidates = list(self._candidates(scope, declared.type, 0, ()))
        fields = promoted(candidates)
        standard = self._standard(declared)
        if standard:
            fields = [with_standard(field, standard) for field in fields]
        base, base_location = base_of(self._tree, scope, declared.type)
        form: Form = "manifest" if role in ("manifest", "value") else "stored"
        nested = comment.marker("nested") is not None
        ignored = comment.marker("ignored") is not None
        return EntityType(
            kind=self._kind,
            name=declared.name,
            form=form,
            description=comment.text,
            fields=tuple(fields),
            location=declared.location,
            aliases=comment.all_markers("alias") or self._aliases(declared),
            nested=nested or (self._kind, form) in conventions.nested,
            ignored=ignored or (self._kind, form) in conventions.ignored,
            base=base,
            base_location=base_location,
            hidden=tuple(shadowing(candidates)),
            statuses=self._statuses(scope, declared.type),
            value=role == "value",
        )

    def _aliases(self, declared: GoType) -> tuple[str, ...]:
        return (declared.name,) if declared.name in self._conventions.aliases else ()

    def _standard(self, declared: GoType) -> str:
        standards = self._conventions.standards
        return declared.comment.marker("standard") or standards.get(declared.name, "")

    def _statuses(self, scope: Scope, struct: Node) -> Enumeration | None:
        """The named type of the field `status`, if its package declares constants of it."""
        for field in read_fields(struct, scope.file):
            if field.tag.name != "status" or not field.names:
                continue
            target = self._tree.lookup(scope.package, scope.file, type_name(field.type))
            if target is None:
                continue
            package, _, declared = target
            if constants := package.constants.get(declared.name):
                values = tuple((constant.value.value, constant.location) for constant in constants)
                return Enumeration(declared.name, values, declared.location)
        return None

    def _candidates(
        self, scope: Scope, struct: Node, depth: int, open_types: tuple[tuple[str, str], ...]
    ) -> Iterator[Candidate]:
        """The fields of a struct, those of embedded structs included.

        Args:
            depth: how many embedded structs it is inside.
        """
        if len(open_types) > MAX_NESTING:
            return
        for field in read_fields(struct, scope.file):
            if field.tag.skipped:
                continue
            if not field.names and not field.tag.name:
                yield from self._embedded(scope, field, depth, open_types)
                continue
            names = field.names or (type_name(field.type).rpartition(".")[2],)
            for name, location in zip(names, field.locations, strict=True):
                if _is_exported(name):
                    yield Candidate(self._field(scope, field, name, location, open_types), depth)

    def _embedded(
        self, scope: Scope, field: GoField, depth: int, open_types: tuple[tuple[str, str], ...]
    ) -> Iterator[Candidate]:
        name = type_name(field.type)
        simple_name = name.rpartition(".")[2]
        target = self._tree.lookup(scope.package, scope.file, name)
        if target is None:
            if simple_name == BASE:
                # A code base without a BaseEntity of its own uses the guide's.
                yield from _guide_base_candidates(depth)
            return  # the fields of any other type outside of the tree are not known
        package, file, declared = target
        key = (package.folder, declared.name)
        if key in open_types:
            return
        if declared.type.type != "struct_type":
            if _is_exported(simple_name):
                embedded = self._field(scope, field, simple_name, field.locations[0], open_types)
                yield Candidate(embedded, depth)
            return
        inner = Scope(package, file, declared.parameters, scope.top)
        for candidate in self._candidates(inner, declared.type, depth + 1, (*open_types, key)):
            promoted_field = candidate.field
            base = promoted_field.base or simple_name == BASE
            standard = promoted_field.standard or self._standard(declared)
            if standard:
                promoted_field = with_standard(promoted_field, standard)
            yield candidate._replace(field=promoted_field._replace(base=base))

    def _field(
        self, scope: Scope, field: GoField, name: str, location: Location,
        open_types: tuple[tuple[str, str], ...],
    ) -> Field:  # fmt: skip
        wire_name = field.tag.name or name
        self._budget.spend()
        type_ = self._type(scope, field.type, open_types)
        comment = field.comment
        if allowed := comment.marker("enum"):
            values = tuple(EnumValue(value) for value in allowed.split(","))
            type_ = type_._replace(wire_type="enum", values=values)
        if "string" in field.tag.options and type_.wire_type in ("integer", "unsigned", "number"):
            type_ = Type("string", pointer=type_.pointer)
        marker = comment.marker("reference")
        readonly = comment.marker("readonly") is not None
        return Field(
            name=wire_name,
            source_name=name,
            type=type_,
            description=comment.text,
            location=location,
            omitempty="omitempty" in field.tag.options,
            tagged=bool(field.tag.name),
            tag_problem=field.tag.problem,
            reference=parse_reference(marker)
            if marker is not None
            else self._conventions.reference(
                self._kind, wire_name, type_, self._kinds, top=scope.top
            ),
            pattern=comment.marker("pattern") or comment.annotation("pattern") or "",
            readonly=readonly or comment.annotation("readonly") == "true",
            required=comment.annotation("required") == "true",
            examples=tuple(_example(text, type_) for text in comment.all_markers("example")),
        )

    def _type(self, scope: Scope, node: Node, open_types: tuple[tuple[str, str], ...]) -> Type:
        if self._depth > MAX_NESTING:
            return Type("any")
        self._depth += 1
        try:
            return self._written_type(scope, node, open_types)
        finally:
            self._depth -= 1

    def _written_type(
        self, scope: Scope, node: Node, open_types: tuple[tuple[str, str], ...]
    ) -> Type:
        syntax = node.type
        if syntax == "pointer_type" and node.named_children:
            return self._type(scope, node.named_children[0], open_types)._replace(pointer=True)
        if syntax == "parenthesized_type" and node.named_children:
            return self._type(scope, node.named_children[0], open_types)
        if syntax in ("slice_type", "array_type"):
            element = node.child_by_field_name("element")
            if element is None or text_of(element) in ("byte", "uint8"):
                return Type("string")  # encoding/json writes bytes as base64
            return Type("list", item=self._type(scope, element, open_types))
        if syntax == "map_type":
            value = node.child_by_field_name("value")
            item = self._type(scope, value, open_types) if value is not None else Type("any")
            return Type("map", item=item)
        if syntax == "struct_type":
            inner = scope._replace(top=False)
            candidates = list(self._candidates(inner, node, 0, (*open_types, ("", ""))))
            return Type("object", fields=tuple(promoted(candidates)))
        if syntax == "generic_type":
            node = node.child_by_field_name("type") or node
        return self._named_type(scope, text_of(node), open_types)

    def _named_type(self, scope: Scope, name: str, open_types: tuple[tuple[str, str], ...]) -> Type:
        if name in scope.parameters:
            return Type("any")
        target = self._tree.lookup(scope.package, scope.file, name)
        if target is None:
            return _BASIC.get(name, Type("any"))  # a type outside of the tree may be anything
        package, file, declared = target
        key = (package.folder, declared.name)
        if key in open_types or len(open_types) > MAX_NESTING:
            return Type("any")  # a type that contains itself
        if not self._budget.allows(self._location):
            return Type("any")
        inner = Scope(package, file, declared.parameters, top=False)
        if declared.type.type == "struct_type":
            return self._struct(inner, declared, (*open_types, key))
        type_ = self._type(inner, declared.type, (*open_types, key))
        constants = package.constants.get(declared.name)
        if constants and type_.wire_type == "string":
            values = tuple(constant.value for constant in constants)
            return Type("enum", values=values, name=declared.name)
        return type_._replace(name=declared.name)

    def _struct(
        self, scope: Scope, declared: GoType, open_types: tuple[tuple[str, str], ...]
    ) -> Type:
        standard = self._standard(declared)
        fields = promoted(list(self._candidates(scope, declared.type, 0, open_types)))
        if standard:
            fields = [with_standard(field, standard) for field in fields]
        is_entity = (
            base_of(self._tree, scope, declared.type)[0] != "none"
            or declared.comment.marker("form") is not None
        )
        return Type(
            "object",
            fields=tuple(fields),
            name=declared.name,
            kind=self._kind_of(declared) if is_entity else "",
            standard=standard,
        )


def _is_exported(name: str) -> bool:
    return name[:1].isupper()


def _written_names(scope: Scope, struct: Node) -> Iterator[str]:
    """The names on the wire of the fields that a struct itself declares."""
    for field in read_fields(struct, scope.file):
        for name in field.names:
            if not field.tag.skipped and _is_exported(name):
                yield field.tag.name or name


@lru_cache(maxsize=1)
def _guide_base() -> tuple[GoReader, GoPackage]:
    """The package of the guide's BaseEntity, which is part of dispatch-lint, and its reader."""
    from dispatch_lint.definitions.builtin import builtin_folder

    file = builtin_folder() / "definitions" / "base.go"
    tree = GoTree([("schemas/definitions/base.go", file.read_bytes)], {})
    package = tree.package("schemas/definitions")
    assert package is not None
    return GoReader(tree, Conventions()), package


@lru_cache(maxsize=8)
def _guide_base_candidates(depth: int) -> tuple[Candidate, ...]:
    """The fields of a struct that embeds the guide's BaseEntity, at some depth."""
    reader, package = _guide_base()
    file, declared = package.types[BASE]
    scope = Scope(package, file, declared.parameters)
    open_types = ((package.folder, BASE),)
    return tuple(
        candidate._replace(field=candidate.field._replace(base=True))
        for candidate in reader._candidates(scope, declared.type, depth + 1, open_types)
    )


@lru_cache(maxsize=1)
def guide_base() -> EntityType:
    """The guide's BaseEntity (guide, Base Entity)."""
    reader, package = _guide_base()
    return next(entity for entity in reader.entity_types([package]) if entity.name == BASE)


def _example(text: str, type_: Type) -> Any:
    """The value of an example marker: JSON, or text."""
    if type_.wire_type in ("string", "enum", "time"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
