"""A limit on how many fields definitions lead to, types inside types included."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.model.location import Location


class Budget:
    """Counts the fields that the definitions of a run lead to.

    Args:
        fields: the limit (`limits.fields`).

    Attributes:
        exceeded: the definition that led beyond the limit; None if there is none.
    """

    def __init__(self, fields: int) -> None:
        self._left = fields
        self.exceeded: Location | None = None

    def spend(self) -> None:
        """Count one more field."""
        self._left -= 1

    def allows(self, definition: Location | None) -> bool:
        """Whether the fields of one more type may be read.

        Args:
            definition: the location of the definition that leads to the type.
        """
        if self._left <= 0 and self.exceeded is None:
            self.exceeded = definition
        return self._left > 0
