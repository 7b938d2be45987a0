"""The texts of a workspace: a buffer that an editor has open counts instead of its file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.reading import ReadPart, read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits


class Buffers:
    """The open buffers, by the absolute path of the file."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._texts: dict[str, str] = {}
        self._parts: dict[str, Sequence[ReadPart]] = {}

    def __contains__(self, file: str) -> bool:
        return file in self._texts

    def open(self, file: str, text: str) -> None:
        """Take a buffer, or its new text, for the content of a file."""
        self._texts[file] = text
        self._parts.pop(file, None)

    def close(self, file: str) -> None:
        """Take the file itself again."""
        self._texts.pop(file, None)
        self._parts.pop(file, None)

    def source(self, file: str) -> Source | None:
        """A buffer or file as a source; None for what neither is there nor holds documents."""
        file_format = format_of(file)
        if file_format is None or file_format == "go":
            return None
        text = self._texts.get(file)
        if text is not None:
            data = text.encode("utf-8", "surrogatepass")
            return Source(file, file_format, named=False, opener=lambda: io.BytesIO(data))
        return Source(file, file_format, named=False) if Path(file).is_file() else None

    def parts(self, file: str) -> Sequence[ReadPart]:
        """The documents of a buffer or file; none where it cannot be read.

        Those of a buffer are read once for each text.
        """
        if file in self._parts:
            return self._parts[file]
        source = self.source(file)
        try:
            parts = list(read_source(source, self._limits).parts) if source else []
        except InputError:
            parts = []
        if file in self._texts:
            self._parts[file] = parts
        return parts
