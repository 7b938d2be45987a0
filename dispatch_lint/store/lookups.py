"""Look-ups in a store: the relations of an entity, and the export of all entities."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from dispatch_lint.index.facts import by_id, by_name
from dispatch_lint.index.references import Target, Targets, Use, reference_facts, target_by_id

if TYPE_CHECKING:
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.model.location import Path
    from dispatch_lint.store.entity_store import EntityStore


class Relation(NamedTuple):
    """A foreign key from or to an entity.

    Attributes:
        direction: `to` if the entity refers to another, `from` if another refers to it.
        key: of the other entity; `-/<kind>/<name>` if it is missing.
        path: of the foreign key, in the entity that refers.
    """

    direction: Literal["to", "from"]
    key: str
    path: Path
    state: Literal["resolved", "missing", "ambiguous"]


def relations_of(store: EntityStore, entity: StoredEntity) -> Iterator[Relation]:
    """The foreign keys of an entity, then those that refer to it."""
    yield from relations_to(entity, _targets_of(store, entity.uses))
    names = [(entity.kind, entity.name), *((kind, name) for _, kind, name in entity.contained)]
    if entity.identity:
        names.append((entity.kind, entity.identity))
    own = targets_by_group([entity])
    for referrer in store.referring(names):
        for foreign_key, use in _uses(referrer):
            if any(own.get(_group(foreign_key), _NO_TARGETS).seen(use)):
                yield Relation("from", referrer.key, foreign_key.path, "resolved")


def relations_to(
    entity: StoredEntity, targets: Mapping[str, Targets[str]], limit: int | None = None
) -> Iterator[Relation]:
    """What the foreign keys of an entity refer to.

    Args:
        targets: as `targets_by_group` returns them.
        limit: how many candidates of an ambiguous foreign key are returned; by default all.
    """
    for foreign_key, use in _uses(entity):
        visible = targets.get(_group(foreign_key), _NO_TARGETS).seen(use)
        keys = sorted(set(islice((key for key, target in visible if target.live), limit)))
        if not keys:
            name = f"-/{foreign_key.reference.kind}/{foreign_key.value}"
            yield Relation("to", name, foreign_key.path, "missing")
        for key in keys:
            state: Literal["resolved", "ambiguous"] = "resolved" if len(keys) == 1 else "ambiguous"
            yield Relation("to", key, foreign_key.path, state)


def targets_by_group(entities: Iterable[StoredEntity]) -> Mapping[str, Targets[str]]:
    """The entities that may be referred to, by the group of the foreign keys that refer to them."""
    by_group: dict[str, list[tuple[str, Target]]] = {}
    for entity in entities:
        for group, _, data in chain(reference_facts(entity), target_by_id(entity)):
            if data[-1] == "entity":
                by_group.setdefault(group, []).append((entity.key, Target(*data)))
    return {group: Targets(targets) for group, targets in by_group.items()}


_NO_TARGETS: Targets[str] = Targets(())


def _uses(entity: StoredEntity) -> Iterator[tuple[ForeignKey, Use]]:
    uses = [Use(*data) for _, _, data in reference_facts(entity) if data[-1] == "use"]
    return zip(entity.uses, uses, strict=True)


def _group(foreign_key: ForeignKey) -> str:
    value, reference = foreign_key.value, foreign_key.reference
    return by_id(value) if reference.by == "id" else by_name(reference.kind, value)


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


def export_lines(entities: Iterable[StoredEntity]) -> Iterator[str]:
    """Entities as JSONL. The kind is added to entities that have no field for it."""
    for stored in entities:
        if stored.deleted:
            continue
        entity = stored.entity
        if isinstance(entity, dict) and "kind" not in entity:
            entity = {"kind": stored.kind, **entity}
        yield json.dumps(entity) + "\n"
