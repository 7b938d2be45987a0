"""Several entities together: who holds a key or an ID, and what a foreign key may mean.

See the guide, Key; Name and IDs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from dispatch_lint.model.relations import key_text
from dispatch_lint.rule.entity import EntityView
from dispatch_lint.rule.readonly import ReadOnlyView, set_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.model.location import Path
    from dispatch_lint.model.relations import ReferenceRow

State = Literal["resolved", "ambiguous", "external", "missing", "unknown"]
"""What is known of the target of a foreign key.

`resolved`: one live entity, or the same one in several forms; `ambiguous`: several; `external`: the
settings declare that it exists elsewhere; `missing`: there is none; `unknown`: there is none among
the documents, and nothing says that they are complete, or it is in a row that cannot be read.
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


class KeyGroup(ReadOnlyView):
    """All holders of one key (guide, Key), and what refers to them.

    Attributes:
        key: `<organization>/<kind>/<name>`, with `-` for an unknown organization.
        organization: None where it is not known.
        kind, name: those of all holders.
        entities: those of the documents, in their order; at least one.
        stored: those of the reference store; empty where there is none.
    """

    __slots__ = ("_answers", "entities", "key", "kind", "name", "organization", "stored")
    _answers: GroupAnswers
    entities: Sequence[EntityView]
    key: str
    kind: str
    name: str
    organization: str | None
    stored: Sequence[EntityView]

    def __init__(
        self, organization: str | None, kind: str, name: str, entities: Sequence[EntityView],
        stored: Sequence[EntityView], answers: GroupAnswers,
    ) -> None:  # fmt: skip
        set_once(self, "organization", organization)
        set_once(self, "kind", kind)
        set_once(self, "name", name)
        set_once(self, "key", key_text(organization, kind, name))
        set_once(self, "entities", tuple(entities))
        set_once(self, "stored", tuple(stored))
        set_once(self, "_answers", answers)

    @property
    def is_referred_to(self) -> bool:
        """Whether a foreign key refers to one of the entities, in the documents or in the store."""
        return self._answers.is_referred_to(self)

    @property
    def references(self) -> Sequence[Reference]:
        """The foreign keys to the entities, in the documents and in the store.

        A document in the stored form stands for the entity that the store has under the same key.
        """
        return self._answers.referrers(self)


class IdGroup(ReadOnlyView):
    """All holders of one ID: "IDs are globally unique for all time" (guide, Name and IDs).

    Attributes:
        id: the ID.
        entities: those of the documents, in their order; at least one.
        stored: those of the reference store, deleted ones too.
        former: what the ledger remembers.
        has_store: whether there is a reference store, which has the earlier states of entities.
    """

    __slots__ = ("entities", "former", "has_store", "id", "stored")
    entities: Sequence[EntityView]
    former: Sequence[FormerHolder]
    has_store: bool
    id: str
    stored: Sequence[EntityView]

    def __init__(
        self, id_: str, entities: Sequence[EntityView], stored: Sequence[EntityView],
        former: Sequence[FormerHolder], *, has_store: bool,
    ) -> None:  # fmt: skip
        set_once(self, "id", id_)
        set_once(self, "entities", tuple(entities))
        set_once(self, "stored", tuple(stored))
        set_once(self, "former", tuple(former))
        set_once(self, "has_store", has_store)

    @property
    def is_alone(self) -> bool:
        """Whether one entity of the documents has the ID, and nothing else has or had it."""
        return len(self.entities) == 1 and not self.stored and not self.former


class Reference(ReadOnlyView):
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
    _answers: ReferenceAnswers
    _row: ReferenceRow
    by: Literal["name", "id"]
    closed: bool
    container: str | None
    entity: EntityView
    kind: str
    path: Path
    prefix: str
    value: str

    def __init__(
        self, row: ReferenceRow, value: str, entity: EntityView, answers: ReferenceAnswers,
        *, closed: bool,
    ) -> None:  # fmt: skip
        set_once(self, "_row", row)
        set_once(self, "_answers", answers)
        set_once(self, "entity", entity)
        set_once(self, "path", row.path)
        set_once(self, "value", value)
        set_once(self, "kind", row.kind)
        set_once(self, "by", row.by)
        set_once(self, "prefix", row.prefix)
        set_once(self, "container", row.owner)
        set_once(self, "closed", closed)

    @property
    def targets(self) -> Sequence[EntityView]:
        """The entities that it may mean, DELETED ones too: of its own organization, or of all.

        A document in the stored form stands for the entity that the reference store has under the
        same key; beside a manifest, that entity is there too.
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


class FactAnswers(Protocol):
    """What a `Group` answers by what the run knows."""

    def facts(self) -> Sequence[Collected]: ...


class Group(ReadOnlyView):
    """All facts of one group of one rule, for `Rule.judge`.

    Attributes:
        name: of the group.
    """

    __slots__ = ("_answers", "name")
    _answers: FactAnswers
    name: str

    def __init__(self, name: str, answers: FactAnswers) -> None:
        set_once(self, "name", name)
        set_once(self, "_answers", answers)

    @property
    def facts(self) -> Sequence[Collected]:
        """The facts of the documents in their order, then those of the reference store.

        At least one is of a document. Where a document of the run has the same key as an entity of
        the store, the document stands for it.
        """
        return self._answers.facts()
