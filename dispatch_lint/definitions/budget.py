"""A limit on how many fields definitions lead to, types inside types included."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.model.location import Location


_USUAL = 8
"""Levels of types inside types up to which a field counts once; those of Dispatch have 6."""

_KIND = 20
"""How many fields a kind counts as: it has those of BaseEntity, a schema, and a validator of 50 kB."""


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

    def spend(self, around: int = 0, fields: int = 1) -> None:
        """Count one more field, or several.

        Args:
            around: how many types it is inside. Beyond what real code has, each level can double the
                fields, and the structs that each of them embeds are read once more for each.
        """
        self._left -= fields * max(1, around - _USUAL) ** 2

    def spend_kind(self) -> None:
        """Count one more kind, whose own fields were counted."""
        self.spend(fields=_KIND)

    def allows(self, definition: Location | None, kinds: int = 0) -> bool:
        """Whether the fields of one more type may be read.

        Args:
            definition: the location of the definition that leads to the type.
            kinds: how many are to be read before it.
        """
        allowed = self._left > kinds * _KIND
        if not allowed and self.exceeded is None:
            self.exceeded = definition
        return allowed
