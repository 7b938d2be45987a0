"""The settings of a run, and how each is read from a table of TOML.

Nothing in them is silently ignored: an unknown key, rule or value is an error that suggests what
was probably meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_args

from dispatch_lint.config.definition_settings import (
    BaseEntitySettings,
    KindSelection,
    SettingsError,
    as_written,
    read_base_entity,
    read_selections,
)
from dispatch_lint.config.definition_settings import texts as _texts
from dispatch_lint.config.limits import MAX, MAX_DEPTH, Limits, key_of
from dispatch_lint.model.reference import ReferenceTarget
from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import did_you_mean

__all__ = ["Settings", "SettingsError"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KindField = Literal["optional", "required", "forbidden"]
ForeignKeyValue = Literal["name", "key", "either"]
OrganizationField = Literal["organizationId", "organization"]
DesiredState = Literal["info", "off", "warning", "error"]
SEVERITIES: Mapping[str, Severity | None] = {
    "off": None, "info": Severity.INFO, "warning": Severity.WARNING, "error": Severity.ERROR,
}  # fmt: skip


class OpenQuestions(NamedTuple):
    """The questions that the guide leaves open. The defaults follow its current text."""

    kind_field: KindField = "optional"
    foreign_key_value: ForeignKeyValue = "name"
    organization_field: OrganizationField = "organizationId"
    desired_state: DesiredState = "info"


@dataclass(frozen=True, eq=False, repr=False)  # generating unused methods delays the start
class Settings:
    """All settings of a run. Paths are relative to `root`."""

    root: Path = field(default_factory=Path.cwd)
    file: Path | None = None
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    """Paths; which of their types are kinds is in `selections`."""
    selections: tuple[KindSelection, ...] = ()
    base_entity: BaseEntitySettings = field(default_factory=BaseEntitySettings)
    plugins: tuple[str, ...] = ()
    store: str | None = None
    """A URL, or the path of a SQLite file."""
    ledger: str | None = None
    baseline: str | None = None
    organization: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severity: Mapping[str, Severity | None] = field(default_factory=dict)
    fail_level: Severity = Severity.WARNING
    per_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, ReferenceTarget | None] = field(default_factory=dict)
    external: tuple[str, ...] = ()
    complete: bool = False
    open_questions: OpenQuestions = field(default_factory=OpenQuestions)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    kind: str | None = None
    """The kind of every document (`--kind`)."""
    form: Literal["stored", "manifest"] | None = None
    """The form of every document (`--form`)."""
    hint: str = ""
    """What could be better in the settings file, though it can be read."""
    written: Settings | None = None
    """What the settings file says; None without one."""
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What options of the command line say: by the key of the setting, the values that they give it."""


def parse(table: Mapping[str, Any]) -> Settings:
    """Settings from a parsed TOML table.

    Raises:
        SettingsError: a key or value is unknown.
    """
    settings: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            raise SettingsError(f'unknown key "{key}"{did_you_mean(key, KEYS)}')
        settings[key.replace("-", "_")] = KEYS[key](key, value)
    if "definitions" in settings:
        settings["selections"] = settings["definitions"]
        settings["definitions"] = tuple(entry.path for entry in settings["selections"])
    return Settings(**settings)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError(f'"{key}" must be text, not {as_written(value)}')
    if "\0" in value:
        raise SettingsError(f'"{key}" contains a NUL character')
    return value


def _filled(key: str, value: object) -> str:
    if not (text := _text(key, value)):
        raise SettingsError(f'"{key}" is empty')
    return text


def organization_name(key: str, value: object) -> str:
    """The name of an organization, which is a part of keys.

    Raises:
        SettingsError: it cannot be one.
    """
    name = _text(key, value)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise SettingsError(f'"{key}" must be a name of letters, digits, "_" and "-", not "{name}"')
    return name


def _boolean(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f'"{key}" must be true or false, not {as_written(value)}')
    return value


def _choice(key: str, value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        meant = did_you_mean(value, choices) if isinstance(value, str) else ""
        expected = ", ".join(f'"{choice}"' for choice in choices)
        raise SettingsError(f'"{key}" must be one of {expected}, not {as_written(value)}{meant}')
    assert isinstance(value, str)
    return value


def _severity(key: str, value: object) -> Severity | None:
    return SEVERITIES[_choice(key, value, tuple(SEVERITIES))]


def _level(key: str, value: object) -> Severity:
    level = _choice(key, value, tuple(name for name in SEVERITIES if name != "off"))
    severity = SEVERITIES[level]
    assert severity is not None
    return severity


_Value = TypeVar("_Value")


def _table_of(
    read_value: Callable[[str, object], _Value],
) -> Callable[[str, object], dict[str, _Value]]:
    def read(key: str, value: object) -> dict[str, _Value]:
        if not isinstance(value, dict):
            raise SettingsError(f'"{key}" must be a table, not {as_written(value)}')
        return {name: read_value(f"{key}.{name}", item) for name, item in value.items()}

    return read


def _reference(key: str, value: object) -> ReferenceTarget | None:
    from dispatch_lint.model.reference import parse_reference

    if "." not in key.removeprefix("references."):
        raise SettingsError(f'"{key}": write "Kind.field" = "Kind", or "none"')
    try:
        return parse_reference(_text(key, value))
    except ValueError as error:
        raise SettingsError(f'"{key}": {error}') from None


def _options(key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f'"{key}" must be a table of options, not {as_written(value)}')
    return value


def _questions(key: str, value: object) -> OpenQuestions:
    choices: dict[str, tuple[str, ...]] = {
        "kind-field": get_args(KindField),
        "foreign-key-value": get_args(ForeignKeyValue),
        "organization-field": get_args(OrganizationField),
        "desired-state": get_args(DesiredState),
    }
    answers: dict[str, Any] = {}
    for name, answer in _options(key, value).items():
        if name not in choices:
            raise SettingsError(f'unknown key "{key}.{name}"{did_you_mean(name, choices)}')
        answers[name.replace("-", "_")] = _choice(f"{key}.{name}", answer, choices[name])
    return OpenQuestions(**answers)


def _limits(key: str, value: object) -> Limits:
    names = [key_of(name) for name in Limits._fields]
    limits: dict[str, int] = {}
    for name, number in _options(key, value).items():
        if name not in names:
            raise SettingsError(f'unknown key "{key}.{name}"{did_you_mean(name, names)}')
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise SettingsError(
                f'"{key}.{name}" must be a whole number from 1, not {as_written(number)}'
            )
        most = MAX_DEPTH if name == "depth" else MAX
        if number > most:
            raise SettingsError(f'"{key}.{name}" can be {most} at most, not {as_written(number)}')
        limits[name.replace("-", "_")] = number
    return Limits(**limits)


def _nested_references(key: str, value: object) -> dict[str, ReferenceTarget | None]:
    """`"Driver.type" = "DriverType"`; without quotes, TOML reads a table `Driver`."""
    flat: dict[str, object] = {}
    for name, item in _options(key, value).items():
        if isinstance(item, dict):
            flat |= {f"{name}.{field}": reference for field, reference in item.items()}
        else:
            flat[name] = item
    return {name: _reference(f"{key}.{name}", item) for name, item in flat.items()}


KEYS: Mapping[str, Callable[[str, object], Any]] = {
    "include": _texts,
    "exclude": _texts,
    "schemas": _texts,
    "definitions": read_selections,
    "base-entity": read_base_entity,
    "plugins": _texts,
    "store": _filled,
    "ledger": _filled,
    "baseline": _filled,
    "organization": organization_name,
    "select": _texts,
    "ignore": _texts,
    "extend-select": _texts,
    "severity": _table_of(_severity),
    "fail-level": _level,
    "per-path": _table_of(_texts),
    "kinds": _table_of(_text),
    "references": _nested_references,
    "external": _texts,
    "complete": _boolean,
    "open-questions": _questions,
    "rules": _table_of(_options),
    "limits": _limits,
}
"""The function that reads each setting, by its key."""
