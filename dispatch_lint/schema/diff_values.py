"""How the values that a schema allows have changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.schema.diff_types import as_object
from dispatch_lint.schema.pattern_inclusion import includes

if TYPE_CHECKING:
    from dispatch_lint.schema.shape import Schema

ValueChange = Literal[
    "type-narrowed", "type-widened", "value-removed", "value-added", "value-changed",
    "pattern-narrowed", "pattern-widened", "pattern-removed", "reference-changed", "reference-moved",
]  # fmt: skip
_ALL_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_WORDS = {
    "minimum": "the least number", "exclusiveMinimum": "the bound that numbers are above",
    "maximum": "the greatest number", "exclusiveMaximum": "the bound that numbers are below",
    "minLength": "the least length", "maxLength": "the greatest length",
    "minItems": "the least number of items", "maxItems": "the greatest number of items",
    "minProperties": "the least number of fields", "maxProperties": "the greatest number of fields",
}  # fmt: skip
_CODINGS = {"contentEncoding": "encoded", "contentMediaType": "written as text of the type"}


class Change(NamedTuple):
    """A change of the values themselves, not of what is inside of them."""

    what: ValueChange
    message: str


def value_changes(old: Schema, new: Schema, *, null: bool = True) -> Iterator[Change]:
    """The changes of the values of one field.

    Args:
        null: whether to compare if the values may be null.
    """
    before, after = _types(old), _types(new)
    if not null:
        before, after = before - {"null"}, after - {"null"}
    if _with_integers(before) != _with_integers(after):
        narrowed = not _with_integers(before) <= _with_integers(after)
        message = f"the type changed from {_type_names(before)} to {_type_names(after)}"
        yield Change("type-narrowed" if narrowed else "type-widened", message)
        if not before & after and not {"integer", "number"} <= before | after:
            return  # nothing else is the same either
        if narrowed and "type" not in old and _values(old) is None:
            return  # any value was allowed: limits are no further change
    yield from _shape(old, new)
    yield from _limits(old, new)
    yield from _codings(old, new)
    yield from _enumeration(old, new)
    yield from _pattern(old, new)
    keys = [
        {"type": "string"} | as_object(schema.get("propertyNames", {})) for schema in (old, new)
    ]
    for change in _pattern(*keys):
        yield change._replace(message=f"of the keys, {change.message}")


def is_map(schema: Schema) -> bool:
    """Whether the values are mappings with any keys, whose values have one type."""
    return isinstance(schema.get("additionalProperties"), dict) and not schema.get("properties")


def _is_struct(schema: Schema) -> bool:
    return isinstance(schema.get("properties"), dict) and not is_map(schema) and (
        "object" in _types(schema)
    )  # fmt: skip


def _shape(old: Schema, new: Schema) -> Iterator[Change]:
    if is_map(old) and _is_struct(new):
        yield Change("type-narrowed", "a mapping with any keys became an object with fixed fields")
    elif _is_struct(old) and is_map(new):
        yield Change("type-narrowed", "an object with fixed fields became a mapping with any keys")


def _limits(old: Schema, new: Schema) -> Iterator[Change]:
    """Changes of the bounds of numbers, lengths and counts."""
    for names, sign in ((_LOWER, 1), (_UPPER, -1)):
        for name in names:
            before, after = old.get(name), new.get(name)
            if before == after or not _concerns(name, old, new):
                continue
            narrowed = after is not None and (before is None or sign * after > sign * before)
            message = f"{_WORDS[name]} changed from {_shown(before)} to {_shown(after)}"
            yield Change("type-narrowed" if narrowed else "type-widened", message)
    before, after = old.get("multipleOf"), new.get("multipleOf")
    if before != after:
        narrowed = after is not None and (before is None or before % after != 0)
        message = f"the required multiple changed from {_shown(before)} to {_shown(after)}"
        yield Change("type-narrowed" if narrowed else "type-widened", message)


_LIMITED = {"Length": {"string"}, "Items": {"array"}, "Properties": {"object"}}


def _concerns(name: str, old: Schema, new: Schema) -> bool:
    """Whether a limit is about a type that both schemas allow."""
    both = _with_integers(_types(old)) & _with_integers(_types(new))
    limited = next((types for end, types in _LIMITED.items() if name.endswith(end)), {"integer"})
    if limited == {"integer"} and new.get(name) is None and old.get(name) is not None:
        return "number" not in _types(new)  # an integer becomes a number: that is no news
    return bool(limited & both)


def _shown(limit: object) -> str:
    return "none" if limit is None else str(limit)


def _codings(old: Schema, new: Schema) -> Iterator[Change]:
    """Changes of how text stands for a value: as base64, or as JSON."""
    for name, word in _CODINGS.items():
        before, after = old.get(name), new.get(name)
        if before != after:
            was = f"{word} {before}" if before else f"not {word}"
            is_ = f"{word} {after}" if after else f"not {word}"
            yield Change("type-narrowed", f"the encoding of the text changed from {was} to {is_}")


def _enumeration(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = _values(old), _values(new)
    if before is None and after is None:
        return
    if before is None or after is None:
        if after is not None:
            listed = ", ".join(_named(value) for value in after if value != "")
            yield Change("value-removed", f"the values became limited to {listed}")
        else:
            yield Change("value-added", "every value became allowed")
        return
    for value in before:
        if not _has(after, value):
            yield Change("value-removed", f"the value {_as_json(value)} was removed")
    yield from _meanings(old, new)
    for value in after:
        if not _has(before, value):
            yield Change("value-added", f"the value {_as_json(value)} was added")


def _meanings(old: Schema, new: Schema) -> Iterator[Change]:
    """Numbers that are read as another constant, which had another number, or whose own one has.

    A constant that has only another name is still the same.
    """
    before, after = _names(old), _names(new)
    for value, was in before.items():
        now = after.get(value, was)
        if now != was and (was in after.values() or now in before.values()):
            message = f"the value {value} was {was}, and is {now} now"
            yield Change("value-changed", message)


def _names(schema: Schema) -> dict[int, str]:
    """The names of constants, by their numbers."""
    names, values = schema.get("x-enum-varnames"), schema.get("enum")
    if not (isinstance(names, list) and isinstance(values, list)):
        return {}
    return {
        value: name
        for name, value in zip(names, values, strict=False)
        if name and isinstance(name, str) and type(value) is int
    }


def _has(values: list[Any], value: object) -> bool:
    """Whether a value is among others; to Python, `true` would be 1."""
    is_bool = isinstance(value, bool)
    return any(value == other and isinstance(other, bool) is is_bool for other in values)


def _pattern(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = old.get("pattern"), new.get("pattern")
    coded = any(old.get(name) != new.get(name) for name in _CODINGS)
    if before == after or coded or "string" not in _types(old) & _types(new):
        return
    if after is None:
        yield Change("pattern-removed", f"the pattern {before} was removed")
        return
    message = f"the pattern changed from {before} to {after}" if before else f"the pattern {after} was added"  # fmt: skip
    wider = before is not None and includes(after, before)
    yield Change("pattern-widened" if wider else "pattern-narrowed", message)


def _types(schema: Schema) -> frozenset[str]:
    """The JSON types of a schema; all of them where it names none."""
    types = schema.get("type")
    if isinstance(types, str):
        return frozenset([types])
    return frozenset(types) if isinstance(types, list) else _ALL_TYPES


def _with_integers(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types


def _type_names(types: frozenset[str]) -> str:
    return "any" if types >= _ALL_TYPES - {"integer", "null"} else " or ".join(sorted(types)) or "any"  # fmt: skip


def _values(schema: Schema) -> list[Any] | None:
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return None
    return [value for value in values if value is not None]


def _named(value: object) -> str:
    return value if isinstance(value, str) else _as_json(value)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
