"""What a rename of documents leaves as it is in the store that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.model.relations import DELETED, read_key, same_key
from dispatch_lint.naming import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch_lint.documents.document import Document, ForeignKey
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.store.entity_store import EntityStore

_FEW = 3
"""The number of entities that a message names."""


def uses_of(
    entity: Document | StoredEntity, organization: str, kind: str, name: str
) -> list[ForeignKey]:
    """The foreign keys by which an entity refers to another one by its name."""
    uses = []
    for use in entity.uses:
        if use.reference.by != "name" or use.reference.kind != kind:
            continue
        owner, target = read_key(use.value, kind) or (entity.organization or "-", use.value)
        if target == name and ("-" in (owner, organization) or owner == organization):
            uses.append(use)
    return uses


def left_in_store(
    store: EntityStore, key: str, name: str, is_document: Callable[[str], bool]
) -> str:
    """Why a rename is not complete, or takes a name that is in use; empty where it is neither.

    Args:
        key: the entity, `<organization>/<kind>/<name>`; `-` for an unknown organization.
        name: its new name.
        is_document: whether the entity of a key is among the documents, and so no longer as the
            store has it.
    """
    organization, kind, old = key.split("/", 2)
    renamed = f"{organization}/{kind}/{name}"
    for entity in store.named([(kind, name)]):
        if _counts(entity, is_document) and same_key(entity.key, renamed):
            return f"{store.shown}: there is already {entity.key}"
    left = [
        entity.key
        for entity in store.referring([(kind, old)])
        if _counts(entity, is_document) and uses_of(entity, organization, kind, old)
    ]
    if not left:
        return ""
    verb, they = ("refers", "is") if len(left) == 1 else ("refer", "are")
    return (f"{store.shown}: {count(len(left), 'entity')} that {they} not among the documents {verb} "
            f"to {kind}/{old}: {_listed(left)}")  # fmt: skip


def _counts(entity: StoredEntity, is_document: Callable[[str], bool]) -> bool:
    return entity.status != DELETED and not is_document(entity.key)


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(keys[:_FEW]) + (", …" if len(keys) > _FEW else "")
