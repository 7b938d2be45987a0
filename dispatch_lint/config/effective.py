"""The settings that hold, each with where it comes from."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.config.settings import KEYS, Settings
from dispatch_lint.config.settings_file import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dispatch_lint.config.definition_settings import BaseEntitySettings, KindSelection
    from dispatch_lint.model.reference import ReferenceTarget

DEFAULT, OPTION = "default", "command line"
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


class Effective(NamedTuple):
    """A setting.

    Attributes:
        key: as it is written in TOML, with the names of the tables that it is in.
        value: as TOML has it; None where it is not set.
        origin: `default`, `command line`, or the settings file.
    """

    key: str
    value: Any
    origin: str


def effective(settings: Settings) -> Iterator[Effective]:
    """All settings that hold, in the order of the documentation.

    Raises:
        SettingsError: the file cannot be read any more.
    """
    found = settings.written or Settings(root=settings.root)
    table = read_table(found.file)[0] if found.file is not None else {}
    file = os.path.relpath(found.file) if found.file is not None else ""
    for key in KEYS:
        value, written = _value(settings, key), table.get(key)
        changed = value != _value(found, key)
        if not isinstance(value, dict) or not value:
            origin = OPTION if changed else file if key in table else DEFAULT
            yield Effective(key, value, origin)
            continue
        before = _value(found, key)
        for name, item in value.items():
            is_written = isinstance(written, dict) and _is_in(name, written)
            origin = file if is_written else DEFAULT
            if name not in before or before[name] != item:
                origin = OPTION
            # The name of a rule's option is that of a table, and a key in it.
            yield Effective(f"{key}.{name if key == 'rules' else _quoted(name)}", item, origin)


def _is_in(name: str, table: Mapping[str, Any]) -> bool:
    """Whether a table has a name, also one that TOML read as a table in it: `Function.image`."""
    first, _, rest = name.partition(".")
    inner = table.get(first)
    return name in table or (isinstance(inner, dict) and rest in inner)


def _value(settings: Settings, key: str) -> Any:
    """The value of a setting as TOML has it."""
    value = getattr(settings, key.replace("-", "_"))
    if key == "definitions":
        selections = {selection.path: selection for selection in settings.selections}
        return [_selection(selections[path]) if path in selections else path for path in value]
    if key == "base-entity":
        return _base_entity(value)
    if key == "fail-level":
        return str(value)
    if key == "severity":
        return {name: str(severity or "off") for name, severity in value.items()}
    if key == "references":
        return {name: _reference(target) for name, target in value.items()}
    if key in ("open-questions", "limits"):
        return {name.replace("_", "-"): answer for name, answer in value._asdict().items()}
    if key == "rules":
        return {
            f"{rule}.{name}": option for rule, options in value.items() for name, option in options.items()
        }  # fmt: skip
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {
            name: list(item) if isinstance(item, tuple) else item for name, item in value.items()
        }
    return value


def _selection(selection: KindSelection) -> Any:
    patterns = {
        name: list(getattr(selection, name)) for name in ("include", "exclude")
        if getattr(selection, name)
    }  # fmt: skip
    return {"path": selection.path, **patterns} if patterns else selection.path


def _base_entity(value: BaseEntitySettings) -> dict[str, Any]:
    parts = {"type": value.type, "fields": value.fields, "statuses": value.statuses}
    return {
        name: list(part) if isinstance(part, tuple) else part
        for name, part in parts.items()
        if part
    }


def _reference(target: ReferenceTarget | None) -> str:
    if target is None:
        return "none"
    parts = {
        "by": target.by if target.by != "name" else "",
        "prefix": target.prefix,
        "key": target.key,
    }
    return ",".join([target.kind, *(f"{name}={part}" for name, part in parts.items() if part)])


def _quoted(name: str) -> str:
    """A name as a key of TOML."""
    return name if _BARE.match(name) else json.dumps(name, ensure_ascii=False)
