"""A picture before it is drawn: boxes, and arrows between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.store.entity_store import Filter
from dispatch_lint.store.lookups import referred, targets_by_group

if TYPE_CHECKING:
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.store.entity_store import EntityStore


@dataclass(frozen=True, slots=True)
class Node:
    """One box.

    Attributes:
        group: the kind, of an entity; empty for a kind itself.
        broken: it is referred to and does not exist.
    """

    name: str
    label: str
    group: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One foreign key: from what refers to what is referred to.

    Attributes:
        label: the fields that refer.
        many: whether one of them holds a list.
        broken: it names nothing that exists.
    """

    source: str
    target: str
    label: str
    many: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    title: str
    nodes: Sequence[Node] = field(default_factory=tuple)
    edges: Sequence[Edge] = field(default_factory=tuple)


def kind_graph(catalogue: Catalogue) -> Graph:
    """The kinds of a catalogue, and their foreign keys; what has neither is there too."""
    labels: dict[tuple[str, str], dict[str, bool]] = {}
    for schema in catalogue.schemas:
        for route in schema.references:
            reference = route.shape.reference
            if reference is None or reference.key:
                continue  # every kind has the tags: arrows from all to one say nothing
            name = ".".join(step for step in route.steps if step != "*")
            said = labels.setdefault((schema.kind, reference.kind), {})
            said[name] = said.get(name, False) or route.shape.many
        for route in schema.contained:
            inner = route.shape.kind or (route.shape.items.kind if route.shape.items else "")
            labels.setdefault((schema.kind, inner), {})[f"{route.name} (inside)"] = route.shape.many
    edges = [
        Edge(source, target, ", ".join(dict.fromkeys(_alike(said))), any(said.values()))
        for (source, target), said in sorted(labels.items())
    ]
    names = sorted({*catalogue.kinds, *(edge.target for edge in edges)})
    title = "Kinds and their foreign keys; the tags of each may name an Application"
    return Graph(title, [Node(name, name) for name in names], edges)


def _alike(names: dict[str, bool]) -> list[str]:
    """Names of fields, of those that differ only in case or suffix the shortest."""
    shortest: dict[str, str] = {}
    for name in sorted(names, key=lambda one: (len(one), one)):
        shortest.setdefault(name.rpartition(".")[2].lower(), name)
    return sorted(shortest.values())


MAX_MEANT = 5
"""Arrows to entities that one foreign key may mean: more say nothing else."""


def entity_graph(store: EntityStore) -> Graph:
    """The entities of a store, and what they refer to; what does not exist is broken."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], list[str]] = {}
    entities = list(store.entities(Filter()))
    for one in entities:
        nodes[one.key] = Node(one.key, f"{one.kind}\n{one.name}", one.kind)
    targets = targets_by_group(entities)
    for one in entities:
        for found in referred(one, targets, MAX_MEANT):
            if found.state == "missing":
                _, kind, name = found.key.split("/", 2)
                nodes.setdefault(found.key, Node(found.key, f"{kind}\n{name}", kind, broken=True))
            label = ".".join(str(step) for step in found.path if isinstance(step, str))
            edges.setdefault((one.key, found.key), []).append(label)
    return Graph(
        "Entities and what they refer to",
        [nodes[name] for name in sorted(nodes)],
        [
            Edge(source, target, ", ".join(dict.fromkeys(labels)), False, nodes[target].broken)
            for (source, target), labels in sorted(edges.items())
        ],
    )
