"""Examples of a rule, which are its tests and a part of its documentation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dispatch_lint.text.harmless import shown_value


class Example(NamedTuple):
    """A text, and exactly the violations that the rule finds in it.

    Attributes:
        text: the content of a file.
        violations: `(pointer, message)` of each violation; none for a valid example. The pointer of
            the path `()` is `""`, that of `("tags", 0)` is `"/tags/0"`. For a rule about changes,
            the `name` of the change stands for the pointer.
        file: the name of the file, whose ending determines the format.
        settings: the settings, as a table of TOML; without a `select`, the rule alone is on.
        store: the entities in the reference store, as JSONL; empty for no store.
        before: the old definition, for rules about changes.
        fixed: the text after all fixes, unsafe ones too, where the rule has fixes.
    """

    text: str
    violations: tuple[tuple[str, str], ...] = ()
    file: str = "example.yaml"
    settings: Mapping[str, Any] = MappingProxyType({})
    store: str = ""
    before: str = ""
    fixed: str = ""


def stored(kind: str, **fields: Any) -> str:
    """A stored entity as a line of JSON: the base fields, with some changed or added.

    Without these it is READY, has the ID `1` and the name `shop`, and belongs to the organization
    `acme`: `organizationId` says another.
    """
    base = {
        "kind": kind, "id": "1", "name": "shop", "organizationId": "acme", "revision": 0,
        "version": 0, "state": None, "status": "READY", "reason": None, "tags": None,
        "delete": False,
    }  # fmt: skip
    return json.dumps(base | fields) + "\n"


def malformed(example: object) -> str:
    """What is wrong with an example itself; empty for nothing."""
    if not isinstance(example, Example):
        return f"{shown_value(example)} is not an Example"
    for name in ("text", "file", "store", "before", "fixed"):
        if not isinstance(getattr(example, name), str):
            return f"its {name} is {shown_value(getattr(example, name))}, but must be a text"
    if not _is_table(example.settings):
        return f"its settings are {shown_value(example.settings)}, but must be a dict with texts as keys"
    if not isinstance(example.violations, tuple | list) or not all(
        map(_is_pair, example.violations)
    ):
        return (f"its violations are {shown_value(example.violations)}, but must be pairs of a pointer "
                'and a message: (("/name", "…"),), or (("", "…"),) for the path ()')  # fmt: skip
    return ""


def _is_table(value: object) -> bool:
    """Whether a value is a table as TOML has it: keys are texts, of the tables in it too."""
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and (_is_table(inner) or not isinstance(inner, Mapping))
        for key, inner in value.items()
    )


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(item, str) for item in value)
    )
