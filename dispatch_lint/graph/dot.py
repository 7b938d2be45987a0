"""A graph as DOT, for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.graph.model import Graph


def draw(graph: Graph) -> Iterator[str]:
    """The lines of the text."""
    yield "digraph dispatch {"
    yield f"  label={_quoted(graph.title)};"
    yield '  rankdir=LR; node [shape=box, fontname="sans-serif"]; edge [fontname="sans-serif"];'
    for node in graph.nodes:
        style = ', color="#cc0000", fontcolor="#cc0000", style=dashed' if node.broken else ""
        yield f"  {_quoted(node.name)} [label={_quoted(node.label)}{style}];"
    for edge in graph.edges:
        style = ', color="#cc0000", fontcolor="#cc0000", style=dashed' if edge.broken else ""
        ends = ", arrowhead=crow" if edge.many else ""
        label = _quoted(edge.label)
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={label}{ends}{style}];"
    yield "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    escaped = "".join(letter if letter.isprintable() else " " for letter in escaped)
    return (
        f'"{escaped.replace("##", "#&#35;")}"'  # Graphviz shows the same, and no CI system obeys it
    )
