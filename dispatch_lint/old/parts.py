"""A source → its documents with their places, whatever its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.undeclared import find_undeclared, repair
from dispatch_lint.old import json_placed, yaml_placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.source import Source
    from dispatch_lint.old.placed import Part


def read_parts(source: Source) -> list[Part]:
    """The parts of a text with their places, those that do not parse included.

    Raises:
        InputError: the text cannot be read.
    """
    if source.placed is not None:
        return source.placed()
    if source.format == "jsonl":
        return [json_placed.read_placed_line(line, number) for number, line in source.lines()]
    read = yaml_placed.read_placed if source.format == "yaml" else json_placed.read_placed
    return read(source.text())


def read_documents(classifier: Classifier, source: Source) -> Iterator[Document]:
    """The entity documents of a text; what does not parse, or is no entity, is left out.

    Raises:
        InputError: the text cannot be read.
    """
    kinds = classifier.catalogue.kind_names
    for index, part in enumerate(read_parts(source)):
        if part.problem is None:
            one = classifier.read(part.value, source, index, part)
            if isinstance(one, Document):
                one.undeclared = find_undeclared(one, kinds)
                repair(one, {field.path for field in one.undeclared if field.closed})
                yield one
