"""reference-not-ready: what is READY needs what it refers to."""

from collections.abc import Iterator

from dispatch_lint.index.references import ReferenceRule, References
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Judgement, World, stored

_NOT_YET = frozenset({"INITIALIZED", "CREATING", "UPDATING", "MISSING"})
_NO_MORE = frozenset({"DELETING", "DELETED", "ERROR"})


class ReferenceNotReady(ReferenceRule):
    """ "StatusCREATING: … should wait until the READY state to use the object": an entity that is
    READY refers to one that is not there yet, or any entity to one that is on its way out or in
    ERROR. An empty status, as Secrets have it, says nothing.
    """

    name = "reference-not-ready"
    summary = "a foreign key to an entity that cannot be used"
    guide = "Status"
    severity = Severity.WARNING
    valid = (
        Example(
            stored("Subscription", status="CREATING", eventType="a.b", function="f", secrets=None),
            file="e.json",
            store=stored("Function", id="2", name="f", status="CREATING"),
        ),
        Example("kind: Function\nname: f\nimage: nodejs\n",
                store=stored("Image", name="nodejs", status="CREATING")),
    )  # fmt: skip
    invalid = (
        Example(
            stored("Subscription", eventType="a.b", function="f", secrets=None),
            (("/function", 'the entity is READY, but the Function "f" is CREATING'),),
            file="e.json",
            store=stored("Function", id="2", name="f", status="CREATING"),
        ),
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            (("/image", 'the Image "nodejs" is DELETING'),),
            store=stored("Image", name="nodejs", status="DELETING"),
        ),
    )

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        for use, several in group.uses.items() if group.entities else ():
            seen = []
            for one in group.targets.seen(use):
                seen.append(one)
                # A usable entity of the name, or one that holds another version of it, is enough.
                if one[1].status not in _NOT_YET | _NO_MORE:
                    break
            if not seen or seen[-1][1].status not in _NOT_YET | _NO_MORE:
                continue
            target_fact, target = next((one for one in seen if one[1].live), seen[0])
            what = f'the {use.kind} "{target.name or group.name}" is {target.status}'
            if target.status in _NOT_YET:
                if use.status != "READY":
                    continue
                what = f"the entity is READY, but {what}"
            for fact in several:
                yield Judgement(fact, what, help="wait until it is READY, or refer to another",
                                related=((target_fact, "it is here"),))  # fmt: skip
