"""Go source text → `EntityType`, with tree-sitter: no Go toolchain is needed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import (
    BASE,
    DefinitionError,
    EntityType,
    EnumValue,
    Field,
    Reference,
    Type,
)
from dispatch_lint.naming import read_foreign_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tree_sitter import Node

_TAG = re.compile(r'json:"([^"]*)"')
_MARKER = re.compile(r"^\+dispatch:(?P<name>[a-z]+)(?:=(?P<value>.*))?$")
_MARKERS = frozenset(
    [
        "alias",
        "enum",
        "form",
        "ignored",
        "kind",
        "nested",
        "pattern",
        "readonly",
        "reference",
        "standard",
    ]
)
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
    "strfmt.UUID": Type("string"),
    "strfmt.Base64": Type("string"),
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A doc comment: its prose and its `+dispatch` markers."""

    text: str = ""
    markers: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.markers if key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.markers if key == name)


@dataclass(frozen=True, slots=True)
class _Declaration:
    name: str
    node: Node
    comment: Comment
    file: str


@dataclass
class GoPackage:
    """The types and constants of the Go files of one package."""

    types: dict[str, _Declaration] = field(default_factory=dict)
    constants: dict[str, list[EnumValue]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    """Kinds that are declared elsewhere, so that fields can refer to them."""

    def add(self, source: bytes, file: str) -> None:
        """Read one file.

        Raises:
            DefinitionError: it is not Go, or a marker is unknown.
        """
        root = _parse(source)
        if root.has_error:
            broken = next(_errors(root), root)
            raise DefinitionError(f"{file}:{broken.start_point[0] + 1}: this is not valid Go")
        for node in root.children:
            if node.type == "type_declaration":
                for spec in _named(node, "type_spec"):
                    # `// doc` stands above the spec in a group, else above the declaration.
                    above = spec if spec.prev_named_sibling else node
                    comment = _comment(above, file)
                    name = _text(spec.child_by_field_name("name"))
                    self.types[name] = _Declaration(name, spec, comment, file)
            elif node.type == "const_declaration":
                for spec in _named(node, "const_spec"):
                    self._add_constant(spec, file)

    def _add_constant(self, spec: Node, file: str) -> None:
        type_node = spec.child_by_field_name("type")
        value = spec.child_by_field_name("value")
        if type_node is None or value is None or value.named_child_count != 1:
            return
        literal = _text(value.named_children[0])
        if literal[:1] in '"`':
            said = EnumValue(literal[1:-1], _comment(spec, file).text)
            self.constants.setdefault(_text(type_node), []).append(said)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that the types declare, and those that are known from elsewhere."""
        declared = (
            _kind_of(declaration)
            for declaration in self.types.values()
            if self._is_entity(declaration)
        )
        return tuple(dict.fromkeys([*declared, *sorted(self.known)]))

    def entity_types(self) -> Iterator[EntityType]:
        """Every kind that the files declare, in their order, the base types included."""
        for declaration in self.types.values():
            if self._is_entity(declaration) or declaration.name == BASE:
                yield self._entity_type(declaration)

    def _is_entity(self, declaration: _Declaration) -> bool:
        struct = declaration.node.child_by_field_name("type")
        if struct is None or struct.type != "struct_type":
            return False
        if declaration.comment.get("form") is not None:
            return True
        return any(
            child.child_by_field_name("name") is None
            and _text(child.child_by_field_name("type")).rpartition(".")[2] == BASE
            for child in _fields(struct)
        )

    def _entity_type(self, declaration: _Declaration) -> EntityType:
        comment = declaration.comment
        form = comment.get("form") or "stored"
        if form not in ("stored", "manifest"):
            line = declaration.node.start_point[0] + 1
            raise DefinitionError(f'{declaration.file}:{line}: form "{form}" is neither stored '
                                  "nor manifest")  # fmt: skip
        struct = self._struct(declaration, (declaration.name,))
        return EntityType(
            kind=_kind_of(declaration),
            name=declaration.name,
            form="manifest" if form == "manifest" else "stored",
            description=comment.text,
            fields=struct.fields,
            file=declaration.file,
            line=declaration.node.start_point[0] + 1,
            aliases=comment.all("alias"),
            nested=comment.get("nested") is not None,
            ignored=comment.get("ignored") is not None,
        )

    def _struct(self, declaration: _Declaration, open_types: tuple[str, ...]) -> Type:
        node = declaration.node.child_by_field_name("type")
        assert node is not None
        standard = declaration.comment.get("standard") or ""
        fields = self._read_fields(node, declaration.file, open_types)
        return Type(
            "object",
            fields=tuple(replace(one, standard=standard or one.standard) for one in fields),
            name=declaration.name,
            kind=_kind_of(declaration) if self._is_entity(declaration) else "",
            standard=standard,
        )

    def _read_fields(self, struct: Node, file: str, open_types: tuple[str, ...]) -> Iterator[Field]:
        for node in _fields(struct):
            type_node = node.child_by_field_name("type")
            assert type_node is not None
            tag = _TAG.search(_text(node.child_by_field_name("tag")))
            wire, *options = tag[1].split(",") if tag else [""]
            if wire == "-" and not options:
                continue
            names = [_text(name) for name in node.children_by_field_name("name")]
            if not names and not wire:
                yield from self._promoted(_text(type_node), open_types)
                continue
            comment = _comment(node, file)
            for name in names or [_text(type_node).rpartition(".")[2]]:
                yield self._field(name, wire or name, options, node, comment, file, open_types)

    def _promoted(self, type_name: str, open_types: tuple[str, ...]) -> Iterator[Field]:
        name = type_name.lstrip("*").rpartition(".")[2]
        declaration = self.types.get(name)
        package = self
        if declaration is None and name == BASE:
            # A code base that does not bring BaseEntity along means the guide's.
            package = _builtin_base()
            declaration = package.types[BASE]
        if declaration is None or name in open_types:
            return
        for promoted in package._struct(declaration, (*open_types, name)).fields:
            yield replace(promoted, base=promoted.base or name == BASE)

    def _field(
        self, name: str, wire: str, options: list[str], node: Node, comment: Comment,
        file: str, open_types: tuple[str, ...],
    ) -> Field:  # fmt: skip
        type_node = node.child_by_field_name("type")
        assert type_node is not None
        type_ = self._type(type_node, file, open_types)
        if allowed := comment.get("enum"):
            type_ = replace(type_, shape="enum",
                            values=tuple(EnumValue(one) for one in allowed.split(",")))  # fmt: skip
        return Field(
            name=wire,
            source_name=name,
            type=type_,
            description=comment.text,
            file=file,
            line=node.start_point[0] + 1,
            omitempty="omitempty" in options,
            tagged=wire != name,
            reference=self._reference(wire, type_, comment),
            pattern=comment.get("pattern") or "",
            readonly=comment.get("readonly") is not None,
        )

    def _reference(self, wire: str, type_: Type, comment: Comment) -> Reference | None:
        marker = comment.get("reference")
        if marker is not None:
            return parse_reference(marker)
        item = type_.item if type_.shape == "list" and type_.item else type_
        if item.shape != "string" or wire in _BASE_NAMES:
            return None
        read = read_foreign_key(wire, self.kinds)
        return Reference(read.kind, "id" if read.by_id else "name") if read else None

    def _type(self, node: Node, file: str, open_types: tuple[str, ...]) -> Type:
        if node.type == "pointer_type":
            return replace(self._type(node.named_children[0], file, open_types), pointer=True)
        if node.type in ("slice_type", "array_type"):
            element = node.child_by_field_name("element")
            assert element is not None
            if _text(element) in ("byte", "uint8"):
                return Type("string")
            return Type("list", item=self._type(element, file, open_types))
        if node.type == "map_type":
            value = node.child_by_field_name("value")
            assert value is not None
            return Type("map", item=self._type(value, file, open_types))
        if node.type == "struct_type":
            return Type("object", fields=tuple(self._read_fields(node, file, open_types)))
        return self._named_type(_text(node), open_types)

    def _named_type(self, name: str, open_types: tuple[str, ...]) -> Type:
        if name in _BASIC:
            return _BASIC[name]
        declaration = self.types.get(name)
        if declaration is None or name in open_types:
            return Type("any")  # of another package, or a type inside itself
        underlying = declaration.node.child_by_field_name("type")
        assert underlying is not None
        if underlying.type == "struct_type":
            return self._struct(declaration, (*open_types, name))
        if name in self.constants:
            return Type("enum", values=tuple(self.constants[name]), name=name)
        return replace(self._type(underlying, declaration.file, (*open_types, name)), name=name)


_BASE_NAMES = frozenset({"id", "name", "organizationId", "organizationID", "kind"})


def read_definitions(
    paths: Iterable[Path], shown: Callable[[Path], str], known: Iterable[str] = ()
) -> list[EntityType]:
    """Read every kind that Go files declare.

    Args:
        paths: Go files, or folders whose `*.go` files (not tests) form one package each.
        shown: how a file is named in `x-dispatch-source`.
        known: kinds that are declared elsewhere, so that fields can refer to them.

    Raises:
        DefinitionError: a file cannot be read, is not Go, or declares nothing.
    """
    packages: dict[Path, GoPackage] = {}
    others = frozenset(known)
    for path in paths:
        files = sorted(path.glob("*.go")) if path.is_dir() else [path]
        if not files:
            raise DefinitionError(f"{shown(path)}:1: there is no Go file in this folder")
        for file in files:
            if file.name.endswith("_test.go"):
                continue
            try:
                source = file.read_bytes()
            except OSError as error:
                raise DefinitionError(f"{shown(file)}:1: {error.strerror}") from error
            packages.setdefault(file.parent, GoPackage(known=others)).add(source, shown(file))
    return [entity for package in packages.values() for entity in package.entity_types()]


@lru_cache(maxsize=1)
def _builtin_base() -> GoPackage:
    from dispatch_lint.schema.catalogue import builtin_folder

    package = GoPackage()
    file = builtin_folder() / "definitions" / "base.go"
    package.add(file.read_bytes(), "schemas/definitions/base.go")
    return package


def parse_reference(text: str) -> Reference | None:
    """`Image`, `Function,by=id`, `Source,prefix=es://`; `none` is None.

    Raises:
        ValueError: a part is unknown.
    """
    kind, *parts = text.split(",")
    if kind == "none":
        return None
    said = {}
    for part in parts:
        name, _, value = part.partition("=")
        if name not in ("by", "prefix", "key") or (name == "by" and value not in ("name", "id")):
            raise ValueError(f'"{part}" in reference "{text}": write by=name, by=id, prefix=… or '
                             "key=…")  # fmt: skip
        said[name] = value
    return Reference(kind, "id" if said.get("by") == "id" else "name",
                     said.get("prefix", ""), said.get("key", ""))  # fmt: skip


def _parse(source: bytes) -> Node:
    import tree_sitter_go
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_go.language())).parse(source).root_node


def _errors(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from _errors(child)


def _text(node: Node | None) -> str:
    return node.text.decode() if node is not None and node.text else ""


def _named(node: Node, kind: str) -> Iterator[Node]:
    return (child for child in node.named_children if child.type == kind)


def _fields(struct: Node) -> list[Node]:
    lists = _named(struct, "field_declaration_list")
    return [child for one in lists for child in _named(one, "field_declaration")]


def _kind_of(declaration: _Declaration) -> str:
    return declaration.comment.get("kind") or declaration.name


def _comment(node: Node, file: str) -> Comment:
    """The comment lines directly above a node."""
    lines: list[Node] = []
    above = node.prev_named_sibling
    row = node.start_point[0]
    while above is not None and above.type == "comment" and above.end_point[0] == row - 1:
        before = above.prev_named_sibling
        if before is not None and before.end_point[0] == above.start_point[0]:
            break  # a remark at the end of the line above
        lines.insert(0, above)
        row = above.start_point[0]
        above = above.prev_named_sibling
    prose, markers = [], []
    for line in lines:
        text = _text(line).removeprefix("//").strip()
        if marker := _MARKER.match(text):
            if marker["name"] not in _MARKERS:
                raise DefinitionError(f"{file}:{line.start_point[0] + 1}: unknown marker "
                                      f'"+dispatch:{marker["name"]}"')  # fmt: skip
            if marker["name"] == "reference":
                try:
                    parse_reference(marker["value"] or "")
                except ValueError as error:
                    raise DefinitionError(f"{file}:{line.start_point[0] + 1}: {error}") from None
            markers.append((marker["name"], (marker["value"] or "").strip()))
        elif text:
            prose.append(text)
    return Comment(" ".join(prose), tuple(markers))
