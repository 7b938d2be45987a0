"""base-field-shadowed: the base fields are BaseEntity's alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.rule import Example, Finding, Rule

if TYPE_CHECKING:
    from dispatch_lint.rule import DefinitionView


class BaseFieldShadowed(Rule):
    """ "Each entity type inherits from the base entity and includes all of the base entity
    fields": a kind that declares one of them again hides it, so that what the Entity Store sets is
    never written.
    """

    name = "base-field-shadowed"
    summary = "a kind that declares a base field again"
    guide = "Additional Properties"
    valid = (
        Example(
            'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tState string `json:"colour"`\n}\n',
            file="shop.go",
        ),
    )
    invalid = (
        Example(
            'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tState string `json:"status"`\n}\n',
            (("/fields/status", 'Widget redeclares the base field "status"'),),
            file="shop.go",
        ),
    )

    def check_definition(self, definition: DefinitionView) -> Iterator[Finding]:
        for field in definition.hidden:
            message = f'{definition.name} redeclares the base field "{field.name}"'
            yield Finding(("fields", field.name), message, location=field.location,
                          help="remove it, or give it another name")  # fmt: skip
