"""Reads files of a checked tree, and those that it names: each is a regular file."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

MIB = 1024 * 1024


def open_regular(file: Path | str, most: int = sys.maxsize) -> BinaryIO:
    """Open a regular file for reading; a pipe or a device, which may have no end, is refused.

    Args:
        most: the size in bytes from which on it is refused; by default there is none.

    Raises:
        OSError: it cannot be read, is no regular file, or is larger.
    """
    handle, _ = _opened(file, most)
    return os.fdopen(handle, "rb")


def read_regular(file: Path | str, most: int) -> bytes:
    """The bytes of a regular file.

    Args:
        most: the size in bytes from which on it is refused, also where it grows meanwhile.

    Raises:
        OSError: as of `open_regular`.
    """
    # A stream would take three times as long as the file itself, of which a run may read very many.
    handle, size = _opened(file, most)
    try:
        data = os.read(handle, size + 1)
        while len(data) <= most and (more := os.read(handle, MIB)):
            data += more
    finally:
        os.close(handle)
    if len(data) > most:
        raise _too_large(file, most)
    return data


def _opened(file: Path | str, most: int) -> tuple[int, int]:
    """The handle of a regular file, and its size in bytes; see `open_regular`."""
    # Without O_NONBLOCK, opening a pipe waits for somebody who writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(file, flags)
    except ValueError as error:  # no file has NUL in its name, or half a character
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file)) from error
    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode) and status.st_size <= most:
        return handle, status.st_size
    os.close(handle)
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(file))
    raise _too_large(file, most)


def _too_large(file: Path | str, most: int) -> OSError:
    size = f"{most // MIB} MiB" if most >= MIB else f"{most // 1024} KiB"
    return OSError(errno.EFBIG, f"the file is larger than {size}", str(file))
