"""What changed between two schemas of one kind and form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from dispatch_lint.naming import read_foreign_key
from dispatch_lint.schema.diff_types import (
    allow_null,
    alternatives,
    are_apart,
    as_declared,
    as_object,
    described,
    without_null,
)
from dispatch_lint.schema.diff_values import is_map, value_changes
from dispatch_lint.schema.schema_change import BREAKING, WIDENING, SchemaChange, What

if TYPE_CHECKING:
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.shape import Schema

_MAX_DEPTH = 30


def source_of(schema: Schema) -> str:
    """The `file:line` of the declaration of a schema; empty if there is none."""
    source = schema.get("x-dispatch-source", "")
    return source if isinstance(source, str) else ""


class Comparison:
    """Compares two schemas of one kind and form."""

    def __init__(
        self, kind: str, form: Form, kinds: set[str], renamed: dict[str, str], old: Schema,
        new: Schema,
    ) -> None:  # fmt: skip
        self._kind, self._form, self._kinds = kind, form, tuple(sorted(kinds))
        self._renamed_kinds = renamed
        self._old, self._new = old, new
        self._compared: dict[tuple[str, str], set[What]] = {}
        """The references on both sides that were followed, each once, and what that found."""
        self._trying = 0

    def all(self) -> Iterator[SchemaChange]:
        """Every change, in the order of fields."""
        yield from self._aliases()
        yield from self.object(self._old, self._new, "")

    def _aliases(self) -> Iterator[SchemaChange]:
        """The changes of the names that the kind has besides."""
        before, after = (
            {schema["x-dispatch-kind"], *schema.get("x-dispatch-aliases", ())}
            for schema in (self._old, self._new)
        )
        for alias in sorted(before - after - {self._kind, *self._kinds}):
            yield self._change("kind", "value-removed", f'the alias "{alias}" is gone', self._old, self._new)  # fmt: skip
        for alias in sorted(after - before - {self._new["x-dispatch-kind"]}):
            yield self._change("kind", "value-added", f'the alias "{alias}" is new', self._old, self._new)  # fmt: skip

    def _change(self, path: str, what: What, message: str, old: Any, new: Any) -> SchemaChange:
        return SchemaChange(
            self._kind, self._form, path, what, message,
            source_of(old) if isinstance(old, dict) else "",
            source_of(new) if isinstance(new, dict) else "",
        )  # fmt: skip

    def object(self, old: Schema, new: Schema, path: str, depth: int = 0) -> Iterator[SchemaChange]:
        """The changes of an object's fields."""
        before, after = _fields(old), _fields(new)
        required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
        gone = [name for name in before if name not in after]
        added = [name for name in after if name not in before]
        for name in list(gone):
            renamed = self._renamed(name, added, before[name])
            if renamed is not None:
                gone.remove(name)
                added.remove(renamed)
                message = f'the field "{name}" was renamed to "{renamed}"'
                yield self._change(_join(path, name), "field-renamed", message, before[name],
                                   after[renamed])  # fmt: skip
        for name in gone:
            yield self._change(_join(path, name), "field-removed", f'the field "{name}" was removed',
                               before[name], None)  # fmt: skip
        for name in added:
            what: What = "required-field-added" if name in required_after else "field-added"
            state = "added as required" if name in required_after else "added"
            yield self._change(_join(path, name), what, f'the field "{name}" was {state}', None,
                               after[name])  # fmt: skip
        for name in (name for name in before if name in after):
            inner = _join(path, name)
            if not path and name == "kind":
                continue  # it has the name of the kind, and its aliases
            if name in required_after - required_before:
                yield self._change(inner, "now-required", f'the field "{name}" became required',
                                   before[name], after[name])  # fmt: skip
            elif name in required_before - required_after:
                message = f'the field "{name}" became optional'
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
            yield self._change(
                path, "fields-closed", "further fields are no longer allowed", old, new
            )
        elif before is False and after is not False:
            yield self._change(path, "fields-opened", "further fields became allowed", old, new)
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
        references = _local_reference(old), _local_reference(new)
        if any(references):
            yield from self._resolved(old, new, references, path, depth, null=null)
            return
        if depth > _MAX_DEPTH:
            return
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old, new, path, depth, null=null)
            return
        old, new = as_declared(old, self._form), as_declared(new, self._form)
        for what, message in value_changes(old, new, null=null):
            yield self._change(path, what, message, old, new)
        yield from self._reference(old, new, path)
        if isinstance(old.get("properties"), dict) and isinstance(new.get("properties"), dict):
            yield from self.object(old, new, path, depth)
        for key, ending in (("items", "[]"), ("additionalProperties", "{}")):
            before, after = old.get(key), new.get(key)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.value(before, after, f"{path}{ending}", depth + 1)

    def _resolved(
        self, old: Schema, new: Schema, references: tuple[str, str], path: str, depth: int, *,
        null: bool,
    ) -> Iterator[SchemaChange]:  # fmt: skip
        """The changes of a value, of which one side at least is a type that contains itself."""
        if references in self._compared or depth > _MAX_DEPTH:
            found = self._compared.get(references, set()) if self._trying else set()
            for what, kinds in (("type-narrowed", BREAKING), ("type-widened", WIDENING)):
                if found & kinds:
                    yield self._change(path, cast("What", what), "what is inside differs", old, new)
            return
        self._compared[references] = set()  # inside itself, a type is what it is
        sides = [
            schema if not name else as_object(root.get("definitions", {}).get(name, {})) | {
                key: part for key, part in schema.items() if key not in ("$ref", "allOf")
            }
            for schema, name, root in zip((old, new), references, (self._old, self._new), strict=True)
        ]  # fmt: skip
        changes = list(self.value(sides[0], sides[1], path, depth + 1, null=null))
        self._compared[references] = {change.what for change in changes}
        yield from changes

    def _alternatives(
        self, old: Schema, new: Schema, path: str, depth: int, *, null: bool
    ) -> Iterator[SchemaChange]:
        """The changes of a value that has one of several types."""
        before, after = (alternatives(side, self._form, null=null) for side in (old, new))
        if len(without_null(before)) == len(without_null(after)) == 1:
            yield from self._behind_null(before, after, old, new, path, depth)
            return

        def fits(part: Schema, other: Schema, *, back: bool = False) -> bool:
            if are_apart(part, other):
                return False
            self._trying += 1
            sides = (other, part) if back else (part, other)
            changes = list(self.value(*sides, path, depth + 1))
            self._trying -= 1
            widened = WIDENING if back else BREAKING
            return not any(change.what in widened for change in changes)

        lost = [part for part in before if not any(fits(part, other) for other in after)]
        if lost:
            message = f"values that were {described(lost)} are no longer allowed"
            yield self._change(path, "type-narrowed", message, old, new)
        elif any(not any(fits(part, other, back=True) for other in before) for part in after):
            yield self._change(
                path, "type-widened", "values of more types became allowed", old, new
            )
        yield from self._reference(old, new, path)

    def _behind_null(
        self, before: Sequence[Schema], after: Sequence[Schema], old: Schema, new: Schema,
        path: str, depth: int,
    ) -> Iterator[SchemaChange]:  # fmt: skip
        """The changes of a value that has one type, or may be null."""
        if allow_null(before) and not allow_null(after):
            yield self._change(path, "type-narrowed", "null is no longer allowed", old, new)
        elif allow_null(after) and not allow_null(before):
            yield self._change(path, "type-widened", "null became allowed", old, new)
        [was], [is_] = without_null(before), without_null(after)
        yield from self.value(was, is_, path, depth + 1, null=False)
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
        message = f"the reference changed from {_target(old)} to {_target(new)}"
        moved = before is not None and after is not None
        what: What = "reference-moved" if moved else "reference-changed"
        yield self._change(path, what, message, old, new)


def _local_reference(schema: Schema) -> str:
    """The name of the definition that a schema refers to; empty if it refers to none."""
    parts = schema.get("allOf")
    part = parts[0] if isinstance(parts, list) and len(parts) == 1 else schema
    ref = part.get("$ref") if isinstance(part, dict) else None
    prefix = "#/definitions/"
    return ref.removeprefix(prefix) if isinstance(ref, str) and ref.startswith(prefix) else ""


def _fields(schema: Schema) -> dict[str, Schema]:
    """The declared fields of an object."""
    return {name: as_object(field) for name, field in schema.get("properties", {}).items()}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _reference_of(schema: Schema) -> dict[str, Any] | None:
    reference = schema.get("x-dispatch-reference")
    return {"by": "name"} | reference if isinstance(reference, dict) else None


def _target(schema: Schema) -> str:
    reference = schema.get("x-dispatch-reference")
    if not isinstance(reference, dict):
        return "nothing"
    return f"{reference.get('kind')} by {reference.get('by', 'name')}"
