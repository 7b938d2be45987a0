"""The entity of a manifest as dispatch reads it: with texts where text belongs.

Names and references are texts (guide, Name and IDs). dispatch makes one of a number or boolean that
stands where its model has a string, and what it makes is not always what is written: `010` becomes
"8". So do rules see it, or `image: 77` would refer to nothing, and `name: 010` be another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.text.scalars import dispatch_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.shape import Shape


def converted(document: Document) -> Document:
    """A manifest, with the texts that dispatch reads; all else in it stays as it is written."""
    entity, shape = document.entity, document.schema.shape
    noted = document.part.scalars
    texts = dict(_read_otherwise(document, noted)) if noted else {}
    unquoted: list[tuple[Path, Any]] = []
    _find_unquoted(entity, shape, (), unquoted)
    for path, value in unquoted:
        if path not in texts:
            texts[path] = dispatch_text(_written(document, path, value))
    return document._replace(entity=_with_texts(entity, texts)) if texts else document


def _read_otherwise(document: Document, noted: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    """Where a text belongs, the scalars that dispatch may read otherwise: what it makes of each.

    Args:
        noted: what is written, by the paths in the document.
    """
    for written_path, written in noted.items():
        path = document.repaired_path(written_path)
        shape = document.schema.shape.at(path)
        is_text = shape is not None and shape.wants_string
        # A field and a misspelled one may both have been meant: the entity has one of them.
        if is_text and document.text_path(path) == written_path:
            value = _at(document.entity, path)
            if value is not None and not isinstance(value, dict | list):
                yield path, dispatch_text(written)


def _find_unquoted(value: Any, shape: Shape, path: Path, found: list[tuple[Path, Any]]) -> None:
    """Find the numbers and booleans that stand where a text belongs, in a value."""
    inner: Shape | None
    if type(value) is dict:
        if not shape.properties and shape.values is None:
            return  # what users keep there
        for name, item in value.items():
            if type(item) is not str and item is not None:
                inner = shape.inner(name)
                if inner is not None:
                    _find_unquoted(item, inner, (*path, name), found)
    elif type(value) is list:
        inner = shape.items
        if inner is not None:
            for index, item in enumerate(value):
                if type(item) is not str and item is not None:
                    _find_unquoted(item, inner, (*path, index), found)
    elif shape.wants_string:
        found.append((path, value))


def _at(value: Any, path: Path) -> Any:
    """What is at a path; None where there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _with_texts(value: Any, texts: Mapping[Path, str]) -> Any:
    """A copy of a value with texts at some paths in it; what is beside these is the same."""
    if () in texts:
        return texts[()]
    inner: dict[str | int, dict[Path, str]] = {}
    for (step, *rest), text in texts.items():
        inner.setdefault(step, {})[tuple(rest)] = text
    changed = value.copy()
    for step, inner_texts in inner.items():
        changed[step] = _with_texts(value[step], inner_texts)
    return changed


def _written(document: Document, path: Path, value: object) -> str:
    """A number or boolean as it is written, where the reader of its text has not noted that."""
    if isinstance(value, float) and document.source.format != "yaml":
        node = document.part.node
        place = node.at(document.text_path(path)) if node is not None else None
        if place is not None:  # `1e3` is a text to dispatch, which Python would write `1000.0`
            return document.part.lines.text[place.start : place.end]
    return text_of(value)
