"""The text of a document, as rules about it see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.rule.readonly import ReadOnlyView, set_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form
    from dispatch_lint.text.tree import Cut, Duplicate, Problem


class Scalar(NamedTuple):
    """A plain scalar of YAML that dispatch may read otherwise than YAML 1.2.

    Attributes:
        path: in the text.
        text: as it is written.
        types: the JSON types that its schema allows there; empty for all.
    """

    path: Path
    text: str
    types: frozenset[str]


class TextView(ReadOnlyView):
    """A document with its source text, whether it parses or not.

    Attributes:
        language: `YAML` or `JSON`.
    """

    __slots__ = ("_document", "language")
    _document: Document
    language: str

    def __init__(self, document: Document) -> None:
        set_once(self, "_document", document)
        set_once(self, "language", "YAML" if document.source.format == "yaml" else "JSON")

    @property
    def form(self) -> Form:
        """`stored` or `manifest`."""
        return self._document.form

    @property
    def text(self) -> str:
        """The text of the document; empty for a row of a store."""
        return self._document.part.text

    @property
    def problem(self) -> Problem | None:
        """Why it does not parse: `message` and `range`; None where it does."""
        return self._document.part.problem

    @property
    def duplicates(self) -> Sequence[Duplicate]:
        """The keys that a mapping has more than once: `path`, `range`, and the range of the `first`."""
        return self._document.part.duplicates

    @property
    def cuts(self) -> Sequence[Cut]:
        """Each `---` inside of it, at which dispatch cuts the file: `path`, `range`, `within`."""
        return self._document.part.cuts

    @property
    def scalars(self) -> Iterator[Scalar]:
        """The plain scalars, where a schema declares something, that dispatch may read otherwise."""
        document = self._document
        for path, text in document.part.scalars.items():
            shape = document.schema.shape.at(document.repaired_path(path))
            if shape is not None:
                yield Scalar(path, text, shape.types)
