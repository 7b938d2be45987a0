"""Values as JSON that every reader takes: ASCII only, and no half characters."""

from __future__ import annotations

import json

from dispatch_lint.text.harmless import as_unicode, harmless_json


def to_json(value: object, *, indent: int | None = None) -> str:
    """A value as JSON, without half characters (see `as_unicode`)."""
    text = json.dumps(value, indent=indent)
    if "\\ud" in text:
        text = json.dumps(as_unicode(value), indent=indent)
    return harmless_json(text)
