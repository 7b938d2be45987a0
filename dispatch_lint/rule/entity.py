"""Entities as rules see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dispatch_lint.documents.document import Document, tags_of
from dispatch_lint.model.location import pointer
from dispatch_lint.model.relations import DELETED
from dispatch_lint.rule.fields import FieldView
from dispatch_lint.rule.readonly import (
    ReadOnlyDict,
    ReadOnlyView,
    changed_path,
    read_only,
    set_once,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.documents.document import ForeignKey, Row
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.validation import SchemaError


class Content(Protocol):
    """What an `EntityView` shows: a document, or an entity of the reference store."""

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


class EntityView(ReadOnlyView):
    """One entity. It can be read, and not be changed.

    The fields are those of the document as they were meant: a misspelled field that another rule
    reports has its proper name.

    Attributes:
        container: the name of the entity that contains it, as a service class its plans; None for
            an entity of its own.
    """

    __slots__ = ("_content", "_fields")
    _content: Content
    _fields: Mapping[str, Any] | None
    container: str | None = None

    def __init__(self, content: Content) -> None:
        set_once(self, "_content", content)
        set_once(self, "_fields", None)

    @property
    def in_store(self) -> bool:
        """Whether it comes from the reference store, and not from a document of the run."""
        return self._document is None

    # What relates entities (guide, Name and IDs)

    @property
    def form(self) -> Form:
        """`stored`, as the Entity Store keeps it, or `manifest`, as `dispatch create -f` reads it."""
        return self._content.form

    @property
    def kind(self) -> str:
        """The canonical name of its kind; as it is written where the kind is unknown; or empty."""
        return self._content.kind

    @property
    def organization(self) -> str | None:
        """The organization that it belongs to; None where that is not known."""
        return self._content.organization

    @property
    def name(self) -> str | None:
        """Its name; None where it has no usable one."""
        return self._content.name

    @property
    def key(self) -> str | None:
        """`<organization>/<kind>/<name>` (guide, Key), with `-` for an unknown organization.

        None where the kind or the name is missing.
        """
        return self._content.key

    @property
    def id(self) -> str:
        """Its ID; empty where it has none."""
        return self._content.identity

    @property
    def status(self) -> str:
        """Its status (guide, Status); empty where it has none, or one that is no text."""
        return self._content.status

    @property
    def file(self) -> str:
        """The file or store that it was read from; empty for one of the reference store."""
        document = self._document
        return document.source.name if document else ""

    @property
    def live(self) -> bool:
        """Whether it holds its key: every status but DELETED."""
        return self.status != DELETED

    @property
    def revision(self) -> int | None:
        """Its revision, if it is a whole number."""
        return self._content.revision

    @property
    def revision_of(self) -> str:
        """What assigned its revision: `entity`, `columns` of a database, or empty for neither.

        Only revisions of the same origin can be compared.
        """
        return self._content.revision_of

    # What is in it

    @property
    def fields(self) -> Mapping[str, Any]:
        """All fields, by their names on the wire; values are those of JSON."""
        if self._fields is None:
            set_once(self, "_fields", read_only(_fields_of(self._content)))
        return self._fields or read_only({})

    def get(self, name: str) -> Any:
        """The value of a field; None where it is missing."""
        entity = self._content.entity
        value = entity.get(name) if isinstance(entity, dict) else None
        return self.fields[name] if isinstance(value, (dict, list)) else value

    def has(self, name: str) -> bool:
        """Whether it has a field, of whatever value."""
        entity = self._content.entity
        return isinstance(entity, dict) and name in entity

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of all fields."""
        entity = self._content.entity
        return tuple(entity) if isinstance(entity, dict) else ()

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags (guide, Tags): a mapping in both forms, though manifests write a list.

        The path of one is `("tags", name)` in the stored form, and in a manifest that of the item
        of the list: `("tags", 0)`.
        """
        return ReadOnlyDict(tags_of(self.get("tags")))

    @property
    def foreign_keys(self) -> Sequence[ForeignKey]:
        """Its foreign keys that are neither empty nor null: `path`, `kind`, `by`, `value` …"""
        return tuple(self._content.uses)

    # How it is written; a document has these, an entity of the store does not

    @property
    def _document(self) -> Document | None:
        return self._content if isinstance(self._content, Document) else None

    @property
    def written_kind(self) -> str | None:
        """The value of the field `kind`, as it is written; None where there is none."""
        document = self._document
        return document.written_kind if document else None

    @property
    def known(self) -> bool:
        """Whether the catalogue has its kind."""
        document = self._document
        return document.known if document else True

    @property
    def undeclared(self) -> Sequence[FieldView]:
        """The fields that its schema does not declare; none for an entity of the reference store."""
        document = self._document
        if document is None or not document.undeclared:
            return ()
        return tuple(FieldView.undeclared(document, field) for field in document.undeclared)

    @property
    def written_names(self) -> tuple[str, ...]:
        """The names of its fields as they are written."""
        document = self._document
        return tuple(document.value) if document else self.field_names

    def declares(self, name: str) -> bool:
        """Whether the schema of its kind declares a field at its top; False for one of the store."""
        document = self._document
        return document is not None and name in document.schema.shape.properties

    @property
    def schema_errors(self) -> Sequence[SchemaError]:
        """Where it does not fit the JSON Schema of its kind: `path`, `message`, `missing` …

        What is wrong with a field that has its proper name only by a guess is left out. There is
        nothing for an entity of the reference store, which is not checked.
        """
        document = self._document
        if document is None or (document.valid and document.entity is document.value):
            return ()
        from dispatch_lint.schema.validation import schema_errors

        errors = schema_errors(document.schema, document.entity)
        return tuple(error for error in errors if not _is_guess(document, error.path))

    @property
    def row(self) -> Row | None:
        """The row of a store dump that it was read from: `key`, `columns`, `from_sql`."""
        document = self._document
        return document.row if document else None


def renew(view: EntityView) -> str:
    """Let a view show the fields of its entity again; returns what a rule has changed, or nothing."""
    shown = view._fields
    set_once(view, "_fields", None)
    path = None if shown is None else changed_path(shown, _fields_of(view._content))
    return "" if path is None else f"{pointer(path)} of {view._content.key or 'the entity'}"


def _fields_of(content: Content) -> dict[str, Any]:
    return content.entity if isinstance(content.entity, dict) else {}


def _is_guess(document: Document, path: Path) -> bool:
    """Whether a field has its name by a guess, and not by another case of letters only."""
    written = document.renamed.get(path)
    return written is not None and written.lower() != str(path[-1]).lower()
