"""Foreign keys and what they may name (guide, Name and IDs; Additional Properties)."""

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

Known = TypeVar("Known")
GLOBAL = "___global___"
"""The pseudo organization whose entities every organization sees (FACTS, Stores)."""


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


class Target(NamedTuple):
    """The data of a fact about an entity that may be referred to.

    Attributes:
        name: under its ID only; the groups of names say it. So most facts say the same.
        container: the name of the entity that holds it as a value: the class of a plan.
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
        kind: of the entity that is referred to.
        status: of the entity that refers.
        prefix: what stands before the name in the value: `es://`.
    """

    organization: str | None
    kind: str
    owner: str | None
    status: str
    by: str
    prefix: str = ""
    what: str = "use"

    def sees(self, target: Target) -> bool:
        """Whether an entity is visible to the organization of the use, in its container."""
        if not self.fits(target):
            return False
        return None in (self.organization, target.organization) or target.organization in (
            self.organization, GLOBAL,
        )  # fmt: skip

    def fits(self, target: Target) -> bool:
        """Whether an entity is meant by the use, if it were visible."""
        if target.kind != self.kind:
            return False
        return None in (self.owner, target.container) or self.owner == target.container


def reference_facts(entity: Entity) -> list[tuple[str, Path, tuple[Any, ...]]]:
    """An entity under its kind and name, and its foreign keys under those of the target or its ID."""
    facts: list[tuple[str, Path, tuple[Any, ...]]] = []
    organization, kind, name = entity.organization, entity.kind, entity.name
    status, form = entity.status, entity.form
    # Plain tuples with the fields of `Target` and `Use`: named ones take four times as long.
    if kind and name is not None:
        itself = (organization, kind, None, status, form, None, "entity")
        facts.append((by_name(kind, name), ("name",), itself))
        for path, inner, inner_name in entity.contained:
            held = (organization, inner, None, status, form, name, "entity")
            facts.append((by_name(inner, inner_name), path, held))
    for path, reference, value, owner in entity.uses:
        wanted, by = reference.kind, reference.by
        if by == "id":
            group = by_id(value)
        else:
            group = by_name(wanted, named_entity(value, wanted) if "/" in value else value)
        use = (organization, wanted, owner, status, by, reference.prefix, "use")
        facts.append((group, path, use))
    return facts


def target_by_id(entity: Entity) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
    """An entity under its ID."""
    identity = entity.identity
    if identity and entity.kind:
        yield by_id(identity), ("id",), (
            entity.organization, entity.kind, entity.name, entity.status, entity.form, None,
            "entity",
        )  # fmt: skip


def targets_of(facts: Sequence[Fact]) -> list[tuple[Fact, Target]]:
    """The entities of a group. What a run says of a stored entity is newer than the store's."""
    read = [
        (fact, Target(*fact.data)) for fact in facts if fact.data[-1] == "entity"
    ]  # fmt: skip
    if not any(fact.stored for fact, _ in read):
        return read
    newer = {
        (target.organization, target.kind, target.container)
        for fact, target in read
        if not fact.stored and target.form == "stored"
    }
    return [
        (fact, target)
        for fact, target in read
        if not fact.stored or (target.organization, target.kind, target.container) not in newer
    ]


class Targets(Generic[Known]):
    """The entities of a group, by who sees them: each may be in an organization of its own.

    Args:
        several: each with that by which it is known: a fact, or a key.
    """

    def __init__(self, several: Iterable[tuple[Known, Target]]) -> None:
        self._several = list(several)
        self._positions: dict[tuple[object, object], list[int]] = {}

    def seen(self, use: Use) -> Iterator[tuple[Known, Target]]:
        """Those that a use sees, in their order."""
        organizations: set[object] = {use.organization, GLOBAL, None}
        for position in self._candidates(
            use, organizations if use.organization is not None else {_ANY}
        ):
            if use.sees(self._several[position][1]):
                yield self._several[position]

    def meant(self, use: Use) -> Iterator[tuple[Known, Target]]:
        """Those that a use means, whoever sees them."""
        for position in self._candidates(use, {_ANY}):
            if use.fits(self._several[position][1]):
                yield self._several[position]

    def _candidates(self, use: Use, organizations: Iterable[object]) -> Iterable[int]:
        if len(self._several) <= _FEW:
            return range(len(self._several))
        if not self._positions:
            for position, (_, target) in enumerate(self._several):
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
"""Stands for each organization, or for each container."""
_FEW = 8
"""So many entities are looked at one by one."""


def uses_of(facts: Sequence[Fact]) -> dict[Use, list[Fact]]:
    """The foreign keys of a group, equal ones together: most of a popular target's are."""
    found: dict[tuple[Any, ...], list[Fact]] = {}
    for fact in facts:
        if fact.data[-1] == "use":
            found.setdefault(fact.data, []).append(fact)
    return {Use(*data): several for data, several in found.items()}


class References:
    """A group of facts as the rules of foreign keys see it: read once for all of them.

    Attributes:
        by, rest: what the group is by, see `read_group`.
        name: of the entities, or their ID.
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
        return Targets(one for one in self.entities if one[1].live)


class ReferenceRule(Rule):
    """A rule that judges foreign keys: such rules share their facts."""

    facts = "references"
    judges_uses = judges_alike = True

    def collect(self, entity: Entity) -> Iterable[tuple[str, Path, tuple[Any, ...]]]:
        return chain(reference_facts(entity), target_by_id(entity))

    # By its ID an entity is only asked for, but where foreign keys hold IDs of its kind.

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        return self.judge_references(world.read(References, group, facts), world)

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        """Judge the entities of one kind and name, or of one ID, and what refers to them."""
        raise NotImplementedError
