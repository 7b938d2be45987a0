"""json-tag-malformed: a struct tag that says something else than it seems to."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, FieldView, Finding, Rule, Severity


class JsonTagMalformed(Rule):
    """encoding/json silently ignores what it cannot read in a tag: after `josn:"mode"` the field is
    called Mode on the wire, and `json:"config, omitempty"` never omits the field.

    A tag that gives no name is an error; a wrong option only a warning.
    """

    name = "json-tag-malformed"
    summary = "a struct tag that encoding/json does not read as it is meant"
    valid = (
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity\n"
            '\tColour string `json:"colour,omitempty" db:"c"`\n}\n',
            file="shop.go",
        ),
    )
    invalid = (
        Example(
            'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tMode string `josn:"mode"`\n}\n',
            (("/fields/Mode", 'encoding/json ignores the tag key "josn"; did you mean '
              '"json"?'),),
            file="shop.go",
        ),
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity\n"
            '\tMode string `json:"mode, omitempty"`\n}\n',
            (("/fields/mode", 'the json tag has the unknown option " omitempty"; did you mean '
              '"omitempty"?'),),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        defined = field.definition
        if defined is not None and defined.tag_problem:
            severity = Severity.WARNING if defined.tagged else None
            yield Finding((), defined.tag_problem, on="key", severity=severity,
                          help='write `json:"name"` or `json:"name,omitempty"`')  # fmt: skip
