"""Look-ups in a store: the relations of an entity, and the export of all entities."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from dispatch_lint.index.groups import entity_rows, read_group, relation_rows
from dispatch_lint.index.targets import Targets
from dispatch_lint.index.unread import NONE_UNREAD
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.relations import REFERENCE, EntityRow, ReferenceRow
from dispatch_lint.text.harmless import harmless_json

if TYPE_CHECKING:
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.index.unread import UnreadRows
    from dispatch_lint.model.location import Path
    from dispatch_lint.store.entity_store import EntityStore


class Relation(NamedTuple):
    """A foreign key from or to an entity.

    Attributes:
        direction: `to` if the entity refers to another, `from` if another refers to it.
        key: of the other entity; `-/<kind>/<name>` if it is missing.
        path: of the foreign key, in the entity that refers.
        state: `unknown` where it may be in a row of the store that cannot be read.
    """

    direction: Literal["to", "from"]
    key: str
    path: Path
    state: Literal["resolved", "missing", "ambiguous", "unknown"]


def relations_of(store: EntityStore, entity: StoredEntity) -> Iterator[Relation]:
    """The foreign keys of an entity, then those that refer to it."""
    yield from relations_to(entity, _targets_of(store, entity.uses), unread=store.unread)
    names = [(entity.kind, entity.name), *((kind, name) for _, kind, name in entity.contained)]
    if entity.identity:
        names.append((entity.kind, entity.identity))
    own = targets_by_group([entity])
    for referrer in store.referring(names):
        for group, row in references_of(referrer):
            if any(own.get(group, _NO_TARGETS).visible(row)):
                yield Relation("from", referrer.key, row.path, "resolved")


def relations_to(
    entity: StoredEntity, targets: Mapping[str, Targets[str]], limit: int | None = None,
    unread: UnreadRows = NONE_UNREAD,
) -> Iterator[Relation]:  # fmt: skip
    """What the foreign keys of an entity refer to.

    Args:
        targets: as `targets_by_group` returns them.
        limit: how many candidates of an ambiguous foreign key are returned; by default all.
        unread: the rows that cannot be read, and so may be targets.
    """
    for group, row in references_of(entity):
        visible = targets.get(group, _NO_TARGETS).visible(row)
        keys = sorted(set(islice((key for key, target in visible if target.live), limit)))
        if not keys:
            value = read_group(group)[1][-1]
            is_unread = unread.may_have(row, value)
            name = f"-/{row.kind}/{value}"
            yield Relation("to", name, row.path, "unknown" if is_unread else "missing")
        for key in keys:
            state: Literal["resolved", "ambiguous"] = "resolved" if len(keys) == 1 else "ambiguous"
            yield Relation("to", key, row.path, state)


def references_of(entity: StoredEntity) -> list[tuple[str, ReferenceRow]]:
    """The foreign keys of an entity, each with the group of its target."""
    rows = relation_rows(entity)
    return [(group, ReferenceRow._make(row)) for group, row in rows if row[0] == REFERENCE]


def targets_by_group(entities: Iterable[StoredEntity]) -> Mapping[str, Targets[str]]:
    """The entities that may be referred to, by the group of the foreign keys that refer to them."""
    by_group: dict[str, list[tuple[str, EntityRow]]] = {}
    for entity in entities:
        for group, row in entity_rows(entity):
            by_group.setdefault(group, []).append((entity.key, EntityRow._make(row)))
    return {group: Targets(targets) for group, targets in by_group.items()}


_NO_TARGETS: Targets[str] = Targets(())


def _targets_of(
    store: EntityStore, foreign_keys: Iterable[ForeignKey]
) -> Mapping[str, Targets[str]]:
    """The entities that foreign keys may refer to, by group."""
    names, identities = [], []
    for foreign_key in foreign_keys:
        if foreign_key.reference.by == "id":
            identities.append(foreign_key.value)
        else:
            names.append((foreign_key.reference.kind, foreign_key.value))
    return targets_by_group([*store.named(names), *store.with_ids(identities)])


_SEVERAL = ("manifests name no organization, and these are of {}: their lines could not be told "
            "apart; use --all for an archive, or --organization NAME for one organization")  # fmt: skip


def _owner(organization: str | None) -> str:
    return organization or "none"


def export_lines(
    entities: Iterable[StoredEntity], organization_field: str,
    unnamed: Callable[[str], None] = lambda _: None,
) -> Iterator[str]:  # fmt: skip
    """Entities as JSONL. The kind is added to entities that have no field for it.

    Args:
        unnamed: called in the end with the organization of entities that do not name it.

    Raises:
        StoreError: entities that do not name their organization, as manifests, are of several: of
            their lines, nothing would tell which is of which.
    """
    owners: set[str | None] = set()
    for stored in entities:
        if stored.deleted:
            continue
        entity = stored.entity
        if not (isinstance(entity, dict) and entity.get(organization_field)):
            owners.add(stored.organization)
            if len(owners) > 1:
                raise StoreError(_SEVERAL.format(" and ".join(sorted(map(_owner, owners)))))
        if isinstance(entity, dict) and "kind" not in entity:
            entity = {"kind": stored.kind, **entity}
        yield harmless_json(json.dumps(entity)) + "\n"
    for owner in owners:
        if owner is not None:
            unnamed(owner)
