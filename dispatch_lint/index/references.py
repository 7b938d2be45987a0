"""Facts about foreign keys and the entities that they can name.

See the guide, Name and IDs; Additional Properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from heapq import merge
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from dispatch_lint.index.facts import by_id, by_name, read_group
from dispatch_lint.rule import Rule

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Entity, Fact, Judgement, World

Item = TypeVar("Item")
GLOBAL = "___global___"
"""The pseudo organization whose entities are visible to every organization (FACTS, Stores)."""


def read_key(value: str, kind: str) -> tuple[str, str] | None:
    """The organization and name in a key to an entity of a kind; None where it is only a name.

    The organization may come first, as in the guide, or the kind.
    """
    parts = value.split("/")
    if len(parts) != 3 or not all(parts):
        return None
    if parts[1] == kind:
        return parts[0], parts[2]
    return (parts[1], parts[2]) if parts[0] == kind else None


def named_entity(value: str, kind: str) -> str:
    """The name of the target of a foreign key, whose value is the name or a key."""
    key = read_key(value, kind)
    return key[1] if key else value


class Target(NamedTuple):
    """The data of a fact about an entity that foreign keys can name.

    Attributes:
        name: None in the group of its name, so that most facts have the same data and can be
            interned; set in the group of its ID.
        container: the name of the entity that contains it, such as the class of a plan.
    """

    organization: str | None
    kind: str
    name: str | None
    status: str
    form: str
    container: str | None = None
    what: str = "entity"

    @property
    def live(self) -> bool:
        """Whether it holds its key: every status but DELETED (DESIGN, Reference store)."""
        return self.status != "DELETED"


class Use(NamedTuple):
    """The data of a fact about a foreign key.

    Attributes:
        organization, status: those of the entity that has the foreign key.
        kind: the kind of the target.
        owner: see `ForeignKey.owner`.
        by: whether the value is a name or an ID.
        prefix: what precedes the name in the value, such as `es://`.
    """

    organization: str | None
    kind: str
    owner: str | None
    status: str
    by: str
    prefix: str = ""
    what: str = "use"

    def sees(self, target: Target) -> bool:
        """Whether an entity fits, and is visible to the organization of the use."""
        if not self.fits(target):
            return False
        return None in (self.organization, target.organization) or target.organization in (
            self.organization, GLOBAL,
        )  # fmt: skip

    def fits(self, target: Target) -> bool:
        """Whether an entity has the kind and container of the target, in any organization."""
        if target.kind != self.kind:
            return False
        return None in (self.owner, target.container) or self.owner == target.container


def reference_facts(entity: Entity) -> list[tuple[str, Path, tuple[Any, ...]]]:
    """The facts about an entity, and about its foreign keys.

    The entity, and those that it contains, are in the group of their kind and name. A foreign key
    is in the group of its target, by kind and name or by ID.
    """
    facts: list[tuple[str, Path, tuple[Any, ...]]] = []
    organization, kind, name = entity.organization, entity.kind, entity.name
    status, form = entity.status, entity.form
    # Plain tuples with the fields of `Target` and `Use`: creating named ones takes four times as
    # long.
    if kind and name is not None:
        target = (organization, kind, None, status, form, None, "entity")
        facts.append((by_name(kind, name), ("name",), target))
        for path, inner_kind, inner_name in entity.contained:
            inner = (organization, inner_kind, None, status, form, name, "entity")
            facts.append((by_name(inner_kind, inner_name), path, inner))
    for path, reference, value, owner in entity.uses:
        target_kind, by = reference.kind, reference.by
        if by == "id":
            group = by_id(value)
        else:
            target_name = named_entity(value, target_kind) if "/" in value else value
            group = by_name(target_kind, target_name)
        use = (organization, target_kind, owner, status, by, reference.prefix, "use")
        facts.append((group, path, use))
    return facts


def target_by_id(entity: Entity) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
    """The fact about an entity in the group of its ID, if it has one."""
    identity = entity.identity
    if identity and entity.kind:
        yield by_id(identity), ("id",), (
            entity.organization, entity.kind, entity.name, entity.status, entity.form, None,
            "entity",
        )  # fmt: skip


def targets_of(facts: Sequence[Fact]) -> list[tuple[Fact, Target]]:
    """The facts about entities in a group.

    A stored entity in the documents of the run replaces the one in the reference store.
    """
    targets = [(fact, Target(*fact.data)) for fact in facts if fact.data[-1] == "entity"]
    if not any(fact.stored for fact, _ in targets):
        return targets
    replaced = {
        (target.organization, target.kind, target.container)
        for fact, target in targets
        if not fact.stored and target.form == "stored"
    }
    return [
        (fact, target)
        for fact, target in targets
        if not fact.stored or (target.organization, target.kind, target.container) not in replaced
    ]


class Targets(Generic[Item]):
    """The entities of a group, which may be in many organizations, indexed by visibility.

    Args:
        targets: each with what identifies it to the caller, such as a fact or a key.
    """

    def __init__(self, targets: Iterable[tuple[Item, Target]]) -> None:
        self._targets = list(targets)
        self._positions: dict[tuple[object, object], list[int]] = {}
        """The positions of targets by organization and container."""

    def seen(self, use: Use) -> Iterator[tuple[Item, Target]]:
        """The entities that fit a use and are visible to it, in their order."""
        organizations: set[object] = {use.organization, GLOBAL, None}
        for position in self._candidates(
            use, organizations if use.organization is not None else {_ANY}
        ):
            if use.sees(self._targets[position][1]):
                yield self._targets[position]

    def meant(self, use: Use) -> Iterator[tuple[Item, Target]]:
        """The entities that fit a use, visible or not, in their order."""
        for position in self._candidates(use, {_ANY}):
            if use.fits(self._targets[position][1]):
                yield self._targets[position]

    def _candidates(self, use: Use, organizations: Iterable[object]) -> Iterable[int]:
        """The positions of the entities that can fit a use, in some organizations."""
        if len(self._targets) <= _FEW:
            return range(len(self._targets))
        if not self._positions:
            for position, (_, target) in enumerate(self._targets):
                for organization in (target.organization, _ANY):
                    for container in (target.container, _ANY):
                        key = (organization, container)
                        self._positions.setdefault(key, []).append(position)
        containers: set[object] = {use.owner, None} if use.owner is not None else {_ANY}
        return merge(
            *(
                self._positions.get((organization, container), ())
                for organization in organizations
                for container in containers
            )
        )


_ANY = object()
"""A key for all organizations, or for all containers."""
_FEW = 8
"""So many entities are compared one by one, without an index."""


def uses_of(facts: Sequence[Fact]) -> dict[Use, list[Fact]]:
    """The facts about foreign keys in a group, by equal data: a popular target has many of them."""
    by_data: dict[tuple[Any, ...], list[Fact]] = {}
    for fact in facts:
        if fact.data[-1] == "use":
            by_data.setdefault(fact.data, []).append(fact)
    return {Use(*data): equal for data, equal in by_data.items()}


class References:
    """A group of facts as the rules about foreign keys need it; computed once for all of them.

    Attributes:
        by, rest: the parts of the group's name, see `read_group`.
        name: the name of the entities, or their ID.
        entities: see `targets_of`.
        uses: see `uses_of`.
    """

    def __init__(self, group: str, facts: Sequence[Fact]) -> None:
        self.by, self.rest = read_group(group)
        self.name = self.rest[-1]
        self.entities = targets_of(facts)
        self.uses = uses_of(facts)

    @cached_property
    def targets(self) -> Targets[Fact]:
        """All entities."""
        return Targets(self.entities)

    @cached_property
    def live(self) -> Targets[Fact]:
        """The entities that hold their key."""
        return Targets((fact, target) for fact, target in self.entities if target.live)


class ReferenceRule(Rule):
    """The base of corpus rules about foreign keys, which share a table of facts."""

    facts = "references"
    judges_uses = judges_alike = True

    def collect(self, entity: Entity) -> Iterable[tuple[str, Path, tuple[Any, ...]]]:
        return chain(reference_facts(entity), target_by_id(entity))

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        return self.judge_references(world.read(References, group, facts), world)

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        """Judge the entities of one kind and name, or of one ID, and what refers to them."""
        raise NotImplementedError
