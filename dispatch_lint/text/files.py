"""Writing files whole: as they were, or as they are to be, and never in between.

A regular file is replaced: a new one is written beside it and renamed. Nothing is written through
a link, except that `--fix` and the like replace the target of one that stays inside the tree.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dispatch_lint.config.tree import is_inside, real_path, repository_of
from dispatch_lint.model.patterns import compiled
from dispatch_lint.signals import held

_STREAM = r"/(?:dev|proc/self)/(?:fd/(?P<number>[0-9]+)|(?P<name>stdout|stderr))\Z"


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write lines, each with its own end, to a file that is replaced at once; its mode stays.

    A link is replaced too, by the file. Devices and pipes are written as they are.

    Returns:
        How many lines there are.

    Raises:
        OSError: it cannot be written, or leads out of the tree; the file is as it was.
    """
    count = 0
    with _writing(path, follow=False) as stream:
        for line in lines:
            stream.write(line.encode("utf-8", "backslashreplace"))
            count += 1
    return count


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is replaced at once; its mode and owner stay.

    Of a link the target is replaced, and the link stays.

    Raises:
        OSError: it cannot be written, or leads out of the tree; the file is as it was.
    """
    with _writing(path, follow=True) as stream:
        stream.write(data)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read and write; it is replaced at once.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    with _replaced(path, path, mode=0o600) as stream:
        stream.write(data)


@contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """A context for writing into a folder, which is created, with those above it, where it is missing.

    Folders that were created and are empty after an error are removed.

    Raises:
        OSError: it cannot be created, or a link on the way leads out of the tree.
    """
    refuse_leading_out(folder, folder)
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):
                path.rmdir()
        raise


@contextmanager
def _writing(path: Path, *, follow: bool) -> Iterator[BinaryIO]:
    """A stream whose content is at the path in the end; after an error, what was there before."""
    try:
        with _stream_for(path, follow=follow) as stream:
            yield stream
    except OSError as error:
        if error.filename is None:  # a write does not know what it writes to
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def _stream_for(path: Path, *, follow: bool) -> AbstractContextManager[BinaryIO]:
    handle = _standard_stream(path)
    if handle is not None:
        return os.fdopen(os.dup(handle), "wb")
    refuse_leading_out(path.parent, path)
    if path.is_symlink():
        refuse_leading_out(path, path)
    if path.exists() and not path.is_file():  # a device or a pipe
        return path.open("wb")
    return _replaced(real_path(path) if follow else path, path)


def _standard_stream(path: Path) -> int | None:
    """The number of the open file that a path such as /dev/stdout stands for."""
    match = compiled(_STREAM).match(str(path))
    if match is None:
        return None
    return int(match["number"]) if match["number"] else {"stdout": 1, "stderr": 2}[match["name"]]


def refuse_leading_out(path: Path, shown: Path) -> None:
    """Refuse a path that a link leads out of the tree around it.

    Raises:
        OSError: it does.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (links are not followed)
    here = Path.cwd()
    around = repository_of(absolute.parent)
    if around is None:
        around = here if absolute.is_relative_to(here) else absolute.parent
    if not is_inside(absolute, real_path(around)):
        reason = "a link leads out of this folder, where nothing is written"
        raise OSError(errno.ELOOP, reason, str(shown))


@contextmanager
def _replaced(target: Path, shown: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """A stream to a new file, which takes the place of another when all is written.

    Args:
        shown: the name of the file in errors.
        mode: of the new file; by default that of the old one.
    """
    import tempfile  # most runs write nothing

    temporary: Path | None = None
    try:
        with held():  # a file that is there is always known here, and so removed
            handle, name = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
            temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            _set_access(stream, target, mode)
            yield stream
        temporary.replace(target)
        temporary = None
    except OSError as error:
        ours = error.filename in (None, str(temporary)) or temporary is None
        raise OSError(error.errno, error.strerror, str(shown) if ours else error.filename) from None
    finally:
        if temporary is not None:
            with held():
                temporary.unlink(missing_ok=True)


def _set_access(stream: BinaryIO, target: Path, mode: int | None) -> None:
    """Give a new file the mode and the owner of the one that it replaces."""
    try:
        old = os.lstat(target)
    except FileNotFoundError:
        old = None
    if old is not None and stat.S_ISLNK(old.st_mode):
        old = None
    if mode is None:
        mode = stat.S_IMODE(old.st_mode) & 0o777 if old else 0o666 & ~_umask()
    if os.name == "nt":
        return
    os.fchmod(stream.fileno(), mode)
    if old is not None and os.geteuid() == 0:  # else nobody can give a file away
        os.fchown(stream.fileno(), old.st_uid, old.st_gid)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
