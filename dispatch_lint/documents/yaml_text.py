"""YAML text → documents as plain values: fast, and without places.

This reader may only ever say "clean": it steps aside (None) wherever `yaml_placed`, which decides,
could read something else. Both read YAML as the 1.2 core schema has it, from parsers of one
grammar (libyaml's).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from dispatch_lint.documents.blocks import read_blocks
from dispatch_lint.limits import is_too_deep

# What the fast parser may not be trusted with: scalars that YAML 1.1, YAML 1.2 and parsers
# read differently, anchors, tags, directives, merge keys, `---` that is no line of its own,
# comments that are addressed to us, line breaks that only YAML 1.1 knows.
_BEFORE = r"(?:^|\r|[:\-,\[{?][ \t]|[\[{,]|[:\-?]\r?\n)[ \t]*"
_AFTER = r"(?=[ \t]*(?:$|\r|\n|,|\]|\}|\#|:(?:[ \t\r\n]|$)))"
_ODD_SCALAR = (
    r"(?:[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|True|TRUE|False|FALSE|Null|NULL|~"
    r"|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)"
    r"|(?:[-+](?=[0-9._])|0[0-9_xobXOB]|[0-9]*[._]|[0-9]+[eE]|[0-9]{18})[0-9A-Fa-f_.xobXOB+-]*"
    r")"
)
_SUSPICIOUS = (
    _BEFORE + r"(?:" + _ODD_SCALAR + _AFTER + r"|[&*!%@`]|<<[ \t]*:|\?(?:\s|\Z))"
    r"|[^\n]---|^---[^ \t\r\n]|dispatch-lint:|[\x85\u2028\u2029\ufeff\x00]"
    # a key that is no text: every reader makes another one of it
    r"|(?:^|[\s,{\[])(?:null|true|false|~|[0-9]+)[ \t]*:(?:[ \t\r\n]|$)"
    r"|(?:-[ \t]+){20}|(?:[\[{][ \t\r\n]*){20}"
)
# Inside brackets no two parsers agree what a colon inside a word is.
_COLON_INSIDE = r"[^\s\"',\[{]:[^\s,\]}]"
_ODD_WORDS = frozenset(
    word + colon
    for word in ["y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "True", "TRUE", "False", "FALSE", "true", "false", "Null", "NULL", "null", "~", "<<"]
    for colon in ("", ":")
) - {"true", "false", "null"} | {"dispatch-lint:", ":"}  # fmt: skip
_ODD_STARTS = frozenset("0123456789+-.&*!%@`?")
_SMALL = re.compile(r"(?:0|[1-9][0-9]{0,15})\Z")
_MAX_BRACKETS = 5_000
"""More opening brackets than this could nest deep enough to slow the fast parser down."""


def read_values(text: str) -> list[Any] | None:
    """The documents of a text as plain values, or None where `yaml_placed` has to look.

    Where it has to look at some of the documents only, `UNREAD` stands for them.
    """
    values = read_blocks(text, _read_natively)
    return values if values is not None else _read_natively(text)


def _read_natively(text: str) -> list[Any] | None:
    if not _is_plain(text) and (
        _pattern(_SUSPICIOUS).search(text)
        or (brackets := text.count("[") + text.count("{")) > _MAX_BRACKETS
        or (brackets and _pattern(_COLON_INSIDE).search(text))
    ):  # fmt: skip
        return None
    import ryaml as native

    try:
        values: list[Any] = native.loads_all(text) or []  # type: ignore[attr-defined]
    except (native.InvalidYamlError, TypeError, ValueError, RecursionError):  # type: ignore[attr-defined]
        return None
    if values == [None]:
        from dispatch_lint.documents.yaml_placed import count_parts

        # It may count a text of comments only as one empty document.
        return values if count_parts(text) else []
    return None if any(map(is_too_deep, values)) else values


@lru_cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern that most texts do without: to compile it takes a millisecond."""
    return re.compile(text, re.MULTILINE)


def _is_plain(text: str) -> bool:
    """Whether nothing in a text is even near to what `_SUSPICIOUS` looks for.

    It answers for nearly every manifest, in a twentieth of the time: by words, not by characters.
    """
    if not text.isascii() or "\0" in text or "- - - - -" in text:
        return False
    if text.count("{") != text.count("{}") or text.count("[") != text.count("[]"):
        return False
    separators = text.count("\n---\n") + text.startswith("---\n")
    if text.count("---") != separators:
        return False
    words = text.split()
    if not _ODD_WORDS.isdisjoint(words):
        return False
    for word in words:
        if word[0] in _ODD_STARTS and word != "-" and word != "---" and not _SMALL.match(word):
            return False
    return True
