"""Trust: checking a repository is not running it (docs/security.md).

Settings that are found in a checked tree may by themselves choose and tune rules, and name files
inside the tree. What goes beyond is a `Demand`, and is refused until the user allows it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config import settings_file
from dispatch_lint.config.settings import Settings, SettingsError
from dispatch_lint.config.tree import is_folder, real_path, tree_of
from dispatch_lint.trust.demands import Demand, demands_of, packages_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = [
    "VARIABLE", "Demand", "UntrustedError", "demands_of", "is_trusted_by_environment", "require",
    "require_packages", "require_packages_beside",
]  # fmt: skip

VARIABLE = "DISPATCH_LINT_TRUST"


class UntrustedError(SettingsError):
    """Settings ask for what nobody has allowed; the message says what, and how to allow it.

    Attributes:
        settings: the settings as they are written.
        demands: what they ask for.
    """

    def __init__(self, settings: Settings, demands: Sequence[Demand]) -> None:
        self.settings, self.demands = settings, demands
        asked = "; ".join(dict.fromkeys(demand.what for demand in demands))
        where = os.path.relpath(settings.file) if settings.file else "this folder"
        command = "dispatch-lint trust"
        if not Path.cwd().is_relative_to(root := settings.root.absolute()):
            from shlex import quote

            where = os.path.relpath(settings.file or root)
            command += f" {quote(os.path.relpath(root))}"
        super().__init__(
            f"{where} asks for what needs your trust: {asked}. Allow it for this run with --trust "
            f"or {VARIABLE}=1, or for this folder with `{command}`"
        )


def is_trusted_by_environment() -> bool:
    """Whether the environment variable allows what any settings ask for."""
    return os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes")


def require(settings: Settings, replaced: Collection[str] = ()) -> None:
    """Refuse settings that ask for what neither the environment nor a remembered trust allows.

    Args:
        replaced: the settings instead of which the user gave others.

    Raises:
        UntrustedError: they do.
    """
    if is_trusted_by_environment():
        return
    _require(
        settings, [demand for demand in demands_of(settings) if demand.setting not in replaced]
    )


def require_packages(folder: Path) -> None:
    """Refuse the packages that lie in the tree of a folder, unless its settings are trusted.

    All that a process checks shares its packages: they run whatever the settings in use are.

    Raises:
        UntrustedError: there are some, and they are not.
    """
    found = packages_of(tree_of(folder))
    if not found or is_trusted_by_environment():
        return
    folder = real_path(folder)
    file = settings_file.find(folder)
    settings = Settings(root=folder, file=file)
    with suppress(SettingsError):  # nobody can have trusted what cannot be read
        settings = settings_file.load(file) if file else settings
    _require(settings, [demand for demands in found.values() for demand in demands])


def require_packages_beside(settings: Settings, paths: Iterable[str | Path]) -> None:
    """Refuse the packages in the trees of what is checked, besides those of the settings' tree.

    Args:
        paths: files and folders, which need not exist, and URLs.

    Raises:
        UntrustedError: there are some, and the settings in their tree are not trusted.
    """
    trees = [tree_of(settings.file.parent if settings.file else settings.root)]
    folders = {str(path) if is_folder(path) else os.path.dirname(path) for path in paths}  # noqa: PTH120
    for folder in sorted(map(real_path, map(Path, folders))):
        if not any(folder.is_relative_to(tree) for tree in trees):
            trees.append(tree_of(folder))
            require_packages(folder)


def _require(settings: Settings, demands: Sequence[Demand]) -> None:
    if not demands:
        return
    from dispatch_lint.trust.memory import is_remembered

    if not is_remembered(settings):
        raise UntrustedError(settings, demands)
    if any(demand.setting == "packages" for demand in demands):
        # The digest is that of the sources. Python believes some compiled files without a look at
        # them; where it looks for compiled files now, there are none.
        sys.pycache_prefix, sys.dont_write_bytecode = os.devnull, True
