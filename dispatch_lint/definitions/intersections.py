"""One type that has the values that several types have in common, as `allOf` wants it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from dispatch_lint.definitions.model import Field, Type

_NUMBERS = ("number", "integer", "unsigned")
"""Each has the values of the next."""
_TEXTS = ("string", "time", "enum")
_GREATEST = frozenset({
    "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties",
})  # fmt: skip
_LEAST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})


def intersection(types: Sequence[Type]) -> Type:
    """A type with the values that all of some types have; more than these where no type is so narrow."""
    return reduce(_both, types)


def _both(left: Type, right: Type) -> Type:
    if left == right:
        return left
    if right.wire_type == "any" and not right.same_as:
        return left._replace(limits=_limits(left, right))
    if left.wire_type == "any" and not left.same_as:
        return right._replace(limits=_limits(left, right), name=left.name or right.name)
    if left.same_as or right.same_as:
        return left  # what it is is being read
    nullable = left.nullable and right.nullable
    if "union" in (left.wire_type, right.wire_type):
        narrowed = _of_union(left, right)
    elif left.wire_type == right.wire_type == "object":
        narrowed = left._replace(
            fields=_fields(left.fields, right.fields), open=left.open or right.open,
            item=left.item or right.item, limits=_limits(left, right),
        )  # fmt: skip
    elif left.wire_type == right.wire_type and left.item and right.item:
        item = _both(left.item, right.item)
        narrowed = left._replace(item=item, limits=_limits(left, right))
    elif _kinship(left) and _kinship(left) == _kinship(right):
        narrowed = _of_scalars(left, right)
    else:
        narrowed = left  # no value is both: a description that says so is not judged here
    return narrowed._replace(nullable=nullable)


def _kinship(type_: Type) -> tuple[str, ...]:
    """The types of which one may have all values of another."""
    if type_.wire_type == "boolean":
        return ("boolean",)
    return next((kin for kin in (_NUMBERS, _TEXTS) if type_.wire_type in kin), ())


def _of_scalars(left: Type, right: Type) -> Type:
    kin = _kinship(left)
    narrow = max(left, right, key=lambda type_: kin.index(type_.wire_type))
    values = left.values or right.values
    if left.values and right.values:
        allowed = {value.value for value in right.values}
        common = tuple(value for value in left.values if value.value in allowed)
        values = common or left.values
    return left._replace(
        wire_type=narrow.wire_type, values=values,
        limits=_limits(left, right),
    )  # fmt: skip


def _of_union(left: Type, right: Type) -> Type:
    """The alternatives of a union that fit another type; all of them where none does."""
    union, other = (left, right) if left.wire_type == "union" else (right, left)
    kin = ("any", *(_kinship(other) or (other.wire_type,)))
    fitting = [
        _both(part, other)
        for part in union.alternatives
        if other.wire_type == "union" or part.wire_type in kin
    ]
    if len(fitting) == 1:
        return fitting[0]
    return union._replace(alternatives=tuple(fitting) or union.alternatives)


def _fields(left: Sequence[Field], right: Sequence[Field]) -> tuple[Field, ...]:
    theirs = {field.name: field for field in right}
    fields = []
    for field in left:
        other = theirs.pop(field.name, None)
        if other is not None:
            field = field._replace(
                type=_both(field.type, other.type), omitempty=field.omitempty and other.omitempty,
                required=field.required or other.required,
            )  # fmt: skip
        fields.append(field)
    return (*fields, *theirs.values())


def _limits(left: Type, right: Type) -> tuple[tuple[str, Any], ...]:
    """The limits of both types: of two patterns the first."""
    limits = dict(left.limits)
    for name, limit in right.limits:
        known = limits.get(name)
        if known is None:
            limits[name] = limit
        elif name in _GREATEST:
            limits[name] = max(known, limit)
        elif name in _LEAST:
            limits[name] = min(known, limit)
    return tuple(limits.items())
