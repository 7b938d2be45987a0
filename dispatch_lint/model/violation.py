"""Violations: what a run reports, each with its location."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.location import Range
from dispatch_lint.model.relations import key_text

if TYPE_CHECKING:
    from dispatch_lint.model.fix import TextFix


BUILT_IN_DEFINITION = "the built-in definition"
"""What is said instead of the file and line of a definition that is part of dispatch-lint."""


class Severity(IntEnum):
    """How bad a violation is; a higher number is worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Related(NamedTuple):
    """Another place that a violation is about."""

    file: str
    range: Range
    message: str
    row: str = ""

    @property
    def place(self) -> str:
        """As that of a violation."""
        return _place(self.file, self.range, self.row)


class Target(NamedTuple):
    """The entity that a foreign key means (guide, Name and IDs).

    Attributes:
        organization: None where it is not known, as that of an entity that is missing.
        name: where the foreign key is an ID that no entity has, that ID.
        exists: None where nothing but the document was looked at.
    """

    organization: str | None
    kind: str
    name: str
    exists: bool | None

    @property
    def key(self) -> str:
        """`<organization>/<kind>/<name>`, with `-` for an unknown organization."""
        return key_text(self.organization, self.kind, self.name)


class Violation(NamedTuple):
    """One deviation, with its place: what every report shows.

    Attributes:
        file: relative to the working directory, with `/`.
        document: counts all documents of the file from 0.
        pointer: JSON Pointer inside the entity.
        entity: the key `<organization>/<kind>/<name>`; `-` for an unknown organization.
        heading: the name under which infos about a declared field are counted together.
        row: the key of the row, where the file is a store: its place.
        definition: what it is about where it is no document: `pkg/shop.Widget`.
        fix: the edits that remove it, where there are some.
        target: what the foreign key means whose value it is about.
        is_fix_lost: whether the rule has a fix that cannot be written into the text.
    """

    rule: str
    severity: Severity
    message: str
    guide: str | None
    file: str
    document: int
    pointer: str
    range: Range
    kind: str | None = None
    entity: str | None = None
    related: tuple[Related, ...] = ()
    help: str = ""
    heading: str = ""
    declared_at: str = ""
    row: str = ""
    definition: str = ""
    fix: TextFix | None = None
    target: Target | None = None
    is_fix_lost: bool = False

    @property
    def place(self) -> str:
        """Where it is, for people: `file:line:column`, or a store and the key of a row."""
        return _place(self.file, self.range, self.row)

    @property
    def fingerprint(self) -> str:
        """The same for the same deviation, wherever in the file it stands."""
        from hashlib import sha256

        entity = self.definition or self.entity or f"{self.file}#{self.document}"
        return sha256(
            f"{self.rule}\0{entity}\0{self.pointer}".encode("utf-8", "surrogatepass")
        ).hexdigest()[:32]

    @property
    def order(self) -> tuple[str, int, int, str, str, str]:
        return (
            self.file,
            self.range.line,
            self.range.column,
            self.rule,
            self.pointer,
            self.message,
        )


def _place(file: str, range_: Range, row: str) -> str:
    return f"{file}: {row}" if row else f"{file}:{range_.line}:{range_.column}"
