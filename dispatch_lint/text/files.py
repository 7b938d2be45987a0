"""Writing files whole: as they were, or as they are to be, and never in between."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write lines, each with its own end, to a file that is replaced at once; its mode stays.

    Returns:
        How many lines there are.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    return _write(path, (line.encode("utf-8", "backslashreplace") for line in lines))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is replaced at once; its mode stays, and a link leads where it led.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    _write(path, (data,))


def _write(path: Path, pieces: Iterable[bytes]) -> int:
    import tempfile  # most runs write nothing

    if path.exists() and not path.is_file():
        return _write_through(path, pieces)
    path = path.resolve()
    count = 0
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
                count += 1
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return count


def _write_through(path: Path, pieces: Iterable[bytes]) -> int:
    """Write to a device or a pipe, such as /dev/stdout: it is no file that can be replaced."""
    count = 0
    with path.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
            count += 1
    return count


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
