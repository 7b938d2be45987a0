"""What corpus rules get and yield: entities, facts about them, and judgements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.model.fix import Fix
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form
    from dispatch_lint.model.violation import Severity
    from dispatch_lint.rule.base import Rule


class Entity(Protocol):
    """An entity for `Rule.collect`: a document of the run, or an entity in a reference store.

    Attributes:
        organization: None where it is not known.
        key: `<organization>/<kind>/<name>` (guide, Key), with `-` for an unknown organization.
        identity: the ID, or empty.
        revision_of: what assigned its revision; see `Document.revision_of`.
        uses: the foreign keys that are neither empty nor null.
        contained: the entities that it contains, as a service class its plans: `(path, kind,
            name)`.
        entity: the entity as plain values.
    """

    @property
    def form(self) -> Form: ...
    @property
    def kind(self) -> str: ...
    @property
    def organization(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def identity(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def revision(self) -> int | None: ...
    @property
    def revision_of(self) -> str: ...
    @property
    def uses(self) -> Sequence[ForeignKey]: ...
    @property
    def contained(self) -> Sequence[tuple[Path, str, str]]: ...
    @property
    def entity(self) -> Any: ...


STORE = -1
"""The source of facts from a reference store or ledger."""


class Fact(NamedTuple):
    """A fact about one entity, in a group.

    Attributes:
        source, document: the position of the source in the run, and the number of the document.
        data: a few plain values.
        row: the key of the row, where the source is a store that is being checked.
        place: the location that a reference store has for the entity, as `Location.text`.
    """

    source: int
    document: int
    path: Path
    data: tuple[Any, ...]
    row: str = ""
    place: str = ""

    @property
    def stored(self) -> bool:
        """Whether it comes from a reference store or ledger, and not from a document of the run."""
        return self.source == STORE


class Judgement(NamedTuple):
    """What a corpus rule finds in a group: like a `Finding`, about the path of one of the facts.

    Attributes:
        subject: what it is about, if that is not the path of the fact; see `Finding`.
        related: further facts, each with a message about its part in the violation.
        fix: a fix for the violation, if there is one.
    """

    fact: Fact
    message: str
    on: Literal["key", "value"] = "value"
    severity: Severity | None = None
    help: str = ""
    subject: Path | None = None
    related: tuple[tuple[Fact, str], ...] = ()
    fix: Fix | None = None


Read = TypeVar("Read")


class World(Protocol):
    """What `Rule.judge` can query beyond the facts of its group.

    Attributes:
        not_judged: the number of references that cannot be judged, because the documents are not
            complete and there is no store; rules add to it.
    """

    not_judged: int

    @property
    def closed(self) -> bool:
        """Whether references to entities that are not there are dangling.

        This is so if the documents are complete, or if there is a store.
        """

    @property
    def stored(self) -> bool:
        """Whether there is a reference store, which has the earlier states of entities."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds that the run has documents of."""

    def external(self, kind: str, name: str) -> bool:
        """Whether the settings declare that an entity exists elsewhere."""

    def group(self, name: str) -> Sequence[Fact]:
        """The facts of another group; see `Rule.asks`."""

    def read(
        self, reader: Callable[[str, Sequence[Fact]], Read], group: str, facts: Sequence[Fact]
    ) -> Read:
        """The result of a function of the group, computed once for all rules that call it."""

    def near(self, kind: str, name: str, fits: Callable[[Fact], bool]) -> list[str]:
        """Names of entities that a name is probably a misspelling of, best first.

        Args:
            kind: the kind of the entities.
            fits: whether an entity can be suggested, by its fact in the group `by_name`.
        """


Fail = Callable[["Rule", Fact, BaseException], None]
"""Is called with a rule that failed, a fact of the group that it judged, and its exception."""
