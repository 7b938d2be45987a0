"""What one group of the index answers to the rules: keys, IDs, references, and facts of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import translate
from functools import cache, cached_property
from typing import TYPE_CHECKING, NoReturn

from dispatch_lint.engine.members import Member, MemberView, Place, ReferrerView, Wanted
from dispatch_lint.index.groups import by_id, by_name, read_group, stored_referrers
from dispatch_lint.index.targets import Targets, newest
from dispatch_lint.model.violation import Target
from dispatch_lint.rule import (
    Collected,
    EntityView,
    FormerHolder,
    Group,
    IdGroup,
    KeyGroup,
    Reference,
)

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.engine.members import Answers
    from dispatch_lint.index.groups import FactRow, Members
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.relations import EntityRow, ReferenceRow
    from dispatch_lint.rule.groups import State

MAX_NEAR = 3
"""The number of similar names that are suggested."""
EXTERNAL = ("Broker/*",)
"""Entities that always exist elsewhere: Dispatch never stores a Broker."""


def is_external(settings: Settings, kind: str, name: str) -> bool:
    """Whether an entity exists elsewhere: Dispatch never stores it, or the settings declare it."""
    return _any_of((*EXTERNAL, *settings.external)).match(f"{kind}/{name}") is not None


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that matches any of some globs (`fnmatch`)."""
    return re.compile("|".join(map(translate, globs)))


class RelationGroup:
    """The entities and foreign keys of a kind and name, or of an ID."""

    def __init__(self, group: str, members: Members, answers: Answers) -> None:
        self._name = group
        self._by, self._rest = read_group(group)
        self._members, self._answers = members, answers
        self._path: Path | None = ("id",) if self._by == "id" else None
        """What is meant in an entity; None for its name."""
        self._unknown: set[ReferenceRow] = set()
        """Foreign keys of which nobody knows whether there is their target; each is counted once."""
        self._near: dict[str, Targets[int]] = {}

    def _views(self, rows: Iterable[tuple[int, EntityRow]]) -> list[MemberView]:
        views: list[MemberView] = []
        for position, row in rows:
            views.append(MemberView(position, row, self._answers, views, self._path))
        return views

    # Keys and IDs

    def key_groups(self) -> Iterator[KeyGroup]:
        """The keys of a kind and name that documents hold: one for each organization."""
        kind, name = self._rest
        keys: dict[str | None, list[MemberView]] = {}
        for view in self._views(row for row in self._members.entities if row[1].container is None):
            keys.setdefault(view.organization, []).append(view)
        for organization, views in keys.items():
            entities = [view for view in views if not view.in_store]
            stored = [view for view in views if view.in_store]
            if entities:
                yield KeyGroup(organization, kind, name, entities, stored, self)

    def holders_of_id(self) -> IdGroup:
        """All holders of an ID; it may be none of a document."""
        views = self._views(row for row in self._members.entities if row[1].name is not None)
        entities = [view for view in views if not view.in_store]
        stored = [view for view in views if view.in_store]
        former = [FormerHolder(*row[1:]) for row in self._members.former]
        return IdGroup(self._rest[0], entities, stored, former, has_store=self._answers.has_store)

    def is_referred_to(self, group: KeyGroup) -> bool:
        """See `KeyGroup.is_referred_to`."""
        found = next(self._referrers(group, self._members), None) is not None
        return found or self._answers.has_unread()  # what cannot be read may refer to anything

    def referrers(self, group: KeyGroup) -> Sequence[Reference]:
        """See `KeyGroup.references`."""
        views: list[ReferrerView] = []
        found: list[Reference] = []
        own = self._members
        if not own.whole:
            (own,) = self._answers.members([self._name])
        for row, position, value in self._referrers(group, own):
            views.append(ReferrerView(position, row, self._answers, views))
            found.append(self._reference(row, views[-1], value))
        return tuple(found)

    def _referrers(self, group: KeyGroup, own: Members) -> Iterator[tuple[ReferenceRow, int, str]]:
        """The foreign keys to the documents of a key by name, and by ID; each with its value.

        Args:
            own: the rows of the group.
        """
        rows, answers = _rows_of(group.entities), self._answers
        ids = sorted({row.id for row in rows if row.id})
        by_value = {
            group.name: own,
            **dict(zip(ids, answers.members([*map(by_id, ids)]), strict=True)),
        }
        if answers.has_store:
            kind, values = group.kind, [group.name, *ids]
            stored = answers.members([stored_referrers(kind, value) for value in values])
            found = [*by_value.items(), *zip(values, stored, strict=True)]
        else:
            found = [*by_value.items()]
        for value, members in found:
            for row, positions in members.references.items():
                if any(row.sees(entity) for entity in rows):
                    for position in positions:
                        if position >= 0 or not answers.is_replaced(row.row):
                            yield row, position, value

    def want(self, wanted: Wanted) -> NoReturn:
        """See `Answers.want`."""
        self._answers.want(wanted)

    # References

    def reference(self, row: ReferenceRow, positions: Sequence[int]) -> Reference:
        """A foreign key, or equal ones, of which the first is shown."""
        shared = len(positions) > 1
        entity = ReferrerView(positions[0], row, self._answers, shared=shared)
        return self._reference(row, entity, self._rest[-1])

    def _reference(self, row: ReferenceRow, entity: EntityView, value: str) -> Reference:
        return Reference(row, value, entity, self, closed=self._answers.closed)

    @cached_property
    def _targets(self) -> Targets[int]:
        return Targets(newest(self._members.entities, self._answers.is_replaced))

    def targets(self, reference: Reference) -> Sequence[EntityView]:
        """See `Reference.targets`."""
        return tuple(self._views(self._targets.visible(reference._row)))

    def elsewhere(self, reference: Reference) -> Sequence[EntityView]:
        """See `Reference.elsewhere`."""
        row = reference._row
        if self._answers.may_be_unread(row, reference.value):
            return ()
        return tuple(self._views(
            (position, target)
            for position, target in self._targets.fitting(row)
            if target.live and not row.sees(target)
        ))  # fmt: skip

    def with_id(self, reference: Reference) -> Sequence[EntityView]:
        """See `Reference.with_id`."""
        if self._answers.may_be_unread(reference._row, reference.value):
            return ()
        members = self._members
        if self._by == "name":
            (members,) = self._answers.members([by_id(reference.value)])
        return tuple(
            MemberView(position, row, self._answers, (), ("id",))
            for position, row in newest(members.entities, self._answers.is_replaced)
            if row.live and row.kind == reference.kind and row.name
        )

    def state(self, reference: Reference) -> State:
        """See `Reference.state`."""
        row = reference._row
        live = [target for _, target in self._targets.visible(row) if target.live]
        if live:
            # An unknown organization may be any: then it is the same entity in several forms.
            organizations = {target.organization for target in live} - {None}
            containers = {target.container for target in live}
            is_one = len(organizations) <= 1 and len(containers) == 1
            return "resolved" if is_one else "ambiguous"
        if self.external(reference):
            return "external"
        is_judged = self._answers.closed or self._is_judged(reference)
        if is_judged and not self._answers.may_be_unread(row, reference.value):
            return "missing"
        if row not in self._unknown:
            self._unknown.add(row)
            own = self._members.references[row]
            self._answers.not_judged += sum(position >= 0 for position in own)
        return "unknown"

    def external(self, reference: Reference) -> bool:
        """See `Reference.external`."""
        return is_external(self._answers.settings, reference.kind, reference.value)

    def _is_judged(self, reference: Reference) -> bool:
        """Whether an open world says that a target is missing: it has documents of the kind.

        Of a contained kind it has them where it has the container.
        """
        answers = self._answers
        container = answers.catalogue.containers.get(reference.kind)
        if container is None:
            return reference.kind in answers.kinds
        if reference.container is None or container not in answers.kinds:
            return False
        (holders,) = answers.members([by_name(container, reference.container)])
        return any(row.live for _, row in newest(holders.entities, answers.is_replaced))

    def near(self, reference: Reference) -> Sequence[str]:
        """See `Reference.near`."""
        if reference.by == "id":
            return ()
        names = self._answers.near(reference.kind, reference.value)
        return tuple(
            name
            for name, targets in self._near_targets(reference.kind, names)
            if any(row.live for _, row in targets.visible(reference._row))
        )[:MAX_NEAR]

    def _near_targets(self, kind: str, names: Sequence[str]) -> Iterator[tuple[str, Targets[int]]]:
        """The entities of some names, which many foreign keys to one missing name ask for."""
        missing = [name for name in names if name not in self._near]
        if missing:
            groups = self._answers.members([by_name(kind, name) for name in missing])
            for name, members in zip(missing, groups, strict=True):
                entities = newest(members.entities, self._answers.is_replaced)
                self._near[name] = Targets(entities)
        return ((name, self._near[name]) for name in names)


def target_of(reference: Reference, related: Iterable[object]) -> Target:
    """What a foreign key means: a live entity, or else one that a rule relates it to.

    An entity inside another is that other one, as in a graph.
    """
    views = (*(view for view in reference.targets if view.live), *related)
    view = next((view for view in views if isinstance(view, MemberView)), None)
    if view is None:
        return Target(None, reference.kind, reference.value, exists=False)
    return view.target


def _rows_of(views: Iterable[EntityView]) -> list[EntityRow]:
    return [view._row for view in views if isinstance(view, MemberView)]


class FactGroup:
    """The facts that a rule collected under one name.

    Attributes:
        place: of the first fact of a document; None where the store has all facts.
    """

    def __init__(self, name: str, members: Members, answers: Answers) -> None:
        self._name, self._facts, self._answers = name, members.facts, answers
        own = next((fact for fact in self._facts if fact[0] >= 0), None)
        self.place = None if own is None else _fact_place(*own)

    @property
    def positions(self) -> set[int]:
        """Those of the documents that have facts; negative ones for the reference store."""
        return {position for position, _ in self._facts}

    def view(self) -> Group:
        """The group as `Rule.judge` has it."""
        return Group(self._name, self)

    def facts(self) -> Sequence[Collected]:
        """See `Group.facts`."""
        keys = {row.row for position, row in self._facts if position < 0}
        replaced = self._replaced(sorted(keys)) if keys else frozenset()
        views: list[Member] = []
        found: list[Collected] = []
        for position, row in self._facts:
            if position >= 0 or row.row not in replaced:
                views.append(Member(_fact_place(position, row), self._answers, views))
                found.append(Collected(views[-1], row.data, row.path))
        return tuple(found)

    def _replaced(self, keys: Sequence[str]) -> frozenset[str]:
        """The keys of the store that a document of the run has too."""
        parts = [key.split("/", 2) for key in keys]
        groups = self._answers.members([by_name(kind, name) for _, kind, name in parts])
        return frozenset(
            key
            for key, (organization, _, _), members in zip(keys, parts, groups, strict=True)
            if any(
                position >= 0
                and row.container is None
                and (row.organization is None or organization in ("-", row.organization))
                for position, row in members.entities
            )
        )


def _fact_place(position: int, row: FactRow) -> Place:
    stored = position < 0
    return Place(
        position, row.path, "" if stored else row.row, row.location, row.row if stored else ""
    )
