"""Names of types that have a kind and a name on the wire, and are no entities."""

from __future__ import annotations

import re
from collections.abc import Collection

_ENDING = re.compile(
    r"(?:Ref|Reference|Selector|Event|Message|Request|Response|Result|List|Option|Config|Spec|"
    r"Status|Meta|Metadata|Key|ID|Identifier|Info|Param|Args|Query|Filter|Error|Condition)s?\Z"
)
_NAME = re.compile(r"\w[\w.-]*")
_KUBERNETES = frozenset({"apiVersion", "metadata"})


def can_be_kind(name: str) -> bool:
    """Whether a name can be that of a kind: it is a part of keys, and the name of a file."""
    return _NAME.fullmatch(name) is not None


def why_no_kind(name: str, fields: Collection[str]) -> str:
    """Why a type with a kind and a name is no kind; empty if it is one.

    Args:
        fields: the names of its fields on the wire.
    """
    if not can_be_kind(name):
        return "it has a kind and a name, but its own name cannot be a part of a key"
    if not _KUBERNETES.isdisjoint(fields):
        return "it has a kind and a name, but is an object of Kubernetes, or refers to one"
    if match := _ENDING.search(name):
        return f'it has a kind and a name, but is called "…{match[0]}"'
    return ""
