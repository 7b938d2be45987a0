"""reason-without-error: an entity that is READY needs no reason."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule


class ReasonWithoutError(Rule):
    """ "The `reason` field is used in conjunction with status, most often the ERROR status": on
    an entity that is READY it is mostly left over from an earlier error.
    """

    name = "reason-without-error"
    summary = "a reason on an entity that is READY"
    needs = ("reason",)
    guide = "Reason"
    severity = Severity.INFO
    valid = (Example("kind: Image\nname: a\nbaseImageName: b\nstatus: READY\nreason: []\n"),)
    invalid = (
        Example(
            "kind: Image\nname: a\nbaseImageName: b\nstatus: READY\nreason: [no space]\n",
            (("/reason", "the entity is READY and still has a reason"),),
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        if document.status == "READY" and document.entity.get("reason"):
            yield Finding(("reason",), "the entity is READY and still has a reason", on="key")
