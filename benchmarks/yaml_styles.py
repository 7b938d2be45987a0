"""Writes a value as YAML in the ways that people do: style, quotes, comments and indentation vary."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.real_entities import Fields, Plain

COMMENTS = (
    "keep in step with the runbook", "TODO: ask the platform team", "für den Bericht", "temporary",
    "see ticket 4711", "по просьбе отдела", "Owner: data-eng@example.com", "本番では変更しないこと",
)  # fmt: skip
LEFT_OUT = ("timeout: 30000", "secrets: [old-login]", "handler: main.handle", "enabled: false")
_BARE = re.compile(r"[^\W\d_](?:[\w ./:@=+-]*[\w/=+])?")
_CHANGED = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|nan|inf|.*(---|: |:$|\Ae\d).*")


@dataclass(frozen=True)
class Style:
    """How one author writes; shares are chances from 0 to 1."""

    indent: int
    lists_indented: bool
    quote: str
    quoted: float
    flow: float
    comments: float
    gap: str
    """What stands before the colon of a tag's value: a few people put a space there."""


def style(chance: random.Random) -> Style:
    """The style of some author."""
    return Style(
        indent=chance.choice((2, 2, 2, 2, 2, 2, 4)),
        lists_indented=chance.random() < 0.7,
        quote=chance.choice("'\""),
        quoted=chance.choice((0, 0, 0.1, 0.3, 1)),
        flow=chance.choice((0, 0, 0.2, 0.5, 0.9)),
        comments=chance.choice((0, 0, 0, 0.02, 0.05, 0.1)),
        gap=chance.choice(("", "", "", "", "", "", " ")),
    )


def document(fields: Fields, style: Style, chance: random.Random) -> str:
    """One document as YAML, its comments included."""
    head = []
    if chance.random() < style.comments * 3:
        head = [f"# {line}" for line in chance.sample(COMMENTS, chance.choice((1, 1, 2, 4)))]
        if chance.random() < 0.1:
            head.insert(0, "# " + "-" * 60)
    return "\n".join([*head, *_Writer(style, chance).mapping(fields, 0)]) + "\n"


@dataclass(frozen=True)
class _Writer:
    style: Style
    chance: random.Random

    def mapping(self, fields: Fields, depth: int) -> Iterator[str]:
        """The lines of a mapping in block style."""
        for key, value in fields.items():
            if depth <= 2 and self._happens(self.style.comments):
                text = self.chance.choice(LEFT_OUT if depth == 0 else COMMENTS)
                yield f"{' ' * depth}# {text}"
            yield from self._field(key, value, depth)

    def _field(self, key: str, value: Any, depth: int) -> Iterator[str]:
        head = " " * depth + key + (self.style.gap if key == "value" else "") + ":"
        if isinstance(value, dict | list) and not self._in_flow(value):
            yield head + self._remark()
            inner = depth + self.style.indent
            if isinstance(value, dict):
                yield from self.mapping(value, inner)
            else:
                yield from self._sequence(value, inner if self.style.lists_indented else depth)
        elif isinstance(value, str) and (lines := self._block(value)):
            yield f"{head} {lines[0]}"
            pad = " " * (depth + self.style.indent)
            yield from (pad + line if line else "" for line in lines[1:])
        else:
            yield f"{head} {self._flow(value)}{self._remark()}"

    def _sequence(self, items: list[Any], depth: int) -> Iterator[str]:
        pad = " " * depth
        for item in items:
            if isinstance(item, dict) and not self._in_flow(item):
                first, *rest = self.mapping(item, depth + 2)
                # A comment in front of the first field keeps its line.
                if first.lstrip().startswith("#"):
                    yield first
                    first, *rest = rest
                yield f"{pad}- {first.lstrip()}"
                yield from rest
            else:
                yield f"{pad}- {self._flow(item)}{self._remark()}"

    def _remark(self) -> str:
        if not self._happens(self.style.comments):
            return ""
        return f"  # {self.chance.choice(COMMENTS)}"

    def _in_flow(self, value: dict[str, Any] | list[Any]) -> bool:
        """Whether a collection goes on one line: an empty one does, a large one never."""
        return not value or (len(repr(value)) < 90 and self._happens(self.style.flow))

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share

    def _block(self, text: str) -> list[str]:
        """A text as literal or folded block scalar; nothing where it goes on the line of its key."""
        if "\n" in text:
            lines = text.splitlines()
            if self._happens(0.85) and not lines[0].startswith(" "):
                return ["|" if text.endswith("\n") else "|-", *lines]
        elif len(text) > 40 and " " in text and self._happens(0.6):
            return [">-", *textwrap.wrap(text, 36, break_long_words=False, break_on_hyphens=False)]
        return []

    def _flow(self, value: Any) -> str:
        """A value on one line."""
        if isinstance(value, dict):
            return (
                "{" + ", ".join(f"{key}: {self._flow(item)}" for key, item in value.items()) + "}"
            )
        if isinstance(value, list):
            return "[" + ", ".join(map(self._flow, value)) + "]"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return self._text(value)
        return "" if value is None else str(value)

    def _text(self, text: str) -> str:
        if isinstance(text, Plain):
            return str(text)
        is_bare = _BARE.fullmatch(text) and not _CHANGED.fullmatch(text)
        if is_bare and not self._happens(self.style.quoted):
            return text
        if "\n" in text or (self.style.quote == '"' and "\\" not in text):
            escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
        return "'" + text.replace("'", "''") + "'"
