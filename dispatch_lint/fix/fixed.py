"""Changed texts: what a fix, a rename or added comments make of files, before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.named_files import open_regular
from dispatch_lint.model.errors import InputError
from dispatch_lint.text.files import write_bytes

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.violation import Violation


@dataclass
class Fixed:
    """What became of some files.

    Attributes:
        texts: the new texts of files that changed, by name.
        before: their old texts.
        counts: how many violations each file is rid of.
        withdrawn: changes that were not made, each with its place and the reason.
        changed: files that changed since they were checked: nothing in them was fixed.
        problems: what could not be read or checked.
        violations: what is left.
    """

    texts: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)


def full_text(source: Source) -> str:
    """The text of a source with its byte order mark, if it has one.

    A line of JSONL may be no text: `encoded` makes the same bytes of it.
    """
    with source.open() as stream:
        return stream.read().decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes of a text, also of one that `full_text` made or that has half a character."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def write_fixed(fixed: Fixed) -> None:
    """Write the new texts. Each file is replaced at once, and keeps its mode.

    Raises:
        InputError: a file changed in the meantime; none is written.
        OSError: a file cannot be written; it is as it was.
    """
    for name in fixed.texts:
        with open_regular(name) as stream:
            is_same = stream.read() == encoded(fixed.before[name])
        if not is_same:
            raise InputError(
                f"{name}: the file changed during the check; nothing was written; run it again"
            )
    for name, text in fixed.texts.items():
        write_bytes(Path(name), encoded(text))
