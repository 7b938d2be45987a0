"""Completion: kinds, statuses, names of entities and names of fields.

The text around the cursor is often too unfinished to parse: its lines are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.lsp.workspace import Workspace
    from dispatch_lint.schema.catalogue import Catalogue


def completions(
    workspace: Workspace, lines: Sequence[str], position: lsp.Position
) -> Iterator[lsp.CompletionItem]:
    """What may stand at a position of a text.

    Args:
        lines: of the whole text.
    """
    catalogue = workspace.catalogue
    line = lines[position.line] if position.line < len(lines) else ""
    name, colon, _ = line[: position.character].strip().lstrip("- ").partition(":")
    field = name.strip().strip('"{') if colon else ""
    if field == "kind":
        for name, kind in sorted(catalogue.kinds.items()):
            if "manifest" in kind.forms and not kind.nested and not kind.ignored:
                yield lsp.CompletionItem(name, kind=lsp.CompletionItemKind.Class)
        return
    if field == "status":
        for status in catalogue.statuses:
            yield lsp.CompletionItem(status, kind=lsp.CompletionItemKind.EnumMember)
        return
    before, after = _document_around(lines, position.line)
    if not before:  # on the `---` itself
        return
    kind_name = _written_kind([*before, *after])
    target = _referred_kind(catalogue, kind_name, field or _list_field(before))
    if target is not None:
        for name in workspace.names(target):
            yield lsp.CompletionItem(name, kind=lsp.CompletionItemKind.Reference, detail=target)
    elif not colon and before[-1][:1] not in (" ", "\t", "-"):
        yield from _field_names(catalogue, kind_name, before)


def _document_around(lines: Sequence[str], number: int) -> tuple[list[str], list[str]]:
    """The lines of the document around a line: up to it, and after it."""
    stripped = [line.rstrip("\r\n") for line in lines]
    before, after = stripped[: number + 1], stripped[number + 1 :]
    start = max((i for i, line in enumerate(before) if line.startswith("---")), default=-1) + 1
    end = next((i for i, line in enumerate(after) if line.startswith("---")), len(after))
    return before[start:], after[:end]


def _written_kind(lines: Sequence[str]) -> str:
    """The kind that the lines of a document name."""
    for line in lines:
        if line.startswith("kind:"):
            return line.removeprefix("kind:").split("#")[0].strip().strip("'\"")
    return ""


def _list_field(before: Sequence[str]) -> str:
    """The field that holds the list whose item is the last line; empty where it is no item."""
    if not before[-1].lstrip().startswith("-"):
        return ""
    for line in reversed(before[:-1]):
        if line and not line.lstrip().startswith(("-", "#")):
            return line.strip().partition(":")[0]
    return ""


def _referred_kind(catalogue: Catalogue, kind_name: str, field: str) -> str | None:
    """The kind that a field of a kind refers to."""
    kind = catalogue.resolve(kind_name)
    for schema in kind.forms.values() if kind and field else ():
        for route in schema.references:
            reference = route.shape.reference
            if route.name == field and reference and not reference.key:
                return reference.kind
    return None


def _field_names(
    catalogue: Catalogue, kind_name: str, before: Sequence[str]
) -> Iterator[lsp.CompletionItem]:
    """The fields that a document may have and has not yet."""
    kind = catalogue.resolve(kind_name)
    schema = kind.forms.get("manifest") if kind else None
    written = {line.partition(":")[0] for line in before}
    for name, shape in (schema.shape.properties if schema else {}).items():
        if name not in written:
            yield lsp.CompletionItem(
                name, kind=lsp.CompletionItemKind.Field, documentation=shape.description or None,
                insert_text=f"{name}: ",
            )  # fmt: skip
