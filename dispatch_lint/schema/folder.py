"""Folders of schema files."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.config.tree import is_folder
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.schema.kind_schema import CatalogueError

if TYPE_CHECKING:
    from dispatch_lint.schema.shape import Schema

MAX_BYTES = 4 * MIB
"""The largest schema that is read."""
MAX_FILES = 1_000
EDITOR_FILE = "dispatch.schema.json"
"""The schema for editors, which combines those of all manifests."""


def read_folder(folder: Path) -> dict[str, Schema]:
    """The schemas of kinds in a folder and its subfolders, by path.

    A schema without `x-dispatch-kind` is named by its file, `<Kind>.schema.json`, and takes its
    form from the folder it lies in, `stored` or `manifest`.

    Raises:
        CatalogueError: the folder does not exist, or a schema of a kind is no JSON Schema, has a
            keyword of ours with a value that it cannot have, or is beyond a bound.
    """
    if not is_folder(folder):
        raise CatalogueError(f"{folder}: no such folder of schemas")
    schemas = {}
    files = sorted(folder.glob("*.json")) + sorted(folder.glob("*/*.json"))
    if len(files) > MAX_FILES:
        raise CatalogueError(f"{folder}: there are more than {MAX_FILES} schemas in this folder")
    is_own = folder == builtin_folder()
    for file in files:
        if file.name == EDITOR_FILE:
            continue
        schema = orjson.loads(file.read_bytes()) if is_own else _read(file)
        kind, suffix = file.name.split(".", 1)
        if suffix == "schema.json" and file.parent.name in ("stored", "manifest"):
            schema.setdefault("x-dispatch-kind", kind)
            schema.setdefault("x-dispatch-form", file.parent.name)
        if "x-dispatch-kind" not in schema:
            continue  # whatever it is, it is none of ours
        if not is_own:
            from dispatch_lint.schema.bounds import check_bounds

            check_bounds(str(file), schema)
        schema.setdefault("properties", {})
        schemas[str(file)] = schema
    if not schemas:
        raise CatalogueError(f"{folder}: the folder has no stored/<Kind>.schema.json "
                             "or manifest/<Kind>.schema.json")  # fmt: skip
    return schemas


def _read(file: Path) -> Schema:
    """A JSON object that somebody else wrote.

    Raises:
        CatalogueError: it cannot be read, or is none.
    """
    try:
        # Unlike `json`, orjson refuses what JSON does not have: NaN, infinity, half a character.
        schema: Any = orjson.loads(read_regular(file, MAX_BYTES).removeprefix(BOM_UTF8))
    except OSError as error:
        raise CatalogueError(f"{file}: {error.strerror or error}") from error
    except ValueError as error:
        raise CatalogueError(f"{file}: {error}") from error
    if not isinstance(schema, dict):
        raise CatalogueError(f"{file}: a JSON Schema is an object")
    return schema
