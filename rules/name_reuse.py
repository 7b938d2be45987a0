"""name-reuse: a name is free again only when its old owner is gone."""

from collections.abc import Iterator, Sequence

from dispatch_lint.index.facts import read_group
from dispatch_lint.index.identity import IdentityRule, holders_of
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Fact, Judgement, World, stored


class NameReuse(IdentityRule):
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
            (("/name", 'the old owner of "acme/Application/shop" is still DELETING'),),
            file="e.json",
            store=stored("Application", id="1", status="DELETING"),
        ),
        Example(
            "kind: Secret\nname: shop\n",
            (("/name", 'the old owner of "acme/Secret/shop" is still DELETING'),),
            settings={"organization": "acme"},
            store=stored("Secret", id="1", status="DELETING", secrets={}),
        ),
    )

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        if read_group(group)[0] != "key":
            return
        holders = holders_of(facts)
        leaving = next(
            (one for one in holders if one[0].stored and one[1].status == "DELETING"), None
        )
        if leaving is None:
            return
        owner, old = leaving
        for fact, holder in holders:
            if fact.stored or not holder.live or holder.identity == old.identity:
                continue
            manifest = holder.form == "manifest"
            if holder.status == "DELETING" or not (holder.identity or manifest):
                continue
            yield Judgement(
                fact,
                f'the old owner of "{holder.key}" is still DELETING',
                severity=Severity.WARNING if manifest else None,
                help="wait until it is DELETED, or take another name",
                related=((owner, "the old owner"),),
            )
