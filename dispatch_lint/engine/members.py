"""Members of groups as rules see them: rows of the index, and their documents on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol

from dispatch_lint.index.groups import document_of, source_of
from dispatch_lint.model.violation import Target
from dispatch_lint.rule.entity import EntityView
from dispatch_lint.rule.readonly import set_once

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

    def without_frames(self) -> Wanted:
        """This exception without the frames that it went through, which refer to it; for keeping.

        They would take some kilobytes for each of very many questions, until somebody looks for such
        garbage.
        """
        self.__traceback__ = self.__context__ = None
        return self


class Answers(Protocol):
    """What the run knows beyond one group. Each method may raise `Wanted`, by `want`.

    Attributes:
        closed: whether references to entities that are not there are dangling.
        has_store: whether there is a reference store.
        kinds: the kinds that the run has documents of.
        not_judged: the number of references of which nobody knows whether there is what they mean.
    """

    settings: Settings
    catalogue: Catalogue
    closed: bool
    has_store: bool
    kinds: Collection[str]
    not_judged: int

    def members(self, groups: Sequence[str]) -> Sequence[Members]:
        """The rows of other groups, each by itself."""

    def has_unread(self) -> bool:
        """Whether there are rows that cannot be read: what they refer to is not known."""

    def may_be_unread(self, reference: ReferenceRow, value: str) -> bool:
        """Whether a row that cannot be read may be what a foreign key refers to.

        Args:
            value: the name or ID of the target.
        """

    def is_replaced(self, key: str) -> bool:
        """Whether a document of the run in the stored form has the key: it is the newer state."""

    def near(self, kind: str, name: str) -> Sequence[str]:
        """Names of a kind that are similar to a missing one, best first."""

    def content(self, place: Place, siblings: Sequence[EntityView]) -> Content:
        """The document, or stored entity, at a place.

        Args:
            siblings: views of which the content may be wanted too.
        """

    def want(self, wanted: Wanted) -> NoReturn:
        """Raise `Wanted`, and remember it: a rule may swallow whatever is raised."""

    def file(self, source: int) -> str:
        """The name of a source."""


class Member(EntityView):
    """A member of a group, whose document is read when a rule asks for it.

    Args:
        siblings: further members, of which a rule may want the documents too.
    """

    __slots__ = ("_answers", "_siblings", "place")
    _answers: Answers
    _siblings: Sequence[EntityView]
    place: Place

    def __init__(self, place: Place, answers: Answers, siblings: Sequence[EntityView]) -> None:
        set_once(self, "place", place)
        set_once(self, "_answers", answers)
        set_once(self, "_siblings", siblings)
        set_once(self, "_fields", None)

    @property
    def _content(self) -> Content:  # type: ignore[override]
        return self._answers.content(self.place, self._siblings)

    @property
    def in_store(self) -> bool:
        return self.place.stored

    @property
    def file(self) -> str:
        return "" if self.place.stored else self._answers.file(self.place.source)


class MemberView(Member):
    """An entity of a group: its columns are at hand."""

    __slots__ = ("_row", "container")
    _row: EntityRow
    container: str | None

    def __init__(
        self, position: int, row: EntityRow, answers: Answers, siblings: Sequence[EntityView],
        path: Path | None = None,
    ) -> None:  # fmt: skip
        key = row.row if position < 0 else ""
        place = Place(position, path or row.path, row.row, row.location, key)
        super().__init__(place, answers, siblings)
        set_once(self, "_row", row)
        set_once(self, "container", row.container)

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
    def target(self) -> Target:
        """It as what a foreign key means; inside of another, as the other one."""
        row = self._row
        if row.container is not None:
            kind = self._answers.catalogue.containers.get(row.kind, row.kind)
            return Target(row.organization, kind, row.container, exists=True)
        return Target(row.organization, row.kind, row.name or row.id, exists=True)


class ReferrerView(Member):
    """The entity that has a foreign key: a few columns are at hand.

    Args:
        shared: whether it stands for the entities of several equal foreign keys.
    """

    __slots__ = ("_row", "_shared")
    _row: ReferenceRow
    _shared: bool

    def __init__(
        self, position: int, row: ReferenceRow, answers: Answers,
        siblings: Sequence[EntityView] = (), *, shared: bool = False,
    ) -> None:  # fmt: skip
        key = row.row if position < 0 else ""
        super().__init__(Place(position, row.path, row.row, row.location, key), answers, siblings)
        set_once(self, "_row", row)
        set_once(self, "_shared", shared)

    @property
    def _content(self) -> Content:  # type: ignore[override]
        if self._shared:
            self._answers.want(Wanted(each=True))
        return self._answers.content(self.place, self._siblings)

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
            self._answers.want(Wanted(each=True))
        return "" if self.place.stored else self._answers.file(self.place.source)
