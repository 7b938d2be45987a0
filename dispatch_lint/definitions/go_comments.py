"""Doc comments of Go: prose, `+dispatch` markers, and the annotations of go-swagger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.kind_names import can_be_kind
from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.model.reference import parse_reference
from dispatch_lint.naming import did_you_mean

if TYPE_CHECKING:
    from tree_sitter import Node

    from dispatch_lint.definitions.go_nodes import GoText

MARKERS = frozenset([
    "alias", "enum", "example", "form", "ignored", "kind", "nested", "pattern", "readonly", "reference",
    "standard",
])  # fmt: skip
_MARKER = re.compile(r"\+dispatch:(?P<name>[a-z]+)(?:=(?P<value>.*))?$")
_SWAGGER = re.compile(
    r"(?P<name>swagger:model|(?:Required|Read ?Only|Pattern)(?=:)):?[ \t]*(?P<value>.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A doc comment.

    Attributes:
        text: its prose.
        markers: name and value of each `+dispatch:name=value`.
        swagger: name and value of each annotation that go-swagger reads.
        problems: the markers that are unknown or malformed.
    """

    text: str = ""
    markers: tuple[tuple[str, str], ...] = ()
    swagger: tuple[tuple[str, str], ...] = ()
    problems: tuple[DefinitionProblem, ...] = ()

    def marker(self, name: str) -> str | None:
        """The value of the first marker of a name."""
        return next((value for key, value in self.markers if key == name), None)

    def all_markers(self, name: str) -> tuple[str, ...]:
        """The values of every marker of a name."""
        return tuple(value for key, value in self.markers if key == name)

    def annotation(self, name: str) -> str | None:
        """The value of a go-swagger annotation: `model`, `required`, `readonly`, `pattern`."""
        return next((value for key, value in self.swagger if key == name), None)


def read_comment(node: Node, text: GoText) -> Comment:
    """The comment in the lines directly above a node."""
    prose, markers, swagger, problems = [], [], [], []
    for comment in _comments_above(node):
        for line in _lines(text_of(comment)):
            if match := _MARKER.match(line):
                name, value = match["name"], (match["value"] or "").strip()
                problem = _marker_problem(name, value)
                if problem:
                    problems.append(DefinitionProblem(problem, text.location(comment)))
                else:
                    markers.append((name, value))
            elif match := _SWAGGER.match(line):
                key = match["name"].lower().replace(" ", "").removeprefix("swagger:")
                swagger.append((key, match["value"].strip()))
            elif line:
                prose.append(line)
    return Comment(" ".join(prose), tuple(markers), tuple(swagger), tuple(problems))


_MAX_LINES = 1_000
"""Lines of a comment that are read; to find the one above another takes longer the more there are."""


def _comments_above(node: Node) -> list[Node]:
    comments: list[Node] = []
    above, row = node.prev_named_sibling, node.start_point[0]
    while (
        above is not None and above.type == "comment" and above.end_point[0] == row - 1
        and len(comments) < _MAX_LINES
    ):  # fmt: skip
        before = above.prev_named_sibling
        if before is not None and before.end_point[0] == above.start_point[0]:
            break  # the comment is at the end of a line of code
        comments.insert(0, above)
        row = above.start_point[0]
        above = above.prev_named_sibling
    return comments


def _lines(comment: str) -> list[str]:
    if comment.startswith("//"):
        return [comment.removeprefix("//").strip()]
    inner = comment.removeprefix("/*").removesuffix("*/")
    return [line.strip().removeprefix("*").strip() for line in inner.split("\n")]


def _marker_problem(name: str, value: str) -> str:
    if name not in MARKERS:
        return f'unknown marker "+dispatch:{name}"{did_you_mean(name, MARKERS)}'
    if name == "reference":
        try:
            parse_reference(value)
        except ValueError as error:
            return str(error)
    if name in ("kind", "alias") and not can_be_kind(value):
        return f'"{value}" cannot be the name of a kind'
    if name == "form" and value not in ("stored", "manifest"):
        return f'form "{value}" is neither stored nor manifest'
    return ""
