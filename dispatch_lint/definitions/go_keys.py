"""Calls in Go code that may build the key of an entity (guide, Key)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_nodes import GoText, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from dispatch_lint.model.location import Location


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


def key_expressions(function: Node, text: GoText) -> Iterator[KeyExpression]:
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
