"""json-tag-missing: an exported Go field says its name on the wire."""

from collections.abc import Iterator

from dispatch_lint.model.violation import Finding
from dispatch_lint.naming import lower_camel
from dispatch_lint.rule import Example, Member, Rule


class JsonTagMissing(Rule):
    """ "Fields should be camel-case": without a json tag the name on the wire is the Go name,
    which begins with a capital.
    """

    name = "json-tag-missing"
    summary = "an exported Go field without a json tag"
    guide = "Additional Properties"
    valid = (
        Example(
            'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tColour string `json:"colour"`\n'
            '\tOwn    string `json:"-"`\n}\n',
            file="shop.go",
        ),
    )
    invalid = (
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity\n\tColour string `db:\"colour\"`\n}\n",
            (("/fields/Colour", 'the field "Colour" has no json tag, and is called "Colour" on the '
              "wire"),),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_member(self, member: Member) -> Iterator[Finding]:
        field = member.field
        if member.definition.language != "Go" or field.tagged:
            return
        proper = lower_camel(field.source_name)
        message = (
            f'the field "{field.source_name}" has no json tag, and is called "{field.name}" on the '
            "wire"
        )
        yield Finding((), message, on="key", help=f'add `json:"{proper}"`')
