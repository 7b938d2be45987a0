"""The edit of the settings that declares an entity external.

The setting `external` is found, or added, in the text of the settings file; what comes out is read
again, and offered only if it says just that.
"""

from __future__ import annotations

import json
import re
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types as lsp

from dispatch_lint.config.settings_file import FILE, PROJECT, TABLE
from dispatch_lint.lsp.diagnostics import settings_path
from dispatch_lint.lsp.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.lsp.folder import Folder
    from dispatch_lint.lsp.session import Session

_KEY = "external"
_LIST = re.compile(r"""^[ \t]*external[ \t]*=[ \t]*\[""", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


class Declared(NamedTuple):
    """The edits that declare an entity external.

    Attributes:
        edits: by URI, with the version of the buffer.
        is_new: whether their file has to be created first.
    """

    edits: dict[str, tuple[int | None, list[lsp.TextEdit]]]
    is_new: bool


def declare_external(session: Session, folder: Folder, glob: str) -> Declared | None:
    """The edits of the settings of a folder that declare an entity external.

    Args:
        glob: `<kind>/<name>`.

    Returns:
        None where the settings cannot be edited so.
    """
    found = settings_path(folder.root)
    file = found or str(folder.root / FILE)
    text = session.text_of(file)
    if not found and text is None and str(folder.root) in session.folders:
        text = Text("", session.encoding)
    if text is None:
        return None
    edited = with_external(text.text, glob, is_project=Path(file).name == PROJECT)
    if edited is None:
        return None
    at, new = edited
    uri = session.uri_of_file(file)
    buffer = session.buffers.get(uri)
    version = buffer.version if buffer is not None else None
    edit = lsp.TextEdit(text.place_of(at, at), new)
    return Declared({uri: (version, [edit])}, is_new=not found)


def with_external(text: str, glob: str, *, is_project: bool) -> tuple[int, str] | None:
    """Where what is to be inserted into settings so that they declare an entity external.

    Args:
        is_project: whether the settings are those of a `pyproject.toml`.
    """
    try:
        before = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    wanted = _with(before, glob, is_project=is_project)
    for at, new in _candidates(text, glob, is_project=is_project):
        try:
            after = tomllib.loads(text[:at] + new + text[at:])
        except (ValueError, RecursionError):
            continue
        if after == wanted:
            return at, new
    return None


def _with(table: dict[str, Any], glob: str, *, is_project: bool) -> dict[str, Any] | None:
    """Parsed settings in which an entity is external; None where they have no place for it."""
    copy = deepcopy(table)
    own: Any = copy
    if is_project or TABLE in copy.get("tool", {}):
        own = copy.get("tool", {}).get(TABLE)
    if not isinstance(own, dict):
        return None
    listed = own.get(_KEY, [])
    if not isinstance(listed, list):
        return None
    own[_KEY] = [glob, *listed]
    return copy


def _candidates(text: str, glob: str, *, is_project: bool) -> Iterator[tuple[int, str]]:
    """The places where the entity may be inserted, each with the text."""
    value = json.dumps(glob, ensure_ascii=False)
    for match in _LIST.finditer(text):
        yield match.end(), f"{value}, "
    end = "\r\n" if "\r\n" in text else "\n"
    line = f"{_KEY} = [{value}]{end}"
    for match in re.finditer(
        rf"^[ \t]*\[tool\.{TABLE}\][^\r\n]*(?:\r\n|\r|\n|\Z)", text, re.MULTILINE
    ):
        yield (
            match.end(),
            line if text[match.start() : match.end()].endswith(("\n", "\r")) else (f"{end}{line}"),
        )
    if not is_project:
        header = _HEADER.search(text)
        if header is not None:
            yield header.start(), f"{line}{end}"
        else:
            start = "" if not text or text.endswith(("\n", "\r")) else end
            yield len(text), f"{start}{line}"
