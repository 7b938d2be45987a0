"""What a store can be asked about one entity, and about all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.facts import by_id, by_name
from dispatch_lint.references import Target, Use, reference_facts, target_by_id

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Use as Field
    from dispatch_lint.store.entity_store import EntityStore, StoredEntity
    from dispatch_lint.violation import Path


class Reference(NamedTuple):
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


def references_of(store: EntityStore, one: StoredEntity) -> Iterator[Reference]:
    """What an entity refers to, then what refers to it."""
    targets = _targets(store, one.uses)
    for field, use in _uses(one):
        wanted = _group(field)
        seen = sorted({
            key for key, group, target in targets
            if group == wanted and target.live and use.sees(target)
        })  # fmt: skip
        name = f"-/{field.reference.kind}/{field.value}"
        if not seen:
            yield Reference("to", name, field.path, "missing")
        for key in seen:
            yield Reference("to", key, field.path, "resolved" if len(seen) == 1 else "ambiguous")
    names = [(one.kind, one.name), *((kind, name) for _, kind, name in one.contained)]
    if one.identity:
        names.append((one.kind, one.identity))
    own = list(_targets_in(one))
    for other in store.referring(names):
        for field, use in _uses(other):
            wanted = _group(field)
            if any(group == wanted and use.sees(target) for group, target in own):
                yield Reference("from", other.key, field.path, "resolved")


def _uses(one: StoredEntity) -> Iterator[tuple[Field, Use]]:
    uses = [Use(*data) for _, _, data in reference_facts(one) if data[-1] == "use"]
    return zip(one.uses, uses, strict=True)


def _targets_in(one: StoredEntity) -> Iterator[tuple[str, Target]]:
    """What may be referred to, by the group that a foreign key to it is in."""
    for group, _, data in chain(reference_facts(one), target_by_id(one)):
        if data[-1] == "entity":
            yield group, Target(*data)


def _group(use: Field) -> str:
    by_identity = use.reference.by == "id"
    return by_id(use.value) if by_identity else by_name(use.reference.kind, use.value)


def _targets(store: EntityStore, uses: Iterable[Field]) -> list[tuple[str, str, Target]]:
    """The entities that foreign keys may mean: their key, the group that they are in, and they."""
    uses = list(uses)
    found = store.named(
        [(use.reference.kind, use.value) for use in uses if use.reference.by == "name"]
    )
    found = [*found, *store.with_ids([use.value for use in uses if use.reference.by == "id"])]
    wanted = {_group(use) for use in uses}
    return [
        (one.key, group, target)
        for one in found
        for group, target in _targets_in(one)
        if group in wanted
    ]


def export_lines(entities: Iterable[StoredEntity]) -> Iterator[str]:
    """Entities as JSONL. What the entity itself does not say, its kind above all, is added."""
    for one in entities:
        if one.deleted:
            continue
        entity = one.entity
        if isinstance(entity, dict) and "kind" not in entity:
            entity = {"kind": one.kind, **entity}
        yield json.dumps(entity) + "\n"
