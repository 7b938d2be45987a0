"""The part of a schema that is about one field: local references are followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.schema.shape import pointed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.shape import Schema

_MOST_STEPS = 50
"""References that are followed one after the other."""


def part_at(schema: Schema, path: Path) -> Schema:
    """What a schema declares for a path; an empty schema where it declares nothing."""
    part = _resolved(schema, schema)
    for step in path:
        if isinstance(step, int):
            inner = part.get("items")
        else:
            inner = part.get("properties", {}).get(step, part.get("additionalProperties"))
        part = _resolved(inner, schema) if isinstance(inner, dict) else {}
    return part


def _resolved(part: Schema, root: Schema) -> Schema:
    """A part with what `$ref`, `allOf` and the first object of `anyOf` say."""
    for _ in range(_MOST_STEPS):
        ref = part.get("$ref")
        if not (isinstance(ref, str) and ref.startswith("#/")):
            break
        target = pointed(root, ref)
        if not isinstance(target, dict):
            break
        part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
    for keyword in ("allOf", "anyOf"):
        for inner in part.get(keyword, ()):
            if isinstance(inner, dict) and inner.get("type") != "null":
                part = {**_resolved(inner, root), **part}
                break
    return part


def values_of(part: Schema) -> Iterator[tuple[Any, str]]:
    """The values that a field may have, each with its description; null and nothing are left out."""
    if "const" in part:
        yield part["const"], ""
    elif "enum" in part:
        descriptions = part.get("enumDescriptions", ())
        for number, value in enumerate(part["enum"]):
            if value not in (None, ""):
                yield value, descriptions[number] if number < len(descriptions) else ""
    else:
        types = part.get("type", ())
        if (types == "boolean") or (
            isinstance(types, list) and "boolean" in types and "string" not in types
        ):
            yield from ((value, "") for value in (True, False))
