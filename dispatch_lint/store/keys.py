"""Keys, and other texts, in stores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a database can hold a text: it has no NUL and no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def canonical_key(key: str, kind_of: Mapping[str, str]) -> str:
    """A key in the guide's layout, also if it was written as `<kind>/<organization>/<name>`.

    Args:
        kind_of: canonical names of kinds, by canonical name and alias.
    """
    parts = key.split("/")
    if len(parts) != 3:
        return key
    organization, kind, name = parts
    if kind in kind_of:
        return f"{organization}/{kind_of[kind]}/{name}"
    if organization in kind_of:
        return f"{kind}/{kind_of[organization]}/{name}"
    return key
