"""What changed between two sets of schemas, and which changes are breaking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dispatch_lint.definitions.model import BASE
from dispatch_lint.naming import read_foreign_key
from dispatch_lint.schema.diff_values import is_map, value_changes

if TYPE_CHECKING:
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.shape import Schema

What = Literal[
    "kind-removed", "kind-added", "kind-renamed", "field-removed", "field-added", "field-renamed",
    "required-field-added", "type-narrowed", "type-widened", "value-removed", "value-added",
    "pattern-narrowed", "pattern-widened", "pattern-removed", "now-required", "no-longer-required",
    "fields-closed", "fields-opened", "reference-changed", "reference-moved",
]  # fmt: skip
_BREAKING = frozenset([
    "kind-removed", "field-removed", "field-renamed", "required-field-added", "type-narrowed",
    "value-removed", "pattern-narrowed", "now-required", "fields-closed", "reference-moved",
])  # fmt: skip
_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of the wire form.

    Attributes:
        path: of the field, with dots; `[]` stands for the items of a list.
        old, new: the `file:line` of its declaration on either side; empty if there is none.
    """

    kind: str
    form: Form
    path: str
    what: What
    message: str
    old: str = ""
    new: str = ""

    @property
    def breaking(self) -> bool:
        """Whether entities written before are not valid any more, or read differently."""
        return self.what in _BREAKING

    @property
    def name(self) -> str:
        """`Image.baseImage (stored)`."""
        return f"{self.kind}{f'.{self.path}' if self.path else ''} ({self.form})"


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
            message = f"the kind {kind} is called {name} now, and {kind} is its alias"
            changes.append(SchemaChange(kind, form, "", "kind-renamed", message,
                                        _source(old_schema), _source(new_schema)))  # fmt: skip
            comparison = _Comparison(kind, form, kinds, dict(_names(renamed)))
            changes += comparison.object(old_schema, new_schema, "")
        elif (kind, form) in {(name, form) for (_, form), name in renamed.items()}:
            continue
        elif new_schema is None:
            assert old_schema is not None
            changes.append(SchemaChange(kind, form, "", "kind-removed", f"the kind {kind} is gone",
                                old=_source(old_schema)))  # fmt: skip
        elif old_schema is None:
            changes.append(SchemaChange(kind, form, "", "kind-added", f"the kind {kind} is new",
                                new=_source(new_schema)))  # fmt: skip
        else:
            comparison = _Comparison(kind, form, kinds, dict(_names(renamed)))
            changes += comparison.object(old_schema, new_schema, "")
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


def _source(schema: Schema) -> str:
    source = schema.get("x-dispatch-source", "")
    return source if isinstance(source, str) else ""


class _Comparison:
    """Compares two schemas of one kind and form."""

    def __init__(self, kind: str, form: Form, kinds: set[str], renamed: dict[str, str]) -> None:
        self._kind, self._form, self._kinds = kind, form, tuple(sorted(kinds))
        self._renamed_kinds = renamed

    def _change(self, path: str, what: What, message: str, old: Any, new: Any) -> SchemaChange:
        return SchemaChange(
            self._kind, self._form, path, what, message,
            _source(old) if isinstance(old, dict) else "",
            _source(new) if isinstance(new, dict) else "",
        )  # fmt: skip

    def object(self, old: Schema, new: Schema, path: str, depth: int = 0) -> Iterator[SchemaChange]:
        """The changes of an object's fields."""
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
        gone = [name for name in before if name not in after]
        added = [name for name in after if name not in before]
        for name in list(gone):
            renamed = self._renamed(name, added, before[name])
            if renamed is not None:
                gone.remove(name)
                added.remove(renamed)
                message = f'the field "{name}" is called "{renamed}" now'
                yield self._change(_join(path, name), "field-renamed", message, before[name],
                                   after[renamed])  # fmt: skip
        for name in gone:
            yield self._change(_join(path, name), "field-removed", f'the field "{name}" is gone',
                               before[name], None)  # fmt: skip
        for name in added:
            what: What = "required-field-added" if name in required_after else "field-added"
            state = "new, and required" if name in required_after else "new"
            yield self._change(_join(path, name), what, f'the field "{name}" is {state}', None,
                               after[name])  # fmt: skip
        for name in (name for name in before if name in after):
            inner = _join(path, name)
            if not path and name == "kind":
                continue  # it has the name of the kind, and its aliases
            if name in required_after - required_before:
                yield self._change(inner, "now-required", f'the field "{name}" is required now',
                                   before[name], after[name])  # fmt: skip
            elif name in required_before - required_after:
                message = f'the field "{name}" is required no longer'
                yield self._change(inner, "no-longer-required", message, before[name], after[name])
            # A field that may be missing may also be null: that is not reported as well.
            moved = (name in required_before) != (name in required_after)
            yield from self.value(before[name], after[name], inner, depth + 1, null=not moved)
        yield from self._further(old, new, path, depth)

    def _further(self, old: Schema, new: Schema, path: str, depth: int) -> Iterator[SchemaChange]:
        """The changes of fields that are not declared."""
        before, after = (schema.get("additionalProperties", True) for schema in (old, new))
        if not old.get("properties") or is_map(old) or is_map(new):
            return
        if before is not False and after is False:
            yield self._change(path, "fields-closed", "further fields are refused now", old, new)
        elif before is False and after is not False:
            yield self._change(path, "fields-opened", "further fields are allowed now", old, new)
        elif before is True and isinstance(after, dict) and after:
            yield from self.value({}, after, f"{path}{{}}", depth + 1)

    def _renamed(self, name: str, added: list[str], field: Schema) -> str | None:
        """The new name of a field: it differs in case only, or in the suffix of a foreign key."""
        plain = {_plain(new_name): new_name for new_name in added}
        if _plain(name) in plain:
            return plain[_plain(name)]
        reference = field.get("x-dispatch-reference")
        kinds = self._kinds
        if isinstance(reference, dict) and reference["kind"] not in kinds:
            kinds = (*kinds, reference["kind"])
        foreign = read_foreign_key(name, kinds)
        if foreign is not None:
            for new_name in added:
                new = read_foreign_key(new_name, kinds)
                if new is not None and (new.kind, new.stem) == (foreign.kind, foreign.stem):
                    return new_name
        return None

    def value(
        self, old: Schema, new: Schema, path: str, depth: int, *, null: bool = True
    ) -> Iterator[SchemaChange]:
        """The changes of one value: of its type, then of what is inside it.

        Args:
            null: whether to compare if the values may be null.
        """
        if depth > _MAX_DEPTH:
            return
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old, new, path, depth)
            return
        for what, message in value_changes(old, new, null=null):
            yield self._change(path, what, message, old, new)
        yield from self._reference(old, new, path)
        if isinstance(old.get("properties"), dict) and isinstance(new.get("properties"), dict):
            yield from self.object(old, new, path, depth)
        for key, ending in (("items", "[]"), ("additionalProperties", "{}")):
            before, after = old.get(key), new.get(key)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.value(before, after, f"{path}{ending}", depth + 1)

    def _alternatives(
        self, old: Schema, new: Schema, path: str, depth: int
    ) -> Iterator[SchemaChange]:
        """The changes of a value that has one of several types."""
        before, after = old.get("anyOf", [old]), new.get("anyOf", [new])

        def fits(part: Schema, other: Schema) -> bool:
            return not any(change.breaking for change in self.value(part, other, path, depth + 1))

        lost = [part for part in before if not any(fits(part, other) for other in after)]
        if lost:
            message = f"values that were {_described(lost)} are refused now"
            yield self._change(path, "type-narrowed", message, old, new)
        elif before != after:
            yield self._change(
                path, "type-widened", "values of more types are allowed now", old, new
            )
        yield from self._reference(old, new, path)

    def _reference(self, old: Schema, new: Schema, path: str) -> Iterator[SchemaChange]:
        before, after = _reference_of(old), _reference_of(new)
        if before is None and after is None:
            return
        renamed = {
            **(before or {}),
            "kind": self._renamed_kinds.get((before or {}).get("kind", "")),
        }
        if before == after or (after is not None and renamed == after):
            return
        message = f"it referred to {_target(old)}, and refers to {_target(new)}"
        moved = before is not None and after is not None
        what: What = "reference-moved" if moved else "reference-changed"
        yield self._change(path, what, message, old, new)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _described(schemas: list[Schema]) -> str:
    types = sorted({str(schema.get("type", "of other types")) for schema in schemas})
    return " or ".join(types)


def _reference_of(schema: Schema) -> dict[str, Any] | None:
    reference = schema.get("x-dispatch-reference")
    return {"by": "name"} | reference if isinstance(reference, dict) else None


def _target(schema: Schema) -> str:
    reference = schema.get("x-dispatch-reference")
    if not isinstance(reference, dict):
        return "nothing"
    return f"{reference.get('kind')} by {reference.get('by', 'name')}"
