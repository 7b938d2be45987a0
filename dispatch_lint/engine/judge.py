"""What rules find in one group of the index: the same for memory, disk, stores and Spark."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.engine.group_answers import FactGroup, RelationGroup, target_of
from dispatch_lint.engine.members import Member, Place, Wanted
from dispatch_lint.engine.rule_results import check_of_group, checked_findings
from dispatch_lint.index.groups import read_group
from dispatch_lint.index.unread import UNREAD
from dispatch_lint.model.location import Location
from dispatch_lint.rule import (
    Collected,
    EntityView,
    Finding,
    FormerHolder,
    Group,
    Reference,
    Rule,
)
from dispatch_lint.rule.entity import renew
from dispatch_lint.rule.readonly import changed
from dispatch_lint.text.harmless import shown_value

if TYPE_CHECKING:
    from dispatch_lint.engine.members import Answers
    from dispatch_lint.index.groups import Members
    from dispatch_lint.model.relations import ReferenceRow
    from dispatch_lint.model.violation import Target


MAX_PAIRS = 10_000
"""The pairs of members of a group that a rule may have findings about."""


class Judged(NamedTuple):
    """A finding about a member of a group.

    Attributes:
        place: the document that it is about.
        finding: without views, so that it can be sent to another process.
        related: other places, each with a message about its part.
        target: what the foreign key means whose value it is about.
    """

    rule: str
    place: Place
    finding: Finding
    related: tuple[tuple[Place, str], ...] = ()
    target: Target | None = None


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
    def names(self) -> frozenset[str]:
        """The names of the rules."""
        rules = (*self.key, *self.id, *self.reference, *self.facts.values())
        return frozenset(rule.name for rule in rules)

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
        if not self.rule._is_foreign:
            return self._run()
        try:
            found = self._run()
        finally:
            changes = [what for view in self._views() if (what := renew(view))]
        if changes:
            raise changed(changes[0])
        return found

    def _views(self) -> Sequence[EntityView]:
        """The views that the rule was given, and others may be; those of facts are its own."""
        subject = self.subject
        if isinstance(subject, Reference):
            return (subject.entity,)
        return () if isinstance(subject, Group) else (*subject.entities, *subject.stored)

    def _run(self) -> list[Judged]:
        found: list[Judged] = []
        members: Collection[int] = ()

        def check(finding: Finding) -> None:
            nonlocal members
            members = members or self._members()
            self._check(finding, members)

        yielded = self.method(self.subject)
        for finding in checked_findings(self.rule, yielded, check, self._further):
            if self._is_own(finding.entity):
                finding = finding._replace(entity=None)
            if len(self.positions) > 1 and any(map(self._is_own, _parts(finding))):
                group: RelationGroup = self.subject._answers
                group.want(Wanted(each=True))
            place = self.default if finding.entity is None else _place_of(finding.entity)
            if place is None or place.stored:
                continue
            related = tuple((_place_of(what), message) for what, message in finding.related)
            target = self._target(finding)
            plain = finding._replace(entity=None, related=())
            positions = self.positions if finding.entity is None else ()
            found += [
                Judged(self.rule.name, place._replace(position=position), plain, related, target)
                for position in dict.fromkeys(positions) or (place.position,)
            ]
        return found

    def _check(self, finding: Finding, members: Collection[int]) -> None:
        """Check a finding about the group.

        Args:
            members: see `_members`.

        Raises:
            TypeError: it cannot be about the group, or names an entity that is no member.
        """
        check_of_group(finding)
        entity = None if self._is_own(finding.entity) else finding.entity
        if entity is None and self.default is None:
            raise TypeError("a finding about a group must name its `entity`, one of the group")
        for what in (*(() if entity is None else (entity,)), *_parts(finding)):
            _place_of(what)
        if entity is None or isinstance(self.subject, Reference):
            return
        if _member_key(self.subject, entity) not in members:
            raise TypeError("the `entity` of a finding is not a member of the group")

    def _further(self) -> int:
        """See `checked_findings`: a finding about each two of a group, as long as it is small."""
        return 10 * self.size + min(self.size**2, MAX_PAIRS)

    def _members(self) -> Collection[int]:
        """The entities that a finding about a group can be about, see `_member_key`."""
        subject = self.subject
        if isinstance(subject, Group):
            facts = subject._answers
            assert isinstance(facts, FactGroup)
            return facts.positions
        if isinstance(subject, Reference):
            return ()  # a finding about it may be about what it refers to, too
        return {id(member) for member in (*subject.entities, *subject.stored)}

    def _target(self, finding: Finding) -> Target | None:
        """What the foreign key means that a finding is at."""
        subject = self.subject
        if not isinstance(subject, Reference) or finding.entity is not None:
            return None
        return target_of(subject, _parts(finding)) if finding.path == subject.path else None

    def _is_own(self, what: object) -> bool:
        """Whether it is the foreign key that is asked about, or the entity that has it."""
        subject = self.subject
        return isinstance(subject, Reference) and (what is subject or what is subject.entity)

    def places(self) -> Iterator[Place]:
        """The documents that the question is about."""
        for position in self.positions or (self.place.position,):
            yield self.place._replace(position=position)

    def each(self) -> Iterator[Task]:
        """The same question for each of equal foreign keys by itself."""
        reference: Reference = self.subject
        group = reference._answers
        assert isinstance(group, RelationGroup)
        for position in self.positions:
            yield _reference_task(self.rule, group, reference._row, [position])


def _member_key(subject: object, entity: EntityView) -> int:
    """What identifies a member of a group; the views of facts are made anew for each call."""
    if isinstance(subject, Group):
        return entity.place.position if isinstance(entity, Member) else 0
    return id(entity)


def _parts(finding: Finding) -> Iterator[object]:
    """What a finding is related to."""
    return (what for what, _ in finding.related)


def _place_of(what: object) -> Place:
    """The place of what a finding is about, or related to.

    Raises:
        TypeError: it is no member of a group.
    """
    if isinstance(what, Member):
        return what.place
    if isinstance(what, Reference | Collected):
        return _place_of(what.entity)._replace(path=what.path)
    if isinstance(what, FormerHolder):
        return Place(-1, ("id",), location=what.location)
    if isinstance(what, Location):
        return Place(-1, (), location=what.text)
    raise TypeError(f"a finding is about {shown_value(what)}, which is not a member of the group")


def tasks_of(rules: CorpusRules, group: str, members: Members, answers: Answers) -> Iterator[Task]:
    """The questions to the rules about one group.

    Nothing is asked about what only the reference store has.
    """
    by, rest = read_group(group)
    if group == UNREAD:
        return
    if by == "fact":
        yield from _fact_tasks(rules.facts[rest[0]], rest[1], members, answers)
        return
    relations = RelationGroup(group, members, answers)
    if by == "name" and rules.key:
        for key in relations.key_groups():
            yield from _group_tasks(rules.key, "check_key", key)
    elif by == "id" and rules.id:
        holders = relations.holders_of_id()
        if holders.entities:
            yield from _group_tasks(rules.id, "check_id", holders)
    for row, positions in members.references.items() if rules.reference else ():
        own = [position for position in positions if position >= 0]
        if own:
            for rule in rules.reference:
                yield _reference_task(rule, relations, row, own)


def tasks_of_each(
    rules: CorpusRules, group: str, members: Members, answers: Answers
) -> Iterator[Task]:
    """The questions about the foreign keys of a group, each of equal ones by itself."""
    relations = RelationGroup(group, members, answers)
    for row, positions in members.references.items():
        for position in positions:
            for rule in rules.reference:
                yield _reference_task(rule, relations, row, [position])


def _fact_tasks(rule: Rule, name: str, members: Members, answers: Answers) -> Iterator[Task]:
    group = FactGroup(name, members, answers)
    if group.place is not None:
        yield Task(rule, rule.judge, group.view(), group.place, size=len(members.facts))


def _group_tasks(rules: Iterable[Rule], method: str, subject: Any) -> Iterator[Task]:
    place, size = _place_of(subject.entities[0]), len(subject.entities)
    for rule in rules:
        default = place if size == 1 else None
        yield Task(rule, getattr(rule, method), subject, place, default, size=size)


def _reference_task(
    rule: Rule, group: RelationGroup, row: ReferenceRow, positions: Sequence[int]
) -> Task:
    """The question about a foreign key, or about equal ones."""
    place = Place(positions[0], row.path, row.row, row.location)
    reference = group.reference(row, positions)
    return Task(rule, rule.check_reference, reference, place, place, positions)
