"""Values as JSON that every reader takes: ASCII only, and no half characters."""

from __future__ import annotations

import json

from dispatch_lint.text.harmless import as_unicode


def to_json(value: object, *, indent: int | None = None) -> str:
    """A value as JSON, without half characters (see `as_unicode`)."""
    text = json.dumps(value, indent=indent)
    if "\\ud" in text:
        text = json.dumps(as_unicode(value), indent=indent)
    return text.replace("##", "#\\u0023") if "##" in text else text  # no CI system obeys it
