"""json-tag-mismatch: one name for a field, in Go and on the wire."""

from collections.abc import Iterator

from dispatch_lint.rule import BASE, Example, FieldView, Finding, Rule, Severity


class JsonTagMismatch(Rule):
    """A field that has one name in Go and another on the wire has to be looked up each time.
    `Spec` of BaseEntity, on the wire `state`, is not reported: the guide names it so.
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
            (("/fields/image", 'the field is "ImageName" in Go but "image" in JSON'),),
            file="shop.go",
        ),
    )

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        defined = field.definition
        if defined is None or defined.language != "Go" or not defined.tagged:
            return
        if defined.owner == BASE and field.name == "state":
            return
        if _plain(defined.source_name) != _plain(field.name):
            message = f'the field is "{defined.source_name}" in Go but "{field.name}" in JSON'
            yield Finding((), message, on="key", help="give both one name")


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum()).lower()
