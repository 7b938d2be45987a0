"""The entities of a report and what they refer to: what is broken first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dispatch_lint.index.references import GLOBAL, named_entity
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome

BROKEN = 300
"""Broken references that are drawn."""
EDGES = 400
"""References that are drawn, broken ones included."""
_MISSING = re.compile(r'there is no (?P<kind>\w+)(?: with the ID)? "(?P<name>[^"]*)"')
_RULES = frozenset({
    "unresolved-reference", "foreign-key-value", "cross-organization-reference", "reference-not-ready",
})  # fmt: skip


def graph_of(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """The graph as the page draws it: nodes with `id, label, broken`, edges with `source, target,
    broken`."""
    graph = _Graph()
    for one in outcome.violations:
        if one.rule in _RULES and one.entity and len(graph.edges) < BROKEN:
            graph.add(
                one.entity, _target(one), broken=True, exists=one.rule != "unresolved-reference"
            )
    graph.join(outcome.entities())
    return {"nodes": list(graph.nodes.values()), "edges": list(graph.edges.values())}


def _target(one: Violation) -> str:
    """What a violation of a reference speaks of, as a key."""
    match = _MISSING.search(one.message)
    if match is not None:
        return f"-/{match['kind']}/{match['name']}"
    quoted = re.findall(r'"([^"]*)"', one.message)
    return quoted[0] if quoted else one.pointer


class _Graph:
    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, source: str, target: str, *, broken: bool, exists: bool) -> None:
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
        """Add the references that lead somewhere, those of entities that are drawn already first."""
        known: dict[tuple[str, str], list[tuple[str | None, str]]] = {}
        uses: list[tuple[str, str | None, str, str]] = []
        for one in documents:
            if one.key is None or one.name is None:
                continue
            known.setdefault((one.kind, one.name), []).append((one.organization, one.key))
            for use in one.uses:
                if use.reference.by == "name":
                    kind = use.reference.kind
                    uses.append((one.key, one.organization, kind, named_entity(use.value, kind)))
        uses.sort(key=lambda use: harmless(use[0]) not in self.nodes)
        for source, organization, kind, name in uses:
            if len(self.edges) >= EDGES:
                break
            for other, target in known.get((kind, name), ()):
                if None in (organization, other) or other in (organization, GLOBAL):
                    self.add(source, target, broken=False, exists=True)
                    break
