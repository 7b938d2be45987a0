"""kind-name: a type is named after the kind, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.rule import BASE, Example, Finding, Rule, Severity

if TYPE_CHECKING:
    from dispatch_lint.rule import DefinitionView


class KindName(Rule):
    """The name of the Go type is the kind, and so part of the key: `SecretEntity` is written into
    every key of a Secret. The suffixes Entity and Model add nothing.
    """

    name = "kind-name"
    summary = "a type whose name ends in Entity or Model"
    guide = "Key"
    severity = Severity.WARNING
    valid = (Example("package shop\n\ntype Widget struct {\n\tBaseEntity\n}\n", file="shop.go"),)
    invalid = (
        Example(
            "package shop\n\ntype WidgetEntity struct {\n\tBaseEntity\n}\n",
            (("", 'the type "WidgetEntity" has a redundant suffix; rename it to "Widget"'),),
            file="shop.go",
        ),
    )

    def check_definition(self, definition: DefinitionView) -> Iterator[Finding]:
        name = definition.name
        if name == BASE or definition.is_base or definition.value:
            return
        for suffix in ("Entity", "Model"):
            stem = name.removesuffix(suffix)
            if stem and stem != name:
                message = f'the type "{name}" has a redundant suffix; rename it to "{stem}"'
                yield Finding(
                    (), message, location=definition.location, help=f'rename it to "{stem}"'
                )
