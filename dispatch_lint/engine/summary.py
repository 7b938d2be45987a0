"""The results of a run, as reports show them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.documents.reading import Reading
    from dispatch_lint.model.violation import Severity, Violation


class Declared(NamedTuple):
    """The infos about one declared field, which are counted.

    Attributes:
        heading: the kind and field, such as `Function.functionName`.
        declared_at: the `file:line` of the definition, or the name of a built-in one.
        places: the number of occurrences in documents.
    """

    heading: str
    rule: str
    message: str
    declared_at: str
    places: int = 0


class Listed(NamedTuple):
    """What `--list-files` shows for one document."""

    file: str
    document: int
    what: str


@dataclass
class Summary:
    """The counts of a run.

    Attributes:
        files: the sources that were checked, stores included.
        documents, skipped: the entities, and the documents that are not entities.
        definitions: the entities that Go and OpenAPI files declare.
        violations: the violations by severity.
        suppressed: the violations that comments hide.
        baselined: the violations that a baseline hides.
        not_judged: the references to entities that are neither here nor known to be missing:
            the documents are not complete and there is no store, or a row cannot be read.
        closed: whether references to entities that are not there are dangling.
        rules: the violations by rule.
        not_shown: the violations past `limits.violations-per-file`, by file.
        folded: the findings that are counted with the first one of the same fold.
        problems: inputs that could not be read, and rules that failed. They cause exit code 2.
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


class Result(NamedTuple):
    """The results of a run.

    Attributes:
        violations: those that are shown, in the order of file, line, column and rule.
        declared: the infos about declared fields, where they are counted.
        listed: the documents, for `--list-files`; None without it.
        hidden: the violations that a baseline hides.
        changed: files that changed while they were checked: locations in them may be wrong.
        readings: what was read of each source, by its name.
        rules, across: the rules of the run, and those of them that compare documents.
        unused: messages about names in the settings that no type has.
    """

    violations: list[Violation]
    summary: Summary
    declared: Sequence[Declared] = ()
    listed: list[Listed] | None = None
    hidden: Sequence[Violation] = ()
    changed: frozenset[str] = frozenset()
    readings: Mapping[str, Sequence[Reading]] = {}
    rules: frozenset[str] = frozenset()
    across: frozenset[str] = frozenset()
    unused: Sequence[str] = ()
