"""Definitions as rules about them see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_syntax import KeyExpression
    from dispatch_lint.definitions.model import Field


class PackageView(NamedTuple):
    """A Go package beyond its types.

    Attributes:
        folder: its folder, as locations show it.
        key_expressions: the calls that join strings with slashes, and so may build keys: `parts`,
            `function`, `location`.
    """

    folder: str
    key_expressions: tuple[KeyExpression, ...]


def guide_fields() -> tuple[Field, ...]:
    """The fields of the guide's BaseEntity (guide, Base Entity)."""
    from dispatch_lint.definitions.golang import guide_base

    return guide_base().fields
