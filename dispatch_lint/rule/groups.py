"""Several entities together: who holds a key or an ID, and what a foreign key may mean.

See the guide, Key; Name and IDs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from dispatch_lint.rule.entity import EntityView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.model.location import Path
    from dispatch_lint.model.relations import ReferenceRow

State = Literal["resolved", "ambiguous", "external", "missing", "unknown"]
"""What is known of the target of a foreign key.

`resolved`: one live entity, or the same one in several forms; `ambiguous`: several; `external`: the
settings declare that it exists elsewhere; `missing`: there is none; `unknown`: there is none among
the documents, and nothing says that they are complete.
"""


class FormerHolder(NamedTuple):
    """What the ledger of IDs remembers: an ID, and a key that it was seen with.

    Attributes:
        first_seen, deleted: dates (RFC 3339); `deleted` is empty for what was never deleted.
        location: as `Location.text`.
    """

    key: str
    id: str
    first_seen: str
    deleted: str
    location: str


class GroupAnswers(Protocol):
    """What a `KeyGroup` or `IdGroup` answers by what the run knows."""

    def referrers(self, group: KeyGroup) -> Sequence[Reference]: ...

    def is_referred_to(self, group: KeyGroup) -> bool: ...


class ReferenceAnswers(Protocol):
    """What a `Reference` answers by what the run knows."""

    def targets(self, reference: Reference) -> Sequence[EntityView]: ...

    def elsewhere(self, reference: Reference) -> Sequence[EntityView]: ...

    def with_id(self, reference: Reference) -> Sequence[EntityView]: ...

    def state(self, reference: Reference) -> State: ...

    def external(self, reference: Reference) -> bool: ...

    def near(self, reference: Reference) -> Sequence[str]: ...


class KeyGroup:
    """All holders of one key (guide, Key), and what refers to them.

    Attributes:
        entities: those of the documents, in their order; at least one.
        stored: those of the reference store; empty where there is none.
    """

    __slots__ = ("_answers", "entities", "key", "kind", "name", "organization", "stored")

    def __init__(
        self, organization: str | None, kind: str, name: str, entities: Sequence[EntityView],
        stored: Sequence[EntityView], answers: GroupAnswers,
    ) -> None:  # fmt: skip
        self.organization, self.kind, self.name = organization, kind, name
        self.key = f"{organization or '-'}/{kind}/{name}"
        self.entities, self.stored = entities, stored
        self._answers = answers

    @property
    def is_referred_to(self) -> bool:
        """Whether a foreign key refers to one of the entities, in the documents or in the store."""
        return self._answers.is_referred_to(self)

    @property
    def references(self) -> Sequence[Reference]:
        """The foreign keys to the entities, in the documents and in the store."""
        return self._answers.referrers(self)


class IdGroup:
    """All holders of one ID: "IDs are globally unique for all time" (guide, Name and IDs).

    Attributes:
        entities: those of the documents, in their order; at least one.
        stored: those of the reference store, deleted ones too.
        former: what the ledger remembers.
        has_store: whether there is a reference store, which has the earlier states of entities.
    """

    __slots__ = ("entities", "former", "has_store", "id", "stored")

    def __init__(
        self, id_: str, entities: Sequence[EntityView], stored: Sequence[EntityView],
        former: Sequence[FormerHolder], *, has_store: bool,
    ) -> None:  # fmt: skip
        self.id, self.entities, self.stored = id_, entities, stored
        self.former, self.has_store = former, has_store


class Reference:
    """One foreign key, with every entity that it may mean (guide, Name and IDs).

    Attributes:
        entity: the entity that has it.
        path: of its value, in that entity.
        kind: the kind of the target.
        by: whether the value is a name or an ID.
        value: the name, where it is a key the name in it; or the ID.
        prefix: what precedes the name in the text, such as `es://`; or empty.
        container: the name of the entity that contains the target, such as the class of a plan.
        closed: whether what is not there is missing: the documents are complete, or there is a
            store.
    """

    __slots__ = (
        "_answers", "_row", "by", "closed", "container", "entity", "kind", "path", "prefix", "value",
    )  # fmt: skip

    def __init__(
        self, row: ReferenceRow, value: str, entity: EntityView, answers: ReferenceAnswers,
        *, closed: bool,
    ) -> None:  # fmt: skip
        self._row, self._answers = row, answers
        self.entity, self.path, self.value = entity, row.path, value
        self.kind, self.by, self.prefix, self.container = row.kind, row.by, row.prefix, row.owner
        self.closed = closed

    @property
    def targets(self) -> Sequence[EntityView]:
        """The entities that it may mean, DELETED ones too: of its own organization, or of all.

        A document stands for the entity that the reference store has under the same key.
        """
        return self._answers.targets(self)

    @property
    def target(self) -> EntityView | None:
        """The entity that it means: a live one before one that is DELETED; None where it is missing."""
        targets = self.targets
        return next((target for target in targets if target.live), targets[0] if targets else None)

    @property
    def elsewhere(self) -> Sequence[EntityView]:
        """The live entities that have the kind and name and belong to other organizations."""
        return self._answers.elsewhere(self)

    @property
    def with_id(self) -> Sequence[EntityView]:
        """The live entities of the kind that have the value as their ID."""
        return self._answers.with_id(self)

    @property
    def state(self) -> State:
        """What is known of the target."""
        return self._answers.state(self)

    @property
    def external(self) -> bool:
        """Whether the target exists elsewhere: the settings declare it, or Dispatch never stores it."""
        return self._answers.external(self)

    @property
    def near(self) -> Sequence[str]:
        """Names of live entities that the name is probably a misspelling of, best first."""
        return self._answers.near(self)


class Fact(NamedTuple):
    """What `Rule.collect` tells of an entity.

    Attributes:
        group: any text; the facts of one group are judged together.
        data: a plain value: text, number, boolean, None, or a tuple of such.
        path: what it is about, in the entity.
    """

    group: str
    data: Any = None
    path: Path = ()


class Collected(NamedTuple):
    """A fact in its group, see `Fact`.

    Attributes:
        entity: the entity that it is about.
    """

    entity: EntityView
    data: Any
    path: Path


class Group:
    """All facts of one group of one rule, for `Rule.judge`.

    Attributes:
        name: of the group.
        facts: those of the documents in their order, then those of the reference store; at least
            one is of a document.
    """

    __slots__ = ("facts", "name")

    def __init__(self, name: str, facts: Sequence[Collected]) -> None:
        self.name, self.facts = name, facts
