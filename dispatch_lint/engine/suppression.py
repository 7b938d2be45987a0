"""Suppression comments: `# dispatch-lint: ignore[rule, rule] reason`."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dispatch_lint.model.location import Range
from dispatch_lint.naming import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dispatch_lint.model.violation import Violation
    from dispatch_lint.old.placed import Node, Part

MARK = "dispatch-lint:"
_COMMENT = re.compile(
    r"(?:(?<=\s)|^)#[ \t]*dispatch-lint:[ \t]*(?P<verb>[a-z-]*)(?:[ \t]*\[(?P<rules>[^\]\n]*)\])?",
    re.MULTILINE,
)


@dataclass
class Suppression:
    """One comment.

    Attributes:
        rules: the rules it names.
        scope: what it speaks of: its line, the next line, a whole document, or the file.
        target: the number of the line or document.
        used: the rules of which it hid something.
        complaint: what is wrong with it, for the rule unused-suppression.
    """

    range: Range
    document: int
    rules: tuple[str, ...]
    scope: Literal["line", "document", "file"]
    target: int
    used: set[str] = field(default_factory=set)
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
        span = Range(number, match.start() + 1, number, match.end() + 1)
        # Alone on its line it speaks of the next one.
        target = number if line[: match.start()].strip() else number + 1
        one = Suppression(span, 0, names, "line", target)
        if match["verb"] == "ignore-file":
            one.scope = "file"
        elif match["verb"] != "ignore":
            one.rules = ()
        found.append(one)
    return found


def read_suppressions(text: str, parts: Sequence[Part]) -> list[Suppression]:
    """The suppressions of a YAML text. What looks like one inside a value is none."""
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
        # The document that the comment stands in, or the next one.
        index = max(bisect_right(starts, start) - 1, 0)
        node = parts[index].node
        if node is not None:
            if index not in scalars:
                scalars[index] = sorted(_scalars(node))
            before = bisect_right(scalars[index], (start, len(text))) - 1
            if before >= 0 and start < scalars[index][before][1]:
                continue
        span = lines.range(start, match.end())
        names = [name.strip() for name in (match["rules"] or "").split(",")]
        rules = tuple(dict.fromkeys(name for name in names if name))
        alone = not lines.line(span.line)[: span.column - 1].strip()
        suppression = Suppression(span, index, rules, "line", span.line)
        if match["verb"] == "ignore-file":
            suppression.scope = "file"
        elif match["verb"] != "ignore":
            suppression.rules = ()
        elif alone:
            document = _document_behind(parts, index, start)
            if document is not None:
                suppression.scope, suppression.target = "document", document
            else:
                suppression.target = following[span.line]
        yield suppression


def _document_behind(parts: Sequence[Part], index: int, offset: int) -> int | None:
    """The document that a comment on a line of its own stands before, if it does."""
    node = parts[index].node
    if node is None or offset < node.start:
        return index
    if offset >= node.end and index + 1 < len(parts):
        return index + 1
    return None


def _next_lines(text: str) -> list[int]:
    """For each line, by its number, the next one that is no comment; the next, where none is."""
    lines = text.split("\n")
    found = list(range(1, len(lines) + 2))
    next_one = 0
    for number in range(len(lines), 0, -1):
        found[number] = next_one or number + 1
        line = lines[number - 1].lstrip()
        if line and not line.startswith("#"):
            next_one = number
    return found


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    """Where keys and scalars stand; none reaches into another."""
    yield from node.keys.values()
    for child in node.children.values():
        if child.children or child.keys:
            yield from _scalars(child)
        else:
            yield child.start, child.end


class Suppressions:
    """The suppressions of a file, found by what they speak of."""

    def __init__(self, several: Sequence[Suppression]) -> None:
        self._by_target: dict[tuple[str, int, str], list[Suppression]] = {}
        for one in several:
            target = 0 if one.scope == "file" else one.target
            for rule in one.rules:
                self._by_target.setdefault((one.scope, target, rule), []).append(one)

    def hiding(self, violation: Violation) -> list[Suppression]:
        """Those that speak of a violation."""
        rule = violation.rule
        return [
            one
            for scope, target in (
                ("file", 0), ("document", violation.document), ("line", violation.range.line),
            )
            for one in self._by_target.get((scope, target, rule), ())
        ]  # fmt: skip


_MAX_HINTS = 100
"""Unknown names of rules, in one file, of which it is said which were meant."""


def complaints(
    suppressions: Sequence[Suppression], known: Collection[str], active: Collection[str]
) -> Iterator[Suppression]:
    """The suppressions that are wrong or hide nothing, one for each reason.

    Args:
        known: every rule there is.
        active: the rules of the run; others cannot be judged.
    """
    unknown = 0
    for suppression in suppressions:
        if not suppression.rules:
            suppression.complaint = ("this suppression names no rule: write ignore[rule] or "
                                     "ignore-file[rule]")  # fmt: skip
            yield suppression
            continue
        unused = []
        for rule in suppression.rules:
            if rule not in known:
                unknown += 1
                meant = did_you_mean(rule, known) if unknown <= _MAX_HINTS else ""
                complaint = f'there is no rule "{rule}"{meant}'
                yield Suppression(suppression.range, suppression.document, (rule,),
                                  suppression.scope, suppression.target, complaint=complaint)  # fmt: skip
            elif rule in active and rule not in suppression.used:
                unused.append(rule)
        if unused:
            suppression.complaint = f"this suppression of {', '.join(unused)} hides nothing"
            yield suppression
