"""status-transition: a status that cannot follow what the store has seen."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    EntityView,
    Example,
    Finding,
    IdGroup,
    Rule,
    Severity,
    same_key,
    stored,
)

_FIRST = ("INITIALIZED", "CREATING", "READY")


class StatusTransition(Rule):
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
            (("/status", 'a new entity starts as INITIALIZED, CREATING or READY, not "UPDATING"'),),
            file="e.json",
            store=stored("Application", name="b"),
        ),
    )

    def check_id(self, group: IdGroup) -> Iterator[Finding]:
        if not group.has_store:
            return
        is_new = not (group.stored or group.former)
        for entity in group.entities:
            if entity.form != "stored":
                continue
            if is_new:
                yield from self._check_new(entity)
                continue
            for before in group.stored:
                if same_key(str(before.key), str(entity.key)) and self._excluded(before, entity):
                    message = f"the entity was {before.status} and cannot be {entity.status} again"
                    # A deleted ID that comes back is one cause, which unique-id reports.
                    subject = ("id",) if not before.live else None
                    yield Finding(("status",), message, subject=subject, entity=entity,
                                  related=((before, "the entity as it was"),))  # fmt: skip

    def _check_new(self, entity: EntityView) -> Iterator[Finding]:
        if entity.revision == 0 and self._known(entity) and entity.status not in _FIRST:
            message = (
                f'a new entity starts as INITIALIZED, CREATING or READY, not "{entity.status}"'
            )
            yield Finding(("status",), message, entity=entity)

    def _known(self, entity: EntityView) -> bool:
        return entity.status in self.catalogue.statuses

    def _excluded(self, before: EntityView, entity: EntityView) -> bool:
        if before.status == "DELETING":
            return entity.status == "READY"
        return not before.live and entity.live and self._known(entity)
