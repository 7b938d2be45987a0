"""Completion: kinds, fields, values, and the names of entities."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types as lsp

from dispatch_lint.documents.classify import Skipped
from dispatch_lint.lsp import snippets as texts
from dispatch_lint.lsp.cursor import MARK, cursor_in
from dispatch_lint.lsp.entities import has_letters, names
from dispatch_lint.lsp.schema_parts import part_at, values_of
from dispatch_lint.model.base_entity import SERVER_OWNED
from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.lsp.buffers import Buffer
    from dispatch_lint.lsp.cursor import Cursor
    from dispatch_lint.lsp.session import Member, Session
    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.model.reference import ReferenceTarget
    from dispatch_lint.schema.kind_schema import KindSchema

_BARE = re.compile(r"[A-Za-z][\w./-]*\Z")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
MAX_NAMES = 500
"""Names of entities that are offered at most."""
_FOREIGN = frozenset({"apiVersion", "metadata"})


class _Entity(NamedTuple):
    """The entity around a cursor.

    Attributes:
        path: of the cursor, in the entity.
        above: the path of the entity in the document.
    """

    schema: KindSchema
    path: FieldPath
    above: FieldPath


def complete(
    session: Session,
    params: lsp.CompletionParams,
    *,
    snippets: bool,
    markup: lsp.MarkupKind,
) -> lsp.CompletionList:
    """What may stand at a position of a buffer.

    Args:
        snippets: whether the editor takes snippets.
        markup: of the documentation of items.
    """
    uri = params.text_document.uri
    member = session.member(uri)
    buffer = member.workspace.buffer(member.key) if member is not None else None
    if member is None or buffer is None or buffer.format is None:
        return lsp.CompletionList(is_incomplete=False, items=[])
    offset = buffer.text.offset(params.position)
    cursor = cursor_in(buffer.text.text, offset, buffer.format)
    if cursor is None:
        return lsp.CompletionList(is_incomplete=False, items=[])
    typed = buffer.text.text[cursor.start : offset]
    found = _Completion(member, buffer, cursor, typed, snippets=snippets, markup=markup)
    items = list(found.items())
    return lsp.CompletionList(is_incomplete=found.is_incomplete, items=items)


class _Completion:
    """The items for one cursor.

    Attributes:
        is_incomplete: whether there are more, for which the editor asks when more is typed.
    """

    def __init__(
        self,
        member: Member,
        buffer: Buffer,
        cursor: Cursor,
        typed: str,
        *,
        snippets: bool,
        markup: lsp.MarkupKind,
    ) -> None:
        self._member, self._buffer, self._cursor, self._typed = member, buffer, cursor, typed
        self.is_incomplete = False
        self._snippets, self._markup = snippets, markup
        self._catalogue = member.workspace.configuration.catalogue
        self._is_json = buffer.format != "yaml"
        self._range = buffer.text.place_of(cursor.start, cursor.end)

    def items(self) -> Iterator[lsp.CompletionItem]:
        """All that may stand at the cursor."""
        entity = self._entity()
        if isinstance(entity, str):
            yield from self._without_kind(entity)
            return
        if entity is None:
            return
        cursor, path = self._cursor, entity.path
        if path == ("kind",) and cursor.on == "value":
            yield from self._kinds(is_alone=False)
            return
        if cursor.on == "key":
            yield from self._fields(entity, path, cursor.siblings)
            return
        part = part_at(entity.schema.schema, path)
        types = part.get("type", ())
        if cursor.on == "value" and cursor.is_first and not cursor.quote and not self._is_json:
            # On a line of its own below its key: what is inside of the value is begun.
            if "properties" in part:
                yield from self._fields(entity, path, {})
                return
            if "array" in types and not cursor.is_flow:
                yield from self._values(entity, (*path, 0), "- ")
                return
        elif cursor.on == "item" and "properties" in part and not cursor.quote:
            yield from self._fields(entity, path, {})
            return
        yield from self._values(entity, path, "")

    # The document

    def _entity(self) -> _Entity | str | None:
        """The entity around the cursor.

        Returns:
            Why there is none yet, where it can become one; None where it belongs to somebody else.
        """
        cursor = self._cursor
        node, path = cursor.root, cursor.path
        above: FieldPath = ()
        if node.kind == "list" and path and isinstance(path[0], int):
            node, path, above = node.items[path[0]], path[1:], path[:1]
        value = node.value()
        if cursor.on == "item" and not path:
            return None
        if not isinstance(value, dict):
            return "empty" if value is None and cursor.on == "key" else None
        configuration = self._member.workspace.configuration
        start, end = cursor.document
        text = self._buffer.text.text
        part = Part(value, Lines(text, returns=True), start=start, stop=end)
        source = self._buffer.source(self._member.workspace.source(self._member.key).name)
        document = configuration.classifier.read(part, source, 0)
        if not isinstance(document, Skipped):
            return _Entity(document.schema, path, above)
        if _FOREIGN & value.keys() or document.describes_api or "modeline" in document.reason:
            return None
        known = part_at(self._catalogue.schema("", "manifest").schema, ()).get("properties", {})
        if set(value) - known.keys() - {"kind", "name"}:
            return None  # fields that no entity without a kind has
        at_kind = path == ("kind",) and cursor.on == "value"
        if at_kind:
            return "kind"
        has_kind = value.get("kind") is not None
        return "empty" if not path and cursor.on == "key" and not has_kind else None

    def _without_kind(self, why: str) -> Iterator[lsp.CompletionItem]:
        """What may begin an entity: its kind, with the fields that are required."""
        cursor = self._cursor
        written = {name for name in cursor.siblings if MARK not in name}
        if why == "kind":
            around = cursor.root.at(cursor.path[:-1])
            others = set(around.keys if around is not None else ()) - {"kind"}
            yield from self._kinds(is_alone=not others)
            return
        if "kind" not in written:
            yield self._item(
                "kind", lsp.CompletionItemKind.Field, self._key("kind"), "The entity type.",
                order="0",
            )  # fmt: skip
            if not written and self._snippets:
                yield from self._kinds(is_alone=True, with_key=True)

    # Items

    def _kinds(self, *, is_alone: bool, with_key: bool = False) -> Iterator[lsp.CompletionItem]:
        """The kinds that a document of its own can have.

        Args:
            is_alone: whether the document has no other field: then what is required is added.
            with_key: whether the field `kind` is written too.
        """
        for name, kind in sorted(self._catalogue.kinds.items()):
            schema = kind.forms.get("manifest")
            if schema is None or kind.nested or kind.ignored:
                continue
            new = self._scalar(name)
            is_snippet = is_alone and self._snippets and not self._cursor.quote
            if is_snippet:
                new = texts.required(
                    schema, name, self._catalogue.organization_field, is_json=self._is_json,
                    indent=self._indent(), with_key=with_key, in_braces=self._cursor.is_flow,
                )  # fmt: skip
            label = f"kind: {name}" if with_key else name
            description = str(schema.schema.get("description", ""))
            yield self._item(
                label, lsp.CompletionItemKind.Class, new, description, detail="kind",
                order="1" if with_key else "", is_snippet=is_snippet, filter_text=label,
            )  # fmt: skip

    def _fields(
        self, entity: _Entity, path: FieldPath, written: dict[str, Any]
    ) -> Iterator[lsp.CompletionItem]:
        """The fields that a mapping may have and has not yet; not those that the server owns."""
        part = part_at(entity.schema.schema, path)
        required = part.get("required", ())
        for name, field in part.get("properties", {}).items():
            is_owned = name in SERVER_OWNED and not path and entity.schema.form == "manifest"
            if name in written or is_owned or not isinstance(field, dict) or field.get("readOnly"):
                continue
            field = part_at(entity.schema.schema, (*path, name))
            needed = name in required
            new, inside = self._key(name), self._inside(entity, (*path, name))
            if inside is not None:
                new = f"{new.rstrip() if inside[0] == chr(10) else new}{inside}"
            yield self._item(
                name, lsp.CompletionItemKind.Field, new, texts.documentation(field),
                detail=texts.type_of(field) + (", required" if needed else ""),
                order=f"{'0' if needed else '1'}{name}", is_snippet=inside is not None,
            )  # fmt: skip

    def _inside(self, entity: _Entity, path: FieldPath) -> str | None:
        """What is required inside of a field that is written anew; None where nothing is."""
        cursor = self._cursor
        if not self._snippets or cursor.quote or cursor.has_colon:
            return None
        return texts.inside(
            entity.schema, path, is_json=self._is_json, indent=self._indent(),
            is_flow=cursor.is_flow,
        )  # fmt: skip

    def _values(self, entity: _Entity, path: FieldPath, lead: str) -> Iterator[lsp.CompletionItem]:
        """The values that a field may have: names of entities, an enumeration, or booleans.

        Args:
            lead: what is written before each, such as the dash of an item.
        """
        reference = self._reference(entity, path)
        if reference is not None and reference.by == "name":
            kind = lsp.CompletionItemKind.Reference
            for name in self._names(reference):
                value = f"{reference.prefix}{name}"
                yield self._item(
                    value, kind, f"{lead}{self._scalar(value)}",
                    f"The {reference.kind} {name}.", detail=reference.kind, filter_text=value,
                )  # fmt: skip
            return
        part = part_at(entity.schema.schema, path)
        for value, description in values_of(part):
            is_text = isinstance(value, str)
            shown = value if is_text else json.dumps(value)
            new = self._scalar(value) if is_text else shown
            yield self._item(
                shown, lsp.CompletionItemKind.EnumMember, f"{lead}{new}",
                description or texts.documentation(part),
            )  # fmt: skip

    def _names(self, reference: ReferenceTarget) -> list[str]:
        """The names that a foreign key may hold; of many, those that begin as was typed first."""
        found = names(self._member.beside, reference.kind)
        if len(found) <= MAX_NAMES:
            return found
        self.is_incomplete = True
        prefix, typed = reference.prefix, self._typed
        fitting = [name for name in found if has_letters(f"{prefix}{name}", typed)]
        return sorted(fitting, key=lambda name: not f"{prefix}{name}".startswith(typed))[:MAX_NAMES]

    def _reference(self, entity: _Entity, path: FieldPath) -> ReferenceTarget | None:
        """The foreign key that a value is, by the schema and the settings."""
        shape = entity.schema.shape
        for depth in (len(path), len(path) - 1):
            found = shape.at(path[:depth]) if depth > 0 else None
            if depth < len(path) and not isinstance(path[-1], int):
                break
            if found is not None and found.reference is not None and not found.reference.key:
                return found.reference
        # The value of a tag, where the key of the tag makes it one.
        if len(path) < 3 or path[-1] != "value":
            return None
        tags = shape.at(path[:-2])
        tag = self._cursor.root.at((*entity.above, *path[:-1]))
        key = tag.keys.get("key") if tag is not None else None
        if tags is None or tags.reference is None or key is None:
            return None
        return tags.reference if tags.reference.key == key.text else None

    # Texts

    def _indent(self) -> str:
        """What begins further lines of a snippet: editors add the indent of the present line."""
        text, start = self._buffer.text.text, self._cursor.start
        line = text[max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1 : start]
        present = len(line) - len(line.lstrip(" "))
        return " " * max(self._cursor.indent - present, 0)

    def _key(self, name: str) -> str:
        """A field name as it is written, with what follows it."""
        cursor = self._cursor
        if cursor.quote:
            return name
        written = json.dumps(name, ensure_ascii=False) if self._is_json else name
        if cursor.has_colon:
            return written
        return f"{written}: "

    def _scalar(self, value: str) -> str:
        """A text as a value."""
        if self._cursor.quote:
            return value
        is_bare = _BARE.match(value) and value.lower() not in _WORDS and not self._is_json
        return value if is_bare else json.dumps(value, ensure_ascii=False)

    def _item(
        self, label: str, kind: lsp.CompletionItemKind, new: str, documentation: str, *,
        detail: str | None = None, order: str = "", is_snippet: bool = False,
        filter_text: str | None = None,
    ) -> lsp.CompletionItem:  # fmt: skip
        new = f"{self._cursor.lead}{new}"
        written = self._buffer.text.text[self._cursor.start : self._cursor.end]
        format_ = lsp.InsertTextFormat
        return lsp.CompletionItem(
            label, kind=kind, detail=detail or None,
            documentation=lsp.MarkupContent(self._markup, documentation)
            if documentation else None,
            sort_text=order or None,
            filter_text=filter_text or (label if written else None),
            insert_text_format=format_.Snippet if is_snippet else format_.PlainText,
            text_edit=lsp.TextEdit(self._range, new),
        )  # fmt: skip
