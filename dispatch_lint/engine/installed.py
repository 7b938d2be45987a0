"""The rules of installed packages, which register by the entry-point group `dispatch_lint.rules`.

To import what reads entry points takes as long as to check a small file. So it is not imported where
no package but our own mentions the group.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dispatch_lint.rule import Rule

GROUP = "dispatch_lint.rules"
BUILT_IN = "dispatch_lint_rules"
"""The package of the built-in rules."""
_OWN = ("dispatch_lint-", "dispatch_lint.")
"""How the name of the folder with the metadata of dispatch-lint itself begins."""


def is_built_in(rule: type[Rule]) -> bool:
    """Whether a rule comes with dispatch-lint."""
    return rule.__module__.startswith(f"{BUILT_IN}.")


def installed() -> Iterable[tuple[str, Callable[[], Any]]]:
    """The entry points of the group: what messages call each, and what loads it."""
    mentioned = list(mentions(GROUP, sys.path))
    if mentioned and all(name.startswith(_OWN) for name in mentioned):
        return [(f"plugin builtin ({BUILT_IN})", partial(import_module, BUILT_IN))]
    from importlib.metadata import entry_points

    return [
        (f"plugin {entry.name} ({entry.value})", entry.load) for entry in entry_points(group=GROUP)
    ]


def mentions(group: str, folders: Iterable[str]) -> Iterator[str]:
    """The packages in some folders whose metadata mention a group of entry points, or may do so.

    Args:
        group: its name.

    Yields:
        The name of the folder with the metadata; empty for what cannot be seen in folders.
    """
    if sum(hasattr(finder, "find_distributions") for finder in sys.meta_path) > 1:
        yield ""  # not all packages are in folders
    for folder in folders:
        if folder.endswith(".egg"):
            yield ""
        try:
            with os.scandir(folder or ".") as entries:
                yield from (entry.name for entry in entries if _may_mention(group, entry))
        except NotADirectoryError:
            yield ""  # an archive
        except OSError:
            continue  # nothing is imported from it either


def _may_mention(group: str, entry: os.DirEntry[str]) -> bool:
    """Whether what is in a folder for packages has metadata that mention a group, or may have them."""
    name = entry.name.lower()
    if not name.endswith((".dist-info", ".egg-info")):
        return name.endswith(".egg")
    try:
        with open_regular(Path(entry.path, "entry_points.txt")) as stream:
            return group.encode() in stream.read()
    except OSError:
        return False
