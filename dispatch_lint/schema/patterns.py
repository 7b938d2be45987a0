"""Patterns of schemas as JSON Schema has them: regular expressions of ECMA-262, not of Python."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch_lint.schema.native import native_validator

if TYPE_CHECKING:
    from jsonschema_rs import Validator


def fits(pattern: str, text: str) -> bool:
    r"""Whether a pattern of a schema is found in a text, as validators and editors find it.

    `$` is the end of the text, `\d` and `\w` are ASCII, and `\p{…}` is known. Half a surrogate
    pair counts as some letter.

    Raises:
        ValueError: the pattern is none.
    """
    return _validator(pattern).is_valid(text.encode("utf-8", "replace").decode())


@lru_cache(maxsize=1_000)
def _validator(pattern: str) -> Validator:
    return native_validator()({"pattern": pattern})
