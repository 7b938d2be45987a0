"""What git ignores on the way of a walk, by .gitignore and .git/info/exclude (gitignore(5)).

The patterns come with a project, which may be anybody's: what git makes nothing of is no pattern,
and no pattern keeps a walk busy for ever. Paths are bytes to git, and a `?` is one of them.
"""

from __future__ import annotations

import os
import re
import stat
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 1 << 18
"""Bytes of a file of patterns."""
_LONGEST = 4_096
"""Bytes of a pattern; no path is longer."""


class Ignores:
    """What git ignores from the root of the repository down to where a walk is.

    Args:
        start: where the walk begins.

    Raises:
        InputError: a file of patterns is larger than any that a person wrote.
    """

    def __init__(self, start: Path) -> None:
        self._known: list[tuple[Path, Ignore]] = []
        self.hides_start = False
        """Whether the folder where the walk begins is ignored, or one above it."""
        above = [start, *start.parents]
        root = next((number for number, one in enumerate(above) if (one / ".git").exists()), 0)
        self._read(above[root], above[root] / ".git" / "info" / "exclude")
        for folder, inner in pairwise(above[root::-1]):
            self.enter(folder, [".gitignore"])
            self.hides_start = self.hides_start or is_ignored(f"{inner.name}/", self.of(folder))

    def enter(self, folder: Path, files: list[str]) -> None:
        """Read the .gitignore of a folder, if there is one.

        Raises:
            InputError: as of the class.
        """
        if ".gitignore" in files:
            self._read(folder, folder / ".gitignore")

    def _read(self, folder: Path, file: Path) -> None:
        """Take what a file says of what is in a folder, if it can be read."""
        try:
            # git follows no link to a .gitignore either; and to open a pipe may wait for ever.
            status = os.lstat(file) if file.name == ".gitignore" else os.stat(file)  # noqa: PTH116
            if not stat.S_ISREG(status.st_mode):
                return
            with file.open("rb") as stream:
                data = stream.read(MOST + 1)
        except OSError:
            return
        if len(data) > MOST:
            raise InputError(
                f"{file}: patterns of more than {MOST >> 10} KiB; name the files to check"
            )
        if (ignore := Ignore(data)).patterns:  # git puts a file of comments into every repository
            self._known.append((folder, ignore))

    def of(self, folder: Path) -> list[tuple[str, Ignore]]:
        """The files that may speak of what is in a folder, the innermost first.

        Each with what stands before the name of an entry, as that file sees it.
        """
        return [
            (f"{folder.relative_to(base).as_posix()}/".removeprefix("./"), ignore)
            for base, ignore in reversed(self._known)
            if folder.is_relative_to(base)
        ]


def is_ignored(name: str, asked: list[tuple[str, Ignore]]) -> bool:
    """Whether git ignores an entry of a folder, whatever it says of the folder itself.

    Args:
        name: of the entry; `folder/` stands for a folder.
        asked: as `Ignores.of` says for the folder.
    """
    for above, ignore in asked:
        said = ignore.says(above + name)
        if said is not None:
            return said  # the innermost file that speaks of it decides
    return False


class Pattern(NamedTuple):
    """One line of a file.

    Attributes:
        expression: of a whole path, or of the last name of it.
        by_name: whether it is of the last name.
        ignores: whether what it matches is ignored; else it is not, whatever came before.
        plain: the text, where it is a name without a wildcard, or an ending behind one star.
    """

    expression: str
    by_name: bool
    ignores: bool
    only_folders: bool
    plain: str = ""


class _Any:
    """What matches any of some patterns.

    To compile an expression takes as long as to look at a hundred files: one is made of all that
    are not plain.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._names: set[str] = set()
        endings: list[str] = []
        expressions: dict[bool, list[str]] = {True: [], False: []}
        for one in patterns:
            if not one.plain:
                expressions[one.by_name].append(one.expression)
            elif one.plain.startswith("*"):
                endings.append(one.plain[1:])
            else:
                self._names.add(one.plain)
        self._endings = tuple(endings)
        self._of_names, self._of_paths = (
            re.compile("|".join(expressions[by_name]) or _NOTHING) for by_name in (True, False)
        )

    def matches(self, path: str, last: str) -> bool:
        """Whether one of them matches a path, the last name of which is `last`."""
        return (
            last in self._names
            or last.endswith(self._endings)
            or self._of_names.fullmatch(last) is not None
            or self._of_paths.fullmatch(path) is not None
        )


class Ignore:
    """One file of patterns, such as a .gitignore. Of nearly every name it says nothing.

    Args:
        data: what is in the file.
    """

    def __init__(self, data: bytes) -> None:
        lines = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
        found = [read_pattern(line.removesuffix("\r")) for line in lines]
        self.patterns = [one for one in reversed(found) if one is not None]
        """The last line first: it has the last word."""
        self._only_ignores = all(one.ignores for one in self.patterns)
        self._for_all = _Any(one for one in self.patterns if not one.only_folders)
        self._for_folders = _Any(one for one in self.patterns if one.only_folders)

    def says(self, name: str) -> bool | None:
        """Whether git ignores a path; None where the file does not speak of it.

        That a pattern matches a folder above says nothing: the walk has asked for that folder,
        and git lets a file inside be ignored by one pattern though another keeps the folder.

        Args:
            name: relative to the folder of the file; that of a folder ends with `/`.
        """
        if not name.isascii():
            name = os.fsencode(name).decode("latin-1")
        path = name.removesuffix("/")
        is_folder = path is not name
        last = path[path.rfind("/") + 1 :]
        speaks = self._for_all.matches(path, last)
        if not speaks and not (is_folder and self._for_folders.matches(path, last)):
            return None
        return self._only_ignores or next(
            one.ignores for one in self.patterns
            if (is_folder or not one.only_folders)
            and _compiled(one.expression).fullmatch(last if one.by_name else path)
        )  # fmt: skip


_compiled = cache(re.compile)


def read_pattern(line: str) -> Pattern | None:
    """A line as a pattern; None where it is none, or can match nothing.

    Args:
        line: its bytes, a character for each.
    """
    bare = line.rstrip(" ")
    if bare != line and (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare += " "  # the backslash before it keeps it
    if not bare or bare.startswith("#") or len(bare) > _LONGEST:
        return None
    ignores = not bare.startswith("!")
    text = bare if ignores else bare[1:]
    only_folders = text.endswith("/")
    text = text.removesuffix("/")
    by_name = "/" not in text
    text = text.removeprefix("/")
    tokens = _tokens(text)
    if not tokens or _NOTHING in tokens:
        return None
    tokens = ["*" if one == "**" else one for one in tokens] if by_name else _across(tokens, text)
    plain = text if by_name and _PLAIN.fullmatch(text) else ""
    return Pattern(_expression(tokens), by_name, ignores, only_folders, plain)


_PLAIN = re.compile(r"\*?[^*?\[\\]+")
_LITERAL = re.compile(r"[^*?\[\\]*")
_NOTHING = "(?!)"


def _tokens(text: str) -> list[str]:
    """What a pattern is made of: `*`, `**`, `/`, and expressions of one character each."""
    found: list[str] = []
    at = 0
    while at < len(text):
        one = text[at]
        at += 1
        if one == "*":
            end = len(text) - len(text[at:].lstrip("*"))
            found.append("*" if end == at else "**")
            at = end
        elif one == "?":
            found.append("[^/]")
        elif one == "[":
            expression, at = _bracket(text, at)
            found.append(expression)
        elif one == "\\":
            found.append(_literal(text[at]) if at < len(text) else _NOTHING)
            at += 1
        else:
            found.append(_literal(one))
    return found


def _literal(one: str) -> str:
    return "/" if one == "/" else re.escape(one)


def _bracket(text: str, at: int) -> tuple[str, int]:
    """The expression of `[...]`, and where it ends.

    Args:
        at: where it begins, behind the bracket.
    """
    negated = text[at : at + 1] in ("!", "^")
    at += negated
    start, before = at, ""
    chosen: list[str] = []
    while at < len(text) and (text[at] != "]" or at == start):
        one, then = text[at], text[at + 1 : at + 2]
        at += 1
        if one == "-" and before and then not in ("", "]"):
            at += 1 + (then == "\\")
            last = text[at - 1 : at]
            if before <= last:
                chosen.append(f"{re.escape(before)}-{re.escape(last)}")
            before = ""
        elif one == "[" and then == ":" and (end := _class_end(text, at)):
            chosen.append(_CLASSES.get(text[at + 1 : end - 2], _NOTHING))
            before, at = "", end
        else:
            if one == "\\":
                one, at = then, at + 1
            chosen.append(re.escape(one))
            before = one
    if at >= len(text) or _NOTHING in chosen:
        return _NOTHING, len(text)
    among = "".join(chosen)
    if not among:
        return ("[^/]" if negated else _NOTHING), at + 1
    return (f"[^/{among}]" if negated else f"(?!/)[{among}]"), at + 1


def _class_end(text: str, at: int) -> int:
    """Where `[:alpha:]` ends, behind both brackets; 0 where it is another set, that begins so."""
    end = text.find("]", at) + 1
    return end if text[at + 1 : max(end - 1, 0)].endswith(":") else 0


_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \\t-\\r",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


def _across(tokens: list[str], text: str) -> list[str]:
    """The tokens of a pattern of paths, with `**/` for any folders and `.*` for all that is inside."""
    literal = len(_LITERAL.match(text)[0])  # type: ignore[index]
    found: list[str] = []
    for index, one in enumerate(tokens):
        if index and tokens[index - 1] == "**" and found[-1] == "**/":
            continue
        if one == "**":
            # git looks at what is before the first wildcard apart, and no longer sees it then.
            begins = index in (0, literal) or tokens[index - 1] == "/"
            ends = index + 1 == len(tokens)
            if not begins or not (ends or tokens[index + 1] == "/"):
                one = "*"
            else:
                one = ".*" if ends else "**/"
        found.append(one)
    return found


def _expression(tokens: list[str]) -> str:
    """An expression that tries no way a second time.

    Of twenty stars, each would try every place for every place of those before it. It is enough
    that what stands behind a star is found where it comes first, as `fnmatch` has it: the next
    star takes whatever lies between. The same goes for folders.
    """
    *parts, last = _split(tokens, "**/")
    found = [f"(?>{_FOLDERS * bool(index)}{_stars(part)})" for index, part in enumerate(parts)]
    return f"(?s:{''.join(found)}{_FOLDERS * bool(parts)}{_stars(last)})"


_FOLDERS = "(?:[^/]*/)*?"


def _stars(tokens: list[str]) -> str:
    first, *others = ("".join(one) for one in _split(tokens, "*"))
    if not others:
        return first
    return first + "".join(f"(?>[^/]*?{one})" for one in others[:-1]) + "[^/]*" + others[-1]


def _split(tokens: list[str], at: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for one in tokens:
        if one == at:
            found.append([])
        else:
            found[-1].append(one)
    return found
