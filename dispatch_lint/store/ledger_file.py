"""The ledger of IDs as a text file that can be committed: one sorted line for each ID and key.

    <ID> TAB <key> TAB <first seen> TAB <deleted, or ->

The time at which an ID was last seen is left out, because it would change every line at every
import. Lines may be in any order and be repeated, so that a merge that keeps the lines of both
sides (`merge=union`) is correct: the earliest first sight counts, and a deletion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from heapq import merge
from itertools import chain, groupby
from pathlib import Path

from dispatch_lint.config.named_files import MIB, open_regular
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.location import Location, Range
from dispatch_lint.naming import count
from dispatch_lint.store.entity_store import LedgerEntry
from dispatch_lint.store.keys import is_storable
from dispatch_lint.store.soundness import is_time
from dispatch_lint.text.files import write_lines
from dispatch_lint.text.harmless import harmless, without_commands

_HEADER = "# dispatch-lint ledger 1: ID, key, first seen, deleted\n"
MAX_BYTES = 256 * MIB
"""The largest ledger that is read."""
_MAX_LINE = 64 * 1024
_NONE = "-"
_BLANK = frozenset({b"\n", b"\r\n"})
_TIME = "2026-01-31T12:00:00Z"
_MAX_SHOWN = 40
_SPECIAL = re.compile(r"[\x00-\x1f\x7f\\]|^#")


class LedgerFile:
    """A ledger file that is looked up in."""

    def __init__(self, path: Path, shown: str) -> None:
        self._path, self.shown = path, shown
        self._by_id: dict[str, list[LedgerEntry]] | None = None

    def ledger(self, identities: Sequence[str]) -> list[LedgerEntry]:
        if self._by_id is None:
            self._by_id = {}
            for entry in self.entries():
                self._by_id.setdefault(entry.identity, []).append(entry)
        return [entry for identity in identities for entry in self._by_id.get(identity, ())]

    def entries(self) -> Iterator[LedgerEntry]:
        """Every entry, in the order of the file.

        Raises:
            StoreError: the file cannot be read, or a line is malformed.
        """
        try:
            with open_regular(self._path, MAX_BYTES) as stream:
                for number, data in enumerate(
                    iter(partial(stream.readline, _MAX_LINE + 1), b""), 1
                ):
                    if data in _BLANK:  # there may be many millions
                        continue
                    line = self._decoded(data, number)
                    if line.strip() and not line.startswith("#"):
                        yield self._entry(line.rstrip("\r\n"), number)
        except OSError as error:
            raise StoreError(f"{self.shown}: {error.strerror or error}") from error

    def _decoded(self, data: bytes, number: int) -> str:
        if len(data) > _MAX_LINE:
            raise StoreError(f"{self.shown}:{number}: the line is longer than {_MAX_LINE} bytes")
        try:
            return data.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise StoreError(f"{self.shown}:{number}: this is not UTF-8: {error.reason}") from None

    def _entry(self, line: str, number: int) -> LedgerEntry:
        try:
            identity, key, first, deleted = _fields_of(line)
        except ValueError as error:
            raise StoreError(f"{self.shown}:{number}: {error}") from None
        location = Location(self.shown, Range(number, 1, number, len(identity) + 1)).text
        deleted = "" if deleted == _NONE else deleted
        return LedgerEntry(identity, key, first, first, deleted, location)


def _fields_of(line: str) -> tuple[str, str, str, str]:
    """The ID, the key, when it was first seen, and when it was deleted, which may be `-`.

    Raises:
        ValueError: the line is malformed; the message names the field.
    """
    fields = line.split("\t")
    if len(fields) != 4:
        is_conflict = line.startswith(("<<<", "===", ">>>"))
        hint = "; is there an unresolved merge conflict?" if is_conflict else ""
        raise ValueError(f"not a line of a ledger: it has {count(len(fields), 'field')} and not 4 (ID, key, "
                         f"first seen, deleted; separated by tabs){hint}")  # fmt: skip
    identity, key = _read("ID", fields[0]), _read("key", fields[1])
    first, deleted = fields[2:]
    if not is_time(first):
        raise ValueError(f"not a line of a ledger: the third field, first seen, is {_cut(first)}, which is "
                         f"no time such as {_TIME}")  # fmt: skip
    if deleted != _NONE and not is_time(deleted):
        raise ValueError(f"not a line of a ledger: the fourth field, deleted, is {_cut(deleted)}, which is "
                         f'neither "{_NONE}" nor a time such as {_TIME}')  # fmt: skip
    return identity, key, first, deleted


def _read(what: str, text: str) -> str:
    """The ID or the key of a line.

    Raises:
        ValueError: it is malformed.
    """
    try:
        read = _unescaped(text)
    except UnicodeDecodeError:
        raise ValueError(f"an escape with \\ in the {what} is not complete") from None
    if not is_storable(read):
        raise ValueError(f"the {what} contains a character that a store cannot hold")
    return read


def _cut(text: str) -> str:
    return f'"{text}"' if len(text) <= _MAX_SHOWN else f'"{text[:_MAX_SHOWN]}…"'


def write_ledger(path: Path, shown: str, entries: Iterable[LedgerEntry]) -> int:
    """Write a ledger file. Entries that it already has are kept.

    Args:
        entries: in the order of IDs and keys.

    Returns:
        How many entries it has.

    Raises:
        StoreError: the file is not a ledger, or cannot be written.
    """
    before = sorted(LedgerFile(path, shown).entries(), key=_order) if path.exists() else []
    lines = ledger_lines(merge(before, entries, key=_order))
    try:
        return write_lines(path, chain([_HEADER], lines)) - 1
    except OSError as error:
        raise StoreError(f"{shown}: {error.strerror or error}") from error


def ledger_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The lines of entries in the order of IDs and keys; those of the same ID and key are merged."""
    for (identity, key), group in groupby(entries, key=_order):
        first, deleted = "", ""
        for entry in group:
            first = min(first or entry.first_seen, entry.first_seen)
            deleted = min(filter(None, (deleted, entry.deleted)), default="")
        yield f"{_escaped(identity)}\t{_escaped(key)}\t{first}\t{deleted or _NONE}\n"


def _escaped(text: str) -> str:
    """A text without tabs and line ends, without the `#` of a comment at its start, and harmless."""
    if harmless(text) == text and not _SPECIAL.search(text):
        return text  # nearly always
    escaped = without_commands(text.encode("unicode_escape").decode())
    return f"\\x23{escaped[1:]}" if escaped.startswith("#") else escaped


def _unescaped(text: str) -> str:
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape") if (
        "\\" in text
    ) else text  # fmt: skip


def _order(entry: LedgerEntry) -> tuple[str, str]:
    return entry.identity, entry.key
