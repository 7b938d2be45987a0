"""json-tag-malformed: a struct tag that says something else than it seems to."""

from collections.abc import Iterator

from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Member, Rule


class JsonTagMalformed(Rule):
    """encoding/json passes over what it cannot read in a tag, without a word: after `josn:"mode"`
    the field is called Mode on the wire, and `json:"config, omitempty"` leaves nothing out.

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
            (("/fields/Mode", 'the tag key "josn" says nothing to encoding/json; did you mean '
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

    def check_member(self, member: Member) -> Iterator[Finding]:
        field = member.field
        if field.tag_problem:
            severity = Severity.WARNING if field.tagged else None
            yield Finding((), field.tag_problem, on="key", severity=severity,
                          help='write `json:"name"` or `json:"name,omitempty"`')  # fmt: skip
