"""Names of types that have a kind and a name on the wire, and are no entities."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import Type

_ENDING = re.compile(
    r"(?:Ref|Reference|Selector|Event|Message|Request|Response|Result|List|Option|Config|"
    r"Configuration|Spec|Status|Meta|Metadata|Key|ID|Id|Identifier|Info|Detail|Param|Args|Query|"
    r"Filter|Error|Condition|Override)s?\Z"
)
_BUT = "it has a kind and a name, but"
_SHOWN = 5
"""Values that a message shows."""
_NAME = re.compile(r"\w[\w.-]*")
_KUBERNETES = frozenset({"apiVersion", "apiGroup", "metadata"})


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


def why_never_named(type_: Type, names: Collection[str]) -> str:
    """Why the field `kind` of a type is never one of some names; empty if it can be.

    Args:
        type_: that of the field.
        names: the name of the kind, and others that it has.
    """
    if type_.text or type_.unread or type_.same_as:
        return ""
    if type_.wire_type == "union":
        reasons = [why_never_named(alternative, names) for alternative in type_.alternatives]
        return "" if "" in reasons else next(iter(reasons), "")
    values = values_of_kind(type_)
    if values:
        return "" if not values.isdisjoint(names) else _never(values)
    limits = dict(type_.limits)
    text = type_.wire_type == "string" and "contentEncoding" not in limits
    return "" if text or type_.wire_type == "any" else f"{_BUT} its kind is no text"


def why_other_model(own: Collection[str], statuses: Collection[str]) -> str:
    """Why a type is an object of another model than Dispatch's, by its statuses; empty if it may be one.

    Args:
        own: the values of its field `status`.
        statuses: those of Dispatch.
    """
    shared = sum(value.upper() in statuses for value in own)
    return f"{_BUT} most of its statuses are none of Dispatch" if 2 * shared < len(own) else ""


def values_of_kind(type_: Type) -> set[str]:
    """The only texts that a field may have; empty if it may have others."""
    listed = [value.value for value in type_.values] or dict(type_.limits).get("enum", [])
    return {value for value in listed if isinstance(value, str)}


def _never(values: Collection[str]) -> str:
    shown = ", ".join(f'"{value}"' for value in sorted(values)[:_SHOWN])
    more = ", …" if len(values) > _SHOWN else ""
    return f"{_BUT} its kind is never its name: {shown}{more}"
