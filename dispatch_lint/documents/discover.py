"""Finds the sources of a run: those of files, folders, stores and standard input."""

from __future__ import annotations

import os
import stat
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dispatch_lint.config.tree import real_name
from dispatch_lint.documents.excludes import Excludes
from dispatch_lint.documents.formats import format_of, guess_format
from dispatch_lint.documents.source import STDIN_NAME, Source, is_url
from dispatch_lint.documents.walk import file_identity, is_excluded_code, shown_path, sources_below
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dispatch_lint.config.settings import Settings

STDIN = "-"


class RowSource(Protocol):
    """Opens a store by its URL, as a source of rows."""

    def __call__(self, url: str, *, reported: bool) -> Source: ...


def refuse_store(url: str, *, reported: bool) -> Source:
    """The `RowSource` of commands that read files only.

    Raises:
        InputError: always.
    """
    raise InputError(f"{url.partition('://')[0]}: a store cannot be read here")


def discover(
    paths: Iterable[str], settings: Settings, row_source: RowSource = refuse_store, *,
    index: Iterable[str] = (), stdin_filename: str | None = None, force_exclude: bool = False,
    excludes: Excludes | None = None, pipes: bool = True,
) -> Iterator[Source]:  # fmt: skip
    """The sources of a run, each file once, in the order of the paths, those of `index` first.

    Args:
        paths: files, folders, store URLs, or `-` for standard input.
        row_source: opens a store.
        index: paths that are read for keys and references only.
        stdin_filename: the file name that standard input is reported under.
        force_exclude: whether `exclude` applies to named files too.
        excludes: what is left out; by default what the setting `exclude` names.
        pipes: whether a path may be a pipe or a device, which a checked tree cannot ask for.

    Raises:
        InputError: a path does not exist, is a link that leads nowhere, or no file to read.
    """
    excludes = Excludes(settings) if excludes is None else excludes
    sources = [
        _of_path(path, settings, stdin_filename, row_source, reported=reported,
                 force_exclude=force_exclude, excludes=excludes, pipes=pipes)
        # Of two that hold one key, the second is reported: what is only read comes first.
        for reported, named in ((False, index), (True, paths))
        for path in named
    ]  # fmt: skip
    return _unique(list(chain.from_iterable(sources)))


def _unique(sources: Sequence[Source]) -> Iterator[Source]:
    """The sources, each file once: a link beside its target is the target, and standard input with
    the name of a file is that file."""
    real_folder = cache(real_name)
    chosen: dict[str, tuple[tuple[bool, ...], Source]] = {}
    for source in sources:
        is_link, identity = file_identity(source, real_folder)
        rank = (source.reported, source.opener is not None, source.named or not is_link)
        if identity not in chosen or rank > chosen[identity][0]:
            chosen[identity] = (rank, source)
    kept = {id(source) for _, source in chosen.values()}
    return (source for source in sources if id(source) in kept)


def _of_path(
    path: str, settings: Settings, stdin_filename: str | None, row_source: RowSource, *,
    reported: bool, force_exclude: bool, excludes: Excludes, pipes: bool,
) -> Iterable[Source]:  # fmt: skip
    """The sources of one path; see `discover`."""
    if path == STDIN:
        if stdin_filename and force_exclude and excludes.leave_out_path(stdin_filename):
            return ()
        return (_standard_input(stdin_filename, settings),)
    if is_url(path):
        return (row_source(path, reported=reported),)
    # A link that leads nowhere is no file to check, so `exclude` holds for it always.
    if (force_exclude or not os.path.exists(path)) and excludes.leave_out_path(path):  # noqa: PTH110
        return ()
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        return sources_below(path, settings, excludes, reported=reported)
    format_ = format_of(path)
    # A pre-commit hook (which sets --force-exclude) names each file that changed, whoever it is
    # for: what is left out in a walk is left out here.
    chosen = not force_exclude
    if format_ == "go" and not chosen and is_excluded_code(path):
        return ()
    if not stat.S_ISREG(mode):
        if not pipes:
            raise InputError(f"{path}: not a regular file")
        return (_pipe(path, settings, reported=reported),)
    if format_ is None:
        with Source(shown_path(path), "yaml").open() as stream:
            head = stream.read(4096)
        _refuse_store_file(path, head)
        format_ = guess_format(head)
    return (Source(shown_path(path), format_, named=chosen, reported=reported),)


def _refuse_store_file(path: str, head: bytes) -> None:
    """Refuse the file of a store that is named as a path, and not as a URL.

    Raises:
        InputError: the file is a store; the message has its URL.
    """
    url = ""
    if head.startswith(b"SQLite format 3\0"):
        url = f"sqlite:///{path}"
    elif head[16:20] == b"\xed\xda\x0c\xed":
        url = f"bolt://{path}"
    if url:
        raise InputError(f"{path}: this is a store; to check its entities, write {url}")


def _mode(path: str) -> int:
    """The file mode of a path.

    Raises:
        InputError: it does not exist, or is a link that leads nowhere.
    """
    try:
        return os.stat(path).st_mode  # noqa: PTH116 (a hot path)
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise InputError(f"{path}: the link is broken") from None
        message = f"{path}: no such file or folder" if path else "a path is empty"
        raise InputError(message) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _standard_input(name: str | None, settings: Settings) -> Source:
    from dispatch_lint.documents.stream import buffer_stream

    try:
        format_, opener = buffer_stream(
            sys.stdin.buffer, format_of(name) if name else None, settings.limits.bytes
        )
    except OSError as error:
        raise InputError(f"standard input: {error.strerror or error}") from error
    return Source(shown_path(name) if name else STDIN_NAME, format_, opener=opener)


def _pipe(path: str, settings: Settings, *, reported: bool) -> Source:
    """A pipe or device as a source. Like standard input, it can be read only once."""
    from dispatch_lint.documents.stream import buffer_stream

    name = shown_path(path)
    with Source(name, "yaml", opener=lambda: Path(path).open("rb")).open() as stream:
        format_, opener = buffer_stream(stream, format_of(path), settings.limits.bytes)
    return Source(name, format_, reported=reported, opener=opener)
