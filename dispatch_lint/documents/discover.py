"""Finds the sources of a run: named files, and those in folders that git does not ignore."""

from __future__ import annotations

import os
import stat
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dispatch_lint.config.globs import matches, names_below
from dispatch_lint.documents.excludes import Excludes
from dispatch_lint.documents.formats import format_of, guess_format
from dispatch_lint.documents.gitignore import Ignores, is_ignored
from dispatch_lint.documents.source import STDIN_NAME, Source, is_url
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dispatch_lint.config.globs import Patterns
    from dispatch_lint.config.settings import Settings

STDIN = "-"
_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox"})


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
    excludes: Excludes | None = None,
) -> Iterator[Source]:  # fmt: skip
    """The sources of a run, each file once, in the order of the paths.

    Args:
        paths: files, folders, store URLs, or `-` for standard input.
        row_source: opens a store.
        index: paths that are read for keys and references only.
        stdin_filename: the file name that standard input is reported under.
        force_exclude: whether `exclude` applies to named files too.
        excludes: what is left out; by default what the setting `exclude` names.

    Raises:
        InputError: a path does not exist, or is a link that leads nowhere.
    """
    excludes = Excludes(settings) if excludes is None else excludes
    sources = [
        _of_path(path, settings, stdin_filename, row_source, reported=reported,
                 force_exclude=force_exclude, excludes=excludes)
        for reported, named in ((True, paths), (False, index))
        for path in named
    ]  # fmt: skip
    return _unique(list(chain.from_iterable(sources)))


def _unique(sources: Sequence[Source]) -> Iterator[Source]:
    """The sources, each file once: a link beside its target is the target."""
    real_folder = cache(os.path.realpath)
    chosen: dict[str, tuple[tuple[bool, bool], Source]] = {}
    for source in sources:
        is_link, identity = _identity(source, real_folder)
        rank = (source.reported, source.named or not is_link)
        if identity not in chosen or rank > chosen[identity][0]:
            chosen[identity] = (rank, source)
    kept = {id(source) for _, source in chosen.values()}
    return (source for source in sources if id(source) in kept)


def _identity(source: Source, real_folder: Callable[[str], str]) -> tuple[bool, str]:
    """Whether a source is a link, and what is the same for all paths of one file."""
    if source.rows is not None or source.opener is not None:
        return False, source.name
    if os.path.islink(source.name):  # noqa: PTH114 (a hot path)
        return True, os.path.realpath(source.name)
    folder, name = os.path.split(source.name)
    return False, os.path.join(real_folder(folder or "."), name)  # noqa: PTH118


def _of_path(
    path: str, settings: Settings, stdin_filename: str | None, row_source: RowSource, *,
    reported: bool, force_exclude: bool, excludes: Excludes,
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
        return _walk(path, settings, excludes, reported=reported)
    format_ = format_of(path)
    # A pre-commit hook (which sets --force-exclude) names each file that changed, whoever it is
    # for: what is left out in a walk is left out here.
    chosen = not force_exclude
    if format_ == "go" and not chosen and is_excluded_code(path):
        return ()
    if not stat.S_ISREG(mode):
        return (_pipe(path, settings, reported=reported),)
    if format_ is None:
        with Source(_shown(path), "yaml").open() as stream:
            head = stream.read(4096)
        _refuse_store_file(path, head)
        format_ = guess_format(head)
    return (Source(_shown(path), format_, named=chosen, reported=reported),)


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
        raise InputError(f"{path}: this is a store; to check what is in it, name it {url}")


def _mode(path: str) -> int:
    """The file mode of a path.

    Raises:
        InputError: it does not exist, or is a link that leads nowhere.
    """
    try:
        return os.stat(path).st_mode  # noqa: PTH116 (a hot path)
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise InputError(f"{path}: the link leads nowhere") from None
        raise InputError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _standard_input(name: str | None, settings: Settings) -> Source:
    from dispatch_lint.documents.stream import buffer_stream

    format_, opener = buffer_stream(
        sys.stdin.buffer, format_of(name) if name else None, settings.limits.bytes
    )
    return Source(_shown(name) if name else STDIN_NAME, format_, opener=opener)


def _pipe(path: str, settings: Settings, *, reported: bool) -> Source:
    """A pipe or device as a source. Like standard input, it can be read only once."""
    from dispatch_lint.documents.stream import buffer_stream

    name = _shown(path)
    with Source(name, "yaml").open() as stream:
        format_, opener = buffer_stream(stream, format_of(path), settings.limits.bytes)
    return Source(name, format_, reported=reported, opener=opener)


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 (links are not followed)


def _shown(path: str) -> str:
    """A path as reports show it: relative to the working directory, with `/`."""
    if os.path.isabs(path):  # noqa: PTH117
        relative = os.path.relpath(path)
        path = path if relative.startswith("..") else relative
    return os.path.normpath(path).replace(os.sep, "/")


def _walk(
    folder: str, settings: Settings, excludes: Excludes, *, reported: bool
) -> Iterator[Source]:
    """The files below a folder that `include` lets in, and that nothing leaves out."""
    top = _absolute(folder)
    ignores = Ignores(top)
    tops = names_below(os.path.join(top, ""), settings.root)  # noqa: PTH118 (a hot path)
    waiting = [] if ignores.start_is_ignored else [(folder, top)]
    while waiting:
        root, absolute = waiting.pop()
        folders, files, links = _entries(root)
        ignores.enter(absolute, files)
        inside = "" if absolute == top else f"{absolute.relative_to(top).as_posix()}/"
        omitted = _omitted([above + inside for above in tops], ignores.of(absolute), excludes)
        waiting += [
            (os.path.join(root, name), absolute / name)  # noqa: PTH118 (a hot path)
            for name in sorted(folders, reverse=True)
            if not (omitted and omitted(f"{name}/")) and name not in _NEVER
        ]
        above = _shown(root)
        above = "" if above == "." else f"{above.removesuffix('/')}/"
        for name in sorted(files):
            if omitted and omitted(name):
                continue
            format_ = format_of(name)
            if format_ is None:
                continue
            if format_ == "go" and is_excluded_code(inside + name):
                continue
            if not any(matches(folder + inside + name, *settings.include) for folder in tops):
                continue
            if links and name in links and not _stays_inside(absolute / name, top):
                continue
            yield Source(above + name, format_, named=False, reported=reported)


def ignored_folders(paths: Iterable[str]) -> list[str]:
    """The paths that are folders and ignored by git: a walk finds nothing in them."""
    return [
        path for path in paths
        if os.path.isdir(path) and Ignores(_absolute(path)).start_is_ignored  # noqa: PTH112
    ]  # fmt: skip


def _entries(folder: str) -> tuple[list[str], list[str], set[str]]:
    """The names of the folders, files and links in a folder.

    A link to a file is among the files too; one to a folder is not followed. Pipes and devices
    are left out: opening one may block for ever. A folder that may not be read counts as empty,
    as for `os.walk`.
    """
    folders, files, links = [], [], set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):  # nearly always
                    files.append(entry.name)
                elif entry.is_symlink():
                    links.add(entry.name)
                    if not entry.is_dir():
                        files.append(entry.name)
                elif entry.is_dir():
                    folders.append(entry.name)
    except OSError:
        pass
    return folders, files, links


# Folders of vendored, generated and test code (FACTS, Kinds).
_EXCLUDED_CODE = frozenset({"vendor", "gen", "testdata"})


def is_excluded_code(name: str) -> bool:
    """Whether a file is vendored, generated or test code: a walk reads no definitions there."""
    return name.endswith("_test.go") or not _EXCLUDED_CODE.isdisjoint(name.split("/")[:-1])


def _stays_inside(link: Path, folder: Path) -> bool:
    """Whether a link leads to a file below the folder; other links are not followed."""
    target = link.resolve()
    return target.is_file() and target.is_relative_to(folder.resolve())


def _omitted(
    folders: Sequence[str], ignore_files: list[tuple[str, Patterns]], excludes: Excludes
) -> Callable[[str], bool] | None:
    """A function that takes the name of an entry of a folder, and tells whether it is left out.

    Names of folders end with `/`. None where no entry is left out. The prefixes of all entries are
    computed once, not for each of them.

    Args:
        folders: the names of the folder below the settings.
        ignore_files: what `Ignores.of` returns for the folder.
    """
    if not (ignore_files or excludes):
        return None

    def omitted(name: str) -> bool:
        if excludes and excludes.leave_out(folder + name for folder in folders):
            return True
        return is_ignored(name, ignore_files)

    return omitted
