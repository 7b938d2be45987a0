"""Translates the patterns of gitignore(5) into regular expressions over bytes as Latin-1."""

from __future__ import annotations

import re
from typing import NamedTuple

from dispatch_lint.model.patterns import compiled

_MAX_PATTERN = 4_096
"""The longest pattern in bytes; no path is longer."""
NOTHING = "(?!)"
"""An expression that matches nothing."""


class Pattern(NamedTuple):
    """One pattern of an ignore file.

    Attributes:
        expression: a regular expression that matches a whole path, or its last name.
        by_name: whether the expression matches the last name of a path.
        ignores: False for a pattern with `!`, which takes back what earlier lines ignore.
        only_folders: whether it matches folders only.
        plain: the text, where it is a name without wildcards, or one star and an ending.
    """

    expression: str
    by_name: bool
    ignores: bool
    only_folders: bool
    plain: str = ""


def read_pattern(line: str) -> Pattern | None:
    """A line as a pattern; None for a comment, a blank line, or what can match nothing.

    Args:
        line: its bytes, decoded as Latin-1.
    """
    bare = line.rstrip(" ")
    if bare != line and (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare += " "  # a backslash before it escapes it
    if not bare or bare.startswith("#") or len(bare) > _MAX_PATTERN:
        return None
    ignores = not bare.startswith("!")
    text = bare if ignores else bare[1:]
    only_folders = text.endswith("/")
    text = text.removesuffix("/")
    by_name = "/" not in text
    text = text.removeprefix("/")
    tokens = _tokens(text)
    if not tokens or NOTHING in tokens:
        return None
    if by_name:
        tokens = ["*" if token == "**" else token for token in tokens]
    else:
        tokens = _path_tokens(tokens, text)
    plain = text if by_name and compiled(_PLAIN).fullmatch(text) else ""
    return Pattern(_expression(tokens), by_name, ignores, only_folders, plain)


_PLAIN = r"\*?[^*?\[\\]+"
_LITERAL = r"[^*?\[\\]*"


def _tokens(text: str) -> list[str]:
    """The tokens of a pattern: `*`, `**`, `/`, and expressions that match one character each."""
    tokens: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "*":
            end = len(text) - len(text[at:].lstrip("*"))
            tokens.append("*" if end == at else "**")
            at = end
        elif character == "?":
            tokens.append("[^/]")
        elif character == "[":
            expression, at = _bracket(text, at)
            tokens.append(expression)
        elif character == "\\":
            tokens.append(_literal(text[at]) if at < len(text) else NOTHING)
            at += 1
        else:
            tokens.append(_literal(character))
    return tokens


def _literal(character: str) -> str:
    return "/" if character == "/" else re.escape(character)


def _bracket(text: str, at: int) -> tuple[str, int]:
    """The expression of a set `[...]`, and the offset of its end.

    Args:
        at: the offset behind the opening bracket.
    """
    negated = text[at : at + 1] in ("!", "^")
    at += negated
    start, before = at, ""
    members: list[str] = []
    while at < len(text) and (text[at] != "]" or at == start):
        character, following = text[at], text[at + 1 : at + 2]
        at += 1
        if character == "-" and before and following not in ("", "]"):
            at += 1 + (following == "\\")
            last = text[at - 1 : at]
            if before <= last:
                members.append(f"{re.escape(before)}-{re.escape(last)}")
            before = ""
        elif character == "[" and following == ":" and (end := _class_end(text, at)):
            members.append(_CLASSES.get(text[at + 1 : end - 2], NOTHING))
            before, at = "", end
        else:
            if character == "\\":
                character, at = following, at + 1
            members.append(re.escape(character))
            before = character
    if at >= len(text) or NOTHING in members:
        return NOTHING, len(text)
    joined = "".join(members)
    if not joined:
        return ("[^/]" if negated else NOTHING), at + 1
    return (f"[^/{joined}]" if negated else f"(?!/)[{joined}]"), at + 1


def _class_end(text: str, at: int) -> int:
    """The offset behind a class such as `[:alpha:]`; 0 where the text is not a class."""
    end = text.find("]", at) + 1
    return end if text[at + 1 : max(end - 1, 0)].endswith(":") else 0


_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \\t-\\r",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


def _path_tokens(tokens: list[str], text: str) -> list[str]:
    """The tokens of a pattern that matches paths: `**` becomes `**/`, `.*` or `*`.

    `**/` stands for any number of folders, and `.*` for everything inside a folder.
    """
    literal = len(compiled(_LITERAL).match(text)[0])  # type: ignore[index]
    found: list[str] = []
    for index, token in enumerate(tokens):
        if index and tokens[index - 1] == "**" and found[-1] == "**/":
            continue
        if token == "**":
            # git compares the literal prefix separately and then drops it, so that a `**` behind
            # the prefix counts as one at the beginning.
            begins = index in (0, literal) or tokens[index - 1] == "/"
            ends = index + 1 == len(tokens)
            if not begins or not (ends or tokens[index + 1] == "/"):
                token = "*"
            else:
                token = ".*" if ends else "**/"
        found.append(token)
    return found


def _expression(tokens: list[str]) -> str:
    """The regular expression of a pattern, which matches without backtracking across stars.

    With plain `.*`, twenty stars would try every combination of positions. As in `fnmatch`, it is
    enough to find the text behind a star at its first occurrence: the next star matches whatever
    lies between. The same goes for folders. So each part is an atomic group.
    """
    *parts, last = _split(tokens, "**/")
    found = [f"(?>{_FOLDERS * bool(index)}{_stars(part)})" for index, part in enumerate(parts)]
    return f"(?s:{''.join(found)}{_FOLDERS * bool(parts)}{_stars(last)})"


_FOLDERS = "(?:[^/]*/)*?"


def _stars(tokens: list[str]) -> str:
    """The expression of tokens, some of which may be `*`."""
    first, *others = ("".join(part) for part in _split(tokens, "*"))
    if not others:
        return first
    return first + "".join(f"(?>[^/]*?{part})" for part in others[:-1]) + "[^/]*" + others[-1]


def _split(tokens: list[str], separator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
