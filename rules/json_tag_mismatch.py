"""json-tag-mismatch: one name for a field, in Go and on the wire."""

from collections.abc import Iterator

from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Member, Rule


class JsonTagMismatch(Rule):
    """A field that is called one thing in Go and another on the wire has to be looked up each
    time. BaseEntity's own `Spec`, on the wire `state`, is the guide's.
    """

    name = "json-tag-mismatch"
    summary = "a Go field whose name on the wire is another"
    guide = "Additional Properties"
    severity = Severity.INFO
    valid = (
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity\n"
            '\tFaasID string `json:"faasId"`\n}\n',
            file="shop.go",
        ),
    )
    invalid = (
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity\n"
            '\tImageName string `json:"image"`\n}\n',
            (("/fields/image", 'the field is "ImageName" in Go and "image" on the wire'),),
            file="shop.go",
        ),
    )

    def check_member(self, member: Member) -> Iterator[Finding]:
        field = member.field
        if member.definition.language != "Go" or not field.tagged:
            return
        if member.owner == "BaseEntity" and field.name == "state":
            return
        if _plain(field.source_name) != _plain(field.name):
            message = f'the field is "{field.source_name}" in Go and "{field.name}" on the wire'
            yield Finding((), message, on="key", help="give both one name")


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum()).lower()
