"""Why a document does not fit its schema: one error with a readable message for each cause."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.naming import did_you_mean, only_nearest
from dispatch_lint.schema.json_schema import META, PATHS
from dispatch_lint.schema.native import native_validator
from dispatch_lint.text.scalars import is_long_number

if TYPE_CHECKING:
    from jsonschema_rs import Validator

    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Shape

_TYPE_NAMES = {
    "string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "a mapping", "null": "null",
}  # fmt: skip
_MAX_SHOWN = 60
"""Longer values are cut in messages."""
_MAX_LISTED = 50
"""More choices are not listed in a message."""
_EXACT = 2**53
"""From here on, a float may be another number than the one that is written."""

_LISTED = ("enum", "const")
_PLAIN = frozenset(
    {"type", "enum", "const", "required", "pattern", "minimum", "maximum", "additionalProperties"}
)
"""Keywords whose errors are explained by their value and the value of the document alone."""
# Older versions raise SystemError for text that is not Unicode.
_REFUSALS = (ValueError, OverflowError, RecursionError, SystemError)


class SchemaError(NamedTuple):
    """One way in which a document does not fit its schema.

    Attributes:
        path: of the value; of the parent if a field is missing.
        missing: the name of a missing field.
        better: the value that was probably meant, if there is one.
        sure: `better` is the same value in the right type.
        on: whether the name of the field does not fit, or its value.
    """

    path: Path
    message: str
    missing: str = ""
    help: str = ""
    better: str | int | bool | None = None
    sure: bool = False
    on: Literal["key", "value"] = "value"


def is_valid(schema: KindSchema, value: object) -> bool:
    """Whether a value fits its schema; no for a value that the native validator cannot read."""
    if not _fits(schema.validator, value):
        return False
    if schema.kind in PATHS and not all(
        _fits(_meta_validator(), inner) for _, inner in _json_schemas(schema, value)
    ):
        return False
    return schema.form != "stored" or next(_fractions(schema, value), None) is None


def _fits(validator: Validator, value: object) -> bool:
    try:
        return validator.is_valid(value)
    except _REFUSALS:
        return False


def _json_schemas(schema: KindSchema, value: object) -> Iterator[tuple[Path, object]]:
    """The fields of a document that hold a JSON Schema, and are not null."""
    for path in PATHS[schema.kind]:
        inner: Any = value
        for step in path:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if inner is not None:
            yield path, inner


@lru_cache(maxsize=1)
def _meta_validator() -> Validator:
    return native_validator()(META)


def _meta_errors(schema: KindSchema, value: object) -> Iterator[SchemaError]:
    """The errors of the JSON Schemas in a document."""
    from dispatch_lint.schema.explainer import explainer_class

    explainer = explainer_class()(META)
    for path, inner in _json_schemas(schema, value):
        if not _fits(_meta_validator(), inner):
            for error in explainer.iter_errors(inner):
                error.parent = None
                error.path.extendleft(reversed(path))
                for schema_error in _explain(error, schema.shape):
                    yield schema_error._replace(better=None)


def _fractions(schema: KindSchema, value: object) -> Iterator[SchemaError]:
    """The integers of a stored entity that are written as `1.0` or `1e2`.

    They are integers to JSON Schema. The Entity Store decodes JSON into integers of Go, which takes
    neither; `dispatch create -f` rewrites the numbers of a manifest before.
    """
    for route in schema.integers:
        for path, number in route.walk(value):
            if type(number) is float and number.is_integer():
                message = (f'"{_dotted(path)}" must be an integer without a fraction or an exponent, '
                           f"not {number}")  # fmt: skip
                if abs(number) < _EXACT:
                    yield SchemaError(path, message, help=f"write {int(number)}",
                                      better=int(number), sure=True)  # fmt: skip
                else:
                    yield SchemaError(path, message)


def schema_errors(schema: KindSchema, value: object) -> Iterator[SchemaError]:
    """Every error of a document, except for undeclared fields that other rules report."""
    if is_valid(schema, value):
        return
    if schema.kind in PATHS:
        yield from _meta_errors(schema, value)
    if schema.form == "stored":
        yield from _fractions(schema, value)
    seen: set[SchemaError | Path] = set()
    errors = _native_errors(schema, value) or [*schema.explainer.iter_errors(value)]
    for error in _without_types_of_listed(errors):
        if error.validator == "required":  # one for each name, but the first explains all
            path = tuple(error.absolute_path)
            if path in seen:
                continue
            seen.add(path)
        for schema_error in _explain(error, schema.shape):
            if schema_error not in seen:
                seen.add(schema_error)
                yield schema_error


def _without_types_of_listed(errors: Sequence[Any]) -> Iterator[Any]:
    """Errors without those about the type of a value that is none of the listed ones either."""
    listed = {tuple(error.absolute_path) for error in errors if error.validator in _LISTED}
    for error in errors:
        if error.validator != "type" or tuple(error.absolute_path) not in listed:
            yield error


class _PlainError(NamedTuple):
    """An error of a plain keyword, with the attributes of jsonschema's `ValidationError`."""

    absolute_path: Sequence[str | int]
    validator: str
    validator_value: Any
    instance: Any
    schema: Any
    context: Sequence[Any] = ()


def _native_errors(schema: KindSchema, value: object) -> list[_PlainError]:
    """The errors of the native validator; empty if one of them is not of a plain keyword.

    It spares most runs the import of jsonschema, which takes longer than to check a hundred
    documents.
    """
    errors = []
    try:
        for error in schema.validator.iter_errors(value):
            *above, keyword = error.schema_path
            if keyword not in _PLAIN:
                return []
            path, around = error.instance_path, _inside(schema.schema, above)
            errors.append(_PlainError(path, keyword, around[keyword], _inside(value, path), around))
    except (*_REFUSALS, LookupError, TypeError):
        return []
    return errors


def _inside(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


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
        # For anyOf and oneOf, only the branch that fits best is explained.
        from jsonschema.exceptions import best_match

        best = best_match([error])
        if best is not error:
            yield from _explain(best, shape)
            return
    better, sure = _better(error)
    yield SchemaError(path, _message(error, path), help=_help(error), better=better, sure=sure)


def _refused(error: Any, path: Path, shape: Shape | None) -> Iterator[SchemaError]:
    """The fields that a schema refuses, but its shape does not: no other rule reports them.

    That happens inside types that contain themselves, in objects without declared fields, and if
    the parts of an `allOf` contradict each other.
    """
    from dispatch_lint.schema.explainer import undeclared

    for name in undeclared(error.instance, error.schema):
        if shape is None or not shape.refuses(name):
            where = f'"{_dotted(path)}"' if path else "the document"
            yield SchemaError((*path, name), f'{where} has no field "{name}"', on="key",
                              help="remove it")  # fmt: skip


def _message(error: Any, path: Path) -> str:
    where = f'"{_dotted(path)}"' if path else "the document"
    value = error.instance
    if error.validator == "type":
        types = error.validator_value
        types = [types] if isinstance(types, str) else types
        return f"{where} must be {_types(types)}, not {_shown(value)}"
    if error.validator in ("enum", "const"):
        allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
        choices = [choice for choice in allowed if choice not in (None, "")]
        texts = [choice for choice in choices if isinstance(choice, str)]
        meant = did_you_mean(value, texts) if isinstance(value, str) else ""
        listed = ", ".join(
            _cut(json.dumps(choice, ensure_ascii=False)) for choice in choices[:_MAX_LISTED]
        )
        more = f" and {len(choices) - _MAX_LISTED:,} more" if len(choices) > _MAX_LISTED else ""
        return f"{_quoted(value)} is not one of {listed}{more}{meant}"
    if error.validator == "pattern":
        from dispatch_lint.definitions.go_library import PATTERN_NAMES

        if error.validator_value in PATTERN_NAMES:
            return f"{_quoted(value)} is not {PATTERN_NAMES[error.validator_value]}"
        return f"{_quoted(value)} does not match the pattern {error.validator_value}"
    if error.validator in ("minimum", "maximum"):
        bound = "least" if error.validator == "minimum" else "most"
        return f"{where} must be at {bound} {error.validator_value}, not {_quoted(value)}"
    return f"{where}: {error.message}"


def _better(error: Any) -> tuple[str | int | bool | None, bool]:
    """The value that was probably meant, and whether it is the same in the right type."""
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
        allowed = [choice for choice in error.validator_value if isinstance(choice, str)]
        return only_nearest(value, allowed, cutoff=0.6), False
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
    if numeric and isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
        return "write the number without quotes"
    return ""


def _types(types: list[str]) -> str:
    # Manifests also allow numbers and booleans for text, and null for an optional value. To list
    # these would only distract from the type that is meant.
    shown = ["string"] if "string" in types else [name for name in types if name != "null"] or types
    return " or ".join(_TYPE_NAMES.get(name, name) for name in shown)


def _shown(value: object) -> str:
    if isinstance(value, str):
        is_long = is_long_number(value)
        return "a number of more than 400 digits" if is_long else f"the text {_quoted(value)}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "null" if value is None else str(value).lower()[:_MAX_SHOWN]


def _quoted(value: object) -> str:
    if isinstance(value, str):
        return f'"{_cut(value)}"'
    return _shown(value)


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
