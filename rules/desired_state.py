"""desired-state: the desired state belongs in the spec."""

from collections.abc import Iterator

from dispatch_lint.config.settings import SEVERITIES
from dispatch_lint.documents.document import Document
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule

_NAMES = frozenset({"spec", "desiredstate", "desiredstatus", "targetstate", "targetstatus"})
_ENTITY = ('{"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": {"replicas": "2"}, "status": "READY", "reason": null, "tags": null, '
           '"delete": false%s}')  # fmt: skip


class DesiredState(Rule):
    """ "The desired state of an object should be captured in the spec field", whose wire name is
    `state`. The guide has a note that the field is unused so far; the setting
    `open-questions.desired-state` says how much that matters.
    """

    name = "desired-state"
    summary = "desired state in another field than the spec"
    form = "stored"
    reads_content = False
    guide = "Spec"
    severity = Severity.INFO
    question = "desired-state"
    valid = (Example(_ENTITY % "", file="e.json", settings={"kinds": {"*.json": "Application"}}),)
    invalid = (
        Example(
            _ENTITY % ', "desiredState": "READY"',
            (("/desiredState", 'desired state belongs in the spec, on the wire "state", not in '
              '"desiredState"'),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )  # fmt: skip

    def check(self, document: Document) -> Iterator[Finding]:
        answer = self.settings.open_questions.desired_state
        severity = SEVERITIES[answer]
        if severity is None:
            return
        for field in document.undeclared:
            plain = field.name.replace("_", "").replace("-", "").lower()
            if len(field.path) == 1 and plain in _NAMES:
                message = (
                    f'desired state belongs in the spec, on the wire "state", not in "{field.name}"'
                )
                yield Finding(field.path, message, on="key", severity=severity,
                              help="move it into state")  # fmt: skip
