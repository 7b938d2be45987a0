"""A second reader of YAML, to hold ours against: another parser, and values made of its events.

It is slow, and knows nothing of limits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dispatch_lint.text.scalars import resolve_core

_TEXT = "tag:yaml.org,2002:str"
_MERGE = object()


class Unreadable(Exception):
    """A text that is not read."""


class _Mapping:
    """A mapping whose end is still to come."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.merged: list[Any] = []
        self.key: Any = None

    def add(self, value: Any) -> None:
        if self.key is None:
            self.key = value
        elif self.key is _MERGE:
            self.merged += value if isinstance(value, list) else [value]
            self.key = None
        else:
            self.fields[self.key] = value
            self.key = None

    def finish(self) -> dict[str, Any]:
        for mapping in self.merged:
            if not isinstance(mapping, dict):
                raise Unreadable
            for key, value in mapping.items():
                self.fields.setdefault(key, value)
        return self.fields


class Reference(NamedTuple):
    """What a text is.

    Attributes:
        values: of its documents.
        starts: where its scalars begin.
    """

    values: list[Any]
    starts: set[int]


def read_reference(text: str) -> Reference:
    """Read a text.

    Raises:
        Unreadable: it does not parse, or has what is no value.
    """
    reader = _Reader()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reader.take(type(event).__name__, event)
    except (YAMLError, ValueError, IndexError, TypeError) as error:
        raise Unreadable from error
    return Reference(reader.documents, reader.starts)


class _Reader:
    def __init__(self) -> None:
        self.documents: list[Any] = []
        self.starts: set[int] = set()
        self._open: list[tuple[Any, str | None]] = []
        self._anchors: dict[str, Any] = {}

    def take(self, name: str, event: Any) -> None:
        if name == "DocumentStartEvent":
            self._anchors.clear()
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            if self._wants_key():
                raise Unreadable
            self._open.append((_Mapping() if name[0] == "M" else [], event.anchor))
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            done, anchor = self._open.pop()
            self._add(done.finish() if isinstance(done, _Mapping) else done, anchor)
        elif name == "AliasEvent":
            self._alias(event.anchor)
        elif name == "ScalarEvent":
            self._scalar(event)

    def _wants_key(self) -> bool:
        top = self._open[-1][0] if self._open else None
        return isinstance(top, _Mapping) and top.key is None

    def _scalar(self, event: Any) -> None:
        text, style = event.value, event.style
        self.starts.add(event.start_mark.index)
        is_plain = event.implicit[0] and not style
        if self._wants_key():
            self._open[-1][0].add(_MERGE if is_plain and text == "<<" else text)
            if event.anchor:
                self._anchors[event.anchor] = text
            return
        tag = None if event.tag is None else str(event.tag)
        resolved = is_plain or (tag is not None and tag != _TEXT and not style)
        self._add(resolve_core(text) if resolved else text, event.anchor)

    def _alias(self, anchor: str) -> None:
        if anchor not in self._anchors:
            raise Unreadable
        value = self._anchors[anchor]
        if self._wants_key() and not isinstance(value, str):
            raise Unreadable
        self._add(value, None)

    def _add(self, value: Any, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = value
        if not self._open:
            self.documents.append(value)
        elif isinstance(self._open[-1][0], _Mapping):
            self._open[-1][0].add(value)
        else:
            self._open[-1][0].append(value)
