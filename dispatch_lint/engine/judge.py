"""What rules find in one group of the index: the same for memory, disk, stores and Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import translate
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.engine.members import FactView, MemberView, Place, ReferrerView
from dispatch_lint.engine.rule_results import checked_findings
from dispatch_lint.index.groups import by_id, by_name, read_group, stored_referrers
from dispatch_lint.index.targets import Targets, newest
from dispatch_lint.model.location import Location
from dispatch_lint.rule import (
    Collected,
    EntityView,
    Finding,
    FormerHolder,
    Group,
    IdGroup,
    KeyGroup,
    Reference,
    Rule,
)

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.engine.members import Answers
    from dispatch_lint.index.groups import Members
    from dispatch_lint.model.relations import EntityRow, ReferenceRow
    from dispatch_lint.rule.groups import State

MAX_NEAR = 3
"""The number of similar names that are suggested."""
MAX_CONTENTS = 1_000
"""Documents of one group that are read at a time."""


class Judged(NamedTuple):
    """A finding about a member of a group.

    Attributes:
        place: the document that it is about.
        finding: without views, so that it can be sent to another process.
        related: other places, each with a message about its part.
    """

    rule: str
    place: Place
    finding: Finding
    related: tuple[tuple[Place, str], ...] = ()


class CorpusRules(NamedTuple):
    """The rules about several documents, by what they are asked."""

    key: Sequence[Rule]
    id: Sequence[Rule]
    reference: Sequence[Rule]
    facts: dict[str, Rule]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> CorpusRules:
        """Those of the rules of a run."""
        rules = list(rules)
        key, id_, reference, facts = (
            [rule for rule in rules if rule.has(method)]
            for method in ("check_key", "check_id", "check_reference", "judge")
        )
        return cls(key, id_, reference, {rule.name: rule for rule in facts})

    @property
    def uses_relations(self) -> bool:
        """Whether a rule is about entities and references."""
        return bool(self.key or self.id or self.reference)

    def __bool__(self) -> bool:
        return self.uses_relations or bool(self.facts)


class Task(NamedTuple):
    """One question to one rule.

    Attributes:
        method: of the rule.
        subject: its argument.
        default: the place of findings that name no entity; None where they have to.
        positions: of equal foreign keys, the places of all of them.
        size: the number of entities of the group.
    """

    rule: Rule
    method: Callable[[Any], Iterable[Finding]]
    subject: Any
    place: Place
    default: Place | None = None
    positions: Sequence[int] = ()
    size: int = 1

    def run(self) -> list[Judged]:
        """What the rule finds about documents of the run.

        Raises:
            Wanted: the rule asked for what is not at hand.
            TypeError: the rule yielded something else than findings about the group.
        """
        found: list[Judged] = []
        for finding in checked_findings(self.method(self.subject), self.size):
            place = self.default if finding.entity is None else _place_of(finding.entity)
            if place is None:
                raise TypeError(
                    "a finding about a group has to name its `entity`, one of the group"
                )
            if place.stored:
                continue
            related = tuple((_place_of(what), message) for what, message in finding.related)
            plain = finding._replace(entity=None, related=())
            positions = self.positions if finding.entity is None else ()
            found += [
                Judged(self.rule.name, place._replace(position=position), plain, related)
                for position in positions or (place.position,)
            ]
        return found

    def contents(self) -> list[Place]:
        """The places of the entities that the question is about, for a rule that reads them."""
        subject = self.subject
        views: list[EntityView]
        if isinstance(subject, Reference):
            views = [subject.entity, *subject.targets]
        elif isinstance(subject, Group):
            views = [fact.entity for fact in subject.facts]
        else:
            views = [*subject.entities, *subject.stored]
        return [_place_of(view) for view in views[:MAX_CONTENTS]]

    def each(self) -> Iterator[Task]:
        """The same question for each of equal foreign keys by itself."""
        for position in self.positions:
            reference: Reference = self.subject
            answers = reference._answers
            assert isinstance(answers, NameJudge)
            yield answers.reference_task(self.rule, reference._row, [position])


def _place_of(what: object) -> Place:
    """The place of what a finding is related to.

    Raises:
        TypeError: it is no member of a group.
    """
    if isinstance(what, Reference | Collected):
        place = _place_of(what.entity)
        return place._replace(path=what.path)
    if isinstance(what, MemberView | ReferrerView | FactView):
        return what.place
    if isinstance(what, FormerHolder):
        return Place(-1, ("id",), location=what.location)
    if isinstance(what, Location):
        return Place(-1, (), location=what.text)
    raise TypeError(f"a finding is related to {what!r:.60}, which is no member of the group")


def tasks_of(rules: CorpusRules, group: str, members: Members, answers: Answers) -> Iterator[Task]:
    """The questions to the rules about one group.

    Nothing is asked about what only the reference store has.
    """
    by, rest = read_group(group)
    if by == "fact":
        yield from _fact_tasks(rules, rest[0], rest[1], members, answers)
        return
    judge = NameJudge(group, members, answers)
    if by == "name" and rules.key:
        yield from judge.key_tasks(rules.key, *rest)
    elif by == "id" and rules.id:
        yield from judge.id_tasks(rules.id, rest[0])
    for row, positions in members.references.items() if rules.reference else ():
        own = [position for position in positions if position >= 0]
        if own:
            for rule in rules.reference:
                yield judge.reference_task(rule, row, own)


def tasks_of_each(
    rules: CorpusRules, group: str, members: Members, answers: Answers
) -> Iterator[Task]:
    """The questions about the foreign keys of a group, each of equal ones by itself."""
    judge = NameJudge(group, members, answers)
    for row, positions in members.references.items():
        for position in positions:
            for rule in rules.reference:
                yield judge.reference_task(rule, row, [position])


def _fact_tasks(
    rules: CorpusRules, name: str, group: str, members: Members, answers: Answers
) -> Iterator[Task]:
    rule = rules.facts[name]
    facts = [
        Collected(FactView(position, row.path, row.row, row.location, answers), row.data, row.path)
        for position, row in members.facts
    ]
    if facts and not facts[0].entity.in_store:
        place = _place_of(facts[0])
        yield Task(rule, rule.judge, Group(group, facts), place, size=len(facts))


class NameJudge:
    """What one group of a kind and name, or of an ID, answers to the rules."""

    def __init__(self, group: str, members: Members, answers: Answers) -> None:
        self._by, self._rest = read_group(group)
        self._members, self._answers = members, answers
        self._unknown: set[ReferenceRow] = set()
        """Foreign keys that an open world says nothing about; each is counted once."""

    # Keys and IDs

    def key_tasks(self, rules: Sequence[Rule], kind: str, name: str) -> Iterator[Task]:
        """The questions about the keys in the group: one for each organization."""
        keys: dict[str | None, list[MemberView]] = {}
        for position, row in self._members.entities:
            if row.container is None:
                view = MemberView(position, row, self._answers)
                keys.setdefault(row.organization, []).append(view)
        for organization, views in keys.items():
            entities = [view for view in views if not view.in_store]
            if not entities:
                continue
            stored = [view for view in views if view.in_store]
            group = KeyGroup(organization, kind, name, entities, stored, self)
            for rule in rules:
                default = entities[0].place if len(entities) == 1 else None
                yield Task(
                    rule, rule.check_key, group, entities[0].place, default, size=len(entities)
                )

    def id_tasks(self, rules: Sequence[Rule], identity: str) -> Iterator[Task]:
        """The questions about the ID of the group."""
        members, answers = self._members, self._answers
        views = [
            MemberView(position, row, answers, ("id",))
            for position, row in members.entities
            if row.name is not None
        ]
        entities = [view for view in views if not view.in_store]
        if not entities:
            return
        stored = [view for view in views if view.in_store]
        former = [FormerHolder(*row[1:]) for row in members.former]
        group = IdGroup(identity, entities, stored, former, has_store=answers.has_store)
        default = entities[0].place if len(entities) == 1 else None
        for rule in rules:
            yield Task(rule, rule.check_id, group, entities[0].place, default, size=len(entities))

    def is_referred_to(self, group: KeyGroup) -> bool:
        """See `KeyGroup.is_referred_to`."""
        rows = [view._row for view in group.entities if isinstance(view, MemberView)]
        return any(reference.sees(row) for reference in self._referrers() for row in rows)

    def referrers(self, group: KeyGroup) -> Sequence[Reference]:
        """See `KeyGroup.references`."""
        rows = [view._row for view in group.entities if isinstance(view, MemberView)]
        return [
            self._reference(row, [position])
            for row, positions in self._referrers().items()
            for position in positions
            if any(row.sees(entity) for entity in rows)
        ]

    def _referrers(self) -> dict[ReferenceRow, Any]:
        references = self._members.references
        if not self._answers.has_store:
            return references
        (stored,) = self._answers.members([stored_referrers(*self._rest)])
        return references | stored.references

    # References

    def reference_task(self, rule: Rule, row: ReferenceRow, positions: Sequence[int]) -> Task:
        """The question about a foreign key, or about equal ones."""
        reference = self._reference(row, positions)
        place = Place(positions[0], row.path, row.row, row.location)
        return Task(rule, rule.check_reference, reference, place, place, positions)

    def _reference(self, row: ReferenceRow, positions: Sequence[int]) -> Reference:
        shared = len(positions) > 1
        entity = ReferrerView(positions[0], row, self._answers, shared=shared)
        return Reference(row, self._rest[-1], entity, self, closed=self._answers.closed)

    @cached_property
    def _targets(self) -> Targets[int]:
        return Targets(newest(self._members.entities))

    def _view(self, position: int, row: EntityRow) -> MemberView:
        return MemberView(position, row, self._answers, ("id",) if self._by == "id" else None)

    def targets(self, reference: Reference) -> Sequence[EntityView]:
        """See `Reference.targets`."""
        return [self._view(*target) for target in self._targets.visible(reference._row)]

    def elsewhere(self, reference: Reference) -> Sequence[EntityView]:
        """See `Reference.elsewhere`."""
        row = reference._row
        return [
            self._view(position, target)
            for position, target in self._targets.fitting(row)
            if target.live and not row.sees(target)
        ]

    def with_id(self, reference: Reference) -> Sequence[EntityView]:
        """See `Reference.with_id`."""
        members = self._members
        if self._by == "name":
            (members,) = self._answers.members([by_id(reference.value)])
        return [
            MemberView(position, row, self._answers, ("id",))
            for position, row in newest(members.entities)
            if row.live and row.kind == reference.kind and row.name
        ]

    def state(self, reference: Reference) -> State:
        """See `Reference.state`."""
        live = [row for _, row in self._targets.visible(reference._row) if row.live]
        if live:
            return (
                "resolved" if len({(row.key, row.container) for row in live}) == 1 else "ambiguous"
            )
        if self.external(reference):
            return "external"
        if self._answers.closed or self._is_judged(reference):
            return "missing"
        row = reference._row
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
        return any(row.live for _, row in newest(holders.entities))

    def near(self, reference: Reference) -> Sequence[str]:
        """See `Reference.near`."""
        if reference.by == "id":
            return []
        answers, kind = self._answers, reference.kind
        names = answers.near(kind, reference.value)
        groups = answers.members([by_name(kind, name) for name in names])
        return [
            name
            for name, members in zip(names, groups, strict=True)
            if any(row.live and reference._row.sees(row) for _, row in members.entities)
        ][:MAX_NEAR]


EXTERNAL = ("Broker/*",)
"""Entities that always exist elsewhere: Dispatch never stores a Broker (FACTS)."""


def is_external(settings: Settings, kind: str, name: str) -> bool:
    """Whether an entity exists elsewhere: Dispatch never stores it, or the settings declare it."""
    return _any_of((*EXTERNAL, *settings.external)).match(f"{kind}/{name}") is not None


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that matches any of some globs (`fnmatch`)."""
    return re.compile("|".join(map(translate, globs)))
