"""Go declarations → `EntityType`: structs flattened as encoding/json does it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.go_syntax import GoFile, GoType, read_fields, text_of
from dispatch_lint.definitions.go_tree import GoPackage, GoTree
from dispatch_lint.definitions.model import BASE, EntityType, Enumeration, EnumValue, Field, Type
from dispatch_lint.model.location import Location
from dispatch_lint.model.reference import Reference, parse_reference
from dispatch_lint.naming import read_foreign_key

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.go_syntax import GoField
    from dispatch_lint.definitions.model import Base
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
_BASE_NAMES = frozenset({"id", "name", "organizationId", "organizationID", "kind"})
_MAX_NESTING = 30
"""How deep types are followed into each other."""


@dataclass(frozen=True)
class Conventions:
    """What is known of the names that definitions use.

    Attributes:
        aliases: canonical names of kinds, by every other name.
        kinds: kinds that are declared elsewhere, so that fields can refer to them.
        references: what is known of fields, by kind and name on the wire: None is no reference.
        standards: the standards that types follow, by the name of the type.
        nested, ignored: kinds, each with a form, that are only values inside others, and that
            `dispatch create -f` skips.
        foreign: whether the code is not written for dispatch-lint: API models are told by their
            fields, and what cannot be read is a problem instead of an error.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    references: Mapping[tuple[str, str], Reference | None] = field(default_factory=dict)
    standards: Mapping[str, str] = field(default_factory=dict)
    nested: frozenset[tuple[str, str]] = frozenset()
    ignored: frozenset[tuple[str, str]] = frozenset()
    foreign: bool = False

    def reference(
        self, kind: str, name: str, type_: Type, kinds: tuple[str, ...], *, top: bool
    ) -> Reference | None:
        """What a field refers to: as it is known, else by the guide's convention.

        Args:
            kinds: every kind that it may refer to.
            top: whether it is a field of the kind itself, and not of a value inside it.
        """
        if top and (kind, name) in self.references:
            return self.references[kind, name]
        item = type_.item if type_.wire_type == "list" and type_.item else type_
        if item.wire_type != "string" or name in _BASE_NAMES:
            return None
        read = read_foreign_key(name, kinds)
        return Reference(read.kind, "id" if read.by_id else "name") if read else None


class _Scope(NamedTuple):
    """Where a type is written: what its names mean depends on it.

    Attributes:
        parameters: the names of its type parameters.
        top: whether its fields are those of the kind itself, embedded ones included.
    """

    package: GoPackage
    file: GoFile
    parameters: frozenset[str] = frozenset()
    top: bool = True


class _Candidate(NamedTuple):
    """A field that a struct may have on the wire, before Go's rules of promotion."""

    field: Field
    depth: int


class GoReader:
    """Reads the entity types of a tree."""

    def __init__(
        self, tree: GoTree, conventions: Conventions, budget: Budget | None = None
    ) -> None:
        self.tree, self._conventions = tree, conventions
        self._budget = budget or Budget(Limits().fields)
        self._location: Location | None = None
        self._kinds: tuple[str, ...] = tuple(sorted(conventions.kinds))
        self._kind = ""
        self._depth = 0

    def entity_types(self, packages: Sequence[GoPackage]) -> list[EntityType]:
        """Every kind that some packages declare, in the order of files and lines."""
        declared = [
            (_Scope(package, file, one.parameters), one)
            for package in packages
            for file in package.files
            for one in file.types.values()
            if one.type.type == "struct_type" and not one.alias
        ]
        roles = [(*one, role) for one in declared if (role := self._role(*one))]
        mixed_in = self._mixed_in([(scope, one) for scope, one, _ in roles])
        kinds = [self.kind_of(one) for _, one, role in roles if role not in ("value", "base")]
        self._kinds = tuple(dict.fromkeys([*kinds, *sorted(self._conventions.kinds)]))
        return [
            self._entity_type(scope, one, role)
            for scope, one, role in roles
            if (scope.package.folder, one.name) not in mixed_in
        ]

    def kind_of(self, declared: GoType) -> str:
        """The kind of a type: as its marker says, else its name; canonical."""
        name = declared.comment.get("kind") or declared.name
        return self._conventions.aliases.get(name, name)

    def _role(self, scope: _Scope, declared: GoType) -> str:
        """What a struct is: base, stored, manifest, a value beside them, or nothing of ours."""
        if declared.name == BASE:
            return "base"
        form = declared.comment.get("form")
        if form is not None:
            return form
        if self._base_of(scope, declared.type, set())[0] != "none":
            return "stored"
        if not self._conventions.foreign:
            return ""
        names = {one.name for one in self._plain_fields(scope, declared.type)}
        if {"kind", "name"} <= names:
            return "manifest"
        return "value" if declared.comment.said("model") is not None else ""

    def _plain_fields(self, scope: _Scope, struct: Node) -> Iterator[Field]:
        """The fields that a struct writes itself, without their types."""
        for one in read_fields(struct, scope.file.text):
            for name, location in zip(one.names, one.locations, strict=False):  # none is embedded
                if not one.tag.skipped and _is_exported(name):
                    yield Field(one.tag.name or name, name, Type("any"), "", location)

    def _base_of(
        self, scope: _Scope, struct: Node, seen: set[tuple[str, str]]
    ) -> tuple[Base, Location | None]:
        """How BaseEntity is part of a struct, through embedded structs too."""
        held: tuple[Base, Location | None] = ("none", None)
        for one in read_fields(struct, scope.file.text):
            name = _type_name(one.type)
            if name.rpartition(".")[2] == BASE:
                if one.names:
                    held = ("named", one.locations[0])
                    continue
                return ("tagged" if one.tag.name or one.tag.skipped else "flat"), one.locations[0]
            if one.names or one.tag.name:
                continue
            found = self.tree.lookup(scope.package, scope.file, name)
            if found is None or (key := (found[0].folder, found[2].name)) in seen:
                continue
            if found[2].type.type == "struct_type" and len(seen) <= _MAX_NESTING:
                inner = _Scope(found[0], found[1])
                base, _ = self._base_of(inner, found[2].type, seen | {key})
                if base != "none":
                    return base, one.locations[0]
        return held

    def _mixed_in(self, found: list[tuple[_Scope, GoType]]) -> set[tuple[str, str]]:
        """Structs that others embed to get BaseEntity with them: they are no kinds themselves."""
        mixed = set()
        for scope, declared in found:
            if declared.comment.get("form") is not None:
                continue
            for one in read_fields(declared.type, scope.file.text):
                target = self.tree.lookup(scope.package, scope.file, _type_name(one.type))
                if one.names or target is None or target[2] is declared:
                    continue
                if target[2].name != BASE:
                    mixed.add((target[0].folder, target[2].name))
        return mixed

    def _entity_type(self, scope: _Scope, declared: GoType, role: str) -> EntityType:
        comment = declared.comment
        self._kind, self._location = self.kind_of(declared), declared.location
        candidates = list(self._candidates(scope, declared.type, 0, ()))
        fields = _promoted(candidates)
        standard = self._standard(declared)
        if standard:
            fields = [_of_standard(one, standard) for one in fields]
        base, base_location = self._base_of(scope, declared.type, set())
        form: Form = "manifest" if role in ("manifest", "value") else "stored"
        known = self._conventions
        return EntityType(
            kind=self._kind,
            name=declared.name,
            form=form,
            description=comment.text,
            fields=tuple(fields),
            location=declared.location,
            aliases=comment.all("alias") or self._aliases(declared),
            nested=comment.get("nested") is not None or (self._kind, form) in known.nested,
            ignored=comment.get("ignored") is not None or (self._kind, form) in known.ignored,
            base=base,
            base_location=base_location,
            hidden=tuple(_hidden(candidates)),
            statuses=self._statuses(scope, declared.type),
            value=role == "value",
        )

    def _aliases(self, declared: GoType) -> tuple[str, ...]:
        return (declared.name,) if declared.name in self._conventions.aliases else ()

    def _standard(self, declared: GoType) -> str:
        return declared.comment.get("standard") or self._conventions.standards.get(
            declared.name, ""
        )

    def _statuses(self, scope: _Scope, struct: Node) -> Enumeration | None:
        """The named type of a field `status`, where its package declares its constants."""
        for one in read_fields(struct, scope.file.text):
            if one.tag.name != "status" or not one.names:
                continue
            found = self.tree.lookup(scope.package, scope.file, _type_name(one.type))
            if found is not None and (known := found[0].constants.get(found[2].name)):
                values = tuple((constant.value.value, constant.location) for constant in known)
                return Enumeration(found[2].name, values, found[2].location)
        return None

    def _candidates(
        self, scope: _Scope, struct: Node, depth: int, open_types: tuple[tuple[str, str], ...]
    ) -> Iterator[_Candidate]:
        if len(open_types) > _MAX_NESTING:
            return
        for one in read_fields(struct, scope.file.text):
            if one.tag.skipped:
                continue
            if not one.names and not one.tag.name:
                yield from self._embedded(scope, one, depth, open_types)
                continue
            names = one.names or (_type_name(one.type).rpartition(".")[2],)
            for name, location in zip(names, one.locations, strict=True):
                if _is_exported(name):
                    yield _Candidate(self._field(scope, one, name, location, open_types), depth)

    def _embedded(
        self, scope: _Scope, one: GoField, depth: int, open_types: tuple[tuple[str, str], ...]
    ) -> Iterator[_Candidate]:
        name = _type_name(one.type)
        simple = name.rpartition(".")[2]
        target = self.tree.lookup(scope.package, scope.file, name)
        reader = self
        if target is None and simple == BASE:
            # A code base that does not bring BaseEntity along means the guide's.
            reader, target = _builtin_base()
        if target is None:
            return  # of a package that is not in the tree: its fields cannot be known
        package, file, declared = target
        key = (package.folder, declared.name)
        if key in open_types:
            return
        if declared.type.type != "struct_type":
            if _is_exported(simple):
                field_ = self._field(scope, one, simple, one.locations[0], open_types)
                yield _Candidate(field_, depth)
            return
        if reader is not self:
            # The fields of the guide's BaseEntity are the same for every kind.
            yield from _builtin_candidates(depth)
            return
        inner = _Scope(package, file, declared.parameters, scope.top)
        for candidate in self._candidates(inner, declared.type, depth + 1, (*open_types, key)):
            found = candidate.field
            base = found.base or simple == BASE
            standard = found.standard or self._standard(declared)
            found = _of_standard(found, standard) if standard else found
            yield candidate._replace(field=found._replace(base=base))

    def _field(
        self, scope: _Scope, one: GoField, name: str, location: Location,
        open_types: tuple[tuple[str, str], ...],
    ) -> Field:  # fmt: skip
        wire = one.tag.name or name
        self._budget.spend()
        type_ = self._type(scope, one.type, open_types)
        comment = one.comment
        if allowed := comment.get("enum"):
            values = tuple(EnumValue(value) for value in allowed.split(","))
            type_ = type_._replace(wire_type="enum", values=values)
        if "string" in one.tag.options and type_.wire_type in ("integer", "unsigned", "number"):
            type_ = Type("string", pointer=type_.pointer)
        return Field(
            name=wire,
            source_name=name,
            type=type_,
            description=comment.text,
            location=location,
            omitempty="omitempty" in one.tag.options,
            tagged=bool(one.tag.name),
            tag_problem=one.tag.problem,
            reference=parse_reference(marker)
            if (marker := comment.get("reference")) is not None
            else self._conventions.reference(self._kind, wire, type_, self._kinds, top=scope.top),
            pattern=comment.get("pattern") or comment.said("pattern") or "",
            readonly=comment.get("readonly") is not None or comment.said("readonly") == "true",
            required=comment.said("required") == "true",
            examples=tuple(_example(text, type_) for text in comment.all("example")),
        )

    def _type(self, scope: _Scope, node: Node, open_types: tuple[tuple[str, str], ...]) -> Type:
        if self._depth > _MAX_NESTING:
            return Type("any")  # nobody wrote that
        self._depth += 1
        try:
            return self._written_type(scope, node, open_types)
        finally:
            self._depth -= 1

    def _written_type(
        self, scope: _Scope, node: Node, open_types: tuple[tuple[str, str], ...]
    ) -> Type:
        kind = node.type
        if kind == "pointer_type" and node.named_children:
            return self._type(scope, node.named_children[0], open_types)._replace(pointer=True)
        if kind == "parenthesized_type" and node.named_children:
            return self._type(scope, node.named_children[0], open_types)
        if kind in ("slice_type", "array_type"):
            element = node.child_by_field_name("element")
            if element is None or text_of(element) in ("byte", "uint8"):
                return Type("string")
            return Type("list", item=self._type(scope, element, open_types))
        if kind == "map_type":
            value = node.child_by_field_name("value")
            item = self._type(scope, value, open_types) if value is not None else Type("any")
            return Type("map", item=item)
        if kind == "struct_type":
            inner = scope._replace(top=False)
            candidates = list(self._candidates(inner, node, 0, (*open_types, ("", ""))))
            return Type("object", fields=tuple(_promoted(candidates)))
        if kind == "generic_type":
            node = node.child_by_field_name("type") or node
        return self._named_type(scope, text_of(node), open_types)

    def _named_type(
        self, scope: _Scope, name: str, open_types: tuple[tuple[str, str], ...]
    ) -> Type:
        if name in scope.parameters:
            return Type("any")
        target = self.tree.lookup(scope.package, scope.file, name)
        if target is None:
            return _BASIC.get(name, Type("any"))  # any value, where it is of another package
        package, file, declared = target
        key = (package.folder, declared.name)
        if key in open_types or len(open_types) > _MAX_NESTING:
            return Type("any")  # a type inside itself
        if not self._budget.allows(self._location):
            return Type("any")
        inner = _Scope(package, file, declared.parameters, top=False)
        if declared.type.type == "struct_type":
            return self._struct(inner, declared, (*open_types, key))
        type_ = self._type(inner, declared.type, (*open_types, key))
        constants = package.constants.get(declared.name)
        if constants and type_.wire_type == "string":
            values = tuple(constant.value for constant in constants)
            return Type("enum", values=values, name=declared.name)
        return type_._replace(name=declared.name)

    def _struct(
        self, scope: _Scope, declared: GoType, open_types: tuple[tuple[str, str], ...]
    ) -> Type:
        standard = self._standard(declared)
        fields = _promoted(list(self._candidates(scope, declared.type, 0, open_types)))
        entity = self._base_of(scope, declared.type, set())[0] != "none" or (
            declared.comment.get("form") is not None
        )
        return Type(
            "object",
            fields=tuple(_of_standard(one, standard) if standard else one for one in fields),
            name=declared.name,
            kind=self.kind_of(declared) if entity else "",
            standard=standard,
        )


def _of_standard(field: Field, standard: str) -> Field:
    """A field whose name follows another standard: it says nothing of references."""
    return field._replace(standard=standard, reference=None)


def _is_exported(name: str) -> bool:
    return name[:1].isupper()


def _type_name(node: Node) -> str:
    """The name of a type, less its pointer and its type arguments."""
    while node.type in ("pointer_type", "parenthesized_type") and node.named_children:
        node = node.named_children[0]
    if node.type == "generic_type":
        node = node.child_by_field_name("type") or node
    return text_of(node).lstrip("*")


def _promoted(candidates: list[_Candidate]) -> list[Field]:
    """The fields on the wire: of one name the shallowest; among equals the only tagged one."""
    by_name: dict[str, list[_Candidate]] = {}
    for one in candidates:
        by_name.setdefault(one.field.name, []).append(one)
    fields = []
    for several in by_name.values():
        if len(several) == 1:  # nearly always
            fields.append(several[0].field)
            continue
        depth = min(one.depth for one in several)
        top = [one.field for one in several if one.depth == depth]
        tagged = [one for one in top if one.tagged]
        if len(top) == 1:
            fields += top
        elif len(tagged) == 1:
            fields += tagged
    return fields


def _hidden(candidates: list[_Candidate]) -> Iterator[Field]:
    """Fields that stand before one of BaseEntity with the same name."""
    base = {one.field.name: one.depth for one in candidates if one.field.base}
    for one in candidates:
        if not one.field.base and one.depth <= base.get(one.field.name, -1):
            yield one.field


@lru_cache(maxsize=1)
def _builtin_base() -> tuple[GoReader, tuple[GoPackage, GoFile, GoType]]:
    """The guide's BaseEntity, from the definitions that come along."""
    from dispatch_lint.definitions.builtin import builtin_folder

    file = builtin_folder() / "definitions" / "base.go"
    tree = GoTree([("schemas/definitions/base.go", file.read_bytes)], {})
    package = tree.package("schemas/definitions")
    assert package is not None
    return GoReader(tree, Conventions()), (package, *package.types[BASE])


@lru_cache(maxsize=8)
def _builtin_candidates(depth: int) -> tuple[_Candidate, ...]:
    """The fields of a struct that embeds the guide's BaseEntity, at some depth."""
    reader, (package, file, declared) = _builtin_base()
    scope = _Scope(package, file, declared.parameters)
    return tuple(
        one._replace(field=one.field._replace(base=True))
        for one in reader._candidates(scope, declared.type, depth + 1, ((package.folder, BASE),))
    )


@lru_cache(maxsize=1)
def guide_base() -> EntityType:
    """The guide's BaseEntity (guide, Base Entity)."""
    reader, (package, _, _) = _builtin_base()
    return next(one for one in reader.entity_types([package]) if one.name == BASE)


def _example(text: str, type_: Type) -> Any:
    """The value of an example marker: JSON, or a text as it stands."""
    if type_.wire_type in ("string", "enum", "time"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
