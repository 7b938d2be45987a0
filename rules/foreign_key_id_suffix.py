"""foreign-key-id-suffix: a reference by ID says so, and no other does."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, FieldView, Finding, Rule


class ForeignKeyIdSuffix(Rule):
    """ "Relationships (i.e. foreign keys) use `name` unless explicitly indicated (i.e.
    `relatedID`)": a reference by ID ends in ID or Id, and a reference by name does not. Base
    fields and handles of other systems (`faasId`, `planID`) are no references.
    """

    name = "foreign-key-id-suffix"
    summary = "a reference by ID without the suffix ID, or one by name with it"
    guide = "Name and IDs"
    valid = (
        Example(
            '{"id": "1", "name": "r", "organizationId": "o", "status": "READY", "functionID": "2"}',
            file="example.json",
            settings={"kinds": {"*.json": "Run"}},
        ),
    )
    invalid = (
        Example(
            "kind: Subscription\nname: s\neventType: a.b\nfunction: "
            "7f4d3a0e-8d4f-4a57-9d3e-0f7a9c2b1d11\n",
            (("/function", 'the foreign key "function" holds an ID; rename it to "functionID"'),),
            settings={"references": {"Subscription.function": "Function,by=id"}},
        ),
        Example(
            "kind: Run\nname: r\nfunctionId: hello\n",
            (
                (
                    "/functionId",
                    'the foreign key "functionId" holds a name; rename it to "function"',
                ),
            ),
            settings={"references": {"Run.functionId": "Function,by=name"}},
        ),
    )

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        reference = field.reference
        if reference is None or reference.key:
            return
        ends = field.name.endswith(("ID", "Id", "IDs", "Ids"))
        if reference.by == "id" and not ends:
            proper = f"{field.name}ID"
            message = f'the foreign key "{field.name}" holds an ID; rename it to "{proper}"'
            yield Finding((), message, on="key", help=f'rename it to "{proper}"')
        elif reference.by == "name" and ends:
            stem = field.name.removesuffix("s")
            proper = stem[:-2] + ("s" if stem != field.name else "")
            message = f'the foreign key "{field.name}" holds a name; rename it to "{proper}"'
            yield Finding((), message, on="key", help=f'rename it to "{proper}"')
