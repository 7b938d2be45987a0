"""Patterns of schemas: regular expressions of ECMA-262, not of Python."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.schema.native import bounded, native_validator

if TYPE_CHECKING:
    from jsonschema_rs import Validator


def fits(pattern: str, text: str) -> bool:
    r"""Whether a text has a match of a pattern, as validators and editors read patterns.

    `$` matches only at the end of the text, `\d` and `\w` are ASCII, `\p{…}` is supported. A lone
    surrogate is replaced by `?`.

    Raises:
        ValueError: the pattern is not valid.
    """
    return _validator(pattern).is_valid(text.encode("utf-8", "replace").decode())


@lru_cache(maxsize=1_000)
def is_pattern(pattern: str) -> bool:
    """Whether a pattern is valid."""
    try:
        _validator(pattern)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1_000)
def _validator(pattern: str) -> Validator:
    return native_validator()({"pattern": pattern}, pattern_options=bounded())
