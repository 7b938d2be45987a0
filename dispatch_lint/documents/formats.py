"""Formats of sources: the file name endings of each, and the reader of its text."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.text.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.text.tree import Part


Numbered = Iterable[tuple[int, "Part"]]
"""Documents of a text, each with its number."""


def _read_yaml(text: str, limits: Limits, wanted: Collection[int] | None) -> Numbered:
    parts = read_yaml(text, limits, wanted=wanted)
    return zip(count() if wanted is None else sorted(wanted), parts, strict=False)


def _read_json(text: str, limits: Limits, _: Collection[int] | None) -> Numbered:
    from dispatch_lint.text.json_reader import read_json

    return enumerate(read_json(text, limits))


class Format(NamedTuple):
    """A format of files.

    Attributes:
        endings: of file names, in lower case.
        language: that its texts are written in, as messages name it.
        read: reads the documents of a text, at least those of some numbers; None where documents
            are not read from a text as a whole.
    """

    name: str
    endings: tuple[str, ...]
    language: str
    read: Callable[[str, Limits, Collection[int] | None], Numbered] | None = None


FORMATS = {
    format_.name: format_
    for format_ in (
        Format("yaml", (".yaml", ".yml"), "YAML", _read_yaml),
        Format("json", (".json",), "JSON", _read_json),
        Format("jsonl", (".jsonl", ".ndjson"), "JSON"),  # read line by line
        Format("go", (".go",), "Go"),  # has definitions, and no documents
    )
}
ROWS = "rows"
"""The format of a store, which has no text."""
_BY_ENDING = {ending: format_.name for format_ in FORMATS.values() for ending in format_.endings}

ENDINGS = (*_BY_ENDING,)
"""The endings of the files that a walk reads."""


def format_of(file: str) -> str | None:
    """The name of a file's format by its ending, or None."""
    return _BY_ENDING.get(os.path.splitext(file)[1].lower())  # noqa: PTH122 (a hot path)


def language_of(format_: str) -> str:
    """The language of the texts of a format; rows of stores are JSON."""
    return FORMATS[format_].language if format_ in FORMATS else "JSON"


def guess_format(head: bytes) -> str:
    """The name of a text's format by its first bytes."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith((b"{", b"[")):
        return "yaml"
    if text.startswith(b"["):
        return "json"
    lines = [line for line in text.split(b"\n", 3)[:2] if line.strip()]
    is_jsonl = len(lines) == 2 and all(
        line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for line in lines
    )
    return "jsonl" if is_jsonl else "json"
