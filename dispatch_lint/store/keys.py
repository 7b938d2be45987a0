"""Keys, and other texts, in stores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.documents.stored_entity import StoredEntity

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a database can hold a text: it has no NUL and no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def unstorable(stored: StoredEntity) -> str:
    """What a database cannot hold of an entity, as a message; empty where it holds all."""
    unfit = "contains a character that a store cannot hold"
    if not is_storable(stored.key + stored.identity):
        return f"the key {unfit}"
    if not is_storable(stored.stored_status + stored.revision_of):
        return f"the status or revision {unfit}"
    if "\\u" in stored.uses_text or "\\u" in stored.contained_text:  # as JSON writes it
        names = [name for _, name in stored.targets] + [name for _, _, name in stored.contained]
        if not all(map(is_storable, names)):
            return f"a foreign key, or the name of what it contains, {unfit}"
    if stored.revision is not None and not -(2**63) <= stored.revision < 2**63:
        return "the revision is larger than a store can hold"
    return ""


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
