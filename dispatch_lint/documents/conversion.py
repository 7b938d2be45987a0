"""The entity of a manifest as dispatch reads it: with texts where text belongs.

Names and references are texts (guide, Name and IDs). dispatch makes one of a number or boolean that
stands where its model has a string, and what it makes is not always what is written: `010` becomes
"8". So do rules see it, or `image: 77` would refer to nothing, and `name: 010` be another name.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any

from dispatch_lint.text.scalars import dispatch_text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.shape import Shape


def converted(document: Document) -> Document:
    """A manifest, with the texts that dispatch reads; all else in it stays as it is written."""
    shape = document.schema.shape
    noted = document.part.scalars
    if not noted and not _needs_text(document.entity, shape):
        return document

    def read(path: Path, value: Any) -> str:
        written = noted.get(document.text_path(path))
        if written is None and isinstance(value, str):
            return value
        return dispatch_text(written or _written(document, path, value))

    entity = _converted(document.entity, shape, (), read)
    return document if entity is document.entity else document._replace(entity=entity)


def _needs_text(value: Any, shape: Shape) -> bool:
    """Whether a number or boolean stands where a text belongs, in a value or inside it."""
    inner: Shape | None
    if type(value) is dict:
        for name, item in value.items():
            if type(item) is not str and item is not None:
                inner = shape.inner(name)
                if inner is not None and _needs_text(item, inner):
                    return True
        return False
    if type(value) is list:
        inner = shape.items
        return inner is not None and any(_needs_text(item, inner) for item in value)
    return type(value) is not str and value is not None and shape.wants_string


def _converted(
    value: Any, shape: Shape | None, path: Path, read: Callable[[Path, Any], str]
) -> Any:
    """A value with its texts as dispatch reads them; the same object where all are."""
    if shape is None or value is None:
        return value
    if isinstance(value, dict):
        fields = {
            name: _converted(item, shape.inner(name), (*path, name), read)
            for name, item in value.items()
        }
        return value if all(fields[name] is value[name] for name in fields) else fields
    if isinstance(value, list):
        items = [
            _converted(item, shape.items, (*path, index), read) for index, item in enumerate(value)
        ]
        return value if all(map(is_, items, value)) else items
    return read(path, value) if shape.wants_string else value


def _written(document: Document, path: Path, value: object) -> str:
    """A number or boolean as it is written, where the reader of its text has not noted that."""
    if isinstance(value, float) and document.source.format != "yaml":
        node = document.part.node
        place = node.at(document.text_path(path)) if node is not None else None
        if place is not None:  # `1e3` is a text to dispatch, which Python would write `1000.0`
            return document.part.lines.text[place.start : place.end]
    return text_of(value)
