"""The buffers that an editor has open: texts that count instead of their files."""

from __future__ import annotations

import io
from bisect import bisect_right
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.config.tree import real_name
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import STDIN_NAME, Source
from dispatch_lint.lsp.text import BYTE_ORDER_MARK
from dispatch_lint.lsp.uris import file_of
from dispatch_lint.model.errors import InputError
from dispatch_lint.text.jsonc import without_comments
from dispatch_lint.text.lines import Lines
from dispatch_lint.text.yaml_split import split_documents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.reading import ReadPart
    from dispatch_lint.lsp.text import Text

_FORMATS = {"yaml": "yaml", "yml": "yaml", "json": "json", "jsonc": "json", "jsonl": "jsonl"}
"""The format of a text by its language, where the name of the file does not say it."""
_TEMPLATES = frozenset({"helm", "gotmpl", "jinja", "jinja-yaml"})
"""Languages of texts that become documents only when they are rendered."""


class Buffer:
    """One state of a buffer. It does not change: an edit makes another.

    Attributes:
        file: the path of its file, as the editor writes it; empty for a text without a file.
        format: None for what holds no documents.
    """

    def __init__(self, uri: str, text: Text, version: int | None, language: str) -> None:
        self.uri, self.text, self.version, self.language = uri, text, version, language
        self.file = file_of(uri)
        self._parts: Sequence[ReadPart] | None = None
        by_name = format_of(self.file) if self.file else None
        self.is_walked = by_name is not None
        """Whether its name is one that a walk through the folder can find."""
        format_ = by_name or _FORMATS.get(language)
        self.format = None if format_ == "go" or language in _TEMPLATES else format_

    @cached_property
    def key(self) -> str:
        """What is the same for all paths of one file."""
        return key_of(self.file) if self.file else self.uri

    @cached_property
    def _data(self) -> bytes:
        text = self.text.text
        if self.language == "jsonc" and not self.is_walked:
            text = without_comments(text)
        return text.encode("utf-8", "surrogatepass")

    def source(self, name: str = "") -> Source:
        """The text as a source.

        Args:
            name: of the file; by default the one that the editor uses.
        """
        assert self.format is not None
        name = name or self.file or STDIN_NAME
        return Source(name, self.format, named=False, opener=lambda: io.BytesIO(self._data))

    def parts(self, limits: Limits, wanted: Collection[int] | None = None) -> Iterator[ReadPart]:
        """The documents of the text; none where it cannot be read. All are read once only.

        The places of a document cost little before the next one is read.

        Args:
            wanted: as of `read_parts`.
        """
        if self._parts is not None:
            yield from self._parts
        elif wanted is not None:
            yield from read_parts(self.source(), limits, wanted)
        else:
            found = []
            for part in read_parts(self.source(), limits):
                found.append(part)
                yield part
            self._parts = found

    def numbers_at(self, line: int, column: int) -> Collection[int] | None:
        """The number of the document at a place; None where all are read, or have to be to know it."""
        if self._parts is not None or self.format != "yaml":
            return None
        text = self.text.text.removeprefix(BYTE_ORDER_MARK)
        starts = [start for start, _ in split_documents(text)]
        return {bisect_right(starts, Lines(text, returns=True).offset(line, column)) - 1}


def read_parts(
    source: Source, limits: Limits, wanted: Collection[int] | None = None
) -> Iterator[ReadPart]:
    """The documents of a source, each when it is its turn; none where it cannot be read.

    Args:
        wanted: the numbers of those that are needed; others may be left out. None for all.
    """
    with suppress(InputError):
        yield from read_source(source, limits, wanted=wanted).parts


def key_of(file: str) -> str:
    """What is the same for all paths of one file."""
    return real_name(file)
