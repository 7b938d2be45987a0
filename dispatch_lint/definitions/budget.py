"""How much of a code base definitions may lead to: nothing makes a run slow without bounds."""

from __future__ import annotations

from typing import Any


class Budget:
    """The fields that the definitions of a run may still lead to.

    Args:
        fields: how many there may be in all (`limits.fields`).
    """

    def __init__(self, fields: int) -> None:
        self._left = fields
        self.exceeded: Any = None
        """The place of the definition that led to too many, if one did."""

    def spend(self) -> None:
        """Count one more field."""
        self._left -= 1

    def allows(self, location: Any) -> bool:
        """Whether a type inside another may be followed.

        Args:
            location: of the definition that leads to it.
        """
        if self._left <= 0 and self.exceeded is None:
            self.exceeded = location
        return self._left > 0
