"""Definitions as rules about them see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.rule.readonly import read_only

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.definitions.go_syntax import KeyExpression
    from dispatch_lint.definitions.model import EntityType, Field, Type
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


def read_only_definition(definition: EntityType) -> EntityType:
    """A definition whose examples and defaults, which are JSON values, cannot be changed."""
    return definition._replace(
        fields=_read_only_fields(definition.fields),
        hidden=_read_only_fields(definition.hidden),
        further=definition.further and _read_only_type(definition.further),
        recursive=tuple((name, _read_only_type(type_)) for name, type_ in definition.recursive),
    )


def _read_only_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(
        field._replace(
            type=_read_only_type(field.type),
            examples=tuple(map(read_only, field.examples)),
            default=read_only(field.default),
        )
        for field in fields
    )


def _read_only_type(type_: Type) -> Type:
    return type_._replace(
        item=type_.item and _read_only_type(type_.item),
        fields=_read_only_fields(type_.fields),
        alternatives=tuple(map(_read_only_type, type_.alternatives)),
        limits=tuple((key, read_only(value)) for key, value in type_.limits),
    )


def guide_fields() -> tuple[Field, ...]:
    """The fields of the guide's BaseEntity (guide, Base Entity)."""
    from dispatch_lint.definitions.golang import guide_base

    return guide_base().fields


def repeated(definitions: Sequence[EntityType]) -> Iterator[Repeated]:
    """The definitions that repeat the first one of some of one kind and form."""
    from dispatch_lint.definitions import variants

    return variants.repeated(definitions)
