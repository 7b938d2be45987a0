"""The graph of entities and references in a report, with broken references first.

Its nodes are named as those of the command `graph`: by keys, with `-` for the organization of what is
missing.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dispatch_lint.index.groups import relation_rows
from dispatch_lint.index.targets import MAX_MEANT, Targets
from dispatch_lint.model.location import pointer
from dispatch_lint.model.relations import ENTITY, EntityRow, ReferenceRow
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.violation import Target
    from dispatch_lint.report import Outcome

BROKEN = 300
"""The number of broken references that are drawn."""
EDGES = 400
"""The number of references that are drawn, broken ones included."""
LABEL = 60
"""The characters of a label."""
RULES = frozenset({
    "unresolved-reference", "foreign-key-value", "cross-organization-reference", "reference-not-ready",
})  # fmt: skip
"""The rules about a reference that is drawn as broken."""
_Place = tuple[str, str]
"""The key of an entity, and a pointer inside it."""


def graph_of(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """The graph for the HTML report, as JSON.

    Nodes have `id, label, broken`; edges have `source, target, broken`.
    """
    broken: dict[_Place, Target] = {}
    for violation in outcome.violations:
        if violation.rule in RULES and violation.entity and violation.target:
            broken.setdefault((violation.entity, violation.pointer), violation.target)
    references = _References(outcome.entities(), broken)
    graph = _Graph()
    for place, target in broken.items():
        keys = references.meant(place) if target.exists is None else []
        for key in keys or [target.key]:
            if len(graph.edges) < BROKEN:
                graph.add(place[0], key, broken=True, exists=target.exists is not False)
    for source, keys in references.others(graph.nodes):
        for key in keys:
            if len(graph.edges) < EDGES:
                graph.add(source, key, broken=False, exists=True)
    return {"nodes": list(graph.nodes.values()), "edges": list(graph.edges.values())}


class _References:
    """The foreign keys of documents, and what they mean among these.

    Args:
        broken: the places of those that violations are about.
    """

    def __init__(self, documents: Iterable[Document], broken: Mapping[_Place, Target]) -> None:
        entities: dict[str, list[tuple[str, EntityRow]]] = {}
        self._broken: dict[_Place, tuple[str, ReferenceRow]] = {}
        self._others: list[tuple[str, str, ReferenceRow]] = []
        sources = {key for key, _ in broken}
        for document in documents:
            key = document.key
            for group, row in relation_rows(document) if key is not None else ():
                assert key is not None
                if row[0] == ENTITY:
                    entities.setdefault(group, []).append((key, EntityRow._make(row)))
                    continue
                reference = ReferenceRow._make(row)
                if key in sources:
                    place = (key, pointer(document.written(reference.path)))
                    if place in broken:
                        self._broken[place] = (group, reference)
                        continue
                self._others.append((key, group, reference))
        self._targets = {group: Targets(targets) for group, targets in entities.items()}

    def meant(self, place: _Place) -> list[str]:
        """The keys of what the foreign key at a place may mean."""
        return self._keys(*self._broken[place]) if place in self._broken else []

    def others(self, first: Mapping[str, object]) -> Iterable[tuple[str, list[str]]]:
        """What is not broken: an entity, and the keys of what it refers to.

        Args:
            first: the entities to begin with.
        """
        self._others.sort(key=lambda other: harmless(other[0]) not in first)
        return ((key, self._keys(group, row)) for key, group, row in self._others)

    def _keys(self, group: str, row: ReferenceRow) -> list[str]:
        targets = self._targets.get(group)
        visible = targets.visible(row) if targets is not None else ()
        live = {key: None for key, target in visible if target.live}
        return sorted(islice(live, MAX_MEANT))


class _Graph:
    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, source: str, target: str, *, broken: bool, exists: bool) -> None:
        """Add a reference.

        Args:
            exists: whether the target exists.
        """
        source, target = harmless(source), harmless(target)
        if (source, target) in self.edges:
            return
        self._node(source, broken=False)
        self._node(target, broken=not exists)
        self.edges[source, target] = {"source": source, "target": target, "broken": broken}

    def _node(self, key: str, *, broken: bool) -> None:
        label = "\n".join(key.split("/", 2)[1:])
        self.nodes.setdefault(key, {"id": key, "label": label[:LABEL], "broken": broken})
