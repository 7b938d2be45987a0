"""Documents: one entity as text, with its kind, form, organization and schema."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.model.computed import computed_once
from dispatch_lint.model.location import Range
from dispatch_lint.model.relations import key_text, named_entity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form, ReferenceTarget
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Route, Shape
    from dispatch_lint.text.tree import Part


class Row(NamedTuple):
    """The row of a store that an entity was read from.

    Attributes:
        columns: base fields that were read from a column → the name of the column, such as
            `createdTime` → `created_time`.
        from_sql: whether it has the columns of Dispatch's Postgres table.
    """

    key: str
    columns: Mapping[str, str]
    from_sql: bool


class Undeclared(NamedTuple):
    """A field that no schema declares.

    Attributes:
        meant: the declared field of the same object that it is probably a misspelling of.
        case_only: it differs from `meant` in case only; dispatch accepts that.
        closed: whether the object allows declared fields only.
        parent: the shape of the object that it is a field of.
        twins: the fields of the object that dispatch reads as one, this among them, in the order of
            the text; empty where it is the field that they stand for, or the only one.
    """

    path: Path
    name: str
    value: Any
    meant: str | None
    case_only: bool
    closed: bool
    parent: Shape
    twins: tuple[str, ...] = ()


class ForeignKey(NamedTuple):
    """One use of a foreign key.

    Attributes:
        value: the name or ID that is referred to, without its prefix.
        owner: the name of the entity that contains the target, such as the class of a plan; None
            where the target is an entity of its own.
    """

    path: Path
    reference: ReferenceTarget
    value: str
    owner: str | None = None

    @property
    def kind(self) -> str:
        """The kind of the entity that is referred to."""
        return self.reference.kind

    @property
    def by(self) -> Literal["name", "id"]:
        """Whether the value is a name or an ID."""
        return self.reference.by


class _Fields(NamedTuple):
    source: Source
    number: int
    value: Any
    entity: Any
    form: Form
    kind: str
    schema: KindSchema
    part: Part
    valid: bool
    known: bool = True
    written_kind: str | None = None
    organization: str | None = None
    row: Row | None = None
    row_key: str = ""
    undeclared: Sequence[Undeclared] = ()
    renamed: Mapping[Path, str] = MappingProxyType({})


class Document(_Fields):
    """One entity as text.

    It is a named tuple because that takes a sixth of the time that a frozen dataclass takes to be
    created.

    Attributes:
        source: the file or store that it was read from.
        number: counts all documents of the source from 0, skipped ones included.
        value: the entity as plain values, as it is written; None where the text does not parse.
        entity: `value`, with misspelled fields under the names that were meant, and in manifests
            with the texts that dispatch makes of numbers and booleans.
        renamed: paths of such fields in `entity` → the name in the text.
        undeclared: the fields that no schema declares.
        valid: whether `value` fits its schema.
        form: `stored` or `manifest`.
        kind: the canonical name, or as it is written where the kind is unknown; empty where
            neither the document nor the settings name one.
        known: whether the catalogue has the kind.
        written_kind: the value of the `kind` field, if there is one.
        organization: the organization of its key; None where it is not known.
        part: its text, and the locations of its paths.
        row: the row of a store dump that it was read from.
        row_key: the key of its row, where the source is a store; empty for a text.
    """

    @computed_once
    def is_clean(self) -> bool:
        """Whether its schema is closed and it is valid: no field is undeclared or of a wrong type."""
        return self.valid and not self.schema.only_base and self.schema.shape.closed

    @computed_once
    def name(self) -> str | None:
        """The entity's name, if it has a usable one."""
        entity = self.entity
        value = entity.get("name") if isinstance(entity, dict) else None
        return value or None if isinstance(value, str) else None

    @computed_once
    def key(self) -> str | None:
        """`<organization>/<kind>/<name>` (guide, Key), with `-` for an unknown organization."""
        name = self.name
        if name is None or not self.kind:
            return None
        return key_text(self.organization, self.kind, name)

    @property
    def status(self) -> str:
        """The entity's status, or nothing."""
        entity = self.entity
        status = entity.get("status") if isinstance(entity, dict) else None
        return status if isinstance(status, str) else ""

    @property
    def identity(self) -> str:
        """The entity's ID, or nothing."""
        entity = self.entity
        value = entity.get("id") if isinstance(entity, dict) else None
        return value if isinstance(value, str) else ""

    @property
    def revision(self) -> int | None:
        """The entity's revision, if it is a whole number."""
        value = self.entity.get("revision") if isinstance(self.entity, dict) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def revision_of(self) -> str:
        """What assigned its revision: `entity`, `columns`, or empty for another part of a row.

        Only revisions of the same origin can be compared: the copy inside a row's
        value lags behind the column, and the counter of a key/value backend can start anew.
        """
        if self.row is None:
            return "entity"
        return "columns" if "revision" in self.row.columns else ""

    @property
    def contained(self) -> list[tuple[Path, str, str]]:
        """The entities that it contains, as a service class its plans: `(path, kind, name)`."""
        return list(self._find_contained()) if self.schema.contained else []

    def _find_contained(self) -> Iterator[tuple[Path, str, str]]:
        for route in self.schema.contained:
            for path, value in route.walk(self.entity):
                items = value if isinstance(value, list) else [value]
                kind = route.shape.kind or (route.shape.items.kind if route.shape.items else "")
                for index, item in enumerate(items):
                    name = item.get("name") if isinstance(item, dict) else None
                    if isinstance(name, str) and name:
                        yield ((*path, index) if isinstance(value, list) else path), kind, name

    @computed_once
    def uses(self) -> list[ForeignKey]:
        """The foreign keys that are neither empty nor null (guide, Name and IDs)."""
        found: list[ForeignKey] = []
        entity = self.entity
        if not isinstance(entity, dict):
            return found
        for first, route, reference, owner, plain in self.schema.reference_plan:
            value = entity.get(first)
            if not value:
                continue
            container = self._owner(owner) if owner is not None else None
            if plain and type(value) is str:  # the usual case, without a walk
                found.append(ForeignKey(route.steps, reference, value, container))
                continue
            prefix = reference.prefix
            for outer, inner in route.walk(entity):
                for path, text in _referred(outer, inner, reference):
                    if text.startswith(prefix) and len(text) > len(prefix):
                        text = text[len(prefix) :]
                        found.append(ForeignKey(path, reference, text, container))
        return found

    def _owner(self, route: Route) -> str | None:
        """The name of the entity that contains a target."""
        value = next((value for _, value in route.walk(self.entity)), None)
        if not isinstance(value, str):
            return None
        reference = route.shape.reference
        return named_entity(value, reference.kind) if reference and "/" in value else value

    def written(self, path: Path) -> Path:
        """A path in `entity` as a path in `value`: with the names that are in the text."""
        if not self.renamed:
            return path
        return tuple(self.renamed.get(path[: depth + 1], step) for depth, step in enumerate(path))

    def repaired_path(self, path: Path) -> Path:
        """A path in `value` as a path in `entity`: the inverse of `written`."""
        if not self.renamed:
            return path
        result: Path = ()
        for step in path:
            result = (*result, self._meant.get((result, step), step))
        return result

    @computed_once
    def _meant(self) -> Mapping[tuple[Path, str | int], str | int]:
        """The names that were meant, by the paths of their objects and the names in the text."""
        return {(path[:-1], written): path[-1] for path, written in self.renamed.items()}

    def text_path(self, path: Path) -> Path:
        """A path in the entity, or `ROW_KEY`, as a path in the text, where a row may wrap it."""
        if path == ROW_KEY:
            return ("key",)
        path = self.written(path)
        if self.row is None:
            return path
        if path and path[0] in self.row.columns:
            return (self.row.columns[str(path[0])], *path[1:])
        return ("value", *path)

    def range(self, path: Path, on: Literal["key", "value"] = "value") -> Range:
        """The range of a path in the text: of its key, or of its value."""
        return self.part.range(self.text_path(path), "value" if path == ROW_KEY else on)


ROW_KEY: Path = ("\0row", "key")
"""The path of the key column of a row, which is not a field of the entity."""


def _referred(path: Path, value: Any, reference: ReferenceTarget) -> Sequence[tuple[Path, str]]:
    """The foreign keys in a value: a text, a list of texts, or tags."""
    if reference.key:
        return _tagged(path, value, reference.key)
    if isinstance(value, str):
        return [(path, value)] if value else ()
    if not isinstance(value, list):
        return ()
    return [
        ((*path, index), item) for index, item in enumerate(value) if isinstance(item, str) and item
    ]


def tags_of(value: object) -> dict[str, str]:
    """The tags in a mapping, or in a manifest's list of key and value; only texts."""
    if isinstance(value, list):
        pairs = [(tag.get("key"), tag.get("value")) for tag in value if isinstance(tag, dict)]
    else:
        pairs = [*value.items()] if isinstance(value, dict) else []
    return {key: text for key, text in pairs if isinstance(key, str) and isinstance(text, str)}


def _tagged(path: Path, value: Any, key: str) -> Sequence[tuple[Path, str]]:
    """The values of a tag, in a mapping of tags or in a list of key and value."""
    if isinstance(value, dict):
        text = value.get(key)
        return [((*path, key), text)] if isinstance(text, str) and text else ()
    if not isinstance(value, list):
        return ()
    return [
        ((*path, index, "value"), text)
        for index, item in enumerate(value)
        if isinstance(item, dict)
        and item.get("key") == key
        and isinstance(text := item.get("value"), str)
        and text
    ]
