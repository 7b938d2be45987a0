"""Suppression comments for what is found: another way to let an old repository in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.fix.fixed import Fixed, full_text
from dispatch_lint.fix.halving import find_holding
from dispatch_lint.text.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.text.tree import Part

_Line = tuple[int, list[str]]
"""The number of a line, and the rules that a comment above it names."""
_MARKS = {"yaml": "#", "go": "//"}
_FEWEST_TRIES = 10
_LETTERS_TRIED = 5_000_000
"""Letters that are read, at most, to find out which comments would change a document."""


def add_ignores(sources: Sequence[Source], violations: Iterable[Violation], reason: str) -> Fixed:
    """Put a suppression comment above each line that has violations; nothing is written.

    A violation is withdrawn where its format has no comments (JSON, stores), and where a comment
    would change the document.

    Args:
        reason: stands behind the rules, in each comment.
    """
    fixed = Fixed()
    by_file: dict[str, dict[int, list[str]]] = {}
    for violation in violations:
        lines = by_file.setdefault(violation.file, {})
        lines.setdefault(violation.range.line, []).append(violation.rule)
    by_name = {source.name: source for source in sources}
    for file, lines in by_file.items():
        source = by_name[file]
        mark = _MARKS.get(source.format)
        if mark is None or source.opener is not None:
            fixed.withdrawn.append(f"{file}: {source.format} has no comments: use the baseline, or "
                                   "per-path in the settings")  # fmt: skip
            continue
        old = full_text(source)
        text, commented, refused = _with_comments(old, list(lines.items()), mark, reason)
        for line, _ in refused:
            fixed.withdrawn.append(f"{file}:{line}: a comment here would change the document")
        if commented:
            fixed.before[file], fixed.texts[file] = old, text
            fixed.counts[file] = sum(len(rules) for _, rules in commented)
    return fixed


def _with_comments(
    old: str, wanted: list[_Line], mark: str, reason: str
) -> tuple[str, list[_Line], list[_Line]]:
    """A text with comments; the lines that have one, and those where it would change a document."""

    def text_with(comments: list[_Line]) -> str:
        lines = old.split("\n")
        for line, rules in sorted(comments, reverse=True):
            _put_comment(lines, line, sorted(set(rules)), mark, reason)
        return "\n".join(lines)

    def holds(comments: list[_Line]) -> bool:
        return mark != "#" or _have_same_values(old, text_with(comments))

    if holds(wanted):
        return text_with(wanted), wanted, []
    tries = max(_FEWEST_TRIES, _LETTERS_TRIED // len(old))
    commented, refused = find_holding(wanted, holds, tries)
    return text_with(commented), commented, refused


def _put_comment(lines: list[str], line: int, rules: list[str], mark: str, reason: str) -> None:
    target = lines[line - 1]
    indent = target[: len(target) - len(target.lstrip())].removeprefix("\ufeff")
    ending = "\r" if target.endswith("\r") else ""
    because = f" {reason}" if reason else ""
    comment = f"{indent}{mark} dispatch-lint: ignore[{', '.join(rules)}]{because}{ending}"
    # A comment at the head of a document holds for all of it: there it goes behind the line.
    if mark == "#" and _begins_document(lines, line - 1):
        lines[line - 1] = f"{target.rstrip()}  {comment.lstrip()}"
    else:
        lines.insert(line - 1, comment)


def _begins_document(lines: list[str], index: int) -> bool:
    for before in range(index - 1, -1, -1):
        plain = lines[before].strip().removeprefix("\ufeff")
        if plain.startswith("---"):
            return True
        if plain and not plain.startswith("#"):
            return False
    return True


def _have_same_values(old: str, new: str) -> bool:
    """Whether the documents of two YAML texts have the same values, and the same do not parse."""
    before, after = _parts(old), _parts(new)
    return repr([part.value for part in before]) == repr([part.value for part in after]) and (
        [part.problem is None for part in before] == [part.problem is None for part in after]
    )


def _parts(text: str) -> list[Part]:
    limits = Limits()
    return list(read_yaml(text.removeprefix("\ufeff"), depth=limits.depth, aliases=limits.aliases))
