"""Rows of a store dump: which documents are rows, and what their keys and columns hold."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.document import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.schema.catalogue import Catalogue

# The columns of Dispatch's Postgres table → the entity fields that they hold.
_COLUMNS = {
    "id": "id", "name": "name", "organization_id": "organizationId",
    "created_time": "createdTime", "modified_time": "modifiedTime", "revision": "revision",
    "version": "version", "status": "status", "delete": "delete", "spec": "state",
    "reason": "reason", "tags": "tags",
}  # fmt: skip


def read_row(value: Mapping[str, Any], organization_field: str) -> Row | None:
    """The row of a store dump that a document is, if it is one."""
    key, inner = value.get("key"), value.get("value")
    if not isinstance(key, str) or not isinstance(inner, dict) or "kind" in value:
        return None
    from_sql = "organization_id" in value
    columns = {}
    if from_sql:
        for column, field in _COLUMNS.items():
            name = organization_field if column == "organization_id" else field
            # A column overrides the copy in `value`. The organization is the exception: it has
            # to be in the entity itself (see the rule organization-single).
            if column in value and (column != "organization_id" or inner.get(name)):
                columns[name] = column
    return Row(key, MappingProxyType(columns), from_sql)


def entity_of_row(row: Row, value: Mapping[str, Any]) -> dict[str, Any]:
    """The entity in a row: its `value`, with the fields that columns hold."""
    entity = dict(value["value"])
    for field, column in row.columns.items():
        entity[field] = _column_value(value[column], field)
    return entity


def _column_value(value: Any, field: str) -> Any:
    """The value of a column as the value of the field that it holds."""
    if field == "delete" and value in ("true", "false"):
        return value == "true"  # a TEXT column
    if field in ("reason", "tags", "state") and isinstance(value, str):
        try:
            return json.loads(value)  # JSONB, exported as text
        except (ValueError, RecursionError):
            return value
    return value


def kinds_in_key(key: str, organization: object) -> Sequence[str]:
    """The parts of a key that may be the kind; the first one where no kind is known.

    Args:
        organization: that of the entity, which tells the two parts apart.
    """
    parts = key.split("/")
    kind_is_second = len(parts) == 3 and parts[1] != organization
    return (parts[1], parts[0]) if kind_is_second else parts[:2]


def has_kind(key: str) -> bool:
    """Whether a key has the three parts one of which is the kind."""
    parts = key.split("/")
    return len(parts) == 3 and all(parts)


def organization_of_key(key: str, catalogue: Catalogue) -> str | None:
    """The organization in a key, which may come before or after the kind."""
    parts = key.split("/")
    if len(parts) != 3:
        return None
    return parts[1] if catalogue.resolve(parts[0]) else parts[0]
