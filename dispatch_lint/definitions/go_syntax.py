"""Go source text → declarations, with tree-sitter: no Go toolchain is needed.

Each file is read by itself. Names are resolved later, by `go_tree`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_comments import Comment, read_comment
from dispatch_lint.definitions.go_nodes import GoText, text_of
from dispatch_lint.definitions.go_tags import Tag, read_tag
from dispatch_lint.definitions.model import DefinitionProblem, EnumValue
from dispatch_lint.model.location import Location, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)
_MAX_DEPTH = 200
"""Levels of a syntax tree that are searched for the first error; no real code is deeper."""


@dataclass(frozen=True, slots=True)
class GoField:
    """One line of a struct.

    Attributes:
        names: empty for an embedded type.
        locations: of each name; of the type if it is embedded.
    """

    names: tuple[str, ...]
    locations: tuple[Location, ...]
    type: Node
    tag: Tag
    comment: Comment


@dataclass(frozen=True, slots=True)
class GoType:
    """A declared type.

    Attributes:
        parameters: the names of its type parameters.
    """

    name: str
    type: Node
    comment: Comment
    location: Location
    alias: bool = False
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Constant:
    """A string constant.

    Attributes:
        type: the type that it is declared with, as it is written.
    """

    type: str
    value: EnumValue
    location: Location


@dataclass(frozen=True, slots=True)
class KeyExpression:
    """A call that joins strings with slashes: `Sprintf("%s/%s/%s", …)` or `Join(…, "/")`.

    Attributes:
        parts: the arguments, as they are written.
        function: the name of the function that contains the call.
    """

    parts: tuple[str, ...]
    function: str
    location: Location


@dataclass
class GoFile:
    """The declarations of one file.

    Attributes:
        imports: import paths by their alias; by the path itself if there is no alias.
        fields: what `read_fields` has read so far, by the node of the struct.
    """

    text: GoText
    package: str = ""
    imports: dict[str, str] = field(default_factory=dict)
    types: dict[str, GoType] = field(default_factory=dict)
    constants: list[Constant] = field(default_factory=list)
    layouts: list[KeyExpression] = field(default_factory=list)
    problems: list[DefinitionProblem] = field(default_factory=list)
    fields: dict[int, tuple[GoField, ...]] = field(default_factory=dict)


def read_go(source: bytes, name: str) -> GoFile:
    """Read one file. A part that does not parse is a problem, and the rest is read.

    Args:
        name: the name of the file, as locations show it.
    """
    file = GoFile(GoText(name, source))
    if b"\0" in source:
        location = Location(name, Range(1, 1, 1, 2))
        file.problems.append(DefinitionProblem("this is not text", location))
        return file
    root = _parser().parse(source).root_node
    if root.has_error:
        broken = next(_errors(root), root)
        problem = DefinitionProblem("this is not valid Go", file.text.location(broken))
        file.problems.append(problem)
    for node in root.children:
        if node.type == "package_clause":
            file.package = text_of(node.named_children[0]) if node.named_children else ""
        elif node.type == "import_declaration":
            _read_imports(node, file)
        elif node.type == "type_declaration":
            _read_types(node, file)
        elif node.type == "const_declaration":
            _read_constants(node, file)
        elif node.type in ("function_declaration", "method_declaration"):
            file.layouts += _key_expressions(node, file.text)
    return file


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_go
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_go.language()))


def _errors(node: Node, depth: int = 0) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    if depth < _MAX_DEPTH:
        for child in node.children:
            if child.has_error or child.is_missing:
                yield from _errors(child, depth + 1)


def _read_imports(node: Node, file: GoFile) -> None:
    for spec in _descendants(node, "import_spec"):
        path = text_of(spec.child_by_field_name("path")).strip('"`')
        alias = text_of(spec.child_by_field_name("name"))
        file.imports[alias or path] = path


def _descendants(node: Node, node_type: str, depth: int = 0) -> Iterator[Node]:
    """The nodes of a type, up to four levels below another."""
    for child in node.named_children:
        if child.type == node_type:
            yield child
        elif depth < 3:
            yield from _descendants(child, node_type, depth + 1)


def _read_types(node: Node, file: GoFile) -> None:
    for spec in node.named_children:
        if spec.type not in ("type_spec", "type_alias"):
            continue
        # In a group, `type ( … )`, the comment is above the spec, else above the declaration.
        grouped = spec.prev_sibling is not None and spec.prev_sibling.type != "type"
        comment = read_comment(spec if grouped else node, file.text)
        name_node, type_node = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name_node is None or type_node is None:
            continue
        parameters = spec.child_by_field_name("type_parameters")
        parameter_names = frozenset(
            text_of(name)
            for parameter in (parameters.named_children if parameters else ())
            for name in parameter.children_by_field_name("name")
        )
        file.problems += comment.problems
        file.types[text_of(name_node)] = GoType(
            text_of(name_node), type_node, comment, file.text.location(name_node),
            spec.type == "type_alias", parameter_names,
        )  # fmt: skip


def _read_constants(node: Node, file: GoFile) -> None:
    """Read the string constants that have a named type: `A Status = "A"`, `A = Status("A")`."""
    for spec in _descendants(node, "const_spec"):
        type_name = text_of(spec.child_by_field_name("type"))
        value = spec.child_by_field_name("value")
        literal = text_of(value.named_children[0]) if value and value.named_children else ""
        conversion = re.fullmatch(r'([\w.]+)\((".*"|`.*`)\)', literal)
        if conversion and not type_name:
            type_name, literal = conversion[1], conversion[2]
        if literal[:1] not in ('"', "`") or not type_name:
            continue
        comment = read_comment(spec, file.text)
        name = spec.child_by_field_name("name") or spec
        enum_value = EnumValue(literal[1:-1], comment.text)
        file.constants.append(Constant(type_name, enum_value, file.text.location(name)))


def read_fields(struct: Node, file: GoFile) -> tuple[GoField, ...]:
    """The lines of a struct. A struct is read once, however many types contain it."""
    fields = file.fields.get(struct.id)
    if fields is None:
        fields = file.fields[struct.id] = tuple(_read_fields(struct, file.text))
    return fields


def _read_fields(struct: Node, text: GoText) -> Iterator[GoField]:
    for group in struct.named_children:
        if group.type != "field_declaration_list":
            continue
        for node in group.named_children:
            if node.type != "field_declaration":
                continue
            type_node = node.child_by_field_name("type")
            if type_node is None:
                continue  # a line that does not parse
            names = node.children_by_field_name("name")
            yield GoField(
                tuple(map(text_of, names)),
                tuple(text.location(name) for name in names or [type_node]),
                type_node,
                read_tag(text_of(node.child_by_field_name("tag"))),
                read_comment(node, text),
            )


def _key_expressions(function: Node, text: GoText) -> Iterator[KeyExpression]:
    """The calls in a function that join two or more strings with slashes."""
    name = text_of(function.child_by_field_name("name"))
    pending = [function]
    while pending:
        node = pending.pop()
        pending += node.named_children
        if node.type == "call_expression":
            parts = _joined_parts(node)
            if parts:
                yield KeyExpression(parts, name, text.location(node))


def _joined_parts(call: Node) -> tuple[str, ...]:
    """The strings that a call joins with slashes; empty if it does something else."""
    called = text_of(call.child_by_field_name("function"))
    children = call.child_by_field_name("arguments")
    arguments = [
        argument
        for argument in (children.named_children if children else ())
        if argument.type != "comment"
    ]
    if called.endswith("Sprintf") and len(arguments) > 2:
        pattern = text_of(arguments[0])[1:-1].strip("/")
        if re.fullmatch(r"%[a-z](/%[a-z])+", pattern):
            return tuple(map(text_of, arguments[1:]))
    elif called.endswith(".Join") and len(arguments) == 2:
        strings = arguments[0].child_by_field_name("body")
        slash = text_of(arguments[1]) in ('"/"', "`/`")
        if slash and strings is not None and strings.named_child_count > 2:
            return tuple(map(text_of, strings.named_children))
    return ()
