"""Members of groups as rules see them: rows of the index, and their documents on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from dispatch_lint.index.groups import document_of, source_of
from dispatch_lint.rule.entity import EntityView

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.index.groups import Members
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form
    from dispatch_lint.model.relations import EntityRow, ReferenceRow
    from dispatch_lint.rule.entity import Content
    from dispatch_lint.schema.catalogue import Catalogue


class Place(NamedTuple):
    """Where an entity of a group is.

    Attributes:
        position: of its document, see `index.position_of`; negative for the reference store.
        path: what is meant in it.
        row: the key of its row, where the source is a store that is checked.
        location: as `Location.text`, where it is in the reference store.
        key: of an entity in the reference store.
    """

    position: int
    path: Path
    row: str = ""
    location: str = ""
    key: str = ""

    @property
    def stored(self) -> bool:
        """Whether it is in the reference store or in a ledger, and not a document of the run."""
        return self.position < 0

    @property
    def source(self) -> int:
        """The position of its source in the run."""
        return source_of(self.position)

    @property
    def document(self) -> int:
        """The number of the document in its source."""
        return document_of(self.position)


class Wanted(BaseException):
    """Is raised where the answer to a rule is not at hand: it is fetched, and the rule asked again.

    It is no `Exception`, so that a rule does not handle it by accident.

    Attributes:
        groups: names of groups whose rows are wanted.
        names: kinds and missing names, whose near names are wanted.
        contents: places of entities whose documents are wanted.
        each: whether the rule has to be asked for each of several equal foreign keys.
    """

    def __init__(
        self, *, groups: Collection[str] = (), names: Collection[tuple[str, str]] = (),
        contents: Collection[Place] = (), each: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.groups, self.names, self.contents, self.each = groups, names, contents, each


class Answers(Protocol):
    """What the run knows beyond one group. Each method may raise `Wanted`.

    Attributes:
        closed: whether references to entities that are not there are dangling.
        has_store: whether there is a reference store.
        kinds: the kinds that the run has documents of.
        not_judged: the number of references that an open world says nothing about.
    """

    settings: Settings
    catalogue: Catalogue
    closed: bool
    has_store: bool
    kinds: Collection[str]
    not_judged: int

    def members(self, groups: Sequence[str]) -> Sequence[Members]:
        """The rows of other groups, each by itself."""

    def near(self, kind: str, name: str) -> Sequence[str]:
        """Names of a kind that are similar to a missing one, best first."""

    def content(self, place: Place) -> Content:
        """The document, or stored entity, at a place."""

    def file(self, source: int) -> str:
        """The name of a source."""


class MemberView(EntityView):
    """An entity of a group: its columns are at hand, all else is read when a rule asks for it."""

    __slots__ = ("_answers", "_row", "container", "in_store", "place")

    def __init__(
        self, position: int, row: EntityRow, answers: Answers, path: Path | None = None
    ) -> None:
        self._row, self._answers, self._fields = row, answers, None
        key = (row.key or "") if position < 0 else ""
        self.place = Place(position, path or row.path, row.row, row.location, key)
        self.in_store = position < 0
        self.container = row.container

    @property
    def _content(self) -> Content:  # type: ignore[override]
        return self._answers.content(self.place)

    @property
    def form(self) -> Form:
        return self._row.form

    @property
    def kind(self) -> str:
        return self._row.kind

    @property
    def organization(self) -> str | None:
        return self._row.organization

    @property
    def name(self) -> str | None:
        return self._row.name

    @property
    def key(self) -> str | None:
        return self._row.key

    @property
    def id(self) -> str:
        return self._row.id

    @property
    def status(self) -> str:
        return self._row.status

    @property
    def revision(self) -> int | None:
        return self._row.revision

    @property
    def revision_of(self) -> str:
        return self._row.revision_of

    @property
    def file(self) -> str:
        return "" if self.in_store else self._answers.file(self.place.source)


class ReferrerView(EntityView):
    """The entity that has a foreign key: a few columns are at hand."""

    __slots__ = ("_answers", "_row", "_shared", "in_store", "place")

    def __init__(self, position: int, row: ReferenceRow, answers: Answers, *, shared: bool) -> None:
        self._row, self._answers, self._fields = row, answers, None
        self._shared = shared
        self.place = Place(position, row.path, row.row, row.location)
        self.in_store = position < 0

    @property
    def _content(self) -> Content:  # type: ignore[override]
        if self._shared:
            raise Wanted(each=True)
        return self._answers.content(self.place)

    @property
    def form(self) -> Form:
        return self._row.form

    @property
    def kind(self) -> str:
        return self._row.from_kind

    @property
    def organization(self) -> str | None:
        return self._row.organization

    @property
    def status(self) -> str:
        return self._row.status

    @property
    def file(self) -> str:
        if self._shared:
            raise Wanted(each=True)
        return "" if self.in_store else self._answers.file(self.place.source)


class FactView(EntityView):
    """The entity that a fact is about."""

    __slots__ = ("_answers", "in_store", "place")

    def __init__(
        self, position: int, path: Path, row: str, location: str, answers: Answers
    ) -> None:
        self._answers, self._fields = answers, None
        key = row if position < 0 else ""
        self.place = Place(position, path, "" if position < 0 else row, location, key)
        self.in_store = position < 0

    @property
    def _content(self) -> Content:  # type: ignore[override]
        return self._answers.content(self.place)

    @property
    def file(self) -> str:
        return "" if self.in_store else self._answers.file(self.place.source)
