"""error-reason: ERROR and MISSING come with a reason."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity


class ErrorReason(Rule):
    """ "The `reason` field is used in conjunction with status, most often the ERROR status. Its
    intent is to give context to the status (i.e. the reasons behind the error)."
    """

    name = "error-reason"
    summary = "the status ERROR or MISSING without a reason"
    guide = "Reason"
    severity = Severity.WARNING
    valid = (
        Example("kind: Image\nname: a\nbaseImageName: b\nstatus: ERROR\nreason: [no space]\n"),
    )
    invalid = (
        Example(
            "kind: Image\nname: a\nbaseImageName: b\nstatus: MISSING\n",
            (("/status", 'the status "MISSING" needs a reason'),),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.status in ("ERROR", "MISSING") and not entity.get("reason"):
            yield Finding(("status",), f'the status "{entity.status}" needs a reason',
                          help="set `reason` to what went wrong")  # fmt: skip
