"""How the guide spells names: camel case, plurals, foreign keys, near misses."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WORD = re.compile(r"A+(?!a)|A?a+|0+")
_PLAIN = re.compile(r"[a-z][A-Za-z]*[0-9]*\Z")
"""Nearly every name: `lower_camel` leaves it as it is."""
_SUFFIX = re.compile(r"(?P<stem>.+?)_?-?(?P<suffix>Names?|names?|IDs?|Ids?|ids?)\Z")

# "go naming conventions" (guide, Additional Properties): the initialisms that
# Dispatch's field names use or are likely to use, as golint lists them.
INITIALISMS = frozenset([
    "API", "CPU", "CSS", "DNS", "EOF", "GUID", "HTML", "HTTP", "HTTPS", "ID", "IP", "JSON", "JWT",
    "QPS", "RAM", "RPC", "SLA", "SMTP", "SQL", "SSH", "TCP", "TLS", "TTL", "UDP", "UI", "UID",
    "URI", "URL", "UTF8", "UUID", "VM", "XML", "XSRF", "XSS",
])  # fmt: skip
_CACHED = 4_096
"""Names whose results are cached."""
_LONGEST = 200
"""Letters of a word that others may be near to."""
_MAX_EQUAL = 3
"""The number of equally near names that a message shows."""


_LOWER_CAMEL = re.compile(r"a[Aa0]*\Z")


def is_lower_camel(name: str) -> bool:
    """Whether a field name is lower camel case (guide, Additional Properties).

    Letters are those of Unicode, as for identifiers of Go and names in its json tags.
    """
    return _LOWER_CAMEL.match(_classes(name)) is not None


def _classes(name: str) -> str:
    """A text of the same length that says what each character is.

    `A` is a capital, `a` another letter, `0` a digit, `-` anything else of ASCII, `?` of Unicode.
    """
    return "".join(map(_class, name))


def _class(character: str) -> str:
    if character.isalpha():
        return "A" if character.isupper() or character.istitle() else "a"
    return "0" if character.isdecimal() else "-" if character.isascii() else "?"


@lru_cache(maxsize=_CACHED)
def lower_camel(name: str) -> str:
    """The lower camel case of any name: `created_at` is `createdAt`, `API` is `api`.

    A name with characters that would be lost, which are no letters, digits or separators of ASCII,
    stays as it is.
    """
    if _PLAIN.match(name) or "?" in _classes(name):
        return name
    words = words_of(name)
    if not words:
        return name
    rest = (
        word if word.isupper() else _change(word[:1], str.upper) + word[1:] for word in words[1:]
    )
    return _change(words[0], str.lower) + "".join(rest)


def _change(word: str, case: Callable[[str], str]) -> str:
    """A word in another case, but for letters that would become several: `ß` has no capital."""
    return "".join(new if len(new := case(letter)) == 1 else letter for letter in word)


def words_of(name: str) -> list[str]:
    """The words of a camel-case name, as written: `faasId` has `faas` and `Id`."""
    return [name[slice(*match.span())] for match in _WORD.finditer(_classes(name))]


@lru_cache(maxsize=_CACHED)
def plural(word: str) -> str:
    """The English plural of an entity type's name: `policy` is `policies`."""
    if word.endswith("y") and word[-2:-1] not in ("", "a", "e", "i", "o", "u"):
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def kind_field(kind: str) -> str:
    """A kind as the guide names a foreign key to it: `BaseImage` is `baseImage`."""
    return lower_camel(kind)


class ForeignKeyName(NamedTuple):
    """A field name that is a foreign key by the guide's convention.

    Attributes:
        stem: the name without its suffix: `image` of `imageName`.
        suffix: `Name`, `Names`, `ID`, `Id` …, or empty.
        many: whether the stem or the suffix is a plural.
        proper: the name as the guide wants it: without a suffix, and a plural if that was one.
    """

    kind: str
    stem: str
    suffix: str
    many: bool
    proper: str

    @property
    def by_id(self) -> bool:
        return self.suffix.lower().startswith("id")


def read_foreign_key(name: str, kinds: tuple[str, ...]) -> ForeignKeyName | None:
    """Read a field name as a foreign key; None if its stem is not one of `kinds`.

    Guide, Additional Properties: "Foreign keys fields should simply be the name of the
    referenced object (i.e. `secret` or `secrets` not `secretName` or `secretNames`)".
    """
    match = _SUFFIX.match(name)
    for stem, suffix in ((name, ""), (match["stem"], match["suffix"]) if match else ("", "")):
        if not stem:
            continue
        camel = lower_camel(stem)
        kind_and_number = _names_of(kinds).get(camel)
        if kind_and_number is not None:
            kind, is_plural = kind_and_number
            has_many = suffix.endswith("s")
            proper = plural(camel) if has_many and not is_plural else camel
            suffix = suffix[:1].upper() + suffix[1:]
            return ForeignKeyName(kind, camel, suffix, is_plural or has_many, proper)
    return None


_recent_names: list[tuple[tuple[str, ...], dict[str, tuple[str, bool]]]] = []
_MAX_RECENT = 8


def _names_of(kinds: tuple[str, ...]) -> dict[str, tuple[str, bool]]:
    """The names of foreign keys to kinds: each with the kind, and whether it is the plural.

    The last few are cached by identity, because hashing thousands of kinds would take too long.
    """
    for recent_kinds, names in _recent_names:
        if recent_kinds is kinds:
            return names
    del _recent_names[_MAX_RECENT - 1 :]
    _recent_names.insert(0, (kinds, _find_names(kinds)))
    return _recent_names[0][1]


def _find_names(kinds: tuple[str, ...]) -> dict[str, tuple[str, bool]]:
    names: dict[str, tuple[str, bool]] = {}
    for kind in kinds:
        singular = kind_field(kind)
        plural_ = plural(singular)
        names.setdefault(singular, (kind, singular == plural_))
        names.setdefault(plural_, (kind, True))
    return names


def nearest(word: str, candidates: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """The candidate that `word` most likely stands for, or None."""
    near = nearest_few(word, candidates, 1, cutoff=cutoff)
    return near[0] if near else None


def only_nearest(word: str, candidates: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """The candidate that is nearer to `word` than all others; None where several are equally near."""
    near = equally_near(word, candidates, cutoff=cutoff)
    return near[0] if len(near) == 1 else None


def equally_near(word: str, candidates: Iterable[str], *, cutoff: float = 0.7) -> list[str]:
    """The candidates that `word` most likely stands for: three at most, if none is nearer than another."""
    near = nearest_few(word, candidates, _MAX_EQUAL, cutoff=cutoff)
    return [name for name in near if _likeness(word, name) == _likeness(word, near[0])]


def nearest_few(
    word: str, candidates: Iterable[str], count: int, *, cutoff: float = 0.7
) -> list[str]:
    """Up to `count` candidates near `word`, best first; case matters between equal ones only.

    None of a word beyond `_LONGEST`: each letter of one is compared with those of the other.
    """
    if len(word) > _LONGEST:
        return []
    lowered = _lowered(tuple(candidates))
    close = _close(word.lower(), tuple(lowered), count, cutoff)
    near = [name for lower in close for name in lowered[lower]]
    if len(near) > len(close):
        near.sort(key=lambda name: _likeness(word, name), reverse=True)
    return near[:count]


@lru_cache(maxsize=_CACHED)
def _likeness(word: str, name: str) -> tuple[float, float]:
    """How near a name is to a word, without regard to case and with it: from 0 to 1."""
    from difflib import SequenceMatcher

    ratio = SequenceMatcher(None, name.lower(), word.lower()).ratio()
    return ratio, SequenceMatcher(None, name, word).ratio()


@lru_cache(maxsize=64)
def _lowered(candidates: tuple[str, ...]) -> dict[str, list[str]]:
    lowered: dict[str, list[str]] = {}
    for candidate in candidates:
        lowered.setdefault(candidate.lower(), []).append(candidate)
    return lowered


@lru_cache(maxsize=_CACHED)
def _close(word: str, candidates: tuple[str, ...], count: int, cutoff: float) -> list[str]:
    """`get_close_matches`, cached because the same mistake often occurs many times."""
    from difflib import get_close_matches  # only runs that find mistakes need it

    # A match has at most the letters of a candidate that the word has too.
    letters = dict.fromkeys(map(ord, word))
    likely = [
        candidate
        for candidate in candidates
        if 2.0 * (len(candidate) - len(candidate.translate(letters)))
        >= cutoff * (len(word) + len(candidate)) - 0.001
    ]
    return get_close_matches(word, likely, n=count, cutoff=cutoff)


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def one_edit_away(word: str) -> set[str]:
    """The words that differ from a name by one letter: omitted, added, changed, or swapped."""
    if len(word) > 64:
        return set()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    edits = {left + right[1:] for left, right in cuts if right}
    edits |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    edits |= {left + letter + right for left, right in cuts for letter in _LETTERS}
    edits |= {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    return edits - {word, ""}


def is_slip(word: str, name: str) -> bool:
    """Whether a word is a name but for case, or for one letter omitted, added, changed, or two swapped."""
    lowered, meant = word.lower(), name.lower()
    return lowered == meant or lowered in one_edit_away(meant)


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`; did you mean "…"?`, with all that are equally near; or nothing if no candidate is near."""
    near = equally_near(word, candidates, cutoff=0.6)
    return f"; did you mean {' or '.join(map(_quoted, near))}?" if near else ""


def _quoted(name: str) -> str:
    return f'"{name}"'


def count(number: int, what: str) -> str:
    """`1 document`, `2 documents`, `3 entities`."""
    return f"{number} {what if number == 1 else plural(what)}"
