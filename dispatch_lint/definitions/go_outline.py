"""What the text of a Go file tells before it is parsed: names that it may declare.

Each function may say too much, and never too little: what is looked up is parsed then.
"""

from __future__ import annotations

import re

from dispatch_lint.definitions.go_build import HEAD, is_ignored

LETTER = rb"[\w\x80-\xff]"
"""A letter of a name."""
_PACKAGE = re.compile(rb"package[ \t]+(" + LETTER + rb"+)")
_IMPORT = re.compile(
    rb'^import[ \t]*(?:\((?:[^()"`/]|"[^"\n]*"|`[^`]*`|//[^\n]*+|(?>/\*.*?\*/))*+\)'
    rb'|(?:[\w.]+[ \t]+)?(?:"[^"\n]+"|`[^`\n]+`))',
    re.MULTILINE | re.DOTALL,
)
_PATH = re.compile(rb'["`]([^"`\n]+)["`]')
# Without what follows: a comment that ends with this word can be above a declaration.
_TYPE = re.compile(rb"type(?=\s+(" + LETTER + rb"+)|\s*([(/]))")
# What a name in a group of declarations stands behind.
_FIRST_WORD = re.compile(rb"(?:^|[;(/])[ \t]*(" + LETTER + rb"+)", re.MULTILINE)
_CONST = re.compile(rb"(?:^|[;/])[ \t]*const\b", re.MULTILINE)
# The receiver of a method, its name, and whatever else is up to the next brace.
_RECEIVER = re.compile(rb"\bfunc\s*\(([^{}]*+)")
_MARSHALING = (b"arshalJSON", b"arshalText")
"""How the names of marshaling methods end."""
_WORD = re.compile(LETTER + rb"+")


def package_name(source: bytes) -> str:
    """The name in the `package` clause; empty for a file that no build contains."""
    head = HEAD.match(source)
    match = _PACKAGE.match(source, head.end() if head else 0)
    return _text(match[1]) if match and not is_ignored(source) else ""


def import_paths(source: bytes) -> set[str]:
    """The paths that a file imports."""
    return {_text(path) for match in _IMPORT.finditer(source) for path in _PATH.findall(match[0])}


def type_names(source: bytes) -> set[str]:
    """The names of the types that a file may declare."""
    names, grouped = set(), False
    for name, other in _TYPE.findall(source):
        names.add(name)
        grouped = grouped or bool(other)
    if grouped:  # `type ( … )`, or a comment before the name
        names.update(_FIRST_WORD.findall(source))
    return set(map(_text, names))


def may_have_constants(source: bytes) -> bool:
    """Whether a file may declare constants."""
    return b"const" in source and _CONST.search(source) is not None


def receivers(source: bytes) -> set[str]:
    """The names of the types for which a file may have marshaling methods."""
    if not any(name in source for name in _MARSHALING):
        return set()
    before = (part[: max(0, *map(part.rfind, _MARSHALING))] for part in _RECEIVER.findall(source))
    return {_text(word) for part in before for word in _WORD.findall(part)}


def _text(word: bytes) -> str:
    return word.decode("utf-8", "replace")
