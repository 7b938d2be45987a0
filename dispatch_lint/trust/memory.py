"""The folders that the user trusts, in the user's own configuration.

Each is remembered with a digest of what its settings ask for, and of the code that they name: a
change of either asks again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.config.tree import is_file, is_folder, is_inside, real_path, tree_of
from dispatch_lint.model.errors import UserError
from dispatch_lint.text.files import write_private
from dispatch_lint.trust.demands import demands_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import NoReturn

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.trust.demands import Demand

_VERSION = 1
_MAX_FILE = MIB
_MAX_CODE = 64 * MIB
_MAX_FILES = 5_000


class TrustError(UserError):
    """Trust that cannot be remembered, or cannot be read; the message says why."""


def memory_file() -> Path | None:
    """The file in which trust is remembered; None where the user has no folder of their own."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    if Path(configured).is_absolute():
        return Path(configured) / "dispatch-lint" / "trust.json"
    home = os.environ.get("APPDATA" if os.name == "nt" else "HOME", "")
    if not Path(home).is_absolute():
        return None
    folder = Path(home) if os.name == "nt" else Path(home) / ".config"
    return folder / "dispatch-lint" / "trust.json"


def is_remembered(settings: Settings) -> bool:
    """Whether the user trusts settings, and what they ask for is what it was then.

    Raises:
        TrustError: the memory cannot be used.
    """
    remembered = remembered_settings().get(_name(settings))
    if remembered is None or not _is_apart(settings):
        return False
    return bool(remembered["digest"] == digest_of(settings))


def remembered_settings() -> dict[str, dict[str, str]]:
    """What is remembered, by the path of the settings file: `digest` and `since`.

    Raises:
        TrustError: the memory belongs to somebody else, or cannot be read.
    """
    file = memory_file()
    if file is None or not os.path.lexists(file):
        return {}
    _check_owner(file)
    try:
        content: Any = json.loads(read_regular(file, _MAX_FILE))
        version, entries = content["version"], content["trusted"]
        if version != _VERSION:
            raise TrustError(f"{file}: version {json.dumps(version)} of the list of trusted folders "
                             "is not known to this dispatch-lint; use a newer one")  # fmt: skip
        return {str(name): {"digest": str(entry["digest"]), "since": str(entry["since"])}
                for name, entry in entries.items()}  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TrustError(
            f"{file}: not a list of trusted folders ({error}); remove the file"
        ) from None


def remember(settings: Settings, digest: str | None = None) -> None:
    """Trust settings from now on, as long as what they ask for stays the same.

    Args:
        digest: of what the user was shown; by default that of the present state.

    Raises:
        TrustError: it cannot be remembered.
    """
    if not _is_apart(settings):
        raise TrustError(f"{memory_file()}: the list of trusted folders is inside the tree itself, "
                         "and is not used; use --trust")  # fmt: skip
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry = {"digest": digest or digest_of(settings), "since": now}
    _write(remembered_settings() | {_name(settings): entry})


def forget(folder: Path) -> list[str]:
    """Trust no settings in a folder or below it any more.

    Returns:
        The settings files that were trusted.

    Raises:
        TrustError: the memory cannot be used.
    """
    remembered = remembered_settings()
    real = real_path(folder)
    gone = [name for name in remembered if Path(name).is_relative_to(real)]
    if gone:
        _write({name: entry for name, entry in remembered.items() if name not in gone})
    return gone


def digest_of(settings: Settings, demands: Iterable[Demand] | None = None) -> str:
    """A digest of what settings ask for, and of the code that they name.

    Args:
        demands: what they ask for; by default what they ask for now.

    Raises:
        TrustError: the code is too much, or cannot be read.
    """
    digest = hashlib.sha256()
    for demand in demands_of(settings) if demands is None else demands:
        _add(digest, demand.setting, demand.value)
        for file, data in _code_files(demand.code) if demand.code is not None else ():
            _add(digest, file, data)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, *parts: str | bytes) -> None:
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)


def _code_files(code: Path) -> Iterator[tuple[str, bytes]]:
    """The name and bytes of every file of some code.

    Raises:
        TrustError: it is too much, or cannot be read.
    """
    left = _MAX_CODE
    for file in sorted(_files_below(code)) if is_folder(code) else [code]:
        name = file.relative_to(code)
        if "__pycache__" in name.parts or not is_file(file):
            continue  # compiled files are never run: `_Source`, and `require`
        try:
            data = read_regular(file, _MAX_CODE)
        except OSError as error:
            raise TrustError(f"{file}: {error.strerror}") from None
        left -= len(data)
        if left < 0:
            raise TrustError(f"{code}: more than {_MAX_CODE // MIB} MiB, too much to remember")
        yield name.as_posix(), data


def _files_below(folder: Path) -> list[Path]:
    """The files of a folder and of all folders in it, counted before any is read."""

    def refuse(error: OSError) -> NoReturn:
        raise TrustError(f"{error.filename}: {error.strerror}")

    found: list[Path] = []
    seen: set[str] = set()
    entries = 0
    # Code imports from a folder that a link stands for as from any other; links may be in circles.
    for above, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        if (real := os.path.realpath(above)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()  # which of two links comes first
        entries += len(folders) + len(names)
        if entries > _MAX_FILES:
            raise TrustError(f"{folder}: more than {_MAX_FILES} files, too many to remember")
        found += (Path(above, name) for name in names)
    return found


def _name(settings: Settings) -> str:
    """What trust is remembered for: the settings file, or a folder without one."""
    return os.path.realpath(settings.root) if settings.file is None else str(
        Path(os.path.realpath(settings.file.parent)) / settings.file.name
    )  # fmt: skip


def _is_apart(settings: Settings) -> bool:
    """Whether the memory lies outside of the tree: else the tree could trust itself."""
    file = memory_file()
    if file is None:
        raise TrustError("no place for the list of trusted folders: set HOME or "
                         "XDG_CONFIG_HOME to an absolute path")  # fmt: skip
    return not is_inside(file, tree_of(settings.file.parent if settings.file else settings.root))


def _write(remembered: dict[str, dict[str, str]]) -> None:
    file = memory_file()
    assert file is not None
    text = json.dumps({"version": _VERSION, "trusted": dict(sorted(remembered.items()))}, indent=1)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(file):
            _check_owner(file)
        write_private(file, f"{text}\n".encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise TrustError(f"{file}: {error.strerror or error}") from None


def _check_owner(file: Path) -> None:
    """Refuse a file that somebody else could have written.

    Raises:
        TrustError: it is a link, belongs to another user, or others may write it or its folder.
    """
    if os.name == "nt":
        return
    for path, is_kind in ((file.parent, stat.S_ISDIR), (file, stat.S_ISREG)):
        status = os.lstat(path)
        if not is_kind(status.st_mode) or status.st_uid != os.geteuid():
            raise TrustError(f"{path}: not used, because it is a link or belongs to another user")
        if status.st_mode & 0o022:
            raise TrustError(f"{path}: not used, because others may write to it (chmod go-w)")
