"""What installed packages offer: as `importlib.metadata` says it, which takes 10 ms to import."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class EntryPoint(NamedTuple):
    """A name under which a package offers `module` or `module:attribute`."""

    name: str
    value: str

    @property
    def module(self) -> str:
        return self.value.partition(":")[0].strip()

    def load(self) -> Any:
        """The object itself.

        Raises:
            Exception: whatever its import raises.
        """
        found: Any = import_module(self.module)
        for attribute in filter(None, self.value.partition(":")[2].split("[")[0].split(".")):
            found = getattr(found, attribute.strip())
        return found


def entry_points(group: str) -> list[EntryPoint]:
    """What installed packages offer under the name of a group.

    Of a package that is there twice the first on the path counts.
    """
    found: dict[str, list[EntryPoint]] = {}
    for folder in sys.path:
        if os.path.isfile(folder):  # noqa: PTH113 (a hot path)
            return _slowly(group)  # a zip file
        for package, file in _installed(folder or "."):
            if package not in found:
                found[package] = list(_read(file, group))
    return [one for several in found.values() for one in several]


def _slowly(group: str) -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return [EntryPoint(one.name, one.value) for one in entry_points(group=group)]


def _installed(folder: str) -> Iterator[tuple[str, str]]:
    """The packages that are installed in a folder: a name, and where it lists its entry points."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name, ending = os.path.splitext(entry.name)  # noqa: PTH122
                if ending in (".dist-info", ".egg-info"):
                    plain = name.partition("-")[0].lower().replace(".", "_").replace("-", "_")
                    yield plain, f"{folder}/{entry.name}/entry_points.txt"
    except OSError:
        return


def _read(file: str, group: str) -> Iterator[EntryPoint]:
    try:
        with open(file, encoding="utf-8") as stream:  # noqa: PTH123
            text = stream.read()
    except OSError:
        return
    if group not in text:
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif section == group and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield EntryPoint(name.strip(), value.strip())
