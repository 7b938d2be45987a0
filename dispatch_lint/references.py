"""Foreign keys and what they may name (guide, Name and IDs)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
