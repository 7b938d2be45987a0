"""Suppression comments: `# dispatch-lint: ignore[rule, rule] reason`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dispatch_lint.naming import did_you_mean
from dispatch_lint.violation import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dispatch_lint.documents.placed import Node, Part
    from dispatch_lint.violation import Violation

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

    span: Span
    document: int
    rules: tuple[str, ...]
    scope: Literal["line", "document", "file"]
    target: int
    used: set[str] = field(default_factory=set)
    complaint: str = ""

    def hides(self, violation: Violation) -> bool:
        """Whether it speaks of a violation."""
        if violation.rule not in self.rules:
            return False
        if self.scope == "file":
            return True
        if self.scope == "document":
            return violation.document == self.target
        return violation.span.line == self.target


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
        span = Span(number, match.start() + 1, number, match.end() + 1)
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
    for match in _COMMENT.finditer(text):
        start = match.start()
        index = _part_at(parts, start)
        node = parts[index].node
        if node is not None and _inside_scalar(node, start):
            continue
        span = lines.span(start, match.end())
        names = [name.strip() for name in (match["rules"] or "").split(",")]
        rules = tuple(name for name in names if name)
        alone = not lines.line(span.line)[: span.column - 1].strip()
        suppression = Suppression(span, index, rules, "line", span.line)
        if match["verb"] == "ignore-file":
            suppression.scope = "file"
        elif match["verb"] != "ignore":
            suppression.rules = ()
        elif alone:
            before = _document_behind(parts, index, start)
            if before is not None:
                suppression.scope, suppression.target = "document", before
            else:
                suppression.target = _next_line(text, match.end(), span)
        yield suppression


def _part_at(parts: Sequence[Part], offset: int) -> int:
    """The document that a comment stands in, or the next one."""
    for index in range(len(parts)):
        following = parts[index + 1].start if index + 1 < len(parts) else None
        if following is None or offset < following:
            return index
    return len(parts) - 1


def _document_behind(parts: Sequence[Part], index: int, offset: int) -> int | None:
    """The document that a comment on a line of its own stands before, if it does."""
    node = parts[index].node
    if node is None or offset < node.start:
        return index
    if offset >= node.end and index + 1 < len(parts):
        return index + 1
    return None


def _next_line(text: str, end: int, span: Span) -> int:
    """The next line that is no comment."""
    line = span.line
    for following in text[end:].split("\n")[1:]:
        line += 1
        if following.strip() and not following.lstrip().startswith("#"):
            return line
    return span.line + 1


def _inside_scalar(node: Node, offset: int) -> bool:
    if any(start <= offset < end for start, end in node.keys.values()):
        return True
    for child in node.children.values():
        if child.start <= offset < child.end:
            return _inside_scalar(child, offset) if child.children else not child.keys
    return False


def complaints(
    suppressions: Sequence[Suppression], known: Collection[str], active: Collection[str]
) -> Iterator[Suppression]:
    """The suppressions that are wrong or hide nothing, one for each reason.

    Args:
        known: every rule there is.
        active: the rules of the run; others cannot be judged.
    """
    for suppression in suppressions:
        if not suppression.rules:
            suppression.complaint = ("this suppression names no rule: write ignore[rule] or "
                                     "ignore-file[rule]")  # fmt: skip
            yield suppression
            continue
        unused = []
        for rule in suppression.rules:
            if rule not in known:
                complaint = f'there is no rule "{rule}"{did_you_mean(rule, known)}'
                yield Suppression(suppression.span, suppression.document, (rule,),
                                  suppression.scope, suppression.target, complaint=complaint)  # fmt: skip
            elif rule in active and rule not in suppression.used:
                unused.append(rule)
        if unused:
            suppression.complaint = f"this suppression of {', '.join(unused)} hides nothing"
            yield suppression
