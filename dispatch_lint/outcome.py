"""What a run leaves behind besides its violations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.suppression import Suppression
    from dispatch_lint.violation import Severity, Violation


@dataclass
class Declared:
    """Infos about one declared field, counted under one heading."""

    heading: str
    rule: str
    message: str
    declared_at: str
    places: int = 0


@dataclass
class Summary:
    """What a run did."""

    files: int = 0
    """Sources that were checked; stores too."""
    stores: int = 0
    documents: int = 0
    skipped: int = 0
    definitions: int = 0
    """Kinds that Go and OpenAPI files declare."""
    definition_files: int = 0
    violations: Counter[Severity] = field(default_factory=Counter)
    suppressed: int = 0
    baselined: int = 0
    not_judged: int = 0
    closed: bool = False
    rules: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    """Inputs that could not be read, and rules that failed: reasons for exit code 2."""

    def add(self, other: Summary, without: Collection[str] = ()) -> None:
        """Add what another process counted.

        Args:
            without: problems that are known already.
        """
        for name in ("files", "stores", "documents", "skipped", "definitions", "definition_files",
                     "suppressed", "baselined", "not_judged"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.violations.update(other.violations)
        self.rules.update(other.rules)
        self.problems += [one for one in other.problems if one not in without]


@dataclass(frozen=True, slots=True)
class Listed:
    """What `--list-files` says of one document."""

    file: str
    document: int
    what: str


@dataclass(frozen=True, slots=True)
class Share:
    """What one process found in its files: the parts of a run of the same names."""

    found: list[Violation]
    suppressions: dict[str, list[Suppression]]
    summary: Summary
    declared: dict[tuple[str, str], Declared]
    listed: list[Listed] | None
    descriptions: list[tuple[Source, int]]
    kinds: set[str]
    failures: set[str]
