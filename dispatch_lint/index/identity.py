"""Facts about keys and IDs, present ones and those in the ledger (guide, Key; Name and IDs)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.index.facts import by_id, by_key
from dispatch_lint.rule import Rule

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Entity, Fact

IDENTITY = "identity"
"""The table of facts about keys and IDs, to which those of the ledger are added."""


class Holder(NamedTuple):
    """The data of a fact about an entity that holds a key and an ID.

    Attributes:
        revision_of: see `Document.revision_of`.
    """

    key: str
    identity: str
    status: str
    form: str
    revision: int | None
    revision_of: str
    what: str = "entity"

    @property
    def live(self) -> bool:
        """Whether it holds its key: every status but DELETED (DESIGN, Reference store)."""
        return self.status != "DELETED"


class Past(NamedTuple):
    """The data of a fact of the ledger: an ID, and a key that it was seen with in the past.

    Attributes:
        first_seen, deleted: dates (RFC 3339); `deleted` is empty for what was never deleted.
    """

    key: str
    identity: str
    first_seen: str
    deleted: str
    what: str = "ledger"


def identity_facts(entity: Entity) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
    """The facts about an entity, in the groups of its key and of its ID."""
    key = entity.key
    if key is None:
        return
    identity = entity.identity
    # A plain tuple with the fields of `Holder`: creating a named one takes four times as long.
    holder = (
        key, identity, entity.status, entity.form, entity.revision, entity.revision_of, "entity",
    )  # fmt: skip
    yield by_key(key), ("name",), holder
    if identity:
        yield by_id(identity), ("id",), holder


def holders_of(facts: Sequence[Fact]) -> list[tuple[Fact, Holder]]:
    """The facts about entities in a group."""
    return [(fact, Holder(*fact.data)) for fact in facts if fact.data[-1] == "entity"]


def past_of(facts: Sequence[Fact]) -> list[tuple[Fact, Past]]:
    """The facts of the ledger in a group."""
    return [(fact, Past(*fact.data)) for fact in facts if fact.data[-1] == "ledger"]


def same_key(first: str, second: str) -> bool:
    """Whether two keys can name the same entity. An unknown organization (`-`) matches any."""
    first_organization, _, first_rest = first.partition("/")
    second_organization, _, second_rest = second.partition("/")
    organizations = {first_organization, second_organization}
    return first_rest == second_rest and (len(organizations) == 1 or "-" in organizations)


class IdentityRule(Rule):
    """The base of corpus rules about keys and IDs, which share a table of facts."""

    facts = IDENTITY
    judges_several = True

    def collect(self, entity: Entity) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
        return identity_facts(entity)
