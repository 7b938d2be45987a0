"""The settings file: `dispatch-lint.toml`, or `[tool.dispatch-lint]` in `pyproject.toml`."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.definition_settings import as_written
from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.config.settings import Settings, SettingsError, parse
from dispatch_lint.config.tree import exists, real_path

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "dispatch-lint.toml"
PROJECT = "pyproject.toml"
TABLE = "dispatch-lint"
MAX_BYTES = MIB
"""The largest settings file, in bytes."""
_LIKE_TABLE = re.compile("dispatch[-_]?lint", re.IGNORECASE)
_MAX_PARTS = 100
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = rf"(?<![A-Za-z0-9_-])(?:{_PART}[ \t]*+\.[ \t]*+){{{_MAX_PARTS}}}"
"""tomllib needs memory by the square of the length of a key."""
_LARGEST = 2**63
"""Of larger numbers, which tomllib reads in hexadecimal, Python may refuse to write the digits."""
_NOT_TOML = (ValueError, RecursionError)
"""What tomllib raises, also for values that are nested too deep."""


def find(start: Path) -> Path | None:
    """The settings file of a folder: in it, or in one above it, up to the repository root."""
    for folder in searched(start):
        file = folder / FILE
        if os.path.lexists(file):  # `load` will report what cannot be read
            return file
        project = folder / PROJECT
        if os.path.lexists(project) and _has_table(project):
            return project
    return None


def searched(start: Path) -> Iterator[Path]:
    """The folders that are searched for the settings of a folder, in order."""
    for folder in (start, *start.parents):
        yield folder
        if exists(folder / ".git"):
            return


def _has_table(project: Path) -> bool:
    """Whether a `pyproject.toml` has our table, or may have it: `load` will report why it cannot be read."""
    try:
        data = read_regular(project, MAX_BYTES)
    except OSError:
        return True
    # UTF-16 has a NUL in every letter.
    if not _LIKE_TABLE.search(data.replace(b"\0", b"").decode("latin-1")):
        return False
    if re.search(_LONG_KEY, data.decode("utf-8", "replace")):
        return True  # `load` will report the error
    import tomllib

    try:
        return bool(_table_names(tomllib.loads(data.decode()).get("tool", {})))
    except (*_NOT_TOML, AttributeError):
        # `load` will report the error, if our table is meant.
        return re.search(rb"tool[\s.\"']*" + TABLE.encode(), data.replace(b"\0", b"")) is not None


def _table_names(tool: object) -> list[str]:
    """The names of our table in `pyproject.toml`, those that are misspelled last."""
    if not isinstance(tool, dict):
        return []
    return sorted(filter(_LIKE_TABLE.fullmatch, tool), key=lambda name: name != TABLE)


def load(file: Path) -> Settings:
    """Read a settings file.

    Raises:
        SettingsError: it is not TOML, or a key or value is unknown.
    """
    table, hint = read_table(file)
    try:
        settings = parse(table)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    settings = replace(settings, root=real_path(file).parent, file=file, hint=hint)
    return replace(settings, written=settings)


def read_table(file: Path) -> tuple[Any, str]:
    """The table of our settings in a settings file, and a hint where it is not written as it should be.

    Raises:
        SettingsError: it is not TOML, or written in two ways.
    """
    import tomllib

    try:
        text = read_regular(file, MAX_BYTES).decode("utf-8-sig")
        if re.search(_LONG_KEY, text):
            raise SettingsError(f"{file}: a key has more than {_MAX_PARTS} parts")
        table: Any = tomllib.loads(text)
        if any(abs(number) > _LARGEST for number in _integers(table)):
            raise SettingsError(f"{file}: a number has more than the 64 bits that TOML asks for")
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except _NOT_TOML as error:
        raise SettingsError(f"{file}: invalid TOML: {error}") from error
    try:
        return _own_table(file, table)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None


def _integers(table: Any) -> Iterator[int]:
    """The integers anywhere in a table."""
    pending = [table]
    while pending:
        value = pending.pop()
        if isinstance(value, int):
            yield value
        elif isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value


def _own_table(file: Path, table: Any) -> tuple[Any, str]:
    """The table of our settings, and a hint where it is not written as it should be.

    Raises:
        SettingsError: it is written in two ways.
    """
    tool = table.get("tool", {})
    if isinstance(tool, dict) and not isinstance(tool.get(TABLE, {}), dict):
        raise SettingsError(f'"tool.{TABLE}" must be a table, not {as_written(tool[TABLE])}')
    if file.name == PROJECT:
        if not isinstance(tool, dict):
            raise SettingsError(f'"tool" must be a table, not {as_written(tool)}')
        for name in _table_names(tool)[:1]:
            if name != TABLE:
                raise SettingsError(f'unknown table "tool.{name}"; did you mean "tool.{TABLE}"?')
        return tool.get(TABLE, {}), ""
    if not (isinstance(tool, dict) and TABLE in tool):
        return table, ""
    hint = f"in {FILE} keys are at the top level; [tool.{TABLE}] is for {PROJECT}"
    if set(table) != {"tool"}:
        raise SettingsError(hint)
    return tool[TABLE], f"{file}: {hint}"
