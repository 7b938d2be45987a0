"""breaking-change: what is stored stays readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.rule import Example, Finding, Rule

if TYPE_CHECKING:
    from dispatch_lint.rule import SchemaChange

_WIDGET = (
    'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tColour string `json:"colour"`\n%s}\n'
)


class BreakingChange(Rule):
    """A change of a definition after which entities that are stored are not read any more, or not
    as they were: a kind or field that is gone or has another name on the wire, a narrower type, a
    mapping that becomes a struct, text that becomes base64, a value or pattern that excludes what
    was allowed, a field that became required, a foreign key to another kind, or by ID instead of
    by name. A wider type, pattern or enumeration breaks nothing, nor does a kind with a new name
    that keeps the old one as its alias.

    `dispatch-lint schema diff OLD NEW` uses it; `check` does not, because it sees one state only.
    """

    name = "breaking-change"
    summary = "a change of a definition that breaks what is stored"
    guide = "Additional Properties"
    valid = (
        Example(
            _WIDGET % '\tSize int `json:"size,omitempty"`\n', file="shop.go", before=_WIDGET % ""
        ),
    )
    invalid = (
        Example(
            _WIDGET % '\tSize int `json:"size"`\n',
            (("Widget.size (stored)", 'the field "size" was added as required'),),
            file="shop.go",
            before=_WIDGET % "",
        ),
        Example(
            (_WIDGET % "").replace("string", "int"),
            (("Widget.colour (stored)", "the type changed from string to integer"),),
            file="shop.go",
            before=_WIDGET % "",
        ),
        Example(
            (_WIDGET % "").replace('"colour', '"Colour'),
            (("Widget.colour (stored)", 'the field "colour" was renamed to "Colour"'),),
            file="shop.go",
            before=_WIDGET % "",
        ),
    )

    def check_change(self, change: SchemaChange) -> Iterator[Finding]:
        if change.breaking:
            yield Finding((), change.message)
