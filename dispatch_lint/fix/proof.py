"""The proof of a fix: the new text differs in what was fixed, and has no new violation."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import MAX_DEPTH, Limits
from dispatch_lint.documents.reading import read_source
from dispatch_lint.fix.fixed import encoded
from dispatch_lint.model.location import pointer
from dispatch_lint.model.violation import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.location import Range
    from dispatch_lint.model.violation import Violation

NO_LIMITS = Limits(document_size=1 << 20, depth=MAX_DEPTH)
"""A text that could be checked can be read again."""
_UNREAD = object()
"""Stands for a document that does not parse."""
_EVERYTHING = 1 << 60
"""More differences than any fix makes."""
NewNames = dict[tuple[int, str], str]
"""The last step of the new pointers of renamed fields, by document and old pointer."""


def with_text(source: Source, text: str) -> Source:
    """A source with another text."""
    return source._replace(opener=lambda: io.BytesIO(encoded(text)))


def changes_only_fixed(source: Source, old: str, new: str, fixed: Iterable[Violation]) -> bool:
    """Whether a new text parses, and no document differs in more fields than were fixed in it."""
    before, after = _values(source, old), _values(source, new)
    if len(before) != len(after) or any(value is _UNREAD for value in after):
        return False
    edits: dict[int, int] = {}
    for violation in fixed:
        count = len(violation.fix.edits) if violation.fix else 0
        edits[violation.document] = edits.get(violation.document, 0) + count
    return all(
        _count_differences(*values) <= edits.get(document, 0)
        for document, values in enumerate(zip(before, after, strict=True))
    )


def find_unparsed(source: Source, text: str) -> Range | None:
    """The place of the first error in a text that does not parse."""
    problems = (
        part.problem for _, part, *_ in read_source(with_text(source, text), NO_LIMITS).parts
    )
    return next((problem.range for problem in problems if problem), None)


def _values(source: Source, text: str) -> list[Any]:
    read = read_source(with_text(source, text), NO_LIMITS)
    return [_UNREAD if part.problem else part.value for _, part, *_ in read.parts]


def _count_differences(old: object, new: object) -> int:
    """How many fields differ; one with another name counts once."""
    if isinstance(old, dict) and isinstance(new, dict):
        if len(old) != len(new):
            return _EVERYTHING
        return sum(
            (old_name != new_name) + _count_differences(old_value, new_value)
            for (old_name, old_value), (new_name, new_value) in zip(
                old.items(), new.items(), strict=True
            )
        )
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return _EVERYTHING
        return sum(map(_count_differences, old, new))
    return int(repr(old) != repr(new))


def are_all_removed(
    before: Iterable[Violation], after: Iterable[Violation], fixed: Sequence[Violation]
) -> bool:
    """Whether a file has none of the fixed violations any more: a fix removes what it is for.

    A rule may have something else to say about the very field that it had fixed.
    """
    names = new_names(fixed)

    def counts(violations: Iterable[Violation], names: NewNames) -> Counter[tuple[Any, ...]]:
        return Counter(
            (
                violation.rule,
                violation.document,
                pointer_with(names, violation.document, violation.pointer),
                violation.message,
            )
            for violation in violations
        )

    expected = counts(before, names) - counts(fixed, names)
    left = counts(after, {})
    return all(left[key] <= expected[key] for key in counts(fixed, names))


def new_violations(
    before: Iterable[Violation], after: Iterable[Violation], fixed: Sequence[Violation]
) -> list[Violation]:
    """The violations of a file after some were fixed that it did not have before; infos aside.

    A violation inside a field that was renamed is the same under the new name. A rule may have
    something else to say about the very field that it had fixed.
    """
    names = new_names(fixed)
    known = {
        (
            violation.rule,
            violation.document,
            pointer_with(names, violation.document, violation.pointer),
        )
        for violation in before
    }
    rules = {violation.rule for violation in fixed}
    fields = {(violation.document, violation.pointer) for violation in fixed}
    return [
        violation
        for violation in after
        if violation.severity > Severity.INFO
        and (violation.rule, violation.document, violation.pointer) not in known
        and not (violation.rule in rules and (violation.document, violation.pointer) in fields)
    ]


def new_names(fixed: Iterable[Violation]) -> NewNames:
    """The fields that some fixes of a file rename."""
    return {
        (violation.document, pointer(path)): pointer((name,))
        for violation in fixed
        for path, name in (violation.fix.renamed if violation.fix else ())
    }


def pointer_with(names: NewNames, document: int, before: str) -> str:
    """A pointer after fields were renamed.

    Args:
        before: what it was before.
    """
    if not names:
        return before
    old = new = ""
    for step in before.split("/")[1:]:
        old += f"/{step}"
        new += names.get((document, old), f"/{step}")
    return new
