"""desired-state: the desired state belongs in the spec."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity

_NAMES = frozenset({"spec", "desiredstate", "desiredstatus", "targetstate", "targetstatus"})
_ENTITY = ('{"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": {"replicas": "2"}, "status": "READY", "reason": null, "tags": null, '
           '"delete": false%s}')  # fmt: skip


class DesiredState(Rule):
    """ "The desired state of an object should be captured in the spec field", whose wire name is
    `state`. The guide has a note that the field is unused so far; the setting
    `open-questions.desired-state` is the severity, or `off`.
    """

    name = "desired-state"
    summary = "desired state in another field than the spec"
    guide = "Spec"
    severity = Severity.INFO
    question = "desired-state"
    valid = (Example(_ENTITY % "", file="e.json", settings={"kinds": {"*.json": "Application"}}),)
    invalid = (
        Example(
            _ENTITY % ', "desiredState": "READY"',
            (("/desiredState", 'desired state belongs in the spec (the field "state"), not in '
              '"desiredState"'),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        answer = self.settings.open_questions.desired_state
        if entity.form != "stored" or answer == "off":
            return
        for field in entity.undeclared:
            plain = field.name.replace("_", "").replace("-", "").lower()
            if len(field.path) == 1 and plain in _NAMES:
                message = (
                    f'desired state belongs in the spec (the field "state"), not in "{field.name}"'
                )
                yield Finding(field.path, message, on="key", severity=Severity[answer.upper()],
                              help="move it into state")  # fmt: skip
