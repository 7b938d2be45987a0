"""Writes input files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files into a folder, by their path in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        file.write_bytes(data)


def json_lines(values: Iterable[Any]) -> str:
    """Values as JSONL."""
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)
