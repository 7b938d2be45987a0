"""status-delete-flag: what is to be deleted says so in its status."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule

_ENTITY = ('{"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": null, "status": "%s", "reason": null, "tags": null, "delete": true}')  # fmt: skip


class StatusDeleteFlag(Rule):
    """An entity with `delete: true` is on its way out, which "object is DELETING" says. Both
    this and its opposite occur in real stores while a controller has not caught up.
    """

    name = "status-delete-flag"
    summary = "`delete: true` with a status that does not say so"
    needs = ("delete",)
    guide = "Status"
    severity = Severity.INFO
    valid = (
        Example(_ENTITY % "DELETING", file="e.json",
                settings={"kinds": {"*.json": "Application"}}),
    )  # fmt: skip
    invalid = (
        Example(
            _ENTITY % "READY",
            (("/delete", 'the entity is to be deleted, but its status is "READY"'),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        if document.entity.get("delete") is not True:
            return
        if document.status not in ("DELETING", "DELETED", "ERROR"):
            message = f'the entity is to be deleted, but its status is "{document.status}"'
            yield Finding(("delete",), message)
