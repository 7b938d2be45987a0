"""Why a document does not fit its schema: one error for one cause, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.naming import did_you_mean, nearest
from dispatch_lint.schema.patterns import fits

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Shape

_TYPE_NAMES = {
    "string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "a mapping", "null": "null",
}  # fmt: skip
_SHOWN = 60
"""Longer values are cut in messages."""


_PLAIN = frozenset(
    {"type", "enum", "const", "required", "pattern", "minimum", "maximum", "additionalProperties"}
)
"""Keywords of which all that is said follows from their value and from that of the document."""
# A SystemError is what older versions make of text that is not Unicode.
_REFUSALS = (ValueError, OverflowError, RecursionError, SystemError)


class SchemaError(NamedTuple):
    """One way in which a document does not fit.

    Attributes:
        path: of the value; of the parent where a field is missing.
        missing: the name of a missing field.
        better: the value that was meant, where one is near.
        sure: whether it says the same in the right type.
        on: what does not fit, the name of the field or its value.
    """

    path: Path
    message: str
    missing: str = ""
    help: str = ""
    better: str | int | bool | None = None
    sure: bool = False
    on: Literal["key", "value"] = "value"


def is_valid(schema: KindSchema, value: object) -> bool:
    """The native validator's answer; no for a value that it cannot judge."""
    try:
        return bool(schema.validator.is_valid(value))
    except _REFUSALS:
        return False


def schema_errors(schema: KindSchema, value: object) -> Iterator[SchemaError]:
    """Every error of a document, but for the undeclared fields that other rules speak about."""
    if is_valid(schema, value):
        return
    seen: set[SchemaError | Path] = set()
    for error in _native_errors(schema, value) or schema.explainer.iter_errors(value):
        if error.validator == "required":  # there is one for each name, and one says all
            path = tuple(error.absolute_path)
            if path in seen:
                continue
            seen.add(path)
        for found in _explain(error, schema.shape):
            if found not in seen:
                seen.add(found)
                yield found


class _Plain(NamedTuple):
    """An error as jsonschema has it, of a keyword that needs no more to be explained."""

    absolute_path: Sequence[str | int]
    validator: str
    validator_value: Any
    instance: Any
    schema: Any
    context: Sequence[Any] = ()


def _native_errors(schema: KindSchema, value: object) -> list[_Plain]:
    """The errors of the native validator; none where one is not plain.

    To import jsonschema takes longer than to check a hundred documents.
    """
    found = []
    try:
        for error in schema.validator.iter_errors(value):
            *above, keyword = error.schema_path
            if keyword not in _PLAIN:
                return []
            path, around = error.instance_path, _inside(schema.schema, above)
            found.append(_Plain(path, keyword, around[keyword], _inside(value, path), around))
    except (*_REFUSALS, LookupError, TypeError):
        return []
    return found


def _inside(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


@lru_cache(maxsize=1)
def explainer_class() -> Any:
    """Draft 7 with patterns as the native validator and editors have them (`patterns.fits`)."""
    from jsonschema import Draft7Validator, ValidationError
    from jsonschema.validators import extend

    def pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not fits(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")

    def pattern_properties(
        validator: Any, patterns: Any, instance: Any, _: Any
    ) -> Iterator[ValidationError]:
        for one, schema in patterns.items():
            for name in _named(instance, one):
                yield from validator.descend(instance[name], schema, path=name, schema_path=one)

    def additional_properties(
        validator: Any, schema: Any, instance: Any, around: Any
    ) -> Iterator[ValidationError]:
        others = [*_undeclared(instance, around)]
        if isinstance(schema, dict):
            for name in others:
                yield from validator.descend(instance[name], schema, path=name)
        elif schema is False and others:
            yield ValidationError(f"{', '.join(others)} may not be there")

    return extend(  # type: ignore[no-untyped-call]
        Draft7Validator,
        {
            "pattern": pattern,
            "patternProperties": pattern_properties,
            "additionalProperties": additional_properties,
        },
    )


def _named(value: Any, pattern: str) -> list[str]:
    """The fields of a mapping whose names match a pattern."""
    return [name for name in value if fits(pattern, name)] if isinstance(value, dict) else []


def _undeclared(value: Any, schema: Any) -> Iterator[str]:
    """The fields of a mapping that a schema does not speak of by their names."""
    declared, patterns = (schema.get(name, {}) for name in ("properties", "patternProperties"))
    for name in value if isinstance(value, dict) else ():
        if not (name in declared or any(fits(one, name) for one in patterns)):
            yield name


def _explain(error: Any, shape: Shape) -> Iterator[SchemaError]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        yield from _refused(error, path, shape.at(path))
        return
    if error.validator == "required":
        for name in error.validator_value:
            if isinstance(error.instance, dict) and name not in error.instance:
                yield SchemaError(path, f'the required field "{name}" is missing', missing=name)
        return
    if error.context:
        # anyOf and oneOf: the branch that fits best, instead of all of them
        from jsonschema.exceptions import best_match

        best = best_match([error])
        if best is not error:
            yield from _explain(best, shape)
            return
    better, sure = _better(error)
    yield SchemaError(path, _message(error, path), help=_help(error), better=better, sure=sure)


def _refused(error: Any, path: Path, shape: Shape | None) -> Iterator[SchemaError]:
    """The fields that a schema refuses though its shape does not tell: no other rule sees them.

    So it is inside types that hold themselves, in objects without any field, and where parts of
    an `allOf` disagree.
    """
    for name in _undeclared(error.instance, error.schema):
        if shape is None or not shape.tells(name):
            where = f'"{_dotted(path)}"' if path else "the document"
            yield SchemaError((*path, name), f'{where} has no field "{name}"', on="key",
                              help="remove it")  # fmt: skip


def _message(error: Any, path: Path) -> str:
    where = f'"{_dotted(path)}"' if path else "the document"
    value = error.instance
    if error.validator == "type":
        types = error.validator_value
        types = [types] if isinstance(types, str) else types
        return f"{where} has to be {_types(types)}, not {_shown(value)}"
    if error.validator in ("enum", "const"):
        allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
        allowed = [one for one in allowed if one is not None]
        meant = did_you_mean(value, [str(one) for one in allowed]) if isinstance(value, str) else ""
        listed = ", ".join(f'"{one}"' for one in allowed)
        return f"{_quoted(value)} is none of {listed}{meant}"
    if error.validator == "pattern":
        return f"{_quoted(value)} does not match the pattern {error.validator_value}"
    if error.validator in ("minimum", "maximum"):
        bound = "least" if error.validator == "minimum" else "most"
        return f"{where} has to be at {bound} {error.validator_value}, not {_quoted(value)}"
    return f"{where}: {error.message}"


def _better(error: Any) -> tuple[str | int | bool | None, bool]:
    """The value that was meant, and whether it says the same in the right type."""
    value = error.instance
    if not isinstance(value, str):
        return None, False
    if error.validator == "type":
        types = error.validator_value
        types = [types] if isinstance(types, str) else types
        if "integer" in types and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value, re.ASCII):
            return int(value), True
        if "boolean" in types and value in ("true", "false"):
            return value == "true", True
    elif error.validator == "enum":
        allowed = [one for one in error.validator_value if isinstance(one, str)]
        return nearest(value, allowed, cutoff=0.6), False
    return None, False


def _help(error: Any) -> str:
    if error.validator != "type":
        return ""
    types, value = error.validator_value, error.instance
    if "array" in types and isinstance(value, dict):
        return "write a list: each entry on a line of its own, after a dash"
    if "array" in types and isinstance(value, str):
        return f"write a list: [{value}]"
    numeric = {"integer", "number"} & set([types] if isinstance(types, str) else types)
    if numeric and isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return "write the number without quotes"
    return ""


def _types(types: list[str]) -> str:
    # Manifests take numbers and booleans for text, and null for what may be missing: true, but
    # no help to somebody who wrote a list.
    shown = ["string"] if "string" in types else [one for one in types if one != "null"] or types
    return " or ".join(_TYPE_NAMES.get(one, one) for one in shown)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"the text {_quoted(value)}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "null" if value is None else str(value).lower()[:_SHOWN]


def _quoted(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= _SHOWN else f'"{value[: _SHOWN - 1]}…"'
    return _shown(value)


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
