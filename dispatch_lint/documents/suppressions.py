"""Suppression comments: `# dispatch-lint: ignore[rule, rule] reason`."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

from dispatch_lint.model.location import Range
from dispatch_lint.model.patterns import compiled
from dispatch_lint.text.lines import Lines, with_line_feeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.text.tree import Part

_MARKS = ("ispatch-", "ISPATCH-", "ispatch_", "ispatchlint")
"""One of these is in each text with a suppression, also with one that is misspelled."""
_START = r"""(?m)(?:(?<=[\s"'\[\]{},])|^)#"""
_COMMENT = rf"{_START}[ \t]*dispatch-lint:[ \t]*(?P<verb>[a-z-]*)(?:[ \t]*\[(?P<rules>[^\]\n]*)\])?"


Scope = Literal["line", "document", "file"]


class Suppression(NamedTuple):
    """One suppression comment.

    Attributes:
        document: the number of the document that it is in, or before.
        rules: the rules it names.
        scope: whether it hides violations of a line, of a document or of the file.
        target: the number of that line or document.
        complaint: what is wrong with it; set for the rule unused-suppression.
        names: the place of the names in brackets; None where there are none.
        comment: what is to be removed with the comment: its line, where it is alone on it. None
            where it is not sure to be meant as a suppression.
        kept: the rules that are used, or not active; set for the rule unused-suppression.
    """

    range: Range
    document: int
    rules: tuple[str, ...]
    scope: Scope
    target: int
    complaint: str = ""
    names: Range | None = None
    comment: Range | None = None
    kept: tuple[str, ...] = ()


# What is meant as a suppression, and is none: without a colon, or behind other words.
_MEANT = r"(?i:dispatch[-_]?lint:?[ \t]*ignore)"
# Not tried again from each further slash: a line may have nothing else.
_GO_NEARLY = rf"(?>[^\n]*?(?P<mark>//|/\*))[^\n]*?{_MEANT}"
_GO_COMMENT = r"//[ \t]*dispatch-lint:[ \t]*(?P<verb>[a-z-]*)(?:[ \t]*\[(?P<rules>[^\]\n]*)\])?"


def may_suppress(text: str) -> bool:
    """Whether there may be a suppression in a text."""
    return any(mark in text for mark in _MARKS)


def read_go_suppressions(text: str) -> list[Suppression]:
    """The suppressions of a Go file: `// dispatch-lint: ignore[rule]`."""
    found: list[Suppression] = []
    if not may_suppress(text):
        return found
    for number, line in enumerate(text.split("\n"), 1):
        match = compiled(_GO_COMMENT).search(line)
        if match is None:
            if nearly := compiled(_GO_NEARLY).match(line):
                range_ = Range(number, nearly.start("mark") + 1, number, nearly.end() + 1)
                found.append(Suppression(range_, 0, (), "line", number))
            continue
        names = tuple(name.strip() for name in (match["rules"] or "").split(",") if name.strip())
        range_ = Range(number, match.start() + 1, number, match.end() + 1)
        # A comment that is alone on its line applies to the next one.
        target = number if line[: match.start()].strip() else number + 1
        suppression = _suppression(match["verb"], range_, 0, names, "line", target)
        found.append(_with_places(suppression, match, line, number, 0))
    return found


def read_suppressions(text: str, parts: Sequence[Part]) -> list[Suppression]:
    """The suppressions of a YAML text. A `#` inside a value does not begin a comment."""
    return list(_read(text, parts)) if may_suppress(text) else []


def _read(text: str, parts: Sequence[Part]) -> Iterator[Suppression]:
    lines = parts[0].lines if parts else Lines(text, returns=True)
    comments = _Comments(text, parts)
    following = _next_lines(text)
    read: dict[int, tuple[re.Match[str], int]] = {}
    meant: dict[int, re.Match[str]] = {}
    for match in compiled(_COMMENT).finditer(text):
        start = match.start()
        around = comments.around(start)
        # Inside of a comment, a mark behind a quote or bracket is quoted.
        if around is not None and (start == around or text[start - 1].isspace()):
            read[start] = match, around
    with_suppression = {around for _, around in read.values()}
    for match in compiled(_MEANT).finditer(text):
        around = comments.around(match.start())
        if around is not None and around not in with_suppression:
            meant.setdefault(around, match)
    for start in sorted({*read, *meant}):
        index = comments.document(start)
        if start in meant:
            range_ = lines.range(start, meant[start].end())
            yield Suppression(range_, index, (), "line", range_.line)
            continue
        match, _ = read[start]
        range_ = lines.range(start, match.end())
        names = [name.strip() for name in (match["rules"] or "").split(",")]
        rules = tuple(dict.fromkeys(name for name in names if name))
        alone = not lines.line(range_.line)[: range_.column - 1].strip()
        scope: Scope = "line"
        target = range_.line
        if alone and match["verb"] == "ignore":
            document = _document_behind(parts, index, start)
            if document is not None:
                scope, target = "document", document
            else:
                target = following[range_.line]
        suppression = _suppression(match["verb"], range_, index, rules, scope, target)
        line = lines.line(range_.line)
        yield _with_places(suppression, match, line, range_.line, start - range_.column + 1)


class _Comments:
    """The comments of a text, found for each document when it is asked for."""

    def __init__(self, text: str, parts: Sequence[Part]) -> None:
        self._text, self._parts = text, parts
        self._starts = [part.start for part in parts]
        self._found: dict[int, list[tuple[int, int]]] = {}

    def document(self, offset: int) -> int:
        """The number of the document that an offset is in, or before."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def around(self, offset: int) -> int | None:
        """Where the comment begins that an offset is in; None in no comment."""
        index = bisect_right(self._starts, offset) - 1
        if index not in self._found:
            self._found[index] = self._of(index)
        found = self._found[index]
        before = bisect_right(found, (offset, len(self._text))) - 1
        return found[before][0] if before >= 0 and offset < found[before][1] else None

    def _of(self, index: int) -> list[tuple[int, int]]:
        if index >= 0:
            return self._parts[index].comments()
        end = self._starts[0] if self._starts else len(self._text)  # there is no scalar before it
        before = compiled(rf"{_START}[^\r\n]*").finditer(self._text, 0, end)
        return [match.span() for match in before]


def _with_places(
    suppression: Suppression, match: re.Match[str], line: str, number: int, line_start: int
) -> Suppression:
    """A suppression with the places of its names and of what is removed with it.

    Args:
        line: the text of the line that it is in, and its number.
        line_start: the offset of the line in the text of the match.
    """
    start, end = match.start() - line_start, match.end() - line_start
    names = None
    if match["rules"] is not None:
        first, last = (at - line_start + 1 for at in match.span("rules"))
        names = Range(number, first, number, last)
    before = line[:start].rstrip()
    more = re.compile(r"[ \t]+(?P<mark>#|//)").search(line, end)
    if more is not None and before:
        comment = Range(number, len(before) + 1, number, more.start() + 1)
    elif more is not None:  # the other comment takes its place
        comment = Range(number, start + 1, number, more.start("mark") + 1)
    elif before:
        comment = Range(number, len(before) + 1, number, len(line) + 1)
    else:
        comment = Range(number, 1, number + 1, 1)
    return suppression._replace(names=names, comment=comment)


def _suppression(
    verb: str, range_: Range, document: int, rules: tuple[str, ...], scope: Scope, target: int
) -> Suppression:
    """A comment as a suppression; without rules where its verb is unknown."""
    if verb == "ignore-file":
        return Suppression(range_, document, rules, "file", target)
    return Suppression(range_, document, rules if verb == "ignore" else (), scope, target)


def _document_behind(parts: Sequence[Part], index: int, offset: int) -> int | None:
    """The number of the document that a comment on a line of its own comes before, if it does."""
    if not parts:
        return None
    node = parts[index].node
    if node is None or offset < node.start:
        return index
    if offset >= node.end and index + 1 < len(parts):
        return index + 1
    return None


def _next_lines(text: str) -> list[int]:
    """For each line, by its number, the number of the next line with content.

    Where only comments and blank lines follow, it is simply the next line.
    """
    lines = with_line_feeds(text).split("\n")
    found = list(range(1, len(lines) + 2))
    following = 0
    for number in range(len(lines), 0, -1):
        found[number] = following or number + 1
        line = lines[number - 1].lstrip()
        if line and not line.startswith("#"):
            following = number
    return found
