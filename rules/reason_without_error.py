"""reason-without-error: an entity that is READY needs no reason."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity


class ReasonWithoutError(Rule):
    """ "The `reason` field is used in conjunction with status, most often the ERROR status": on
    an entity that is READY it is mostly left over from an earlier error.
    """

    name = "reason-without-error"
    summary = "a reason on an entity that is READY"
    guide = "Reason"
    severity = Severity.INFO
    valid = (Example("kind: Image\nname: a\nbaseImageName: b\nstatus: READY\nreason: []\n"),)
    invalid = (
        Example(
            "kind: Image\nname: a\nbaseImageName: b\nstatus: READY\nreason: [no space]\n",
            (("/reason", "the entity is READY but still has a reason"),),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.status == "READY" and entity.get("reason"):
            yield Finding(("reason",), "the entity is READY but still has a reason", on="key")
