"""Prints the examples of all installed rules as JSON; the Python of an installed version runs it."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

MODULES = ("dispatch_lint.engine.plugins", "dispatch_lint.plugins")
"""Where `load_rules` is, in newer and in older versions."""


def load_rules() -> Any:
    """Every rule of the installed version, by name."""
    for name in MODULES:
        try:
            return import_module(name).load_rules()
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(f"none of {', '.join(MODULES)}")


def main() -> None:
    """Print a list with an object for each example."""
    examples = [
        {
            "rule": name, "kind": kind, "number": number, "text": example.text,
            "file": example.file, "settings": dict(example.settings), "store": example.store,
            "before": example.before,
        }
        for name, rule in load_rules().items()
        for kind in ("valid", "invalid")
        for number, example in enumerate(getattr(rule, kind))
    ]  # fmt: skip
    print(json.dumps(examples))


if __name__ == "__main__":
    main()
