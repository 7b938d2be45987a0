"""A change between two states of definitions, and whether it breaks what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dispatch_lint.model.reference import Form

What = Literal[
    "kind-removed", "kind-added", "kind-renamed", "field-removed", "field-added", "field-renamed",
    "required-field-added", "type-narrowed", "type-widened", "value-removed", "value-added",
    "value-changed", "pattern-narrowed", "pattern-widened", "pattern-removed", "now-required", "no-longer-required",
    "fields-closed", "fields-opened", "reference-changed", "reference-moved",
]  # fmt: skip
BREAKING = frozenset([
    "kind-removed", "field-removed", "field-renamed", "required-field-added", "type-narrowed",
    "value-removed", "value-changed", "pattern-narrowed", "now-required", "fields-closed", "reference-moved",
])  # fmt: skip
WIDENING = frozenset([
    "field-added", "type-widened", "value-added", "pattern-widened", "pattern-removed",
    "no-longer-required", "fields-opened",
])  # fmt: skip
"""Changes by which there are more values than before."""


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of the wire form.

    Attributes:
        path: of the field, with dots; `[]` stands for the items of a list.
        old, new: the `file:line` of its declaration on either side; empty if there is none.
    """

    kind: str
    form: Form
    path: str
    what: What
    message: str
    old: str = ""
    new: str = ""

    @property
    def breaking(self) -> bool:
        """Whether entities written before are not valid any more, or read differently."""
        return self.what in BREAKING

    @property
    def name(self) -> str:
        """`Image.baseImage (stored)`."""
        return f"{self.kind}{f'.{self.path}' if self.path else ''} ({self.form})"
