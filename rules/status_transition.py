"""status-transition: a status that cannot follow what the store has seen."""

from collections.abc import Iterator, Sequence

from dispatch_lint.index.facts import read_group
from dispatch_lint.index.identity import Holder, IdentityRule, holders_of, past_of, same_key
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Fact, Judgement, World, stored

_FIRST = ("INITIALIZED", "CREATING", "READY")


class StatusTransition(IdentityRule):
    """The guide's comments on the statuses exclude some moves: INITIALIZED "is the initial state
    of the object", so a new entity (revision 0, an ID that was never seen) is INITIALIZED,
    CREATING or READY; what is DELETING does not become READY again; DELETED is the end. It is
    judged where a store has seen the entity before.
    """

    name = "status-transition"
    summary = "a status that cannot follow the one in the store"
    guide = "Status"
    severity = Severity.WARNING
    valid = (
        Example(stored("Application", revision=2, status="DELETING"), file="e.json",
                store=stored("Application", revision=1)),
        Example(stored("Application", id="2", status="CREATING"), file="e.json",
                store=stored("Application", name="b")),
    )  # fmt: skip
    invalid = (
        Example(
            stored("Application", revision=2),
            (("/status", "the entity was DELETING and cannot be READY again"),),
            file="e.json",
            store=stored("Application", revision=1, status="DELETING"),
        ),
        Example(
            stored("Application", revision=2, status="UPDATING"),
            (("/status", "the entity was DELETED and cannot be UPDATING again"),),
            file="e.json",
            store=stored("Application", revision=1, status="DELETED"),
        ),
        Example(
            stored("Application", id="2", status="UPDATING"),
            (("/status", 'a new entity is INITIALIZED, CREATING or READY, not "UPDATING"'),),
            file="e.json",
            store=stored("Application", name="b"),
        ),
    )

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        if not world.stored or read_group(group)[0] != "id":
            return
        holders = holders_of(facts)
        before = [(fact, holder) for fact, holder in holders if fact.stored]
        seen = bool(before or past_of(facts))
        for fact, holder in holders:
            if fact.stored or holder.form != "stored":
                continue
            place = fact._replace(path=("status",))
            if not seen:
                if holder.revision == 0 and self._known(holder) and holder.status not in _FIRST:
                    message = (
                        f'a new entity is INITIALIZED, CREATING or READY, not "{holder.status}"'
                    )
                    yield Judgement(place, message)
                continue
            for other, old in before:
                if same_key(old.key, holder.key) and self._excluded(old, holder):
                    message = f"the entity was {old.status} and cannot be {holder.status} again"
                    # A deleted ID that comes back is one cause: unique-id speaks first.
                    yield Judgement(place, message, subject=("id",) if not old.live else None,
                                    related=((other, "the entity as it was"),))  # fmt: skip

    def _known(self, holder: Holder) -> bool:
        return holder.status in self.catalogue.statuses

    def _excluded(self, old: Holder, new: Holder) -> bool:
        if old.status == "DELETING":
            return new.status == "READY"
        return not old.live and new.live and self._known(new)
