"""server-owned-field: a manifest leaves to the server what the server owns."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity

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
    severity = Severity.INFO
    valid = (Example("kind: Secret\nname: a\n"),)
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n",
            (("/status", 'the server sets "status"; in a manifest it is ignored'),),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.form != "manifest":
            return
        for name in entity.field_names:
            if name in _OWNED and entity.get(name) is not None:
                message = f'the server sets "{name}"; in a manifest it is ignored'
                yield Finding((name,), message, on="key", help="remove it")
