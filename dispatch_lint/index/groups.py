"""Rows of the index in groups: by name, by ID, and by what rules collect.

A group is named by what its rows have in common, so that a store can look up what belongs to it:
the entities of a kind and name in all organizations, with the foreign keys to them; or the entities
that have an ID, with the foreign keys by ID (guide, Key; Name and IDs).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dispatch_lint.model.relations import (
    ENTITY,
    FACT,
    FORMER,
    REFERENCE,
    EntityRow,
    FormerRow,
    ReferenceRow,
    named_entity,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Fact
    from dispatch_lint.rule.entity import Content

STORE = -1
"""The position of the reference store, where those of sources count from 0."""
Row = tuple[Any, ...]
"""A row of a relation as a plain tuple, with the fields of its class in `model/relations.py`."""
IndexRow = tuple[str, int, Row]
"""A group, a position, and a row. See `position_of`."""
_DOCUMENT = 0xFFFFFFFF


class FactRow(NamedTuple):
    """A fact that a rule collected; see `rule.Fact`."""

    relation: int
    path: Path
    data: Any
    row: str = ""
    location: str = ""


def position_of(source: int, document: int) -> int:
    """The position of a document in a run: that of its source, and its number in the lower 32 bits."""
    return source << 32 | document


def source_of(position: int) -> int:
    """The position of the source in the run; `STORE` for the reference store."""
    return position >> 32


def document_of(position: int) -> int:
    """The number of the document in its source."""
    return position & _DOCUMENT


# Names of groups


def by_name(kind: str, name: str) -> str:
    """The group of the entities of a kind and name in all organizations, and of their referrers."""
    return f"name\0{kind}\0{name}"


def is_by_name(group: str) -> bool:
    """Whether a group is one that `by_name` names."""
    return group.startswith("name\0")


def by_id(identity: str) -> str:
    """The group of the entities that have, or had, an ID, and of the foreign keys to it."""
    return f"id\0{identity}"


def by_fact(rule: str, group: str) -> str:
    """The group of the facts that a rule collected under a name of its own."""
    return f"fact\0{rule}\0{group}"


def stored_referrers(kind: str, name: str) -> str:
    """The foreign keys of the reference store to a kind and name, which few rules ask for."""
    return f"referrers\0{kind}\0{name}"


def read_group(group: str) -> tuple[str, tuple[str, ...]]:
    """The parts of a group's name, such as `("name", ("Image", "nodejs"))`."""
    by, _, rest = group.partition("\0")
    return by, (rest,) if by == "id" else tuple(rest.split("\0", 1))


# Rows


def relation_rows(content: Content, row: str = "", location: str = "") -> list[tuple[str, Row]]:
    """The rows of the two relations for an entity, each with its group.

    See `entity_rows` for the first relation. A foreign key is in the group of its target.
    """
    rows = entity_rows(content, row, location)
    uses = content.uses
    if not uses:
        return rows
    organization, kind = content.organization, content.kind
    status, form = intern(content.status), content.form
    if organization is not None:
        organization = intern(organization)
    for path, reference, value, owner in uses:
        target, by = reference.kind, reference.by
        if by == "id":
            group = by_id(value)
        else:
            group = by_name(target, named_entity(value, target) if "/" in value else value)
        use = (REFERENCE, organization, kind, status, form, target, by, owner, reference.prefix,
               path, row, location)  # fmt: skip
        rows.append((group, use))
    return rows


def entity_rows(content: Content, row: str = "", location: str = "") -> list[tuple[str, Row]]:
    """The rows of an entity and of those that it contains, each with its group.

    All of them are in the group of their kind and name; the entity is in the group of its ID too.

    Args:
        row: the key of its row, where it was read from a store, the one that is checked or another.
        location: where it is in the reference store, as `Location.text`.
    """
    rows: list[tuple[str, Row]] = []
    organization, kind, name = content.organization, content.kind, content.name
    identity, status, form = content.identity, intern(content.status), content.form
    if organization is not None:
        organization = intern(organization)
    # Plain tuples with the fields of `EntityRow` and `ReferenceRow`: creating named ones takes four
    # times as long.
    if kind and "\0" not in kind and (name is not None or identity):  # groups are split at it
        entity = (
            ENTITY, organization, kind, name, identity, status, form, content.revision,
            content.revision_of, None, ("name",), row, location,
        )  # fmt: skip
        if name is not None:
            rows.append((by_name(kind, name), entity))
            for path, inner_kind, inner_name in content.contained:
                inner = (ENTITY, organization, inner_kind, inner_name, "", status, form, None, "",
                         name, path, row, location)  # fmt: skip
                rows.append((by_name(inner_kind, inner_name), inner))
        if identity:
            rows.append((by_id(identity), entity))
    return rows


def fact_row(rule: str, fact: Fact, row: str = "", location: str = "") -> tuple[str, Row]:
    """The row of a fact that a rule collected, with its group."""
    return by_fact(rule, fact.group), (FACT, fact.path, fact.data, row, location)


@dataclass(slots=True, eq=False, repr=False)
class Members:
    """The rows of one group.

    Attributes:
        entities: with their positions, in the order of the documents.
        references: foreign keys with the positions of the entities that have them; equal ones are
            one row.
        former: what ledgers remember.
        facts: with the positions of the entities that they are about.
        whole: whether all foreign keys are there, and not one for those that are equal.
    """

    entities: list[tuple[int, EntityRow]] = field(default_factory=list)
    references: dict[ReferenceRow, array[int]] = field(default_factory=dict)
    former: list[FormerRow] = field(default_factory=list)
    facts: list[tuple[int, FactRow]] = field(default_factory=list)
    whole: bool = True

    def add(self, position: int, row: Row) -> None:
        """Add a row."""
        relation = row[0]
        if relation == ENTITY:
            self.entities.append((position, EntityRow._make(row)))
        elif relation == REFERENCE:
            positions = self.references.get(row)  # type: ignore[call-overload] # it equals the named one
            if positions is None:
                positions = self.references[ReferenceRow._make(row)] = array("q")
            positions.append(position)
        elif relation == FACT:
            self.facts.append((position, FactRow._make(row)))
        else:
            assert relation == FORMER
            self.former.append(FormerRow._make(row))

    def extend(self, other: Members) -> None:
        """Add the rows of the same group of another table, or of a store."""
        self.entities += other.entities
        self.facts += other.facts
        self.former += other.former
        for reference, positions in other.references.items():
            self.references.setdefault(reference, array("q")).extend(positions)

    def sort(self) -> None:
        """Put the rows in the order of the documents: those of a store come last."""
        if len(self.entities) > 1:
            self.entities.sort(key=_order)
        if len(self.facts) > 1:
            self.facts.sort(key=_order)
        for row, positions in self.references.items():
            if len(positions) > 1:
                self.references[row] = array("q", sorted(positions, key=_position_order))
        if len(self.references) > 1:
            ordered = sorted(self.references.items(), key=lambda item: _position_order(item[1][0]))
            self.references = dict(ordered)


def _order(item: tuple[int, EntityRow | FactRow]) -> tuple[bool, int]:
    return _position_order(item[0])


def _position_order(position: int) -> tuple[bool, int]:
    return position < 0, position


class Groups(Protocol):
    """Rows in groups. All of the groups, or some, are to be checked."""

    def groups(self) -> Iterator[tuple[str, Members]]:
        """The groups to check: the same order however the rows came in."""

    def some(self, groups: Iterable[str]) -> Mapping[str, Members]:
        """The rows of the named groups, to check or not; those without rows are left out."""

    def stored_keys(self) -> Iterator[str]:
        """The keys of the entities in the stored form."""

    def names(self, kinds: Collection[str], limit: int) -> dict[str, set[str]]:
        """The names of the entities and foreign keys of some kinds; of each at most `limit`."""


def keys_of(rows: Iterable[Row]) -> Iterator[str]:
    """See `Groups.stored_keys`."""
    for row in rows:
        if row[0] == ENTITY:
            entity = EntityRow._make(row)
            if entity.form == "stored" and entity.container is None and entity.key is not None:
                yield entity.key


def names_of_kinds(
    groups: Iterable[str], kinds: Collection[str], limit: int
) -> dict[str, set[str]]:
    """See `Groups.names`.

    Args:
        groups: the names of all groups.
    """
    found: dict[str, set[str]] = {kind: set() for kind in kinds}
    for group in groups:
        by, rest = read_group(group)
        names = found.get(rest[0]) if by == "name" else None
        if names is not None and len(names) < limit:
            names.add(rest[1])
    return found
