"""One cause, one violation: what several definitions of one kind lead to together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch_lint.model.violation import Related, Violation

_SPELLING, _AGREEMENT = "initialism-spelling", "definition-agreement"
Place = tuple[str, int, int]
"""File, line and column."""


def one_cause_each(
    violations: Sequence[Violation], languages: Mapping[str, str], kinds: Mapping[str, str]
) -> list[Violation]:
    """Violations of definitions, of which those with one cause are one.

    Args:
        languages: the language of definitions, by their file.
        kinds: the kinds of definitions, by the name of the type or model.
    """
    return _without_copies(_with_spelling(violations), languages, kinds)


def _without_copies(
    violations: Sequence[Violation], languages: Mapping[str, str], kinds: Mapping[str, str]
) -> list[Violation]:
    """The violations, those of a field in Go and in the OpenAPI generated from it as one."""
    in_go = {
        _cause(violation, kinds): number
        for number, violation in reversed([*enumerate(violations)])
        if languages.get(violation.file, "Go") == "Go"
    }
    kept = dict(enumerate(violations))
    for number, violation in enumerate(violations):
        source = in_go.get(_cause(violation, kinds))
        if source is None or languages.get(violation.file) != "OpenAPI":
            continue
        place = Related(violation.file, violation.range, "the same in the description of the API")
        kept[source] = kept[source]._replace(related=(*kept[source].related, place))
        del kept[number]
    return list(kept.values())


def _cause(violation: Violation, kinds: Mapping[str, str]) -> tuple[object, ...]:
    owner = violation.kind or ""
    return violation.rule, kinds.get(owner, owner), violation.pointer, violation.message


def _with_spelling(violations: Sequence[Violation]) -> list[Violation]:
    """The violations, a spelling that makes two definitions disagree reported by one rule only.

    The spelling that most fields have is the way out, for both definitions.
    """
    spelled = {
        _place(violation): number
        for number, violation in enumerate(violations)
        if violation.rule == _SPELLING
    }
    kept = dict(enumerate(violations))
    for number, violation in enumerate(violations):
        if violation.rule != _AGREEMENT or '"' not in violation.message:
            continue
        places = [
            _place(violation),
            *((place.file, place.range.line, place.range.column) for place in violation.related),
        ]
        numbers = [spelled[place] for place in places if place in spelled]
        if not numbers or not _differ_in_case(violation):
            continue
        del kept[number]
        first, *others = numbers
        for other in others:
            kept.pop(other, None)
        if first in kept:
            kept[first] = kept[first]._replace(related=_others(kept[first], violation))
    return list(kept.values())


def _place(violation: Violation) -> Place:
    return violation.file, violation.range.line, violation.range.column


def _differ_in_case(violation: Violation) -> bool:
    """Whether two definitions disagree about the case of letters in a name."""
    names = violation.message.split('"')[1::2]
    return len(names) == 2 and names[0] != names[1] and names[0].lower() == names[1].lower()


def _others(violation: Violation, agreement: Violation) -> tuple[Related, ...]:
    """The places of a disagreement that a violation does not have already."""
    here = Related(agreement.file, agreement.range, "the other definition")
    known = {
        _place(violation),
        *((place.file, place.range.line, place.range.column) for place in violation.related),
    }
    new = [
        place for place in (here, *agreement.related)
        if (place.file, place.range.line, place.range.column) not in known
    ]  # fmt: skip
    return (*violation.related, *new)
