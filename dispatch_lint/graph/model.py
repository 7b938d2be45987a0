"""Graphs: boxes, and arrows between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.index.targets import MAX_MEANT
from dispatch_lint.store.entity_store import Filter
from dispatch_lint.store.lookups import relations_to, targets_by_group

if TYPE_CHECKING:
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.store.entity_store import EntityStore


@dataclass(frozen=True, slots=True)
class Node:
    """One box.

    Attributes:
        group: the kind, of an entity; empty for a kind itself.
        broken: whether it is referred to and does not exist.
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
        broken: whether its target does not exist.
    """

    source: str
    target: str
    label: str
    many: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn."""

    title: str
    nodes: Sequence[Node] = field(default_factory=tuple)
    edges: Sequence[Edge] = field(default_factory=tuple)


def kind_graph(catalogue: Catalogue, omitted: Collection[str] = ()) -> Graph:
    """The kinds of a catalogue, and their foreign keys.

    Args:
        omitted: kinds that are left out, with what refers to them.
    """
    labels: dict[tuple[str, str], dict[str, bool]] = {}
    for schema in catalogue.schemas:
        for route in schema.references:
            reference = route.shape.reference
            if reference is None or reference.key:
                continue  # every kind has the tags: arrows from all kinds to one tell nothing
            name = ".".join(step for step in route.steps if step != "*")
            fields = labels.setdefault((schema.kind, reference.kind), {})
            fields[name] = fields.get(name, False) or route.shape.many
        for route in schema.contained:
            inner = route.shape.kind or (route.shape.items.kind if route.shape.items else "")
            labels.setdefault((schema.kind, inner), {})[f"{route.name} (inside)"] = route.shape.many
    edges = [
        Edge(source, target, ", ".join(_distinct(fields)), any(fields.values()))
        for (source, target), fields in sorted(labels.items())
        if source not in omitted and target not in omitted
    ]
    names = sorted({*catalogue.kinds, *(edge.target for edge in edges)} - {*omitted})
    title = "Kinds and their foreign keys; the tags of each may name an Application"
    return Graph(title, [Node(name, name) for name in names], edges)


def _distinct(fields: Iterable[str]) -> list[str]:
    """The paths of fields; of those that end with the same name in any case, the shortest."""
    shortest: dict[str, str] = {}
    for name in sorted(fields, key=lambda field: (len(field), field)):
        shortest.setdefault(name.rpartition(".")[2].lower(), name)
    return sorted(shortest.values())


def entity_graph(
    store: EntityStore, is_external: Callable[[str, str], bool] = lambda _kind, _name: False
) -> Graph:
    """The entities of a store, and what they refer to; what does not exist is broken.

    Args:
        is_external: whether an entity of a kind and name is declared to exist elsewhere.
    """
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], list[str]] = {}
    entities = list(store.entities(Filter()))
    for entity in entities:
        nodes[entity.key] = Node(entity.key, f"{entity.kind}\n{entity.name}", entity.kind)
    targets = targets_by_group(entities)
    for entity in entities:
        for found in relations_to(entity, targets, MAX_MEANT):
            if found.state == "missing":
                _, kind, name = found.key.split("/", 2)
                broken = not is_external(kind, name)
                nodes.setdefault(found.key, Node(found.key, f"{kind}\n{name}", kind, broken))
            label = ".".join(str(step) for step in found.path if isinstance(step, str))
            edges.setdefault((entity.key, found.key), []).append(label)
    return Graph(
        "Entities and what they refer to",
        [nodes[name] for name in sorted(nodes)],
        [
            Edge(source, target, ", ".join(dict.fromkeys(labels)), False, nodes[target].broken)
            for (source, target), labels in sorted(edges.items())
        ],
    )
