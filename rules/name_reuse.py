"""name-reuse: a name is free again only when its old owner is gone."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, KeyGroup, Rule, Severity, stored


class NameReuse(Rule):
    """ "StatusDELETING object is DELETING … user should not reuse the object name until it is
    transfered to DELETED state." A new entity has an ID of its own; a manifest, which has none,
    is only a warning.
    """

    name = "name-reuse"
    summary = "a new entity under a name whose old owner is still DELETING"
    guide = "Status"
    valid = (
        Example(stored("Application", id="2"), file="e.json",
                store=stored("Application", id="1", status="DELETED")),
        Example(stored("Application", id="1", status="DELETING"), file="e.json",
                store=stored("Application", id="1", status="DELETING")),
    )  # fmt: skip
    invalid = (
        Example(
            stored("Application", id="2"),
            (("/name", 'the entity that holds the key "acme/Application/shop" is still DELETING'),),
            file="e.json",
            store=stored("Application", id="1", status="DELETING"),
        ),
        Example(
            "kind: Secret\nname: shop\n",
            (("/name", 'the entity that holds the key "acme/Secret/shop" is still DELETING'),),
            settings={"organization": "acme"},
            store=stored("Secret", id="1", status="DELETING", secrets={}),
        ),
    )

    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        owner = next((holder for holder in group.stored if holder.status == "DELETING"), None)
        if owner is None:
            return
        for entity in group.entities:
            if not entity.live or entity.id == owner.id:
                continue
            manifest = entity.form == "manifest"
            if entity.status == "DELETING" or not (entity.id or manifest):
                continue
            yield Finding(
                ("name",),
                f'the entity that holds the key "{group.key}" is still DELETING',
                severity=Severity.WARNING if manifest else None,
                help="wait until it is DELETED, or take another name",
                entity=entity,
                related=((owner, "the old owner"),),
            )
