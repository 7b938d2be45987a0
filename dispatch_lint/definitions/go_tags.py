"""Struct tags of Go, as encoding/json reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dispatch_lint.definitions.go_text import unquoted
from dispatch_lint.naming import did_you_mean

_PAIR = re.compile(r' *(?P<key>[^ :"\x00-\x1f\x7f]+):"(?P<value>(?:[^"\\]|\\.)*)"')
# What encoding/json allows in a name; it falls back to the name of the Go field otherwise.
_VALID_NAME = re.compile(r"[\w!#$%&()*+\-./:;<=>?@\[\]^{|}~ ]*")
_OPTIONS = ("omitempty", "omitzero", "string", "inline")


@dataclass(frozen=True, slots=True)
class Tag:
    """The `json` part of a struct tag.

    Attributes:
        name: the name of the field on the wire; empty if the tag gives none.
        options: such as `omitempty`.
        skipped: the field is not on the wire: `json:"-"`.
        problem: a message about what is wrong with the tag; empty if nothing is.
        misspelled: encoding/json ignores the whole tag, because of a typing error.
    """

    name: str = ""
    options: tuple[str, ...] = ()
    skipped: bool = False
    problem: str = ""
    misspelled: bool = False


def read_tag(literal: str) -> Tag:
    """Read a struct tag as encoding/json does, and find what is wrong with it.

    Args:
        literal: the Go string literal, with its quotes; empty if the field has no tag.
    """
    if not literal:
        return Tag()
    text = unquoted(literal)
    pairs: dict[str, str] = {}
    end = 0
    while match := _PAIR.match(text, end):
        pairs.setdefault(match["key"], unquoted(f'"{match["value"]}"'))
        end = match.end()
    if "json" not in pairs:
        return _without_json(text, pairs, malformed=bool(text[end:].strip()))
    name, *options = pairs["json"].split(",")
    if name == "-" and not options:
        return Tag(skipped=True)
    unknown = next((option for option in options if option not in _OPTIONS and option), None)
    problem = ""
    if unknown is not None:
        meant = did_you_mean(unknown.strip(), _OPTIONS)
        problem = f'the json tag has the unknown option "{unknown}"{meant}'
    elif text[end:].strip():
        problem = f"the tag `{text}` is malformed behind its json part"
    elif any(letter.isspace() for letter in name):
        problem = f'the json tag names the field "{name}", with a space'
    elif not _VALID_NAME.fullmatch(name):
        problem = f'encoding/json takes no name with such characters as in "{name}"'
        name = ""
    return Tag(name, tuple(options), problem=problem)


def _without_json(text: str, pairs: dict[str, str], *, malformed: bool) -> Tag:
    """The tag of a text that has no `json` part which encoding/json finds."""
    if malformed:
        message = f'the tag `{text}` is malformed: write json:"name"'
        return Tag(problem=message, misspelled="json" in text.lower())
    anagram = next((key for key in pairs if sorted(key.lower()) == sorted("json")), None)
    if anagram is None:
        return Tag()
    message = f'the tag key "{anagram}" says nothing to encoding/json; did you mean "json"?'
    return Tag(problem=message, misspelled=True)
