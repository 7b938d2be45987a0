"""Suppression comments for what is found: another way to let an old repository in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.limits import Limits
from dispatch_lint.documents.formats import ROWS
from dispatch_lint.documents.reading import changed_error, has_changed
from dispatch_lint.fix.fixed import Fixed, full_text
from dispatch_lint.fix.halving import find_holding
from dispatch_lint.fix.proof import NO_LIMITS
from dispatch_lint.model.fix import TextEdit
from dispatch_lint.model.location import Range
from dispatch_lint.text.edits import BYTE_ORDER_MARK, apply_edits
from dispatch_lint.text.lines import split_lines
from dispatch_lint.text.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.text.tree import Part

_MARKS = {"yaml": "#", "go": "//"}
_UNUSED = "unused-suppression"
_FEWEST_TRIES = 10
_LETTERS_TRIED = 5_000_000
"""Letters that are read, at most, to find out which comments would change a document."""


class _Comment(NamedTuple):
    """A comment to add or remove.

    Attributes:
        line: the number of the line that it is for.
        edit: the edit of the text.
        violations: how many are then ignored, or no more.
    """

    line: int
    edit: TextEdit
    violations: int


def add_ignores(
    sources: Sequence[Source],
    violations: Iterable[Violation],
    reason: str,
    readings: Mapping[str, Sequence[Reading]],
) -> Fixed:
    """Put a suppression comment above each line that has violations; nothing is written.

    A suppression comment that is unused is removed instead. A violation is withdrawn where its
    format has no comments (JSON, stores), where a comment would change the document, and where the
    file changed since it was checked.

    Args:
        reason: stands behind the rules, in each comment.
        readings: what was read of each source, by its name.
    """
    fixed = Fixed()
    by_file: dict[str, list[Violation]] = {}
    for violation in violations:
        by_file.setdefault(violation.file, []).append(violation)
    by_name = {source.name: source for source in sources}
    for file, found in by_file.items():
        source = by_name[file]
        if source.format not in _MARKS:
            what = "a store" if source.format == ROWS else source.format
            fixed.withdrawn.append(f"{file}: {what} has no comments; use a baseline, or "
                                   "per-path in the settings")  # fmt: skip
        elif has_changed(source, NO_LIMITS, readings.get(file, ())):
            fixed.changed.append(file)
            fixed.withdrawn.append(f"{changed_error(file)}: nothing in it is ignored")
        else:
            _ignore_in_file(source, found, reason, fixed)
    return fixed


def comment_for(text: str, violation: Violation) -> TextEdit | None:
    """The comment that ignores a violation in a YAML text; None where it would change a document."""
    mark = _MARKS["yaml"]
    if violation.rule == _UNUSED:
        return None
    commented, _ = _that_change_nothing(text, [*_added(text, [violation], mark, "")], mark)
    return commented[0].edit if commented else None


def _ignore_in_file(
    source: Source, violations: Sequence[Violation], reason: str, fixed: Fixed
) -> None:
    """Put comments into the text of one file, and remove those that are unused."""
    file, old, mark = source.name, full_text(source), _MARKS[source.format]
    wanted = [*_added(old, violations, mark, reason), *_removed(violations)]
    commented, refused = _that_change_nothing(old, wanted, mark)
    for comment in refused:
        fixed.withdrawn.append(f"{file}:{comment.line}: a comment here would change the document")
    for violation in violations:
        if violation.rule == _UNUSED and violation.fix is None:
            fixed.withdrawn.append(f"{violation.place}: {violation.message}")
    if commented:
        fixed.before[file], fixed.texts[file] = old, _text_with(old, commented)
        fixed.counts[file] = sum(comment.violations for comment in commented)


def _added(old: str, violations: Iterable[Violation], mark: str, reason: str) -> Iterator[_Comment]:
    """The comments to add, one for each line with violations."""
    rules: dict[int, list[str]] = {}
    for violation in violations:
        if violation.rule != _UNUSED:
            rules.setdefault(violation.range.line, []).append(violation.rule)
    lines = split_lines(old.removeprefix(BYTE_ORDER_MARK)) or [""]
    for line, names in rules.items():
        because = f" {reason}" if reason else ""
        comment = f"{mark} dispatch-lint: ignore[{', '.join(sorted({*names}))}]{because}"
        yield _Comment(line, _comment_edit(lines, line, comment, mark), len(names))


def _removed(violations: Iterable[Violation]) -> Iterator[_Comment]:
    """The unused comments to remove: two complaints about one comment have the same fix."""
    edits = Counter(
        (violation.range.line, violation.fix.edits[0])
        for violation in violations
        if violation.rule == _UNUSED and violation.fix is not None
    )
    return (_Comment(line, edit, count) for (line, edit), count in edits.items())


def _comment_edit(lines: Sequence[str], line: int, comment: str, mark: str) -> TextEdit:
    target = lines[line - 1]
    plain = target.rstrip("\r\n")
    # A comment at the head of a document holds for all of it: there it goes behind the line.
    if mark == "#" and _begins_document(lines, line - 1):
        end = len(plain.rstrip()) + 1
        return TextEdit(Range(line, end, line, len(plain) + 1), f"  {comment}")
    indent = plain[: len(plain) - len(plain.lstrip())]
    ending = target[len(plain) :] or lines[0][len(lines[0].rstrip("\r\n")) :] or "\n"
    return TextEdit(Range(line, 1, line, 1), f"{indent}{comment}{ending}")


def _that_change_nothing(
    old: str, wanted: list[_Comment], mark: str
) -> tuple[list[_Comment], list[_Comment]]:
    """Of comments, those that leave the documents as they are, and the others."""

    def holds(comments: list[_Comment]) -> bool:
        return mark != "#" or _have_same_values(old, _text_with(old, comments))

    if holds(wanted):
        return wanted, []
    return find_holding(wanted, holds, max(_FEWEST_TRIES, _LETTERS_TRIED // len(old)))


def _text_with(old: str, comments: Iterable[_Comment]) -> str:
    return apply_edits(old, [comment.edit for comment in comments])


def _begins_document(lines: Sequence[str], index: int) -> bool:
    for before in range(index - 1, -1, -1):
        plain = lines[before].strip()
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
    return list(read_yaml(text.removeprefix("\ufeff"), limits))
