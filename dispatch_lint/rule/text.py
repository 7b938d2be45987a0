"""The text of a document, as rules about it see it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.formats import language_of
from dispatch_lint.rule.readonly import ReadOnlyView, set_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path, Range
    from dispatch_lint.model.reference import Form
    from dispatch_lint.text.tree import Cut, Duplicate, Problem


class Scalar(NamedTuple):
    """A plain scalar of YAML that dispatch may read otherwise than YAML 1.2.

    Attributes:
        path: in the text.
        text: as it is written.
        types: the JSON types that its schema allows there; empty for all.
        is_field: whether it is the value of a declared field, and not one of a map or list.
    """

    path: Path
    text: str
    types: frozenset[str]
    is_field: bool


class TextView(ReadOnlyView):
    """A document with its source text, whether it parses or not.

    Attributes:
        language: that it is written in: `YAML` or `JSON`.
    """

    __slots__ = ("_document", "language")
    _document: Document
    language: str

    def __init__(self, document: Document) -> None:
        set_once(self, "_document", document)
        set_once(self, "language", language_of(document.source.format))

    @property
    def form(self) -> Form:
        """`stored` or `manifest`."""
        return self._document.form

    @property
    def text(self) -> str:
        """The text of the document, a `---` before it included; empty for a row of a store."""
        return self._document.part.text

    def range(self, start: int, end: int) -> Range:
        """The range of a piece of `text`, by its offsets there; a file may have documents before it."""
        part = self._document.part
        return part.lines.range(part.start + start, part.start + end)

    @property
    def problem(self) -> Problem | None:
        """Why it does not parse: `message`, `range`, and whether it `is_text`; None where it does."""
        return self._document.part.problem

    @property
    def duplicates(self) -> Sequence[Duplicate]:
        """The keys that a mapping has more than once: `path`, `range`, and the range of the `first`."""
        return tuple(self._document.part.duplicates)

    @property
    def plain_keys(self) -> Mapping[Path, str | None]:
        """The plain keys of YAML that dispatch reads otherwise: the text that it reads.

        None for a key that it refuses.
        """
        return MappingProxyType(self._document.part.plain_keys)

    @property
    def read_duplicates(self) -> Sequence[Duplicate]:
        """The keys that are the same only to dispatch, as `yes` and `on`; see `duplicates`."""
        return tuple(self._document.part.read_duplicates)

    @property
    def cuts(self) -> Sequence[Cut]:
        """Each `---` inside of it, at which dispatch cuts the file: `path`, `range`, `within`."""
        return tuple(self._document.part.cuts)

    @property
    def scalars(self) -> Iterator[Scalar]:
        """The plain scalars, where a schema declares something, that dispatch may read otherwise."""
        document = self._document
        for path, text in document.part.scalars.items():
            meant = document.repaired_path(path)
            shape = document.schema.shape.at(meant)
            if shape is not None:
                parent = document.schema.shape.at(meant[:-1])
                is_field = parent is not None and meant[-1] in parent.properties
                yield Scalar(path, text, shape.types, is_field)
