"""The entity of a manifest as dispatch reads it: with texts where text belongs.

Names and references are texts (guide, Name and IDs). dispatch makes one of a number or boolean that
stands where its model has a string, and what it makes is not always what is written: `010` becomes
"8". So do rules see it, or `image: 77` would refer to nothing, and `name: 010` be another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.text.scalars import dispatch_text, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.documents.document import Document
    from dispatch_lint.model.location import Path
    from dispatch_lint.schema.shape import Shape


def converted(document: Document) -> Document:
    """A manifest, with the texts that dispatch reads; all else in it stays as it is written."""
    noted = document.part.scalars
    found: list[tuple[Path, Any]] = []
    _find_scalars(document.entity, document.schema.shape, (), found, texts=bool(noted))
    texts: dict[Path, str] = {}
    for path, value in found:
        written = noted.get(document.text_path(path))
        if written is not None or not isinstance(value, str):
            texts[path] = dispatch_text(written or _written(document, path, value))
    return document._replace(entity=_with_texts(document.entity, texts)) if texts else document


def _find_scalars(
    value: Any, shape: Shape, path: Path, found: list[tuple[Path, Any]], *, texts: bool
) -> None:
    """Find the scalars that stand where a text belongs, in a value.

    Args:
        texts: whether those that are texts are looked for too.
    """
    inner: Shape | None
    if type(value) is dict:
        if not shape.properties and shape.values is None:
            return  # what users keep there
        for name, item in value.items():
            if item is not None and (texts or type(item) is not str):
                inner = shape.inner(name)
                if inner is not None:
                    _find_scalars(item, inner, (*path, name), found, texts=texts)
    elif type(value) is list:
        inner = shape.items
        if inner is not None:
            for index, item in enumerate(value):
                if item is not None and (texts or type(item) is not str):
                    _find_scalars(item, inner, (*path, index), found, texts=texts)
    elif shape.wants_string:
        found.append((path, value))


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
