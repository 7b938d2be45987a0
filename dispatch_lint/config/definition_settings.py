"""The settings about definitions: which types are kinds, and what their base entity is."""

from __future__ import annotations

from typing import Any, NamedTuple

from dispatch_lint.model.errors import UserError
from dispatch_lint.naming import did_you_mean

WIRE_TYPES = ("string", "integer", "unsigned", "number", "boolean", "time", "list", "map", "object", "any")  # fmt: skip
"""The types that a field of a base entity may have."""


class SettingsError(UserError):
    """A setting that cannot be used; the message names the file and the key."""


def as_written(value: object) -> str:
    """A value of a setting for a message, as its file has it: `true`, "text", ["a"]."""
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


class KindSelection(NamedTuple):
    """Which types below a path are kinds.

    Attributes:
        path: a file or folder, relative to the settings.
        include, exclude: patterns, as `Type` or `package.Type`, where `*` stands for any text.
    """

    path: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class BaseEntitySettings(NamedTuple):
    """A base entity of one's own.

    Attributes:
        type: the Go type, as `Type` or `package.Type`; empty for BaseEntity.
        fields: the type of each field by its name on the wire, where empty leaves it open; None
            for the fields of the guide.
        statuses: the values of `status`; None for those of the guide.
    """

    type: str = ""
    fields: dict[str, str] | None = None
    statuses: tuple[str, ...] | None = None


def read_selections(key: str, value: object) -> tuple[KindSelection, ...]:
    """The entries of the setting `definitions`: paths, and tables with a path and patterns.

    Raises:
        SettingsError: one is neither, or has an unknown key.
    """
    entries = value if isinstance(value, list) else [value]
    return tuple(_selection(key, entry) for entry in entries)


def _selection(key: str, entry: object) -> KindSelection:
    if isinstance(entry, str):
        return KindSelection(entry)
    if not isinstance(entry, dict):
        raise SettingsError(f'"{key}" must be a list of paths and tables, not {as_written(entry)}')
    _check_keys(key, entry, ("path", "include", "exclude"))
    if not isinstance(entry.get("path"), str):
        raise SettingsError(f'"{key}": a table needs a "path", as in {{ path = "pkg" }}')
    patterns = {
        name: texts(f"{key}.{name}", entry.get(name, [])) for name in ("include", "exclude")
    }
    return KindSelection(entry["path"], **patterns)


def read_base_entity(key: str, value: object) -> BaseEntitySettings:
    """The setting `base-entity`.

    Raises:
        SettingsError: it is no table, or a key or value in it is unknown.
    """
    if not isinstance(value, dict):
        raise SettingsError(f'"{key}" must be a table, not {as_written(value)}')
    _check_keys(key, value, ("type", "fields", "statuses"))
    type_ = value.get("type", "")
    if not isinstance(type_, str):
        raise SettingsError(f'"{key}.type" must be text, not {as_written(type_)}')
    fields = _fields(f"{key}.fields", value["fields"]) if "fields" in value else None
    statuses = texts(f"{key}.statuses", value["statuses"]) if "statuses" in value else None
    return BaseEntitySettings(type_, fields, statuses)


def _fields(key: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return dict.fromkeys(texts(key, value), "")
    for name, type_ in value.items():
        if type_ not in WIRE_TYPES:
            meant = did_you_mean(type_, WIRE_TYPES) if isinstance(type_, str) else ""
            expected = ", ".join(f'"{wire_type}"' for wire_type in WIRE_TYPES)
            raise SettingsError(
                f'"{key}.{name}" must be one of {expected}, not {as_written(type_)}{meant}'
            )
    return value


def _check_keys(key: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in table:
        if name not in known:
            raise SettingsError(f'unknown key "{key}.{name}"{did_you_mean(name, known)}')


def texts(key: str, value: object) -> tuple[str, ...]:
    """A text, or a list of texts.

    Raises:
        SettingsError: it is something else.
    """
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise SettingsError(f'"{key}" must be a list of texts, not {as_written(value)}')
    if "" in listed:
        raise SettingsError(f'"{key}" contains an empty text')
    return tuple(listed)
