"""URIs of files, and their paths. A path that is no UTF-8 has surrogates, as everywhere in Python."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from pygls.uris import from_fs_path, to_fs_path


def file_of(uri: str) -> str:
    """The path of a URI; empty for what is no file."""
    if not uri.startswith("file:"):
        return ""
    try:
        path = to_fs_path(uri) or ""
    except ValueError:  # such as file://[
        return ""
    if "\ufffd" in path:  # it may stand for bytes that are no UTF-8
        return os.fsdecode(unquote_to_bytes(urlsplit(uri).path))
    return path


def folder_of(uri: str) -> str:
    """The path of a folder, without a slash at its end; empty for what is none."""
    path = file_of(uri)
    return os.path.abspath(path) if path else ""  # noqa: PTH100


def uri_of(path: str) -> str:
    """The URI of a path."""
    try:
        return from_fs_path(path) or ""
    except UnicodeEncodeError:
        return Path(path).as_uri()
