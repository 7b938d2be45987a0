"""Nodes of a YAML document → values by the YAML 1.2 core schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from yaml import Node, ScalarNode, SequenceNode

from dispatch_lint.text.scalars import NULL_TAG, is_text, may_differ, resolve_core
from dispatch_lint.text.yaml_composer import MERGE, PLAIN, READ_TAGS, TEXT_TAG, Unsure, is_merge


class Values:
    """The values of one document.

    Attributes:
        value: of the whole document.
        is_notable: whether a key is repeated, or dispatch may read a plain scalar or key otherwise.
    """

    __slots__ = ("_depth", "_made", "is_notable", "value")

    def __init__(self, root: Node | None, depth: int) -> None:
        """Read a document.

        Raises:
            Unsure: it is too deep, or has what is no value.
        """
        self.is_notable = False
        self._depth = depth
        self._made: dict[int, Any] = {}
        """The values of collections by the identity of their nodes, for aliases."""
        self.value = self._read(root, 0) if root is not None else None

    def _read(self, node: Node, level: int) -> Any:
        # One call for each level: more would be too many for Python's stack.
        if type(node) is ScalarNode:
            return self._scalar(node)
        made = self._made.get(id(node))
        if made is not None:
            return made
        if level == self._depth:
            raise Unsure
        if type(node) is SequenceNode:
            items: list[Any] = []
            self._made[id(node)] = items
            for item in node.value:
                items.append(
                    self._scalar(item) if type(item) is ScalarNode else self._read(item, level + 1)
                )
            return items
        fields: dict[str, Any] = {}
        merged: list[Any] = []
        self._made[id(node)] = fields
        for key, inner in node.value:
            if type(key) is not ScalarNode:
                raise Unsure
            value = (
                self._scalar(inner) if type(inner) is ScalarNode else self._read(inner, level + 1)
            )
            name = key.value
            if name == MERGE and is_merge(key):
                merged.append(value)
                continue
            if name in fields or (not is_text(name) and key.tag in READ_TAGS):
                self.is_notable = True
            fields[name] = value
        if merged:
            _merge(fields, merged)
        return fields

    def _scalar(self, node: Node) -> Any:
        text: str = node.value
        if node.tag != PLAIN:
            if node.tag == NULL_TAG:
                self.is_notable = True
                return None
            if node.tag not in READ_TAGS:
                return resolve_core(text) if is_resolved(node) else text
        if is_text(text):
            return text
        read = _read_plain if len(text) <= _REMEMBERED else _read_plain.__wrapped__
        value, is_notable = read(text)
        if is_notable:
            self.is_notable = True
        return value


_REMEMBERED = 40
"""Letters of plain scalars whose values are remembered."""


@lru_cache(maxsize=10_000)  # the same numbers and booleans come again and again
def _read_plain(text: str) -> tuple[Any, bool]:
    """The value of a plain scalar, and whether dispatch may read it otherwise."""
    value = resolve_core(text)
    return value, value is None or may_differ(text, value)


def _merge(fields: dict[str, Any], merged: list[Any]) -> None:
    """Add the fields of mappings, or of lists of them, to a mapping that has precedence."""
    for value in merged:
        for mapping in value if type(value) is list else [value]:
            if type(mapping) is not dict:
                raise Unsure
            for name in mapping:
                fields.setdefault(name, mapping[name])


def is_resolved(node: Node) -> bool:
    """Whether the core schema says what a scalar is: it is not quoted, and not tagged as text."""
    return not node.style and node.tag != TEXT_TAG
