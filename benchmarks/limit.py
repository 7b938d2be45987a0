"""`python -m benchmarks.limit FORMAT [read]`: seconds that a native parser and a native validator take.

They are given the texts of the files below, which have been read, or are read in that time too; nobody
can be faster with them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.catalogue_files import load_catalogue

_READERS: dict[str, Callable[[str], Any]] = {
    "yaml": lambda text: import_module("ryaml").loads_all(text),
    "json": json.loads,
    "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
}


def main() -> None:
    """Measure one run."""
    format_ = sys.argv[1]
    read = _READERS[format_]
    files = sorted(Path().rglob(f"*.{format_}"))
    sizes = [path.stat().st_size for path in files]
    texts: Iterable[str] = map(_text, files, sizes)
    if sys.argv[2:] != ["read"]:
        texts = list(texts)
    catalogue = load_catalogue(Settings())
    form: Literal["stored", "manifest"] = "manifest" if format_ == "yaml" else "stored"
    validators = {kind: catalogue.schema(kind, form).validator for kind in catalogue.kinds}
    start = time.perf_counter()
    for text in texts:
        for value in read(text):
            validators[value["kind"]].is_valid(value)
    print(time.perf_counter() - start)


def _text(path: Path, size: int) -> str:
    # What opens a file for people takes longer than to read a small one.
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, size).decode()
    finally:
        os.close(handle)


if __name__ == "__main__":
    main()
