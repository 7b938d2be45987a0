"""A graph as Mermaid: an entity-relationship diagram of kinds, a flowchart of entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.graph.model import Graph


def draw(graph: Graph) -> Iterator[str]:
    """The lines of the text."""
    if any(node.group for node in graph.nodes):
        yield from _flowchart(graph)
        return
    yield "erDiagram"
    linked = {name for edge in graph.edges for name in (edge.source, edge.target)}
    for node in graph.nodes:
        if node.name not in linked:
            yield f"    {_name(node.name)}"
    for edge in graph.edges:
        ends = "}o--o{" if edge.many else "}o--||"
        yield f'    {_name(edge.source)} {ends} {_name(edge.target)} : "{_safe(edge.label)}"'


def _flowchart(graph: Graph) -> Iterator[str]:
    names = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for node in graph.nodes:
        broken = ":::broken" if node.broken else ""
        label = "<br/>".join(map(_safe, node.label.split("\n")))
        yield f'    {names[node.name]}["{label}"]{broken}'
    for edge in graph.edges:
        line = "-.->" if edge.broken else "-->"
        yield f'    {names[edge.source]} {line}|"{_safe(edge.label)}"| {names[edge.target]}'
    yield "    classDef broken stroke:#c00,color:#c00,stroke-dasharray:4"


def _name(kind: str) -> str:
    """The name of a kind, with quotes where schemas of one's own say something odd."""
    return kind if re.fullmatch(r"[\w-]+", kind) else f'"{_safe(kind)}"'


def _safe(text: str) -> str:
    return "".join(
        f"#{ord(letter)};" if letter in '"<>#&|' or not letter.isprintable() else letter
        for letter in text
    )  # fmt: skip
