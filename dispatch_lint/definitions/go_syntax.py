"""Go source text → declarations, with tree-sitter: no Go toolchain is needed.

Each file is read by itself. Names are resolved later, by `go_tree`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.go_build import is_ignored
from dispatch_lint.definitions.go_chunks import (
    Chunk,
    chunks,
    may_hide_types,
    method_name,
    with_few_open_comments,
    with_semicolon,
    without,
)
from dispatch_lint.definitions.go_comments import Comment, read_comment
from dispatch_lint.definitions.go_keys import KeyExpression as KeyExpression
from dispatch_lint.definitions.go_keys import key_expressions
from dispatch_lint.definitions.go_nodes import GoText, text_of
from dispatch_lint.definitions.go_tags import Tag, read_tag
from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.model.location import Location, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node, Parser

_GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)
NOT_TEXT = "this is not text"
_LIKE = {"MarshalJSONTo": "MarshalJSON", "UnmarshalJSONFrom": "UnmarshalJSON"}
"""The methods of encoding/json/v2, which encoding/json calls too, and those that they stand for."""
MARSHALERS = frozenset({"MarshalJSON", "MarshalText", "UnmarshalJSON", "UnmarshalText", *_LIKE})
"""The methods by which a type decides itself what it is on the wire."""
_PACKAGE = re.compile(rb"^package[ \t]+(\w+)", re.MULTILINE)
_DECLARATION = re.compile(rb"^(?=(?:type|func|var|const|import|package)\b)", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TYPE_NAMES = re.compile(r"^[ \t]*(?:type[ \t]+)?(\w+)(?:\[[^\]\n]*\])?[ \t]+(?:=[ \t]*)?struct\b", re.MULTILINE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoField:
    """One line of a struct.

    Attributes:
        names: empty for an embedded type.
        locations: of each name; of the type if it is embedded.
        pointer: a pointer to the type is embedded: the node of the type is without it.
    """

    names: tuple[str, ...]
    locations: tuple[Location, ...]
    type: Node
    tag: Tag
    comment: Comment
    pointer: bool = False


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
    parameters: tuple[str, ...] = ()


class GoConstant(NamedTuple):
    """One constant, as it is written.

    Attributes:
        type: as it is declared; None if it has none of its own.
        value: its expression; that of the constant above it where Go repeats it.
        iota: its number within the group.
        group: the node of the declaration, the same for the constants of one group.
    """

    name: str
    type: Node | None
    value: Node | None
    iota: int
    group: int
    node: Node


class Broken(NamedTuple):
    """A declaration that does not parse."""

    text: str
    location: Location

    @property
    def types(self) -> set[str]:
        """The names of the structs in it."""
        return set(_TYPE_NAMES.findall(self.text))


@dataclass
class GoFile:
    """The declarations of one file.

    Attributes:
        imports: import paths by their alias; by the path itself if there is no alias.
        methods: the marshaling methods of types by name; of each, whether its receiver is a
            pointer.
        broken: the declarations that do not parse, functions and variables left out.
        generated: whether a program wrote the file: it declares no kinds.
        fields, embedded: what was read of structs so far, by their nodes.
    """

    text: GoText
    package: str = ""
    imports: dict[str, str] = field(default_factory=dict)
    types: dict[str, GoType] = field(default_factory=dict)
    constants: list[GoConstant] = field(default_factory=list)
    methods: dict[str, dict[str, bool]] = field(default_factory=dict)
    layouts: list[KeyExpression] = field(default_factory=list)
    problems: list[DefinitionProblem] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    generated: bool = False
    fields: dict[int, tuple[GoField, ...]] = field(default_factory=dict)
    embedded: dict[int, tuple[GoField, ...]] = field(default_factory=dict)

    @cached_property
    def may_embed_by_tags(self) -> bool:
        """Whether a tag may have the option `embed`."""
        return b",embed" in self.text.source


def read_go(source: bytes, name: str) -> GoFile:
    """Read one file. A declaration that does not parse is noted, and the rest is read.

    A file that a build constraint always leaves out, `//go:build ignore`, declares nothing.

    Args:
        name: the name of the file, as locations show it.
    """
    file = GoFile(GoText(name, source))
    if b"\0" in source:
        location = Location(name, Range(1, 1, 1, 2))
        file.problems.append(DefinitionProblem(NOT_TEXT, location, passed_over=True))
        return file
    if is_ignored(source):
        return file
    keys = builds_keys(source)
    source = with_few_open_comments(source)
    known = chunks(source)
    if known is not None:
        if not keys and not any(_is_relevant(source, chunk) for chunk in known):
            package = _PACKAGE.search(source)
            file.package = package[1].decode() if package else ""
            return file
        source = without(source, [chunk for chunk in known if _is_idle(source, chunk, keys=keys)])
        file.text = GoText(name, source)
    for node in _declarations(source, file):
        if node.type == "package_clause":
            file.package = text_of(node.named_children[0]) if node.named_children else ""
        elif node.type == "import_declaration":
            _read_imports(node, file)
        elif node.type == "type_declaration":
            _read_types(node, file)
        elif node.type == "const_declaration":
            _read_constants(node, file)
        elif node.type == "method_declaration":
            _read_method(node, file)
        if keys and node.type in ("function_declaration", "method_declaration"):
            file.layouts += key_expressions(node, file.text)
        if len(file.types) + len(file.constants) > _MAX_DECLARED:
            message = f"the file declares more than {_MAX_DECLARED:,} types and constants"
            file.problems.append(DefinitionProblem(message, file.text.location(node)))
            break
    return file


_MAX_DECLARED = 100_000
"""Types and constants of a file that are read: each takes kilobytes. No real file has as many."""


def is_generated(source: bytes) -> bool:
    """Whether a program wrote a file."""
    return _GENERATED.search(source[:2_000]) is not None


def _is_relevant(source: bytes, chunk: Chunk) -> bool:
    """Whether a declaration says anything about types."""
    if chunk.keyword in ("type", "const") or may_hide_types(source, chunk):
        return True
    return method_name(source, chunk) in MARSHALERS


def _is_idle(source: bytes, chunk: Chunk, *, keys: bool) -> bool:
    """Whether nothing is read in a declaration.

    Args:
        keys: whether the file may have code that builds keys.
    """
    if chunk.keyword not in ("func", "var") or _is_relevant(source, chunk):
        return False
    return not (keys and builds_keys(source[chunk.start : chunk.end]))


def builds_keys(source: bytes) -> bool:
    """Whether code may build the keys of entities."""
    joins = (b"Sprintf(" in source and b"/%" in source) or (
        b".Join(" in source and (b'"/"' in source or b"`/`" in source)
    )
    return joins and (b"key" in source or b"Key" in source or b"KEY" in source)


@lru_cache(maxsize=1)
def _language() -> Language:
    import tree_sitter_go
    from tree_sitter import Language

    return Language(tree_sitter_go.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    from tree_sitter import Parser

    return Parser(_language())


def _declarations(source: bytes, file: GoFile) -> Iterator[Node]:
    """The declarations of a file that parse; the others become `broken`."""
    root = _parser().parse(source).root_node
    if not root.has_error:
        yield from root.children
        return
    start = None
    for node in [*root.children, None]:
        # A function is of use although a part of it does not parse.
        broken = node is not None and node.has_error and node.type not in (
            "function_declaration", "method_declaration",
        )  # fmt: skip
        if node is not None and broken:
            start = start or node
            continue
        if start is not None:
            yield from _recovered(source, start, node.start_byte if node else len(source), file)
            start = None
        if node is not None:
            yield node


_MAX_BROKEN = 1_000
"""Declarations of a file that are looked at alone, since they do not parse; then, all that follow at once."""
_MAX_COMMENT = 10_000
"""Bytes of a comment above one of them."""


def _recovered(source: bytes, start: Node, end: int, file: GoFile) -> Iterator[Node]:
    """The declarations in a part that does not parse as a whole, each parsed by itself.

    One declaration that is not understood can take those behind it with it.
    """
    found = _DECLARATION.finditer(source, start.start_byte, end)
    bounds = sorted({start.start_byte, *(match.start() for match in found), end})
    bounds = [*bounds[: max(_MAX_BROKEN - len(file.broken), 1)], end]
    next_row = start.start_point[0]
    for first, last in pairwise(dict.fromkeys(bounds)):
        part, row = source[first:last], next_row
        next_row += part.count(b"\n")
        root = _parse_part(source, first, last, row)
        if root.has_error and part.startswith(b"const"):
            text = source[:first] + with_semicolon(part)
            closed = _parse_part(text, first, len(text), row)
            root = root if closed.has_error else closed
        if not root.has_error:
            yield from root.children
            continue
        shown_text = part.decode("utf-8", "replace")
        code = re.sub(r"\A(?:\s|//[^\n]*\n|/\*.*?\*/)+", "", shown_text, flags=re.DOTALL)
        if not code or re.match(r"(?:func|var|import|package)\b", code):
            continue  # nothing that a schema is made of
        lowest = max(first - _MAX_COMMENT, 0)
        top = max(source.rfind(b"\n\n", lowest, first), lowest)
        above = source[top:first].decode("utf-8", "replace")
        shown = next((node for node in root.children if node.type != "comment"), root)
        broken = next(_errors(root), shown)
        file.broken.append(Broken(above + shown_text, file.text.location(broken)))


def _parse_part(source: bytes, start: int, end: int, row: int) -> Node:
    """The tree of a part of a file, with places in the file. No more than the part is read.

    Args:
        row: the number of the line where the part begins, from 0.
    """
    from tree_sitter import Parser, Range

    if source[end - 1 : end] != b"\n":  # without one, the last declaration may not be complete
        source, end = source[:end] + b"\n", end + 1
    parser = Parser(_language())
    last = row + source.count(b"\n", start, end)
    places = (row, _column(source, start)), (last, _column(source, end))
    parser.included_ranges = [Range(*places, start, end)]
    return parser.parse(source).root_node


def _column(source: bytes, offset: int) -> int:
    return offset - source.rfind(b"\n", 0, offset) - 1


_MAX_DEPTH = 200
"""Levels of a syntax tree that are searched for the first error; no real code is deeper."""


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
    for spec in islice(node.named_children, _MAX_DECLARED + 1):
        if spec.type not in ("type_spec", "type_alias"):
            continue
        # In a group, `type ( … )`, the comment is above the spec, else above the declaration.
        grouped = spec.prev_sibling is not None and spec.prev_sibling.type != "type"
        comment = read_comment(spec if grouped else node, file.text)
        name_node, type_node = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name_node is None or type_node is None:
            continue
        parameters = spec.child_by_field_name("type_parameters")
        parameter_names = tuple(
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
    """Read the constants of a declaration; a line without values repeats those above it."""
    type_: Node | None = None
    values: list[Node] = []
    for iota, spec in enumerate(islice(_descendants(node, "const_spec"), _MAX_DECLARED + 1)):
        written = spec.child_by_field_name("value")
        if written is not None:
            type_, values = spec.child_by_field_name("type"), written.named_children
        names = [child for child in spec.children_by_field_name("name") if child.is_named]
        for number, name in enumerate(names):
            value = values[number] if number < len(values) else None
            file.constants.append(GoConstant(text_of(name), type_, value, iota, node.id, spec))


def _read_method(node: Node, file: GoFile) -> None:
    """Note a method with which a type decides what it is on the wire."""
    method = text_of(node.child_by_field_name("name"))
    receiver = node.child_by_field_name("receiver")
    if method not in MARSHALERS or receiver is None:
        return
    match = re.match(r"\(\s*(?:\w+\s+)?(\*?)\s*\(?\s*(\w+)", _COMMENT.sub("", text_of(receiver)))
    if match:
        file.methods.setdefault(match[2], {})[standing_for(method)] = bool(match[1])


def standing_for(method: str) -> str:
    """The method of encoding/json that a marshaling method has the effect of."""
    return _LIKE.get(method, method)


def read_fields(struct: Node, file: GoFile) -> tuple[GoField, ...]:
    """The lines of a struct. A struct is read once, however many types contain it."""
    fields = file.fields.get(struct.id)
    if fields is None:
        nodes = _field_nodes(struct)
        fields = file.fields[struct.id] = tuple(_read_field(node, file.text) for node in nodes)
    return fields


def embedded_fields(struct: Node, file: GoFile) -> tuple[GoField, ...]:
    """The lines of a struct that embed a type."""
    fields = file.embedded.get(struct.id)
    if fields is None:
        fields = file.embedded[struct.id] = tuple(
            _read_field(node, file.text)
            for node in _field_nodes(struct)
            if node.child_by_field_name("name") is None
        )
    return fields


def embedding_fields(struct: Node, file: GoFile) -> tuple[GoField, ...]:
    """The lines of a struct that embed a type in Go, or on the wire: `json:",embed"`."""
    embedded = embedded_fields(struct, file)
    if file.may_embed_by_tags and b",embed" in (struct.text or b""):
        lines = read_fields(struct, file)
        return (*embedded, *(line for line in lines if line.names and line.tag.embeds))
    return embedded


def _field_nodes(struct: Node) -> Iterator[Node]:
    for group in struct.named_children:
        if group.type == "field_declaration_list":
            for node in group.named_children:
                # One without a type is a line that does not parse.
                if node.type == "field_declaration" and node.child_by_field_name("type"):
                    yield node


def _read_field(node: Node, text: GoText) -> GoField:
    names = node.children_by_field_name("name")
    type_node = node.child_by_field_name("type")
    assert type_node is not None
    return GoField(
        tuple(map(text_of, names)),
        tuple(text.location(name) for name in names or [type_node]),
        type_node,
        read_tag(text_of(node.child_by_field_name("tag"))),
        read_comment(node, text),
        not names and any(child.type == "*" for child in node.children),
    )
