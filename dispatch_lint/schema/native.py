"""The native validator, imported when it is first used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dispatch_lint.signals import held

if TYPE_CHECKING:
    from jsonschema_rs import Draft7Validator, FancyRegexOptions


@cache
def native_validator() -> type[Draft7Validator]:
    """The validator class for JSON Schema draft 7.

    Signals are blocked while it is imported: the library turns an exception that a signal handler
    raises inside that import into a panic, and Ctrl-C would be lost.
    """
    with held():
        from jsonschema_rs import Draft7Validator
    return Draft7Validator


@cache
def bounded() -> FancyRegexOptions:
    """Options by which no pattern takes long for a text, however it is written."""
    native_validator()
    from jsonschema_rs import FancyRegexOptions

    return FancyRegexOptions(backtrack_limit=20_000)
