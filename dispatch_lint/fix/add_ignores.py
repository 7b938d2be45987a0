"""Suppression comments for what is found: another way to let an old repository in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.config.limits import Limits
from dispatch_lint.fix.fixing import Fixed, full_text, sifted
from dispatch_lint.text.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.text.tree import Part

_Line = tuple[int, list[str]]
"""A line, and the rules that a comment above it names."""
_MARKS = {"yaml": "#", "go": "//"}


def add_ignores(sources: Sequence[Source], violations: Iterable[Violation], reason: str) -> Fixed:
    """Put a comment above each line that has violations; nothing is written.

    What has no comments (JSON, stores), and what a comment would change, is withdrawn.

    Args:
        reason: stands behind the rules, in each comment.
    """
    fixed = Fixed()
    by_file: dict[str, dict[int, list[str]]] = {}
    for one in violations:
        by_file.setdefault(one.file, {}).setdefault(one.range.line, []).append(one.rule)
    known = {source.name: source for source in sources}
    for file, lines in by_file.items():
        source = known[file]
        mark = _MARKS.get(source.format)
        if mark is None or source.opener is not None:
            fixed.withdrawn.append(f"{file}: {source.format} has no comments: use the baseline, or "
                                   "per-path in the settings")  # fmt: skip
            continue
        old = full_text(source)
        text, held, refused = _commented(old, list(lines.items()), mark, reason)
        for line, _ in refused:
            fixed.withdrawn.append(f"{file}:{line}: a comment here would change the document")
        if held:
            fixed.before[file], fixed.texts[file] = old, text
            fixed.counts[file] = sum(len(rules) for _, rules in held)
    return fixed


def _commented(
    old: str, wanted: list[_Line], mark: str, reason: str
) -> tuple[str, list[_Line], list[_Line]]:
    """A text with comments; those that it has, and those that would change the document."""

    def text_with(several: list[_Line]) -> str:
        text = old.split("\n")
        for line, rules in sorted(several, reverse=True):
            _put_comment(text, line, sorted(set(rules)), mark, reason)
        return "\n".join(text)

    def holds(several: list[_Line]) -> bool:
        return mark != "#" or _same(old, text_with(several))

    if holds(wanted):
        return text_with(wanted), wanted, []
    held, refused = sifted(wanted, holds, max(10, _LETTERS // len(old)))
    return text_with(held), held, refused


_LETTERS = 5_000_000
"""Letters that are read to find out which comments would change a document."""


def _put_comment(lines: list[str], line: int, rules: list[str], mark: str, reason: str) -> None:
    target = lines[line - 1]
    indent = target[: len(target) - len(target.lstrip())].removeprefix("\ufeff")
    ending = "\r" if target.endswith("\r") else ""
    said = f" {reason}" if reason else ""
    comment = f"{indent}{mark} dispatch-lint: ignore[{', '.join(rules)}]{said}{ending}"
    # At the head of a document a comment would speak for all of it: there it goes behind the line.
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


def _same(old: str, new: str) -> bool:
    """Whether two YAML texts say the same."""
    before, after = _parts(old), _parts(new)
    return repr([one.value for one in before]) == repr([one.value for one in after]) and (
        [one.problem is None for one in before] == [one.problem is None for one in after]
    )


def _parts(text: str) -> list[Part]:
    limits = Limits()
    return read_yaml(text.removeprefix("\ufeff"), depth=limits.depth, aliases=limits.aliases)
