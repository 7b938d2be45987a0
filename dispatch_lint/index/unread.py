"""Rows of stores that are there and cannot be read: of their entities little more than the key is known.

A reference to one is neither resolved nor missing, and what it refers to itself nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.relations import FACT, GLOBAL

if TYPE_CHECKING:
    from dispatch_lint.documents.source import BadRow
    from dispatch_lint.index.groups import Row
    from dispatch_lint.model.relations import ReferenceRow
    from dispatch_lint.schema.catalogue import Catalogue

UNREAD = "unread\0"
"""The group of the rows of a run that cannot be read; no rule is asked about it."""


class UnreadRow(NamedTuple):
    """What is known of a row that cannot be read; of what is not known, an empty text."""

    organization: str
    kind: str
    name: str
    identity: str = ""


def unread_row(key: str, bad: BadRow, catalogue: Catalogue) -> UnreadRow:
    """What the columns of a row tell that cannot be read, or else its key, in either layout."""
    parts = key.split("/", 2)
    organization, kind, name = parts if len(parts) == 3 else ("", "", "")
    if organization in catalogue.names and kind not in catalogue.names:
        organization, kind = kind, organization
    kind = bad.kind or kind
    return UnreadRow(
        bad.organization or organization, catalogue.names.get(kind, kind), bad.name or name,
        bad.identity,
    )  # fmt: skip


def index_row(row: UnreadRow, key: str) -> tuple[str, Row]:
    """A row as the index holds it, with its group."""
    return UNREAD, (FACT, (), tuple(row), key, "")


class UnreadRows:
    """The rows of a store, or of a run, that were met and cannot be read.

    Args:
        containers: the kind that contains the entities of a kind, for kinds of which none stands alone.

    Attributes:
        problems: messages for the rows that matter, in their order.
    """

    def __init__(self, containers: Mapping[str, str]) -> None:
        self._containers = containers
        self._messages: dict[UnreadRow, str] = {}
        self._by_name: dict[tuple[str, str], dict[UnreadRow, None]] = {}
        self._by_id: dict[tuple[str, str], dict[UnreadRow, None]] = {}
        self._by_kind: dict[str, dict[UnreadRow, None]] = {}
        self.problems: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._messages)

    def add(self, row: UnreadRow, message: str, *, matters: bool) -> None:
        """Add a row.

        Args:
            message: says that it cannot be read; empty where that was said.
            matters: whether it was asked for; else its message waits until somebody refers to it.
        """
        if matters and message:
            self.problems[message] = None
        self._messages[row] = message
        self._by_name.setdefault((row.kind, row.name), {})[row] = None
        self._by_id.setdefault((row.kind, row.identity), {})[row] = None
        self._by_kind.setdefault(row.kind, {})[row] = None

    def may_have(self, reference: ReferenceRow, value: str) -> bool:
        """Whether one of the rows may be what a foreign key refers to.

        Args:
            value: the name or ID of the target.
        """
        meant = [row for row in self._candidates(reference, value) if _sees(reference, row)]
        for row in meant:
            if self._messages[row]:
                self.problems[self._messages[row]] = None
        return bool(meant)

    def _candidates(self, reference: ReferenceRow, value: str) -> Iterable[UnreadRow]:
        container = self._containers.get(reference.kind)
        if container is None and reference.by == "name":
            return self._by_name.get((reference.kind, value), ())
        if container is None:
            return self._with_id(reference.kind, value)
        if reference.owner is not None:
            return self._by_name.get((container, reference.owner), ())
        return self._by_kind.get(container, ())

    def _with_id(self, kind: str, value: str) -> Iterator[UnreadRow]:
        yield from self._by_id.get((kind, value), ())
        yield from self._by_id.get((kind, ""), ())  # it may be any


NONE_UNREAD = UnreadRows({})
"""Of stores in which a row that cannot be read ends the run."""


def _sees(reference: ReferenceRow, row: UnreadRow) -> bool:
    """Whether a row is visible to the organization of a foreign key; see `ReferenceRow.sees`."""
    return reference.organization is None or row.organization in (
        "",
        reference.organization,
        GLOBAL,
    )
