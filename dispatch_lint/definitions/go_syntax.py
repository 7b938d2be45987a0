"""Go source text → declarations, with tree-sitter: no Go toolchain is needed.

Nothing is resolved here: a file is read by itself, and says what it could not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import EnumValue
from dispatch_lint.model.location import Location, Range
from dispatch_lint.model.reference import parse_reference
from dispatch_lint.naming import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

MARKERS = frozenset([
    "alias", "enum", "example", "form", "ignored", "kind", "nested", "pattern", "readonly", "reference",
    "standard",
])  # fmt: skip
_MARKER = re.compile(r"\+dispatch:(?P<name>[a-z]+)(?:=(?P<value>.*))?$")
# What go-swagger reads from comments of API models.
_SWAGGER = re.compile(
    r"(?P<name>swagger:model|(?:Required|Read ?Only|Pattern)(?=:)):?[ \t]*(?P<value>.*)$",
    re.IGNORECASE,
)
_TAG_PAIR = re.compile(r'[ \t]*(?P<key>[^\s:"\x00-\x1f]+):"(?P<value>(?:[^"\\]|\\.)*)"')
_OPTIONS = ("omitempty", "omitzero", "string", "inline")
GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)
MAX_DEPTH = 200
"""How deep a syntax tree is followed: deeper ones nobody wrote."""


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """What could not be read, and where."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class Comment:
    """A doc comment: its prose, its `+dispatch` markers, and what go-swagger reads from it."""

    text: str = ""
    markers: tuple[tuple[str, str], ...] = ()
    swagger: tuple[tuple[str, str], ...] = ()
    problems: tuple[DefinitionProblem, ...] = ()

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.markers if key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.markers if key == name)

    def said(self, name: str) -> str | None:
        """What go-swagger reads: `model`, `required`, `readonly`, `pattern`."""
        return next((value for key, value in self.swagger if key == name), None)


@dataclass(frozen=True, slots=True)
class Tag:
    """The `json` part of a struct tag.

    Attributes:
        name: of the field on the wire; empty where the tag gives none.
        options: as `omitempty`.
        skipped: the field is not on the wire: `json:"-"`.
        problem: what is wrong with the tag, in words.
        misspelled: the whole tag says nothing to encoding/json, because of a slip.
    """

    name: str = ""
    options: tuple[str, ...] = ()
    skipped: bool = False
    problem: str = ""
    misspelled: bool = False


@dataclass(frozen=True, slots=True)
class GoField:
    """One line of a struct.

    Attributes:
        names: none for an embedded type.
        locations: of each name; of the type where it is embedded.
    """

    names: tuple[str, ...]
    locations: tuple[Location, ...]
    type: Node
    tag: Tag
    comment: Comment


@dataclass(frozen=True, slots=True)
class GoType:
    """A declared type."""

    name: str
    type: Node
    comment: Comment
    location: Location
    alias: bool = False
    parameters: frozenset[str] = frozenset()
    """The names of its type parameters."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant text, by the type it is declared to have."""

    type: str
    value: EnumValue
    location: Location


@dataclass(frozen=True, slots=True)
class KeyExpression:
    """A call that puts texts together with slashes: `Sprintf("%s/%s/%s", …)` or `Join`."""

    parts: tuple[str, ...]
    """The arguments, as they are written."""
    function: str
    location: Location


@dataclass
class GoFile:
    """The declarations of one file."""

    text: GoText
    package: str = ""
    imports: dict[str, str] = field(default_factory=dict)
    """Import paths by their alias; by the path itself where there is none."""
    types: dict[str, GoType] = field(default_factory=dict)
    constants: list[Constant] = field(default_factory=list)
    layouts: list[KeyExpression] = field(default_factory=list)
    problems: list[DefinitionProblem] = field(default_factory=list)


def read_go(source: bytes, name: str) -> GoFile:
    """Read one file. What does not parse is a problem, and the rest is read.

    Args:
        name: of the file, as places show it.
    """
    file = GoFile(GoText(name, source))
    if b"\0" in source:
        file.problems.append(
            DefinitionProblem("this is not text", Location(name, Range(1, 1, 1, 2)))
        )
        return file
    root = _parser().parse(source).root_node
    if root.has_error:
        broken = next(_errors(root), root)
        file.problems.append(DefinitionProblem("this is not valid Go", file.text.location(broken)))
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
            file.layouts += _layouts(node, file.text)
    return file


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_go
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_go.language()))


def _errors(node: Node, depth: int = 0) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    if depth < MAX_DEPTH:
        for child in node.children:
            if child.has_error or child.is_missing:
                yield from _errors(child, depth + 1)


def text_of(node: Node | None) -> str:
    """The text of a node; empty for none."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


@dataclass(frozen=True, slots=True)
class GoText:
    """The source of a file, to tell where its nodes stand."""

    name: str
    source: bytes
    fields: dict[int, tuple[GoField, ...]] = field(default_factory=dict, compare=False)
    """What `read_fields` has read, by the node of the struct."""

    def location(self, node: Node) -> Location:
        """Where a node stands; its first line, where it has several."""
        row, column = node.start_point
        before = self.source[node.start_byte - column : node.start_byte]
        # tree-sitter counts bytes; people count letters.
        start = len(before.decode("utf-8", "replace")) + 1
        width = len(text_of(node).split("\n", 1)[0])
        return Location(self.name, Range(row + 1, start, row + 1, start + max(1, width)))


def _read_imports(node: Node, file: GoFile) -> None:
    for spec in _all(node, "import_spec"):
        path = text_of(spec.child_by_field_name("path")).strip('"`')
        alias = text_of(spec.child_by_field_name("name"))
        file.imports[alias or path] = path


def _all(node: Node, kind: str, depth: int = 0) -> Iterator[Node]:
    for child in node.named_children:
        if child.type == kind:
            yield child
        elif depth < 3:
            yield from _all(child, kind, depth + 1)


def _read_types(node: Node, file: GoFile) -> None:
    for spec in node.named_children:
        if spec.type not in ("type_spec", "type_alias"):
            continue
        # `// doc` stands above the spec in a group, else above the declaration.
        grouped = spec.prev_sibling is not None and spec.prev_sibling.type != "type"
        comment = read_comment(spec if grouped else node, file.text)
        name_node, type_node = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name_node is None or type_node is None:
            continue
        parameters = spec.child_by_field_name("type_parameters")
        names = frozenset(
            text_of(name)
            for one in (parameters.named_children if parameters else ())
            for name in one.children_by_field_name("name")
        )
        file.problems += comment.problems
        file.types[text_of(name_node)] = GoType(
            text_of(name_node), type_node, comment, file.text.location(name_node),
            spec.type == "type_alias", names,
        )  # fmt: skip


def _read_constants(node: Node, file: GoFile) -> None:
    """Constants with a text; in a group the type of one may hold for those below."""
    for spec in _all(node, "const_spec"):
        type_name = text_of(spec.child_by_field_name("type"))
        value = spec.child_by_field_name("value")
        literal = text_of(value.named_children[0]) if value and value.named_children else ""
        conversion = re.fullmatch(r'([\w.]+)\((".*"|`.*`)\)', literal)
        if conversion and not type_name:
            type_name, literal = conversion[1], conversion[2]  # Status("READY")
        if literal[:1] not in ('"', "`") or not type_name:
            continue
        comment = read_comment(spec, file.text)
        said = EnumValue(literal[1:-1], comment.text)
        name = spec.child_by_field_name("name") or spec
        file.constants.append(Constant(type_name, said, file.text.location(name)))


def read_fields(struct: Node, text: GoText) -> tuple[GoField, ...]:
    """The lines of a struct; a struct that others lead to is asked for often, and read once."""
    known = text.fields.get(struct.id)
    if known is None:
        known = text.fields[struct.id] = tuple(_read_fields(struct, text))
    return known


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


def read_tag(literal: str) -> Tag:
    """The `json` part of a struct tag, as encoding/json reads it, and what is wrong with it."""
    if not literal:
        return Tag()
    text = literal[1:-1] if literal.startswith("`") else _unquoted(literal)
    pairs: dict[str, str] = {}
    end = 0
    while match := _TAG_PAIR.match(text, end):
        pairs.setdefault(match["key"], match["value"])
        end = match.end()
    if text[end:].strip() and "json" not in pairs:
        said = f'the tag `{text}` is malformed: write json:"name"'
        return Tag(problem=said, misspelled="json" in text.lower())
    if "json" not in pairs:
        slip = next((key for key in pairs if sorted(key.lower()) == sorted("json")), None)
        if slip is not None:
            said = f'the tag key "{slip}" says nothing to encoding/json; did you mean "json"?'
            return Tag(problem=said, misspelled=True)
        return Tag()
    name, *options = pairs["json"].split(",")
    if name == "-" and not options:
        return Tag(skipped=True)
    wrong = next((one for one in options if one not in _OPTIONS and one), None)
    problem = ""
    if wrong is not None:
        problem = (
            f'the json tag has the unknown option "{wrong}"{did_you_mean(wrong.strip(), _OPTIONS)}'
        )
    elif text[end:].strip():
        problem = f"the tag `{text}` is malformed behind its json part"
    elif any(letter.isspace() for letter in name):
        problem = f'the json tag names the field "{name}", with a space'
    return Tag(name.strip(), tuple(options), problem=problem)


def _unquoted(literal: str) -> str:
    return literal[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def read_comment(node: Node, file: GoText) -> Comment:
    """The comment lines directly above a node."""
    lines: list[Node] = []
    above, row = node.prev_named_sibling, node.start_point[0]
    while above is not None and above.type == "comment" and above.end_point[0] == row - 1:
        before = above.prev_named_sibling
        if before is not None and before.end_point[0] == above.start_point[0]:
            break  # a remark at the end of the line above
        lines.insert(0, above)
        row = above.start_point[0]
        above = above.prev_named_sibling
    prose, markers, swagger, problems = [], [], [], []
    for line in lines:
        for text in _comment_lines(text_of(line)):
            if marker := _MARKER.match(text):
                name, value = marker["name"], (marker["value"] or "").strip()
                problem = _marker_problem(name, value)
                if problem:
                    problems.append(DefinitionProblem(problem, file.location(line)))
                else:
                    markers.append((name, value))
            elif said := _SWAGGER.match(text):
                key = said["name"].lower().replace(" ", "").removeprefix("swagger:")
                swagger.append((key, said["value"].strip()))
            elif text:
                prose.append(text)
    return Comment(" ".join(prose), tuple(markers), tuple(swagger), tuple(problems))


def _comment_lines(text: str) -> list[str]:
    if text.startswith("//"):
        return [text.removeprefix("//").strip()]
    inner = text.removeprefix("/*").removesuffix("*/")
    return [line.strip().removeprefix("*").strip() for line in inner.split("\n")]


def _marker_problem(name: str, value: str) -> str:
    if name not in MARKERS:
        return f'unknown marker "+dispatch:{name}"{did_you_mean(name, MARKERS)}'
    if name == "reference":
        try:
            parse_reference(value)
        except ValueError as error:
            return str(error)
    if name == "form" and value not in ("stored", "manifest"):
        return f'form "{value}" is neither stored nor manifest'
    return ""


def _layouts(function: Node, file: GoText) -> Iterator[KeyExpression]:
    """The calls of a function that put three or more texts together with slashes."""
    name = text_of(function.child_by_field_name("name"))
    pending = [function]
    while pending:
        node = pending.pop()
        pending += node.named_children
        if node.type != "call_expression":
            continue
        arguments = node.child_by_field_name("arguments")
        called = text_of(node.child_by_field_name("function"))
        said = [
            one for one in (arguments.named_children if arguments else ()) if one.type != "comment"
        ]
        if called.endswith("Sprintf") and len(said) > 2:
            pattern = text_of(said[0])[1:-1].strip("/")
            if re.fullmatch(r"%[a-z](/%[a-z])+", pattern):
                yield KeyExpression(tuple(map(text_of, said[1:])), name, file.location(node))
        elif called.endswith(".Join") and len(said) == 2 and text_of(said[1]) in ('"/"', "`/`"):
            inner = said[0].child_by_field_name("body")
            if inner is not None and inner.named_child_count > 2:
                parts = tuple(text_of(one) for one in inner.named_children)
                yield KeyExpression(parts, name, file.location(node))
