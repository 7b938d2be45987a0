"""Applies suppression comments to violations, and finds the comments that are unused or wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from dispatch_lint.model.fix import TextEdit, TextFix
from dispatch_lint.naming import did_you_mean

if TYPE_CHECKING:
    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.model.violation import Violation

_MAX_HINTS = 100
"""The number of unknown rule names in one file for which a similar name is searched."""


UNUSED = "unused-suppression"
"""The rule about suppressions, which a suppression can hide too."""


class FileSuppressions:
    """The suppressions of one file, and the rules whose violations each of them hid.

    Args:
        suppressions: in the order of the text.
    """

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self._suppressions = suppressions
        self._used: list[set[str]] = [set() for _ in suppressions]
        self._by_target: dict[tuple[str, int, str], list[int]] = {}
        for number, suppression in enumerate(suppressions):
            for target in _targets(suppression):
                for rule in suppression.rules:
                    key = (suppression.scope, target, rule)
                    self._by_target.setdefault(key, []).append(number)

    def hides(self, violation: Violation) -> bool:
        """Whether a comment hides a violation. All comments that do are marked as used."""
        rule = violation.rule
        numbers = [
            number
            for scope, target in (
                ("file", 0), ("document", violation.document), ("line", violation.range.line),
            )
            for number in self._by_target.get((scope, target, rule), ())
        ]  # fmt: skip
        for number in numbers:
            self._used[number].add(rule)
        return bool(numbers)

    def complaints(self, known: AbstractSet[str], active: Collection[str]) -> Iterator[Suppression]:
        """The comments that name no rule, an unknown rule, or a rule that they did not hide.

        Args:
            known: the names of all rules.
            active: the names of the rules of the run. A comment for another rule may be needed.

        Yields:
            The comment with its `complaint`, once for each, and the rules that are `kept`.
        """
        unknown = 0
        for found, used in zip(self._suppressions, self._used, strict=True):
            kept = [rule for rule in found.rules if rule in used or rule in known - {*active}]
            suppression = found._replace(kept=tuple(kept))
            if not suppression.rules:
                complaint = ("the suppression names no rule, or does not begin the comment; write "
                             "dispatch-lint: ignore[rule], or ignore-file[rule]")  # fmt: skip
                yield suppression._replace(complaint=complaint)
                continue
            for rule in suppression.rules:
                if rule not in known:
                    unknown += 1
                    hint = did_you_mean(rule, known) if unknown <= _MAX_HINTS else ""
                    complaint = f'there is no rule "{rule}"{hint}'
                    yield suppression._replace(rules=(rule,), complaint=complaint)
            rules = [rule for rule in suppression.rules if rule != UNUSED]
            unused = _unused(rules, used, known, active)
            if unused:
                complaint = f"unused suppression of {', '.join(unused)}"
                yield suppression._replace(complaint=complaint)
        yield from self._own_complaints(active)

    def _own_complaints(self, active: Collection[str]) -> Iterator[Suppression]:
        """The comments that name `unused-suppression`, and hid none of the complaints before."""
        for found, used in zip(self._suppressions, self._used, strict=True):
            if UNUSED in found.rules and UNUSED in active and UNUSED not in used:
                kept = tuple(rule for rule in found.rules if rule in used)
                complaint = f"unused suppression of {UNUSED}"
                yield found._replace(complaint=complaint, kept=kept)


def _targets(suppression: Suppression) -> set[int]:
    """The lines or documents that a comment holds for; 0 for the file.

    Above another comment, it holds for that one and for the next line with content.
    """
    if suppression.scope == "file":
        return {0}
    target, following = suppression.target, suppression.range.line + 1
    return {target, min(target, following)} if suppression.scope == "line" else {target}


def removal(suppression: Suppression) -> TextFix | None:
    """The fix of a comment that is unused or wrong: less rules in it, or none of it."""
    if suppression.comment is None:
        return None
    if suppression.kept and suppression.names is not None:
        edit = TextEdit(suppression.names, ", ".join(suppression.kept))
    else:
        edit = TextEdit(suppression.comment, "")
    return TextFix("safe", "remove it", (edit,))


def _unused(
    rules: Iterable[str], used: Collection[str], known: Collection[str], active: Collection[str]
) -> list[str]:
    return [rule for rule in rules if rule in known and rule in active and rule not in used]
