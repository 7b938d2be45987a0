"""What a run found, as reports show it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.model.violation import Severity, Violation


class Declared(NamedTuple):
    """Infos about one field that a definition declares, counted under one heading.

    Attributes:
        heading: the field: `Function.functionName`.
        declared_at: `file:line` of the definition.
        places: how many there are.
    """

    heading: str
    rule: str
    message: str
    declared_at: str
    places: int = 0


class Listed(NamedTuple):
    """What `--list-files` states of one document."""

    file: str
    document: int
    what: str


@dataclass
class Summary:
    """What a run did.

    Attributes:
        files: sources that were checked, stores included.
        definitions: kinds that Go and OpenAPI files declare.
        not_judged: references that an open world cannot judge.
        closed: whether what is not there is missing.
        rules: violations by rule.
        not_shown: violations that are counted only, by file: more than
            `limits.violations-per-file`.
        folded: findings that are counted with the first of their kind, and have no place.
        problems: inputs that could not be read, and rules that failed: reasons for exit code 2.
    """

    files: int = 0
    stores: int = 0
    documents: int = 0
    skipped: int = 0
    definitions: int = 0
    definition_files: int = 0
    violations: Counter[Severity] = field(default_factory=Counter)
    suppressed: int = 0
    baselined: int = 0
    not_judged: int = 0
    closed: bool = False
    rules: Counter[str] = field(default_factory=Counter)
    not_shown: Counter[str] = field(default_factory=Counter)
    folded: int = 0
    problems: list[str] = field(default_factory=list)

    def count(self, rule: str, severity: Severity, places: int = 1) -> None:
        """Count violations, located or not."""
        self.violations[severity] += places
        self.rules[rule] += places


@dataclass
class Result:
    """What a run found.

    Attributes:
        violations: in the order of file, line, column and rule.
        declared: infos about declared fields, where they are counted.
        listed: what each document is, where that was asked for.
        hidden: violations that a baseline knows.
        changed: files that changed while they were checked: their places may be wrong.
        readings: what was read of each file.
    """

    violations: list[Violation]
    summary: Summary
    declared: Sequence[Declared] = ()
    listed: list[Listed] | None = None
    hidden: list[Violation] = field(default_factory=list)
    changed: frozenset[str] = frozenset()
    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
