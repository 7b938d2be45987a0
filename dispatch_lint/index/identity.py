"""Keys and IDs: who holds them, and who ever did (guide, Key; Name and IDs)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.index.facts import by_id, by_key
from dispatch_lint.rule import Rule

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.rule import Entity, Fact

IDENTITY = "identity"
"""The table of facts about keys and IDs: those of the ledger join them."""


class Holder(NamedTuple):
    """The data of a fact about an entity that holds a key and an ID.

    Attributes:
        revision_of: what kind of source counts its revisions: only alike ones compare.
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
    """The data of a fact of the ledger: an ID, and a key that it was ever seen with.

    Attributes:
        first_seen, deleted: dates as RFC 3339; `deleted` is empty for what was never deleted.
    """

    key: str
    identity: str
    first_seen: str
    deleted: str
    what: str = "ledger"


def identity_facts(entity: Entity) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
    """An entity under its key and under its ID."""
    key = entity.key
    if key is None:
        return
    identity = entity.identity
    # A plain tuple: a named one takes four times as long, and hardly any is ever looked at.
    holder = (
        key, identity, entity.status, entity.form, entity.revision, entity.revision_of, "entity",
    )  # fmt: skip
    yield by_key(key), ("name",), holder
    if identity:
        yield by_id(identity), ("id",), holder


def holders_of(facts: Sequence[Fact]) -> list[tuple[Fact, Holder]]:
    """The entities of a group."""
    return [(fact, Holder(*fact.data)) for fact in facts if fact.data[-1] == "entity"]


def past_of(facts: Sequence[Fact]) -> list[tuple[Fact, Past]]:
    """What the ledger knows of a group."""
    return [(fact, Past(*fact.data)) for fact in facts if fact.data[-1] == "ledger"]


def same_key(one: str, other: str) -> bool:
    """Whether two keys name one entity; an organization that is not known may be any."""
    (one_organization, _, one_rest), (other_organization, _, other_rest) = (
        one.partition("/"), other.partition("/"),
    )  # fmt: skip
    return one_rest == other_rest and (
        one_organization == other_organization or "-" in (one_organization, other_organization)
    )


class IdentityRule(Rule):
    """A rule that judges keys and IDs: such rules share their facts."""

    facts = IDENTITY
    judges_several = True

    def collect(self, entity: Entity) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
        return identity_facts(entity)
