"""YAML text → documents as plain values: fast, and without places.

This reader may only ever say "clean": it steps aside (None) wherever `yaml_placed`, which decides,
could read something else. Both read YAML as the 1.2 core schema has it, from parsers of one
grammar (libyaml's).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from dispatch_lint.config.limits import CURRENT, is_too_deep
from dispatch_lint.old.blocks import read_blocks

# What the fast parser may not be trusted with: scalars that YAML 1.1, YAML 1.2 and parsers
# read differently, anchors, tags, directives, merge keys, `---` that is no line of its own,
# comments that are addressed to us, line breaks that only YAML 1.1 knows.
_BEFORE = r"(?:^|\r|[:\-,\[{?][ \t]|[\[{,]|[\"'\s]:|[:\-?]\r?\n)[ \t]*"
_AFTER = r"(?=[ \t]*(?:$|\r|\n|,|\]|\}|\#|:(?:[ \t\r\n]|$)))"
_ODD_SCALAR = (
    r"(?:[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|True|TRUE|False|FALSE|Null|NULL|~"
    r"|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)"
    r"|[-+]?0[xobXOB][0-9A-Fa-f_]*"
    r"|(?:[-+](?=[0-9._])|0(?=[0-9_])|(?=[0-9]*[._])|[0-9]+(?=[eE])|(?=[0-9]{18}))"
    r"[0-9_.]*(?:[eE][-+]?[0-9_.]*)?"
    r")"
)
_MANY_OPEN = r"(?:[\[{][ \t\r\n]*){20}"
_SUSPICIOUS = (
    _BEFORE + r"(?:" + _ODD_SCALAR + _AFTER + r"|[&*!%@`]|<<|\?(?:\s|\Z))"
    r"|[^\n]---|^---[^ \t\r\n]|dispatch-lint:|[\x85\u2028\u2029\ufeff\x00]"
    # a key that is no text: every reader makes another one of it
    r"|(?:^|[\s,{\[])(?:null|true|false|~|[0-9]+)[ \t]*:(?:[ \t\r\n]|$)"
    r"|(?:-[ \t]+){20}|" + _MANY_OPEN
)
# Inside brackets no two parsers agree what a colon inside a word is, a word right behind the colon
# of a quoted key (but for the words of JSON), or a tab inside a text.
_UNSURE_INSIDE = (
    r"[^\s\"',\[{]:[^\s,\]}]|\s:[\"']|[^\n\t,:\[{\]}]\t"
    r"|[\"']:(?![\s\"'\[{,\]}]|(?:-?[0-9][0-9.eE+-]*|true|false|null)[\s,\]}])"
)
# `{true}` and `{1}` are fields without a value, and their names no text; `[1, 2]` looks alike.
_LONE_WORD = r"[{,\r\n][ \t]*(?:null|true|false|[0-9]+)[ \t]*(?:[,}#\r]|$)"
_ODD_WORDS = frozenset(
    word + colon
    for word in ["y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "True", "TRUE", "False", "FALSE", "true", "false", "Null", "NULL", "null", "~", "<<"]
    for colon in ("", ":")
) - {"true", "false", "null"} | {":"}  # fmt: skip
_INDICATORS = frozenset("&*!%@`?<:")
_NUMBER_STARTS = frozenset("0123456789+-.")
_MARKS = frozenset(["-", "---"])
"""Of an item, and of a document."""
_ODD_NUMBER = rf"{_ODD_SCALAR}{_AFTER}|[0-9]+:"
_ODD_BREAKS = "[\x85\u2028\u2029\ufeff]"
_APART = str.maketrans("[]{},", "     ")
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
        or (brackets and _pattern(_UNSURE_INSIDE).search(text))
    ):  # fmt: skip
        return None
    import ryaml as native

    try:
        values: list[Any] = native.loads_all(text) or []  # type: ignore[attr-defined]
    except (native.InvalidYamlError, TypeError, ValueError, RecursionError):  # type: ignore[attr-defined]
        return None
    if values == [None]:
        from dispatch_lint.old.yaml_placed import count_parts

        # It may count a text of comments only as one empty document.
        return values if count_parts(text) else []
    if _may_be_deep(text) and any(map(is_too_deep, values)):
        return None
    if "{" in text and _pattern(_LONE_WORD).search(text) and not _are_names_text(values):
        return None
    return values


def _are_names_text(values: list[Any]) -> bool:
    """Whether the names of all fields in some values are text."""
    waiting = [*values]
    for value in waiting:
        if type(value) is dict:
            if not all(type(name) is str for name in value):
                return False
            waiting += value.values()
        elif type(value) is list:
            waiting += value
    return True


def _may_be_deep(text: str) -> bool:
    """Whether a text has enough of what opens a level to open too many."""
    if len(text) <= CURRENT.depth:  # nearly every block
        return False
    brackets = text.count("[") + text.count("{")
    return text.count("\n") + text.count("-") + 2 * brackets + 1 > CURRENT.depth


@lru_cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern that most texts do without: to compile it takes a millisecond."""
    return re.compile(text, re.MULTILINE)


def _is_plain(text: str) -> bool:
    """Whether nothing in a text is even near to what `_SUSPICIOUS` looks for.

    It answers for nearly every manifest, in a twentieth of the time: by words, not by characters.
    """
    if "\0" in text or "- - - - -" in text or "dispatch-lint:" in text:
        return False
    if not text.isascii() and _pattern(_ODD_BREAKS).search(text):
        return False
    separators = text.count("\n---\n") + text.startswith("---\n")
    if text.count("---") != separators:
        return False
    opening = text.count("{") + text.count("[")
    closing = text.count("}") + text.count("]")
    if opening + closing != 2 * (text.count("{}") + text.count("[]")):
        # Inside brackets a word also ends where a comma is, or a bracket.
        if "\t" in text or text.count(":") != text.count(": ") + text.count(":\n"):
            return False
        if opening >= 20 and (opening > _MAX_BRACKETS or _pattern(_MANY_OPEN).search(text)):
            return False
        text = text.translate(_APART)
    words = text.split()
    if not _ODD_WORDS.isdisjoint(words):
        return False
    for word in words:
        start = word[0]
        if start in _INDICATORS:
            return False
        if start in _NUMBER_STARTS and word not in _MARKS and _pattern(_ODD_NUMBER).match(word):
            return False
    return True
