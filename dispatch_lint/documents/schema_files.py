"""Generates schema files from definitions, writes them, and compares them with files on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import read_regular
from dispatch_lint.config.settings import Settings
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.model import DefinitionError
from dispatch_lint.documents.definition_files import conventions_of, kinds_of, read_paths
from dispatch_lint.model.progress import Progress, tell_nobody
from dispatch_lint.schema.catalogue import Catalogue
from dispatch_lint.schema.folder import EDITOR_FILE, MAX_BYTES, read_folder
from dispatch_lint.schema.generate import dump, generate
from dispatch_lint.schema.shape import Schema
from dispatch_lint.text.files import made_folder, write_lines

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.definitions.reading import Definitions

_HERE = Path("schemas/definitions")
"""Where the definitions of a project are, if no others are named."""


def generate_files(
    definitions: Sequence[Path], settings: Settings | None = None
) -> dict[str, Schema]:
    """Generate the schemas of definitions, by their path inside the schema folder.

    Raises:
        DefinitionError: a definition cannot be read, or none declares a kind.
    """
    return generate(read_kinds(definitions, settings)[0])


def read_kinds(
    definitions: Sequence[Path], settings: Settings | None = None, *, may_be_empty: bool = False,
    progress: Progress = tell_nobody,
) -> tuple[list[EntityType], Definitions]:  # fmt: skip
    """The kinds of definitions, and all that was read.

    Without arguments, the definitions in `schemas/definitions` are used, or else the built-in
    ones. These have markers in comments; the code of other projects has none, and is read with the
    conventions of the built-in schemas.

    Args:
        settings: what they say of foreign keys, kinds and the base entity of other projects.
        may_be_empty: whether it is no error that nothing declares a kind.
        progress: see `read_sources`.

    Raises:
        DefinitionError: a definition cannot be read, or none declares a kind.
    """
    settings = settings or Settings()
    conventions = Conventions()
    # Files by name: the .gitignore of a project that this is installed in does not hide them.
    built_in = sorted((builtin_folder() / "definitions").glob("*.go"))
    paths = built_in if are_built_in(definitions) else [_HERE]
    if definitions:
        paths = list(definitions)
        if paths != [_HERE]:
            conventions = conventions_of(Catalogue(read_folder(builtin_folder())), settings)
    found = read_paths(
        [str(path) for path in paths], settings, conventions, _shown, progress=progress
    )
    kinds = kinds_of(found, conventions)
    if not kinds and not may_be_empty:
        raise DefinitionError(f"no kind is declared in {', '.join(map(str, paths))}")
    return kinds, found


def are_built_in(definitions: Sequence[Path]) -> bool:
    """Whether `read_kinds` reads the built-in definitions for these paths."""
    return not definitions and not _HERE.is_dir()


def _shown(name: str) -> str:
    """The name of a definition file in `x-dispatch-source`."""
    builtin = builtin_folder()
    path = Path(name)
    if path.absolute().is_relative_to(builtin):
        return f"schemas/{path.absolute().relative_to(builtin).as_posix()}"
    return path.as_posix()


def write_files(files: dict[str, Schema], folder: Path) -> int:
    """Write schemas, and remove schema files that no definition generates any more.

    Returns:
        The number of files that changed.
    """
    changed = 0
    for name, schema in files.items():
        file = folder / name
        text = dump(schema)
        if _text_of(file) != text:
            with made_folder(file.parent):
                write_lines(file, [text])
            changed += 1
    for file in _stale(files, folder):
        file.unlink()
        changed += 1
    return changed


def _text_of(file: Path) -> str | None:
    """The text of a schema file; None where there is none that can be read."""
    try:
        return read_regular(file, MAX_BYTES).decode().replace("\r\n", "\n")
    except (OSError, ValueError):
        return None


def _stale(files: dict[str, Schema], folder: Path) -> list[Path]:
    """The schema files of a folder that are not among the generated ones."""
    found = [*folder.glob("stored/*.schema.json"), *folder.glob("manifest/*.schema.json")]
    return sorted(file for file in found if file.relative_to(folder).as_posix() not in files)


def drift(files: dict[str, Schema], folder: Path) -> Iterator[str]:
    """The differences between generated schemas and a folder, one line for each field."""
    for name, schema in files.items():
        file = folder / name
        text = _text_of(file)
        if text is None:
            yield f"{file}: {'no text that can be read' if os.path.lexists(file) else 'missing'}"
            continue
        if text == dump(schema):
            continue
        try:
            found: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield f"{file}: invalid JSON: {error}"
            continue
        fields = [] if name == EDITOR_FILE else list(_field_differences(found, schema))
        yield from (f"{file}: {field}" for field in fields or ["it differs"])
    yield from (f"{file}: no definition generates it" for file in _stale(files, folder))


def _field_differences(found: Any, generated: Schema) -> Iterator[str]:
    fields = found.get("properties") if isinstance(found, dict) else None
    old = fields if isinstance(fields, dict) else {}
    new = generated["properties"]
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"{name}: the definition does not have it"
        elif name not in old:
            yield f"{name}: the schema does not have it"
        elif not isinstance(old[name], dict):
            yield f"{name}: it is no schema"
        elif old[name] != new[name]:
            keys = sorted(
                key for key in {*old[name], *new[name]} if old[name].get(key) != new[name].get(key)
            )
            yield f"{name}: {', '.join(keys)} differ"
