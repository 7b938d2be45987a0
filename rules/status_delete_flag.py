"""status-delete-flag: what is to be deleted says so in its status."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity

_ENTITY = ('{"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": null, "status": "%s", "reason": null, "tags": null, "delete": true}')  # fmt: skip


class StatusDeleteFlag(Rule):
    """An entity with `delete: true` is being deleted, and its status should be DELETING ("object is
    DELETING"). Real stores have others for as long as a controller has not caught up.
    """

    name = "status-delete-flag"
    summary = "`delete: true` with a status that does not say so"
    guide = "Status"
    severity = Severity.INFO
    valid = (
        Example(_ENTITY % "DELETING", file="e.json",
                settings={"kinds": {"*.json": "Application"}}),
    )  # fmt: skip
    invalid = (
        Example(
            _ENTITY % "READY",
            (("/delete", '"delete" is true, but the status is "READY"'),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        is_deleted = entity.get("delete") is True
        if is_deleted and entity.status not in ("DELETING", "DELETED", "ERROR"):
            message = f'"delete" is true, but the status is "{entity.status}"'
            yield Finding(("delete",), message)
