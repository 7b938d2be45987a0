"""A document: one entity as text, and what the run knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.model.computed import computed_once
from dispatch_lint.model.location import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form, Reference
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Route, Shape
    from dispatch_lint.text.tree import Part


class Row(NamedTuple):
    """The row of a store that an entity was read from (FACTS, Stores)."""

    key: str
    columns: Mapping[str, str]
    """Which base fields came from a column, by the column's name: `createdTime` from
    `created_time`."""
    from_sql: bool
    """Whether it has the columns of Dispatch's Postgres table."""


class Undeclared(NamedTuple):
    """A field that no schema declares.

    Attributes:
        meant: the declared field of the same object that it probably stands for.
        case_only: it differs from `meant` in nothing but case: dispatch takes it.
        closed: the kind has no further fields; otherwise any field may be there.
    """

    path: Path
    name: str
    value: Any
    meant: str | None
    case_only: bool
    closed: bool
    parent: Shape


class ForeignKey(NamedTuple):
    """One use of a foreign key.

    Attributes:
        value: the name or ID that is referred to, its prefix taken off.
        owner: the container that a contained kind is looked up in: the class of a plan.
    """

    path: Path
    reference: Reference
    value: str
    owner: str | None = None


@dataclass(frozen=True, eq=False)
class Document:
    """One entity as text: what it says, what it is, and what validation found.

    Attributes:
        source: the file or store that it was read from.
        number: counts all documents of the source from 0, skipped ones included.
        value: the entity as it is written, as plain values; None where the text does not parse.
        entity: the entity as it was meant: `value`, with misspelled fields under the names that
            they stand for.
        renamed: paths in `entity` → the field name as it is written in the text.
        undeclared: the fields that no schema declares.
        valid: whether `value` fits its schema.
        form: `stored` or `manifest`.
        kind: canonical, or as written where it is unknown; empty where nothing says it.
        known: whether the catalogue has the kind.
        written_kind: the value of the `kind` field, if there is one.
        organization: the organization of its key; None where nothing says it.
        part: its text, with places.
        row: the row of a store dump that it was read from.
        row_key: the key of its row, where the source is a store; empty for a text.
    """

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
    renamed: Mapping[Path, str] = field(default_factory=dict)

    @computed_once
    def is_clean(self) -> bool:
        """Whether its schema is closed and content with it: no rule about fields has a say."""
        return self.valid and not self.schema.only_base and self.schema.shape.closed

    @computed_once
    def name(self) -> str | None:
        """The entity's name, if it has a usable one."""
        entity = self.entity
        value = entity.get("name") if isinstance(entity, dict) else None
        if isinstance(value, str):
            return value or None
        if isinstance(value, bool | int | float) and self.form == "manifest":
            return text_of(value)  # dispatch makes text of it
        return None

    @computed_once
    def key(self) -> str | None:
        """`<organization>/<kind>/<name>` (guide, Key), with `-` for what is not known."""
        name = self.name
        if name is None or not self.kind:
            return None
        return f"{self.organization or '-'}/{self.kind}/{name}"

    @property
    def status(self) -> str:
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
        value = self.entity.get("revision") if isinstance(self.entity, dict) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def revision_of(self) -> str:
        """What kind of source counts its revisions (FACTS, Stores): only alike ones compare.

        The copy inside a row's value lags behind the columns, and the index of a key/value
        backend starts anew.
        """
        if self.row is None:
            return "entity"
        return "columns" if "revision" in self.row.columns else ""

    @property
    def contained(self) -> list[tuple[Path, str, str]]:
        """The entities it holds as values, as a service class its plans: `(path, kind, name)`."""
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
        """Every foreign key that is set (guide, Name and IDs). Empty and null refer to nothing."""
        found: list[ForeignKey] = []
        entity = self.entity
        if not isinstance(entity, dict):
            return found
        for first, route, reference, owner, plain in self.schema.reference_plan:
            value = entity.get(first)
            if not value:
                continue
            container = self._owner(owner) if owner is not None else None
            if plain and type(value) is str:  # nearly always
                found.append(ForeignKey(route.steps, reference, value, container))
                continue
            found += [
                ForeignKey(path, reference, text.removeprefix(reference.prefix), container)
                for outer, inner in route.walk(entity)
                for path, text in _referred(outer, inner, reference)
                if text.startswith(reference.prefix) and len(text) > len(reference.prefix)
            ]
        return found

    def _owner(self, route: Route) -> str | None:
        found = next(route.walk(self.entity), None)
        return found[1] if found and isinstance(found[1], str) else None

    def written(self, path: Path) -> Path:
        """A path of `repaired` as it stands in the text."""
        if not self.renamed:
            return path
        return tuple(self.renamed.get(path[: depth + 1], step) for depth, step in enumerate(path))

    def repaired_path(self, path: Path) -> Path:
        """A path of the text as it is in `repaired`: the other way round."""
        if not self.renamed:
            return path
        result: Path = ()
        for step in path:
            new = next(
                (
                    renamed[-1]
                    for renamed, written in self.renamed.items()
                    if written == step and renamed[:-1] == result
                ),
                step,
            )
            result = (*result, new)
        return result

    def text_path(self, path: Path) -> Path:
        """A path inside the entity as a path inside the text: a row wraps its entity."""
        path = self.written(path)
        if self.row is None:
            return path
        if path and path[0] in self.row.columns:
            return (self.row.columns[str(path[0])], *path[1:])
        return ("value", *path)

    def place_of(self, path: Path) -> Path:
        """A path inside the entity, or `ROW_KEY`, as the path of its place in the text."""
        return ("key",) if path == ROW_KEY else self.text_path(path)

    def range(self, path: Path, on: Literal["key", "value"] = "value") -> Range:
        """The place of a path in the text."""
        if self.row is not None and path == ROW_KEY:
            return self.part.range(("key",), "value")
        return self.part.range(self.text_path(path), on)


ROW_KEY: Path = ("\0row", "key")
"""Stands for the key column of a row, which is no field of the entity."""


def text_of(value: object) -> str:
    """A number or boolean as the text that dispatch makes of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _referred(path: Path, value: Any, reference: Reference) -> Iterator[tuple[Path, str]]:
    if reference.key:
        yield from _tagged(path, value, reference.key)
    elif isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str) and item:
                yield (*path, index), item


def _tagged(path: Path, value: Any, key: str) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        text = value.get(key)
        if isinstance(text, str) and text:
            yield (*path, key), text
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict) and item.get("key") == key:
                text = item.get("value")
                if isinstance(text, str) and text:
                    yield (*path, index, "value"), text
