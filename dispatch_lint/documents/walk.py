"""Walks a folder: the files in it that `include` lets in, and that nothing leaves out."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from dispatch_lint.config.globs import matches, names_below
from dispatch_lint.config.tree import is_file, real_name, real_path
from dispatch_lint.documents.excludes import Excludes
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.gitignore import Ignores, is_ignored
from dispatch_lint.documents.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dispatch_lint.config.globs import Patterns
    from dispatch_lint.config.settings import Settings

_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox"})


def walk(folder: str, settings: Settings) -> Iterator[tuple[Source, bool, str]]:
    """The sources below a folder, one after the other as they are found.

    Yields:
        A source, whether it is a link, and what is the same for all paths of its file. A link
        beside its target is the target, which may come before or after it.
    """
    real_folder = cache(real_name)
    for source in sources_below(folder, settings, Excludes(settings), reported=True):
        yield source, *file_identity(source, real_folder)


def file_identity(source: Source, real_folder: Callable[[str], str]) -> tuple[bool, str]:
    """Whether a source is a link, and what is the same for all paths of one file."""
    if source.rows is not None:
        return False, source.name
    if os.path.islink(source.name):  # noqa: PTH114 (a hot path)
        return True, real_name(source.name)
    folder, name = os.path.split(source.name)
    return False, os.path.join(real_folder(folder or "."), name)  # noqa: PTH118


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 (links are not followed)


def shown_path(path: str) -> str:
    """A path as reports show it: relative to the working directory, with `/`."""
    if os.path.isabs(path):  # noqa: PTH117
        relative = os.path.relpath(path)
        path = path if relative.startswith("..") else relative
    return os.path.normpath(path).replace(os.sep, "/")


def sources_below(
    folder: str, settings: Settings, excludes: Excludes, *, reported: bool
) -> Iterator[Source]:
    """The files below a folder that `include` lets in, and that nothing leaves out."""
    top = _absolute(folder)
    ignores = Ignores(top)
    tops = names_below(os.path.join(top, ""), settings.root)  # noqa: PTH118 (a hot path)
    waiting = [] if ignores.start_is_ignored else [(folder, top)]
    while waiting:
        root, absolute = waiting.pop()
        try:
            folders, files, links = _entries(root)
        except FileNotFoundError:  # removed in between
            continue
        except OSError as error:
            yield Source(shown_path(root), "yaml", named=False, reported=reported,
                         opener=partial(_raise, error))  # fmt: skip
            continue
        ignores.enter(absolute, files)
        inside = "" if absolute == top else f"{absolute.relative_to(top).as_posix()}/"
        names = _names_of(absolute, tops, inside, settings)
        omitted = _omitted(names, ignores.of(absolute), excludes)
        waiting += [
            (os.path.join(root, name), absolute / name)  # noqa: PTH118 (a hot path)
            for name in sorted(folders, reverse=True)
            if not (omitted and omitted(f"{name}/")) and name not in _NEVER
        ]
        above = shown_path(root)
        above = "" if above == "." else f"{above.removesuffix('/')}/"
        for name in sorted(files):
            if omitted and omitted(name):
                continue
            format_ = _format_in_walk(inside + name, [folder + name for folder in names], settings)
            if format_ is None:
                continue
            if links and name in links and not _stays_inside(absolute / name, top):
                continue
            yield Source(above + name, format_, named=False, reported=reported)


def _names_of(folder: Path, tops: Sequence[str], inside: str, settings: Settings) -> Sequence[str]:
    """The names of a folder of a walk, as globs of the settings match them.

    Args:
        tops: those of the folder where the walk began.
        inside: the path from there; ends with `/`, or is empty.
    """
    if any(name.startswith("../") for name in tops):  # it may come to the folder of the settings
        return names_below(os.path.join(folder, ""), settings.root)  # noqa: PTH118 (a hot path)
    return [above + inside for above in tops]


def _format_in_walk(path: str, names: Iterable[str], settings: Settings) -> str | None:
    """The format of a file by its name; None where a walk does not read it.

    Args:
        path: from the folder where the walk began.
        names: as globs of the settings match them.
    """
    format_ = format_of(path)
    if format_ is None or (format_ == "go" and is_excluded_code(path)):
        return None
    return format_ if any(matches(name, *settings.include) for name in names) else None


def is_found(path: Path, top: Path, settings: Settings, excludes: Excludes) -> bool:
    """Whether a walk through a folder finds a file, which need not exist.

    Args:
        path, top: absolute paths of the file and of the folder.

    Raises:
        InputError: an ignore file is too large.
    """
    if not path.is_relative_to(top):
        return False
    *folders, name = path.relative_to(top).parts
    ignores = Ignores(top)
    if ignores.start_is_ignored:
        return False
    tops = names_below(os.path.join(top, ""), settings.root)  # noqa: PTH118
    folder, inside = top, ""
    for entry in (*(f"{part}/" for part in folders), name):
        ignores.enter(folder, [".gitignore"])
        names = _names_of(folder, tops, inside, settings)
        omitted = _omitted(names, ignores.of(folder), excludes)
        if omitted and omitted(entry):
            return False
        if entry.endswith("/"):
            folder /= entry
            if entry[:-1] in _NEVER or folder.is_symlink():
                return False
            inside += entry
    if _format_in_walk(inside + name, [above + name for above in names], settings) is None:
        return False
    return not path.is_symlink() or _stays_inside(path, top)


def walk_order(name: str) -> tuple[tuple[bool, str], ...]:
    """The sort key of a path with `/` in the order of a walk: files first, then folders."""
    *folders, last = name.split("/")
    return (*((True, folder) for folder in folders), (False, last))


def ignored_folders(paths: Iterable[str]) -> list[str]:
    """The paths that are folders and ignored by git: a walk finds nothing in them."""
    return [
        path for path in paths
        if os.path.isdir(path) and Ignores(_absolute(path)).start_is_ignored  # noqa: PTH112
    ]  # fmt: skip


def _entries(folder: str) -> tuple[list[str], list[str], set[str]]:
    """The names of the folders, files and links in a folder.

    A link to a file is among the files too; one to a folder is not followed. Pipes and devices
    are left out: opening one may block for ever.

    Raises:
        OSError: the folder cannot be listed.
    """
    folders, files, links = [], [], set()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):  # nearly always
                files.append(entry.name)
            elif entry.is_symlink():
                links.add(entry.name)
                if not os.path.isdir(entry.path):  # noqa: PTH112 (links in a circle are none)
                    files.append(entry.name)
            elif entry.is_dir():
                folders.append(entry.name)
    return folders, files, links


def _raise(error: OSError) -> NoReturn:
    raise error


# Folders of vendored, generated and test code.
_EXCLUDED_CODE = frozenset({"vendor", "gen", "testdata"})


def is_excluded_code(name: str) -> bool:
    """Whether a file is vendored, generated or test code: a walk reads no definitions there."""
    return name.endswith("_test.go") or not _EXCLUDED_CODE.isdisjoint(name.split("/")[:-1])


def _stays_inside(link: Path, folder: Path) -> bool:
    """Whether a link leads to a file below the folder; other links are not followed."""
    target = real_path(link)
    return is_file(target) and target.is_relative_to(real_path(folder))


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
