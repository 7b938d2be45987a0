"""Forms of documents, and foreign keys (guide, Name and IDs)."""

from __future__ import annotations

from typing import Literal, NamedTuple

Form = Literal["stored", "manifest"]
"""What the Entity Store persists, or what `dispatch create -f` reads."""


class ReferenceTarget(NamedTuple):
    """What a field refers to, if it is a foreign key (guide, Name and IDs).

    Attributes:
        kind: of the entity that is referred to.
        by: whether the value is the entity's name or its ID.
        prefix: what stands before the name: `es://` of Function.sourceURL.
        key: where only one entry of a map, or of a list of key and value, refers: its key.
    """

    kind: str
    by: Literal["name", "id"] = "name"
    prefix: str = ""
    key: str = ""


def parse_reference(text: str) -> ReferenceTarget | None:
    """Read `Image`, `Function,by=id` or `Source,prefix=es://`; `none` is None.

    Raises:
        ValueError: a part is unknown.
    """
    kind, *parts = text.split(",")
    if kind == "none":
        return None
    options = {}
    for part in parts:
        name, _, value = part.partition("=")
        if name not in ("by", "prefix", "key") or (name == "by" and value not in ("name", "id")):
            raise ValueError(f'"{part}" in reference "{text}": write by=name, by=id, prefix=… or '
                             "key=…")  # fmt: skip
        options[name] = value
    return ReferenceTarget(kind, "id" if options.get("by") == "id" else "name",
                     options.get("prefix", ""), options.get("key", ""))  # fmt: skip
