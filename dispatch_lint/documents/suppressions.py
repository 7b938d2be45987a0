"""Suppression comments: `# dispatch-lint: ignore[rule, rule] reason`."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dispatch_lint.model.location import Range
from dispatch_lint.text.lines import with_line_feeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.text.tree import Node, Part

MARK = "dispatch-lint:"
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
    """

    range: Range
    document: int
    rules: tuple[str, ...]
    scope: Scope
    target: int
    complaint: str = ""


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
            continue
        names = tuple(name.strip() for name in (match["rules"] or "").split(",") if name.strip())
        range_ = Range(number, match.start() + 1, number, match.end() + 1)
        # A comment that is alone on its line applies to the next one.
        target = number if line[: match.start()].strip() else number + 1
        found.append(_suppression(match["verb"], range_, 0, names, "line", target))
    return found


def read_suppressions(text: str, parts: Sequence[Part]) -> list[Suppression]:
    """The suppressions of a YAML text. A `#` inside a value does not begin a comment."""
    if MARK not in text or not parts:
        return []
    return list(_read(text, parts))


def _read(text: str, parts: Sequence[Part]) -> Iterator[Suppression]:
    lines = parts[0].lines
    starts = [part.start for part in parts]
    scalars: dict[int, list[tuple[int, int]]] = {}
    following = _next_lines(text)
    for match in _COMMENT.finditer(text):
        start = match.start()
        # The document that the comment is in, or before.
        index = max(bisect_right(starts, start) - 1, 0)
        node = parts[index].node
        if node is not None:
            if index not in scalars:
                scalars[index] = sorted(_scalars(node))
            before = bisect_right(scalars[index], (start, len(text))) - 1
            if before >= 0 and start < scalars[index][before][1]:
                continue
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
        yield _suppression(match["verb"], range_, index, rules, scope, target)


def _suppression(
    verb: str, range_: Range, document: int, rules: tuple[str, ...], scope: Scope, target: int
) -> Suppression:
    """A comment as a suppression; without rules where its verb is unknown."""
    if verb == "ignore-file":
        return Suppression(range_, document, rules, "file", target)
    return Suppression(range_, document, rules if verb == "ignore" else (), scope, target)


def _document_behind(parts: Sequence[Part], index: int, offset: int) -> int | None:
    """The number of the document that a comment on a line of its own comes before, if it does."""
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


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    """The start and end of each key and scalar; they do not overlap."""
    yield from node.keys.values()
    for child in node.children.values():
        if child.children or child.keys:
            yield from _scalars(child)
        else:
            yield child.start, child.end
