"""Struct tags of Go, as encoding/json reads them: that of Go 1.27, which reads more than older ones."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from dispatch_lint.definitions.go_text import is_literal, unquoted
from dispatch_lint.naming import did_you_mean

_PAIR = re.compile(r' *(?P<key>[^ :"\x00-\x1f\x7f]+):"(?P<value>(?:[^"\\]|\\.)*)"')
# A backslash and quotes are reserved: what stands before them is the name, if it is an identifier.
_NAME = re.compile(r"[^,\\'\"`]*")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PUNCTUATION = "!#$%&()*+-./:;<=>?@[]^_{|}~ "
_OPTIONS = ("omitempty", "omitzero", "string", "embed", "case:ignore", "case:strict", "inline")


@dataclass(frozen=True, slots=True)
class Tag:
    """The `json` part of a struct tag.

    Attributes:
        name: the name of the field on the wire; empty if the tag gives none.
        options: those that encoding/json finds, such as `omitempty`.
        skipped: the field is not on the wire: `json:"-"`.
        problem: a message about what is wrong with the tag; empty if nothing is.
    """

    name: str = ""
    options: tuple[str, ...] = ()
    skipped: bool = False
    problem: str = ""

    @property
    def embeds(self) -> bool:
        """Whether the fields of the type are fields of the struct itself, as of an embedded type."""
        return "embed" in self.options and not self.name


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
        if not is_literal(f'"{match["value"]}"'):
            break
        pairs.setdefault(match["key"], unquoted(f'"{match["value"]}"'))
        end = match.end()
    if "json" not in pairs:
        return _without_json(text, pairs, malformed=bool(text[end:].strip()))
    if pairs["json"] == "-":
        return Tag(skipped=True)
    written, *options = pairs["json"].split(",")
    name, problem = _read_name(written)
    unknown = next((option for option in options if option not in _OPTIONS and option), None)
    if unknown is not None:
        meant = did_you_mean(unknown.strip(), _OPTIONS)
        problem = f'the json tag has the unknown option "{unknown}"{meant}'
    elif text[end:].strip():
        problem = f"the tag `{text}` is malformed after its json part"
    return Tag(name, tuple(map(_identifier, options)), problem=problem)


def _read_name(written: str) -> tuple[str, str]:
    """The name that a tag gives, empty if it gives none, and what is wrong with it."""
    name = _NAME.match(written)[0]  # type: ignore[index]  # it always matches
    if name != written:
        message = f'encoding/json does not accept the JSON name "{written}"'
        return _identifier(written), message
    if any(letter.isspace() for letter in name):
        return name, f'the JSON name "{name}" contains a space'
    if not all(map(_is_usual, name)):
        message = f'encoding/json before Go 1.27 does not accept the JSON name "{name}"'
        return name, message
    return name, ""


def _is_usual(letter: str) -> bool:
    """Whether every version of encoding/json takes a letter in a name."""
    category = unicodedata.category(letter)
    return letter in _PUNCTUATION or category.startswith("L") or category == "Nd"


def _identifier(text: str) -> str:
    """The identifier that a text begins with; empty if it begins with something else."""
    match = _IDENTIFIER.match(text)
    return match[0] if match else ""


def _without_json(text: str, pairs: dict[str, str], *, malformed: bool) -> Tag:
    """The tag of a text that has no `json` part which encoding/json finds."""
    if malformed:
        return Tag(problem=f'the tag `{text}` is malformed: write json:"name"')
    anagram = next((key for key in pairs if sorted(key.lower()) == sorted("json")), None)
    if anagram is None:
        return Tag()
    return Tag(problem=f'encoding/json ignores the tag key "{anagram}"; did you mean "json"?')
