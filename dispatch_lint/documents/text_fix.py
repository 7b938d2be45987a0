"""Changes of a document, as the smallest edits of its text: every other byte stays."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from dispatch_lint.model.fix import Change, Fix, Rename, TextEdit, TextFix
from dispatch_lint.text.scalars import dispatch_text, resolve_core

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.text.tree import Part

# What stays text whatever reads it, in a flow collection too.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")


def text_fix(document: Document, fix: Fix) -> TextFix | None:
    """A fix as edits of the document's text; None where the text does not lend itself to it.

    Args:
        document: read with places.
    """
    part = document.part
    if part is None or part.node is None:
        return None
    edits: list[TextEdit] = []
    for change in fix.changes:
        edit = _edit(document, part, change)
        if edit is None:
            return None
        edits.append(edit)
    renamed = tuple(
        (*document.place_of(one.path)[:-1], one.name)
        for one in fix.changes
        if isinstance(one, Rename)
    )
    return TextFix(fix.safety, fix.message, tuple(edits), renamed)


def _edit(document: Document, part: Part, change: Change) -> TextEdit | None:
    assert part.node is not None
    path = document.place_of(change.path)
    yaml = document.source.format == "yaml"
    if isinstance(change, Rename):
        parent = part.node.at(path[:-1])
        place = parent.keys.get(str(path[-1])) if parent is not None else None
        if place is None:
            return None
        raw = part.lines.text[place[0] : place[1]]
        return TextEdit(part.lines.range(*place), _like(raw, change.name, yaml=yaml))
    node = part.node.at(path)
    if node is None or node.keys or node.children or node.start == node.end:
        return None
    raw = part.lines.text[node.start : node.end]
    if raw[:1] in ("|", ">", "&", "!", "*"):
        return None  # a block, or a value that stands for others
    text = _like(raw, change.value, yaml=yaml)
    return TextEdit(part.lines.range(node.start, node.end), text)


def _like(raw: str, value: str | int | bool, *, yaml: bool) -> str:
    """A value, quoted as the one was whose place it takes."""
    if not isinstance(value, str):
        return json.dumps(value)
    if not yaml or raw.startswith('"'):
        return json.dumps(value, ensure_ascii=False)
    if raw.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    plain = _PLAIN.match(value) and resolve_core(value) == value and dispatch_text(value) == value
    return value if plain else json.dumps(value, ensure_ascii=False)
