"""Settings: `dispatch-lint.toml`, or `[tool.dispatch-lint]` in `pyproject.toml`.

Nothing in them is silently ignored: an unknown key, rule or value is an error that suggests what
was probably meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_args

from dispatch_lint.config.definition_settings import (
    BaseEntitySettings,
    KindSelection,
    SettingsError,
    read_base_entity,
    read_selections,
)
from dispatch_lint.config.definition_settings import texts as _texts
from dispatch_lint.config.limits import MAX_DEPTH, Limits
from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.reference import ReferenceTarget
from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import did_you_mean

__all__ = ["Settings", "SettingsError"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FILE = "dispatch-lint.toml"
PROJECT = "pyproject.toml"
TABLE = "dispatch-lint"
MAX_BYTES = MIB
"""The largest settings file, in bytes."""
_MAX_PARTS = 100
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_PART}[ \t]*+\.[ \t]*+){{{_MAX_PARTS}}}")
"""tomllib needs memory by the square of the length of a key."""
_NOT_TOML = (ValueError, RecursionError)
"""What tomllib raises, also for values that are nested too deep."""
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


@dataclass(frozen=True, eq=False)  # generating unused methods delays the start
class Settings:
    """All settings of a run. Paths are relative to `root`."""

    root: Path = field(default_factory=Path.cwd)
    file: Path | None = None
    include: tuple[str, ...] = ("*.yaml", "*.yml", "*.json", "*.jsonl", "*.ndjson", "*.go")
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


def in_file(error: UserError, settings: Settings) -> UserError:
    """An error about a value of some settings, which names the file where the value is from there.

    The values of options of the command line are in no file.
    """
    if settings.file is None or str(settings.file) in str(error):
        return error
    text, message = settings.file.read_bytes().decode("utf-8", "replace"), str(error)
    named = (*settings.schemas, *settings.definitions, *settings.plugins, settings.store,
             settings.ledger, settings.baseline)  # fmt: skip
    paths = [path for path in named if path and re.sub(r"\A(\./)+", "", path) in message]
    if not any(value in text for value in (*re.findall(r"""["']([^"']+)["']""", message), *paths)):
        return error
    return type(error)(f"{settings.file}: {error}")


def find(start: Path) -> Path | None:
    """The settings file of a folder: in it, or in one above it, up to the repository root."""
    for folder in searched(start):
        if (folder / FILE).is_file():
            return folder / FILE
        project = folder / PROJECT
        if project.is_file() and _has_table(project):
            return project
    return None


def searched(start: Path) -> Iterator[Path]:
    """The folders that are searched for the settings of a folder, in order."""
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def _has_table(project: Path) -> bool:
    try:
        data = read_regular(project, MAX_BYTES)
    except OSError:
        return False
    if TABLE.encode() not in data.replace(b"\0", b""):  # UTF-16 has a NUL in every letter
        return False
    if _LONG_KEY.search(data.decode("utf-8", "replace")):
        return True  # `load` will report the error
    import tomllib

    try:
        return TABLE in tomllib.loads(data.decode()).get("tool", {})
    except (*_NOT_TOML, AttributeError):
        # `load` will report the error, if our table is meant.
        return re.search(rb"tool[\s.\"']*" + TABLE.encode(), data.replace(b"\0", b"")) is not None


def load(file: Path) -> Settings:
    """Read a settings file.

    Raises:
        SettingsError: it is not TOML, or a key or value is unknown.
    """
    import tomllib

    try:
        text = read_regular(file, MAX_BYTES).decode("utf-8-sig")
        if _LONG_KEY.search(text):
            raise SettingsError(f"{file}: a key has more than {_MAX_PARTS} parts")
        table: Any = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except _NOT_TOML as error:
        raise SettingsError(f"{file}: this is not TOML: {error}") from error
    try:
        table, hint = _own_table(file, table)
        settings = parse(table)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    return replace(settings, root=file.resolve().parent, file=file, hint=hint)


def _own_table(file: Path, table: Any) -> tuple[Any, str]:
    """The table of our settings, and a hint where it is not written as it should be.

    Raises:
        SettingsError: it is written in two ways.
    """
    if file.name == PROJECT:
        return table.get("tool", {}).get(TABLE, {}), ""
    tool = table.get("tool")
    if not (isinstance(tool, dict) and TABLE in tool):
        return table, ""
    hint = f"the keys of {FILE} stand at the top of the file: [tool.{TABLE}] is for {PROJECT}"
    if set(table) != {"tool"}:
        raise SettingsError(hint)
    return tool[TABLE], f"{file}: {hint}"


def parse(table: Mapping[str, Any]) -> Settings:
    """Settings from a parsed TOML table.

    Raises:
        SettingsError: a key or value is unknown.
    """
    settings: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise SettingsError(f'unknown key "{key}"{did_you_mean(key, _KEYS)}')
        settings[key.replace("-", "_")] = _KEYS[key](key, value)
    if "definitions" in settings:
        settings["selections"] = settings["definitions"]
        settings["definitions"] = tuple(entry.path for entry in settings["selections"])
    return Settings(**settings)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError(f'"{key}" has to be text, not {value!r}')
    if "\0" in value:
        raise SettingsError(f'"{key}" holds a NUL character')
    return value


def organization_name(key: str, value: object) -> str:
    """The name of an organization, which is a part of keys.

    Raises:
        SettingsError: it cannot be one.
    """
    name = _text(key, value)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise SettingsError(
            f'"{key}" has to be a name of letters, digits, "_" and "-", not "{name}"'
        )
    return name


def _boolean(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f'"{key}" has to be true or false, not {value!r}')
    return value


def _choice(key: str, value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        meant = did_you_mean(value, choices) if isinstance(value, str) else ""
        expected = ", ".join(f'"{choice}"' for choice in choices)
        raise SettingsError(f'"{key}" has to be one of {expected}, not {value!r}{meant}')
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
            raise SettingsError(f'"{key}" has to be a table, not {value!r}')
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
        raise SettingsError(f'"{key}" has to be a table of options, not {value!r}')
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
    names = [name.replace("_", "-") for name in Limits.__slots__]
    limits: dict[str, int] = {}
    for name, number in _options(key, value).items():
        if name not in names:
            raise SettingsError(f'unknown key "{key}.{name}"{did_you_mean(name, names)}')
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise SettingsError(f'"{key}.{name}" has to be a number from 1, not {number!r}')
        if name == "depth" and number > MAX_DEPTH:
            raise SettingsError(f'"{key}.{name}" can be {MAX_DEPTH} at most, not {number}')
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


_KEYS: Mapping[str, Callable[[str, object], Any]] = {
    "include": _texts,
    "exclude": _texts,
    "schemas": _texts,
    "definitions": read_selections,
    "base-entity": read_base_entity,
    "plugins": _texts,
    "store": _text,
    "ledger": _text,
    "baseline": _text,
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
