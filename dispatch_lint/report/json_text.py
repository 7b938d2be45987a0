"""Values as JSON that every reader takes: ASCII only, and no half characters."""

from __future__ import annotations

import json
from typing import Any


def to_json(value: object, *, indent: int | None = None) -> str:
    """A value as JSON. A lone surrogate, which many readers refuse, becomes the text `\\udce9`.

    Names of files and texts of JSON documents may have some (a file name that is not UTF-8).
    """
    text = json.dumps(value, indent=indent)
    if "\\ud" in text:
        text = json.dumps(_unicode(value), indent=indent)
    return text.replace("##", "#\\u0023") if "##" in text else text  # no CI system obeys it


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_unicode(name): _unicode(inner) for name, inner in value.items()}
    return [_unicode(item) for item in value] if isinstance(value, list) else value
