"""The rows of the two relations that a run holds: entities and references (guide, Name and IDs)."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dispatch_lint.model.location import Path
from dispatch_lint.model.reference import Form

ENTITY, REFERENCE, FORMER, FACT = range(4)
"""The relation that a row belongs to: the first item of each row."""
GLOBAL = "___global___"
"""The pseudo organization whose entities are visible to every organization."""
DELETED = "DELETED"
"""The status of an entity that no longer holds its key."""


class EntityRow(NamedTuple):
    """An entity, or an entity inside another, such as a plan of a service class.

    Attributes:
        organization: None where it is not known.
        name: None where the entity has no usable one; then it has an ID.
        id: empty where it has none.
        revision_of: what assigned the revision; see `Document.revision_of`.
        container: the name of the entity that contains it; None for an entity of its own.
        path: of its name.
        row: the key of its row, where it was read from a store, the one that is checked or another.
        location: as `Location.text`, where it is in the reference store.
    """

    relation: int
    organization: str | None
    kind: str
    name: str | None
    id: str
    status: str
    form: Form
    revision: int | None = None
    revision_of: str = ""
    container: str | None = None
    path: Path = ("name",)
    row: str = ""
    location: str = ""

    @property
    def live(self) -> bool:
        """Whether it holds its key: every status but DELETED."""
        return self.status != DELETED

    @property
    def key(self) -> str | None:
        """`<organization>/<kind>/<name>`, with `-` for an unknown organization (guide, Key)."""
        return None if self.name is None else key_text(self.organization, self.kind, self.name)


class ReferenceRow(NamedTuple):
    """A foreign key. Its value is in the name of its group, so that most rows are equal.

    Attributes:
        organization, from_kind, status, form: those of the entity that has the foreign key.
        kind, by, prefix: the kind of the target; whether the value is a name or an ID; what
            precedes it, such as `es://`.
        owner: the name of the entity that contains the target; None for an entity of its own.
        row, location: as for `EntityRow`.
    """

    relation: int
    organization: str | None
    from_kind: str
    status: str
    form: Form
    kind: str
    by: Literal["name", "id"]
    owner: str | None
    prefix: str
    path: Path
    row: str = ""
    location: str = ""

    def fits(self, target: EntityRow) -> bool:
        """Whether an entity has the kind and container of the target, in any organization."""
        if target.kind != self.kind:
            return False
        return None in (self.owner, target.container) or self.owner == target.container

    def sees(self, target: EntityRow) -> bool:
        """Whether an entity fits, and is visible to the organization of the foreign key."""
        if not self.fits(target):
            return False
        return None in (self.organization, target.organization) or target.organization in (
            self.organization, GLOBAL,
        )  # fmt: skip


class FormerRow(NamedTuple):
    """What the ledger of IDs remembers: an ID, and a key that it was seen with.

    Attributes:
        first_seen, deleted: dates (RFC 3339); `deleted` is empty for what was never deleted.
    """

    relation: int
    key: str
    id: str
    first_seen: str
    deleted: str
    location: str


def key_text(organization: str | None, kind: str, name: str) -> str:
    """`<organization>/<kind>/<name>` (guide, Key), with `-` for an unknown organization."""
    return f"{organization or '-'}/{kind}/{name}"


def same_key(first: str, second: str) -> bool:
    """Whether two keys can name the same entity. An unknown organization (`-`) matches any."""
    first_organization, _, first_rest = first.partition("/")
    second_organization, _, second_rest = second.partition("/")
    organizations = {first_organization, second_organization}
    return first_rest == second_rest and (len(organizations) == 1 or "-" in organizations)


def read_key(value: str, kind: str) -> tuple[str, str] | None:
    """The organization and name in a key to an entity of a kind; None where it is only a name.

    The organization may come first, as in the guide, or the kind.
    """
    parts = value.split("/")
    if len(parts) != 3 or not all(parts):
        return None
    if parts[1] == kind:
        return parts[0], parts[2]
    return (parts[1], parts[2]) if parts[0] == kind else None


def named_entity(value: str, kind: str) -> str:
    """The name of the target of a foreign key, whose value is the name or a key."""
    key = read_key(value, kind)
    return key[1] if key else value
