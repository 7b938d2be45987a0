"""reference-not-ready: what is READY needs what it refers to."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, Reference, Rule, Severity, stored

_NOT_YET = frozenset({"INITIALIZED", "CREATING", "UPDATING", "MISSING"})
_NO_MORE = frozenset({"DELETING", "DELETED", "ERROR"})


class ReferenceNotReady(Rule):
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

    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        # A usable entity of the name, or one that has another version of it, is enough.
        if any(target.status not in _NOT_YET | _NO_MORE for target in reference.targets):
            return
        target = reference.target
        if target is None:
            return
        message = f'the {reference.kind} "{target.name or reference.value}" is {target.status}'
        if target.status in _NOT_YET:
            if reference.entity.status != "READY":
                return
            message = f"the entity is READY, but {message}"
        yield Finding(reference.path, message, help="wait until it is READY, or refer to another",
                      related=((target, "it is here"),))  # fmt: skip
