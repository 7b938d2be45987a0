"""The slow validator, whose errors say enough to be explained."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dispatch_lint.schema.patterns import fits


@lru_cache(maxsize=1)
def explainer_class() -> Any:
    """A validator for draft 7 that reads patterns as the native one does (`patterns.fits`)."""
    from jsonschema import Draft7Validator, ValidationError
    from jsonschema.validators import extend

    def pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not fits(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")

    def pattern_properties(
        validator: Any, patterns: Any, instance: Any, _: Any
    ) -> Iterator[ValidationError]:
        for pattern, schema in patterns.items():
            for name in _matching_names(instance, pattern):
                value = instance[name]
                yield from validator.descend(value, schema, path=name, schema_path=pattern)

    def additional_properties(
        validator: Any, schema: Any, instance: Any, around: Any
    ) -> Iterator[ValidationError]:
        names = [*undeclared(instance, around)]
        if isinstance(schema, dict):
            for name in names:
                yield from validator.descend(instance[name], schema, path=name)
        elif schema is False and names:
            yield ValidationError(f"{', '.join(names)} is not allowed")

    return extend(  # type: ignore[no-untyped-call]
        Draft7Validator,
        {
            "pattern": pattern,
            "patternProperties": pattern_properties,
            "additionalProperties": additional_properties,
        },
    )


def _matching_names(value: Any, pattern: str) -> list[str]:
    """The fields of a mapping whose names match a pattern."""
    return [name for name in value if fits(pattern, name)] if isinstance(value, dict) else []


def undeclared(value: Any, schema: Any) -> Iterator[str]:
    """The fields of a mapping that no keyword of a schema declares by their names."""
    declared, patterns = (schema.get(name, {}) for name in ("properties", "patternProperties"))
    for name in value if isinstance(value, dict) else ():
        if not (name in declared or any(fits(pattern, name) for pattern in patterns)):
            yield name
