"""server-owned-field: a manifest leaves to the server what the server owns."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule

_OWNED = (
    "id", "status", "reason", "createdTime", "modifiedTime", "created-time", "modified-time",
    "revision",
)  # fmt: skip


class ServerOwnedField(Rule):
    """The server sets id, status, reason, createdTime, modifiedTime and revision; what a
    manifest says of them is ignored when the entity is created.
    """

    name = "server-owned-field"
    summary = "a manifest that sets what the server owns"
    form = "manifest"
    needs = _OWNED
    severity = Severity.INFO
    valid = (Example("kind: Secret\nname: a\n"),)
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n",
            (("/status", 'the server sets "status"; in a manifest it is ignored'),),
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        for field, value in document.entity.items():
            if field in _OWNED and value is not None:
                message = f'the server sets "{field}"; in a manifest it is ignored'
                yield Finding((field,), message, on="key", help="remove it")
