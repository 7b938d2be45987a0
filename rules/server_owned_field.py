"""server-owned-field: a manifest leaves to the server what the server owns."""

from collections.abc import Iterator

from dispatch_lint.rule import SERVER_OWNED, EntityView, Example, Finding, Rule, Severity

_SPELLED = {name.lower(): name for name in SERVER_OWNED}


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
            (("/status", 'the server sets "status" and ignores it in a manifest'),),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.form != "manifest":
            return
        owned = {name for name in SERVER_OWNED if entity.get(name) is not None}
        if owned:  # not a name that the document has by a guess only: it was reported as misspelled
            owned &= {_SPELLED.get(name.lower()) for name in entity.written_names}
        for name in entity.field_names if owned else ():
            if name in owned:
                message = f'the server sets "{name}" and ignores it in a manifest'
                yield Finding((name,), message, on="key", help="remove it")
