"""Nodes of a YAML document → values by the YAML 1.2 core schema."""

from __future__ import annotations

from typing import Any

from yaml import MappingNode, Node, ScalarNode

from dispatch_lint.text.scalars import is_text, may_differ, resolve_core
from dispatch_lint.text.yaml_composer import MERGE, PLAIN, TEXT_TAG, Unsure, is_merge


class Values:
    """The values of one document.

    Attributes:
        value: of the whole document.
        is_notable: whether a key is repeated, or dispatch may read a plain scalar otherwise.
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
        kind = type(node)
        if kind is ScalarNode:
            text: str = node.value
            if node.tag != PLAIN:
                return resolve_core(text) if is_resolved(node) else text
            return text if is_text(text) else self._plain(text)
        made = self._made.get(id(node))
        if made is not None:
            return made
        if level == self._depth:
            raise Unsure
        if kind is MappingNode:
            return self._mapping(node, level + 1)
        self._made[id(node)] = items = [self._read(item, level + 1) for item in node.value]
        return items

    def _plain(self, text: str) -> Any:
        value = resolve_core(text)
        if may_differ(text, value):
            self.is_notable = True
        return value

    def _mapping(self, node: Node, level: int) -> dict[str, Any]:
        self._made[id(node)] = fields = {}
        merged: list[Any] = []
        for key, inner in node.value:
            if type(key) is not ScalarNode:
                raise Unsure
            name = key.value
            value = self._read(inner, level)
            if name == MERGE and is_merge(key):
                merged += value if type(value) is list else [value]
                continue
            if name in fields:
                self.is_notable = True
            fields[name] = value
        for mapping in merged:
            if type(mapping) is not dict:
                raise Unsure
            for name in mapping:
                fields.setdefault(name, mapping[name])
        return fields


def is_resolved(node: Node) -> bool:
    """Whether the core schema says what a scalar is: it is not quoted, and not tagged as text."""
    return not node.style and node.tag != TEXT_TAG
