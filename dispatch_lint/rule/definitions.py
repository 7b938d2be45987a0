"""Definitions as rules about them see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.definitions.go_syntax import KeyExpression
    from dispatch_lint.definitions.model import EntityType, Field
    from dispatch_lint.definitions.variants import Repeated


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


def repeated(definitions: Sequence[EntityType]) -> Iterator[Repeated]:
    """The definitions that repeat the first one of some of one kind and form."""
    from dispatch_lint.definitions import variants

    return variants.repeated(definitions)
