"""Types that contain themselves, as definitions of a schema: as long as these stay small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dispatch_lint.definitions.model import Field, Type

_MAX_FIELDS = 2_000
"""Fields of all such types of one entity type: where they lead to more, they are left open."""


def are_small(types: Mapping[str, Type]) -> bool:
    """Whether types do not lead to too many fields."""
    pending: list[Type] = list(types.values())
    left = _MAX_FIELDS
    while pending and left >= 0:
        type_ = pending.pop()
        left -= len(type_.fields)
        pending += [field.type for field in type_.fields]
        pending += [*type_.alternatives, *([type_.item] if type_.item else [])]
    return left >= 0


def without_recursion(fields: Iterable[Field]) -> Sequence[Field]:
    """Fields in which the types that contain themselves are open where they do."""
    return [field._replace(type=opened(field.type)) for field in fields]


def opened(type_: Type) -> Type:
    """A type in which the types that contain themselves are open where they do."""
    if type_.same_as:
        return Type("any", nullable=True)
    return type_._replace(
        fields=tuple(without_recursion(type_.fields)),
        item=opened(type_.item) if type_.item else None,
        alternatives=tuple(map(opened, type_.alternatives)),
    )
