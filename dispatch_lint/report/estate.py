"""The graph of entities and references in a report, with broken references first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.relations import GLOBAL, named_entity
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

BROKEN = 300
"""The number of broken references that are drawn."""
EDGES = 400
"""The number of references that are drawn, broken ones included."""
_MISSING = re.compile(r'there is no (?P<kind>\w+)(?: with the ID)? "(?P<name>[^"]*)"')
_RULES = frozenset({
    "unresolved-reference", "foreign-key-value", "cross-organization-reference", "reference-not-ready",
})  # fmt: skip


def graph_of(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """The graph for the HTML report, as JSON.

    Nodes have `id, label, broken`; edges have `source, target, broken`.
    """
    graph = _Graph()
    for violation in outcome.violations:
        if violation.rule in _RULES and violation.entity and len(graph.edges) < BROKEN:
            exists = violation.rule != "unresolved-reference"
            graph.add(violation.entity, _target(violation), broken=True, exists=exists)
    graph.join(outcome.entities())
    return {"nodes": list(graph.nodes.values()), "edges": list(graph.edges.values())}


def _target(violation: Violation) -> str:
    """The key of the entity that the broken reference of a violation names."""
    match = _MISSING.search(violation.message)
    if match is not None:  # it would be in the organization of the entity that refers to it
        organization = (violation.entity or "-").partition("/")[0]
        return f"{organization}/{match['kind']}/{match['name']}"
    quoted = re.findall(r'"([^"]*)"', violation.message)
    return quoted[0] if quoted else violation.pointer


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
        label = key.split("/", 1)[-1].replace("/", "\n")
        self.nodes.setdefault(key, {"id": key, "label": label[:60], "broken": broken})

    def join(self, documents: Iterable[Document]) -> None:
        """Add the references that are not broken, first those of entities already in the graph."""
        entities: dict[tuple[str, str], list[tuple[str | None, str]]] = {}
        uses: list[tuple[str, str | None, str, str]] = []
        for document in documents:
            key, organization = document.key, document.organization
            if key is None or document.name is None:
                continue
            entities.setdefault((document.kind, document.name), []).append((organization, key))
            for use in document.uses:
                if use.reference.by == "name":
                    kind = use.reference.kind
                    uses.append((key, organization, kind, named_entity(use.value, kind)))
        uses.sort(key=lambda use: harmless(use[0]) not in self.nodes)
        for source, organization, kind, name in uses:
            if len(self.edges) >= EDGES:
                break
            for owner, target in entities.get((kind, name), ()):
                if None in (organization, owner) or owner in (organization, GLOBAL):
                    self.add(source, target, broken=False, exists=True)
                    break
