"""What changed between two sets of schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dispatch_lint.model.base_entity import BASE
from dispatch_lint.schema.diff_fields import Comparison, source_of
from dispatch_lint.schema.schema_change import SchemaChange

if TYPE_CHECKING:
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.shape import Schema


def compare(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[SchemaChange]:
    """Every change, in the order of kinds, forms and fields.

    Args:
        old, new: schemas by any name; they are matched by kind and form.
    """
    before, after = _by_kind(old), _by_kind(new)
    changes: list[SchemaChange] = []
    kinds = {name for name, _ in after}
    renamed = _renamed_kinds(before, after)
    for kind, form in sorted({*before, *after}):
        old_schema, new_schema = before.get((kind, form)), after.get((kind, form))
        if (kind, form) in renamed:
            name = renamed[kind, form]
            new_schema = after[name, form]
            assert old_schema is not None
            message = f"the kind {kind} was renamed to {name}, with {kind} as an alias"
            changes.append(SchemaChange(kind, form, "", "kind-renamed", message,
                                        source_of(old_schema), source_of(new_schema)))  # fmt: skip
            comparison = Comparison(
                kind, form, kinds, dict(_names(renamed)), old_schema, new_schema
            )
            changes += comparison.all()
        elif (kind, form) in {(name, form) for (_, form), name in renamed.items()}:
            continue
        elif new_schema is None:
            assert old_schema is not None
            changes.append(SchemaChange(kind, form, "", "kind-removed", f"the kind {kind} was removed",
                                old=source_of(old_schema)))  # fmt: skip
        elif old_schema is None:
            changes.append(SchemaChange(kind, form, "", "kind-added", f"the kind {kind} was added",
                                new=source_of(new_schema)))  # fmt: skip
        else:
            comparison = Comparison(
                kind, form, kinds, dict(_names(renamed)), old_schema, new_schema
            )
            changes += comparison.all()
    return list(_without_inherited(changes))


def _names(renamed: Mapping[tuple[str, Form], str]) -> Iterator[tuple[str, str]]:
    """The new name of each kind that is called otherwise in one form at least."""
    yield from ((kind, name) for (kind, _), name in renamed.items())


def _renamed_kinds(
    before: Mapping[tuple[str, Form], Schema], after: Mapping[tuple[str, Form], Schema]
) -> dict[tuple[str, Form], str]:
    """The new names of the kinds that are gone, but are aliases of a new kind."""
    return {
        (alias, form): kind
        for (kind, form), schema in after.items()
        if (kind, form) not in before
        for alias in schema.get("x-dispatch-aliases", ())
        if (alias, form) in before and (alias, form) not in after
    }


def _without_inherited(changes: list[SchemaChange]) -> Iterator[SchemaChange]:
    """All changes, but those of base fields only for BaseEntity, and not for each kind."""

    def identity(change: SchemaChange) -> tuple[str, ...]:
        return change.what, change.message, change.old, change.new

    base = {identity(change) for change in changes if change.kind == BASE}
    for change in changes:
        if change.kind == BASE or identity(change) not in base:
            yield change


def _by_kind(schemas: Mapping[str, Schema]) -> dict[tuple[str, Form], Schema]:
    return {
        (schema["x-dispatch-kind"], schema["x-dispatch-form"]): schema
        for schema in schemas.values()
        if "x-dispatch-kind" in schema and "x-dispatch-form" in schema
    }
