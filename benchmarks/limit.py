"""`python -m benchmarks.limit FORMAT`: seconds that a native parser and a native validator alone take.

They are given the bytes of the files below, which have been read; nobody can be faster with them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import ryaml

from dispatch_lint.cli import collect_seldom
from dispatch_lint.schema.load import load_catalogue
from dispatch_lint.settings import Settings

_READERS: dict[str, Callable[[str], Any]] = {
    "yaml": ryaml.loads_all,  # type: ignore[attr-defined]
    "json": json.loads,
    "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
}


def main() -> None:
    """Measure one run."""
    collect_seldom()
    format_ = sys.argv[1]
    read = _READERS[format_]
    texts = [path.read_text() for path in Path().rglob(f"*.{format_}")]
    catalogue = load_catalogue(Settings())
    form: Literal["stored", "manifest"] = "manifest" if format_ == "yaml" else "stored"
    validators = {kind: catalogue.schema(kind, form).validator for kind in catalogue.kinds}
    start = time.perf_counter()
    for text in texts:
        for value in read(text):
            validators[value["kind"]].is_valid(value)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
