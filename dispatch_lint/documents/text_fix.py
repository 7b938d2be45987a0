"""Turns the changes of a fix into minimal edits of a document's text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from dispatch_lint.model.fix import Change, Fix, Rename, TextEdit, TextFix
from dispatch_lint.text.scalars import dispatch_text, has_half_character, resolve_core

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.text.tree import Part

# Values that every YAML reader takes as text without quotes, in flow collections too.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
_WRITTEN = frozenset({"yaml", "json", "jsonl"})
"""The formats of which it is known how they write a value."""


def text_fix(document: Document, fix: Fix) -> TextFix | None:
    """A fix as edits of the document's text; None where one of its changes cannot be written.

    That is so for a row of a store, which has no text, for a format other than YAML and JSON, and
    for block scalars, anchors and aliases.
    """
    part = document.part
    if document.source.format not in _WRITTEN or part.node is None:
        return None
    edits: list[TextEdit] = []
    for change in fix.changes:
        edit = _edit(document, part, change)
        if edit is None:
            return None
        edits.append(edit)
    renamed = tuple(
        Rename(document.written(change.path), change.name)
        for change in fix.changes
        if isinstance(change, Rename)
    )
    return TextFix(fix.safety, fix.message, tuple(edits), renamed)


def _edit(document: Document, part: Part, change: Change) -> TextEdit | None:
    assert part.node is not None
    path = document.text_path(change.path)
    yaml = document.source.format == "yaml"
    if isinstance(change, Rename):
        parent = part.node.at(path[:-1])
        key = parent.keys.get(str(path[-1])) if parent is not None else None
        if key is None or (yaml and has_half_character(change.name)):
            return None
        start, end = key
        raw = part.lines.text[start:end]
        return TextEdit(part.lines.range(start, end), _quoted_like(raw, change.name, yaml=yaml))
    node = part.node.at(path)
    if node is None or node.keys or node.children or node.start == node.end:
        return None
    raw = part.lines.text[node.start : node.end]
    if raw[:1] in ("|", ">", "&", "!", "*"):
        return None  # a block scalar, an anchor, a tag or an alias
    if yaml and isinstance(change.value, str) and has_half_character(change.value):
        return None
    text = _quoted_like(raw, change.value, yaml=yaml)
    return TextEdit(part.lines.range(node.start, node.end), text)


def _quoted_like(raw: str, value: str | int | bool, *, yaml: bool) -> str:
    """A value as text, in the quotes of the text that it replaces."""
    if not isinstance(value, str):
        return json.dumps(value)
    if not yaml or raw.startswith('"'):
        return _in_quotes(value)
    if raw.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    plain = _PLAIN.match(value) and resolve_core(value) == value and dispatch_text(value) == value
    return value if plain else _in_quotes(value)


def _in_quotes(value: str) -> str:
    """A text in double quotes; with escapes where half a character is in it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
