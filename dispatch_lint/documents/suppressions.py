"""Suppression comments: `# dispatch-lint: ignore[rule, rule] reason`."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dispatch_lint.model.location import Range
from dispatch_lint.text.lines import Lines, with_line_feeds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dispatch_lint.text.tree import Part

MARK = "dispatch-lint"
_COMMENT = re.compile(
    r"(?:(?<=\s)|^)#[ \t]*dispatch-lint:[ \t]*(?P<verb>[a-z-]*)(?:[ \t]*\[(?P<rules>[^\]\n]*)\])?",
    re.MULTILINE,
)


Scope = Literal["line", "document", "file"]


@dataclass(frozen=True)
class Suppression:
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
_NEARLY = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*?dispatch-lint:?[ \t]*(?i:ignore)", re.MULTILINE)
_GO_NEARLY = re.compile(r"(?://|/\*)[^\n]*?dispatch-lint:?[ \t]*(?i:ignore)")
_GO_COMMENT = re.compile(
    r"//[ \t]*dispatch-lint:[ \t]*(?P<verb>[a-z-]*)(?:[ \t]*\[(?P<rules>[^\]\n]*)\])?"
)


def read_go_suppressions(text: str) -> list[Suppression]:
    """The suppressions of a Go file: `// dispatch-lint: ignore[rule]`."""
    found: list[Suppression] = []
    if MARK not in text:
        return found
    for number, line in enumerate(text.split("\n"), 1):
        match = _GO_COMMENT.search(line)
        if match is None:
            if nearly := _GO_NEARLY.search(line):
                range_ = Range(number, nearly.start() + 1, number, nearly.end() + 1)
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
    return list(_read(text, parts)) if MARK in text else []


def _read(text: str, parts: Sequence[Part]) -> Iterator[Suppression]:
    lines = parts[0].lines if parts else Lines(text, returns=True)
    starts = [part.start for part in parts]
    comments: dict[int, list[tuple[int, int]]] = {}
    following = _next_lines(text)
    matches = [*_COMMENT.finditer(text)]
    read = {match.end() for match in matches}
    nearly = (match for match in _NEARLY.finditer(text) if not _is_read(match, read, text))
    for match in sorted((*matches, *nearly), key=lambda match: match.start()):
        start = match.start()
        # The document that the comment is in, or before.
        index = max(bisect_right(starts, start) - 1, 0)
        if parts and start >= starts[index]:
            if index not in comments:
                comments[index] = parts[index].comments()
            before = bisect_right(comments[index], (start, len(text))) - 1
            if before < 0 or start >= comments[index][before][1]:
                continue  # a part of a scalar
        range_ = lines.range(start, match.end())
        if match.re is _NEARLY:
            yield Suppression(range_, index, (), "line", range_.line)
            continue
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
    more = re.compile(r"[ \t]+(?:#|//)").search(line, end)
    if not before and more is None:
        comment = Range(number, 1, number + 1, 1)
    else:
        stop = more.start() if more else len(line)
        comment = Range(number, len(before) + 1, number, stop + 1)
    return replace(suppression, names=names, comment=comment)


def _is_read(match: re.Match[str], read: Collection[int], text: str) -> bool:
    """Whether a suppression was read in the line of a match."""
    end = re.compile("[\r\n]|\\Z").search(text, match.end())
    return any(match.start() < at <= (end.start() if end else len(text)) for at in read)


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
