"""status-reserved: DELETED is kept for later use."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity


class StatusReserved(Rule):
    """ "StatusDELETED: leave this here, reserved for when we use UUID instead of entity name"."""

    name = "status-reserved"
    summary = "the status DELETED, which the guide reserves"
    guide = "Status"
    severity = Severity.WARNING
    valid = (Example("kind: Function\nname: hello\nimage: nodejs\nstatus: DELETING\n"),)
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: DELETED\n",
            (("/status", 'the guide reserves the status "DELETED" for later use'),),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.status == "DELETED":
            yield Finding(("status",), 'the guide reserves the status "DELETED" for later use',
                          help="remove the entity, or keep it DELETING until it is gone")  # fmt: skip
