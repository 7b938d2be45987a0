"""What a store can be asked about one entity, and about all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.index.facts import by_id, by_name
from dispatch_lint.index.references import Target, Targets, Use, reference_facts, target_by_id

if TYPE_CHECKING:
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.model.location import Path
    from dispatch_lint.store.entity_store import EntityStore


class Relation(NamedTuple):
    """One foreign key from or to an entity.

    Attributes:
        direction: `to` where the entity refers, `from` where it is referred to.
        key: of the other entity, or kind and name where there is none.
        path: the field, in the entity that refers.
        state: `resolved`, `missing`, or `ambiguous`.
    """

    direction: str
    key: str
    path: Path
    state: str


def references_of(store: EntityStore, one: StoredEntity) -> Iterator[Relation]:
    """What an entity refers to, then what refers to it."""
    yield from referred(one, _index(store, one.uses))
    names = [(one.kind, one.name), *((kind, name) for _, kind, name in one.contained)]
    if one.identity:
        names.append((one.kind, one.identity))
    own = targets_by_group([one])
    for other in store.referring(names):
        for field, use in _uses(other):
            if any(own.get(_group(field), _NOBODY).seen(use)):
                yield Relation("from", other.key, field.path, "resolved")


def referred(
    one: StoredEntity, targets: Mapping[str, Targets[str]], most: int | None = None
) -> Iterator[Relation]:
    """What an entity refers to.

    Args:
        targets: as `targets_by_group` gives them.
        most: how many entities are named, at most, that one foreign key may mean.
    """
    for field, use in _uses(one):
        visible = targets.get(_group(field), _NOBODY).seen(use)
        seen = sorted(set(islice((key for key, target in visible if target.live), most)))
        if not seen:
            name = f"-/{field.reference.kind}/{field.value}"
            yield Relation("to", name, field.path, "missing")
        for key in seen:
            yield Relation("to", key, field.path, "resolved" if len(seen) == 1 else "ambiguous")


def targets_by_group(entities: Iterable[StoredEntity]) -> Mapping[str, Targets[str]]:
    """What may be referred to, by its key, under the group that a foreign key to it is in."""
    found: dict[str, list[tuple[str, Target]]] = {}
    for one in entities:
        for group, _, data in chain(reference_facts(one), target_by_id(one)):
            if data[-1] == "entity":
                found.setdefault(group, []).append((one.key, Target(*data)))
    return {group: Targets(several) for group, several in found.items()}


_NOBODY: Targets[str] = Targets(())


def _uses(one: StoredEntity) -> Iterator[tuple[ForeignKey, Use]]:
    uses = [Use(*data) for _, _, data in reference_facts(one) if data[-1] == "use"]
    return zip(one.uses, uses, strict=True)


def _group(use: ForeignKey) -> str:
    by_identity = use.reference.by == "id"
    return by_id(use.value) if by_identity else by_name(use.reference.kind, use.value)


def _index(store: EntityStore, uses: Iterable[ForeignKey]) -> Mapping[str, Targets[str]]:
    """The entities that foreign keys may mean."""
    uses = list(uses)
    found = store.named(
        [(use.reference.kind, use.value) for use in uses if use.reference.by == "name"]
    )
    found = [*found, *store.with_ids([use.value for use in uses if use.reference.by == "id"])]
    return targets_by_group(found)


def export_lines(entities: Iterable[StoredEntity]) -> Iterator[str]:
    """Entities as JSONL. What the entity itself does not say, its kind above all, is added."""
    for one in entities:
        if one.deleted:
            continue
        entity = one.entity
        if isinstance(entity, dict) and "kind" not in entity:
            entity = {"kind": one.kind, **entity}
        yield json.dumps(entity) + "\n"
