"""Writing files whole: as they were, or as they are to be, and never in between."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write lines, each with its own end, to a file that is replaced at once; its mode stays.

    Returns:
        How many lines there are.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    return _write(path, (line.encode("utf-8") for line in lines))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is replaced at once; its mode stays, and a link leads where it led.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    _write(path, (data,))


def write_entry(file: Path, data: bytes, most: int) -> None:
    """Write an entry of a cache, which nobody else may read; where that is not possible, none.

    Args:
        most: entries of the same ending that are kept in the folder; the oldest go first.
    """
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # a report shows what is in documents, secrets too
        write_bytes(file, data)
        found = [(one.stat().st_mtime, one) for one in file.parent.glob(f"*{file.suffix}")]
        for _, one in sorted(found)[:-most]:
            one.unlink(missing_ok=True)


def _write(path: Path, pieces: Iterable[bytes]) -> int:
    import tempfile  # most runs write nothing

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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
