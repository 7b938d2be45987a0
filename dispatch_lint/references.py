"""Foreign keys and what they may name (guide, Name and IDs)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.violation import Path


def read_key(value: str, kind: str) -> tuple[str, str] | None:
    """A constructed key to an entity of a kind, as organization and name; None for a name.

    Both layouts are read: the guide's, and the one with the kind first.
    """
    parts = value.split("/")
    if len(parts) != 3 or not all(parts):
        return None
    if parts[1] == kind:
        return parts[0], parts[2]
    return (parts[1], parts[2]) if parts[0] == kind else None


def named_entity(value: str, kind: str) -> str:
    """The name that a foreign key means, whether it holds the name or the constructed key."""
    key = read_key(value, kind)
    return key[1] if key else value


FACTS = "references"
"""The facts that the rules about references share."""


def reference_facts(document: Document) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
    """Entities and the foreign keys that name them, each under the target's kind and name.

    An entity says `("entity", organization, container)`, a foreign key `("use", organization,
    container)`. What goes by ID meets under `<kind>\0id\0<ID>`.
    """
    organization, kind, name = document.organization, document.kind, document.name
    if kind and document.live:
        if name is not None:
            yield f"{kind}\0{name}", ("name",), ("entity", organization, None)
            for path, inner, inner_name in contained_names(document):
                yield f"{inner}\0{inner_name}", path, ("entity", organization, name)
        identity = document.entity.get("id")
        if isinstance(identity, str) and identity:
            yield f"{kind}\0id\0{identity}", ("id",), ("entity", organization, None, name)
    for use in document.uses:
        target = use.reference.kind
        if use.reference.by == "id":
            group = f"{target}\0id\0{use.value}"
        else:
            group = f"{target}\0{named_entity(use.value, target)}"
        yield group, use.path, ("use", organization, use.owner)


def contained_names(document: Document) -> Iterator[tuple[Path, str, str]]:
    """The entities that a document holds as values: `(path, kind, name)`, as a class its plans."""
    for route in document.schema.contained:
        for path, value in route.walk(document.entity):
            items = value if isinstance(value, list) else [value]
            kind = route.shape.kind or (route.shape.items.kind if route.shape.items else "")
            for index, item in enumerate(items):
                name = item.get("name") if isinstance(item, dict) else None
                if isinstance(name, str) and name:
                    yield ((*path, index) if isinstance(value, list) else path), kind, name
