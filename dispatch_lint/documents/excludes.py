"""The globs of the settings that choose files: what they leave out, and which match nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dispatch_lint.config.globs import below, matches, names_below, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source


class Excludes:
    """What the setting `exclude` leaves out.

    Attributes:
        unused: the globs of the setting that left nothing out yet.
    """

    def __init__(self, settings: Settings, more: Iterable[str] = ()) -> None:
        """Take the globs of the settings.

        Args:
            more: globs that are relative to the working directory (`--exclude`).
        """
        here = below(os.path.join(os.getcwd(), ""), settings.root)  # noqa: PTH109, PTH118
        self._globs = (*settings.exclude, *(within(glob, here) for glob in more))
        self._root = settings.root
        self.unused = {glob for glob in settings.exclude if not glob.startswith("!")}

    def __bool__(self) -> bool:
        return bool(self._globs)

    def leave_out(self, names: Iterable[str]) -> bool:
        """Whether a file or folder is left out.

        Args:
            names: its names below the settings, those of a folder with a `/` at the end.
        """
        name = next((name for name in names if matches(name, *self._globs)), None)
        if name is not None and self.unused:
            self.unused -= {glob for glob in self.unused if matches(name, glob)}
        return name is not None

    def leave_out_path(self, path: str) -> bool:
        """Whether the path of a file is left out."""
        return bool(self._globs) and self.leave_out(names_below(path, self._root))


def unmatched_globs(
    settings: Settings, sources: Sequence[Source], excludes: Excludes
) -> Iterator[tuple[str, str]]:
    """The settings, and their globs, that match none of the files of a whole project.

    Args:
        sources: all files of the project.
        excludes: which walked through the project.
    """
    include = settings.include if settings.include != type(settings).include else ()
    tables = {"include": include, "per-path": settings.per_path, "kinds": settings.kinds}
    names = [
        name
        for source in (sources if any(tables.values()) else ())
        if source.path
        for name in names_below(source.path, settings.root)
    ]
    for setting, globs in tables.items():
        for glob in globs:
            file = glob.partition("#")[0] if setting == "kinds" else glob  # `file#Model`
            if not glob.startswith("!") and not any(matches(name, file) for name in names):
                yield setting, glob
    for glob in sorted(excludes.unused):
        if not _lies_there(glob, settings):
            yield "exclude", glob


def _lies_there(glob: str, settings: Settings) -> bool:
    """Whether a glob names a file that exists, in a folder that was left out as a whole."""
    return os.path.lexists(os.path.join(settings.root, glob.strip("/")))  # noqa: PTH118
