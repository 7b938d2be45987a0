"""The texts that completion inserts and shows."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from dispatch_lint.lsp.schema_parts import part_at
from dispatch_lint.model.base_entity import SERVER_OWNED

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Schema

_DEEPEST = 5
"""Fields inside of one another that are written."""


def required(
    schema: KindSchema, kind: str, organization_field: str, *, is_json: bool, indent: str,
    with_key: bool, in_braces: bool,
) -> str:  # fmt: skip
    """A kind with the fields that it requires, as a snippet.

    Args:
        indent: of the fields in a block.
        with_key: whether the field `kind` is written too.
        in_braces: whether they are between braces already.
    """
    skipped = {"kind", organization_field, *SERVER_OWNED}
    writer = _Writer(schema, is_json=is_json, is_flow=is_json or in_braces)
    fields = [
        (name, writer.value((name,), indent))
        for name in dict.fromkeys(["name", *schema.schema.get("required", ())])
        if name not in skipped
    ]
    if is_json:
        lines = [f"{json.dumps(name)}: {value}" for name, value in fields]
        first = f'"kind": "{kind}"' if with_key else f'"{kind}"'
        text = ", ".join([first, *lines])
        return f"{{{text}}}" if with_key and not in_braces else text
    first = f"kind: {kind}" if with_key else kind
    if in_braces:
        return ", ".join([first, *(f"{name}: {value}" for name, value in fields)])
    return "\n".join([first, *(f"{indent}{name}:{_behind(value)}" for name, value in fields)])


def inside(
    schema: KindSchema, path: FieldPath, *, is_json: bool, indent: str, is_flow: bool
) -> str | None:
    """The value of a field with what is required inside of it, as a snippet; None where nothing is.

    A value in a block begins with the end of the line of its field.
    """
    writer = _Writer(schema, is_json=is_json, is_flow=is_json or is_flow)
    return writer.value(path, indent) if writer.required(path) else None


def _behind(value: str) -> str:
    """A value as it follows a colon."""
    return value if value.startswith("\n") else f" {value}"


class _Writer:
    """Writes the values of fields, with numbered places to fill in."""

    def __init__(self, schema: KindSchema, *, is_json: bool, is_flow: bool) -> None:
        self._schema, self._is_json, self._is_flow = schema, is_json, is_flow
        self._numbers = count(1)

    def required(self, path: FieldPath) -> list[str]:
        """The fields that are required inside of a field, or of each of its items."""
        part = part_at(self._schema.schema, path)
        if "items" in part:
            part = part_at(self._schema.schema, (*path, 0))
        known = part.get("properties", {})
        return [name for name in part.get("required", ()) if name in known]

    def value(self, path: FieldPath, indent: str) -> str:
        part = part_at(self._schema.schema, path)
        names = self.required(path) if len(path) < _DEEPEST else []
        if not names:
            return self._place(part)
        is_list = "items" in part
        at = (*path, 0) if is_list else path
        deeper = indent + (4 if is_list else 2) * " "
        values = [(name, self.value((*at, name), deeper)) for name in names]
        if self._is_flow:
            keys = [json.dumps(name) if self._is_json else name for name in names]
            pairs = zip(keys, values, strict=True)
            text = f"{{{', '.join(f'{key}: {value}' for key, (_, value) in pairs)}}}"
            return f"[{text}]" if is_list else text
        lines = [f"{deeper}{name}:{_behind(value)}" for name, value in values]
        if is_list:
            lines[0] = f"{indent}  - {lines[0].lstrip(' ')}"
        return "\n" + "\n".join(lines)

    def _place(self, part: Schema) -> str:
        number = next(self._numbers)
        types = part.get("type", "string")
        types = [types] if isinstance(types, str) else types
        if "string" in types:
            is_quoted = self._is_json or self._schema.form == "stored"
            return f'"${number}"' if is_quoted else f"${number}"
        if "array" in types:
            return f"[${number}]"
        return f"{{${number}}}" if "object" in types else f"${number}"


def documentation(part: Schema) -> str:
    """The description of a field, with what it refers to and an example."""
    text = str(part.get("description", ""))
    reference = part.get("x-dispatch-reference")
    if isinstance(reference, dict):
        text += f"\n\nRefers to: {reference.get('kind')}."
    examples = part.get("examples")
    if isinstance(examples, list) and examples:
        text += f"\n\nFor example `{json.dumps(examples[0], ensure_ascii=False)}`."
    return text.strip()


def type_of(part: Schema) -> str:
    """The JSON types of a field, for people."""
    types = part.get("type", ())
    types = [types] if isinstance(types, str) else types
    if "string" in types:
        return "text"
    return " or ".join(name for name in types if name != "null") or "anything"
