"""Paths → sources: files as they are named, folders by a walk that honours .gitignore."""

from __future__ import annotations

import os
import stat
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dispatch_lint.config.globs import below, excludes, matches
from dispatch_lint.documents.formats import format_of, guess_format
from dispatch_lint.documents.gitignore import Ignores, is_ignored
from dispatch_lint.documents.source import STDIN_NAME, Source, is_url
from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.gitignore import Ignore

STDIN = "-"
_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox"})


class RowSource(Protocol):
    """Makes a source of the rows of a store, by its URL."""

    def __call__(self, url: str, *, reported: bool) -> Source: ...


def refuse_store(url: str, *, reported: bool) -> Source:
    """Refuse a store where only files are read.

    Raises:
        InputError: always.
    """
    raise InputError(f"{url}: a store cannot be read here")


def discover(
    paths: Iterable[str], settings: Settings, row_source: RowSource = refuse_store, *,
    index: Iterable[str] = (), stdin_filename: str | None = None, force_exclude: bool = False,
) -> Iterator[Source]:  # fmt: skip
    """The sources of a run, each file once, in the order of the paths.

    Args:
        paths: files, folders, store URLs, or `-` for standard input.
        row_source: makes a source of a store.
        index: paths that are read for keys and references only.
        stdin_filename: the name that standard input goes by.
        force_exclude: whether `exclude` holds for named files too.

    Raises:
        InputError: a path does not exist, or is a link that leads nowhere.
    """
    several = [
        _of_path(path, settings, stdin_filename, row_source, reported=reported,
                 force_exclude=force_exclude)
        for reported, asked in ((True, paths), (False, index))
        for path in asked
    ]  # fmt: skip
    return iter(several[0]) if len(several) == 1 else _each_once(chain.from_iterable(several))


def _each_once(sources: Iterable[Source]) -> Iterator[Source]:
    """Of sources that go by one name, the first."""
    seen: set[str] = set()
    for source in sources:
        identity = source.name
        if identity[0] in "./" and identity.startswith(("..", "/")) and not source.rows:
            identity = os.path.abspath(identity)  # noqa: PTH100 (a file outside, by two names)
        if identity not in seen:
            seen.add(identity)
            yield source


def _of_path(
    path: str, settings: Settings, stdin_filename: str | None, row_source: RowSource, *,
    reported: bool, force_exclude: bool,
) -> Iterable[Source]:  # fmt: skip
    if path == STDIN:
        return (_standard_input(stdin_filename, settings),)
    if is_url(path):
        return (row_source(path, reported=reported),)
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        return _walk(path, settings, reported=reported)
    format_ = format_of(path)
    # A hook names whatever changed: it is no choice of a person.
    chosen = not force_exclude or format_ != "go"
    if force_exclude and excludes(below(str(_absolute(path)), settings.root), *settings.exclude):
        return ()
    if not chosen and is_no_definition(path):
        return ()
    if not stat.S_ISREG(mode):
        return (_pipe(path, settings, reported=reported),)
    if format_ is None:
        with Source(_shown(path), "yaml").open() as stream:
            head = stream.read(4096)
        _refuse_store(path, head)
        format_ = guess_format(head)
    return (Source(_shown(path), format_, named=chosen, reported=reported),)


def _refuse_store(path: str, head: bytes) -> None:
    """Say how a store is named, where somebody names its file."""
    url = ""
    if head.startswith(b"SQLite format 3\0"):
        url = f"sqlite:///{path}"
    elif head[16:20] == b"\xed\xda\x0c\xed":
        url = f"bolt://{path}"
    if url:
        raise InputError(f"{path}: this is a store; to check what is in it, name it {url}")


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode  # noqa: PTH116 (a hot path)
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise InputError(f"{path}: the link leads nowhere") from None
        raise InputError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _standard_input(name: str | None, settings: Settings) -> Source:
    from dispatch_lint.documents.stream import keep

    format_, opener = keep(
        sys.stdin.buffer, format_of(name) if name else None, settings.limits.bytes
    )
    return Source(_shown(name) if name else STDIN_NAME, format_, opener=opener)


def _pipe(path: str, settings: Settings, *, reported: bool) -> Source:
    """A pipe, or a device: it can be read only once, as standard input."""
    from dispatch_lint.documents.stream import keep

    name = _shown(path)
    with Source(name, "yaml").open() as stream:
        format_, opener = keep(stream, format_of(path), settings.limits.bytes)
    return Source(name, format_, reported=reported, opener=opener)


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 (links are not followed)


def _shown(path: str) -> str:
    """A path as reports show it: relative to the working directory, with `/`."""
    if os.path.isabs(path):  # noqa: PTH117
        relative = os.path.relpath(path)
        path = path if relative.startswith("..") else relative
    return os.path.normpath(path).replace(os.sep, "/")


def _walk(folder: str, settings: Settings, *, reported: bool) -> Iterator[Source]:
    top = _absolute(folder)
    ignores = Ignores(top)
    endings = _endings(settings.include)
    includes = settings.include if endings is None else ()
    waiting = [] if ignores.hides_start else [(folder, top)]
    while waiting:
        root, absolute = waiting.pop()
        folders, files, links = _listed(root)
        ignores.enter(absolute, files)
        omitted = _omitted(absolute, ignores.of(absolute), includes, settings)
        waiting += [
            (os.path.join(root, name), absolute / name)  # noqa: PTH118 (a hot path)
            for name in sorted(folders, reverse=True)
            if name not in _NEVER and not (omitted and omitted(f"{name}/"))
        ]
        above = _shown(root)
        above = "" if above == "." else f"{above.removesuffix('/')}/"
        if endings is not None:
            files = [name for name in files if name.endswith(endings)]
        for name in sorted(files):
            format_ = format_of(name)
            if format_ is None:
                continue
            if format_ == "go" and is_no_definition((absolute / name).relative_to(top).as_posix()):
                continue
            if omitted and omitted(name):
                continue
            if links and name in links and not _stays_inside(absolute / name, top):
                continue
            yield Source(above + name, format_, named=False, reported=reported)


def ignored_folders(paths: Iterable[str]) -> list[str]:
    """Of some paths the folders that git ignores: a walk finds nothing in them."""
    return [
        path for path in paths
        if os.path.isdir(path) and Ignores(_absolute(path)).hides_start  # noqa: PTH112
    ]  # fmt: skip


def _listed(folder: str) -> tuple[list[str], list[str], set[str]]:
    """The folders and files of a folder, and which of them are links; folders that are, are none.

    A folder that may not be read has nothing in it, as for `os.walk`; pipes and devices are no
    files: to open one may wait for ever.
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


# Copies of other code, code that is generated, and code that only tests (FACTS, Kinds).
_NO_DEFINITIONS = frozenset({"vendor", "gen", "testdata"})


def is_no_definition(name: str) -> bool:
    """Whether a file that a walk came by is somebody else's code, generated, or only for tests."""
    return name.endswith("_test.go") or not _NO_DEFINITIONS.isdisjoint(name.split("/")[:-1])


def _stays_inside(link: Path, folder: Path) -> bool:
    """Whether a link leads to a file of the tree; others are not followed."""
    target = link.resolve()
    return target.is_file() and target.is_relative_to(folder.resolve())


def _endings(include: tuple[str, ...]) -> tuple[str, ...] | None:
    """The endings that `include` asks for, where it asks for nothing but endings."""
    if all(glob.startswith("*.") and not set(glob[1:]) & set("*?[/") for glob in include):
        return tuple(glob[1:] for glob in include)
    return None


def _omitted(
    folder: Path, asked: list[tuple[str, Ignore]], includes: tuple[str, ...], settings: Settings
) -> Callable[[str], bool] | None:
    """What tells of each entry of a folder, the names of folders with `/`, whether it is left out.

    None where nothing is. What a folder adds to a name is worked out once, not for each file.

    Args:
        asked: as `Ignores.of` says for the folder.
        includes: globs of which a file has to match one; where there is none, every file is let in.
    """
    if not (asked or settings.exclude or includes):
        return None
    inside = below(os.path.join(folder, ""), settings.root)  # noqa: PTH118 (a hot path)

    def omitted(name: str) -> bool:
        if is_ignored(name, asked):
            return True
        path = inside + name.removesuffix("/")
        if includes and not name.endswith("/") and not matches(path, *includes):
            return True
        return excludes(path, *settings.exclude)

    return omitted
