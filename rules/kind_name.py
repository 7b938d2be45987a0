"""kind-name: a type is named after the kind, and no more."""

from collections.abc import Iterator

from dispatch_lint.definitions.model import BASE, EntityType
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule


class KindName(Rule):
    """The name of the Go type is the kind, and so part of the key: `SecretEntity` is written into
    every key of a Secret. That it is an entity, or a model, needs no saying.
    """

    name = "kind-name"
    summary = "a type whose name ends in Entity or Model"
    guide = "Key"
    severity = Severity.WARNING
    valid = (Example("package shop\n\ntype Widget struct {\n\tBaseEntity\n}\n", file="shop.go"),)
    invalid = (
        Example(
            "package shop\n\ntype WidgetEntity struct {\n\tBaseEntity\n}\n",
            (("", 'the type "WidgetEntity" has a redundant suffix: Widget'),),
            file="shop.go",
        ),
    )

    def check_definition(self, definition: EntityType) -> Iterator[Finding]:
        name = definition.name
        if name == BASE or definition.is_base or definition.value:
            return
        for suffix in ("Entity", "Model"):
            stem = name.removesuffix(suffix)
            if stem and stem != name:
                message = f'the type "{name}" has a redundant suffix: {stem}'
                yield Finding(
                    (), message, location=definition.location, help=f"rename it to {stem}"
                )
