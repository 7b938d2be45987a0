"""json-tag-missing: an exported Go field says its name on the wire."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, FieldView, Finding, Rule, lower_camel


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
            (("/fields/Colour", 'the field "Colour" has no json tag, so its JSON name is '
              '"Colour"'),),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        defined = field.definition
        if defined is None or defined.language != "Go" or defined.tagged:
            return
        name = defined.source_name
        message = f'the field "{name}" has no json tag, so its JSON name is "{field.name}"'
        yield Finding((), message, on="key", help=f'add `json:"{lower_camel(name)}"`')
